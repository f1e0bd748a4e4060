"""Preparing got quicker; did the work?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from pipeline.statistics import PerCustomer, Work, geometric_ratio, human_minutes, items_needed

BEFORE = Work(follow_ups=100, resolved=60, prep=2200)
AFTER = Work(
    follow_ups=100,
    resolved=60,
    prep=100 * 6,
    review=100 * 7,
    edits=30 * 8,
    reroute=12 * 10,
    rework=5 * 15,
    checks=40,
    supervision=20,
)


def by_customer(seed: int, minutes: float, count: int = 40) -> PerCustomer:
    chance = np.random.default_rng(seed)
    resolved = chance.integers(1, 5, count).astype(float)
    return PerCustomer(
        np.arange(count), minutes * resolved * chance.lognormal(0, 0.3, count), resolved
    )


def timed(prep_ratio: float):
    chance = np.random.default_rng(1)
    before = 20 * chance.lognormal(0, 0.8, 60)
    return geometric_ratio(before, prep_ratio * 20 * chance.lognormal(0, 0.8, 60))


def test_the_worked_example():
    found = human_minutes(BEFORE, AFTER)
    assert found.before == pytest.approx(36.7, abs=0.05)
    assert AFTER.total == 1795
    assert found.after == pytest.approx(29.9, abs=0.05)
    assert found.label == "prep −73%, total −18%"
    assert found.verdict == "cannot tell"
    assert "without an interval" in found.sentence


def test_quicker_preparing_and_unchanged_work_is_a_moved_queue():
    found = human_minutes(
        replace(BEFORE, by_customer=by_customer(1, 36)),
        replace(AFTER, by_customer=by_customer(2, 35)),
        timed(0.3),
    )
    assert found.verdict == "moved the queue"
    assert found.total_ci[0] < 1 < found.total_ci[1]
    assert found.sentence.startswith("We moved the queue: prep −73%, total −18% (total between −")


def test_less_work_in_all_is_shrinking():
    found = human_minutes(
        replace(BEFORE, by_customer=by_customer(1, 36)),
        replace(AFTER, by_customer=by_customer(2, 18)),
        timed(0.3),
    )
    assert found.verdict == "shrank"


def test_neither_changed_cannot_tell():
    found = human_minutes(
        replace(BEFORE, by_customer=by_customer(1, 36)),
        replace(AFTER, by_customer=by_customer(2, 36)),
        timed(1.0),
    )
    assert found.verdict == "cannot tell"


def test_the_interval_is_a_plain_jackknife_over_customers():
    before, after = by_customer(3, 36, 12), by_customer(4, 30, 12)

    def log_ratio(keep):
        thm = [side.minutes[keep].sum() / side.resolved[keep].sum() for side in (before, after)]
        return np.log(thm[1] / thm[0])

    every = np.arange(12)
    theta = np.array([log_ratio(every != one) for one in every])
    error = (11 / 12 * ((theta - theta.mean()) ** 2).sum()) ** 0.5
    reach = stats.t.ppf(0.975, 11) * error
    found = human_minutes(
        replace(BEFORE, by_customer=before), replace(AFTER, by_customer=after)
    ).total_ci
    assert found == pytest.approx(
        np.exp([log_ratio(every >= 0) - reach, log_ratio(every >= 0) + reach])
    )


def test_nothing_resolved_is_unknown_not_zero():
    found = human_minutes(replace(BEFORE, resolved=0), AFTER)
    assert found.before is found.total_change is found.total_ci is None
    assert found.label == "prep −73%, total unknown"
    lone = PerCustomer(np.array(["a"]), np.array([9.0]), np.array([1.0]))
    assert (
        human_minutes(replace(BEFORE, by_customer=lone), replace(AFTER, by_customer=lone)).total_ci
        is None
    )


def test_the_ratio_of_times_is_welch_on_logs():
    before, after = [20.0, 25, 18, 30], [10.0, 9, 14, 8, 12]
    found = geometric_ratio(before, after)
    expected = stats.ttest_ind(np.log(after), np.log(before), equal_var=False)
    assert found.ratio == pytest.approx(stats.gmean(after) / stats.gmean(before))
    assert found.ci == pytest.approx(tuple(np.exp(expected.confidence_interval())))


def test_a_ratio_that_cannot_be_had():
    assert "no time on the clock" in geometric_ratio([1, 0], [2, 3]).why
    assert geometric_ratio([], [2, 3]).ratio is None
    assert geometric_ratio([2], [1, 3]).ci is None
    assert geometric_ratio([2, 2], [1, 1]).ratio == 0.5
    assert geometric_ratio([2, 2], [1, 1]).ci is None


def test_items_needed_as_worked():
    assert [items_needed(r) for r in (0.5, 0.75, 0.9)] == [21, 122, 906]
