"""Charts as SVG, laid by hand: no script, no font, no request, legible in black and white.

What is compared with the pilot is dashed as well as grey; lines are named in place.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from pipeline.report.shapes import Chart, Intervals, Series, Span
from pipeline.report.wording import true_minus

GREY = "#5b6570"
_WIDTH, _HEIGHT = 480, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 104, 26, 34


def chart_svg(chart: Chart, colour: str) -> str:
    """One chart of lines or columns."""
    plot = _Plot(chart, colour)
    drawn = plot.lines() if chart.kind == "lines" else plot.columns()
    return _svg(chart.title, chart.alt, _HEIGHT, [*plot.frame(), *drawn])


def _svg(title: str, alt: str, height: int, parts: Iterable[str]) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {_WIDTH} {height}" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title><desc>{escape(alt)}</desc>{''.join(parts)}</svg>"
    )


def _text(x: float, y: float, text: str, *, anchor: str = "start", kind: str = "") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{name}>{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {style}/>'


def _style(series: Series, colour: str) -> str:
    if series.is_main:
        return f'stroke="{colour}" stroke-width="2.4" fill="none"'
    return f'stroke="{GREY}" stroke-width="1.8" stroke-dasharray="6 4" fill="none"'


class _Plot:
    """The frame of one chart: where a value and a category lie."""

    def __init__(self, chart: Chart, colour: str) -> None:
        self.chart, self.colour = chart, colour
        known = [v for series in chart.series for v in series.values if v is not None]
        if chart.level:
            known.append(chart.level.value)
        self.top = _rounded_up(max(known, default=1.0))

    def y(self, value: float) -> float:
        """Pixels from the top."""
        return _HEIGHT - _BOTTOM - value / self.top * (_HEIGHT - _BOTTOM - _TOP)

    def x(self, place: float) -> float:
        """Pixels from the left of a category's middle."""
        step = (_WIDTH - _LEFT - _RIGHT) / len(self.chart.categories)
        return _LEFT + step * (place + 0.5)

    def said(self, value: float) -> str:
        """A tick's or a column's value."""
        return f"{value:.0%}" if self.chart.number_format.endswith("%") else f"{value:,.1f}"

    def frame(self) -> list[str]:
        """Unit, three ticks, the first and the last category, the marks, the level."""
        names = self.chart.categories
        parts = [_text(_LEFT, 14, self.chart.unit, kind="unit")]
        for value in (0.0, self.top / 2, self.top):
            y = self.y(value)
            parts.append(_line(_LEFT, y, _WIDTH - _RIGHT, y, 'stroke="#d5d9dd"'))
            parts.append(_text(_LEFT - 6, y + 4, self.said(value), anchor="end"))
        shown = range(len(names)) if self.chart.kind == "columns" else (0, len(names) - 1)
        for place in shown:
            anchor = "middle" if self.chart.kind == "columns" else "start" if not place else "end"
            parts.append(_text(self.x(place), _HEIGHT - 14, names[place], anchor=anchor))
        return [*parts, *self._marks(), *self._level()]

    def _marks(self) -> list[str]:
        parts = []
        for place, name in self.chart.marks:
            x = self.x(place)
            style = f'stroke="{GREY}" stroke-dasharray="2 3"'
            parts.append(_line(x, _TOP, x, _HEIGHT - _BOTTOM, style))
            parts.append(_text(x + 3, _TOP + 9, name, kind="unit"))
        return parts

    def _level(self) -> list[str]:
        level = self.chart.level
        if level is None:
            return []
        y = self.y(level.value)
        style = f'stroke="{GREY}" stroke-width="1.4" stroke-dasharray="8 3"'
        name = _text(_WIDTH - _RIGHT + 6, y + 4, level.name)
        return [_line(_LEFT, y, _WIDTH - _RIGHT, y, style), name]

    def lines(self) -> list[str]:
        """Every series as a line, broken where a value is not known, named at its end."""
        parts = []
        ends: list[tuple[float, str]] = []
        for series in self.chart.series:
            points = [(self.x(i), v) for i, v in enumerate(series.values)]
            for run in _runs(points):
                path = " ".join(f"{x:.1f},{self.y(v):.1f}" for x, v in run)
                parts.append(f'<polyline points="{path}" {_style(series, self.colour)}/>')
                if len(run) == 1:
                    x, v = run[0]
                    parts.append(f'<circle cx="{x:.1f}" cy="{self.y(v):.1f}" r="2"/>')
            known = [v for v in series.values if v is not None]
            if known:
                ends.append((self.y(known[-1]), f"{series.name} {self.said(known[-1])}"))
        fixed = [self.y(self.chart.level.value)] if self.chart.level else []
        return [*parts, *_named(ends, fixed)]

    def columns(self) -> list[str]:
        """Columns side by side, each with its value; the comparison's are hollow."""
        parts = []
        wide = 68.0
        for place in range(len(self.chart.categories)):
            first = self.x(place) - wide * len(self.chart.series) / 2
            for number, series in enumerate(self.chart.series):
                value = series.values[place]
                if value is not None:
                    parts += self._column(series, first + number * wide, wide - 6, value)
        return parts

    def _column(self, series: Series, x: float, wide: float, value: float) -> list[str]:
        y = self.y(value)
        fill = self.colour if series.is_main else "#ffffff"
        stroke = self.colour if series.is_main else GREY
        name = f"{series.name} {self.said(value)}"
        return [
            (
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" '
                f'height="{_HEIGHT - _BOTTOM - y:.1f}" fill="{fill}" stroke="{stroke}"/>'
            ),
            _text(x + wide / 2, y - 5, name, anchor="middle", kind="unit"),
        ]


