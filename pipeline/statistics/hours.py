"""Business hours, and how long a dispute takes to reach the person who can solve it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from pipeline.model import CountbackError, WrongCall
from pipeline.statistics.intervals import Bools, Floats, normal_quantile
from pipeline.statistics.survival import ROUNDING, rows, weigh

SATURDAY = 5
#: Fewer disputes than this are listed one by one instead of summed up.
FEWEST_DISPUTES = 10


@dataclass(frozen=True)
class OwnerTime:
    """Hours from flag to the right owner, open disputes counting for what is known.

    `median` is None when half has not been reached within `longest_watched` (print
    "more than ... h"), or when there are too few disputes (`why`). An end of `median_ci`
    (95%) is None where unknown. Shares are 0-1, None beyond what has been watched.
    """

    n: int
    routed: int
    median: float | None = None
    median_ci: tuple[float | None, float | None] = (None, None)
    within_4: float | None = None
    within_8: float | None = None
    within_24: float | None = None
    longest_watched: float | None = None
    why: str = ""
    settled_share: float | None = None
    """The share paid or credited before anybody had accepted it, by `longest_watched`."""
    steps: tuple[OwnerStep, ...] = ()


class OwnerStep(NamedTuple):
    """The share accepted by their owner after `hours`, with its 95% limits."""

    hours: float
    share: float
    low: float
    high: float
    at_risk: int
    """How many were neither accepted nor settled just before."""


@dataclass(frozen=True, eq=False)
class Incidence:
    """The share that has reached an owner, by distinct time: four arrays of one length."""

    times: Floats
    share: Floats
    error: Floats
    """Standard error of `share`."""
    undecided: Floats
    """The share that is neither routed nor settled."""

    def at(self, time: float) -> float | None:
        """The share reached by `time`; None when that is later than anyone was watched."""
        if time > self.times[-1] and self.undecided[-1] > 0.0:
            return None
        passed = int(np.searchsorted(self.times, time, side="right"))
        return float(self.share[passed - 1]) if passed else 0.0

    def median(self) -> float | None:
        """The first time by which half has reached an owner; None if that is never seen."""
        return self._first(self.share >= 0.5 - ROUNDING)

    def median_ends(self, level: float = 0.95) -> tuple[float | None, float | None]:
        """Interval of the median: where the log-log limits of the curve cross a half.

        Brookmeyer and Crowley 1982. Where everyone has been routed the limits are unknown.
        """
        least, most = self.limits(level)
        half = 0.5 - ROUNDING
        return self._first(most >= half), self._first(least >= half)

    def limits(self, level: float = 0.95) -> tuple[Floats, Floats]:
        """Log-log limits of `share` at each time; where everyone was routed, 0 and the share."""
        z = normal_quantile((1.0 + level) / 2.0)
        still = 1.0 - self.share
        inside = (still > ROUNDING) & (still < 1.0 - ROUNDING)
        at = still[inside]
        reach = np.minimum(z * self.error[inside] / (at * -np.log(at)), 500.0)
        low, high = still.copy(), np.where(inside, still, 1.0)
        low[inside], high[inside] = at ** np.exp(reach), at ** np.exp(-reach)
        return 1.0 - high, 1.0 - low

    def _first(self, reached: Bools) -> float | None:
        places = np.flatnonzero(reached)
        return float(self.times[places[0]]) if len(places) else None


def business_hours(
    start: datetime,
    end: datetime,
    opens: time = time(8),
    closes: time = time(17),
    holidays: frozenset[date] = frozenset(),
) -> float:
    """Hours between two moments that fall on Monday to Friday, `opens` to `closes`.

    Wall-clock time of the team: both moments without a zone, or both with one, `end` then
    being taken to the zone of `start`. Raises CountbackError when `end` lies before
    `start`, WrongCall when the day closes before it opens or only one moment has a zone.
    """
    if opens >= closes:
        raise WrongCall(f"A business day from {opens} to {closes} has no hours; set closes later.")
    start, end = _wall_clock(start, end)
    days = (start.date() + timedelta(d) for d in range((end.date() - start.date()).days + 1))
    worked = (
        min(end, datetime.combine(day, closes)) - max(start, datetime.combine(day, opens))
        for day in days
        if day.weekday() < SATURDAY and day not in holidays
    )
    return sum(max(span.total_seconds(), 0.0) for span in worked) / 3600


def _too_few(count: int) -> str:
    disputes = "1 dispute is" if count == 1 else f"{count} disputes are"
    return f"{disputes} too few to sum up: list them."


def time_to_owner(
    hours: ArrayLike, routed: ArrayLike, settled: ArrayLike | None = None
) -> OwnerTime:
    """How long disputes take to be accepted by the right owner.

    `hours` (n,) run from the flag to acceptance where `routed`, else as far as watched.
    `settled` marks disputes paid or credited before anyone accepted them: those compete
    with routing and are not merely unknown. Raises ValueError when lengths differ, an hour
    is negative or not finite, or a dispute is both routed and settled.
    """
    at, reached, _ = rows(hours, routed, None)
    other = np.zeros(len(at), np.bool_) if settled is None else np.asarray(settled, np.bool_)
    if other.shape != at.shape or np.any(other & reached):
        raise ValueError("settled must hold one value per dispute, and none that is also routed")
    count, done = len(at), int(reached.sum())
    if count < FEWEST_DISPUTES:
        return OwnerTime(count, done, why=_too_few(count))
    curve = incidence(at, reached, other)
    return OwnerTime(
        n=count,
        routed=done,
        median=curve.median(),
        median_ci=curve.median_ends(),
        within_4=curve.at(4),
        within_8=curve.at(8),
        within_24=curve.at(24),
        longest_watched=float(at.max()),
        settled_share=float(incidence(at, other, reached).share[-1]),
        steps=_steps(curve, at),
    )


def _steps(curve: Incidence, at: Floats) -> tuple[OwnerStep, ...]:
    low, high = curve.limits()
    still = len(at) - np.searchsorted(np.sort(at), curve.times, side="left")
    return tuple(
        OwnerStep(float(hours), float(share), float(least), float(most), int(count))
        for hours, share, least, most, count in zip(
            curve.times, curve.share, low, high, still, strict=True
        )
    )


def incidence(times: Floats, reached: Bools, other: Bools) -> Incidence:
    """Aalen and Johansen's (1978) cumulative incidence of `reached` beside the `other` end.

    Where neither holds the time is only a lower bound. Without other ends it is one minus
    Kaplan-Meier, and its error (Marubini and Valsecchi 1995) is Greenwood's.
    """
    distinct, index = np.unique(times, return_inverse=True)
    size = len(distinct)
    d1 = weigh(index, reached.astype(np.float64), size)
    d = d1 + weigh(index, other.astype(np.float64), size)
    n = np.cumsum(weigh(index, np.ones(len(times)), size)[::-1])[::-1]
    after = (1.0 - d / n).cumprod()
    before = np.concatenate(([1.0], after[:-1]))
    share = np.cumsum(before * d1 / n)
    return Incidence(distinct, share, _incidence_error(n, d, d1, before), after)


def _incidence_error(n: Floats, d: Floats, d1: Floats, before: Floats) -> Floats:
    """The delta-method error at each time: a sum over earlier ones, multiplied out."""
    share = np.cumsum(before * d1 / n)
    a = np.divide(d, n * (n - d), out=np.zeros_like(d), where=n > d)
    b = before**2 * (n - d1) * d1 / n**3
    c = before * d1 / n**2
    variance = (
        share**2 * np.cumsum(a)
        - 2 * share * np.cumsum(a * share + c)
        + np.cumsum(a * share**2 + b + 2 * c * share)
    )
    error: Floats = np.sqrt(np.maximum(variance, 0.0))
    return error


def _wall_clock(start: datetime, end: datetime) -> tuple[datetime, datetime]:
    if (start.tzinfo is None) != (end.tzinfo is None):
        raise WrongCall(f"Give both {start} and {end} a time zone, or neither.")
    if start.tzinfo is not None:
        end = end.astimezone(start.tzinfo)
    start, end = start.replace(tzinfo=None), end.replace(tzinfo=None)
    if end < start:
        raise CountbackError(f"The end {end} lies before the start {start}; correct one of them.")
    return start, end
