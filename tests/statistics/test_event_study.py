"""Periods against a reference: hand-drawn steps, `before_after` again, and a drift that is seen."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.statistics import Cohort, before_after, event_study


def drawn(pilot: list[list[float]], control: list[list[float]]) -> tuple[Cohort, np.ndarray]:
    """One row a customer, one paid invoice a period: how many days late."""
    late = np.array([*pilot, *control], dtype=np.float64)
    customers, periods = late.shape
    customer = np.repeat(np.arange(customers), periods)
    cohort = Cohort(
        customer=customer,
        is_pilot=customer < len(pilot),
        is_post=np.zeros(late.size, dtype=np.bool_),
        days=late.ravel(),
        observed=np.ones(late.size, dtype=np.bool_),
        weight=np.ones(late.size),
    )
    return cohort, np.tile(np.arange(periods), customers)


#: Two customers a side, four periods; go-live lies before the last.
PILOT = [[4, 6, 8, 2], [2, 4, 4, 4]]
CONTROL = [[5, 5, 5, 5], [3, 5, 3, 5]]


def test_effects_are_relative_to_the_last_period_before_go_live() -> None:
    found = event_study(*drawn(PILOT, CONTROL), periods=4, before=3)
    assert found.pilot == (3.0, 5.0, 6.0, 3.0)
    assert found.control == (4.0, 5.0, 4.0, 5.0)
    effects = [None if one is None else one.estimate for one in found.effects]
    # (3 - 6) - (4 - 4), (5 - 6) - (5 - 4), the reference itself, (3 - 6) - (5 - 4)
    assert effects == [-3.0, -2.0, None, -4.0]


def test_the_drift_is_least_squares_through_the_periods_before() -> None:
    slope = event_study(*drawn(PILOT, CONTROL), periods=4, before=3).slope
    # Pilot minus control: -1, 0, 2; the line through them rises by (2 - -1) / 2 a period.
    assert slope.estimate == pytest.approx(1.5)
    # Either pilot customer alone slopes by 2 and by 1, either control by 0: of these two values
    # the variance is 1/2 * (1/2^2 + 1/2^2) = 1/4, so se = 1/2 on one degree of freedom.
    assert slope.se == pytest.approx(0.5)
    assert slope.df == pytest.approx(1.0)


def test_an_effect_is_before_after_of_its_two_periods() -> None:
    chance = np.random.default_rng(5)
    late = np.floor(chance.exponential(6.0, (24, 5)))
    cohort, period = drawn(late[:9].tolist(), late[9:].tolist())
    found = event_study(cohort, period, periods=5, before=4)
    for at in (0, 1, 2, 4):
        rows = (period == at) | (period == 3)
        pair = Cohort(
            customer=cohort.customer[rows],
            is_pilot=cohort.is_pilot[rows],
            is_post=period[rows] == at,
            days=cohort.days[rows],
            observed=cohort.observed[rows],
            weight=cohort.weight[rows],
        )
        expected, effect = before_after(pair), found.effects[at]
        assert effect is not None
        assert effect.estimate == pytest.approx(expected.estimate)
        assert (effect.se, effect.df) == pytest.approx((expected.se, expected.df))
        assert effect.ci95 == pytest.approx(expected.ci95)


def test_a_pilot_that_slides_away_by_itself_is_seen() -> None:
    chance = np.random.default_rng(2)
    late = np.floor(chance.exponential(5.0, (120, 6)))
    steady = event_study(*drawn(late[:60].tolist(), late[60:].tolist()), periods=6, before=6)
    sliding = late + np.where(np.arange(120)[:, None] < 60, np.arange(6)[None, :], 0)
    moved = event_study(*drawn(sliding[:60].tolist(), sliding[60:].tolist()), periods=6, before=6)
    assert steady.slope.ci95 is not None
    assert steady.slope.ci95[0] < 0 < steady.slope.ci95[1]
    assert moved.slope.ci95 is not None
    assert moved.slope.ci95[0] > 0


def test_what_cannot_be_said_says_why() -> None:
    two = event_study(*drawn([[1, 2], [3, 4]], [[1, 1], [2, 2]]), periods=2, before=2)
    assert two.slope.estimate is None
    assert two.slope.why == "Fewer than three periods before go-live make no line."
    cohort, period = drawn(PILOT, CONTROL)
    gone = period + (period == 1) * 1  # nobody's invoice fell due in the second period
    found = event_study(cohort, gone, periods=4, before=3)
    assert found.pilot[1] is None
    assert found.effects[1] is not None
    assert "fell due in one of the periods" in found.effects[1].why
    assert "fell due in one of the periods" in found.slope.why
    alone = event_study(*drawn([[1, 2, 3]], [[1, 1, 2], [2, 2, 1]]), periods=3, before=3)
    assert alone.slope.estimate is not None
    assert "One customer alone" in alone.slope.why
    same = event_study(*drawn([[1, 2, 3]] * 2, [[1, 1, 1]] * 2), periods=3, before=3)
    assert "no spread" in same.slope.why
    with pytest.raises(ValueError, match="needs a period"):
        event_study(cohort, period, periods=3, before=3)
