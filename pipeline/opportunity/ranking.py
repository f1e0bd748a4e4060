"""Where to start: every candidate judged, the best one named, with reasons when it is another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.opportunity.files import Described
from pipeline.opportunity.rubric import BANDS, Rubric
from pipeline.opportunity.scoring import Candidate, Known, Scored, in_unit, score

OURS = "collections"
Result = dict[str, Any]
NOTHING: Mapping[str, Known] = {}


def candidates(described: Described, measured: Mapping[str, Known] = NOTHING) -> list[Candidate]:
    """Everybody's candidates and the user's own; a measurement stands unless the file insists."""
    rubric = described.rubric
    own = [name for name in described.candidates if name not in rubric.processes]
    return [
        _candidate(name, described, measured if name == OURS else NOTHING)
        for name in (*rubric.processes, *own)
    ]


def _candidate(name: str, described: Described, measured: Mapping[str, Known]) -> Candidate:
    usual = described.rubric.processes.get(name)
    given = described.candidates.get(name)
    known: dict[str, Known] = {}
    if usual:
        known["checkability"] = Known(value=usual.checkability, tag="assumed", source=usual.why)
    stated = given.known if given else {}
    order = (measured, stated) if name in described.replacing else (stated, measured)
    for facts in order:
        known.update(facts)
    return Candidate(
        name=name, label=given.label if given else usual.label if usual else name, known=known
    )


def rank(found: list[Candidate], rubric: Rubric) -> list[Scored]:
    """Best start first: by band, then by score; a tie keeps the order given."""
    judged = [score(candidate, rubric) for candidate in found]
    return sorted(judged, key=lambda one: (BANDS.index(one.band), -(one.score or 0)))


def opportunity(
    described: Described, currency: str, measured: Mapping[str, Known] = NOTHING
) -> Result:
    """Where to start, in the shapes that are printed; points are 0 to 100."""
    rubric = described.rubric
    ranked = rank(candidates(described, measured), rubric)
    best = ranked[0] if ranked[0].score is not None else None
    ours = next(one for one in ranked if one.candidate.name == OURS)
    has_rivals = any(one.score is not None for one in ranked if one is not ours)
    is_other = best is not None and ours.score is not None and best is not ours
    reasons = _reasons(best, ours, rubric) if best is not None and is_other else []
    return {
        "currency": currency,
        "first": best.candidate.name if best else None,
        "not_collections_first": is_other,
        "sentence": _sentence(best, ours, rubric, has_rivals=has_rivals),
        "reasons": reasons,
        "floor": rubric.floor,
        "bands": {"go": rubric.go, "fix then go": rubric.fix},
        "processes": [_shown(one, rubric) for one in ranked],
    }


def _sentence(best: Scored | None, ours: Scored, rubric: Rubric, *, has_rivals: bool) -> str:
    if ours.score is None:
        names = ", ".join(rubric.components[name].label.lower() for name in ours.missing)
        return f"Where to start cannot be told yet; of collections is still unknown: {names}."
    said = f"{ours.score:.1f} of 100, {ours.band}"
    if best is None or best is ours:
        return _ours_leads(ours, said, has_rivals=has_rivals)
    if best.band == "not first":
        return (
            f"Nothing described here is ready to go first; {_named(best)} comes nearest with "
            f"{best.score:.1f} of 100, and collections has {said}."
        )
    return (
        f"Not collections first: start with {_named(best)} ({best.score:.1f} of 100, {best.band}); "
        f"collections has {said}."
    )


def _ours_leads(ours: Scored, said: str, *, has_rivals: bool) -> str:
    if not has_rivals:
        return (
            f"Collections has {said}. No other process is described yet, so whether another would "
            "be the better start cannot be told."
        )
    if ours.band in ("fix first", "not first"):
        return f"Nothing described here does better than collections, but not as it is: {said}."
    return f"Collections is the place to start: {said}, ahead of everything else described."


def _named(one: Scored) -> str:
    """A label within a sentence; an abbreviation keeps its capitals."""
    label = one.candidate.label
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _reasons(best: Scored, ours: Scored, rubric: Rubric) -> list[str]:
    """The two reasons that weigh most: a floor that collections misses, then the differences."""
    parts = rubric.components

    def both(name: str) -> tuple[str, str]:
        values = (one.candidate.known[name].value for one in (best, ours))
        here, there = (in_unit(value, parts[name]) for value in values)
        return here, there

    found = [
        f"{parts[name].label}: collections has {both(name)[1]}, under the floor "
        f"({ours.points[name]:.0f} of 100, at least {rubric.floor:.0f}); {_named(best)} has "
        f"{both(name)[0]}."
        for name in sorted(ours.below_floor, key=lambda name: ours.points[name])
    ]
    ahead = {
        name: parts[name].weight * (best.points[name] - ours.points[name])
        for name in parts
        if best.points[name] > ours.points[name] and name not in ours.below_floor
    }
    for name in sorted(ahead, key=lambda one: -ahead[one]):
        here, there = both(name)
        found.append(f"In {_named(best)} {parts[name].better}: {here} against {there}.")
    found.append(f"By the whole rubric it is ahead: {best.score} against {ours.score}.")
    return found[:2]


def _shown(one: Scored, rubric: Rubric) -> Result:
    known = one.candidate.known
    return {
        "name": one.candidate.name,
        "label": one.candidate.label,
        "score": one.score,
        "band": one.band,
        "below_floor": list(one.below_floor),
        "missing": list(one.missing),
        "what_would_change": one.change,
        "components": [
            {
                "name": name,
                "label": part.label,
                "weight": part.weight,
                "unit": part.unit,
                "value": known[name].value if name in known else None,
                "points": one.points.get(name),
                "tag": known[name].tag if name in known else None,
                "source": known[name].source if name in known else None,
            }
            for name, part in rubric.components.items()
        ],
    }