def _runs(points: list[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    """The stretches without a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, value in points:
        if value is None:
            runs.append([])
        else:
            runs[-1].append((x, value))
    return [run for run in runs if run]


def _named(ends: list[tuple[float, str]], fixed: list[float]) -> list[str]:
    """Names at the right, pushed apart so that none covers another."""
    taken = list(fixed)
    parts = []
    for end, name in sorted(ends):
        y = end
        while any(abs(y - other) < 13 for other in taken):
            y += 1
        taken.append(y)
        parts.append(_text(_WIDTH - _RIGHT + 6, y + 4, name, kind="name"))
    return parts


def _rounded_up(value: float) -> float:
    """The next round number: 1, 2, 3, 4, 5, 6, 8 or 10 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 1.0
    while power * 10 <= value:
        power *= 10
    while power > value:
        power /= 10
    return next(power * n for n in (1, 2, 3, 4, 5, 6, 8, 10) if power * n >= value * 0.9999)


# --- intervals -----------------------------------------------------------------------------

_NAMES = 180
_STEP = 44


def intervals_svg(intervals: Intervals, colour: str) -> str:
    """Estimates with their intervals, nought in the middle; without an interval, a note."""
    known = [abs(end) for s in intervals.spans for end in (s.low, s.high) if end is not None]
    reach = _rounded_up(max(known, default=1.0))
    height = 56 + _STEP * len(intervals.spans)
    middle, half = (_WIDTH + _NAMES) / 2, (_WIDTH - _NAMES) / 2 - 16
    parts = [
        _line(middle, 24, middle, height - 30, f'stroke="{GREY}" stroke-width="1.4"'),
        _text(middle - half, 14, "← days sooner", kind="unit"),
        _text(middle + half, 14, "days later →", anchor="end", kind="unit"),
    ]
    for end in (-reach, 0.0, reach):
        x = middle + end / reach * half
        parts.append(
            _text(x, height - 12, true_minus(f"{end:+.0f}") if end else "0", anchor="middle")
        )
    for place, span in enumerate(intervals.spans):
        y = 42 + place * _STEP
        parts.append(_text(0, y + 4, span.name, kind="name" if not place else ""))
        parts += _span(span, (middle, half / reach), y, colour if not place else GREY)
    return _svg(intervals.title, intervals.alt, height, parts)


def _span(span: Span, scale: tuple[float, float], y: float, colour: str) -> list[str]:
    middle, step = scale
    if span.low is None or span.high is None or span.estimate is None:
        return [_text(middle + 8, y + 4, "no interval", kind="unit")]
    low, high, point = (middle + end * step for end in (span.low, span.high, span.estimate))
    style = f'stroke="{colour}" stroke-width="2.4"'
    ends = [_line(x, y - 7, x, y + 7, style) for x in (low, high)]
    said = (
        _text(low, y + 20, true_minus(f"{span.low:+.1f}"), anchor="middle", kind="unit"),
        _text(high, y + 20, true_minus(f"{span.high:+.1f}"), anchor="middle", kind="unit"),
    )
    dot = f'<circle cx="{point:.1f}" cy="{y:.1f}" r="4.5" fill="{colour}"/>'
    return [_line(low, y, high, y, style), *ends, dot, *said]
