"""The page's address: filters and the day are in it, so that a link shows what was seen.

A value goes from the address into the session once, when the browser opens it; from then on the
session leads and the address follows.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from pathlib import Path

import streamlit as st

#: Where the app, its pages and what they read lie.
REPOSITORY = Path(__file__).resolve().parents[2]


def page_file(name: str) -> str:
    """Where a page lies, for links and changes of page.

    A relative path would be looked for beside the script that is served, where no page is.
    """
    return str(REPOSITORY / name)


def seed(key: str, allowed: Container[str] | None = None) -> None:
    """Takes `key` from the address, unless the session has it or the value is not allowed."""
    asked = st.query_params.get(key)
    if asked and key not in st.session_state and (allowed is None or asked in allowed):
        st.session_state[key] = asked


def keep(key: str, value: str, unless: str = "") -> None:
    """Writes `key` into the address; the usual value is left out, to keep it short."""
    if not value or value == unless:
        st.query_params.pop(key, None)
    elif st.query_params.get(key) != value:
        st.query_params[key] = value


def asked_day() -> date | None:
    """The day that the address asks for, if it does."""
    try:
        return date.fromisoformat(st.query_params.get("as_of", ""))
    except ValueError:
        return None
