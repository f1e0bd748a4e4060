"""How well a score tells what will happen: order, honesty, money found; customers as clusters.

One customer's invoices are not independent, so that every interval resamples whole customers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from pipeline.statistics.intervals import Floats, Interval, wilson

RESAMPLES = 1000
_SEED = 20260331
_BINS = 10
#: Rows times resamples that are held at once.
_AT_ONCE = 2_000_000
#: Probabilities are kept this far from 0 and 1 where a logarithm is taken of them.
_EDGE = 1e-4


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What happened (1 = yes) to each row, and whose it was."""

    happened: Floats
    customer: np.ndarray

    @classmethod
    def of(cls, happened: ArrayLike, customer: ArrayLike) -> Outcomes:
        """Raises ValueError when the lengths differ."""
        y = np.asarray(happened, np.float64)
        codes = np.unique(np.asarray(customer), return_inverse=True)[1]
        if y.shape != codes.shape:
            raise ValueError(f"{len(y)} outcomes of {len(codes)} customers' rows: one for each")
        return cls(y, codes)

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.happened)

    @property
    def customers(self) -> int:
        """Customers behind the rows."""
        return int(self.customer.max()) + 1 if self.n else 0

    @cached_property
    def drawn(self) -> np.ndarray:
        """(resamples, customers): how often each customer was drawn; the same on every call."""
        draw = np.random.default_rng(_SEED)
        count = self.customers
        return draw.multinomial(count, np.full(count, 1.0 / count), size=RESAMPLES)

    def resampled(self) -> Iterator[Floats]:
        """(some resamples, rows): how often each row's customer was drawn, a block at a time.

        All of them at once would take gigabytes for a large book.
        """
        at_once = max(1, _AT_ONCE // max(1, self.n))
        for start in range(0, RESAMPLES, at_once):
            yield self.drawn[start : start + at_once][:, self.customer].astype(np.float64)


def auc(outcomes: Outcomes, score: Floats) -> float:
    """The chance that a row where it happened scores above one where it did not; ties are half.

    Mann and Whitney (1947). NaN where everything or nothing happened.
    """
    return float(_auc(outcomes, score, [np.ones((1, outcomes.n))])[0])


def _auc(outcomes: Outcomes, score: Floats, weights: Iterable[Floats]) -> Floats:
    """The same once for each row of every block of weights."""
    order = np.argsort(score, kind="stable")
    groups = np.flatnonzero(np.concatenate(([True], np.diff(score[order]) > 0)))
    y = outcomes.happened[order]
    found = []
    for block in weights:
        given = block[:, order]
        yes = np.add.reduceat(given * y, groups, axis=1)
        no = np.add.reduceat(given * (1.0 - y), groups, axis=1)
        below = np.cumsum(no, axis=1) - no / 2.0
        pairs = yes.sum(axis=1) * no.sum(axis=1)
        won = (yes * below).sum(axis=1)
        found.append(np.divide(won, pairs, out=np.full(len(given), np.nan), where=pairs > 0))
    return np.concatenate(found)


def auc_interval(outcomes: Outcomes, score: Floats) -> Interval | None:
    """The 95% percentile interval of the AUC over resampled customers."""
    return _ends(_auc(outcomes, score, outcomes.resampled()))


def auc_gain(outcomes: Outcomes, old: Floats, new: Floats) -> tuple[float, Interval | None]:
    """How much more `new` orders than `old`, with its paired 95% interval over customers."""
    gain = auc(outcomes, new) - auc(outcomes, old)
    drawn = _auc(outcomes, new, outcomes.resampled()) - _auc(outcomes, old, outcomes.resampled())
    return gain, _ends(drawn)


def share_found(outcomes: Outcomes, amount: Floats, first: Floats) -> float:
    """Of the money where it happened, the share that lies in the rows that came `first` (0/1)."""
    return float(_shares(outcomes, amount, first, np.ones((1, outcomes.customers)))[0])


def _shares(outcomes: Outcomes, amount: Floats, first: Floats, drawn: np.ndarray) -> Floats:
    """The same once for each row of (resamples, customers)."""
    stuck = amount * outcomes.happened
    found = drawn @ np.bincount(outcomes.customer, stuck * first)
    total = drawn @ np.bincount(outcomes.customer, stuck)
    shares: Floats = np.divide(found, total, out=np.full(len(drawn), np.nan), where=total > 0)
    return shares


def share_gain(
    outcomes: Outcomes, amount: Floats, old: Floats, new: Floats
) -> tuple[float, Interval | None]:
    """The same for two ways to choose what comes first: how much more `new` finds."""
    gain = share_found(outcomes, amount, new) - share_found(outcomes, amount, old)
    found = _shares(outcomes, amount, new, outcomes.drawn)
    return gain, _ends(found - _shares(outcomes, amount, old, outcomes.drawn))


def first_fifth(day: np.ndarray, order_by: Floats) -> Floats:
    """1 for the rows in the first fifth of their own day's list, most first; else 0."""
    chosen = np.zeros(len(day))
    for one in np.unique(day):
        rows = np.flatnonzero(day == one)
        best = rows[np.argsort(-order_by[rows], kind="stable")]
        chosen[best[: int(np.ceil(len(rows) / 5))]] = 1.0
    return chosen


def brier(outcomes: Outcomes, score: Floats) -> float:
    """The mean squared distance of the probability from what happened; a coin earns 0.25.

    Less is better (Brier 1950).
    """
    return float(((score - outcomes.happened) ** 2).mean())


def calibration_slope(outcomes: Outcomes, score: Floats) -> float | None:
    """The slope of what happened on the score's own logit: 1 = as sure as it should be.

    Under 1 the score is too sure of itself. None when no slope can be fitted (Cox 1958).
    """
    y, x = outcomes.happened, special.logit(np.clip(score, _EDGE, 1 - _EDGE))
    if len(np.unique(x)) < 2 or y.min() == y.max():
        return None
    fitted = ridge_logit(np.stack([np.ones_like(x), x], axis=1), y, penalty=1e-6)
    return float(fitted[1])


def ridge_logit(design: Floats, y: Floats, penalty: float) -> Floats:
    """Logistic regression with a small penalty on all but the first column, by Newton's method."""
    at = np.zeros(design.shape[1])
    ridge = np.full(len(at), penalty * len(y))
    ridge[0] = 0.0
    for _ in range(50):
        p = special.expit(design @ at)
        slope = design.T @ (y - p) - ridge * at
        bend = (design.T * (p * (1 - p))) @ design + np.diag(ridge + 1e-9)
        step = np.clip(np.linalg.solve(bend, slope), -2.0, 2.0)
        at = at + step
        if np.abs(step).max() < 1e-9:
            break
    return at


@dataclass(frozen=True)
class Bin:
    """Rows of like probability: what was said of them, and what happened; shares 0 to 1."""

    said_from: float
    said_to: float
    n: int
    said: float
    happened: float
    low: float
    high: float


def reliability(outcomes: Outcomes, score: Floats) -> tuple[Bin, ...]:
    """The rows by tenths of the score, each with what happened and its 95% Wilson interval.

    The interval counts rows, not customers: it is the least that it could be.
    """
    bins = np.minimum((score * _BINS).astype(int), _BINS - 1)
    found = []
    for one in np.unique(bins):
        rows = bins == one
        n, k = int(rows.sum()), int(outcomes.happened[rows].sum())
        ends = wilson(k, n) or (0.0, 1.0)
        at = (float(one) / _BINS, float(one + 1) / _BINS)
        found.append(Bin(*at, n, float(score[rows].mean()), k / n, *ends))
    return tuple(found)


def _ends(drawn: Floats, level: float = 0.95) -> Interval | None:
    kept = drawn[~np.isnan(drawn)]
    if len(kept) < RESAMPLES / 2:
        return None
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(kept, [tail, 1.0 - tail])
    return float(low), float(high)
