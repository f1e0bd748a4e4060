"""Prepare · Protocol: what is agreed before the data, signed once; later changes are events."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.parts import session
from pages.parts.allowed import allowed
from pages.parts.notices import one_sentence, say
from pages.parts.session import Session, named
from pages.parts.tables import save
from pages.parts.wording import counted, day, escaped, moment
from pipeline.model import WrongCall
from pipeline.protocol import (
    Charter,
    Signed,
    Step,
    amend,
    charter,
    document_path,
    members,
    missing_for,
    path_of,
    printed,
    sign,
    signed,
)

_STEPS = {
    "step": st.column_config.TextColumn("Step", width="large", help="What is done, in order."),
    "who": st.column_config.TextColumn("Who", width="medium"),
    "where": st.column_config.TextColumn("Where it is known", width="medium"),
    "minutes": st.column_config.NumberColumn("Minutes", min_value=0.0, max_value=10_000.0),
}
_EXAMPLE = [
    {"step": "Find what is past due", "who": "", "where": "ERP aging report", "minutes": 0.0},
    {"step": "Look up contact and last words", "who": "", "where": "CRM, inbox", "minutes": 0.0},
    {"step": "Check disputes and tickets", "who": "", "where": "Support desk", "minutes": 0.0},
    {"step": "Write and send the follow-up", "who": "", "where": "Mail", "minutes": 0.0},
]


def page() -> None:
    """The agreement, its signature, what differs since, and the path from due to paid."""
    here = session.here()
    st.title("What is agreed before the data?")
    agreed, stands = charter(here.pilot.settings), signed(here.entries)
    if stands is None:
        _unsigned(here, agreed)
    else:
        _signed(agreed, stands)
    _clauses(here, stands.charter if stands else agreed, stands)
    _path(here)


def _unsigned(here: Session, agreed: Charter) -> None:
    missing = missing_for(here.pilot.settings)
    if missing:
        st.info(escaped(f"Nothing can be signed yet: {missing}"))
    else:
        st.markdown(
            "Nobody has signed it yet. Read it, then sign: from then on neither the baseline nor "
            "a definition moves without an event that marks the charts."
        )
    allowed(st.button, "protocol_frozen")(
        "Sign and freeze it",
        key="protocol_sign",
        type="primary",
        icon=":material/signature:",
        on_click=_sign,
        args=(agreed.fingerprint,),
        disabled=bool(missing),
    )


def _signed(agreed: Charter, stands: Signed) -> None:
    st.success(
        escaped(
            f"Signed by {stands.by}, {moment(stands.at)}, on the books of {day(stands.on_day)}."
        ),
        icon=":material/signature:",
    )
    for entry in stands.changes:
        what = ", ".join(name for name, *_ in entry.payload["differs"])
        said = f"Changed on {entry.on_day} by {entry.by} ({what}): {entry.payload['reason']}"
        st.warning(escaped(said), icon=":material/edit_note:")
    differs = stands.charter.differs(agreed)
    if differs:
        _differs(differs, agreed)


def _differs(differs: tuple[tuple[str, str, str], ...], agreed: Charter) -> None:
    with st.container(border=True, key="protocol_differs"):
        n = counted(len(differs), "clause is not", "clauses are not")
        st.markdown(f":red[:material/warning:] **{n} as signed.** Put it back, or record why.")
        for heading, was, now_says in differs:
            st.markdown(f"**{escaped(heading)}**")
            st.text(f"signed: {was or 'nothing'}\nnow:    {now_says or 'nothing'}")
        left, right = st.columns([4, 1], vertical_alignment="bottom")
        left.text_input("Why it changed", key="protocol_reason", placeholder="For the record")
        allowed(right.button, "protocol_changed")(
            "Record the change",
            key="protocol_amend",
            on_click=_amend,
            args=(agreed.fingerprint,),
            width="stretch",
        )


def _clauses(here: Session, shown: Charter, stands: Signed | None) -> None:
    if not here.is_empty:
        counts = here.kept("protocol members", lambda: members(here.day, here.pilot.settings))
        st.caption(
            f"On this day {counted(counts['segment'], 'customer')} in the segment, "
            f"{counted(counts['comparison'], 'customer')} in the comparison."
        )
    first = [clause for clause in shown.clauses if not clause.heading.startswith("Metric: ")]
    for clause in first:
        label, says = st.columns([1, 5])
        label.markdown(f"**{escaped(clause.heading)}**")
        says.text(clause.says)
    with st.expander("How each metric is defined", icon=":material/rule:"):
        for clause in shown.clauses[len(first) :]:
            st.markdown(f"**{escaped(clause.heading.removeprefix('Metric: '))}**")
            st.text(clause.says)
    settings = here.pilot.settings
    st.download_button(
        "One page to print",
        lambda: printed(
            f"Protocol: {here.pilot.name}",
            shown,
            stands,
            path_of(here.entries),
            synthetic=settings.pilot.synthetic,
        ).encode(),
        file_name="protocol.html",
        mime="text/html",
        key="protocol_print",
        icon=":material/print:",
        on_click="ignore",
    )


def _path(here: Session) -> None:
    st.header("From due to paid, as it is done today", anchor="path")
    steps = path_of(here.entries)
    if not steps:
        st.caption(
            "Nobody has written it down yet. Start from these lines: what is done, by whom, where "
            "it is known, and how long it takes. It is printed with the protocol."
        )
    rows = [step.model_dump() for step in steps] or _EXAMPLE
    edited: list[dict[str, Any]] = st.data_editor(
        rows,
        key=f"path_steps_{len(here.entries)}",
        column_config=_STEPS,
        num_rows="dynamic",
        hide_index=True,
    )
    st.session_state.path_edited = edited
    with st.container(horizontal=True):
        allowed(st.button, "path_documented")(
            "Write it down", key="path_save", icon=":material/save:", on_click=_write_path
        )
        save(rows, key="path_csv", name="path-to-paid")


@one_sentence
def _sign(seen: str) -> None:
    by, here = named(), session.again()
    agreed = _as_seen(here, seen)
    with_ = {"by": by, "now": session.now(), "on_day": here.as_of}
    sign(here.ledger(), agreed, here.pilot.settings, **with_)
    say("Signed: from now on a change is an event with a reason.")


@one_sentence
def _amend(seen: str) -> None:
    by, here = named(), session.again()
    reason = st.session_state.get("protocol_reason") or ""
    with_ = {"by": by, "now": session.now(), "on_day": here.as_of}
    amend(here.ledger(), _as_seen(here, seen), reason, **with_)
    say("Recorded: the charts name the day on which it changed.")


def _as_seen(here: Session, seen: str) -> Charter:
    """Nobody signs what they have not read: pilot.toml may have changed meanwhile."""
    agreed = charter(here.pilot.settings)
    if agreed.fingerprint != seen:
        raise WrongCall("The settings changed while you read: read it again, then sign.")
    return agreed


@one_sentence
def _write_path() -> None:
    by, here = named(), session.again()
    rows = st.session_state.get("path_edited") or []
    steps = [
        Step(
            step=row.get("step") or "",
            who=row.get("who") or "",
            where=row.get("where") or "",
            minutes=float(row.get("minutes") or 0),
        )
        for row in rows
    ]
    document_path(here.ledger(), steps, by=by, now=session.now(), on_day=here.as_of)
    say("Written down; it is printed with the protocol.")


page()
