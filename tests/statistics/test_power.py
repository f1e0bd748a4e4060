"""What a pilot could see, and whether a ranking is its weights' doing."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.statistics import detectable, first_place_shares
from pipeline.statistics.cohort import Tally


def book(customers: int, invoices: int, seed: int = 1, late: float = 0.35) -> Tally:
    """Customers with so many invoices in each window; a share of them late by 1 to 30 days."""
    rng = np.random.default_rng(seed)
    ends = np.zeros((customers, 2, 31))
    for customer in range(customers):
        for window in range(2):
            days = np.where(rng.random(invoices) < late, rng.integers(1, 31, invoices), 0)
            ends[customer, window] = np.bincount(days, minlength=31)
    return Tally(ends.copy(), ends)


def test_more_customers_see_smaller_changes() -> None:
    found = [detectable(book(n, 4), book(3 * n, 4, seed=2)).days for n in (10, 40, 160)]
    assert None not in found
    assert found == sorted(found, key=lambda days: -(days or 0))


def test_the_spread_is_that_of_independent_invoices_where_they_are_independent() -> None:
    # 60 customers with 6 invoices a window; days late of one invoice have a variance near
    # 0.35 * 315 - 5.4 ** 2 = 81, so (post - pre) of 360 has 2 * 81 / 360, with 3x controls * 4/3.
    found = detectable(book(60, 6), book(180, 6, seed=2), draws=2000)
    assert found.se == pytest.approx((2 * 81 / 360 * 4 / 3) ** 0.5, rel=0.2)
    assert (found.pilot_customers, found.control_customers) == (60, 180)
    assert found.days is not None
    assert 2.7 * (found.se or 0) < found.days < 3 * (found.se or 0)


def test_the_same_seed_gives_the_same_answer() -> None:
    sides = book(20, 3), book(60, 3, seed=2)
    assert detectable(*sides) == detectable(*sides)


@pytest.mark.parametrize(
    ("pilot", "control", "why"),
    [
        (book(1, 4), book(9, 4), "fewer than two customers"),
        (book(9, 4), book(0, 4), "fewer than two customers"),
        (book(9, 4, late=0), book(9, 4), "pays alike"),
    ],
)
def test_what_cannot_be_told_says_why(pilot: Tally, control: Tally, why: str) -> None:
    found = detectable(pilot, control)
    assert found.days is None
    assert why in found.why


def test_a_window_without_invoices_is_no_answer() -> None:
    pilot = book(9, 4)
    empty = Tally(pilot.leaving * [[[1], [0]]], pilot.ends * [[[1], [0]]])
    assert "too few invoices" in detectable(empty, book(9, 4)).why


def test_who_leads_in_everything_is_first_under_every_weighting() -> None:
    assert first_place_shares([[90, 80], [50, 70]], [20, 10]) == [1.0, 0.0]


def test_a_close_race_is_divided() -> None:
    one, other = first_place_shares([[100, 0], [0, 100]], [10, 10])
    assert one + other == pytest.approx(1)
    assert 0.4 < one < 0.6
    assert first_place_shares([[5, 5], [5, 5]], [1, 1]) == [0.5, 0.5]
    assert first_place_shares([], [1]) == []
    with pytest.raises(ValueError, match="one column"):
        first_place_shares([[1, 2]], [1])
