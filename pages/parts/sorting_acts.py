"""The acts of a sorting session as callbacks: opened, answered, undone, closed, looked at."""

from __future__ import annotations

import streamlit as st

from pages.parts import session
from pages.parts.notices import one_sentence, say
from pages.parts.session import named
from pipeline.model import Lane
from pipeline.sorting_session import answer, close_part, look, open_session, undo_answer


@one_sentence
def begin() -> None:
    """Draws a new sample of the day with the size and the seed put in."""
    here = session.again()
    try:
        with here.pilot.day(here.as_of) as day:
            entry = open_session(
                here.pilot,
                day,
                by=named(),
                now=session.now(),
                seed=int(st.session_state.get("sorting_seed", 1)),
                size=int(st.session_state.get("sorting_size", 30)),
            )
    finally:
        here.close()
    st.session_state.sorting = entry.payload["session_id"]
    st.session_state.pop("sorting_new", None)
    say(f"{len(entry.payload['sample'])} invoices are drawn: sort them by instinct.")


@one_sentence
def put(session_id: str, invoice_id: str, lane: Lane | None) -> None:
    """Sorts the invoice on the screen, or skips it."""
    here = session.again()
    answer(here.ledger(), session_id, invoice_id, lane, by=named(), now=session.now())


@one_sentence
def take_back(session_id: str) -> None:
    """Undoes the last answer: its invoice is on the screen again."""
    here = session.again()
    undo_answer(here.ledger(), session_id, by=named(), now=session.now())


@one_sentence
def close(session_id: str) -> None:
    """Ends this person's part and shows what there is to show."""
    here = session.again()
    close_part(here.ledger(), session_id, by=named(), now=session.now())
    say("Your part is closed: here is what it shows.")


@one_sentence
def look_only(session_id: str) -> None:
    """Shows the results to somebody who does not sort."""
    here = session.again()
    look(here.ledger(), session_id, by=named(), now=session.now())
