"""What is open, by age: one bar a currency, light to dark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from pipeline.charts.style import (
    AGE_COLOURS,
    AGE_NAMES,
    OUTLINE,
    drawn_once,
    frame,
    money,
    quiet_axes,
)


@drawn_once
def aging(buckets: Mapping[str, Mapping[str, Any]], currency: str) -> go.Figure:
    """One currency's open amount by bucket: `figures.aging(...)["currencies"][currency]`'s.

    `buckets` maps each bucket to its `amount` (Decimal, in `currency`) and `n` invoices.
    """
    shown = {name: found for name, found in buckets.items() if found["n"]}
    figure = go.Figure(
        [
            go.Bar(
                x=[float(found["amount"])],
                y=[currency],
                orientation="h",
                name=AGE_NAMES[name],
                marker={"color": AGE_COLOURS[name], "line": {"color": OUTLINE, "width": 1}},
                text=[AGE_NAMES[name]],
                textposition="inside",
                insidetextanchor="start",
                hovertemplate=_told(name, found, currency) + "<extra></extra>",
            )
            for name, found in shown.items()
        ]
    )
    described = "; ".join(_told(name, found, currency) for name, found in shown.items())
    figure.update_layout(
        **frame("How old is what is open?", f"Open in {currency}: {described or 'nothing'}.", 150),
        barmode="stack",
    )
    quiet_axes(figure)
    figure.update_yaxes(showticklabels=False)
    return figure


def _told(name: str, found: Mapping[str, Any], currency: str) -> str:
    return f"{AGE_NAMES[name]}: {money(found['amount'], currency)}, {found['n']} invoices"
