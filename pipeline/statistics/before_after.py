"""Did the pilot's customers pay sooner than the others did over the same days?

Difference in differences of RDPD30 by due-date cohort, with a delete-one-customer
jackknife, because the invoices of one customer are not independent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pipeline.statistics.cohort import Cohort, Tally, jackknife_variance, tally
from pipeline.statistics.intervals import (
    Floats,
    Interval,
    t_interval,
    t_quantile,
    t_two_sided,
    welch,
)
from pipeline.statistics.permutation import permutation_p
from pipeline.statistics.survival import CAP_DAYS

#: Below this many customers in an arm, cluster-robust t intervals over-reject
#: (MacKinnon and Webb): a permutation p value is given beside them.
FEW_CUSTOMERS = 15


@dataclass(frozen=True)
class DiffInDiff:
    """RDPD (days) of two arms in two windows, and by how much the pilot changed more.

    A negative `estimate` means that pilot customers came to pay sooner. What cannot be
    computed is None, and `why` says why in one sentence ("" when everything is there).
    """

    pilot_pre: float | None
    pilot_post: float | None
    control_pre: float | None
    control_post: float | None
    pilot_customers: int
    control_customers: int
    estimate: float | None = None
    se: float | None = None
    df: float | None = None
    ci95: Interval | None = None
    p: float | None = None
    """Two-sided, from t on Welch's degrees of freedom."""
    permutation_p: float | None = None
    """Two-sided; given when an arm has fewer than 15 customers."""
    why: str = ""


def before_after(
    cohort: Cohort, tau: int = CAP_DAYS, seed: int = 0, draws: int = 4999
) -> DiffInDiff:
    """(pilot post - pilot pre) - (control post - control pre) of RDPD, pooled over invoices.

    Standard error: delete-one-customer jackknife within each arm, the customer leaving
    both windows at once, with variance (J-1)/J * sum((theta_j - mean theta)^2); the arms
    add up by Welch. `seed` and `draws` steer only the permutation p value of small arms.
    """
    counts = tally(cohort, tau)
    result = _levels(counts, cohort)
    gap = _empty_cell(result)
    if gap:
        return replace(result, why=f"No invoices fell due {gap}: nothing to compare with.")
    if min(result.pilot_customers, result.control_customers) < FEW_CUSTOMERS:
        chance = permutation_p(counts, cohort.in_pilot, seed, draws)
        result = replace(result, permutation_p=chance)
    return _with_interval(result, counts.of(cohort.in_pilot), counts.of(~cohort.in_pilot))


def minimum_detectable(
    se: float, df: float, power: float = 0.8, alpha: float = 0.05
) -> float | None:
    """The smallest true effect (in the unit of `se`) found with `power` at two-sided `alpha`.

    (t(1 - alpha/2) + t(power)) * se, both on `df` degrees of freedom (Bloom 1995); None
    when `se` or `df` is not positive.
    """
    if se <= 0.0 or df <= 0.0:
        return None
    return (t_quantile(1.0 - alpha / 2.0, df) + t_quantile(power, df)) * se


def _levels(counts: Tally, cohort: Cohort) -> DiffInDiff:
    pilot, control = (counts.of(arm).windows() for arm in (cohort.in_pilot, ~cohort.in_pilot))
    estimate = _known((pilot[1] - pilot[0]) - (control[1] - control[0]))
    return DiffInDiff(
        pilot_pre=_known(pilot[0]),
        pilot_post=_known(pilot[1]),
        control_pre=_known(control[0]),
        control_post=_known(control[1]),
        pilot_customers=int(cohort.in_pilot.sum()),
        control_customers=int((~cohort.in_pilot).sum()),
        estimate=estimate,
    )


def _empty_cell(result: DiffInDiff) -> str:
    cells = {
        "before go-live in the pilot": result.pilot_pre,
        "after go-live in the pilot": result.pilot_post,
        "before go-live in the control group": result.control_pre,
        "after go-live in the control group": result.control_post,
    }
    return " or ".join(name for name, value in cells.items() if value is None)


def _with_interval(result: DiffInDiff, pilot: Tally, control: Tally) -> DiffInDiff:
    """The estimate with its jackknife interval, or with the reason for having none."""
    if result.estimate is None:
        return result
    variances = tuple(
        jackknife_variance(_change(arm.windows_without_each())) for arm in (pilot, control)
    )
    if not all(np.isfinite(variances)):
        return replace(
            result, why="One customer alone fills a window of an arm: no interval can be given."
        )
    spread = welch((variances[0], variances[1]), (result.pilot_customers, result.control_customers))
    if spread is None:
        return replace(result, why="Every customer changed alike: there is no spread to judge by.")
    return replace(
        result,
        se=spread.se,
        df=spread.df,
        ci95=t_interval(result.estimate, *spread),
        p=t_two_sided(result.estimate / spread.se, spread.df),
    )


def _change(windows: Floats) -> Floats:
    """Post - pre of each row (customers, 2): shape (customers,)."""
    return windows[:, 1] - windows[:, 0]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
