"""Whether a score means what it says: what was said against what happened."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from pipeline.charts.style import CONTROL, PILOT, Row, drawn_once, frame, quiet_axes


@drawn_once
def reliability_plot(bins: Sequence[Row]) -> go.Figure:
    """Tenths of the score: `said` and `happened` (0-1) with `low` and `high`, and `n` rows."""
    said = [one["said"] for one in bins]
    figure = go.Figure(
        [
            go.Scatter(
                x=[0, 1],
                y=[0, 1],
                mode="lines",
                line={"color": CONTROL, "width": 1, "dash": "dot"},
                hoverinfo="skip",
                showlegend=False,
            ),
            go.Scatter(
                x=said,
                y=[one["happened"] for one in bins],
                mode="markers+text",
                marker={"color": PILOT, "size": 9},
                text=[f"n {one['n']}" for one in bins],
                textposition="middle right",
                error_y={
                    "type": "data",
                    "array": [one["high"] - one["happened"] for one in bins],
                    "arrayminus": [one["happened"] - one["low"] for one in bins],
                    "color": PILOT,
                    "thickness": 1.2,
                    "width": 3,
                },
                showlegend=False,
                hovertext=[_told(one) for one in bins],
                hovertemplate="%{hovertext}<extra></extra>",
            ),
        ]
    )
    words = "; ".join(_told(one) for one in bins) or "nothing was scored"
    figure.update_layout(**frame("Does the score mean what it says?", words, 340))
    quiet_axes(figure)
    figure.update_xaxes(title="Said: chance of being still open", tickformat=".0%", range=[0, 1.08])
    figure.update_yaxes(title="Was still open", tickformat=".0%", range=[-0.03, 1.05])
    return figure


def _told(one: Row) -> str:
    return (
        f"said {one['said']:.0%}, was {one['happened']:.0%} "
        f"({one['low']:.0%} to {one['high']:.0%}, n {one['n']})"
    )
