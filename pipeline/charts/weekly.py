"""The four metrics by week: what is noise stays grey, and every point says how many it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from pipeline.charts.style import (
    AGE_COLOURS,
    AGE_NAMES,
    BAND,
    BELOW,
    CONTROL,
    OUTLINE,
    PILOT,
    PILOT_LIGHT,
    SIGNAL,
    Mark,
    Row,
    day_name,
    drawn_once,
    frame,
    label,
    mark_days,
    money,
    name_ends,
    quiet_axes,
    share,
)

#: Choosing a week does not fade the others: they are still what they were.
_STAYS = {"marker": {"opacity": 1}}

#: Points that count fewer than this are drawn hollow: too few to read anything into one.
FEW = 5

_KINDS = {
    "prep_total": ("Preparing", PILOT),
    "review_total": ("Reviewing", PILOT_LIGHT),
    "rework_total": ("Rework", "#c9a3bd"),
    "reroute_total": ("Re-routing", "#9d6a8b"),
}


@drawn_once
def run_chart(
    weeks: Sequence[Row],
    *,
    title: str,
    unit: str,
    baseline: Mapping[str, Any] | None = None,
    marks: Sequence[Mark] = (),
) -> go.Figure:
    """One value a week (`week`, `value`, `n`) against a frozen baseline (`value`, `n`)."""
    figure = go.Figure()
    days = [row["week"] for row in weeks]
    values = [row["value"] for row in weeks]
    said = _run_words(weeks, unit, baseline)
    figure.update_layout(**frame(title, f"{title} By week, in {unit}. {said}"))
    figure.add_scatter(
        x=days,
        y=values,
        mode="lines+markers",
        line={"color": PILOT, "width": 2},
        marker=_dots([row["n"] for row in weeks]),
        customdata=[row["n"] for row in weeks],
        hovertemplate="week to %{x|%-d %b %Y}: %{y:.1f} " + unit + ", n = %{customdata}"
        "<extra></extra>",
    )
    quiet_axes(figure)
    if baseline and baseline["value"] is not None and days:
        _level(figure, baseline["value"], f"baseline {baseline['value']:.1f} {unit}", days[0])
    _last_label(figure, days, values, "{:.1f} " + unit)
    _days(figure, days, marks)
    return figure


def _run_words(weeks: Sequence[Row], unit: str, baseline: Mapping[str, Any] | None) -> str:
    told = "; ".join(
        f"week to {day_name(row['week'])} {row['value']:.1f} (n = {row['n']})"
        for row in weeks
        if row["value"] is not None
    )
    before = ""
    if baseline and baseline["value"] is not None:
        before = f"Baseline {baseline['value']:.1f} {unit} (n = {baseline['n']}). "
    return before + (told + "." if told else "No week has a value yet.")


def _dots(counts: Sequence[int], colour: str = PILOT) -> dict[str, Any]:
    return {
        "size": 8,
        "color": colour,
        "symbol": ["circle-open" if n < FEW else "circle" for n in counts],
        "line": {"color": colour, "width": 1.5},
    }


def _level(figure: go.Figure, value: float, text: str, first: date) -> None:
    """A dashed grey line at a level, with its name above its left end."""
    figure.add_hline(y=value, line={"color": CONTROL, "width": 1.5, "dash": "dash"})
    label(figure, first, value, text, CONTROL, yanchor="bottom", xshift=0)


def _last_label(
    figure: go.Figure, days: Sequence[date], values: Sequence[float | None], form: str
) -> None:
    known = [(day, value) for day, value in zip(days, values, strict=True) if value is not None]
    if known:
        day, value = known[-1]
        label(figure, day, float(value), form.format(value), PILOT)


def _days(figure: go.Figure, days: Sequence[date], marks: Sequence[Mark]) -> None:
    """The time axis: whole weeks, room for the last label, the marks that fall on it."""
    if not days:
        return
    figure.update_xaxes(tickformat="%-d %b\n%Y", type="date")
    mark_days(figure, marks, days[0], days[-1])


@drawn_once
def weekly_roll(
    weeks: Sequence[Row],
    currency: str,
    limits: Mapping[str, float] | None = None,
    marks: Sequence[Mark] = (),
) -> go.Figure:
    """Columns of what rolled by boundary inside the outline of what was scheduled; the rate below.

    `weeks` as `metrics` gives them (`rolled`, `scheduled`, `rate`, `boundaries`), amounts in
    `currency`; `limits` are the natural process limits of the rate (`low`, `centre`, `high`).
    """
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, row_heights=[0.6, 0.4], vertical_spacing=0.1
    )
    days = [row["week"] for row in weeks]
    title = "How much money aged into the next bucket, and what share of what could?"
    figure.update_layout(**frame(title, _roll_words(weeks, currency, limits), 440))
    figure.update_layout(barmode="stack")
    _scheduled(figure, weeks, days)
    _rolled(figure, weeks, days, currency)
    _crossing(figure, weeks, days, limits)
    quiet_axes(figure)
    figure.update_yaxes(tickformat="~s", row=1, col=1)
    figure.update_yaxes(tickformat=".0%", row=2, col=1)
    _days(figure, days, marks)
    return figure


def _scheduled(figure: go.Figure, weeks: Sequence[Row], days: Sequence[date]) -> None:
    figure.add_scatter(
        x=days,
        y=[float(row["scheduled"]) for row in weeks],
        mode="lines",
        line={"color": OUTLINE, "width": 1.5, "shape": "hvh"},
        fill="tozeroy",
        fillcolor=BAND,
        hoverinfo="skip",
        row=1,
        col=1,
    )
    if weeks:
        label(figure, days[-1], float(weeks[-1]["scheduled"]), "scheduled", CONTROL, yref="y")


def _rolled(figure: go.Figure, weeks: Sequence[Row], days: Sequence[date], currency: str) -> None:
    boundaries = list(weeks[-1]["boundaries"]) if weeks and "boundaries" in weeks[-1] else []
    for boundary in boundaries:
        bucket = boundary.partition(">")[2]
        figure.add_bar(
            x=days,
            y=[float(row["boundaries"][boundary]["rolled"]) for row in weeks],
            name=AGE_NAMES[bucket],
            unselected=_STAYS,
            marker={"color": AGE_COLOURS[bucket], "line": {"color": OUTLINE, "width": 0.5}},
            hovertemplate=f"into {AGE_NAMES[bucket]}, week to %{{x|%-d %b %Y}}: "
            f"%{{y:,.0f}} {currency}<extra></extra>",
            row=1,
            col=1,
        )


def _crossing(
    figure: go.Figure,
    weeks: Sequence[Row],
    days: Sequence[date],
    limits: Mapping[str, float] | None,
) -> None:
    rates = [row["rate"] for row in weeks]
    colours = [SIGNAL if _outside(rate, limits) else PILOT for rate in rates]
    figure.add_scatter(
        x=days,
        y=rates,
        mode="lines+markers",
        line={"color": PILOT, "width": 2},
        marker={"size": 7, "color": colours},
        unselected=_STAYS,
        cliponaxis=False,
        hovertemplate="week to %{x|%-d %b %Y}: %{y:.0%} crossed<extra></extra>",
        row=2,
        col=1,
    )
    names = [(rate, f"{rate:.0%} crossed", PILOT) for rate in rates[-1:] if rate is not None]
    if limits and days:
        names.append((limits["centre"], f"usual {limits['centre']:.0%}", CONTROL))
        _usual(figure, limits, days)
    highest = max((rate for rate in rates if rate is not None), default=0.0)
    name_ends(figure, names, days[-1] if days else None, 0.2 * highest, yref="y2")


def _usual(figure: go.Figure, limits: Mapping[str, float], days: Sequence[date]) -> None:
    """The band in which weeks lay before the pilot, and its middle."""
    across = {"x0": days[0], "x1": days[-1], "layer": "below", "row": 2, "col": 1}
    low, centre, high = (limits[name] for name in ("low", "centre", "high"))
    figure.add_shape(type="rect", y0=low, y1=high, fillcolor=BAND, line_width=0, **across)
    dashed = {"color": CONTROL, "width": 1.5, "dash": "dash"}
    figure.add_shape(type="line", y0=centre, y1=centre, line=dashed, **across)


def _outside(rate: float | None, limits: Mapping[str, float] | None) -> bool:
    return limits is not None and rate is not None and not limits["low"] <= rate <= limits["high"]


def _roll_words(weeks: Sequence[Row], currency: str, limits: Mapping[str, float] | None) -> str:
    if not weeks:
        return "No whole week is in the books yet."
    last = weeks[-1]
    usual = ""
    if limits:
        usual = (
            f" Before the pilot a week lay between {limits['low']:.0%} and {limits['high']:.0%}."
        )
    return (
        f"Weekly columns of money that aged into the next bucket, {len(weeks)} weeks, and below "
        f"the share of what was scheduled to. Week to {day_name(last['week'])}: "
        f"{money(last['rolled'], currency)} of {money(last['scheduled'], currency)}, "
        f"{share(last['rate'])}.{usual}"
    )


@drawn_once
def minutes_by_kind(weeks: Sequence[Row], marks: Sequence[Mark] = ()) -> go.Figure:
    """All human minutes a week, by what they went into: rows of the metric `prep_weeks`."""
    days = [row["week_end"] for row in weeks]
    figure = go.Figure(
        [
            go.Bar(
                x=days,
                y=[float(row[column] or 0) for row in weeks],
                name=name,
                marker={"color": colour, "line": {"color": OUTLINE, "width": 0.5}},
                hovertemplate=name + ", week to %{x|%-d %b %Y}: %{y:.0f} minutes<extra></extra>",
            )
            for column, (name, colour) in _KINDS.items()
        ]
    )
    title = "Did the work shrink, or move to reviewing?"
    described = (
        f"{title} Minutes of people's time each week: preparing, reviewing, rework, re-routing."
    )
    figure.update_layout(**frame(title, described), barmode="stack")
    figure.update_layout(showlegend=True, legend=BELOW)
    quiet_axes(figure)
    figure.update_yaxes(title_text="minutes")
    _days(figure, days, marks)
    return figure


@drawn_once
def dispute_waits(
    disputes: Sequence[Row], median: float | None = None, marks: Sequence[Mark] = ()
) -> go.Figure:
    """Each dispute's business hours to its owner by the day it was flagged; hollow = waiting.

    `disputes` hold `flagged_at`, `accepted_at`, `business_hours` and `dispute_id`.
    """
    days = [row["flagged_at"].date() for row in disputes]
    figure = go.Figure()
    title = "How long did each dispute wait for the right owner?"
    waiting = [row["accepted_at"] is None for row in disputes]
    figure.update_layout(**frame(title, _dispute_words(disputes, median)))
    figure.add_scatter(
        x=days,
        y=[row["business_hours"] for row in disputes],
        mode="markers",
        marker={
            "size": 9,
            "color": [SIGNAL if open_ else PILOT for open_ in waiting],
            "symbol": ["circle-open" if open_ else "circle" for open_ in waiting],
            "line": {"width": 1.5},
        },
        customdata=[
            [row["dispute_id"], "no owner yet" if open_ else "accepted"]
            for row, open_ in zip(disputes, waiting, strict=True)
        ],
        hovertemplate="%{customdata[0]}, flagged %{x|%-d %b %Y}: %{y:.1f} business hours, "
        "%{customdata[1]}<extra></extra>",
    )
    quiet_axes(figure)
    figure.update_yaxes(title_text="business hours")
    if median is not None and days:
        _level(figure, median, f"median {median:.1f} h", days[0])
    _days(figure, days, marks)
    return figure


def _dispute_words(disputes: Sequence[Row], median: float | None) -> str:
    told = "; ".join(
        f"{row['dispute_id']} {row['business_hours']:.1f} h"
        + (" and waiting" if row["accepted_at"] is None else "")
        for row in disputes
    )
    middle = "" if median is None else f" Median {median:.1f} business hours."
    return f"Business hours from flag to the right owner, one dot a dispute.{middle} {told}."


@drawn_once
def override_weeks(weeks: Sequence[Row], marks: Sequence[Mark] = ()) -> go.Figure:
    """Weekly override rate with Wilson bars; below, how many changed the play or the words.

    `weeks` hold `k` overrides of `n` drafts, the interval's ends `low` and `high` (0-1), and
    the counts `routing` and `wording`; `chance_low` and `chance_high` draw the p-chart's band. A
    week without a decision is left blank.
    """
    figure = make_subplots(
        rows=2, cols=1, shared_xaxes=True, row_heights=[0.66, 0.34], vertical_spacing=0.1
    )
    shown = [row for row in weeks if row["n"]]
    days = [row["week"] for row in shown]
    title = "Is the share of drafts that people override falling?"
    figure.update_layout(**frame(title, _override_words(shown), 400), barmode="stack")
    _chance(figure, shown)
    _wilson_bars(figure, shown)
    figure.add_scatter(
        x=days,
        y=[row["k"] / row["n"] for row in shown],
        mode="markers+text",
        marker=_dots([row["n"] for row in shown]),
        text=[f"{row['k']}/{row['n']}" for row in shown],
        textposition="middle right",
        cliponaxis=False,
        hovertemplate="week to %{x|%-d %b %Y}: %{text} drafts, %{y:.0%}<extra></extra>",
        row=1,
        col=1,
    )
    _split(figure, shown)
    quiet_axes(figure)
    figure.update_yaxes(tickformat=".0%", row=1, col=1)
    figure.update_yaxes(title_text="overrides", row=2, col=1)
    figure.update_layout(showlegend=True, legend=BELOW)
    _days(figure, days, marks)
    return figure


def _chance(figure: go.Figure, weeks: Sequence[Row]) -> None:
    """Where a week of so many drafts lies by chance alone, as a grey band in steps."""
    if len(weeks) < 2 or "chance_low" not in weeks[0]:
        return
    days = [row["week"] for row in weeks]
    quiet = {"mode": "lines", "line": {"width": 0, "shape": "hvh"}, "hoverinfo": "skip"}
    at = {"row": 1, "col": 1}
    figure.add_scatter(x=days, y=[row["chance_low"] for row in weeks], **quiet, **at)
    high = [row["chance_high"] for row in weeks]
    figure.add_scatter(x=days, y=high, fill="tonexty", fillcolor=BAND, **quiet, **at)


def _wilson_bars(figure: go.Figure, weeks: Sequence[Row]) -> None:
    figure.add_scatter(
        x=[day for row in weeks for day in (row["week"], row["week"], None)],
        y=[end for row in weeks for end in (row["low"], row["high"], None)],
        mode="lines",
        line={"color": OUTLINE, "width": 5},
        hoverinfo="skip",
        showlegend=False,
        row=1,
        col=1,
    )


def _split(figure: go.Figure, weeks: Sequence[Row]) -> None:
    for column, name, colour in (
        ("routing", "changed the play (routing)", PILOT),
        ("wording", "changed the words or a fact", PILOT_LIGHT),
    ):
        figure.add_bar(
            x=[row["week"] for row in weeks],
            y=[row[column] for row in weeks],
            name=name,
            marker={"color": colour, "line": {"color": OUTLINE, "width": 0.5}},
            hovertemplate=name + ": %{y}<extra></extra>",
            row=2,
            col=1,
        )
    figure.update_traces(showlegend=False, selector={"type": "scatter"})


def _override_words(weeks: Sequence[Row]) -> str:
    told = "; ".join(
        f"week to {day_name(row['week'])} {row['k']} of {row['n']} "
        f"({share(row['low'])} to {share(row['high'])})"
        for row in weeks
    )
    return f"Overrides of drafts by week, with 95% intervals: {told or 'no draft decided yet'}."
