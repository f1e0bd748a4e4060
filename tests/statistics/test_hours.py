"""Business hours, and disputes on their way to an owner."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import CountbackError, WrongCall
from pipeline.statistics import business_hours, kaplan_meier, time_to_owner
from pipeline.statistics.hours import incidence


def wall(*parts: int) -> datetime:
    """What the clock on the team's wall shows."""
    return datetime(*parts)  # noqa: DTZ001 - that clock knows no zone


FRIDAY = wall(2014, 12, 12, 20, 49)
moments = st.datetimes(wall(2026, 1, 1), wall(2026, 2, 15))


def test_a_weekend_in_between(published):
    monday = wall(2014, 12, 15, 9, 44)
    assert published["H01"].agrees(60 * business_hours(FRIDAY, monday))
    holiday = frozenset({date(2014, 12, 15)})
    assert business_hours(FRIDAY, monday, holidays=holiday) == 0
    assert business_hours(wall(2014, 12, 12, 16), monday, time(9), time(18)) == 2 + 44 / 60


def test_one_day_and_a_whole_week():
    noon = wall(2026, 11, 18, 12)
    assert business_hours(noon, noon) == 0
    assert business_hours(noon, noon + timedelta(hours=2)) == 2
    assert business_hours(noon, noon + timedelta(days=7)) == 45


def test_zones_are_brought_to_that_of_the_start():
    here, there = timezone(timedelta(hours=1)), timezone(timedelta(hours=-5))
    start = datetime(2026, 11, 18, 9, tzinfo=here)
    assert business_hours(start, datetime(2026, 11, 18, 6, tzinfo=there)) == 3


def test_calls_that_make_no_sense():
    with pytest.raises(CountbackError, match="lies before"):
        business_hours(FRIDAY, FRIDAY - timedelta(minutes=1))
    with pytest.raises(WrongCall, match="has no hours"):
        business_hours(FRIDAY, FRIDAY, time(17), time(8))
    with pytest.raises(WrongCall, match="time zone"):
        business_hours(FRIDAY, FRIDAY.replace(tzinfo=UTC))


@given(moments, moments, moments)
def test_hours_add_up_over_a_moment_in_between(a, b, c):
    first, middle, last = sorted([a, b, c])
    whole = business_hours(first, last)
    assert whole == pytest.approx(business_hours(first, middle) + business_hours(middle, last))
    assert 0 <= whole <= (last - first).total_seconds() / 3600


def test_without_open_disputes_the_median_and_shares_are_the_plain_ones():
    found = time_to_owner(range(1, 13), [True] * 12)
    assert (found.n, found.routed, found.median) == (12, 12, 6)
    assert found.within_4 == pytest.approx(4 / 12)
    assert found.within_8 == pytest.approx(8 / 12)
    assert found.within_24 == pytest.approx(1)
    low, high = found.median_ci
    assert low < 6 < high


def test_open_disputes_are_not_left_out():
    hours = [1, 2, 3, 4, 30, 30, 30, 30, 30, 30]
    routed = [True] * 4 + [False] * 6
    found = time_to_owner(hours, routed)
    assert found.median is None
    assert found.longest_watched == 30
    assert found.within_4 == pytest.approx(0.4)
    # Left out, they would have made it a median of two hours.
    assert time_to_owner([1, 2, 3, 4] * 3, [True] * 12).median == 2


def test_nothing_is_said_beyond_what_was_watched():
    found = time_to_owner([1, 2, 3, 5, 5, 5, 5, 5, 5, 5], [True] * 3 + [False] * 7)
    assert found.within_4 == pytest.approx(0.3)
    assert found.within_8 is found.within_24 is None


def test_few_disputes_are_listed():
    found = time_to_owner([1, 2], [True, False])
    assert (found.n, found.routed, found.median) == (2, 1, None)
    assert "list them" in found.why
    assert time_to_owner([], []).why


def test_disputes_that_were_paid_first_compete_and_do_not_pretend_to_wait():
    hours = list(range(1, 11))
    routed = [True, False] * 5
    settled = [not r for r in routed]
    found = time_to_owner(hours, routed, settled)
    assert found.median == 9
    assert found.within_4 == pytest.approx(0.2)
    # Taken as merely unknown they would raise the share reached.
    assert time_to_owner(hours, routed).within_4 > found.within_4


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), min_size=1, max_size=40))
def test_without_competing_ends_it_is_kaplan_meier_with_greenwoods_error(table):
    hours, routed = (np.array(c) for c in zip(*table, strict=True))
    ours = incidence(hours.astype(float), routed, np.zeros(len(hours), bool))
    curve = kaplan_meier(hours, routed)
    assert ours.share == pytest.approx(1 - curve.survival, abs=1e-9)
    n, d = curve.at_risk, curve.events
    inside = curve.survival > 1e-9
    greenwood = curve.survival[inside] ** 2 * np.cumsum(d[inside] / (n[inside] * (n - d)[inside]))
    assert ours.error[inside] ** 2 == pytest.approx(greenwood, abs=1e-9)


def test_the_interval_of_the_median_covers_it():
    chance = np.random.default_rng(9)
    truth, covered = 10 * np.log(2), 0
    for _ in range(200):
        due, cut = chance.exponential(10, 40), chance.uniform(5, 40, 40)
        low, high = time_to_owner(np.minimum(due, cut), due <= cut).median_ci
        covered += (low or 0) <= truth <= (high or np.inf)
    assert 0.91 <= covered / 200 <= 0.99


def test_flags_that_contradict_each_other_are_refused():
    with pytest.raises(ValueError, match="settled"):
        time_to_owner([1.0], [True], [True])


def test_the_steps_are_the_share_accepted_within_its_limits():
    found = time_to_owner(range(1, 13), [True] * 6 + [False] * 6)
    assert [step.hours for step in found.steps] == list(range(1, 13))
    assert [step.at_risk for step in found.steps] == list(range(12, 0, -1))
    assert found.steps[5].share == found.steps[-1].share == pytest.approx(0.5)
    assert all(step.low <= step.share <= step.high for step in found.steps)
    assert found.median == 6
    crossed = next(step.hours for step in found.steps if step.high >= 0.5)
    assert found.median_ci == (crossed, None)


def test_the_share_settled_first_and_the_share_routed_leave_nobody_out():
    found = time_to_owner(range(1, 11), [True, False] * 5, [False, True] * 5)
    assert found.settled_share == pytest.approx(0.5)
    assert found.steps[-1].share + found.settled_share == pytest.approx(1.0)
