"""How money becomes cash: where the days went, how long it stays open, how old it is by week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from pipeline.charts.style import (
    AGE_COLOURS,
    AGE_NAMES,
    BAND,
    BELOW,
    CONTROL,
    GRID,
    OUTLINE,
    PILOT,
    SIGNAL,
    Mark,
    Row,
    day_name,
    drawn_once,
    frame,
    mark_days,
    money,
    quiet_axes,
    share,
)

#: More open is drawn in the colour of age, less in the pilot's: neither is good by itself.
_MORE, _LESS = AGE_COLOURS["31-60"], PILOT
_ARMS = {"pilot": PILOT, "control": CONTROL}
_DASHES = {"before": "dot", "after": "solid"}
#: Days at which the numbers at risk stand under the curves.
_COUNTED = (0, 10, 20, 30, 40, 50, 60)


@drawn_once
def dso_bridge(bridge: Mapping[str, Any], unit: str, currency: str) -> go.Figure:
    """The waterfall of one arm: `before`, `steps` and `after`; `unit` is "days" or "money"."""
    steps = bridge["steps"]
    column = "dso" if unit == "days" else "ar"
    ends = [float(bridge[end][column]) for end in ("before", "after")]
    values = [ends[0], *(float(step[unit]) for step in steps), ends[1]]
    figure = go.Figure(
        go.Waterfall(
            orientation="h",
            y=["before", *(step["name"] for step in steps), "after"],
            x=values,
            measure=["absolute", *("relative" for _ in steps), "total"],
            text=_steps_said(values, unit),
            textposition="outside",
            cliponaxis=False,
            increasing={"marker": {"color": _MORE}},
            decreasing={"marker": {"color": _LESS}},
            totals={"marker": {"color": CONTROL}},
            connector={"line": {"color": OUTLINE, "width": 1}},
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )
    title = "Where did the days go?" if unit == "days" else "And in money?"
    figure.update_layout(**frame(title, _bridge_words(bridge, unit, currency), 400))
    quiet_axes(figure)
    figure.update_yaxes(autorange="reversed", showgrid=False, rangemode="normal")
    figure.update_xaxes(
        title_text="days sales outstanding" if unit == "days" else f"open, {currency}",
        tickformat=".0f" if unit == "days" else "~s",
        range=_reach(values),
        showgrid=True,
        gridcolor=GRID,
    )
    return figure


def _reach(values: Sequence[float]) -> tuple[float, float]:
    """The axis: from nought over every level that the steps pass, with room for the words."""
    levels = [0.0, *accumulate(values[:-1]), values[-1]]
    low, high = min(levels), max(levels)
    room = 0.2 * ((high - low) or 1.0)
    return low - (room if low < 0 else 0.0), high + room


def _steps_said(values: Sequence[float], unit: str) -> list[str]:
    """The ends as they are, the steps with their sign."""
    last = len(values) - 1
    return [
        _signed(value, unit) if 0 < place < last else _signed(value, unit).removeprefix("+")
        for place, value in enumerate(values)
    ]


def _signed(value: float, unit: str) -> str:
    form = f"{abs(value):.2f}" if unit == "days" else f"{abs(value):,.0f}"
    if not value:
        return form
    return f"+{form}" if value > 0 else f"\N{MINUS SIGN}{form}"


def _bridge_words(bridge: Mapping[str, Any], unit: str, currency: str) -> str:
    days = unit == "days"
    named = "; ".join(
        f"{step['name']} {step['days']:+.2f} days"
        if days
        else f"{step['name']} {step['money']:+,.2f}"
        for step in bridge["steps"]
    )
    ends = [
        f"{bridge[end]['dso']:.2f} days" if days else f"{bridge[end]['ar']:,.2f} {currency}"
        for end in ("before", "after")
    ]
    return f"From {ends[0]} before to {ends[1]} after: {named}. The steps add up exactly."


# --- from the due date ---------------------------------------------------------------------


@drawn_once
def still_open(groups: Sequence[Row]) -> go.Figure:
    """The share still open by days past due, pilot and control, before and after.

    `groups` as `proving.time_to_cash.still_open` gives them; ticks mark invoices watched no
    longer, and the numbers still watched stand below. The pilot's gap is shaded to day 30.
    """
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, row_heights=[0.78, 0.22], vertical_spacing=0.12
    )
    title = "How long past its due date does an invoice stay open?"
    figure.update_layout(**frame(title, _open_words(groups), 470))
    _gap(figure, [group for group in groups if group["arm"] == "pilot"])
    for place, group in enumerate(groups):
        _curve(figure, group)
        _at_risk(figure, group, len(groups) - place)
    quiet_axes(figure)
    figure.update_yaxes(tickformat=".0%", title_text="still open", row=1, col=1)
    figure.update_yaxes(
        showgrid=False, showticklabels=False, range=[0.3, len(groups) + 0.7], row=2, col=1
    )
    figure.update_xaxes(range=[-9, 63], tickvals=list(_COUNTED), showticklabels=True, row=1, col=1)
    figure.update_xaxes(showticklabels=False, title_text="invoices still watched", row=2, col=1)
    figure.add_annotation(
        x=30,
        y=1,
        yref="y domain",
        yanchor="bottom",
        showarrow=False,
        font={"size": 11},
        text="counted to day 30",
    )
    figure.add_shape(
        type="line",
        x0=30,
        x1=30,
        y0=0,
        y1=1,
        yref="y domain",
        layer="below",
        line={"color": CONTROL, "width": 1, "dash": "dot"},
    )
    figure.update_layout(showlegend=True, legend={**BELOW, "y": 1.0, "x": 1.0, "yanchor": "top"})
    figure.update_layout(legend={"orientation": "v", "xanchor": "right"})
    return figure


def _curve(figure: go.Figure, group: Row) -> None:
    days, colour = group["days"], _ARMS[group["arm"]]
    name = f"{group['arm']}, {group['when']}: {group['rmst']:.2f} days"
    figure.add_scatter(
        x=[row["day"] for row in days],
        y=[row["share"] for row in days],
        name=name,
        mode="lines",
        line={"color": colour, "width": 2.2, "dash": _DASHES[group["when"]], "shape": "hv"},
        hovertemplate=f"{group['arm']}, {group['when']}, day %{{x}}: %{{y:.1%}} still open"
        "<extra></extra>",
        row=1,
        col=1,
    )
    ticks = [row for row in days if row["watched_no_longer"]]
    figure.add_scatter(
        x=[row["day"] for row in ticks],
        y=[row["share"] for row in ticks],
        mode="markers",
        marker={"symbol": "line-ns-open", "size": 8, "color": colour, "line": {"width": 1.2}},
        customdata=[row["watched_no_longer"] for row in ticks],
        hovertemplate="day %{x}: %{customdata} watched no longer<extra></extra>",
        showlegend=False,
        row=1,
        col=1,
    )


def _gap(figure: go.Figure, pilot: Sequence[Row]) -> None:
    """Shades what lies between the pilot's two curves up to the cap."""
    if len(pilot) != 2:
        return
    for group, filled in zip(pilot, ("none", "tonexty"), strict=True):
        days = [row for row in group["days"] if row["day"] <= group["cap_days"]]
        figure.add_scatter(
            x=[row["day"] for row in days],
            y=[row["share"] for row in days],
            mode="lines",
            line={"width": 0, "shape": "hv", "color": PILOT},
            fill=filled,
            fillcolor=BAND,
            hoverinfo="skip",
            showlegend=False,
            row=1,
            col=1,
        )


