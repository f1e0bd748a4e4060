"""A customer's message pasted to see who would get it; nothing of it is kept or recorded."""

from __future__ import annotations

import streamlit as st

from pages.parts.session import Session
from pages.parts.wording import disputed_for, escaped
from pipeline.disputing import ACCOUNT_OWNER
from pipeline.disputing.trying import Tried, tried
from pipeline.replies.closing import TITLES

#: A message is not longer than this.
_MOST = 20_000


def try_it(here: Session) -> None:
    """The message, whose account it is about, and the way it would go."""
    st.markdown("**Try it:** paste what a customer wrote. Nothing is recorded or kept.")
    left, right = st.columns([3, 2], gap="large")
    with left:
        text = st.text_area(
            "A customer's message",
            key="dispute_try_text",
            height=150,
            max_chars=_MOST,
            placeholder="You have billed 60 seats, but our contract is for 45.",
        )
        owner = st.selectbox(
            "Whose account it is about",
            _owners(here),
            index=None,
            key="dispute_try_owner",
            placeholder="Any: the account's owner is not named",
        )
        st.button("See who gets it", key="dispute_try")
    with right:
        if not (text or "").strip():
            st.caption("The reason, the words that say it, owner, backup and hours show here.")
            return
        people = here.kept("people now", lambda: here.day.metric("people_now").rows)
        _told(tried(text, here.pilot.settings, people, owner))


def _owners(here: Session) -> list[str]:
    rows = here.kept("people now", lambda: here.day.metric("people_now").rows)
    return list(dict.fromkeys(row["name"] for row in rows if row["is_active"] and row["name"]))


def _told(found: Tried) -> None:
    if found.is_unread:
        st.caption(":orange[:material/help:] Some of it no rule understood: a person reads it.")
    if found.line is None or found.taker is None:
        titles = ", ".join(TITLES[label] for label in found.labels)
        st.markdown(f"Not read as a dispute, so nobody is asked: **{escaped(titles)}**.")
        return
    st.markdown(f"**{escaped(disputed_for(found.reason))}**, by these words:")
    st.text(f"“{found.words}”")
    lines = [
        f"Owner: {_said(found.line.owner, found.taker.owner)}",
        f"Backup: {_said(found.line.backup, found.taker.backup)}",
        f"To be accepted within {found.line.sla_hours:g} business hours",
    ]
    st.markdown("\n".join(f"- {escaped(line)}" for line in lines))
    also = [TITLES[label] for label in found.labels if label != "DISPUTE"]
    if also:
        st.caption(escaped(f"It is read as this too: {', '.join(also)}."))


def _said(word: str, person: str | None) -> str:
    """What the table says, and who that is now."""
    if word == ACCOUNT_OWNER:
        return person or "the account's owner"
    if not word:
        return "nobody"
    return f"{word} ({person})" if person and person != word else word
