"""Closing a customer's message, as callbacks: the same as the `close` verb's, once per click."""

from __future__ import annotations

import streamlit as st

from pages.parts import session
from pages.parts.notices import one_sentence, say
from pages.parts.session import Session, named
from pipeline import reply_desk
from pipeline.acting import Moment
from pipeline.deciding.replies import ReplyVerdict, standing_closing
from pipeline.model import Entry, WrongCall
from pipeline.replies.closing import TITLES, effect


def label_key(message_id: str) -> str:
    """The key of the label that is chosen for a message."""
    return f"reply_label:{message_id}"


@one_sentence
def close(verdict: ReplyVerdict, message_id: str, stamp: str, *, is_settled: bool = False) -> None:
    """Confirms what the message means; a change takes the label that was chosen."""
    label = st.session_state.get(label_key(message_id)) if verdict == "change" else None
    if verdict == "change" and not label:
        raise WrongCall("Choose the label that the message has first.")
    moment = Moment(by=named(), now=session.now())
    here = session.again()
    try:
        entry = reply_desk.close_message(
            here.pilot,
            here.day,
            message_id,
            verdict=verdict,
            label=label,
            is_settled=is_settled,
            stamp=stamp,
            moment=moment,
        )
    finally:
        here.close()
    st.session_state.pop(label_key(message_id), None)
    _say(entry)


@one_sentence
def settle(message_id: str) -> None:
    """What the closed message asks for is dealt with."""
    moment = Moment(by=named(), now=session.now())
    here = session.again()
    try:
        _say(reply_desk.settle_message(here.pilot, here.day, message_id, moment=moment))
    finally:
        here.close()


def _say(entry: Entry) -> None:
    said = entry.payload
    title = TITLES[said["label"]].lower()
    say(f"Closed: {title}. {effect(said['labels'], said['is_settled'])} U takes it back.")


def closings(here: Session, by: str) -> list[Entry]:
    """The closings of this person on this day that stand."""
    about: dict[str, list[Entry]] = {}
    for entry in here.entries:
        if entry.kind in ("reply_closed", "reply_reopened"):
            about.setdefault(entry.subject, []).append(entry)
    standing = [standing_closing(entries) for entries in about.values()]
    return [e for e in standing if e and e.by == by and e.on_day == here.as_of]


def reopen(here: Session, closed: Entry, moment: Moment) -> None:
    """Takes a closing back: what was said before it stands again."""
    reply_desk.reopen_message(here.pilot, here.day, closed.event_id, moment=moment)
    say("The message is as it was before it was closed.")
