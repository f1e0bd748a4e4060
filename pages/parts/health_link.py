"""From a case that bad data stops to the place where it is mended."""

from __future__ import annotations

import streamlit as st

from pages.parts import health
from pages.parts.address import page_file
from pages.parts.session import Session
from pages.parts.wording import escaped
from pipeline.model import Case
from pipeline.warehouse.checks import checks


def stops(here: Session, case: Case) -> list[str]:
    """The checks that stop a draft of the case, each once, in order."""
    found: dict[str, list[str]] = here.kept("data stops", lambda: _by_case(here))
    return found.get(case.case_id, [])


def _by_case(here: Session) -> dict[str, list[str]]:
    known = checks()
    found: dict[str, list[str]] = {}
    for route in here.desk.routes:
        listed = found.setdefault(route.case_id, [])
        codes = [one.code for one in route.blockers if one.code in known]
        listed.extend(code for code in codes if code not in listed)
    return found


def mend(here: Session, case: Case) -> None:
    """Says which data stops the case, with the way there; nothing where none does."""
    found = stops(here, case)
    if not found:
        return
    titles = ", ".join(checks()[code].headers["title"] for code in found)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":red[:material/block:] Data to mend first: **{escaped(titles)}**")
        st.button(
            "Mend it on Data health",
            key="mend_data",
            shortcut="D",
            icon=":material/health_and_safety:",
            type="tertiary",
            on_click=_go,
            args=(found[0],),
        )
    if st.session_state.pop("go_to_health", False):
        st.switch_page(page_file("pages/prepare/data_health.py"))


def _go(check: str) -> None:
    health.open_finding(check)
    st.session_state.go_to_health = True