def _at_risk(figure: go.Figure, group: Row, height: int) -> None:
    known = {row["day"]: row["at_risk"] for row in group["days"]}
    shown = [day for day in _COUNTED if day in known]
    figure.add_scatter(
        x=[-5, *shown],
        y=[height] * (len(shown) + 1),
        mode="text",
        text=[f"{group['arm']}, {group['when']}", *(f"{known[day]:,}" for day in shown)],
        textfont={"size": 11, "color": _ARMS[group["arm"]]},
        hoverinfo="skip",
        showlegend=False,
        row=2,
        col=1,
    )


def _open_words(groups: Sequence[Row]) -> str:
    told = "; ".join(
        f"{group['arm']} {group['when']}: {group['rmst']:.2f} days on average up to day "
        f"{group['cap_days']}{_interval_said(group['ci95'])}, n = {group['n']} invoices"
        for group in groups
    )
    return f"Share of invoices still open by days past due. {told or 'No invoice fell due.'}"


def _interval_said(ci95: Sequence[float] | None) -> str:
    return f" (95% {ci95[0]:.2f} to {ci95[1]:.2f})" if ci95 else ""


# --- ages by week --------------------------------------------------------------------------


@drawn_once
def aging_weeks(
    weeks: Sequence[Row], currency: str, marks: Sequence[Mark] = (), *, as_share: bool = False
) -> go.Figure:
    """What was open by age, week by week, stacked light to dark; below it what was in dispute.

    `weeks` hold `week`, an amount by bucket, `total` and `disputed`, in `currency`.
    """
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, row_heights=[0.76, 0.24], vertical_spacing=0.08
    )
    days = [row["week"] for row in weeks]
    for bucket, colour in AGE_COLOURS.items():
        if any(row[bucket] for row in weeks):
            figure.add_scatter(
                x=days,
                y=[_part(row, bucket, as_share=as_share) for row in weeks],
                name=AGE_NAMES[bucket],
                mode="lines",
                line={"width": 0.5, "color": OUTLINE},
                stackgroup="ages",
                fillcolor=colour,
                hovertemplate=AGE_NAMES[bucket]
                + ", %{x|%-d %b %Y}: "
                + ("%{y:.1%}" if as_share else f"%{{y:,.0f}} {currency}")
                + "<extra></extra>",
                row=1,
                col=1,
            )
    _disputed(figure, weeks, days, currency, as_share=as_share)
    title = "How old was what was open?"
    figure.update_layout(**frame(title, _aging_words(weeks, currency), 440))
    figure.update_layout(showlegend=True, legend={**BELOW, "y": -0.12})
    quiet_axes(figure)
    figure.update_yaxes(tickformat=".0%" if as_share else "~s")
    figure.update_yaxes(title_text="of what is open" if as_share else currency, row=1, col=1)
    figure.update_yaxes(title_text="in dispute", nticks=3, row=2, col=1)
    if days:
        mark_days(figure, marks, days[0], days[-1])
        figure.update_xaxes(tickformat="%b\n%Y", type="date")
    return figure


