"""How far two judges agree beyond chance: Cohen's kappa with its interval, and a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.statistics.intervals import Floats, Interval, wilson

#: Under this many items nothing is concluded, whatever the figures say.
FEWEST_ITEMS = 10
#: Kappa from which two judges agree "substantially" (Landis and Koch 1977).
CLEAR_KAPPA = 0.6

Verdict = Literal["agree", "do not agree", "cannot tell"]


@dataclass(frozen=True)
class Agreement:
    """Two judges on the same items; shares and kappa with 95% intervals."""

    n: int
    k: int
    """Items that both put into the same place."""
    share: float | None
    share_ci: Interval | None
    kappa: float | None
    """None when both gave one and the same answer throughout: chance alone explains that."""
    kappa_ci: Interval | None
    verdict: Verdict
    why: str


def agreement(first: Sequence[str], second: Sequence[str]) -> Agreement:
    """Cohen's (1960) kappa of two judges over the same items, in the same order.

    The interval is the asymptotic one (Fleiss, Cohen and Everitt 1969), cut at -1 and 1. Where
    its variance is nil, as when all agree, Wilson's interval of the share gives the ends.
    Raises ValueError when the judges did not judge the same items.
    """
    if len(first) != len(second):
        raise ValueError(f"{len(first)} and {len(second)} answers: both must judge the same items")
    n, k = len(first), sum(a == b for a, b in zip(first, second, strict=True))
    share_ci = wilson(k, n)
    kappa, ends = _kappa(_table(first, second), share_ci) if share_ci else (None, None)
    verdict, why = _verdict(n, kappa, ends)
    return Agreement(n, k, k / n if n else None, share_ci, kappa, ends, verdict, why)


def one_against_rest(first: Sequence[str], second: Sequence[str], place: str) -> Agreement:
    """The same for one place alone: in it or not in it."""
    return agreement(
        [str(answer == place) for answer in first], [str(answer == place) for answer in second]
    )


def _table(first: Sequence[str], second: Sequence[str]) -> Floats:
    places = sorted({*first, *second})
    at = {place: n for n, place in enumerate(places)}
    table = np.zeros((len(places), len(places)))
    for a, b in zip(first, second, strict=True):
        table[at[a], at[b]] += 1
    return table


def _kappa(table: Floats, share_ci: Interval) -> tuple[float | None, Interval | None]:
    shares = table / table.sum()
    chance = float(shares.sum(axis=0) @ shares.sum(axis=1))
    if chance >= 1.0:
        return None, None
    from statsmodels.stats.inter_rater import cohens_kappa

    with np.errstate(invalid="ignore", divide="ignore"):  # its z value, which nobody asks for
        found = cohens_kappa(table)
    low, high = float(found.kappa_low), float(found.kappa_upp)
    if not found.std_kappa > 0:
        low, high = ((share - chance) / (1 - chance) for share in share_ci)
    return float(found.kappa), (max(-1.0, low), min(1.0, high))


def _verdict(n: int, kappa: float | None, ends: Interval | None) -> tuple[Verdict, str]:
    if n < FEWEST_ITEMS:
        return "cannot tell", f"{n} items are too few: {FEWEST_ITEMS} at least."
    if kappa is None or ends is None:
        return "cannot tell", "Both gave one and the same answer throughout: chance explains that."
    if ends[0] >= CLEAR_KAPPA:
        return "agree", f"The whole interval lies at {CLEAR_KAPPA} or above."
    if ends[1] < CLEAR_KAPPA:
        return "do not agree", f"The whole interval lies under {CLEAR_KAPPA}."
    return "cannot tell", f"The interval holds values on both sides of {CLEAR_KAPPA}."
