"""Overrides by the rule that had sorted the case: which rule keeps being corrected."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from pipeline.charts.style import (
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
    mark_days,
    quiet_axes,
)

#: The rule with most overrides calls; rules beyond these share the last colour.
_COLOURS = (SIGNAL, PILOT, PILOT_LIGHT, "#cb843c", "#6f9a6d", CONTROL)


@drawn_once
def overrides_by_rule(
    weeks: Sequence[Row], rules: Sequence[str], verdict: str, marks: Sequence[Mark] = ()
) -> go.Figure:
    """Stacked overrides a week: `weeks` hold `week_end`, `rule` and `k`; worst rule first.

    `verdict` is the answer of three (falling, not falling, cannot tell) and stands in the title.
    """
    title = f"Which rule's drafts are overridden? The rate: {verdict}"
    figure = go.Figure()
    figure.update_layout(**frame(title, _words(weeks, rules, verdict), 340), barmode="stack")
    for n, rule in enumerate(rules):
        its = [row for row in weeks if row["rule"] == rule]
        figure.add_bar(
            x=[row["week_end"] for row in its],
            y=[row["k"] for row in its],
            name=rule,
            marker={
                "color": _COLOURS[min(n, len(_COLOURS) - 1)],
                "line": {"color": OUTLINE, "width": 0.5},
            },
            customdata=[row["n"] for row in its],
            hovertemplate=rule + ", week to %{x|%-d %b %Y}: %{y} of %{customdata} overridden"
            "<extra></extra>",
        )
    quiet_axes(figure)
    figure.update_yaxes(title_text="overrides")
    figure.update_layout(showlegend=True, legend=BELOW)
    _days(figure, weeks, marks)
    return figure


def _days(figure: go.Figure, weeks: Sequence[Row], marks: Sequence[Mark]) -> None:
    days = sorted({row["week_end"] for row in weeks})
    if days:
        figure.update_xaxes(tickformat="%-d %b\n%Y", type="date")
        mark_days(figure, marks, days[0], days[-1])


def _words(weeks: Sequence[Row], rules: Sequence[str], verdict: str) -> str:
    told = [
        f"{rule}: "
        + ", ".join(
            f"{row['k']} of {row['n']} in the week to {day_name(row['week_end'])}"
            for row in weeks
            if row["rule"] == rule
        )
        for rule in rules
    ]
    return f"Overrides by week and rule; the rate is {verdict}. {'; '.join(told) or 'None yet'}."
