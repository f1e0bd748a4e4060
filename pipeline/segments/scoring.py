"""How clean a candidate's data is: seven components at their pessimistic end, weighted (metrics 4).

Each share counts at the worse end of its 80% Wilson interval, so that a small spotless segment
does not win by luck. What nobody knows counts as nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pipeline.settings import COMPONENTS, ChoosingSection
from pipeline.statistics import wilson

LEVEL = 0.8
LABELS: dict[str, str] = {
    "terms": "Terms agree and are stated",
    "owner": "Owner is still here",
    "contact": "Contact confirmed within 90 days",
    "dispute": "Invoices disputed in 180 days",
    "concentration": "Effective customers",
    "chronic": "Customers that habitually pay very late",
    "po": "Invoices that lack a PO number they need",
}


class Measure(NamedTuple):
    """k of n, or for concentration one value; None where nothing is known."""

    k: int
    n: int
    value: float | None = None


class Component(NamedTuple):
    """One component: what was measured, the end it counts at, and its points (0-100)."""

    name: str
    k: int | None
    n: int | None
    value: float | None
    """The plain share, or the number of effective customers."""
    pessimistic: float | None
    bad: float
    good: float
    points: float
    weight: float


def components(measures: Mapping[str, Measure], choosing: ChoosingSection) -> tuple[Component, ...]:
    """The seven components of a candidate in their fixed order."""
    return tuple(_component(name, measures[name], choosing) for name in COMPONENTS)


def score(parts: tuple[Component, ...]) -> float:
    """The weighted mean of the points, 0-100; 0 when every weight is nought."""
    total = sum(part.weight for part in parts)
    return sum(part.points * part.weight for part in parts) / total if total else 0.0


def _component(name: str, measure: Measure, choosing: ChoosingSection) -> Component:
    bad, good = choosing.anchors[name]
    weight = choosing.weights[name]
    if name == "concentration":
        value = measure.value
        points = _points(value, bad, good)
        return Component(name, None, None, value, value, bad, good, points, weight)
    ends = wilson(measure.k, measure.n, LEVEL)
    if ends is None:
        return Component(name, 0, 0, None, None, bad, good, 0.0, weight)
    worse = ends[0] if good > bad else ends[1]
    points = _points(worse, bad, good)
    share = measure.k / measure.n
    return Component(name, measure.k, measure.n, share, worse, bad, good, points, weight)


def _points(value: float | None, bad: float, good: float) -> float:
    """A straight line from 0 at the bad anchor to 100 at the good one."""
    if value is None:
        return 0.0
    return max(0.0, min(100.0, 100.0 * (value - bad) / (good - bad)))
