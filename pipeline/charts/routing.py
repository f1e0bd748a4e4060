"""Disputes on their way to the right owner: the share that has one, and how often they moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from pipeline.charts.style import (
    BAND,
    CONTROL,
    OUTLINE,
    PILOT,
    Row,
    drawn_once,
    frame,
    label,
    quiet_axes,
)

_PILOT_BAND = "rgba(63, 134, 184, 0.18)"


@drawn_once
def owner_curve(
    since: Sequence[Row], before: Sequence[Row], unit: str, median: float | None = None
) -> go.Figure:
    """Steps of the share of disputes accepted by their owner, with 95% bands, by hours.

    Rows hold `hours`, `share`, `low`, `high` (0-1) and `at_risk`; `unit` says which hours. Those
    that still wait count for the time they have waited. The baseline is drawn as far as the
    pilot's disputes were watched twice over; the table has all of it.
    """
    figure = go.Figure()
    title = "How soon does a dispute reach the right owner?"
    described = f"{title} {_words('Since go-live', since, unit)} {_words('Before', before, unit)}"
    figure.update_layout(**frame(title, described, 340))
    last = _last(since, before)
    for rows, name, colour, band, shift in (
        (before, "before go-live", CONTROL, BAND, -16),
        (since, "since go-live", PILOT, _PILOT_BAND, 0),
    ):
        if rows:
            _steps(figure, rows, name, (colour, band), unit)
            shown = [row for row in rows if row["hours"] <= last] or rows[:1]
            label(figure, shown[-1]["hours"], shown[-1]["share"], name, colour, yshift=shift)
    quiet_axes(figure)
    figure.update_xaxes(title_text=unit, range=[0, last * 1.18] if last else None)
    figure.update_yaxes(tickformat=".0%", range=[0, 1.04])
    if median is not None:
        _half(figure, median)
    return figure


def _last(since: Sequence[Row], before: Sequence[Row]) -> float:
    """How far the axis goes: a long baseline must not press the pilot's steps into a corner."""
    longest = float(before[-1]["hours"]) if before else 0.0
    if not since:
        return longest
    return max(float(since[-1]["hours"]), min(longest, 2.0 * float(since[-1]["hours"])))


def _steps(
    figure: go.Figure,
    rows: Sequence[Row],
    name: str,
    colours: tuple[str, str],
    unit: str,
) -> None:
    colour, band = colours
    hours = [0.0, *(row["hours"] for row in rows)]
    low, high, share = ([0.0, *(row[end] for row in rows)] for end in ("low", "high", "share"))
    quiet = {"mode": "lines", "line": {"width": 0, "shape": "hv"}, "hoverinfo": "skip"}
    figure.add_scatter(x=hours, y=low, **quiet)
    figure.add_scatter(x=hours, y=high, fill="tonexty", fillcolor=band, **quiet)
    figure.add_scatter(
        x=hours,
        y=share,
        mode="lines",
        line={"color": colour, "width": 2.5, "shape": "hv"},
        customdata=[rows[0]["at_risk"], *(row["at_risk"] for row in rows)],
        hovertemplate=f"{name}: %{{y:.0%}} within %{{x:.1f}} {unit}, %{{customdata}} still "
        "waiting just before<extra></extra>",
    )


def _half(figure: go.Figure, median: float) -> None:
    dotted = {"color": PILOT, "width": 1, "dash": "dot"}
    figure.add_shape(type="line", x0=median, x1=median, y0=0, y1=0.5, line=dotted)
    label(figure, median, 0.24, f"half within {median:.1f} h", PILOT, xshift=6)


def _words(name: str, rows: Sequence[Row], unit: str) -> str:
    if not rows:
        return f"{name}: no curve."
    end = rows[-1]
    return (
        f"{name}: {end['share']:.0%} accepted within {end['hours']:.1f} {unit} "
        f"({end['low']:.0%} to {end['high']:.0%}), {rows[0]['at_risk']} disputes."
    )


@drawn_once
def hand_offs(rows: Sequence[Mapping[str, Any]]) -> go.Figure:
    """How many disputes (`n`) were handed on how often (`hand_offs`)."""
    figure = go.Figure()
    title = "How often was a dispute handed on?"
    told = "; ".join(f"{row['n']} handed on {row['hand_offs']} times" for row in rows)
    figure.update_layout(**frame(title, f"{title} {told or 'No hand-off is known'}.", 340))
    figure.add_bar(
        x=[str(row["hand_offs"]) for row in rows],
        y=[row["n"] for row in rows],
        text=[row["n"] for row in rows],
        width=0.5,
        marker={"color": PILOT, "line": {"color": OUTLINE, "width": 0.5}},
        hovertemplate="handed on %{x} times: %{y} disputes<extra></extra>",
    )
    quiet_axes(figure)
    places = max(3, len(rows))
    figure.update_xaxes(title_text="hand-offs", type="category", range=[-0.6, places - 0.4])
    few = max((row["n"] for row in rows), default=0) <= 5
    figure.update_yaxes(title_text="disputes", dtick=1 if few else None)
    return figure
