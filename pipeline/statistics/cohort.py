"""The invoices of a before/after comparison, and their day histograms per customer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.statistics.intervals import Bools, Floats
from pipeline.statistics.survival import capped_area, day_histograms, rows


@dataclass(frozen=True, eq=False)
class Cohort:
    """Invoices (or, for dollars, applications and open remainders), one row each.

    All arrays have one length. `customer` is the parent account, as codes or strings;
    `is_post` False means the window before go-live; `days` are completed days past due
    (0 = on time or early) at payment where `observed`, else up to the cut; `weight` is 1
    or an amount in one currency. `followed`, where given, is cut day - due day of every
    row: how long it could have been watched.
    Raises ValueError when lengths differ, a day or weight is negative or not finite, or
    a customer stands in both arms.
    """

    customer: NDArray[Any]
    is_pilot: Bools
    is_post: Bools
    days: Floats
    observed: Bools
    weight: Floats
    followed: Floats | None = None

    def __post_init__(self) -> None:
        rows(self.days, self.observed, self.weight)
        columns = [self.customer, self.is_pilot, self.is_post, self.followed]
        if any(c is not None and np.shape(c) != np.shape(self.days) for c in columns):
            raise ValueError("every column of a cohort must have one length")
        self._refuse_torn_customers()

    @cached_property
    def customers(self) -> NDArray[Any]:
        """The distinct customers, sorted: shape (customers,)."""
        return self._coded[0]

    @cached_property
    def codes(self) -> NDArray[np.intp]:
        """Each row's place in `customers`: shape (rows,)."""
        return self._coded[1]

    @cached_property
    def in_pilot(self) -> Bools:
        """Whether each of `customers` is in the pilot: shape (customers,)."""
        arm: Bools = self._pilot_rows > 0
        return arm

    @cached_property
    def _coded(self) -> tuple[NDArray[Any], NDArray[np.intp]]:
        names, codes = np.unique(self.customer, return_inverse=True)
        return names, codes

    @cached_property
    def _pilot_rows(self) -> NDArray[np.intp]:
        return np.bincount(self.codes[self.is_pilot], minlength=len(self.customers))

    def _refuse_torn_customers(self) -> None:
        every = np.bincount(self.codes, minlength=len(self.customers))
        torn = np.flatnonzero((self._pilot_rows > 0) & (self._pilot_rows < every))
        if len(torn):
            raise ValueError(f"customer {self.customers[torn[0]]} stands in both arms")


class Tally(NamedTuple):
    """Weight that leaves on each day, and the paid part of it: day histograms.

    Each of shape (customers, 2 windows: pre and post, tau + 1 days); they add up.
    """

    leaving: Floats
    ends: Floats

    def of(self, chosen: Bools) -> Tally:
        """The tally of the chosen customers alone."""
        return Tally(self.leaving[chosen], self.ends[chosen])

    def windows(self) -> Floats:
        """RDPD (days) of all these customers together, one a window: shape (windows,)."""
        return capped_area(self.leaving.sum(axis=0), self.ends.sum(axis=0))

    def windows_without_each(self) -> Floats:
        """RDPD (days) with one customer left out in turn: shape (customers, windows)."""
        return capped_area(_all_but_one(self.leaving), _all_but_one(self.ends))


def tally(cohort: Cohort, tau: int) -> Tally:
    """One pass over the rows: day histograms of every customer and window."""
    groups, count = 2 * cohort.codes + cohort.is_post, len(cohort.customers)
    days, observed, weight = rows(cohort.days, cohort.observed, cohort.weight)
    leaving, ends = day_histograms(days, observed, weight, tau, groups, 2 * count)
    shape = (count, 2, tau + 1)
    return Tally(leaving.reshape(shape), ends.reshape(shape))


def jackknife_variance(without_each: Floats) -> float:
    """Of an estimate, from its delete-one-customer values: (J-1)/J * sum((x_j - mean)^2).

    NaN when one of them is undefined.
    """
    count = len(without_each)
    return float((count - 1) / count * ((without_each - without_each.mean()) ** 2).sum())


def _all_but_one(parts: Floats) -> Floats:
    """Sums over the first axis with one entry left out in turn.

    Sums from the left and from the right, rather than total minus part: where nobody else
    is left the answer is exactly 0, not the rounding dust of a large amount.
    """
    nothing = np.zeros_like(parts[:1])
    left = np.concatenate((nothing, np.cumsum(parts[:-1], axis=0)))
    right = np.concatenate((np.cumsum(parts[:0:-1], axis=0)[::-1], nothing))
    others: Floats = left + right
    return others
