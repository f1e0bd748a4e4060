"""Where open money rolled: the matrix, the identity to the cent, and the invoices of a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import streamlit as st

from pages.parts.behind import how_counted
from pages.parts.figures import figure
from pages.parts.session import Session
from pages.parts.tables import save, table
from pages.parts.wording import day, escaped, money
from pipeline import charts
from pipeline.proving import time_to_cash
from pipeline.warehouse.day import Metric, Scope, Weeks, fridays

Found = Mapping[str, Any]


def of_page(here: Session, name: str, scope: Scope, weeks: Weeks = ()) -> Metric:
    """A metric as it was counted for a page: same customers, same days."""
    ends = ",".join(f"{since}-{to}" for since, to in weeks)
    made: Metric = here.kept(
        f"metric {name} {scope} {ends}",
        lambda: here.day.metric(name, customers=scope, weeks=weeks),
    )
    return made


def rolled(here: Session, scope: Scope, currency: str) -> None:
    """The matrix of some days, its identity, and the invoices of one cell."""
    st.header("4 · Roll-forward", anchor="rolled")
    spans = _span(here)
    ((since, until),) = spans
    found = here.kept(
        f"rolled {scope} {since} {until}",
        lambda: time_to_cash.rolled_forward(here.day, scope, spans),
    )
    own = found["currencies"].get(currency)
    if own is None:
        st.info(f"Nothing was open or billed in {escaped(currency)} in these days.")
        return
    st.markdown(_identity(own["identity"], currency))
    if not own["rows"]:
        st.info(f"Nothing was open at the close of {day(since)}: choose later days.")
        return
    drawn = charts.roll_matrix(own["rows"], currency, since, until)
    figure(drawn, charts.in_columns(own["rows"]), key="matrix", on_select=_choose_cell)
    st.caption(
        "Each row is 100% of what was open at the start. A grey row has fewer than 30 invoices: "
        "its shares say little. Invoices billed since are in no row."
    )
    invoices = of_page(here, "rolled_forward_invoices", scope, spans)
    _one_cell(own["rows"], invoices, currency, until)
    how_counted(
        of_page(here, "roll_forward", scope, spans),
        of_page(here, "roll_forward_totals", scope, spans),
        invoices,
        key="rolled",
    )


def _span(here: Session) -> Weeks:
    ends = [end for _, end in fridays(here.as_of - timedelta(weeks=26), here.as_of)][::-1]
    ends = [here.as_of, *(end for end in ends if end != here.as_of)]
    if st.session_state.get("rolled_to") not in ends:
        st.session_state["rolled_to"] = here.as_of
    with st.container(horizontal=True, vertical_alignment="bottom"):
        days: int = st.segmented_control(
            "Days",
            [30, 7],
            key="rolled_days",
            default=30,
            required=True,
            format_func=lambda number: "30 days" if number == 30 else "A week",
        )
        end: date = st.selectbox("Up to", ends, key="rolled_to", format_func=day, width=220)
    return time_to_cash.span(here.day, end, days)


def _identity(lines: Found, currency: str) -> str:
    """Opening to closing in words, to the cent."""

    def said(name: str) -> str:
        return escaped(money(lines[name], currency))

    ties = "ties to the cent" if lines["ok"] else "**does not tie**: see the rows"
    overpaid = f" + {said('overpaid')} overpaid" if lines["overpaid"] else ""
    return (
        f"**{said('opening')}** opening + {said('billed')} billed − {said('paid')} paid − "
        f"{said('credited')} credited − {said('written_off')} written off{overpaid} = "
        f"**{said('closing')}** closing ({ties})."
    )


def _choose_cell() -> None:
    """A click on the matrix opens the invoices of that cell below."""
    points = st.session_state["matrix"]["selection"]["points"]
    if points:
        st.session_state["cell_from"], st.session_state["cell_to"] = points[0]["customdata"][:2]


def _one_cell(rows: Sequence[Found], invoices: Metric, currency: str, until: date) -> None:
    st.subheader("Which invoices?", anchor=False)
    found_rows = {row["bucket"]: row for row in rows}
    cells = {bucket: list(row["cells"]) for bucket, row in found_rows.items()}
    if st.session_state.get("cell_from") not in cells:
        st.session_state["cell_from"] = next(iter(cells))
    with st.container(horizontal=True):
        bucket = st.selectbox(
            "From", list(cells), key="cell_from", format_func=charts.outcome_name, width=220
        )
        if st.session_state.get("cell_to") not in cells[bucket]:
            st.session_state["cell_to"] = time_to_cash.first_cell(found_rows[bucket])
        outcome = st.selectbox(
            "To", cells[bucket], key="cell_to", format_func=charts.outcome_name, width=220
        )
    found = time_to_cash.behind(invoices.rows, currency, bucket, outcome)
    name = f"{charts.outcome_name(bucket)} to {charts.outcome_name(outcome)}"
    table(
        found,
        key="cell_invoices",
        alt=f"Invoices from {name} by {day(until)}",
        columns=[n for n in invoices.columns if n not in ("week_end", "currency")],
    )
    save(found, key="cell_invoices_csv", name=f"rolled_forward_{bucket}_{outcome}")
