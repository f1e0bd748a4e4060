"""A file that takes a while to make: made on a click, then there to be saved."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.parts.wording import escaped
from pipeline.model import CountbackError


def made_on_demand(
    key: str,
    name: tuple[object, ...],
    make: Callable[[], str | bytes],
    *,
    waiting: str,
    file_name: str,
    mime: str,
) -> None:
    """The button that has the file made, and beside it the file once it is.

    `name` is all that the file hangs on: under another name it has to be made again.
    """
    state = f"{key}_made"
    if st.button("Make it", key=f"{key}_make", type="primary"):
        try:
            with st.spinner(waiting):
                st.session_state[state] = (name, make())
        except CountbackError as error:
            st.info(escaped(error), icon=":material/print_disabled:")
    made = st.session_state.get(state)
    if made and made[0] == name:
        st.download_button(
            "Download",
            data=made[1],
            file_name=file_name,
            mime=mime,
            key=f"{key}_download",
            icon=":material/download:",
            on_click="ignore",
        )
