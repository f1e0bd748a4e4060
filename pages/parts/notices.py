"""One sentence to the person after an act: kept by a callback, shown by the next run."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import streamlit as st

from pages.parts import signin
from pages.parts.wording import escaped
from pipeline.model import CountbackError


def say(sentence: str) -> None:
    """Confirms quietly what was done."""
    st.session_state.said = sentence


def refuse(sentence: str) -> None:
    """Says why nothing was done."""
    st.session_state.refused = sentence


def tell(sentence: str, *, good: bool) -> None:
    """Says what takes longer to read than a passing note stays."""
    st.session_state.told = (sentence, good)


def show() -> None:
    """Shows, once, what the last act had to say."""
    said = st.session_state.pop("said", "")
    refused = st.session_state.pop("refused", "")
    told, good = st.session_state.pop("told", ("", True))
    if told:
        (st.success if good else st.warning)(escaped(told), icon=":material/visibility:")
    if said:
        st.toast(escaped(said), icon=":material/check:")
    if refused:
        st.error(escaped(refused), icon=":material/block:")


def one_sentence(act: Callable[..., None]) -> Callable[..., None]:
    """A callback whose refusal becomes a sentence on the page."""

    @wraps(act)
    def guarded(*args: Any, **kwargs: Any) -> None:
        try:
            signin.still()
            act(*args, **kwargs)
        except CountbackError as error:
            refuse(str(error))

    return guarded
