"""Before and after, pilot against control: the interval first, the levels beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from pipeline.charts.style import (
    BAND,
    CONTROL,
    PILOT,
    Mark,
    Row,
    drawn_once,
    frame,
    label,
    mark_days,
    name_ends,
    quiet_axes,
)

#: With more lines than these, each gets less room.
_FEW = 4
_ARMS = {"pilot": PILOT, "control": CONTROL, "all customers": PILOT}
_LINES = {
    "countback": ("countback", "solid", 2.5),
    "period_end": ("period-end", "dot", 1.5),
    "best_possible": ("best possible", "dash", 1.0),
}


@drawn_once
def effect_interval(rows: Sequence[Row], detectable: float | None = None) -> go.Figure:
    """Estimates with their 95% intervals in days (`label`, `estimate`, `low`, `high`).

    Below zero means sooner. `detectable` shades the changes that this pilot was too small to
    be likely to see. A row without an interval is named, with no bar. Rows with
    `is_sensitivity` stand below a line: the same done otherwise, never the headline.
    """
    names = [row["label"] for row in rows]
    figure = go.Figure()
    title = "How many days sooner did the pilot's customers pay?"
    each = 56 if len(rows) <= _FEW else 40
    height = 120 + each * len(rows)
    figure.update_layout(**frame(title, _effect_words(rows, detectable), height))
    if detectable is not None:
        _too_small(figure, detectable, len(rows) - 1)
    nothing = {"color": CONTROL, "width": 1.5}
    figure.add_shape(type="line", x0=0, x1=0, y0=-0.6, y1=len(rows) - 0.58, line=nothing)
    for place, row in enumerate(rows):
        _interval(figure, row, is_main=place == 0)
    _set_apart(figure, rows)
    quiet_axes(figure)
    figure.update_yaxes(categoryorder="array", categoryarray=names[::-1], showgrid=False)
    figure.update_yaxes(range=[-0.7, len(names) - 0.1], rangemode="normal")
    figure.update_xaxes(title_text="← days sooner      change against control      days later →")
    return figure


def _set_apart(figure: go.Figure, rows: Sequence[Row]) -> None:
    """A thin line above what is done otherwise."""
    below = len([row for row in rows if row.get("is_sensitivity")])
    if not below or below == len(rows):
        return
    at = below - 0.5
    line = {"color": CONTROL, "width": 1, "dash": "dot"}
    figure.add_shape(type="line", x0=0, x1=1, xref="paper", y0=at, y1=at, line=line)


def _too_small(figure: go.Figure, detectable: float, height: int) -> None:
    """Shades, behind the main estimate alone, what would often be missed."""
    figure.add_shape(
        type="rect",
        x0=-detectable,
        x1=detectable,
        y0=height - 0.42,
        y1=height + 0.42,
        fillcolor=BAND,
        line_width=0,
        layer="below",
    )
    figure.add_annotation(
        x=0,
        y=height + 0.42,
        yanchor="bottom",
        showarrow=False,
        font={"size": 11},
        text=f"a true change within ±{detectable:.1f} days would often be missed",
    )


def _interval(figure: go.Figure, row: Row, *, is_main: bool) -> None:
    if row["estimate"] is None:
        label(figure, 0, row["label"], "no figure", CONTROL)
        return
    colour = PILOT if is_main else CONTROL
    if row["low"] is not None:
        figure.add_scatter(
            x=[row["low"], row["high"]],
            y=[row["label"], row["label"]],
            mode="lines",
            line={"color": colour, "width": 7 if is_main else 4},
            opacity=0.55,
            hovertemplate="between %{x:.2f} days<extra></extra>",
        )
    figure.add_scatter(
        x=[row["estimate"]],
        y=[row["label"]],
        mode="markers",
        marker={"size": 13 if is_main else 9, "color": colour},
        hovertemplate="estimate %{x:.2f} days<extra></extra>",
    )
    end = row["estimate"] if row["high"] is None else row["high"]
    label(figure, end, row["label"], _ends(row))


def _ends(row: Row) -> str:
    if row["low"] is None:
        return f"{row['estimate']:+.1f} d, no interval".replace("-", "−")
    return f"{row['low']:+.1f} to {row['high']:+.1f} d".replace("-", "−")


def _effect_words(rows: Sequence[Row], detectable: float | None) -> str:
    told = "; ".join(
        f"{row['label']}: {'no figure' if row['estimate'] is None else _ends(row)}" for row in rows
    )
    small = "" if detectable is None else f" Changes within {detectable:.1f} days could be missed."
    return (
        f"Change against the control in days, below zero is sooner, 95% intervals. {told}.{small}"
    )


_BEFORE: dict[str, Any] = {"xanchor": "right", "xshift": -8}


@drawn_once
def four_cells(cells: Mapping[str, Any]) -> go.Figure:
    """Days past due at payment of both arms before and after: four values (`pilot_pre` …)."""
    figure = go.Figure()
    said = []
    for arm in ("control", "pilot"):
        values = [cells[f"{arm}_pre"], cells[f"{arm}_post"]]
        figure.add_scatter(
            x=["before", "after"],
            y=values,
            mode="lines+markers",
            line={"color": _ARMS[arm], "width": 2.5},
            marker={"size": 9, "color": _ARMS[arm]},
            hovertemplate=arm + " %{x}: %{y:.2f} days<extra></extra>",
        )
        if None not in values:
            said.append(f"{arm} from {values[0]:.1f} to {values[1]:.1f} days")
    for when, at, place in (("pre", "before", _BEFORE), ("post", "after", {})):
        ends = [
            (float(cells[f"{arm}_{when}"]), f"{arm} {cells[f'{arm}_{when}']:.1f}", _ARMS[arm])
            for arm in _ARMS
            if cells.get(f"{arm}_{when}") is not None
        ]
        highest = max((value for value, _, _ in ends), default=0.0)
        name_ends(figure, ends, at, 0.08 * highest, **place)
    title = "What did each side do by itself?"
    described = (
        f"Days past due at payment before and after go-live: {'; '.join(said) or 'unknown'}."
    )
    figure.update_layout(**frame(title, described, 288))
    quiet_axes(figure)
    figure.update_xaxes(range=[-0.6, 1.6])
    figure.update_yaxes(title_text="days past due, capped at 30")
    return figure


@drawn_once
def dso_lines(lines: Sequence[Row], marks: Sequence[Mark] = ()) -> go.Figure:
    """DSO of each arm over time, one currency: countback solid, period-end dotted.

    `lines` hold `as_of`, `arm`, `countback`, `period_end`, `best_possible` (days, None where
    undefined). Best possible is drawn for the pilot alone.
    """
    figure = go.Figure()
    ends: list[tuple[float, str, str]] = []
    for arm in dict.fromkeys(row["arm"] for row in lines):
        rows = [row for row in lines if row["arm"] == arm]
        for column in _LINES:
            if column != "best_possible" or arm != "control":
                ends += _line(figure, rows, arm, column)
    days = [row["as_of"] for row in lines]
    figure.update_layout(**frame("How many days of billings are open?", _dso_words(ends), 380))
    quiet_axes(figure)
    figure.update_yaxes(title_text="days")
    if days:
        last = max(days)
        named = [(value, f"{name} {value:.1f}", colour) for value, name, colour in ends]
        highest = max((value for value, _, _ in ends), default=0.0)
        name_ends(figure, named, last, 0.075 * highest)
        mark_days(figure, marks, min(days), last)
        figure.update_xaxes(tickformat="%b\n%Y", type="date")
    return figure


def _line(
    figure: go.Figure, rows: Sequence[Row], arm: str, column: str
) -> list[tuple[float, str, str]]:
    """Draws one line; gives its last value, its name and its colour, if it has one."""
    name, dash, width = _LINES[column]
    figure.add_scatter(
        x=[row["as_of"] for row in rows],
        y=[row[column] for row in rows],
        mode="lines",
        line={"color": _ARMS[arm], "width": width, "dash": dash},
        hovertemplate=f"{arm}, {name}, %{{x|%-d %b %Y}}: %{{y:.1f}} days<extra></extra>",
    )
    known = [row[column] for row in rows if row[column] is not None]
    return [(float(known[-1]), f"{arm}, {name}", _ARMS[arm])] if known else []


def _dso_words(ends: Sequence[tuple[float, str, str]]) -> str:
    told = "; ".join(f"{name} {value:.1f} days" for value, name, _ in ends)
    return f"Days sales outstanding over time, at the end: {told or 'undefined'}."
