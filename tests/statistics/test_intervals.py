"""Intervals for a proportion, against printed tables and a second implementation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from pipeline.statistics import clopper_pearson, jeffreys, wilson
from pipeline.statistics.intervals import t_interval, t_two_sided, welch

counts = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_printed_intervals_come_out(published):
    exact, score = clopper_pearson(7, 50), wilson(6, 32)
    assert exact is not None
    assert score is not None
    assert published["P01"].agrees(exact[0])
    assert published["P02"].agrees(exact[1])
    assert published["P03"].agrees(score[0])
    assert published["P04"].agrees(score[1])
    assert published["P06"].agrees(wilson(81, 263)[1])


def test_small_weeks_as_worked_by_hand():
    assert wilson(0, 20) == pytest.approx((0, 0.161), abs=5e-4)
    assert jeffreys(0, 20) == pytest.approx((0, 0.117), abs=5e-4)
    assert wilson(3, 20) == pytest.approx((0.052, 0.360), abs=5e-4)
    assert wilson(12, 30) == pytest.approx((0.246, 0.577), abs=5e-4)
    assert wilson(14, 16) == pytest.approx((0.64, 0.97), abs=5e-3)


@given(counts, st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_they_lie_inside_0_1_hold_the_rate_and_agree_with_statsmodels(count, level):
    k, n = count
    for ours, theirs in ((wilson, "wilson"), (jeffreys, "jeffreys"), (clopper_pearson, "beta")):
        low, high = ours(k, n, level)
        assert 0 <= low <= k / n <= high <= 1
        expected = proportion_confint(k, n, 1 - level, theirs)
        # Jeffreys' ends are moved to 0 and 1 at the edges, which statsmodels leaves out.
        if not (theirs == "jeffreys" and k in (0, n)):
            assert (low, high) == pytest.approx(expected, abs=1e-9)


def test_no_trials_is_unknown_and_nonsense_is_refused():
    assert wilson(0, 0) is jeffreys(0, 0) is clopper_pearson(0, 0) is None
    for k, n in ((3, 2), (-1, 4), (1, 0)):
        with pytest.raises(ValueError, match="count of successes"):
            wilson(k, n)


def test_welch_is_scipys_t_test():
    first, second = [1.0, 2.0, 4.0, 4.5], [3.0, 9.0, 5.0, 7.5, 8.0]
    expected = stats.ttest_ind(first, second, equal_var=False)
    spread = welch((stats.sem(first) ** 2, stats.sem(second) ** 2), (4, 5))
    assert spread is not None
    estimate = sum(first) / 4 - sum(second) / 5
    assert spread.df == pytest.approx(expected.df)
    assert t_two_sided(estimate / spread.se, spread.df) == pytest.approx(expected.pvalue)
    assert t_interval(estimate, *spread) == pytest.approx(tuple(expected.confidence_interval()))
    assert welch((1.0, 2.0), (1, 9)) is None
    assert welch((0.0, 0.0), (9, 9)) is None
