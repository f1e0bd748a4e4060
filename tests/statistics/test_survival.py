"""The "still open" curve and RDPD, against printed examples and a slow second way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.statistics import kaplan_meier, median, rdpd, restricted_mean, restricted_mean_error

#: Bewick, Cheek and Ball 2004, table 2: a "+" in print is a False here.
BEWICK = ([1, 1, 4, 5, 6, 9, 9, 22], [True, True, True, True, False, True, False, True])

#: The Walton fly lives, printed with lifelines' datasets: (days, how many), all seen to the end
#: but the ones that stand in CONTROL_OPEN.
MIR_137 = {6: 1, 9: 3, 13: 3, 15: 2, 19: 3, 22: 4, 26: 5, 29: 5, 33: 2, 36: 2, 43: 1, 47: 1, 62: 2}
CONTROL = {
    7: 1,
    17: 1,
    32: 1,
    33: 1,
    38: 2,
    41: 7,
    45: 8,
    48: 8,
    51: 3,
    53: 7,
    54: 2,
    56: 16,
    58: 4,
} | {60: 15, 61: 10, 63: 9, 66: 3, 68: 9, 69: 12, 75: 1}
CONTROL_OPEN = {7: 1, 45: 1, 60: 1, 61: 2, 68: 1, 69: 1}

rows = st.lists(
    st.tuples(st.integers(0, 45), st.booleans(), st.floats(0.01, 1e6)), min_size=1, max_size=40
)


def lives(ended: dict[int, int], still: dict[int, int]) -> tuple[np.ndarray, np.ndarray]:
    times = np.repeat([*ended, *still], [*ended.values(), *still.values()])
    return times, np.arange(len(times)) < sum(ended.values())


def slow_rdpd(days, observed, weights, tau=30):
    """Day by day, straight from the definition."""
    share, area = 1.0, 0.0
    for day in range(tau):
        at_risk = sum(w for d, w in zip(days, weights, strict=True) if d >= day)
        paid = sum(
            w for d, o, w in zip(days, observed, weights, strict=True) if o and int(d) == day
        )
        share *= 1 - paid / at_risk if at_risk > 0 else 1
        area += share
    return area


def test_the_printed_curve_its_median_and_mean(published):
    curve = kaplan_meier(*BEWICK)
    for letter in "abcde":
        row = published[f"S01{letter}"]
        assert row.agrees(curve.at(row.inputs["at"]))
    assert curve.at(0.5) == 1
    assert published["S02"].agrees(median(curve))
    assert published["S03"].agrees(restricted_mean(curve, published["S03"].inputs["tau"]))


def test_the_error_of_the_mean_is_the_sampling_error_not_the_spread(published):
    flies = kaplan_meier(*lives(MIR_137, {}))
    others = kaplan_meier(*lives(CONTROL, CONTROL_OPEN))
    error = restricted_mean_error(flies, 10)
    difference = restricted_mean(flies, 10) - restricted_mean(others, 10)
    z = difference / np.hypot(error, restricted_mean_error(others, 10))
    assert published["S05"].agrees(error)
    assert published["S06"].agrees(2 * stats.norm.sf(abs(z)))
    # One library prints the variance of the lives themselves here; that is never shipped.
    assert not published["S07"].agrees(error**2)


def test_without_open_rows_the_error_is_that_of_a_mean():
    times = np.array([2.0, 3.0, 3.0, 5.0, 8.0])
    curve = kaplan_meier(times, np.ones(5, bool))
    assert restricted_mean(curve, 100) == pytest.approx(times.mean())
    assert restricted_mean_error(curve, 100) == pytest.approx(times.std() / 5**0.5)


def test_a_curve_that_never_falls_to_half_has_no_median():
    assert median(kaplan_meier([1, 2, 3], [True, False, False])) is None


def test_nothing_at_all_is_unknown_not_zero():
    nothing = kaplan_meier([], [])
    assert median(nothing) is restricted_mean(nothing, 30) is None
    assert restricted_mean_error(nothing, 30) is None
    assert rdpd([], []) is None
    assert rdpd([3, 4], [True, True], [0.0, 0.0]) is None


def test_open_invoices_count_for_exactly_what_is_known():
    assert rdpd([0, 0], [True, True]) == 0
    assert rdpd([10, 200], [True, True]) == pytest.approx((10 + 30) / 2)
    assert rdpd([10, 30], [True, False]) == pytest.approx((10 + 30) / 2)
    # Followed for 5 days only: it then shares the fate of the one still watched.
    assert rdpd([5, 20], [False, True]) == pytest.approx(20)


def test_dollars_are_one_row_per_payment_and_one_for_the_open_rest():
    # 1,000 due: 400 paid on day 4, 100 on day 10, 500 still open at day 40.
    assert rdpd([4, 10, 40], [True, True, False], [400, 100, 500]) == pytest.approx(
        0.4 * 4 + 0.1 * 10 + 0.5 * 30
    )


@given(rows, st.integers(1, 40))
def test_rdpd_is_the_definition_the_area_and_inside_its_limits(table, tau):
    days, observed, weights = zip(*table, strict=True)
    value = rdpd(days, observed, weights, tau)
    assert value == pytest.approx(slow_rdpd(days, observed, weights, tau), abs=1e-9)
    assert value == pytest.approx(
        restricted_mean(kaplan_meier(days, observed, weights), tau), abs=1e-9
    )
    assert -1e-9 <= value <= tau + 1e-9


@given(rows, st.data())
def test_paying_later_never_lowers_rdpd(table, data):
    days, observed, weights = (list(c) for c in zip(*table, strict=True))
    observed = [True] * len(days)
    one = data.draw(st.integers(0, len(days) - 1))
    later = days.copy()
    later[one] += data.draw(st.integers(1, 20))
    assert rdpd(later, observed, weights) >= rdpd(days, observed, weights) - 1e-9


@given(rows)
def test_the_curve_starts_at_one_at_most_and_never_rises(table):
    curve = kaplan_meier(*zip(*table, strict=True))
    assert np.all(np.diff(curve.survival) <= 1e-12)
    assert 0 <= curve.survival[-1] <= curve.survival[0] <= 1


@pytest.mark.parametrize(
    ("days", "observed", "weights"),
    [([-1], [True], None), ([1], [True], [-5]), ([np.nan], [True], None), ([1, 2], [True], None)],
)
def test_impossible_rows_are_refused(days, observed, weights):
    with pytest.raises(ValueError, match=r"must be"):
        rdpd(days, observed, weights)
