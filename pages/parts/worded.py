"""Whose words a draft has: the model's while they hold, the built-in drafter's else.

A case without a wording is given one when it is opened, with a progress line while the model
writes. After that its text stays as it is: another wording comes only by asking for it.
"""

from __future__ import annotations

import streamlit as st

from pages.parts import session
from pages.parts.allowed import allowed
from pages.parts.session import Session
from pages.parts.wording import escaped
from pipeline.acting import Made, write_case
from pipeline.ledger.rights import ASK_MODEL
from pipeline.llm import Asker, new_run


def written(here: Session, made: Made) -> Made:
    """The case with the model's wording, asked for now where it has none or another is wanted."""
    again = st.session_state.get("write_again") == made.case.case_id
    if not (made.is_unasked or again) or here.why_not(ASK_MODEL):
        return made
    settings = here.pilot.settings.drafting
    most = f"{settings.timeout_seconds:g} s"
    with st.spinner(f"{escaped(settings.model)} writes, for {most} at most…", show_time=True):
        asker = Asker(here.pilot.folder, settings, run=run())
        found = write_case(
            here.pilot,
            here.day,
            made.case.case_id,
            asker,
            session.now(),
            again=again,
            desk=here.desk,
        )
    st.session_state.pop("write_again", None)
    return found


def line(here: Session, made: Made) -> None:
    """Who worded the draft, and the way to another wording; nothing where no model is set."""
    if not here.pilot.settings.drafting.model:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        by = made.draft.model or "the built-in drafter"
        st.caption(f"Worded by {escaped(by)}. Every fact is filled in from the books.")
        allowed(st.button, "model_asked")(
            "Write again",
            key="write_again_button",
            type="tertiary",
            on_click=_ask_again,
            args=(made.case.case_id,),
            help="Asks the model for another wording; what you changed in this one is lost.",
        )


def _ask_again(case_id: str) -> None:
    st.session_state.write_again = case_id


def run() -> str:
    """One visit is one run, for the budget."""
    if "model_run" not in st.session_state:
        st.session_state.model_run = new_run()
    return str(st.session_state.model_run)
