"""Review: one case at a time; evidence on the left, the decision on the right."""

from __future__ import annotations

import streamlit as st

from pages.parts import casework, health_link, session, stopwatch, worded
from pages.parts.casework import Shown
from pages.parts.deciding import decision
from pages.parts.evidence import evidence
from pages.parts.presence import company
from pages.parts.session import Session
from pages.parts.verdicts import go
from pages.parts.wording import LANE_TITLES, counted, escaped, money
from pipeline.acting import Made


def page() -> None:
    """The whole page."""
    here = session.here()
    case_id = None if here.is_empty else casework.current(here)
    if case_id is None:
        st.title("Nothing is left to review")
        st.info("No case needs you on this day: move the day on, or look at the Queue's splits.")
        return
    made = casework.made(here, case_id)
    shown = casework.watch(here, case_id)
    _heading(here, made, shown)
    health_link.mend(here, made.case)
    stopwatch.offer(here, made.case)
    left, right = st.columns([9, 11], gap="medium")
    with left, st.container(height=690, border=False, key="evidence"):
        evidence(here, made)
    with right:
        decision(here, worded.written(here, made))
    if st.session_state.pop("keys_asked", False):
        _keys()


def _heading(here: Session, made: Made, shown: Shown) -> None:
    case = made.case
    cases = casework.walk(here)
    title, buttons = st.columns([7, 3], vertical_alignment="center")
    with title:
        st.title(escaped(case.customer_name), anchor=False)
        st.caption(escaped(" · ".join(_said(made, cases))))
        company(here, case.case_id)
    with buttons, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        st.button("Keys", key="keys", shortcut="Shift+K", on_click=_ask_keys, type="tertiary")
        st.button(
            "Go on" if shown.is_paused else "Pause",
            key="pause",
            shortcut="P",
            on_click=shown.pause,
            type="primary" if shown.is_paused else "tertiary",
            help="Stops the clock of the review; three minutes without an action do too.",
        )
        for label, key, step in (("Previous", "K", -1), ("Next", "J", 1)):
            to = casework.neighbour(cases, case.case_id, step)
            st.button(
                label,
                key=label.lower(),
                shortcut=key,
                on_click=go,
                args=(to,),
                disabled=to is None,
            )


_KEYS = {
    "J, K": "next and previous case",
    "A": "approve the message as it is",
    "E": "approve it as you changed it",
    "M": "move the case to the lane chosen",
    "H": "hold it until the day chosen",
    "X": "reject it for the reason chosen",
    "1 to 7": "reject it for that reason, in one key",
    "U": "take your last decision back, until it has left",
    "Y, N, L, S": "confirm, reject or change what their message means, and close it",
    "P": "pause the clock",
    "D": "mend its data on Data health",
    "Shift+K": "this list",
}


def _ask_keys() -> None:
    st.session_state.keys_asked = True


@st.dialog("Keys")
def _keys() -> None:
    """What each key does here; Esc closes it."""
    st.table({"Key": list(_KEYS), "Does": list(_KEYS.values())})


def _said(made: Made, cases: list[str]) -> list[str]:
    case = made.case
    said = [
        LANE_TITLES[case.lane],
        f"{money(case.open_amount, case.currency)} on {counted(len(case.invoice_ids), 'invoice')}",
    ]
    if case.days_past_due is not None and case.days_past_due > 0:
        said.append(f"{counted(case.days_past_due, 'day')} past due")
    if case.case_id in cases:
        said.append(f"case {cases.index(case.case_id) + 1} of {len(cases)}")
    return said


page()
