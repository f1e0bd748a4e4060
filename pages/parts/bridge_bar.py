"""A bar of the DSO bridge opened: the invoices that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.parts.tables import save, table
from pages.parts.wording import counted
from pipeline.proving.bridge_rows import BARS, behind_bar


def choose_bar(chart: str) -> None:
    """A click on either chart opens that bar below."""
    points = st.session_state[chart]["selection"]["points"]
    if points and points[0]["y"] in BARS:
        st.session_state["bridge_bar"] = points[0]["y"]


def bar(rows: Sequence[Any], currency: str) -> None:
    """The bar that was clicked or chosen, with its invoices."""
    chosen = st.selectbox(
        "Which invoices is a bar about?",
        list(BARS),
        index=None,
        key="bridge_bar",
        format_func=str.capitalize,
        placeholder="Click a bar, or choose one",
        width=320,
    )
    if chosen is None:
        return
    found = behind_bar(rows, chosen, currency)
    st.caption(f"{counted(len(found), 'invoice')} {BARS[chosen][1]}.")
    if not found:
        return
    columns = [name for name in found[0] if name != "currency"]
    table(found, key="bridge_bar_rows", alt=f"Invoices behind {chosen}", columns=columns)
    save(found, key="bridge_bar_csv", name=f"bridge_{chosen.replace(' ', '_')}")
