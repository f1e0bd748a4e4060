"""The comparison before anything happened: month by month, and at made-up go-live dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import plotly.graph_objects as go

from pipeline.charts.style import (
    CLEAR,
    CONTROL,
    PILOT,
    Mark,
    Row,
    day_name,
    drawn_once,
    frame,
    label,
    mark_days,
    quiet_axes,
)

#: A cohort of thirty days stands over its middle.
_HALF = timedelta(days=15)


@drawn_once
def event_study(cohorts: Sequence[Row], marks: Sequence[Mark] = ()) -> go.Figure:
    """Effect of each due-date cohort in days, with its 95% interval; below zero is sooner.

    Rows hold `due_from`, `due_before`, `is_post`, `is_reference`, `estimate` and `ci95`. The
    reference is a hollow point at zero; one without an interval is a point alone.
    """
    figure = go.Figure()
    title = "Were both sides moving alike before go-live?"
    figure.update_layout(**frame(title, _study_words(cohorts), 320))
    for row in cohorts:
        if row["estimate"] is not None:
            name = f"due {day_name(row['due_from'])} to {day_name(row['due_before'])}"
            colour = PILOT if row["is_post"] else CONTROL
            middle = row["due_from"] + _HALF
            _point(figure, middle, row, colour, name, is_hollow=row["is_reference"])
            if row["is_reference"]:
                below = {"xanchor": "right", "xshift": 8, "yshift": -46}
                label(figure, middle, 0, "compared with this ↑", CONTROL, **below)
    _finish(figure, "days against the last cohort before")
    days = [row["due_from"] for row in cohorts]
    if days:
        mark_days(figure, marks, min(days), max(row["due_before"] for row in cohorts))
        figure.update_xaxes(title_text="invoices by due date, thirty days each")
    return figure


@drawn_once
def placebo_dates(dates: Sequence[Row], real: Row | None = None) -> go.Figure:
    """The estimate at each made-up go-live date and at the real one, with 95% intervals (days).

    Rows hold `go_live_on`, `estimate` and `ci95`; `real` is drawn in the pilot's colour.
    """
    figure = go.Figure()
    title = "Does it find as much where nothing happened?"
    figure.update_layout(**frame(title, _placebo_words(dates, real), 320))
    for row in dates:
        if row["estimate"] is not None:
            name = f"made-up go-live {day_name(row['go_live_on'])}"
            _point(figure, row["go_live_on"], row, CONTROL, name)
    if real is not None and real["estimate"] is not None:
        _point(figure, real["go_live_on"], real, PILOT, "the real go-live")
        ends = real["ci95"] or [0.0, real["estimate"]]
        over = {"xanchor": "center", "xshift": 0, "yshift": 10}
        label(figure, real["go_live_on"], ends[1], "the real one", PILOT, **over)
    _finish(figure, "days, pilot against control")
    if dates:
        figure.update_xaxes(title_text="go-live, made up and real")
    return figure


def _point(
    figure: go.Figure, at: object, row: Row, colour: str, name: str, *, is_hollow: bool = False
) -> None:
    """A dot, its interval as a bar above and below it."""
    ends = row["ci95"]
    said = f"{_ends(row)} days" if ends else "no interval"
    if ends:
        figure.add_scatter(
            x=[at, at],
            y=list(ends),
            mode="lines",
            line={"color": colour, "width": 4},
            opacity=0.5,
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=[at],
        y=[row["estimate"]],
        mode="markers",
        marker={
            "size": 10,
            "color": CLEAR if is_hollow else colour,
            "line": {"color": colour, "width": 2},
        },
        hovertemplate=f"{name}: {said}<extra></extra>",
    )


def _finish(figure: go.Figure, unit: str) -> None:
    quiet_axes(figure)
    figure.update_yaxes(title_text=unit, rangemode="normal")
    figure.update_xaxes(tickformat="%b\n%Y", type="date")
    figure.add_hline(y=0, line={"color": CONTROL, "width": 1.5})


def _study_words(cohorts: Sequence[Row]) -> str:
    told = "; ".join(
        f"due from {day_name(row['due_from'])}{' (after go-live)' if row['is_post'] else ''}: "
        f"{_ends(row)}"
        for row in cohorts
        if not row["is_reference"]
    )
    return (
        "Change of the pilot against the control since the last thirty days before go-live, in "
        f"days, below zero is sooner, 95% intervals. {told or 'No cohort is known'}."
    )


def _placebo_words(dates: Sequence[Row], real: Row | None) -> str:
    told = "; ".join(f"{day_name(row['go_live_on'])}: {_ends(row)}" for row in dates)
    truly = f" The real one: {_ends(real)}." if real is not None else ""
    return (
        "The comparison at made-up go-live dates, in days, below zero is sooner, 95% intervals. "
        f"{told or 'There is none'}.{truly}"
    )


def _ends(row: Row) -> str:
    ends = row["ci95"]
    return f"{ends[0]:+.1f} to {ends[1]:+.1f}".replace("-", "−") if ends else "no interval"
