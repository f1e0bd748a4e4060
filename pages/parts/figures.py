"""A chart with what belongs to it: the same figures as a table, and as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from pages.parts.tables import save, table
from pipeline import charts

Row = Mapping[str, Any]


def figure(
    drawn: Any,
    rows: Sequence[Row],
    *,
    key: str,
    columns: Sequence[str] = (),
    on_select: Callable[[], None] | None = None,
) -> None:
    """A figure, or on request its values as a table; the CSV holds every column of `rows`.

    `on_select` is called when a point is chosen; the choice is in the state under `key`.
    """
    words = charts.alt(drawn)
    if st.session_state.get(f"{key}_as_table") and rows:
        table(rows, key=f"{key}_table", alt=words, columns=columns)
    else:
        st.plotly_chart(
            drawn,
            key=key,
            config=charts.CONFIG,
            alt=words,
            on_select=on_select or "ignore",
            selection_mode="points",
        )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.toggle("As a table", key=f"{key}_as_table", disabled=not rows)
        if rows:
            save(rows, key=f"{key}_csv", name=key)
