"""One invoice after another to be sorted by instinct: its evidence, one key a lane, undo, skip."""

from __future__ import annotations

import streamlit as st

from pages.parts import sorting_acts
from pages.parts.allowed import allowed
from pages.parts.evidence import facts_alone
from pages.parts.session import Session
from pages.parts.wording import LANE_TITLES, counted, day, escaped, money
from pipeline.sorting_session import CHOICES, Card, SortingSession, cards

_PLAYS = {
    "routine": "A polite reminder would do.",
    "relationship": "The account outweighs the invoice: its owner writes, lightly.",
    "blocked": "We owe them something first.",
    "hands_off": "A person calls; nothing from a template, ever.",
    "disputed": "It smells like a dispute: no message, an owner takes it.",
    "waiting": "Leave it alone for now: something is running.",
}


def desk(here: Session, session: SortingSession) -> None:
    """The next invoice of this person's part, or the way to close it."""
    left = session.left(here.reviewer)
    done = len(session.sample) - len(left)
    st.progress(done / len(session.sample), f"{done} of {len(session.sample)} sorted")
    if not left:
        _done(session)
        return
    card = _cards(here, session).get(left[0])
    evidence, keys = st.columns([9, 5], gap="large")
    with keys:
        _keys(session, left[0], done)
    with evidence, st.container(height=640, border=False, key="sorting_evidence"):
        if card is None:
            st.info("The exports no longer hold this invoice: skip it (S).")
        else:
            _evidence(card)


def _cards(here: Session, session: SortingSession) -> dict[str, Card]:
    """The evidence on the whole sample, gathered once per session."""
    name = f"sorting cards/{session.session_id}/{session.seq}"
    with st.spinner(f"Gathering the evidence on {counted(len(session.sample), 'invoice')}"):
        found: dict[str, Card] = here.kept_for_books(
            name, lambda: cards(here.pilot, session, here.entries)
        )
    return found


def _evidence(card: Card) -> None:
    dossier = card.dossier
    line = dossier.invoices[0]
    st.subheader(escaped(dossier.customer_name), anchor=False)
    late = line.days_past_due
    said = [
        escaped(money(line.open_amount, line.currency)),
        f"due {day(line.due_on)}",
        counted(late, "day") + " past due" if late is not None else "no due date",
    ]
    st.caption(" · ".join(said))
    for fact in card.on_record:
        st.markdown(f"- {escaped(fact)}")
    facts_alone(dossier)


def _keys(session: SortingSession, invoice_id: str, done: int) -> None:
    st.markdown("**Where does it belong?** First thought, one key:")
    for n, lane in enumerate(CHOICES, 1):
        allowed(st.button, "sorting_answered")(
            LANE_TITLES[lane],
            key=f"sort_{lane}",
            shortcut=str(n),
            on_click=sorting_acts.put,
            args=(session.session_id, invoice_id, lane),
            width="stretch",
            help=_PLAYS[lane],
        )
    with st.container(horizontal=True):
        allowed(st.button, "sorting_answered")(
            "Skip",
            key="sort_skip",
            shortcut="S",
            on_click=sorting_acts.put,
            args=(session.session_id, invoice_id, None),
            help="You cannot say: it is left out of the comparison.",
        )
        _undo(session, done)
    _close(session, disabled=not done)
    st.caption(
        "You see the evidence and not what the policy made of it. Every answer goes on the record "
        "with your name; undo works until you close your part, and nobody sees it before."
    )


def _undo(session: SortingSession, done: int) -> None:
    allowed(st.button, "sorting_undone")(
        "Undo",
        key="sort_undo",
        shortcut="U",
        on_click=sorting_acts.take_back,
        args=(session.session_id,),
        disabled=not done,
        type="tertiary",
    )


def _close(session: SortingSession, *, disabled: bool = False, last: bool = False) -> None:
    allowed(st.button, "sorting_closed")(
        "Close my part and compare" if last else "Close early and compare",
        key="sort_close",
        shortcut="Enter" if last else None,
        type="primary" if last else "tertiary",
        on_click=sorting_acts.close,
        args=(session.session_id,),
        disabled=disabled,
        help="After this, your answers can no longer be changed.",
    )


def _done(session: SortingSession) -> None:
    st.success("Everything is sorted. Closing your part fixes it and shows the comparison.")
    with st.container(horizontal=True):
        _close(session, last=True)
        _undo(session, len(session.sample))
