"""The three answers about the override rate, and how often each would be wrong."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from pipeline.statistics import hter, override_trend, pooled_weeks
from pipeline.statistics.logistic import Counts, likeliest, posterior
from pipeline.statistics.overrides import FEWEST_DRAFTS

K = [12, 11, 9, 10, 8, 7, 6, 5]
N = [30, 28, 31, 29, 30, 27, 30, 31]

weekly = st.lists(
    st.integers(0, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=13
)


def simulated(weeks: int, drafts: int, rates: np.ndarray, icc: float, runs: int, seed: int):
    """Verdicts of simulated pilots; with `icc` the weeks differ by more than drafts do."""
    chance = np.random.default_rng(seed)
    for _ in range(runs):
        p = rates
        if icc:
            spread = (1 - icc) / icc
            p = chance.beta(rates * spread, (1 - rates) * spread)
        yield override_trend(chance.binomial(drafts, p).tolist(), [drafts] * weeks).verdict


def test_the_worked_example():
    found = override_trend(K, N)
    assert found.slope == pytest.approx(-0.1664, abs=5e-5)
    assert found.se == pytest.approx(0.0645, abs=5e-5)
    assert found.odds_ratio == pytest.approx(0.847, abs=5e-4)
    assert found.p_one_sided == pytest.approx(0.021, abs=5e-4)
    assert found.cochran_armitage_z == pytest.approx(-2.609, abs=5e-4)
    assert found.mann_kendall_s == -26
    assert found.mann_kendall_p == pytest.approx(0.0002, abs=5e-5)
    assert found.bayes_probability == pytest.approx(0.995, abs=1e-3)
    assert found.verdict == "falling"
    assert found.sentence.startswith("Falling: by the fitted line from 41% to 18%")
    assert found.why == ""


def test_the_fit_is_that_of_statsmodels_glm_with_pearson_dispersion():
    k, n = np.array([30, 22, 9, 25, 12, 4, 15, 3.0]), np.full(8, 40.0)
    design = sm.add_constant(np.arange(8.0))
    theirs = sm.GLM(np.stack([k, n - k], 1), design, family=sm.families.Binomial()).fit()
    phi = theirs.pearson_chi2 / theirs.df_resid
    found = override_trend(k.astype(int).tolist(), n.astype(int).tolist())
    assert phi > 1
    assert found.phi == pytest.approx(phi)
    assert found.slope == pytest.approx(theirs.params[1])
    assert found.se == pytest.approx(theirs.bse[1] * phi**0.5)


def test_the_posterior_agrees_with_a_plain_fine_grid():
    k, n = np.array([2, 0, 1, 0, 0.0]), np.array([6, 5, 9, 7, 5.0])
    week = np.arange(5.0) - 2
    level, slope = np.meshgrid(np.linspace(-9, 6, 901), np.linspace(-3, 3, 901), indexing="ij")
    height = -(level**2) / (2 * 1.5**2) - slope**2 / (2 * 0.5**2)
    for w, hits, trials in zip(week, k, n, strict=True):
        height += hits * (level + slope * w) - trials * np.logaddexp(0, level + slope * w)
    chance = np.exp(height - height.max())
    expected = (chance[:, slope[0] < 0].sum() + chance[:, slope[0] == 0].sum() / 2) / chance.sum()
    assert posterior(Counts(week, k, n)).falling() == pytest.approx(expected, abs=1e-3)


def test_many_drafts_a_week_fit_as_well():
    line = likeliest(Counts(np.arange(4) - 1.5, np.array([3e6, 2e6, 1e6, 5e5]), np.full(4, 9e6)))
    assert np.all(np.isfinite(line.covariance))
    assert line.at[1] < 0


def test_steady_weeks_rule_a_relevant_fall_out_and_few_drafts_do_not():
    many = override_trend([70, 75, 65, 71, 74, 68, 70, 72], [200] * 8)
    few = override_trend([7, 8, 6, 7, 8, 6, 7, 7], [20] * 8)
    assert many.verdict == "not falling"
    assert many.change_ci90[0] > -0.10
    assert few.verdict == "cannot tell"
    assert f"about {few.drafts_needed} drafts a week, and there were 20" in few.sentence
    assert few.drafts_needed > 100


def test_a_low_start_is_said_beside_not_falling():
    found = override_trend([10, 9, 11, 10, 9, 10], [200] * 6)
    assert found.verdict == "not falling"
    assert "began below 10%" in found.sentence


def test_a_fall_that_fits_perfectly_has_no_slope_but_is_a_fall():
    found = override_trend([20] + [0] * 7, [20] * 8)
    assert found.verdict == "falling"
    assert found.slope is found.p_one_sided is found.ci is None
    assert found.why


def test_everything_overridden_is_not_falling_and_nothing_overridden_cannot_tell():
    assert override_trend([20] * 8, [20] * 8).verdict == "not falling"
    nothing = override_trend([0] * 8, [20] * 8)
    assert nothing.verdict == "cannot tell"
    assert "nothing can fall" in nothing.why


@pytest.mark.parametrize(("k", "n"), [([], []), ([9, 5, 1], [20, 20, 20]), ([1] * 9, [2] * 9)])
def test_fewer_than_four_weeks_cannot_tell(k, n):
    found = override_trend(k, n)
    assert found.verdict == "cannot tell"
    assert "a trend needs 4" in found.sentence
    assert found.slope is found.phi is None


def test_thin_weeks_are_pooled_with_the_next_and_the_last_with_the_one_before():
    weeks = pooled_weeks([1, 2, 3, 0, 1, 1], [3, 9, 8, 0, 5, 2])
    assert [(w.first, w.last, w.k, w.n) for w in weeks] == [
        (1, 2, 3, 12),
        (3, 3, 3, 8),
        (4, 6, 2, 7),
    ]
    assert pooled_weeks([1, 0], [2, 1]) == ()


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="week 2: 6 overrides of 5 drafts"):
        override_trend([1, 6], [5, 5])
    with pytest.raises(ValueError, match="shorter"):
        override_trend([1, 2], [5])


@given(weekly)
def test_any_weeks_get_one_of_three_answers_and_lose_no_draft(table):
    k, n = [row[0] for row in table], [row[1] for row in table]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = override_trend(k, n)
    assert found.verdict in ("falling", "not falling", "cannot tell")
    assert found.sentence.lower().startswith(found.verdict)
    pooled = (sum(w.k for w in found.weeks), sum(w.n for w in found.weeks))
    assert pooled == ((sum(k), sum(n)) if sum(n) >= FEWEST_DRAFTS else (0, 0))
    if found.bayes_probability is not None:
        assert 0 <= found.bayes_probability <= 1
        assert found.change_ci90[0] <= found.change_ci90[1]


@pytest.mark.parametrize(
    ("weeks", "drafts", "icc"), [(4, 20, 0.05), (8, 20, 0.0), (8, 20, 0.05), (8, 40, 0.05)]
)
def test_no_change_is_called_falling_in_at_most_7_of_100_pilots(weeks, drafts, icc):
    """Over 1,500 to 3,000 pilots each, it was 3.5 to 5.2 of 100."""
    verdicts = list(simulated(weeks, drafts, np.full(weeks, 0.35), icc, runs=400, seed=77))
    assert verdicts.count("falling") / len(verdicts) <= 0.07


def test_a_steep_fall_is_found_and_is_never_called_steady():
    verdicts = list(simulated(8, 40, np.linspace(0.40, 0.15, 8), 0.0, runs=150, seed=21))
    assert verdicts.count("falling") / len(verdicts) >= 0.80
    assert verdicts.count("not falling") / len(verdicts) <= 0.02


def test_hter_by_hand():
    final = ["please", "pay", "invoice", "77", "by", "friday"]
    assert hter(final, final) == 0
    assert hter(["please", "pay", "invoice", "78", "by", "friday"], final) == pytest.approx(1 / 6)
    assert hter([], final) == 1
    assert hter([], []) == 0
    assert hter(["gone"], []) is None


@given(*[st.lists(st.sampled_from(["pay", "by", "may", "now"]), min_size=1, max_size=12)] * 2)
def test_hter_lies_between_the_difference_in_length_and_the_longer_text(draft, final):
    edits = hter(draft, final) * len(final)
    assert abs(len(draft) - len(final)) - 1e-9 <= edits <= max(len(draft), len(final)) + 1e-9
    assert edits == pytest.approx(hter(final, draft) * len(draft))
