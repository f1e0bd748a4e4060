"""Intervals and quantiles that the other statistics share.

Everything here is a closed formula over `scipy.special`: no simulation, no state.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Interval = tuple[float, float]


class Welch(NamedTuple):
    """A difference of two independent estimates, with Welch-Satterthwaite degrees of freedom."""

    se: float
    df: float


def t_quantile(probability: float, df: float) -> float:
    """The quantile of Student's t with `df` (not necessarily whole) degrees of freedom."""
    return float(special.stdtrit(df, probability))


def t_below(statistic: float, df: float) -> float:
    """P(T <= statistic) for Student's t with `df` degrees of freedom."""
    return float(special.stdtr(df, statistic))


def t_two_sided(statistic: float, df: float) -> float:
    """The two-sided p value of a t statistic."""
    return 2.0 * t_below(-abs(statistic), df)


def t_interval(estimate: float, se: float, df: float, level: float = 0.95) -> Interval:
    """The interval estimate -/+ t(df) * se at the two-sided `level`."""
    reach = t_quantile((1.0 + level) / 2.0, df) * se
    return estimate - reach, estimate + reach


def normal_quantile(probability: float) -> float:
    """The quantile of the standard normal distribution."""
    return float(special.ndtri(probability))


def normal_below(z: float) -> float:
    """P(Z <= z) for the standard normal distribution."""
    return float(special.ndtr(z))


def welch(variances: tuple[float, float], sizes: tuple[int, int]) -> Welch | None:
    """Standard error and degrees of freedom of a difference of two independent estimates.

    `variances` are those of the two estimates (not of the single observations), `sizes`
    the numbers of units behind them. None when a size is below two or neither estimate
    varies. Source: Welch 1947, Satterthwaite 1946.
    """
    total = sum(variances)
    if min(sizes) < 2 or total <= 0.0:
        return None
    spent = sum(v**2 / (n - 1) for v, n in zip(variances, sizes, strict=True))
    return Welch(se=float(total**0.5), df=float(total**2 / spent))


def wilson(k: int, n: int, level: float = 0.95) -> Interval | None:
    """Wilson's score interval (Wilson 1927) for the proportion k/n; None when n is 0.

    Raises ValueError unless 0 <= k <= n.
    """
    if not _countable(k, n):
        return None
    z = normal_quantile((1.0 + level) / 2.0)
    rate, spread = k / n, 1.0 + z * z / n
    centre = (rate + z * z / (2 * n)) / spread
    reach = z * ((rate * (1 - rate) + z * z / (4 * n)) / n) ** 0.5 / spread
    # The ends are exact at 0 and n; rounding must not put them a hair outside.
    low = 0.0 if k == 0 else max(0.0, centre - reach)
    high = 1.0 if k == n else min(1.0, centre + reach)
    return low, high


def jeffreys(k: int, n: int, level: float = 0.95) -> Interval | None:
    """Jeffreys' equal-tailed Beta(k + 1/2, n - k + 1/2) interval; None when n is 0.

    The ends are 0 at k = 0 and 1 at k = n (Brown, Cai and DasGupta 2001).
    Raises ValueError unless 0 <= k <= n.
    """
    if not _countable(k, n):
        return None
    tail = (1.0 - level) / 2.0
    return _beta_ends((k + 0.5, n - k + 0.5), (k + 0.5, n - k + 0.5), tail, k, n)


def clopper_pearson(k: int, n: int, level: float = 0.95) -> Interval | None:
    """Clopper and Pearson's (1934) exact interval for k/n; None when n is 0.

    Raises ValueError unless 0 <= k <= n.
    """
    if not _countable(k, n):
        return None
    tail = (1.0 - level) / 2.0
    return _beta_ends((k, n - k + 1.0), (k + 1.0, n - k), tail, k, n)


def _beta_ends(
    low: tuple[float, float], high: tuple[float, float], tail: float, k: int, n: int
) -> Interval:
    return (
        0.0 if k == 0 else float(special.betaincinv(*low, tail)),
        1.0 if k == n else float(special.betaincinv(*high, 1.0 - tail)),
    )


def _countable(k: int, n: int) -> bool:
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is not a count of successes: need 0 <= k <= n")
    return n > 0
