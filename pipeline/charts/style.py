"""What all charts share: colours that mean one thing everywhere, a quiet frame, alt text.

Colours are midtones, so that a figure reads on white and on near-black alike; the words take
the colour of the page around them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache, wraps
from itertools import pairwise
from typing import Any, NamedTuple, ParamSpec

import plotly.graph_objects as go

from pipeline.model import canonical_json

Row = Mapping[str, Any]
Given = ParamSpec("Given")

#: Age runs from light to dark in every chart; a boundary has the colour of the older bucket.
AGE_COLOURS: dict[str, str] = {
    "current": "#ecd9b8",
    "1-30": "#dfb06d",
    "31-60": "#cb843c",
    "61-90": "#a95c2b",
    "91+": "#863d22",
    "no_due_date": "#b3bbc3",
}
AGE_NAMES: dict[str, str] = {
    "current": "Current",
    "1-30": "1–30 days",
    "31-60": "31–60 days",
    "61-90": "61–90 days",
    "91+": "90+ days",
    "no_due_date": "No due date",
}
#: The pilot has one hue; whatever it is compared with is grey.
PILOT = "#3f86b8"
PILOT_LIGHT = "#a5c9e1"
CONTROL = "#7d8894"
#: A value outside its limits: the one colour that calls.
SIGNAL = "#b5467f"
OUTLINE = "rgba(125, 136, 148, 0.55)"
BAND = "rgba(125, 136, 148, 0.16)"
GRID = "rgba(125, 136, 148, 0.14)"
CLEAR = "rgba(0, 0, 0, 0)"

#: A legend under the plot, for stacks that cannot be named in place.
BELOW: dict[str, Any] = {
    "orientation": "h",
    "x": 0,
    "y": -0.22,
    "yanchor": "top",
    "traceorder": "normal",
}

#: How a figure is shown: no mode bar, nothing to drag by accident.
CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False, "showTips": False}


@dataclass(frozen=True)
class _Drawing:
    """A chart by its function and what it is drawn from."""

    draw: object
    given: str
    make: Callable[[], go.Figure] = field(compare=False)


#: Figures that are kept; those asked for longest ago are let go first.
@lru_cache(maxsize=64)
def _drawn(drawing: _Drawing) -> go.Figure:
    return drawing.make()


def drawn_once(draw: Callable[Given, go.Figure]) -> Callable[Given, go.Figure]:
    """A chart that is kept for what it was drawn from: a page asks for it anew at every click.

    Whoever gets it shares it with others, and changes nothing about it.
    """

    @wraps(draw)
    def kept(*given: Given.args, **named: Given.kwargs) -> go.Figure:
        said = canonical_json([given, named])
        return _drawn(_Drawing(draw, said, lambda: draw(*given, **named)))

    return kept


class Mark(NamedTuple):
    """A day worth knowing on a time axis: go-live, a read-out, a change of terms."""

    day: date
    label: str


def frame(title: str, described: str, height: int = 300) -> dict[str, Any]:
    """The layout of every figure: the question on top, room to breathe, no legend."""
    return {
        "title": {"text": title, "x": 0, "xanchor": "left", "font": {"size": 15}},
        "height": height,
        "margin": {"l": 8, "r": 8, "t": 58, "b": 8},
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "bargap": 0.18,
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "meta": {"alt": described},
    }


def alt(figure: go.Figure) -> str:
    """What the figure shows, in words, for who cannot see it."""
    return str(figure.layout.meta["alt"])


def quiet_axes(figure: go.Figure) -> None:
    """Fine horizontal lines only; no box, no vertical grid."""
    figure.update_xaxes(showgrid=False, zeroline=False, fixedrange=True, automargin=True)
    figure.update_yaxes(
        gridcolor=GRID, zeroline=False, fixedrange=True, automargin=True, rangemode="tozero"
    )


def mark_days(figure: go.Figure, marks: Sequence[Mark], first: date, last: date) -> None:
    """A thin dotted line and a word above the plot for each mark within the axis."""
    for mark in marks:
        if first <= mark.day <= last:
            figure.add_shape(
                type="line",
                x0=mark.day,
                x1=mark.day,
                y0=0,
                y1=1,
                yref="paper",
                line={"color": CONTROL, "width": 1, "dash": "dot"},
                layer="below",
            )
            figure.add_annotation(
                x=mark.day, y=1, yref="paper", yanchor="bottom", text=mark.label, **_SMALL
            )


_SMALL: dict[str, Any] = {"showarrow": False, "font": {"size": 11}}


def label(
    figure: go.Figure, x: object, y: float, text: str, colour: str = "", **place: Any
) -> None:
    """A word beside what it names; the page's own text colour unless one is given."""
    font: dict[str, Any] = {"size": 12}
    if colour:
        font["color"] = colour
    placed = {"showarrow": False, "xanchor": "left", "xshift": 8, **place}
    figure.add_annotation(x=x, y=y, text=text, font=font, **placed)


def apart(places: Sequence[float], gap: float) -> list[float]:
    """Heights for labels at `places`, in their order, moved up until `gap` lies between them."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    moved = list(places)
    for lower, upper in pairwise(order):
        moved[upper] = max(moved[upper], moved[lower] + gap)
    return moved


def name_ends(
    figure: go.Figure,
    ends: Sequence[tuple[float, str, str]],
    last: object,
    room: float,
    **axis: Any,
) -> None:
    """Names lines at their right ends (value, words, colour), moved apart where they would touch.

    `room` is the height that one name needs, in the unit of the values.
    """
    heights = apart([value for value, _, _ in ends], room)
    for height, (_, words, colour) in zip(heights, ends, strict=True):
        label(figure, last, height, words, colour, **axis)


def money(amount: Decimal | float | None, currency: str) -> str:
    """An amount as a chart says it: whole units, currency beside it."""
    return "unknown" if amount is None else f"{amount:,.0f} {currency}"


def share(rate: float | None) -> str:
    """A share (0-1) as whole percent."""
    return "unknown" if rate is None else f"{rate:.0%}"


def day_name(day: date) -> str:
    """A day as the axes write it: 6 Mar 2026."""
    return f"{day.day} {day:%b %Y}"
