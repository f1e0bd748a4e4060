"""Before and after a clean-up of the data: blocked money, a step down for each day of mending."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import plotly.graph_objects as go

from pipeline.charts.style import (
    BAND,
    CONTROL,
    PILOT,
    Row,
    day_name,
    drawn_once,
    frame,
    label,
    money,
    quiet_axes,
)

_TITLE = "How much money does bad data stop?"


@drawn_once
def clean_up(steps: Sequence[Row], as_of: date) -> go.Figure:
    """The rows of `health.progress.clean_up`: the exports as they came, then each day of mending.

    `amount` is in `currency`; steps without one (a rate is missing) are drawn as invoices, `n`.
    """
    by_money = all(step["amount"] is not None for step in steps)
    values = [float(step["amount"] if by_money else step["n"]) for step in steps]
    days = _days(steps, as_of)
    told = [_told(step, by_money=by_money) for step in steps]
    figure = go.Figure(
        go.Scatter(
            x=[*days, as_of],
            y=[*values, values[-1]],
            mode="lines+markers",
            line={"shape": "hv", "color": PILOT, "width": 2.5},
            marker={"size": [8] * len(steps) + [1], "color": PILOT},
            fill="tozeroy",
            fillcolor=BAND,
            text=[*told, told[-1]],
            hovertemplate="%{text}<extra></extra>",
        )
    )
    figure.update_layout(**frame(_TITLE, _described(steps, told), 300))
    quiet_axes(figure)
    figure.update_xaxes(tickformat="%-d %b %Y", nticks=6)
    label(figure, days[0], values[0], f"Before: {told[0]}", CONTROL, yshift=14, xshift=4)
    label(
        figure, as_of, values[-1], f"Now: {told[-1]}", PILOT, yshift=14, xanchor="right", xshift=-4
    )
    figure.update_yaxes(range=[0, max(values) * 1.2 or 1])
    return figure


def _days(steps: Sequence[Row], as_of: date) -> list[date]:
    """Where each step stands; the exports as they came stand the day before the first one."""
    mended = [step["on_day"] for step in steps if step["on_day"] is not None]
    return [min(mended, default=as_of) - timedelta(days=1), *mended]


def _told(step: Row, *, by_money: bool) -> str:
    n = f"{step['n']:,} invoice{'' if step['n'] == 1 else 's'}"
    return f"{money(step['amount'], step['currency'])} on {n}" if by_money else n


def _described(steps: Sequence[Row], told: Sequence[str]) -> str:
    """Every step in words, first to last."""
    named = [
        f"{'before' if step['on_day'] is None else day_name(step['on_day'])}: {said}"
        for step, said in zip(steps, told, strict=True)
    ]
    return "Open money that bad data keeps from any draft. " + "; ".join(named) + "."
