"""Opening another pilot, or making a new one."""

from __future__ import annotations

import json
from pathlib import Path

import streamlit as st

from pages.parts import places, session, signin
from pages.parts.notices import one_sentence, say
from pipeline.model import CountbackError
from pipeline.pilot import Pilot


def choose() -> None:
    """Lists the pilots in data/ and takes the name of a new one."""
    names = places.known()
    left, right = st.columns(2)
    with left:
        st.selectbox(
            "Open another pilot",
            names,
            index=None,
            key="other_pilot",
            placeholder="Choose one" if names else "There is none in data/ yet",
            disabled=not names,
            on_change=_open,
        )
    with right, st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("New pilot", key="new_pilot", placeholder="e.g. Spring, EMEA mid-market")
        st.button("Make it", key="make_pilot", icon=":material/create_new_folder:", on_click=_make)


@one_sentence
def _open() -> None:
    name = st.session_state.other_pilot
    if name:
        switch_to(name)


@one_sentence
def _make() -> None:
    name = places.slug(st.session_state.new_pilot)
    _create(places.DATA / name)
    st.session_state.new_pilot = ""
    switch_to(name)
    say(f"{name} is open: drop its exports here.")


def _create(folder: Path) -> None:
    """Makes the pilot; where people sign in, an admin does, and is its first admin."""
    if not signin.is_set_up():
        Pilot.create(folder)
        return
    mine = session.pilot_for(session.here().pilot.folder)
    mine.require("role_granted")
    if folder.exists() or mine.actor is None:
        raise CountbackError(f"There is a pilot {folder.name} already: choose another name.")
    made = Pilot.create(folder)
    admins = json.dumps([mine.actor.identity], ensure_ascii=False)
    (made.folder / "pilot.toml").write_text(
        f"[people]\nsign_in = true\nadmins = {admins}\n", encoding="utf-8"
    )


def switch_to(name: str) -> None:
    """Works in that pilot from the next run on."""
    st.session_state.pilot = name
    for key in ("as_of", "case", "shown", "last_decision"):
        st.session_state.pop(key, None)
