"""A logistic line through weekly counts: by likelihood, and under a weak prior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from pipeline.statistics.intervals import Floats

#: Prior standard deviations on the logit: the level at the mean week, and the slope per week.
PRIOR_LEVEL, PRIOR_SLOPE = 1.5, 0.5
#: The grid of the posterior: this many standard deviations either way, this many points.
GRID_REACH, GRID_POINTS = 6.0, 81


@dataclass(frozen=True, eq=False)
class Counts:
    """k of n in each week; `week` is centred on its mean. Three arrays of one length."""

    week: Floats
    k: Floats
    n: Floats

    @property
    def separated(self) -> bool:
        """Whether no finite likelihood fit exists: yes and no do not overlap in time."""
        yes, no = self.week[self.k > 0], self.week[self.k < self.n]
        if not len(yes) or not len(no):
            return True
        return bool(yes.max() <= no.min() or no.max() <= yes.min())


@dataclass(frozen=True, eq=False)
class Line:
    """Level and slope on the logit, shape (2,), and their covariance, shape (2, 2)."""

    at: Floats
    covariance: Floats

    def rate(self, week: Floats) -> Floats:
        """The fitted rate in each week (0-1)."""
        fitted: Floats = special.expit(self.at[0] + self.at[1] * week)
        return fitted


@dataclass(frozen=True, eq=False)
class Posterior:
    """Level and slope over a grid, with the probability of each point (they add to 1)."""

    level: Floats
    slope: Floats
    chance: Floats

    def falling(self) -> float:
        """P(slope < 0)."""
        return _chance_below(self.slope, self.chance, 0.0)

    def change(self, first: float, last: float, level: float) -> tuple[float, float]:
        """The central `level` interval of rate(last week) - rate(first week)."""
        moved = special.expit(self.level + self.slope * last)
        moved = moved - special.expit(self.level + self.slope * first)
        tail = (1.0 - level) / 2.0
        return (
            _quantile(moved.ravel(), self.chance.ravel(), tail),
            _quantile(moved.ravel(), self.chance.ravel(), 1.0 - tail),
        )


def likeliest(counts: Counts) -> Line:
    """The maximum-likelihood line. Only for counts that are not `separated`."""
    return _climb(counts, np.zeros(2))


def expected_line(counts: Counts) -> Line:
    """The posterior mode under the prior: exists for any counts."""
    return _climb(counts, _precision())


def posterior(counts: Counts) -> Posterior:
    """The posterior of level ~ N(0, 1.5) and slope ~ N(0, 0.5), by a grid around its mode.

    The grid follows the correlation at the mode (Cholesky), so it fits few drafts and many.
    """
    mode = expected_line(counts)
    spread = np.linalg.cholesky(mode.covariance[::-1, ::-1])
    steps = np.linspace(-GRID_REACH, GRID_REACH, GRID_POINTS)
    v, u = np.meshgrid(steps, steps, indexing="ij")
    slope = mode.at[1] + spread[0, 0] * v
    level = mode.at[0] + spread[1, 0] * v + spread[1, 1] * u
    height = _log_posterior(counts, _precision(), level, slope)
    chance = np.exp(height - height.max())
    return Posterior(level, slope, chance / chance.sum())


def pearson_dispersion(counts: Counts, fitted: Floats) -> float:
    """Pearson's chi-square over its W - 2 degrees of freedom: 1 when weeks are binomial."""
    spread = counts.n * fitted * (1.0 - fitted)
    return float(((counts.k - counts.n * fitted) ** 2 / spread).sum() / (len(counts.k) - 2))


def _precision() -> Floats:
    return np.array([PRIOR_LEVEL**-2, PRIOR_SLOPE**-2])


def _log_posterior(counts: Counts, precision: Floats, level: Floats, slope: Floats) -> Floats:
    logit = np.multiply.outer(slope, counts.week) + np.asarray(level)[..., None]
    likelihood = (counts.k * logit - counts.n * np.logaddexp(0.0, logit)).sum(axis=-1)
    height: Floats = likelihood - (precision[0] * level**2 + precision[1] * slope**2) / 2.0
    return height


def _climb(counts: Counts, precision: Floats) -> Line:
    """Newton's method with halved steps: the surface has one summit, and this reaches it."""
    design = np.stack([np.ones_like(counts.week), counts.week])
    at = np.zeros(2)
    for _ in range(100):
        fitted = special.expit(at @ design)
        slope = design @ (counts.k - counts.n * fitted) - precision * at
        bend = (design * (counts.n * fitted * (1.0 - fitted))) @ design.T + np.diag(precision)
        step = _uphill(counts, precision, at, np.linalg.solve(bend, slope))
        at = at + step
        if np.abs(step).max() < 1e-10:
            break
    return Line(at, np.linalg.inv(bend))


def _uphill(counts: Counts, precision: Floats, at: Floats, step: Floats) -> Floats:
    """The step, halved until it does not lead down."""
    here = _log_posterior(counts, precision, at[0], at[1])
    for _ in range(40):
        there = at + step
        if _log_posterior(counts, precision, there[0], there[1]) >= here - 1e-12:
            return step
        step = step / 2.0
    return step


def _chance_below(values: Floats, chance: Floats, limit: float) -> float:
    """P(value < limit) where values rise along the first axis, between points by a line."""
    heights = chance.sum(axis=1)
    total = np.concatenate(([0.0], np.cumsum((heights[1:] + heights[:-1]) / 2.0)))
    return float(np.interp(limit, values[:, 0], total / total[-1]))


def _quantile(values: Floats, chance: Floats, probability: float) -> float:
    order = np.argsort(values, kind="stable")
    total = np.cumsum(chance[order])
    return float(np.interp(probability, total, values[order]))
