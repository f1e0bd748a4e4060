"""Weekly values over time: is there a trend, and is a week out of the ordinary?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from pipeline.statistics.intervals import normal_below

#: Natural process limits are the mean -/+ 2.66 mean moving ranges (Wheeler); 2.66 = 3 / 1.128.
MOVING_RANGES = 2.66
#: Fewer values than this give limits that are themselves mostly noise.
FEWEST_FOR_LIMITS = 8
#: Up to this many values the Mann-Kendall p value is exact, beyond it normal.
EXACT_UP_TO = 50


@dataclass(frozen=True)
class MannKendall:
    """The statistic S (rises minus falls over all pairs), and how surprising it is."""

    s: int
    z: float | None
    """Normal score with continuity and tie correction; None when all values are equal."""
    p_falling: float
    """One-sided: P(S <= s) if the order of the values were chance."""


@dataclass(frozen=True)
class Limits:
    """Natural process limits of an XmR chart, in the unit of the values."""

    centre: float
    low: float
    high: float
    mean_moving_range: float


@dataclass(frozen=True)
class Shift:
    """A run of values on one side of the median: places first..last, and which side."""

    first: int
    last: int
    above: bool


@dataclass(frozen=True)
class RunSignals:
    """What a run chart says: long runs, and too few crossings of the median."""

    shifts: tuple[Shift, ...]
    crossings: int
    fewest_expected: int
    """Crossings below this happen in under 5% of charts where nothing changes."""

    @property
    def any(self) -> bool:
        """Whether there is any sign of something other than chance."""
        return bool(self.shifts) or self.crossings < self.fewest_expected


def mann_kendall(values: Sequence[float]) -> MannKendall:
    """Mann (1945) and Kendall's test for a falling trend.

    The p value is exact for up to 50 values, given the ties there are: all orders of the
    values are equally likely, and tied pairs add 0 to S. Beyond 50 values it is normal,
    with the tie-corrected variance and continuity correction.
    """
    x = np.asarray(values, dtype=np.float64)
    s = int(np.triu(np.sign(x[None, :] - x[:, None])).sum())
    groups = [int(c) for c in np.unique(x, return_counts=True)[1]]
    z = _kendall_z(s, groups)
    if len(x) <= EXACT_UP_TO:
        return MannKendall(s, z, _kendall_exact(s, groups))
    # S moves in steps of 2, so the normal tail is cut half-way to the next value.
    deviation = (_kendall_variance(groups)) ** 0.5
    return MannKendall(s, z, normal_below((s + 1) / deviation) if deviation else 1.0)


def cochran_armitage(k: ArrayLike, n: ArrayLike, scores: ArrayLike) -> float | None:
    """The z of a linear trend in the proportions k/n (Cochran 1954, Armitage 1955).

    Binomial variance, no continuity correction. It assumes that weeks do not differ but
    by the trend: where they do, it cries wolf. None when the rates or scores are all alike
    by necessity (nothing or everything counted, one score, no trials).
    """
    hits, trials, score = (np.asarray(c, dtype=np.float64) for c in (k, n, scores))
    total = trials.sum()
    rate = hits.sum() / total if total else 0.0
    spread = (trials * score**2).sum() - (trials * score).sum() ** 2 / total if total else 0.0
    if rate * (1.0 - rate) * spread <= 0.0:
        return None
    return float((score * (hits - trials * rate)).sum() / (rate * (1.0 - rate) * spread) ** 0.5)


def xmr_limits(values: Sequence[float]) -> Limits | None:
    """Natural process limits: mean -/+ 2.66 * mean moving range; None below 8 values."""
    if len(values) < FEWEST_FOR_LIMITS:
        return None
    x = np.asarray(values, dtype=np.float64)
    centre, moving = float(x.mean()), float(np.abs(np.diff(x)).mean())
    reach = MOVING_RANGES * moving
    return Limits(centre, centre - reach, centre + reach, moving)


def shift_length(useful: int) -> int:
    """How many values on one side of a frozen median are a shift among `useful` ones.

    One more than log2(n) + 3 rounded up (Anhoej and Olesen 2014 give the logarithm): a median
    frozen over half a year is itself uncertain, and with one value less noise would call more
    often than in one chart of ten.
    """
    return math.ceil(math.log2(max(useful, 1)) + 3) + 1


def run_chart_signals(values: Sequence[float], median: float, shift: int = 7) -> RunSignals:
    """Runs of at least `shift` values on one side of the (frozen) `median`, and crossings.

    Values on the median neither break nor lengthen a run. The crossings rule is the lower
    5% point of Binomial(useful values - 1, 1/2): Anhoej and Olesen 2014.
    """
    sides = [(place, value > median) for place, value in enumerate(values) if value != median]
    runs = [list(run) for _, run in groupby(sides, key=lambda side: side[1])]
    shifts = tuple(Shift(r[0][0], r[-1][0], r[0][1]) for r in runs if len(r) >= shift)
    return RunSignals(shifts, max(len(runs) - 1, 0), _fewest_crossings(len(sides)))


def _fewest_crossings(useful: int) -> int:
    """The least c for which P(crossings <= c) reaches 5% by chance."""
    chances = max(useful - 1, 0)
    return next(c for c in range(chances + 1) if special.bdtr(c, chances, 0.5) >= 0.05)


def _kendall_variance(groups: list[int]) -> float:
    n = sum(groups)
    ties = sum(t * (t - 1) * (2 * t + 5) for t in groups)
    return (n * (n - 1) * (2 * n + 5) - ties) / 18


def _kendall_z(s: int, groups: list[int]) -> float | None:
    variance = _kendall_variance(groups)
    return float((s - np.sign(s)) / variance**0.5) if variance else None


def _kendall_exact(s: int, groups: list[int]) -> float:
    """P(S <= s): S is untied pairs less twice the inversions of a shuffled multiset.

    Inversions are counted by the q-multinomial coefficient n!_q / (t1!_q t2!_q ...), in
    whole numbers, built by one factor (1 - q^a) / (1 - q^b) at a time.
    """
    untied = (sum(groups) ** 2 - sum(t * t for t in groups)) // 2
    ways = [1] + [0] * untied
    before = 0
    for size in groups:
        for place in range(1, size + 1):
            _times_one_less_power(ways, before + place)
            _over_one_less_power(ways, place)
        before += size
    fewest_falls = -(-(untied - s) // 2)
    return sum(ways[fewest_falls:]) / sum(ways)


def _times_one_less_power(ways: list[int], power: int) -> None:
    for i in range(len(ways) - 1, power - 1, -1):
        ways[i] -= ways[i - power]


def _over_one_less_power(ways: list[int], power: int) -> None:
    for i in range(power, len(ways)):
        ways[i] += ways[i - power]
