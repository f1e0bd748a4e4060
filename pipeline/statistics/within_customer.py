"""The same customers before and after: a change in the mix of customers cannot move it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.statistics.cohort import Cohort
from pipeline.statistics.intervals import Bools, Floats, Interval, t_interval, welch
from pipeline.statistics.survival import CAP_DAYS, weigh


@dataclass(frozen=True)
class WithinCustomer:
    """Mean change per customer (days) in either arm, and the difference between the arms.

    The counts are of customers with mature invoices in both windows. What cannot be
    computed is None, and `why` says why.
    """

    pilot_customers: int
    control_customers: int
    pilot_change: float | None = None
    control_change: float | None = None
    estimate: float | None = None
    se: float | None = None
    df: float | None = None
    ci95: Interval | None = None
    why: str = ""


def within_customer(cohort: Cohort, tau: int = CAP_DAYS) -> WithinCustomer:
    """Each customer's own change in mean days late (capped at `tau`), Welch between arms.

    Only mature rows count: followed for `tau` days, so that the capped figure is known
    whatever happened. Each customer counts once. Noisier than `before_after`.
    """
    mature = _mature(cohort, tau)
    if mature is None:
        return WithinCustomer(
            0, 0, why=f"Some open invoices were followed for less than {tau} days."
        )
    change = _changes(cohort, mature, tau)
    both = ~np.isnan(change)
    return _compared(change[both & cohort.in_pilot], change[both & ~cohort.in_pilot])


def _mature(cohort: Cohort, tau: int) -> Bools | None:
    """Which rows were watched for `tau` days; None when that cannot be known.

    Without `followed`, every row is taken as mature, unless an open row says otherwise:
    dropping only the open ones would keep the quick payers and lose the slow.
    """
    if cohort.followed is not None:
        watched: Bools = np.asarray(cohort.followed) >= tau
        return watched
    if np.any(~cohort.observed & (cohort.days < tau)):
        return None
    return np.ones(len(cohort.days), dtype=np.bool_)


def _changes(cohort: Cohort, mature: Bools, tau: int) -> Floats:
    """Post minus pre mean of capped days per customer; NaN where a window has no weight."""
    weight = cohort.weight * mature
    late = np.minimum(np.floor(cohort.days), tau)
    cell, size = 2 * cohort.codes + cohort.is_post, 2 * len(cohort.customers)
    total, amount = weigh(cell, weight * late, size), weigh(cell, weight, size)
    mean = np.divide(total, amount, out=np.full(size, np.nan), where=amount > 0.0)
    change: Floats = mean[1::2] - mean[::2]
    return change


def _compared(pilot: Floats, control: Floats) -> WithinCustomer:
    sizes = (len(pilot), len(control))
    if min(sizes) < 2:
        return WithinCustomer(
            *sizes, why="Fewer than two customers of an arm have invoices in both windows."
        )
    changes = (float(pilot.mean()), float(control.mean()))
    estimate = changes[0] - changes[1]
    spread = welch((_error_variance(pilot), _error_variance(control)), sizes)
    if spread is None:
        why = "Every customer changed alike: there is no spread to judge by."
        return WithinCustomer(*sizes, *changes, estimate, why=why)
    return WithinCustomer(*sizes, *changes, estimate, *spread, t_interval(estimate, *spread))


def _error_variance(changes: Floats) -> float:
    return float(changes.var(ddof=1) / len(changes))
