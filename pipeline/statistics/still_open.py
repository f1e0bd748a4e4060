"""The "still open" curves of a comparison, one per arm and window, with their capped means.

The mean of each curve up to 30 days is the RDPD30 that the comparison of record compares.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.statistics.cohort import Cohort, Tally, tally
from pipeline.statistics.intervals import Floats, Interval, t_interval
from pipeline.statistics.survival import CAP_DAYS, Curve, kaplan_meier, restricted_mean


@dataclass(frozen=True, eq=False)
class StillOpen:
    """One arm in one window: its curve over completed days past due, and what it comes to."""

    is_pilot: bool
    is_post: bool
    curve: Curve
    rows: int
    customers: int
    mean: float
    """Days past due at payment, capped: the area under the curve up to the cap."""
    ci95: Interval | None
    """Delete-one-customer jackknife, t on customers - 1; None with fewer than two customers."""

    def at_risk(self, day: float) -> float:
        """Weight that was still open, and still watched, as `day` began."""
        later = np.flatnonzero(self.curve.times >= day)
        return float(self.curve.at_risk[later[0]]) if len(later) else 0.0

    def censored(self) -> list[tuple[float, float]]:
        """Days on which something open was watched no longer, and its weight."""
        leaving = self.curve.at_risk - np.append(self.curve.at_risk[1:], 0.0)
        lost = leaving - self.curve.events
        return [
            (float(day), float(weight))
            for day, weight in zip(self.curve.times, lost, strict=True)
            if weight > 1e-9
        ]


def still_open(cohort: Cohort, tau: int = CAP_DAYS) -> list[StillOpen]:
    """The curves of pilot and control before and after; an arm and window without rows is absent.

    Days are completed days: a fraction is dropped, as everywhere in the comparison.
    """
    counts = tally(cohort, tau)
    found = []
    for is_pilot in (True, False):
        for is_post in (False, True):
            chosen = (cohort.is_pilot == is_pilot) & (cohort.is_post == is_post)
            if not chosen.any():
                continue
            days = np.floor(cohort.days[chosen])
            curve = kaplan_meier(days, cohort.observed[chosen], cohort.weight[chosen])
            mean = restricted_mean(curve, tau)
            arm = counts.of(cohort.in_pilot == is_pilot)
            found.append(
                StillOpen(
                    is_pilot,
                    is_post,
                    curve,
                    int(chosen.sum()),
                    len(np.unique(cohort.codes[chosen])),
                    0.0 if mean is None else mean,
                    _jackknife(arm, is_post, mean),
                )
            )
    return found


def _jackknife(arm: Tally, is_post: bool, mean: float | None) -> Interval | None:
    """The interval of one window's mean, over the customers that have something in it."""
    there = arm.leaving[:, int(is_post)].sum(axis=-1) > 0.0
    count = int(there.sum())
    if mean is None or count < 2:
        return None
    theta: Floats = arm.of(there).windows_without_each()[:, int(is_post)]
    if not np.all(np.isfinite(theta)):
        return None
    variance = (count - 1) / count * float(((theta - theta.mean()) ** 2).sum())
    return t_interval(mean, variance**0.5, count - 1) if variance > 0.0 else (mean, mean)
