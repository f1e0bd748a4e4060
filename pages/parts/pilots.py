"""Opening another pilot, or making a new one."""

from __future__ import annotations

import streamlit as st

from pages.parts import places
from pages.parts.notices import one_sentence, say
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
    Pilot.create(places.DATA / name)
    st.session_state.new_pilot = ""
    switch_to(name)
    say(f"{name} is open: drop its exports here.")


def switch_to(name: str) -> None:
    """Works in that pilot from the next run on."""
    st.session_state.pilot = name
    for key in ("as_of", "case", "shown", "last_decision"):
        st.session_state.pop(key, None)
