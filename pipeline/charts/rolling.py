"""Where open money went: the roll-forward matrix, cohorts by invoice month, promises to pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import plotly.graph_objects as go

from pipeline.charts.style import (
    AGE_COLOURS,
    AGE_NAMES,
    BELOW,
    CONTROL,
    OUTLINE,
    PILOT,
    PILOT_LIGHT,
    Mark,
    Row,
    day_name,
    drawn_once,
    frame,
    label,
    mark_days,
    money,
    quiet_axes,
    share,
)

_OUTCOMES: dict[str, str] = {
    **AGE_NAMES,
    "collected": "Collected",
    "credited": "Credited",
    "written_off": "Written off",
}
#: Opaque and light, so that dark words read on every cell of any page.
_BLUES = [[0.0, "#e9f1f7"], [1.0, "#86b7d8"]]
_GREYS = [[0.0, "#eceef0"], [1.0, "#b9bfc5"]]
_WORDS = {"color": "#1d2a35", "size": 12}
_STAYS = {"marker": {"opacity": 0}}
_AGES = (15, 30, 45, 60, 90)
#: The alt text names the newest months; the table has all.
_MONTHS_SAID = 6
#: So many weeks each have their own day on the axis.
_NAMED = 12
_STATES: dict[str, tuple[str, str]] = {
    "kept": ("kept", PILOT),
    "partly": ("partly kept", PILOT_LIGHT),
    "broken": ("broken", AGE_COLOURS["61-90"]),
    "renegotiated": ("renegotiated", AGE_COLOURS["1-30"]),
    "pending": ("not due yet", CONTROL),
    "cancelled": ("cancelled", "#c9ced3"),
}


@drawn_once
def roll_matrix(rows: Sequence[Row], currency: str, since: date, until: date) -> go.Figure:
    """Buckets at the start against where their money is at the end; every row is 100%.

    `rows` as `proving.time_to_cash.rolled_forward` gives them. A row of fewer than 30 invoices
    is grey. A point carries its row and column, so that a click can open the invoices.
    """
    used = {outcome for row in rows for outcome in row["cells"]}
    columns = [name for name in _OUTCOMES if name in used or name != "no_due_date"]
    across = [_OUTCOMES[name] for name in columns]
    down = [_row_name(row) for row in rows]
    figure = go.Figure()
    for is_few, scale in ((False, _BLUES), (True, _GREYS)):
        figure.add_heatmap(
            x=across,
            y=down,
            z=[[_shown(row, name, is_few=is_few) for name in columns] for row in rows],
            text=[
                [_cell(row, name) if row["is_few"] is is_few else "" for name in columns]
                for row in rows
            ],
            texttemplate="%{text}",
            textfont=_WORDS,
            colorscale=scale,
            zmin=0,
            zmax=1,
            xgap=2,
            ygap=2,
            showscale=False,
            hoverinfo="skip",
        )
    _clickable(figure, rows, columns, currency)
    title = "Where did the money go that was open?"
    described = _matrix_words(rows, currency, since, until)
    figure.update_layout(**frame(title, described, 130 + 58 * len(rows)))
    quiet_axes(figure)
    figure.update_yaxes(autorange="reversed", showgrid=False, rangemode="normal")
    figure.update_xaxes(side="top", categoryorder="array", categoryarray=across)
    figure.update_layout(margin={"l": 8, "r": 8, "t": 84, "b": 8})
    return figure


def _row_name(row: Row) -> str:
    return f"{AGE_NAMES[row['bucket']]}<br>n = {row['n']:,}"


def _shown(row: Row, outcome: str, *, is_few: bool) -> float | None:
    cell = row["cells"].get(outcome)
    return cell["share"] if cell and row["is_few"] is is_few else None


def _cell(row: Row, outcome: str) -> str:
    cell = row["cells"].get(outcome)
    return f"{_percent(cell['share'])}<br>{cell['amount']:,.0f}" if cell else ""


def _percent(part: float) -> str:
    """Whole percent; what is not nought and not all of it never reads as if it were."""
    if 0 < part < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= part < 1 else f"{part:.0%}"


def _clickable(
    figure: go.Figure, rows: Sequence[Row], columns: Sequence[str], currency: str
) -> None:
    cells = [
        (row, name, row["cells"][name]) for row in rows for name in columns if name in row["cells"]
    ]
    figure.add_scatter(
        x=[_OUTCOMES[name] for _, name, _ in cells],
        y=[_row_name(row) for row, _, _ in cells],
        mode="markers",
        marker={"size": 36, "symbol": "square", "opacity": 0},
        selected=_STAYS,
        unselected=_STAYS,
        customdata=[[row["bucket"], name, *_told(cell, currency)] for row, name, cell in cells],
        hovertemplate="from %{y}<br>to %{x}: %{customdata[2]}, %{customdata[3]}, "
        "%{customdata[4]} invoices<extra></extra>",
    )


def _told(cell: Mapping[str, Any], currency: str) -> tuple[str, str, int]:
    return f"{cell['amount']:,.2f} {currency}", f"{cell['share']:.2%}", cell["n"]


def _matrix_words(rows: Sequence[Row], currency: str, since: date, until: date) -> str:
    told = "; ".join(
        f"of {money(row['opening'], currency)} in {AGE_NAMES[row['bucket']]} (n = {row['n']}) "
        + ", ".join(
            f"{share(cell['share'])} {_OUTCOMES[name].lower()}"
            for name, cell in row["cells"].items()
        )
        for row in rows
    )
    return (
        f"What was open at the close of {day_name(since)}, by age, and where it was at the close "
        f"of {day_name(until)}: {told or 'nothing was open'}."
    )


# --- by invoice month ----------------------------------------------------------------------


@drawn_once
def cohort_matrix(months: Sequence[Row]) -> go.Figure:
    """Share of each invoice month's value collected by day 15 to 90; blank while immature.

    `months` hold `month`, `n`, `billed` and `day_15` … `day_90` (share or None).
    """
    down = [f"{row['month']:%b %Y}" for row in months]
    across = [f"day {age}" for age in _AGES]
    shares = [[row[f"day_{age}"] for age in _AGES] for row in months]
    figure = go.Figure(
        go.Heatmap(
            x=across,
            y=down,
            z=shares,
            text=[["" if s is None else _percent(s) for s in line] for line in shares],
            texttemplate="%{text}",
            textfont=_WORDS,
            customdata=[[row["n"]] * len(_AGES) for row in months],
            colorscale=_BLUES,
            zmin=0,
            zmax=1,
            xgap=2,
            ygap=2,
            showscale=False,
            hoverongaps=False,
            hovertemplate="issued in %{y}: %{z:.1%} in by %{x}, n = %{customdata} invoices"
            "<extra></extra>",
        )
    )
    title = "How much of each month's invoices is in, and how soon?"
    figure.update_layout(**frame(title, _cohort_words(months), 110 + 24 * len(months)))
    quiet_axes(figure)
    figure.update_yaxes(autorange="reversed", showgrid=False, rangemode="normal", type="category")
    figure.update_xaxes(side="top")
    figure.update_layout(margin={"l": 8, "r": 8, "t": 84, "b": 8})
    return figure


def _cohort_words(months: Sequence[Row]) -> str:
    told = "; ".join(
        f"{row['month']:%b %Y} "
        + (
            ", ".join(
                f"{share(row[f'day_{age}'])} by day {age}"
                for age in _AGES
                if row[f"day_{age}"] is not None
            )
            or "not mature yet"
        )
        for row in months[-_MONTHS_SAID:]
    )
    return f"Share of the value of each month's invoices that came in as cash. {told or 'None.'}"


@drawn_once
def cohort_curves(points: Sequence[Row]) -> go.Figure:
    """Collected by days since issue, a line a month: the pilot's in colour, earlier ones grey.

    `points` hold `month`, `is_pilot`, `age_days` and `share`; only mature points are among them.
    """
    figure = go.Figure()
    ends = []
    for month in sorted({row["month"] for row in points}):
        own = [row for row in points if row["month"] == month]
        colour = PILOT if own[0]["is_pilot"] else CONTROL
        figure.add_scatter(
            x=[row["age_days"] for row in own],
            y=[row["share"] for row in own],
            mode="lines",
            line={"color": colour, "width": 2.6 if own[0]["is_pilot"] else 1.4},
            hovertemplate=f"issued in {month:%b %Y}, day %{{x}}: %{{y:.1%}}<extra></extra>",
        )
        ends.append((own[-1]["age_days"], own[-1]["share"], f"{month:%b %Y}", colour))
    title = "Do newer months come in sooner?"
    figure.update_layout(**frame(title, _curve_words(ends), 400))
    quiet_axes(figure)
    figure.update_yaxes(tickformat=".0%", range=[0, 1.05], title_text="of the month's value")
    figure.update_xaxes(title_text="days since issue", range=[0, 112])
    for at, colour in sorted({(end[0], end[3]) for end in ends}):
        here = [end for end in ends if (end[0], end[3]) == (at, colour)]
        # Months that end together would be written over each other: one name for all of them.
        names = here[0][2] if len(here) == 1 else f"{here[0][2]} to {here[-1][2]}"
        label(figure, at, here[-1][1], names.replace(" to ", "<br>to "), colour, align="left")
    return figure


def _curve_words(ends: Sequence[tuple[int, float, str, str]]) -> str:
    told = "; ".join(f"{name} {share(value)} by day {age}" for age, value, name, _ in ends)
    return f"Collected by days since issue, one line an invoice month. {told or 'None is mature.'}"


# --- promises ------------------------------------------------------------------------------


@drawn_once
def promise_weeks(weeks: Sequence[Row], currency: str, marks: Sequence[Mark] = ()) -> go.Figure:
    """Money promised by the week in which it matures, stacked by what came of it.

    `weeks` hold `week`, `is_mature` and an amount by state; weeks not over are hatched.
    """
    days = [row["week"] for row in weeks]
    figure = go.Figure(
        [
            go.Bar(
                x=days,
                y=[float(row[state]) for row in weeks],
                name=name,
                marker={
                    "color": colour,
                    "line": {"color": OUTLINE, "width": 0.5},
                    "pattern": {"shape": ["" if row["is_mature"] else "/" for row in weeks]},
                },
                hovertemplate=f"{name}, week to %{{x|%-d %b %Y}}: %{{y:,.0f}} {currency}"
                "<extra></extra>",
            )
            for state, (name, colour) in _STATES.items()
            if any(row[state] for row in weeks)
        ]
    )
    title = "Was the promised money there when it was promised?"
    figure.update_layout(**frame(title, _promise_words(weeks, currency), 320), barmode="stack")
    figure.update_layout(showlegend=True, legend=BELOW)
    quiet_axes(figure)
    figure.update_yaxes(tickformat="~s", title_text=currency)
    figure.update_xaxes(tickformat="%-d %b\n%Y", type="date")
    if 0 < len(days) <= _NAMED:
        figure.update_xaxes(tickvals=days)
    if days:
        mark_days(figure, marks, days[0], days[-1])
    return figure


def _promise_words(weeks: Sequence[Row], currency: str) -> str:
    told = "; ".join(
        f"week to {day_name(row['week'])} "
        + (
            ", ".join(
                f"{name} {money(row[state], currency)}"
                for state, (name, _) in _STATES.items()
                if row[state]
            )
            or "nothing left to pay"
        )
        + ("" if row["is_mature"] else " (week not over)")
        for row in weeks
    )
    return f"Money promised, by the week in which the promise matures: {told or 'none'}."


def outcome_name(outcome: str) -> str:
    """An outcome of the matrix in words."""
    return _OUTCOMES[outcome]


def in_columns(rows: Sequence[Row]) -> list[Mapping[str, Any]]:
    """The matrix as rows of a table: bucket, n, opening and an amount per outcome."""
    return [
        {
            "from": AGE_NAMES[row["bucket"]],
            "n": row["n"],
            "opening": row["opening"],
            **{
                _OUTCOMES[name]: row["cells"][name]["amount"] if name in row["cells"] else None
                for name in _OUTCOMES
            },
        }
        for row in rows
    ]
