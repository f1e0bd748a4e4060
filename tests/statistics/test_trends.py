"""Trend tests and control charts, against printed examples and full enumeration."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import Table

from pipeline.statistics import cochran_armitage, mann_kendall, run_chart_signals, xmr_limits
from pipeline.statistics.trends import Shift

K = [12, 11, 9, 10, 8, 7, 6, 5]
N = [30, 28, 31, 29, 30, 27, 30, 31]


def pairwise_s(values):
    return sum(
        np.sign(later - earlier) for i, earlier in enumerate(values) for later in values[i + 1 :]
    )


def test_the_printed_example(published):
    found = mann_kendall(published["T01"].inputs["x"])
    assert published["T01"].agrees(found.s)
    assert published["T02"].agrees(found.z)


def test_exact_values_from_tables():
    assert mann_kendall([4, 3, 2, 1]).p_falling == pytest.approx(1 / 24)
    assert mann_kendall(np.divide(K, N)).s == -26
    assert mann_kendall(np.divide(K, N)).p_falling == pytest.approx(8 / 40320)


def test_the_critical_value_of_eight_weeks():
    order = next(p for p in permutations(range(8)) if pairwise_s(p) == -16)
    assert mann_kendall(order).p_falling == pytest.approx(0.0305, abs=5e-5)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6))
def test_with_ties_it_is_the_share_of_all_orders(values):
    every = [pairwise_s(order) for order in permutations(values)]
    found = mann_kendall(values)
    assert found.s == pairwise_s(values)
    assert found.p_falling == pytest.approx(np.mean(np.array(every) <= found.s))


def test_beyond_fifty_values_it_is_close_to_exact():
    values = np.random.default_rng(4).integers(0, 30, 51) - np.arange(51) * 0.1
    exact = mann_kendall(values[:50])
    assert mann_kendall(values).p_falling == pytest.approx(exact.p_falling, abs=0.03)
    expected = stats.kendalltau(np.arange(51), values, method="asymptotic").pvalue / 2
    assert mann_kendall(values).p_falling == pytest.approx(expected, rel=0.15)


def test_equal_values_say_nothing():
    assert mann_kendall([3, 3, 3, 3]) == mann_kendall([1, 1, 1, 1])
    assert (mann_kendall([3, 3, 3]).p_falling, mann_kendall([3, 3, 3]).z) == (1.0, None)
    assert mann_kendall([]).p_falling == 1.0


def test_cochran_armitage_as_worked_and_as_statsmodels_has_it():
    z = cochran_armitage(K, N, range(1, 9))
    assert z == pytest.approx(-2.609, abs=5e-4)
    table = Table(np.stack([np.subtract(N, K), K]))
    theirs = table.test_ordinal_association(row_scores=np.arange(2), col_scores=np.arange(1, 9))
    # Theirs takes the margins as fixed: the variance is larger by N / (N - 1).
    assert theirs.zscore == pytest.approx(-2.604, abs=5e-4)
    assert z == pytest.approx(theirs.zscore * (sum(N) / (sum(N) - 1)) ** 0.5)


def test_cochran_armitage_without_any_contrast_is_unknown():
    assert cochran_armitage([0, 0], [5, 5], [1, 2]) is None
    assert cochran_armitage([5, 5], [5, 5], [1, 2]) is None
    assert cochran_armitage([1, 2], [5, 5], [3, 3]) is None
    assert cochran_armitage([0], [0], [1]) is None


def test_process_limits_by_hand():
    found = xmr_limits([10, 12, 11, 13, 9, 10, 12, 11])
    assert found is not None
    assert found.centre == 11
    assert found.mean_moving_range == pytest.approx(13 / 7)
    assert (found.low, found.high) == pytest.approx((11 - 2.66 * 13 / 7, 11 + 2.66 * 13 / 7))
    assert xmr_limits([1, 2, 3, 4, 5, 6, 7]) is None


def test_a_long_run_on_one_side_is_a_shift_and_the_median_itself_is_nowhere():
    values = [5, 7, 6, 4, 4, 5, 4, 3, 4, 4, 2, 6]
    found = run_chart_signals(values, median=5)
    assert found.shifts == (Shift(first=3, last=10, above=False),)
    assert found.crossings == 2
    assert found.any
    assert not run_chart_signals(values, median=5, shift=8).shifts


def test_few_crossings_are_a_signal_of_their_own():
    assert run_chart_signals([1] * 6 + [9] * 6, median=5).any
    assert not run_chart_signals([1, 9] * 6, median=5).any
    assert not run_chart_signals([], median=5).any
    # The printed lower limits: 10 useful points 2 crossings, 13: 3, 20: 6, 24: 8.
    for useful, fewest in ((10, 2), (13, 3), (20, 6), (24, 8)):
        assert (
            run_chart_signals([1, 9] * (useful // 2) + [1] * (useful % 2), 5).fewest_expected
            == fewest
        )
