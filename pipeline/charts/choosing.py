"""Choosing the segment: how clean against how much to win, and what is left step by step."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go

from pipeline.charts.style import (
    CLEAR,
    CONTROL,
    PILOT,
    PILOT_LIGHT,
    SIGNAL,
    Row,
    drawn_once,
    frame,
    label,
    money,
    quiet_axes,
)

#: Diameter in pixels of the bubble with most invoices, and of the smallest one drawn.
_LARGEST, _SMALLEST = 46.0, 7.0
#: Candidates named in the plot; the others say their names when pointed at.
_NAMED = 4


@drawn_once
def clean_against_headroom(candidates: Sequence[Row], currency: str, chosen: str) -> go.Figure:
    """The candidates of `segments.choose`: score (x), headroom in `currency` (y).

    A bubble's area is invoices due in 60 days; a ringed one fails a gate; `chosen` is filled
    darkest. Candidates without a headroom are left to the table.
    """
    shown = [row for row in candidates if row["headroom"] is not None]
    figure = go.Figure()
    if shown:
        # What passes lies over what fails, and the chosen one over all.
        drawn = sorted(shown, key=lambda row: (row["candidate"] == chosen, row["passes"]))
        figure.add_scatter(
            x=[row["score"] for row in drawn],
            y=[float(row["headroom"]) for row in drawn],
            mode="markers",
            marker=_bubbles(drawn, chosen),
            text=[_pointed_at(row, currency) for row in drawn],
            customdata=[candidates.index(row) for row in drawn],
            hovertemplate="%{text}<extra></extra>",
        )
    figure.update_layout(
        **frame("Which segment is clean and worth it?", _words(shown, currency), 420)
    )
    quiet_axes(figure)
    passing = [row for row in shown if row["passes"]][:_NAMED]
    for row in [*passing, *(row for row in shown[:1] if not row["passes"])]:
        label(figure, row["score"], float(row["headroom"]), escape(row["candidate"]), xshift=16)
    figure.update_xaxes(title_text="cleanliness, 0 to 100", range=[-4, 108])
    figure.update_yaxes(title_text=f"headroom, {currency}", tickformat="~s", rangemode="normal")
    return figure


def _bubbles(shown: Sequence[Row], chosen: str) -> dict[str, object]:
    most = max(row["invoices_due_60"] for row in shown) or 1
    return {
        "size": [
            max(_SMALLEST, _LARGEST * (row["invoices_due_60"] / most) ** 0.5) for row in shown
        ],
        "color": [PILOT if row["candidate"] == chosen else PILOT_LIGHT for row in shown],
        "opacity": 0.85,
        "line": {
            "color": [PILOT if row["passes"] else SIGNAL for row in shown],
            "width": [1 if row["passes"] else 2.5 for row in shown],
        },
    }


def _pointed_at(row: Row, currency: str) -> str:
    failed = [str(gate["gate"]) for gate in row["gates"] if not gate["ok"]]
    gates = f"fails gate {', '.join(failed)}" if failed else "passes every gate"
    return (
        f"{escape(row['candidate'])}: cleanliness {row['score']:.1f}, headroom "
        f"{money(row['headroom'], currency)}, {row['invoices_due_60']:,} invoices due in 60 days; "
        f"{gates}"
    )


def _words(shown: Sequence[Row], currency: str) -> str:
    passing = [row for row in shown if row["passes"]]
    told = "; ".join(_pointed_at(row, currency) for row in passing[:_NAMED])
    return (
        f"Cleanliness against headroom of {len(shown)} candidate segments; {len(passing)} pass "
        f"every gate, the others are ringed. {told or 'None passes'}."
    )


@drawn_once
def eligibility(steps: Sequence[Row], currency: str) -> go.Figure:
    """The steps of `segments.waterfall`: everything open, what each rule takes off, what is left.

    In reporting currency (`reporting`); in invoices (`n`) when a rate is missing.
    """
    by_money = all(step["reporting"] is not None for step in steps)
    values = [float(step["reporting"] if by_money else step["n"]) for step in steps]
    names = [step["step"].capitalize() for step in steps]
    ends = {0, len(steps) - 1}
    told = [_told(step, currency, by_money=by_money) for step in steps]
    figure = go.Figure(
        go.Waterfall(
            x=names,
            y=[value if place in ends else -value for place, value in enumerate(values)],
            measure=[
                "absolute" if p == 0 else "total" if p in ends else "relative"
                for p in range(len(steps))
            ],
            text=[_short(value) for value in values],
            textposition="outside",
            hovertext=told,
            hovertemplate="%{hovertext}<extra></extra>",
            increasing={"marker": {"color": PILOT}},
            decreasing={"marker": {"color": CONTROL}},
            totals={"marker": {"color": PILOT}},
            connector={"line": {"color": CLEAR}},
        )
    )
    described = "What a pilot may handle of what is open. " + "; ".join(
        f"{name} {said}" for name, said in zip(names, told, strict=True)
    )
    figure.update_layout(**frame("How much of it may a pilot handle?", f"{described}.", 320))
    quiet_axes(figure)
    unit = currency if by_money else "invoices"
    figure.update_yaxes(title_text=unit, tickformat="~s", range=[0, max(values) * 1.15 or 1])
    return figure


def _short(value: float) -> str:
    return f"{value:,.0f}" if value else "0"


def _told(step: Row, currency: str, *, by_money: bool) -> str:
    n = f"{step['n']:,} invoice{'' if step['n'] == 1 else 's'}"
    return f"{money(step['reporting'], currency)} on {n}" if by_money else n
