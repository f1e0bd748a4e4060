"""How long invoices stay open, counting those still open for exactly what is known.

The Kaplan-Meier "still open" curve, the mean it implies up to a limit, and RDPD30:
the mean days past due at payment, capped at 30.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.statistics.intervals import Bools, Floats

CAP_DAYS = 30
#: Half is half, even where a long product of fractions comes out a hair above it.
ROUNDING = 1e-12

Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Curve:
    """A Kaplan-Meier curve: four arrays of one length, one entry per distinct time.

    `survival[i]` is the share still open just after `times[i]`; `at_risk` and `events`
    are weights (counts when no weights were given).
    """

    times: Floats
    survival: Floats
    at_risk: Floats
    events: Floats

    def at(self, time: float) -> float:
        """The share still open just after `time`; 1 before the first time."""
        passed = int(np.searchsorted(self.times, time, side="right"))
        return float(self.survival[passed - 1]) if passed else 1.0


def kaplan_meier(times: ArrayLike, events: ArrayLike, weights: ArrayLike | None = None) -> Curve:
    """The product-limit curve (Kaplan and Meier 1958) of `times`, any unit.

    `events` is True where the end was seen, False where the time is only a lower bound;
    `weights` (default 1 each) may be amounts of money: one row per payment, and one for
    the remainder still open. At a tie, ends come before open ones, as is usual.
    Raises ValueError when lengths differ, or a time or weight is negative or not finite.
    """
    at, ended, weight = rows(times, events, weights)
    distinct, index = np.unique(at, return_inverse=True)
    leaving = weigh(index, weight, len(distinct))
    ends = weigh(index, weight * ended, len(distinct))
    at_risk = _still_there(leaving)
    survival: Floats = (1.0 - _hazard(ends, at_risk)).cumprod()
    return Curve(distinct, survival, at_risk, ends)


def median(curve: Curve) -> float | None:
    """The first time at which at most half is still open; None when that is never reached."""
    reached = np.flatnonzero(curve.survival <= 0.5 + ROUNDING)
    return float(curve.times[reached[0]]) if len(reached) else None


def restricted_mean(curve: Curve, tau: float) -> float | None:
    """The mean time up to `tau`: the area under the curve from 0 to `tau`, in its unit.

    Beyond the last time the curve is carried on level. None for an empty curve.
    """
    if not len(curve.times):
        return None
    widths, heights = _blocks(curve, tau)
    return float(widths @ heights)


def restricted_mean_error(curve: Curve, tau: float) -> float | None:
    """The standard error of `restricted_mean`, for independent rows; None for an empty curve.

    Greenwood's form, Klein and Moeschberger 2003 eq. 4.4.4: the sum over event times of
    (area still to come)^2 * d / (n * (n - d)); terms with n = d add nothing. Rows of one
    customer are not independent: across customers use the jackknife of `before_after`.
    """
    if not len(curve.times):
        return None
    widths, heights = _blocks(curve, tau)
    to_come = np.cumsum((widths * heights)[::-1])[::-1][1:]
    n, d = curve.at_risk, curve.events
    known = (n > d) & (d > 0)
    variance = to_come[known] ** 2 * d[known] / (n[known] * (n[known] - d[known]))
    return float(variance.sum() ** 0.5)


def rdpd(
    days_late: ArrayLike,
    observed: ArrayLike,
    weights: ArrayLike | None = None,
    tau: int = CAP_DAYS,
) -> float | None:
    """RDPD: mean days past due at payment, capped at `tau` days; None without any weight.

    `days_late` is max(paid - due, 0) where `observed`, else the days since due for which
    the invoice is known to have stayed open (cut - due). Days are completed days: a
    fraction is dropped. For dollars give one row per application (weight = its amount)
    and one unobserved row for the open remainder.
    The figure is the area under the "still open" curve over the `tau` days after due,
    so it lies in [0, tau]. Raises ValueError as `kaplan_meier` does.
    """
    late, paid, weight = rows(days_late, observed, weights)
    leaving, ends = day_histograms(late, paid, weight, tau, np.zeros(len(late), np.intp), 1)
    value = float(capped_area(leaving, ends)[0])
    return None if np.isnan(value) else value


def day_histograms(
    days: Floats, observed: Bools, weights: Floats, tau: int, groups: Places, n_groups: int
) -> tuple[Floats, Floats]:
    """Weight that leaves on each day 0..tau (tau = then or later), per group: all, and paid.

    Two arrays of shape (n_groups, tau + 1), which add over rows: so leaving one customer
    out needs only sums of histograms, not another pass over the invoices.
    """
    day = np.minimum(days, tau).astype(np.intp) + groups * (tau + 1)
    size = n_groups * (tau + 1)
    leaving, ends = weigh(day, weights, size), weigh(day, weights * observed, size)
    return leaving.reshape(n_groups, tau + 1), ends.reshape(n_groups, tau + 1)


def capped_area(leaving: Floats, ends: Floats) -> Floats:
    """RDPD of each histogram pair (last axis: days 0..tau), in days; NaN without weight."""
    at_risk = _still_there(leaving)
    still_open = np.cumprod(1.0 - _hazard(ends, at_risk)[..., :-1], axis=-1)
    area: Floats = np.where(at_risk[..., 0] > 0.0, still_open.sum(axis=-1), np.nan)
    return area


def weigh(groups: Places, weights: Floats, n_groups: int) -> Floats:
    """The sum of weights in each group: shape (n_groups,)."""
    return np.bincount(groups, weights, n_groups).astype(np.float64, copy=False)


def rows(
    days: ArrayLike, observed: ArrayLike, weights: ArrayLike | None
) -> tuple[Floats, Bools, Floats]:
    """The three columns as checked arrays of one length (weights default to 1)."""
    at = np.asarray(days, dtype=np.float64)
    ended = np.asarray(observed, dtype=np.bool_)
    weight = np.ones(len(at)) if weights is None else np.asarray(weights, dtype=np.float64)
    if not at.shape == ended.shape == weight.shape or at.ndim != 1:
        raise ValueError("days, observed and weights must be flat and of one length")
    for name, column in (("day", at), ("weight", weight)):
        if not np.all(np.isfinite(column) & (column >= 0.0)):
            raise ValueError(f"every {name} must be a finite number of 0 or more")
    return at, ended, weight


def _blocks(curve: Curve, tau: float) -> tuple[Floats, Floats]:
    """Widths and heights of the steps between 0 and tau; block 0 is before the first time."""
    edges = np.minimum(np.concatenate(([0.0], curve.times, [max(tau, curve.times[-1])])), tau)
    return np.diff(edges), np.concatenate(([1.0], curve.survival))


def _still_there(leaving: Floats) -> Floats:
    """What is at risk at each step: everything that leaves then or later (last axis)."""
    later: Floats = np.cumsum(leaving[..., ::-1], axis=-1)[..., ::-1]
    return later


def _hazard(ends: Floats, at_risk: Floats) -> Floats:
    """The share ends / at_risk, 0 where nothing is at risk; rounding may not push it over 1."""
    share = np.divide(ends, at_risk, out=np.zeros_like(ends), where=at_risk > 0.0)
    return np.minimum(share, 1.0)
