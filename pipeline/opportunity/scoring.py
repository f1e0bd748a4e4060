"""From what is known about a process to its points, its band, and what would change the band."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from pipeline.model import Noun
from pipeline.opportunity.rubric import Band, Component, Rubric

Tag = Literal["measured", "given", "assumed"]


class Known(Noun):
    """What is known about one component of one process, in the component's own unit."""

    value: float = Field(ge=0, le=1e13)
    tag: Tag
    source: str


class Candidate(Noun):
    """One process with what is known about it; what is unknown is left out, never assumed good."""

    name: str
    label: str
    known: dict[str, Known] = Field(default_factory=dict)
    flags: dict[str, bool] = Field(default_factory=dict)
    """As given: whether an owner is named, whether the baseline was measured."""


class Scored(Noun):
    """One candidate judged by the rubric."""

    candidate: Candidate
    points: dict[str, float]
    """Component -> 0 to 100, for those that are known."""
    missing: tuple[str, ...]
    below_floor: tuple[str, ...]
    score: float | None
    """0 to 100; None while a component is unknown."""
    band: Band
    change: str = ""
    """What would change the band, in words."""


def score(candidate: Candidate, rubric: Rubric) -> Scored:
    """Judges one candidate; with anything unknown there is no score and no band."""
    parts = rubric.components
    points = {
        n: part.points(candidate.known[n].value)
        for n, part in parts.items()
        if n in candidate.known
    }
    missing = tuple(name for name in parts if name not in points)
    low = tuple(name for name in parts if name in points and points[name] < rubric.floor)
    total = None if missing else _total(points, rubric)
    judged = Scored(
        candidate=candidate,
        points={name: round(value, 1) for name, value in points.items()},
        missing=missing,
        below_floor=low,
        score=total,
        band=_band(total, low, rubric),
    )
    return judged.model_copy(update={"change": _change(judged, rubric)})


def _total(points: Mapping[str, float], rubric: Rubric) -> float:
    weighted = sum(part.weight * points[name] for name, part in rubric.components.items())
    # One decimal, as it is shown: a band never turns on digits that nobody sees.
    return round(weighted / 100, 1)


def _band(total: float | None, low: tuple[str, ...], rubric: Rubric) -> Band:
    if total is None:
        return "unknown"
    if total < rubric.fix:
        return "not first"
    if low:
        return "fix first"
    return "go" if total >= rubric.go else "fix then go"


# --- what would change it ----------------------------------------------------------------------


def _change(judged: Scored, rubric: Rubric) -> str:
    if judged.score is None:
        names = ", ".join(rubric.components[name].label.lower() for name in judged.missing)
        return f"Not scored while these are unknown: {names}."
    if judged.band == "go":
        return _fall(judged, judged.score, rubric)
    target = rubric.go if judged.band == "fix then go" else rubric.fix
    wanted = dict.fromkeys(judged.below_floor, rubric.floor)
    lifted = {**judged.points, **wanted}
    gap = target - _total(lifted, rubric)
    beyond = ""
    if gap > 0:
        name, points = _least_climb(gap, lifted, rubric)
        wanted[name] = points
        if points > 100:
            wanted[name], beyond = 100, ", and more elsewhere, for no single component can give it"
    steps = [_step(name, points, judged, rubric) for name, points in wanted.items()]
    said = steps[0] if len(steps) == 1 else f"{', '.join(steps[:-1])} and {steps[-1]}"
    better = "go" if judged.band == "fix then go" else "fix then go"
    return f"It becomes “{better}” with {said}{beyond}."


def _step(name: str, points: float, judged: Scored, rubric: Rubric) -> str:
    """One component lifted, in the words of its own unit."""
    part = rubric.components[name]
    now = in_unit(judged.candidate.known[name].value, part)
    return f"{part.label.lower()} at {in_unit(part.value_for(points), part)} (now {now})"


def _least_climb(gap: float, points: Mapping[str, float], rubric: Rubric) -> tuple[str, float]:
    """The component that closes the gap with the least climbing, and the points it must reach.

    Above 100 when none can do it alone: then it is the one with most room.
    """
    reach = {
        name: points[name] + 100 * gap / part.weight
        for name, part in rubric.components.items()
        if part.weight
    }
    alone = [name for name in reach if reach[name] <= 100]
    if alone:
        name = min(alone, key=lambda one: reach[one] - points[one])
    else:
        name = max(reach, key=lambda one: (100 - points[one]) * rubric.components[one].weight)
    return name, reach[name]


def _fall(judged: Scored, total: float, rubric: Rubric) -> str:
    """How near the edge a “go” stands."""
    nearest = min(judged.points, key=lambda name: judged.points[name])
    part = rubric.components[nearest]
    edge = in_unit(part.value_for(rubric.floor), part)
    return (
        f"It stays “go” until it loses {total - rubric.go:.0f} points, or {part.label.lower()} "
        f"falls under {edge}."
    )


def in_unit(value: float, part: Component) -> str:
    """A component's value as people say it."""
    if part.unit == "share":
        return f"{value:.0%}"
    return f"{value:,.0f} hours a month" if part.unit == "hours" else f"{value:,.0f} a year"
