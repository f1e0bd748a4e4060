"""Worked examples on Method: what a definition gives today, in the pilot that is open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import streamlit as st

from pages.parts.session import Session
from pages.parts.tables import save, table
from pages.parts.wording import counted, day, escaped
from pipeline.acting import Made, draft_case
from pipeline.model import MESSAGE_LANES, Route
from pipeline.proving.before_after import READ_OUTS, windows
from pipeline.warehouse.day import Metric, fridays
from pipeline.warehouse.statements import folder

#: Rows of a definition that are shown; all of them save as CSV.
_SHOWN = 8
#: Cases that are drafted to find one for a template.
_TRIED = 12


def metric_today(here: Session, name: str) -> None:
    """A metric's first rows as of the day; its last four weeks where it counts weeks."""
    if here.is_empty:
        st.caption("Load the exports, and this shows what it gives.")
        return
    start = here.pilot.settings.pilot.started_on
    if not st.toggle("Worked out today", key=f"worked_{name}"):
        return
    if start is None and "windows" in folder("metrics")[name].words:
        st.caption("It compares two windows: set a day 0 (`[pilot] started_on`) first.")
        return

    def made() -> Metric:
        weeks = fridays(here.as_of - timedelta(days=27), here.as_of)
        spans = windows(start, READ_OUTS[1]) if start else ()
        return here.day.metric(name, weeks=weeks, windows=spans)

    found: Metric = here.kept(f"worked {name}", made)
    n = len(found.rows)
    st.caption(f"{counted(n, 'row')} as of {day(here.as_of)}{', the first of them:' if n else '.'}")
    if n:
        table(found.rows[:_SHOWN], key=f"worked_rows_{name}", alt=f"{found.title}, first rows")
        save(found.rows, key=f"worked_csv_{name}", name=name)


def routed_today(here: Session) -> dict[str, dict[str, Any]]:
    """Rule -> how many invoices it sorts today, and the sentence of one of them."""
    routes: Sequence[Route] = () if here.is_empty else here.desk.routes
    found: dict[str, dict[str, Any]] = {}
    for route in routes:
        seen = found.setdefault(
            route.rule, {"today": 0, "for_example": f"{route.invoice_id}: {route.because}"}
        )
        seen["today"] += 1
    return found


def check_today(here: Session, name: str) -> None:
    """How many rows a check finds today."""
    if here.is_empty or not st.toggle("Worked out today", key=f"worked_of_{name}"):
        return
    rows = here.kept(f"worked check {name}", lambda: here.day.check(name))
    if not rows:
        st.caption(f":material/check: Nothing found as of {day(here.as_of)}.")
        return
    st.caption(f"{counted(len(rows), 'row')} as of {day(here.as_of)}, the first of them:")
    table(rows[:_SHOWN], key=f"worked_check_{name}", alt="What the check finds, first rows")


def message_today(here: Session, prompt: str) -> None:
    """A draft of today that was worded from this template."""
    if here.is_empty or not st.toggle("A draft of today", key=f"worked_prompt_{prompt}"):
        return
    made: Made | None = here.kept(f"worked prompt {prompt}", lambda: _first(here, prompt))
    if made is None:
        st.caption("No case of today uses this one.")
        return
    st.caption(escaped(f"{made.case.customer_name} · {made.case.case_id}"))
    st.code(f"{made.draft.subject}\n\n{made.draft.body}", language=None, wrap_lines=True)


def _first(here: Session, prompt: str) -> Made | None:
    cases = [case for case in here.desk.cases if case.lane in MESSAGE_LANES]
    for case in cases[:_TRIED]:
        made = draft_case(here.pilot, here.day, case.case_id, here.desk)
        if made.draft.state == "draft" and made.draft.prompt.startswith(prompt):
            return made
    return None
