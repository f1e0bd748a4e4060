"""Due-date cohorts on their way from the books into the statistics, and their answer as data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipeline.statistics import Cohort, Contrast, DiffInDiff, WithinCustomer
from pipeline.statistics import before_after as difference_in_differences
from pipeline.statistics.survival import CAP_DAYS
from pipeline.warehouse.day import Day, Scope, Windows

Found = dict[str, Any]
Weights = NDArray[np.float64]


def due(day: Day, windows: Windows) -> pl.DataFrame:
    """One row per invoice (count) or part of one (amount) that falls due in a window."""
    return day.metric_frame("due_cohorts", windows=windows)


def due_each(day: Day, several: Sequence[Windows]) -> list[pl.DataFrame]:
    """The same for several comparisons, in one query.

    Windows are told apart by their side and by the day on which they close: no two may share both.
    """
    wanted = list(dict.fromkeys(window for windows in several for window in windows))
    if not wanted:
        return []
    if len({(is_post, cut) for is_post, _, _, cut in wanted}) < len(wanted):
        raise ValueError("two windows of one side close on one day: ask for them apart")
    closes = pl.col("due_on") + pl.duration(days="followed")
    rows = due(day, wanted)
    return [
        rows.filter(
            pl.any_horizontal(
                (pl.col("is_post") == is_post) & (closes == cut) for is_post, _, _, cut in windows
            )
        )
        for windows in several
    ]


def traits(day: Day, windows: Windows) -> pl.DataFrame:
    """What kind of invoice each of them is: (invoice_key, is_post) and its traits."""
    return day.metric_frame("cohort_traits", windows=windows)


def cohort(rows: pl.DataFrame, basis: str, weights: Weights | None = None) -> Cohort:
    """The rows of one basis as the statistics take them; `weights` in place of their own."""
    part = rows.filter(pl.col("basis") == basis)
    return Cohort(
        customer=np.unique(part["cluster"].to_numpy(), return_inverse=True)[1],
        is_pilot=part["is_pilot"].to_numpy(),
        is_post=part["is_post"].to_numpy(),
        days=part["days"].to_numpy(),
        observed=part["is_observed"].to_numpy(),
        weight=part["weight"].to_numpy() if weights is None else weights,
        followed=part["followed"].to_numpy().astype(np.float64),
    )


def compared(rows: pl.DataFrame, basis: str = "count", tau: int = CAP_DAYS) -> DiffInDiff:
    """The estimator of record on these rows; capped at `tau` days."""
    return difference_in_differences(cohort(rows, basis), tau)


def interval(result: DiffInDiff | WithinCustomer | Contrast) -> Found:
    """Estimate and interval in days, how many customers it rests on, and why not when not."""
    found: Found = {
        "estimate": result.estimate,
        "ci95": list(result.ci95) if result.ci95 else None,
        "pilot_customers": result.pilot_customers,
        "control_customers": result.control_customers,
    }
    if isinstance(result, DiffInDiff):
        found["permutation_p"] = result.permutation_p
    return {**found, "why": result.why} if result.why else found


def side(ci95: list[float] | tuple[float, float] | None) -> str:
    """Where an interval of a change in days lies: sooner, later, either (or unknown)."""
    if ci95 is None:
        return "unknown"
    if ci95[1] < 0:
        return "sooner"
    return "later" if ci95[0] > 0 else "either"


def between(ci95: list[float] | tuple[float, float]) -> str:
    """An interval in words, its ends as days sooner or later."""
    low, high = ci95
    if high <= 0:
        return f"between {-high:.1f} and {-low:.1f} days sooner"
    if low >= 0:
        return f"between {low:.1f} and {high:.1f} days later"
    return f"between {-low:.1f} days sooner and {high:.1f} days later"


def known_from(day: Day) -> date | None:
    """The first day on which both segment and control were billed; None when one never was."""
    sides: tuple[Scope, ...] = ("SEGMENT", "CONTROL")
    first: list[date] = []
    for scope in sides:
        billed = day.metric("dso", customers=scope).rows
        days = [row["first_billed_on"] for row in billed if row["first_billed_on"]]
        if not days:
            return None
        first.append(min(days))
    return max(first)
