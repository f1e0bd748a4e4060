"""How much an override mattered: said by a named person, on the record, and taken back by U."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts import session
from pages.parts.allowed import allowed
from pages.parts.notices import one_sentence, say
from pages.parts.session import named
from pages.parts.wording import counted, escaped
from pipeline.deciding import MARKS_OF, SEVERITIES, mark_override, take_back_mark
from pipeline.model import WrongCall
from pipeline.proving.following import severities

Row = Mapping[str, Any]

#: The words of a table's cell.
SHORT = {
    "cosmetic": "cosmetic",
    "material": "material",
    "would_have_harmed": "would have harmed",
    "did_harm": "did harm",
    None: "not marked",
}


def summary(drafts: Any) -> None:
    """Material and cosmetic apart, and what would have done harm."""
    found = severities(drafts)
    would, did = found["would_have_harmed"], found["did_harm"]
    apart = f"{found['material']} material, {found['cosmetic']} cosmetic"
    undo_button()
    st.markdown(
        f"Of {counted(len(drafts), 'override')}: **{would} would have harmed**, {apart}"
        + (f", {did} did harm" if did else "")
        + f", {found['not marked']} not marked yet."
    )


def marking(row: Row, place: str) -> None:
    """The marks that may be given to one decision; `place` tells two lists of a page apart."""
    marks = MARKS_OF[row["verdict"]]
    if not row.get("left_on"):
        marks = tuple(one for one in marks if one != "did_harm")
    if not marks:
        st.caption("It has not left: a message that stays here does no harm.")
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            "How much did it matter?",
            marks,
            index=marks.index(row["severity"]) if row["severity"] in marks else None,
            format_func=SEVERITIES.__getitem__,
            key=f"{place}_as:{row['event_id']}",
            placeholder="Choose",
            width=320,
        )
        st.text_input("Note", key=f"{place}_note:{row['event_id']}", width=320)
        allowed(st.button, "override_marked")(
            "Mark",
            key=f"{place}_mark",
            type="primary",
            icon=":material/flag:",
            on_click=mark,
            args=(row["event_id"], place),
        )


def undo_button() -> None:
    """Takes the last mark of this visit back, while there is one."""
    if st.session_state.get("last_mark"):
        allowed(st.button, "override_marked")(
            "Undo",
            key="override_unmark",
            shortcut="U",
            icon=":material/undo:",
            on_click=unmark,
            help="Takes back the mark that you gave last.",
        )


@one_sentence
def mark(decision_id: str, place: str) -> None:
    """Records what was chosen of a decision."""
    severity = st.session_state.get(f"{place}_as:{decision_id}")
    if not severity:
        raise WrongCall("Choose first how much it mattered.")
    here = session.again()
    try:
        entry = mark_override(
            here.ledger(),
            decision_id,
            severity,
            by=named(),
            now=session.now(),
            on_day=here.as_of,
            note=st.session_state.get(f"{place}_note:{decision_id}") or "",
        )
    finally:
        here.close()
    st.session_state.last_mark = entry.event_id
    say(f"{escaped(entry.payload['case_id'])}: {SHORT[severity]}. U takes it back.")


@one_sentence
def unmark() -> None:
    """What was said before stands again, or nothing."""
    event_id = st.session_state.pop("last_mark", "")
    here = session.again()
    try:
        take_back_mark(here.ledger(), event_id, by=named(), now=session.now(), on_day=here.as_of)
    finally:
        here.close()
    say("Taken back: what was said before stands again.")
