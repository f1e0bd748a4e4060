"""How alike pilot and control are: by size, terms, lateness and billing, before day 0."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np

from pipeline.settings import Settings
from pipeline.statistics.balance import ALIKE, standardised_difference
from pipeline.warehouse.day import Day, Row

#: Days before day 0 that are looked at.
HISTORY_DAYS = 365
_ONE = timedelta(days=1)


def history(day: Day, settings: Settings) -> list[Row]:
    """Every customer of pilot and control over the year before day 0 (rows of `arm_history`)."""
    start = settings.pilot.started_on or day.as_of + _ONE
    before = min(start, day.as_of + _ONE)
    span = [(False, before - timedelta(days=HISTORY_DAYS), before, before)]
    return list(day.metric("arm_history", windows=span).rows)


def likeness(day: Day, settings: Settings) -> dict[str, Any]:
    """The similarity table, and whoever must not be in the control.

    `rows`: trait, unit (money in reporting currency, share, days, invoices), pilot, control,
    standardised difference (pilot less control, in standard
    deviations; None where undefined), alike or not. `siblings`: control customers whose parent
    has a customer in the pilot. `in_both`: customers that both conditions name.
    """
    rows = history(day, settings)
    pilot = [row for row in rows if row["arm"] == "SEGMENT"]
    control = [row for row in rows if row["arm"] == "CONTROL"]
    families = {row["cluster"] for row in pilot}
    return {
        "pilot_customers": len(pilot),
        "control_customers": len(control),
        "rows": _table(pilot, control) if pilot and control else [],
        "siblings": [row["customer_id"] for row in control if row["cluster"] in families],
        "in_both": in_both(day),
    }


def in_both(day: Day) -> list[str]:
    """Customers that segment and comparison both name; a holdout is drawn from the segment."""
    lens = day.lens
    if lens.is_holdout or not (lens.segment_where and lens.control_where):
        return []
    alone = [
        {row["customer_id"] for row in _members(day, where)}
        for where in (lens.segment_where, lens.control_where)
    ]
    return sorted(alone[0] & alone[1])


def _members(day: Day, where: str) -> Sequence[Row]:
    lens = replace(day.lens, segment_where=where, control_where="")
    with Day(day.books, day.as_of, lens) as other:
        return other.metric("arm_customers", customers="SEGMENT").rows


class _Trait(NamedTuple):
    """One line of the table: what is looked at of a customer, and how an arm's figure is made."""

    name: str
    unit: str
    of: Callable[[Row], float | None]
    shown: Callable[[list[float]], float]
    scaled: Callable[[float], float] = float


def _table(pilot: Sequence[Row], control: Sequence[Row]) -> list[dict[str, Any]]:
    terms = Counter(row["terms"] for row in pilot).most_common(1)[0][0]
    traits = (
        _Trait("Billed in the year, median", "money", _column("billed_amount"), _median, _log),
        _Trait(f"On terms {terms or 'not stated'}", "share", _on(terms), _mean),
        _Trait("Invoices paid late", "share", _column("late_rate"), _mean),
        _Trait("Days late, median", "days", _column("median_days_late"), _median),
        _Trait("Invoices a month", "invoices", _column("invoices_a_month"), _mean),
    )
    return [_line(trait, pilot, control) for trait in traits]


def _line(trait: _Trait, pilot: Sequence[Row], control: Sequence[Row]) -> dict[str, Any]:
    """A trait's figure in both arms, and how far apart its values are (after `scaled`)."""
    known = [
        [float(given) for given in map(trait.of, rows) if given is not None]
        for rows in (pilot, control)
    ]
    apart = standardised_difference(*([trait.scaled(one) for one in side] for side in known))
    return {
        "trait": trait.name,
        "unit": trait.unit,
        "pilot": round(trait.shown(known[0]), 3) if known[0] else None,
        "control": round(trait.shown(known[1]), 3) if known[1] else None,
        "standardised_difference": None if apart is None else round(apart, 3),
        "is_alike": None if apart is None else abs(apart) <= ALIKE,
    }


def _column(name: str) -> Callable[[Row], float | None]:
    return lambda row: row[name]


def _mean(values: list[float]) -> float:
    return float(np.mean(values))


def _on(terms: str | None) -> Callable[[Row], float | None]:
    return lambda row: 1.0 if row["terms"] == terms else 0.0


def _median(values: list[float]) -> float:
    return float(np.median(values))


def _log(value: float) -> float:
    """Billings spread over powers of ten: a few large customers would hide the rest."""
    return math.log(max(value, 1.0))
