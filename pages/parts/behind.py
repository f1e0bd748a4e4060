"""How a figure is counted: what it means, the SQL that ran, how many rows, and the rows."""

from __future__ import annotations

import streamlit as st

from pages.parts.tables import SHOWN, save, table
from pages.parts.wording import counted, escaped
from pipeline.warehouse.day import Metric


def how_counted(*metrics: Metric, key: str, label: str = "How this is counted") -> None:
    """Opens everything behind a figure, one tab a metric."""
    with st.expander(label, icon=":material/rule:", key=f"{key}_how", type="compact"):
        if len(metrics) == 1:
            one(metrics[0], key=f"{key}_{metrics[0].name}")
            return
        for tab, metric in zip(st.tabs([m.title for m in metrics]), metrics, strict=True):
            with tab:
                one(metric, key=f"{key}_{metric.name}")


def one(metric: Metric, *, key: str) -> None:
    """Definition, SQL and rows of one metric."""
    definition(metric.title, metric.unit, metric.better, metric.meaning)
    st.code(metric.sql, language="sql", height=260 if metric.sql.count("\n") > 12 else "content")
    if not metric.rows:
        st.caption("n = 0: no row of the books falls under this definition on this day.")
        return
    st.caption(_how_many(len(metric.rows)))
    table(metric.rows, key=f"{key}_behind", alt=f"Rows behind: {metric.title}")
    save(metric.rows, key=f"{key}_behind_csv", name=metric.name, label="Save these rows as CSV")


def _how_many(n: int) -> str:
    said = f"n = {counted(n, 'row')}, made by the query above from the exports and the record."
    return said if n <= SHOWN else f"{said} The first {SHOWN:,} are shown; the file has all."


def definition(title: str, unit: str, better: str, meaning: str) -> None:
    """What a figure means, from its own file."""
    st.markdown(f"**{escaped(title)}**, in {escaped(unit)}. Better: {escaped(better)}.")
    st.markdown(escaped(meaning))