def _part(row: Row, column: str, *, as_share: bool) -> float:
    if as_share:
        return float(row[column] / row["total"]) if row["total"] else 0.0
    return float(row[column])


def _disputed(
    figure: go.Figure, weeks: Sequence[Row], days: Sequence[Any], currency: str, *, as_share: bool
) -> None:
    """In dispute: part of the ages above, hatched and by itself."""
    figure.add_scatter(
        x=days,
        y=[_part(row, "disputed", as_share=as_share) for row in weeks],
        name="of it in dispute",
        mode="lines",
        line={"width": 1.2, "color": SIGNAL},
        fill="tozeroy",
        fillpattern={"shape": "/", "fgcolor": SIGNAL, "bgcolor": GRID, "size": 6},
        hovertemplate="in dispute, %{x|%-d %b %Y}: "
        + ("%{y:.1%}" if as_share else f"%{{y:,.0f}} {currency}")
        + "<extra></extra>",
        row=2,
        col=1,
    )


def _aging_words(weeks: Sequence[Row], currency: str) -> str:
    if not weeks:
        return "Nothing was open in any week."
    said = []
    for row in (weeks[0], weeks[-1]):
        late = float(1 - row["current"] / row["total"]) if row["total"] else None
        said.append(
            f"{day_name(row['week'])}: {money(row['total'], currency)} open, {share(late)} of it "
            f"past due or without a due date, {money(row['disputed'], currency)} in dispute"
        )
    return f"Open invoices by age at the close of {len(weeks)} weeks. {'; '.join(said)}."
