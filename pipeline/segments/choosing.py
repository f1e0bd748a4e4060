"""Every candidate segment with its gates, score and headroom, and which one to take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pipeline.figures import require_rates
from pipeline.model import CountbackError
from pipeline.segments.candidates import TRAITS, Candidate, candidates
from pipeline.segments.gates import ASSUMED_DAYS, Gate, ledger_gate, own_gates, windows_gate
from pipeline.segments.paying import Payments
from pipeline.segments.scoring import Component, Measure, components, score
from pipeline.segments.spans import Spans, fault, spans
from pipeline.segments.telling import lead, why_not
from pipeline.segments.waterfall import waterfall
from pipeline.settings import Settings
from pipeline.statistics import Detectable, first_place_shares
from pipeline.warehouse.day import Day, Row

Result = dict[str, Any]
_WINDOW, _TRAILING = 60, 180
#: The trait under which the segment of pilot.toml is a candidate.
OWN = "pilot_segment"


def choose(day: Day, settings: Settings) -> Result:
    """Every candidate and the recommended one, in the shape that `segments` prints.

    Scores and shares are floats, money is Decimal in reporting currency. Overlapping selection and
    baseline windows are refused with the reason. Raises CountbackError when a currency has no rate.
    """
    if settings.overlap:
        return _refused(day, settings)
    require_rates(day)
    found = spans(settings, day.as_of)
    rows = {
        name: day.metric(f"segment_{name}", windows=found.looked_at).rows
        for name in ("customers", "members", "measures", "waterfall", "ties")
    }
    every = candidates(rows["customers"], rows["members"], settings)
    measured = {(row["trait"], row["member_of"]): row for row in rows["measures"]}
    steps = _by_candidate(rows["waterfall"])
    shared = _shared_gates(day, rows["ties"], found)
    payments = Payments(day, settings, found)
    shown = [
        _shown(day, settings, each, measured[each.key], steps[each.key], shared, payments)
        for each in every
    ]
    ranked = _ranked(shown, settings)
    return {
        "as_of": day.as_of,
        "currency": day.lens.currency,
        **lead(ranked, settings.choosing),
        "windows": {
            "selection": list(found.selection),
            "baseline": list(found.baseline),
            "is_proposed": found.is_proposed,
        },
        "settings": _settings(settings),
        "waterfall": waterfall(day, steps["everybody", "everybody"]),
        "candidates": ranked,
        "left_out": _left_out(rows["customers"]),
    }


def own_segment_gates(day: Day, settings: Settings) -> list[Gate]:
    """The gates of the segment that pilot.toml sets, without weighing any other.

    Empty when nobody busy is in it. Raises CountbackError when windows overlap or a currency has
    no rate.
    """
    if settings.overlap:
        raise CountbackError(settings.overlap)
    require_rates(day)
    found = spans(settings, day.as_of)
    rows = {
        name: day.metric(f"segment_{name}", windows=found.looked_at).rows
        for name in ("customers", "members", "measures", "ties")
    }
    members = [row for row in rows["members"] if row["trait"] == OWN]
    for own in candidates(rows["customers"], members, settings):
        row = next(row for row in rows["measures"] if row["trait"] == OWN)
        gates = own_gates(
            own,
            _due_60(row),
            Payments(day, settings, found).detectable(own),
            settings.choosing.worthwhile_days,
        )
        return sorted([*_shared_gates(day, rows["ties"], found), *gates])
    return []


def _refused(day: Day, settings: Settings) -> Result:
    return {
        "as_of": day.as_of,
        "currency": day.lens.currency,
        "verdict": "refused",
        "recommended": None,
        "sentence": f"Refused: {settings.overlap}",
        "windows": None,
        "settings": _settings(settings),
        "waterfall": [],
        "candidates": [],
        "left_out": [],
    }


def _by_candidate(rows: Sequence[Row]) -> Mapping[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        found[row["trait"], row["member_of"]].append(row)
    return found


def _settings(settings: Settings) -> Result:
    choosing = settings.choosing
    return {
        "worthwhile_days": choosing.worthwhile_days or ASSUMED_DAYS,
        "worthwhile_is_assumed": choosing.worthwhile_days is None,
        "near_points": choosing.near_points,
        "weights": dict(choosing.weights),
        "anchors": {name: list(ends) for name, ends in choosing.anchors.items()},
    }


def _shared_gates(day: Day, ties: Sequence[Row], found: Spans) -> list[Gate]:
    """1 and 4: the same for every candidate."""
    first = _first_known(day)
    selection, baseline = (f"{a} to {b}" for a, b in (found.selection, found.baseline))
    return [
        ledger_gate(ties, day.books.currencies()),
        windows_gate(fault(found, first, day.as_of), selection, baseline),
    ]


def _first_known(day: Day) -> date | None:
    days = [row["first_billed_on"] for row in day.metric("dso").rows]
    return min(days) if days else None


def _left_out(customers: Sequence[Row]) -> list[Result]:
    """How many busy customers have no value of a trait, hence are in no candidate of it."""
    busy = [row for row in customers if row["is_busy"] and not row["is_top_ten"]]
    traits = [trait for trait in TRAITS if trait not in ("pilot_segment", "tier_terms")]
    counts = {trait: len([row for row in busy if row[trait] is None]) for trait in traits}
    return [{"trait": trait, "customers": n} for trait, n in counts.items() if n]


# --- one candidate -----------------------------------------------------------------------------


def _shown(
    day: Day,
    settings: Settings,
    candidate: Candidate,
    row: Row,
    steps: Sequence[Row],
    shared: list[Gate],
    payments: Payments,
) -> Result:
    powers = payments.detectable(candidate)
    due60 = _due_60(row)
    own = own_gates(candidate, due60, powers, settings.choosing.worthwhile_days)
    gates = sorted([*shared, *own])
    parts = components(_measures(row), settings.choosing)
    return {
        "candidate": candidate.name,
        "trait": candidate.trait,
        "value": candidate.value,
        "customers": len(candidate.pilot),
        "control_customers": len(candidate.control),
        "passes": all(gate.ok for gate in gates),
        "gates": [gate._asdict() for gate in gates],
        "score": score(parts),
        "components": [_part(part) for part in parts],
        **payments.headroom(candidate),
        "invoices_due_60": due60,
        "minimum_detectable_days": {str(on): power.days for on, power in powers.items()},
        "power": [_power(on, power) for on, power in powers.items()],
        "waterfall": waterfall(day, steps),
        "where": candidate.where,
        "control_where": candidate.control_where,
        "carved_out": [] if candidate.is_as_set else list(candidate.top_ten),
        "siblings": list(candidate.siblings),
    }


def _due_60(row: Row) -> int:
    due: float = row["due"]
    return round(due * _WINDOW / _TRAILING)


def _measures(row: Row) -> dict[str, Measure]:
    """The seven measures of a row of `segment_measures`."""
    return {
        "terms": Measure(row["clear_terms"], row["billed"]),
        "owner": Measure(row["with_owner"], row["customers"]),
        "contact": Measure(row["with_contact"], row["customers"]),
        "dispute": Measure(row["disputed"], row["disputable"]),
        "concentration": Measure(0, 0, row["effective_customers"]),
        "chronic": Measure(row["chronic"], row["with_history"]),
        "po": Measure(row["without_po"], row["billed"]),
    }


def _part(part: Component) -> Result:
    return part._asdict()


def _power(read_out: int, power: Detectable) -> Result:
    return {"read_out": read_out, **power._asdict()}


# --- which one ---------------------------------------------------------------------------------


def _ranked(shown: list[Result], settings: Settings) -> list[Result]:
    """Those that pass first, the recommended one on top; the others by score."""
    passing = [each for each in shown if each["passes"]]
    points = [[part["points"] for part in each["components"]] for each in passing]
    weights = list(settings.choosing.weights.values())
    shares = first_place_shares(points, weights) if passing else []
    firsts = {id(each): share for each, share in zip(passing, shares, strict=True)}
    best = max((each["score"] for each in passing), default=0.0)
    near = settings.choosing.near_points
    order = sorted(shown, key=lambda each: _place(each, best - near))
    top = order[0] if passing else None
    return [
        {**each, "first_share": firsts.get(id(each)), "because": why_not(each, top)}
        for each in order
    ]


def _place(each: Result, near: float) -> tuple[Any, ...]:
    """Passes; is nearly as clean as the best, then by headroom; else by score; then by name."""
    is_near = each["passes"] and each["score"] >= near
    headroom = float(each["headroom"] or 0)
    return (
        not each["passes"],
        not is_near,
        -headroom if is_near else -each["score"],
        -each["score"],
        list(TRAITS).index(each["trait"]),
        each["candidate"],
    )
