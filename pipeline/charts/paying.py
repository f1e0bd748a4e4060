"""The case for it: what moves the first year's net, how far it may lie off, when it breaks even."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import plotly.graph_objects as go

from pipeline.charts.style import (
    BAND,
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

#: Bars of a tornado; the rest moves next to nothing.
SHOWN = 8
_ZERO = {"color": SIGNAL, "width": 1.5}


@drawn_once
def tornado(swings: Sequence[Row], net: Decimal, currency: str) -> go.Figure:
    """First-year net at both ends of each input, all others at base: `roi`'s `tornado`.

    `net` (in `currency`) is the base; bars run from it, dark to the better end.
    """
    shown = list(swings[:SHOWN])[::-1]
    figure = go.Figure()
    title = "Which input moves the first year most?"
    figure.update_layout(**frame(title, _tornado_words(swings, currency), 110 + 40 * len(shown)))
    figure.update_layout(barmode="overlay", bargap=0.35)
    for row in shown:
        for end in ("low", "high"):
            _side(figure, row, end, float(net), currency)
    quiet_axes(figure)
    figure.update_yaxes(showgrid=False)
    figure.update_xaxes(
        tickformat="~s", rangemode="normal", title_text=f"first-year net, {currency}"
    )
    _upright(figure, float(net), {"color": CONTROL, "width": 1.5})
    _zero_line(figure, _ends(shown))
    _room(figure, _ends(shown))
    return figure


def _ends(rows: Sequence[Row]) -> list[float]:
    return [float(row[f"net_at_{end}"]) for row in rows for end in ("low", "high")]


def _room(figure: go.Figure, ends: Sequence[float]) -> None:
    """Leaves the axis wide enough for the values beside the longest bars."""
    if ends:
        room = 0.16 * (max(ends) - min(ends))
        figure.update_xaxes(range=[min(ends) - room, max(ends) + room])


def _side(figure: go.Figure, row: Row, end: str, net: float, currency: str) -> None:
    there = float(row[f"net_at_{end}"])
    is_better = there >= net
    value = in_unit(row[end], row["unit"])
    figure.add_bar(
        x=[there - net],
        base=[net],
        y=[row["label"]],
        orientation="h",
        marker={"color": PILOT if is_better else PILOT_LIGHT},
        hovertemplate=f"{row['label']} at {value}: {there:,.0f} {currency}<extra></extra>",
    )
    side: dict[str, Any] = {} if is_better else {"xanchor": "right", "xshift": -8}
    label(figure, there, row["label"], value, **side)


def in_unit(value: float, unit: str) -> str:
    """An input's value as briefly as a chart can say it."""
    if unit == "share":
        return f"{value:.0%}"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _tornado_words(swings: Sequence[Row], currency: str) -> str:
    told = "; ".join(
        f"{row['label']} from {in_unit(row['low'], row['unit'])} to "
        f"{in_unit(row['high'], row['unit'])}: {money(row['net_at_low'], currency)} to "
        f"{money(row['net_at_high'], currency)}"
        for row in swings[:SHOWN]
    )
    return f"First-year net when one input alone moves through its range. {told or 'None has one'}."


def _upright(figure: go.Figure, x: float, line: Mapping[str, Any]) -> None:
    figure.add_shape(type="line", x0=x, x1=x, y0=0, y1=1, yref="paper", line=dict(line))


def _zero_line(figure: go.Figure, values: Sequence[float]) -> None:
    """The line between loss and gain, where the axis reaches it."""
    if values and min(values) <= 0 <= max(values):
        _upright(figure, 0, _ZERO)
        _top(figure, 0, "pays from here →")


def _top(figure: go.Figure, x: float, text: str, **place: Any) -> None:
    figure.add_annotation(
        x=x,
        y=1,
        yref="paper",
        yanchor="bottom",
        showarrow=False,
        font={"size": 11},
        text=text,
        **place,
    )


@drawn_once
def net_band(confidence: Mapping[str, Any], net: Decimal, currency: str) -> go.Figure:
    """The draws of first-year net: `roi`'s `confidence`; dark inside the 80% band."""
    bins = confidence["histogram"]
    low, high = float(confidence["low"]), float(confidence["high"])
    figure = go.Figure()
    title = "Where may the first year come out?"
    figure.update_layout(**frame(title, _band_words(confidence, net, currency), 270))
    figure.update_layout(bargap=0.06)
    middles = [(float(row["from"]) + float(row["to"])) / 2 for row in bins]
    figure.add_bar(
        x=middles,
        y=[row["share"] for row in bins],
        marker={"color": [PILOT if low <= x <= high else PILOT_LIGHT for x in middles]},
        customdata=[[float(row["from"]), float(row["to"])] for row in bins],
        hovertemplate="%{customdata[0]:,.0f} to %{customdata[1]:,.0f}: %{y:.1%} of draws"
        "<extra></extra>",
    )
    quiet_axes(figure)
    figure.update_yaxes(tickformat=".0%", title_text="share of draws")
    figure.update_xaxes(tickformat="~s", title_text=f"first-year net, {currency}")
    _upright(figure, float(net), {"color": CONTROL, "width": 1.5, "dash": "dash"})
    _top(figure, float(net), "base")
    _zero_line(figure, [float(bins[0]["from"]), float(bins[-1]["to"])])
    return figure


def _band_words(confidence: Mapping[str, Any], net: Decimal, currency: str) -> str:
    return (
        f"Histogram of {confidence['draws']:,} draws of first-year net. Base "
        f"{money(net, currency)}; 80% of draws between {money(confidence['low'], currency)} and "
        f"{money(confidence['high'], currency)}; {confidence['share_above_zero']:.0%} do not lose "
        "money."
    )


@drawn_once
def break_even(found: Mapping[str, Any], days: Row, currency: str) -> go.Figure:
    """First-year net over DSO days gained: `roi`'s `break_even`, and its input `dso_days`.

    The range of the input is shaded; the crossing of nought is marked where it lies on the line.
    """
    line = found["line"]
    xs, ys = ([float(row[key]) for row in line] for key in ("dso_days", "net"))
    figure = go.Figure()
    title = "How many days sooner must cash come?"
    figure.update_layout(**frame(title, f"{title} {found['dso_sentence']}", 270))
    if days["low"] < days["high"]:
        span = {"x0": days["low"], "x1": days["high"], "y0": 0, "y1": 1, "yref": "paper"}
        figure.add_shape(type="rect", fillcolor=BAND, line_width=0, layer="below", **span)
        middle = (days["low"] + days["high"]) / 2
        _top(figure, middle, "measured" if days["tag"] == "measured" else "range given")
    figure.add_scatter(
        x=xs,
        y=ys,
        mode="lines",
        line={"color": PILOT, "width": 2.5},
        hovertemplate=f"%{{x:.1f}} days: %{{y:,.0f}} {currency}<extra></extra>",
    )
    quiet_axes(figure)
    figure.update_yaxes(tickformat="~s", rangemode="normal", title_text=f"net, {currency}")
    figure.update_xaxes(title_text="DSO days gained")
    figure.add_hline(y=0, line=_ZERO)
    even = found["dso_days"]
    if even is not None and xs[0] <= even <= xs[-1]:
        figure.add_scatter(
            x=[even], y=[0], mode="markers", marker={"size": 11, "color": SIGNAL}, hoverinfo="skip"
        )
        label(
            figure,
            even,
            0,
            f"{even:.1f} days",
            SIGNAL,
            xanchor="right",
            xshift=-8,
            yanchor="bottom",
        )
    return figure
