"""A score judged: AUC, money found, Brier, slope and bins by hand; and the gate for a model."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.statistics import ranking
from pipeline.statistics.challenger import fit
from pipeline.statistics.gate import gate
from pipeline.statistics.ranking import (
    Outcomes,
    auc,
    auc_gain,
    auc_interval,
    brier,
    calibration_slope,
    first_fifth,
    reliability,
    share_found,
)


def outcomes(happened: list[int], customer: list[int] | None = None) -> Outcomes:
    return Outcomes.of(happened, customer or list(range(len(happened))))


def test_auc_counts_pairs_and_halves_ties() -> None:
    # Three yes (0.9, 0.5, 0.5) and two no (0.5, 0.1): won 3 + 2 x 1/2 + 2 = 5 of 6 pairs.
    found = auc(outcomes([1, 1, 1, 0, 0]), np.array([0.9, 0.5, 0.5, 0.5, 0.1]))
    assert found == pytest.approx(5 / 6)


def test_auc_of_one_outcome_alone_is_unknown() -> None:
    assert np.isnan(auc(outcomes([1, 1]), np.array([0.1, 0.9])))
    assert auc_interval(outcomes([1, 1]), np.array([0.1, 0.9])) is None


def test_a_weight_is_as_good_as_a_row() -> None:
    y, score = [1, 0, 1, 0], np.array([0.8, 0.6, 0.3, 0.1])
    twice = auc(outcomes([*y, 1]), np.array([*score, 0.3]))
    weighed = ranking._auc(outcomes(y), score, [np.array([[1.0, 1.0, 2.0, 1.0]])])
    assert weighed[0] == pytest.approx(twice)


def test_customers_are_drawn_whole() -> None:
    drawn = np.concatenate(list(outcomes([1, 0, 1, 0], [1, 1, 2, 2]).resampled()))
    assert (drawn[:, 0] == drawn[:, 1]).all()
    assert set(np.unique(drawn)) == {0.0, 1.0, 2.0}


def test_what_is_drawn_does_not_hang_on_how_much_is_held_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    judged = outcomes([1, 0, 1, 0, 1], [1, 1, 2, 3, 3])
    score = np.array([0.8, 0.6, 0.3, 0.1, 0.4])
    whole = auc_interval(judged, score)
    monkeypatch.setattr(ranking, "_AT_ONCE", 12)
    assert [len(block) for block in judged.resampled()] == [2] * 500
    assert auc_interval(judged, score) == whole


def test_few_customers_make_the_interval_wide() -> None:
    rng = np.random.default_rng(1)
    y = rng.integers(0, 2, 400)
    score = np.clip(y * 0.3 + rng.normal(0.4, 0.3, 400), 0, 1)
    many = auc_interval(outcomes(y.tolist(), list(range(400))), score)
    few = auc_interval(outcomes(y.tolist(), [n % 5 for n in range(400)]), score)
    assert many is not None
    assert few is not None
    assert many[0] < auc(outcomes(y.tolist()), score) < many[1]


def test_the_first_fifth_is_of_each_days_own_list() -> None:
    day = np.array([1] * 5 + [2] * 6)
    found = first_fifth(day, np.array([5.0, 1, 2, 3, 4, 1, 2, 3, 4, 5, 6]))
    assert found.tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]  # 6 rows: two of them


def test_money_found_is_money_that_stuck() -> None:
    found = share_found(
        outcomes([1, 1, 0]), np.array([100.0, 300.0, 999.0]), np.array([0.0, 1.0, 1.0])
    )
    assert found == 0.75


def test_brier_and_bins_by_hand() -> None:
    judged, score = outcomes([1, 0, 1, 1]), np.array([0.8, 0.2, 0.85, 1.0])
    assert brier(judged, score) == pytest.approx((0.04 + 0.04 + 0.0225) / 4)
    bins = reliability(judged, score)
    assert [(one.n, one.happened) for one in bins] == [(1, 0.0), (2, 1.0), (1, 1.0)]
    assert bins[1].said == pytest.approx(0.825)


def test_a_score_that_is_twice_as_sure_as_it_should_be_has_slope_a_half() -> None:
    rng = np.random.default_rng(2)
    logit = rng.normal(0, 1.5, 20_000)
    y = (rng.random(20_000) < 1 / (1 + np.exp(-logit))).astype(int)
    right, sure = 1 / (1 + np.exp(-logit)), 1 / (1 + np.exp(-2 * logit))
    judged = outcomes(y.tolist())
    assert calibration_slope(judged, right) == pytest.approx(1.0, abs=0.05)
    assert calibration_slope(judged, sure) == pytest.approx(0.5, abs=0.03)
    assert calibration_slope(judged, np.full(20_000, 0.4)) is None


def test_lengths_must_agree() -> None:
    with pytest.raises(ValueError, match="2 outcomes of 1 customers' rows"):
        Outcomes.of([1, 0], [1])


# --- the gate ----------------------------------------------------------------------------------


def drawn(n: int = 2000, customers: int = 100) -> tuple[Outcomes, np.ndarray]:
    """Outcomes of a known chance each, and the logit of that chance."""
    rng = np.random.default_rng(3)
    logit = rng.normal(0, 1.5, n)
    y = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
    return outcomes(y.tolist(), [k % customers for k in range(n)]), logit


def sigmoid(logit: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logit))


def states(judged: Outcomes, score: np.ndarray, challenger: np.ndarray) -> dict[str, bool | None]:
    return {one.name: one.is_met for one in gate(judged, score, challenger).conditions}


def test_a_model_that_knows_the_chances_passes_a_noisy_score() -> None:
    judged, logit = drawn()
    noisy = sigmoid(logit + np.random.default_rng(4).normal(0, 2, len(logit)))
    assert gate(judged, noisy, sigmoid(logit)).passes


def test_what_is_no_better_does_not_replace_what_can_be_checked_by_hand() -> None:
    judged, logit = drawn()
    score = sigmoid(logit)
    assert auc_gain(judged, score, score) == (0.0, (0.0, 0.0))
    assert states(judged, score, score)["orders better"] is False
    assert not gate(judged, score, score).passes


def test_a_better_order_that_is_too_sure_of_itself_does_not_pass() -> None:
    judged, logit = drawn()
    noisy = sigmoid(logit + np.random.default_rng(4).normal(0, 2, len(logit)))
    found = states(judged, noisy, sigmoid(3 * logit))
    assert (found["orders better"], found["as sure as it should be"]) == (True, False)
    assert not gate(judged, noisy, sigmoid(3 * logit)).passes


def test_a_better_order_with_worse_probabilities_does_not_pass() -> None:
    judged, logit = drawn()
    noisy = sigmoid(logit + np.random.default_rng(4).normal(0, 1, len(logit)))
    assert states(judged, noisy, sigmoid(logit - 4))["no less honest"] is False


def test_few_customers_decide_nothing() -> None:
    judged, logit = drawn(customers=19)
    noisy = sigmoid(logit + np.random.default_rng(4).normal(0, 2, len(logit)))
    assert states(judged, noisy, sigmoid(logit))["enough to tell"] is False
    assert not gate(judged, noisy, sigmoid(logit)).passes


def test_a_challenger_finds_the_weights_that_made_the_outcomes() -> None:
    rng = np.random.default_rng(5)
    terms = rng.normal(0, 1, (5000, 2))
    chance = sigmoid(1.0 * terms[:, 0] - 0.5 * terms[:, 1])
    y = (rng.random(5000) < chance).astype(float)
    found = fit(terms, y)
    assert found is not None
    assert np.corrcoef(found.score(terms), chance)[0, 1] > 0.99
    assert fit(terms, np.ones(5000)) is None
