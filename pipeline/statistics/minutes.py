"""Human minutes: did preparing get quicker, and did the whole work shrink with it?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.statistics.intervals import Floats, Interval, normal_quantile, t_interval, welch
from pipeline.statistics.survival import weigh

WorkVerdict = Literal["shrank", "moved the queue", "cannot tell"]


@dataclass(frozen=True)
class GeometricRatio:
    """Geometric mean after / before (0.5 = halved), with its 95% interval.

    None where it cannot be computed; `why` then says why.
    """

    n_before: int
    n_after: int
    ratio: float | None = None
    ci: Interval | None = None
    why: str = ""


@dataclass(frozen=True, eq=False)
class PerCustomer:
    """The same work by customer, one entry each: minutes spent and invoices resolved."""

    customer: NDArray[Any]
    minutes: Floats
    resolved: Floats


@dataclass(frozen=True)
class Work:
    """All human minutes of a period, by what they went into, and what came of them.

    Minutes include follow-ups that led nowhere; `checks` are seeded checks. `resolved`
    are invoices whose balance reached zero by cash or valid credit.
    """

    follow_ups: int
    resolved: int
    prep: float
    review: float = 0.0
    edits: float = 0.0
    reroute: float = 0.0
    rework: float = 0.0
    checks: float = 0.0
    supervision: float = 0.0
    by_customer: PerCustomer | None = None

    @property
    def total(self) -> float:
        """Minutes in all."""
        parts = (self.prep, self.review, self.edits, self.reroute, self.rework)
        return sum(parts) + self.checks + self.supervision

    @property
    def per_resolved(self) -> float | None:
        """THM: total human minutes per invoice resolved; None when none was."""
        return self.total / self.resolved if self.resolved > 0 else None

    @property
    def prep_per_follow_up(self) -> float | None:
        """Minutes of preparing per follow-up; None when there was none."""
        return self.prep / self.follow_ups if self.follow_ups > 0 else None


@dataclass(frozen=True)
class HumanMinutes:
    """Total human minutes per invoice resolved, before and after, and the verdict.

    `prep_change` and `total_change` are shares (-0.18 = 18% less); `total_ci` is the 95%
    interval of the ratio after / before. What cannot be computed is None.
    """

    before: float | None
    after: float | None
    prep_change: float | None
    total_change: float | None
    total_ci: Interval | None
    verdict: WorkVerdict
    label: str
    """For instance "prep −73%, total −18%"."""
    sentence: str


def geometric_ratio(before: ArrayLike, after: ArrayLike, level: float = 0.95) -> GeometricRatio:
    """How many times as long items take after as before: Welch's t on log minutes.

    `before` and `after` are minutes per item, flat arrays of any length.
    """
    sides = tuple(np.asarray(side, dtype=np.float64) for side in (before, after))
    sizes = (len(sides[0]), len(sides[1]))
    if not all(np.all(np.isfinite(side) & (side > 0.0)) for side in sides):
        return GeometricRatio(*sizes, why="Some items have no time on the clock: no ratio.")
    if min(sizes) == 0:
        return GeometricRatio(*sizes, why="No items were timed on one of the sides.")
    logs = tuple(np.log(side) for side in sides)
    moved = float(logs[1].mean() - logs[0].mean())
    if min(sizes) < 2:
        return GeometricRatio(*sizes, math.exp(moved), why="One item a side is no interval.")
    spread = welch(
        (float(logs[0].var(ddof=1)) / sizes[0], float(logs[1].var(ddof=1)) / sizes[1]), sizes
    )
    if spread is None:
        return GeometricRatio(*sizes, math.exp(moved), why="Every item took equally long.")
    low, high = t_interval(moved, *spread, level)
    return GeometricRatio(*sizes, math.exp(moved), (math.exp(low), math.exp(high)))


def human_minutes(before: Work, after: Work, prep: GeometricRatio | None = None) -> HumanMinutes:
    """Whether the work shrank, or only moved from preparing to reviewing and mending.

    Shrank: the interval of total minutes per resolved invoice lies below the baseline.
    Moved the queue: the interval of `prep` does, that of the total does not. The interval
    of the total needs `by_customer` on both sides: a delete-one-customer jackknife of the
    log ratio (Deng et al. 2018 for ratios of sums).
    """
    total_ci = _total_interval(before.by_customer, after.by_customer)
    verdict = _verdict(prep.ci if prep else None, total_ci)
    prep_change = _change(before.prep_per_follow_up, after.prep_per_follow_up)
    total_change = _change(before.per_resolved, after.per_resolved)
    label = f"prep {_percent(prep_change)}, total {_percent(total_change)}"
    return HumanMinutes(
        before=before.per_resolved,
        after=after.per_resolved,
        prep_change=prep_change,
        total_change=total_change,
        total_ci=total_ci,
        verdict=verdict,
        label=label,
        sentence=_sentence(verdict, label, total_ci),
    )


def items_needed(ratio: float, log_sd: float = 0.8, power: float = 0.8) -> int:
    """Items per side to find a `ratio` of times: 2 (z + z)^2 log_sd^2 / ln(ratio)^2."""
    reach = normal_quantile(0.975) + normal_quantile(power)
    return math.ceil(2 * reach**2 * log_sd**2 / math.log(ratio) ** 2)


def _verdict(prep_ci: Interval | None, total_ci: Interval | None) -> WorkVerdict:
    if total_ci is None:
        return "cannot tell"
    if total_ci[1] < 1.0:
        return "shrank"
    return "moved the queue" if prep_ci is not None and prep_ci[1] < 1.0 else "cannot tell"


def _sentence(verdict: WorkVerdict, label: str, total_ci: Interval | None) -> str:
    if total_ci is None:
        return f"Cannot tell: {label}, without an interval for the total."
    low, high = (_percent(end - 1.0) for end in total_ci)
    said = {
        "shrank": "The work shrank",
        "moved the queue": "We moved the queue",
        "cannot tell": "Cannot tell",
    }[verdict]
    return f"{said}: {label} (total between {low} and {high} at 95% confidence)."


def _total_interval(before: PerCustomer | None, after: PerCustomer | None) -> Interval | None:
    """95% interval of THM after / THM before; None when it cannot be had."""
    if before is None or after is None:
        return None
    names = np.unique(np.concatenate((before.customer, after.customer)))
    sums = np.stack([_by_name(names, side) for side in (before, after)])
    without_each = sums.sum(axis=2, keepdims=True) - sums
    if len(names) < 2 or np.any(without_each <= 0.0) or np.any(sums.sum(axis=2) <= 0.0):
        return None
    theta, full = _log_ratio(without_each), float(_log_ratio(sums.sum(axis=2)))
    error = float(((len(names) - 1) / len(names) * ((theta - theta.mean()) ** 2).sum()) ** 0.5)
    low, high = t_interval(full, error, len(names) - 1)
    return math.exp(low), math.exp(high)


def _by_name(names: NDArray[Any], side: PerCustomer) -> Floats:
    """Minutes and resolved of every name: shape (2, names)."""
    place = np.searchsorted(names, side.customer)
    return np.stack([weigh(place, c, len(names)) for c in (side.minutes, side.resolved)])


def _log_ratio(sums: Floats) -> Floats:
    """ln(after minutes / after resolved) - ln(before ...); axes 0: side, 1: what."""
    per_resolved = np.log(sums[:, 0]) - np.log(sums[:, 1])
    moved: Floats = per_resolved[1] - per_resolved[0]
    return moved


def _change(before: float | None, after: float | None) -> float | None:
    return None if not before or after is None else after / before - 1.0


def _percent(change: float | None) -> str:
    if change is None:
        return "unknown"
    return f"{100 * change:+.0f}%".replace("-", "−")
