"""How alike pilot and control are: by size, terms, lateness and billing, before day 0."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

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

    `rows`: trait, pilot, control, standardised difference (pilot less control, in standard
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


def _table(pilot: Sequence[Row], control: Sequence[Row]) -> list[dict[str, Any]]:
    terms = Counter(row["terms"] for row in pilot).most_common(1)[0][0]
    return [
        _line("Billed in the year, median", pilot, control, _billed, shown=_median, scaled=_log),
        _line(f"Share on terms {terms or 'not stated'}", pilot, control, _on(terms)),
        _line("Share of invoices paid late", pilot, control, lambda row: row["late_rate"]),
        _line(
            "Median days late", pilot, control, lambda row: row["median_days_late"], shown=_median
        ),
        _line("Invoices a month", pilot, control, lambda row: row["invoices_a_month"]),
    ]


def _line(
    trait: str,
    pilot: Sequence[Row],
    control: Sequence[Row],
    value: Callable[[Row], float | None],
    *,
    shown: Callable[[list[float]], float] = lambda values: float(np.mean(values)),
    scaled: Callable[[float], float] = float,
) -> dict[str, Any]:
    """One trait: its figure in both arms, and how far apart its values are (after `scaled`)."""
    known = [
        [float(given) for given in map(value, rows) if given is not None]
        for rows in (pilot, control)
    ]
    apart = standardised_difference(*([scaled(one) for one in side] for side in known))
    return {
        "trait": trait,
        "pilot": round(shown(known[0]), 3) if known[0] else None,
        "control": round(shown(known[1]), 3) if known[1] else None,
        "standardised_difference": None if apart is None else round(apart, 3),
        "is_alike": None if apart is None else abs(apart) <= ALIKE,
    }


def _billed(row: Row) -> float | None:
    return row["billed_amount"]  # type: ignore[no-any-return]


def _on(terms: str | None) -> Callable[[Row], float | None]:
    return lambda row: 1.0 if row["terms"] == terms else 0.0


def _median(values: list[float]) -> float:
    return float(np.median(values))


def _log(value: float) -> float:
    """Billings spread over powers of ten: a few large customers would hide the rest."""
    return math.log(max(value, 1.0))
