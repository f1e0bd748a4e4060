"""The phases of a pilot as of a day, in the shape that the `phases` verb prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.model import Entry
from pipeline.phases.criteria import Criterion, criteria
from pipeline.phases.standing import PHASES, Standing, begins_on, following, standing
from pipeline.pilot import Pilot
from pipeline.settings import Settings
from pipeline.timing import timing_sample
from pipeline.warehouse.day import Day

#: Phase -> what is locked in it.
LOCKED = {
    "instrument": "Nothing is approved and nothing leaves; manual follow-ups are timed.",
    "copilot": "Every message is approved one by one.",
    "cadence": "Only routine cases under the cap may go by approved batch, one in ten by itself.",
}


def phases(day: Day, pilot: Pilot, entries: Sequence[Entry]) -> dict[str, Any]:
    """The phase that holds, what each phase locks, and what is missing to go on from it."""
    settings = pilot.settings
    holds = standing(settings, entries, day.as_of)
    measured = criteria(day, pilot, entries)
    return {
        "as_of": day.as_of,
        "phase": holds.phase,
        "by_dates": holds.by_dates,
        "recorded": _step(holds.recorded) if holds.recorded else None,
        "goes_by": settings.phases.goes_by,
        "may_approve": holds.may_approve,
        "may_batch": holds.may_batch,
        "locked": holds.locked,
        "sentence": sentence(settings, holds, measured),
        "phases": [_phase(settings, name, measured[name]) for name in PHASES],
        "timing": timing_sample(day, settings),
        "steps": [_step(e) for e in entries if e.kind == "phase_changed" and e.on_day <= day.as_of],
    }


def sentence(
    settings: Settings, holds: Standing, measured: Mapping[str, Sequence[Criterion]]
) -> str:
    """Where the pilot stands and what it takes to go on, in a sentence or two."""
    if holds.phase not in PHASES:
        return holds.locked or f"{holds.phase[:1].upper()}{holds.phase[1:]}: one by one."
    whence = _whence(holds, measured)
    after = following(holds.phase)
    if after is None:
        return f"{whence}. It is the freest phase there is."
    n = _unmet(measured, (holds.phase,))
    if n:
        return f"{whence}. Before {after}, {_criteria(n)} not met."
    return f"{whence}. Everything is met for {after}, from {begins_on(settings, after)} on."


def _whence(holds: Standing, measured: Mapping[str, Sequence[Criterion]]) -> str:
    name = holds.phase.capitalize()
    last = holds.recorded
    if last is not None and last.payload["to"] == holds.phase:
        return f"{name}, recorded by {last.by} on {last.on_day}"
    passed = PHASES[: PHASES.index(holds.phase)]
    n = _unmet(measured, passed)
    if passed and last is None:
        without = f", and {_criteria(n)} not met that it should have waited for" if n else ""
        return f"{name} by the dates alone: nobody recorded the step{without}"
    return f"{name} by the dates"


def _unmet(measured: Mapping[str, Sequence[Criterion]], names: Sequence[str]) -> int:
    return len([one for name in names for one in measured[name] if one.state != "met"])


def _criteria(n: int) -> str:
    return "1 criterion is" if n == 1 else f"{n} criteria are"


def _phase(settings: Settings, name: str, found: Sequence[Criterion]) -> dict[str, Any]:
    return {
        "phase": name,
        "from": begins_on(settings, name),
        "locked": LOCKED[name],
        "met": len([one for one in found if one.state == "met"]),
        "criteria": [one.model_dump() for one in found],
    }


def _step(entry: Entry) -> dict[str, Any]:
    return {
        "from": entry.payload["from"],
        "to": entry.payload["to"],
        "by": entry.by,
        "on": entry.on_day,
        "reason": entry.payload["reason"],
        "unmet": [one["name"] for one in entry.payload["unmet"]],
    }
