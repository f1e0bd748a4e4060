"""The findings, worst by money first; one of them open, with its rows and how to mend them."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from pages.parts import address, health
from pages.parts.health_forms import forms
from pages.parts.session import Session
from pages.parts.tables import save
from pages.parts.wording import counted, dated, escaped
from pipeline.health.findings import Finding

#: Rows of a finding that are seen at once.
ROWS = 14
SEVERITY = {True: "Blocks", False: "Warns"}


def show(here: Session) -> None:
    """The list, and what is open of it."""
    found = health.found(here)
    failing = [one for one in found if not one.passes]
    if not failing:
        st.success(
            f"All {len(found)} checks pass on this day: nothing in the data stands in the way of "
            "a draft. New exports are checked as they are loaded.",
            icon=":material/check_circle:",
        )
        _excused(found)
        return
    chosen = _chosen(failing)
    _table(here, failing, chosen)
    _passing(found)
    with st.container(border=True, key="health_open"):
        _heading(failing, chosen)
        _open(here, chosen)


def _chosen(failing: list[Finding]) -> Finding:
    """The finding asked for while it fails, else the worst."""
    state = st.session_state
    names = [one.name for one in failing]
    address.seed("health_finding", names)
    if state.get("health_finding") not in names:
        state.health_finding = names[0]
    address.keep("health_finding", state.health_finding, unless=names[0])
    return failing[names.index(state.health_finding)]


def _table(here: Session, failing: list[Finding], chosen: Finding) -> None:
    # A fix may move findings up or down: what was ticked by place must not tick another one.
    key = f"health_findings_{len(here.entries)}_{st.session_state.get('health_table', 0)}"
    currency = here.pilot.lens(check=False).currency
    st.dataframe(
        _frame(failing, currency),
        key=key,
        hide_index=True,
        height="content",
        on_select=_tick,
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [failing.index(chosen)]}},
        column_config={
            "Severity": st.column_config.TextColumn(width=64),
            "Finding": st.column_config.TextColumn(width=204),
            f"In {currency}": st.column_config.NumberColumn(
                format="accounting",
                width=92,
                help="At the stated rates; blank where one is missing.",
            ),
            "To mend": st.column_config.NumberColumn(
                width=64, help="A contact of five invoices is one thing to mend."
            ),
            "What it costs": st.column_config.TextColumn(width=720),
        },
        alt="What is wrong in the data, most money first.",
    )
    st.session_state.health_listed = (key, [one.name for one in failing])


def _frame(failing: list[Finding], currency: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "Severity": [SEVERITY[one.is_blocking] for one in failing],
            "Finding": [one.title for one in failing],
            f"In {currency}": [one.reporting for one in failing],
            "To mend": [one.n for one in failing],
            "What it costs": [one.sentence for one in failing],
        },
        schema_overrides={f"In {currency}": pl.Decimal(38, 3)},
    )


def _tick() -> None:
    key, names = st.session_state.health_listed
    ticked = st.session_state[key].selection.rows
    if ticked and ticked[0] < len(names):
        st.session_state.health_finding = names[ticked[0]]


def _passing(found: list[Finding]) -> None:
    passing = [one.title for one in found if one.passes]
    said = f"{counted(len(found), 'check')}, {len(passing)} of them pass"
    st.caption(escaped(f"{said}: {'; '.join(passing)}." if passing else f"{said}."))
    _excused(found)


def _excused(found: list[Finding]) -> None:
    excused = [f"{one.title}: {one.exempted}" for one in found if one.exempted]
    if excused:
        st.caption(escaped(f"Excused for a time, listed under Corrections: {'; '.join(excused)}."))


# --- one finding -----------------------------------------------------------------------------


def _heading(failing: list[Finding], one: Finding) -> None:
    place = failing.index(one)
    title, buttons = st.columns([4, 1], vertical_alignment="center")
    with title:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.subheader(escaped(one.title), anchor=False, width="content")
            if one.is_blocking:
                st.badge("Blocks drafts", icon=":material/block:", color="red")
            else:
                st.badge("Warns", icon=":material/warning:", color="orange")
        st.markdown(escaped(dated(one.sentence)))
        st.caption(escaped(f"Fix: {one.fix} Who can give it: {', '.join(one.fixers)}."))
    with buttons, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        for label, shortcut, step in (("Previous", "K", -1), ("Next", "J", 1)):
            to = place + step
            there = 0 <= to < len(failing)
            st.button(
                label,
                key=f"health_{label.lower()}",
                shortcut=shortcut,
                disabled=not there,
                on_click=health.open_finding,
                args=(failing[to].name if there else one.name,),
            )


def _open(here: Session, one: Finding) -> None:
    rows = health.rows(here, one.name)
    left, right = st.columns([8, 6], gap="medium")
    with left:
        ticked = _rows(here, one, rows)
        _how(one)
    with right:
        forms(here, one, ticked)


def _rows(here: Session, one: Finding, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Shows the offending rows; returns the ticked ones, the first when none is."""
    event = st.dataframe(
        _offending(rows),
        key=f"health_rows_{one.name}_{len(here.entries)}",
        hide_index=True,
        height="content" if len(rows) < ROWS else 34 + 31 * ROWS,
        on_select="rerun",
        selection_mode="multi-row",
        placeholder="–",
        column_config={
            "Amount": st.column_config.NumberColumn(format="accounting", width=100),
            "Currency": st.column_config.TextColumn(width=66),
            "Invoice": st.column_config.TextColumn(width=88),
            "Because": st.column_config.TextColumn(width="large"),
        },
        alt=f"Rows of the finding: {one.title}",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        ticked = [rows[place] for place in event.selection.rows if place < len(rows)]
        st.caption(_ticked(len(ticked), len(rows)))
        save(rows, key="health_rows_csv", name=f"{one.name}-{here.as_of}")
    return ticked or rows[:1]


def _ticked(n: int, of: int) -> str:
    if of == 1:
        return "1 row."
    return f"{n:,} of {of:,} rows ticked." if n else f"{of:,} rows; tick those to act on."


def _offending(rows: list[dict[str, Any]]) -> pl.DataFrame:
    shown = {
        "Customer": [row["customer_name"] or row["subject"] for row in rows],
        "Invoice": [row["invoice_id"] for row in rows],
        "Amount": [row["amount"] for row in rows],
        "Currency": [row["currency"] for row in rows],
        "Because": [row["said"] or row["because"] for row in rows],
        "Proposed": [row["proposed_fix"] for row in rows],
        "Who can": [row["fixer"] for row in rows],
    }
    if not any(shown["Invoice"]):
        del shown["Invoice"]
    return pl.DataFrame(shown, schema_overrides={"Amount": pl.Decimal(38, 3)})


def _how(one: Finding) -> None:
    with st.expander("What is checked, and how", icon=":material/rule:", type="compact"):
        st.markdown(escaped(one.meaning))
        st.code(one.sql, language="sql", height=240)
