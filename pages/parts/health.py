"""What the page Data health looks at, each made once per state of books and record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from pages.parts.session import Session
from pages.parts.tables import in_words
from pages.parts.wording import day, money
from pipeline.health import findings
from pipeline.health import overview as overviews
from pipeline.health.findings import Finding, amounts_text
from pipeline.warehouse import checks, corrections

Row = Mapping[str, Any]
Rows = Sequence[Row]


def overview(here: Session) -> overviews.Overview:
    """How much is blocked, and what to mend next."""
    return here.kept("health overview", lambda: overviews.overview(here.day))


def found(here: Session) -> list[Finding]:
    """Every check of the day, worst first."""
    return here.kept("health findings", lambda: findings.findings(here.day, here.desk))


def rows(here: Session, name: str) -> list[dict[str, Any]]:
    """The offending rows of one check."""
    return here.kept(f"health rows/{name}", lambda: findings.rows(here.day, name))


def made(here: Session) -> list[dict[str, Any]]:
    """Every corrected cell, newest first."""
    return here.kept("health corrections", lambda: corrections.made_corrections(here.day))


def waiting(here: Session) -> list[list[dict[str, Any]]]:
    """Corrections that wait for a second person, each with its cells; newest first."""
    events: dict[str, list[dict[str, Any]]] = {}
    for row in made(here):
        if row["state"] == "waiting":
            events.setdefault(row["event_id"], []).append(row)
    return list(events.values())


def people(here: Session) -> dict[str, str]:
    """Our own active people: id -> name with team."""
    listed = here.kept("health people", lambda: corrections.active_people(here.day))
    return {row["person_id"]: _person(row) for row in listed}


def _person(row: Row) -> str:
    return f"{row['name']}, {row['team']}" if row["team"] else str(row["name"])


def has_people(here: Session) -> bool:
    """Whether a list of our own people is loaded."""
    return bool(corrections.active_people(here.day))


def sides(here: Session, ids: Sequence[str]) -> list[dict[str, str | None]]:
    """Customers to compare, as words -> value."""
    found = checks.side_by_side(here.day, ids)
    return [
        {in_words(name): None if value is None else str(value) for name, value in row.items()}
        for row in found
    ]


def open_finding(name: str) -> None:
    """Shows a finding; the table is drawn anew with it ticked."""
    state = st.session_state
    state.health_view = "findings"
    state.health_finding = name
    state.health_table = state.get("health_table", 0) + 1


def differences(ties: Rows) -> str:
    """By how much the books miss the control totals."""
    said = [f"off by {money(r['difference'], r['currency'])} on {day(r['as_of'])}" for r in ties]
    return ", ".join(said)


def listed(amounts: Sequence[Mapping[str, Any]] | Mapping[str, Decimal]) -> str:
    """Amounts by currency side by side; a dash for none."""
    by_currency = (
        amounts
        if isinstance(amounts, Mapping)
        else {one["currency"]: one["amount"] for one in amounts}
    )
    return amounts_text(by_currency) or "–"


def sources(fresh: Rows, ties: Rows) -> None:
    """Every dated export with its age, and every control total beside the books."""
    left, right = st.columns(2)
    with left:
        st.dataframe(
            pl.DataFrame(
                {
                    "Export": [row["source"].replace("_", " ").capitalize() for row in fresh],
                    "Newest day": [row["newest_on"] for row in fresh],
                    "Days old": [row["days_old"] for row in fresh],
                    "Fresh for": [row["days_fresh"] for row in fresh],
                    "Rows": [row["n"] for row in fresh],
                    "": ["Out of date" if row["is_stale"] else "" for row in fresh],
                }
            ),
            hide_index=True,
            key="health_freshness",
            height="content",
            column_config={"Newest day": st.column_config.DateColumn(format="D MMM YYYY")},
            alt="Each export with its newest day; payments first.",
        )
    with right:
        if not ties:
            st.caption("No control total is loaded.")
            return
        st.dataframe(
            pl.DataFrame(
                {
                    "Currency": [row["currency"] for row in ties],
                    "Day": [row["as_of"] for row in ties],
                    "Books": [row["books_amount"] for row in ties],
                    "Control total": [row["control_amount"] for row in ties],
                    "Difference": [row["difference"] for row in ties],
                }
            ),
            hide_index=True,
            key="health_tie_outs",
            height="content",
            column_config={
                name: st.column_config.NumberColumn(format="accounting")
                for name in ("Books", "Control total", "Difference")
            },
            alt="The books against the newest control total of each currency.",
        )
