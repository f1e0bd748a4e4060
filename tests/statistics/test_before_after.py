"""The difference in differences: golden pilot, a slow jackknife, and what cannot be said."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pipeline.statistics import Cohort, before_after, minimum_detectable, rdpd, within_customer

CELLS = ("pilot_pre", "pilot_post", "control_pre", "control_post")
EVERYTHING = ("estimate", "se", "df", "ci95", "p")


def simulated(seed: int, pilot: int, control: int, per_customer: int = 6) -> Cohort:
    """A ledger with slow and quick customers, partial payments and open invoices."""
    chance = np.random.default_rng(seed)
    customers = np.repeat(np.arange(pilot + control), per_customer)
    slowness = chance.gamma(1.5, 4.0, pilot + control)[customers]
    days = np.floor(chance.exponential(slowness))
    observed = chance.random(len(days)) < 0.9
    return Cohort(
        customer=customers,
        is_pilot=customers < pilot,
        is_post=np.tile(np.arange(per_customer) % 2 == 1, pilot + control),
        days=np.where(observed, days, np.minimum(days, 40)),
        observed=observed,
        weight=chance.lognormal(7, 1, len(days)),
    )


def kept(cohort: Cohort, rows: np.ndarray) -> Cohort:
    columns = ("customer", "is_pilot", "is_post", "days", "observed", "weight")
    return Cohort(**{name: getattr(cohort, name)[rows] for name in columns})


def slow_change(cohort: Cohort, rows: np.ndarray) -> float:
    pre, post = rows & ~cohort.is_post, rows & cohort.is_post
    cells = (cohort.days, cohort.observed, cohort.weight)
    return rdpd(*(c[post] for c in cells)) - rdpd(*(c[pre] for c in cells))


def slow_variance(cohort: Cohort, arm: np.ndarray) -> tuple[float, int]:
    """One customer struck out of the arm at a time, everything computed anew."""
    members = sorted(set(cohort.customer[arm]))
    theta = np.array([slow_change(cohort, arm & (cohort.customer != c)) for c in members])
    size = len(members)
    return (size - 1) / size * ((theta - theta.mean()) ** 2).sum(), size


@pytest.mark.parametrize("weighing", ["count", "dollar"])
def test_the_golden_pilot_comes_out(golden, golden_cohort, weighing):
    found = before_after(golden_cohort(weighing))
    for cell in CELLS:
        arm, window = cell.split("_")
        assert getattr(found, cell) == pytest.approx(
            golden[f"RDPD30_{weighing}_{arm}_{window}"], abs=1e-6
        )
    expected = golden[f"DiD_{weighing}"]
    assert found.estimate == pytest.approx(expected["estimate"], abs=1e-6)
    assert found.se == pytest.approx(expected["jackknife_se"], abs=1e-6)
    assert found.df == pytest.approx(expected["welch_df"], abs=1e-6)
    assert found.ci95 == pytest.approx(expected["ci95"], abs=1e-6)
    assert found.why == ""


def test_the_golden_interval_covers_the_truth_though_the_point_is_three_times_it(
    golden, golden_cohort
):
    found = before_after(golden_cohort("count"))
    low, high = found.ci95
    assert low < golden["true_sample_effect_RDPD30"] < high
    assert found.estimate < 3 * golden["true_sample_effect_RDPD30"]


@pytest.mark.parametrize("seed", range(5))
def test_the_jackknife_is_leaving_out_one_customer_at_a_time(seed):
    cohort = simulated(seed, pilot=16, control=23)
    (va, na), (vb, nb) = (slow_variance(cohort, arm) for arm in (cohort.is_pilot, ~cohort.is_pilot))
    found = before_after(cohort)
    df = (va + vb) ** 2 / (va**2 / (na - 1) + vb**2 / (nb - 1))
    assert found.estimate == pytest.approx(
        slow_change(cohort, cohort.is_pilot) - slow_change(cohort, ~cohort.is_pilot), abs=1e-9
    )
    assert found.se == pytest.approx((va + vb) ** 0.5, abs=1e-9)
    assert found.df == pytest.approx(df, abs=1e-6)
    assert found.p == pytest.approx(2 * stats.t.sf(abs(found.estimate) / found.se, df))


def test_a_huge_customer_leaves_no_dust_behind():
    cohort = simulated(3, pilot=16, control=16)
    huge = replace(cohort, weight=np.where(cohort.customer == 0, 1e15, cohort.weight))
    va, _ = slow_variance(huge, huge.is_pilot)
    vb, _ = slow_variance(huge, ~huge.is_pilot)
    assert before_after(huge).se == pytest.approx((va + vb) ** 0.5, rel=1e-9)


@given(st.integers(0, 10_000))
def test_order_of_rows_and_names_of_customers_do_not_matter(seed):
    cohort = simulated(seed, pilot=15, control=15)
    order = np.random.default_rng(seed).permutation(len(cohort.days))
    named = replace(cohort, customer=np.array([f"c{c:03d}" for c in cohort.customer]))
    first, again = before_after(cohort), before_after(kept(named, order))
    for field in EVERYTHING:
        assert getattr(first, field) == pytest.approx(getattr(again, field), abs=1e-9)


@pytest.mark.parametrize("missing", CELLS)
def test_an_empty_cell_is_said_and_the_other_cells_still_stand(missing):
    cohort = simulated(1, 16, 16)
    arm, window = missing.split("_")
    gone = (cohort.is_pilot == (arm == "pilot")) & (cohort.is_post == (window == "post"))
    found = before_after(kept(cohort, ~gone))
    assert getattr(found, missing) is None
    assert all(getattr(found, cell) is not None for cell in CELLS if cell != missing)
    assert all(getattr(found, field) is None for field in (*EVERYTHING, "permutation_p"))
    assert found.why.startswith("No invoices fell due")


def test_no_rows_at_all():
    empty = np.array([])
    nobody = Cohort(empty, empty > 0, empty > 0, empty, empty > 0, empty)
    assert before_after(nobody).estimate is None
    assert before_after(nobody).pilot_customers == 0
    assert within_customer(nobody).why


def test_one_customer_in_an_arm_has_an_estimate_but_no_interval():
    found = before_after(simulated(2, pilot=1, control=20))
    assert found.estimate is not None
    assert found.ci95 is None
    assert found.why


def test_customers_who_all_changed_alike_give_no_interval():
    cohort = simulated(2, pilot=16, control=16)
    same = replace(cohort, days=np.full(len(cohort.days), 4.0), observed=cohort.days >= 0)
    found = before_after(same)
    assert (found.estimate, found.se, found.ci95) == (0, None, None)
    assert "alike" in found.why


def test_a_customer_in_both_arms_is_refused():
    cohort = simulated(2, 3, 3)
    with pytest.raises(ValueError, match="stands in both arms"):
        replace(cohort, customer=np.zeros(len(cohort.days), int))
    with pytest.raises(ValueError, match="one length"):
        replace(cohort, is_post=np.array([True]))


def test_small_arms_get_a_seeded_permutation_p_and_large_ones_none():
    small = simulated(5, pilot=9, control=40)
    first = before_after(small, seed=7)
    assert first.permutation_p == before_after(small, seed=7).permutation_p
    assert first.permutation_p == pytest.approx(before_after(small, seed=8).permutation_p, abs=0.03)
    assert before_after(simulated(5, 15, 40)).permutation_p is None


def test_few_customers_are_dealt_in_every_possible_way():
    """3 + 3 customers: 20 deals, so p is a multiple of 1/20, and at least 2/20 by symmetry."""
    found = before_after(simulated(11, pilot=3, control=3))
    assert found.permutation_p * 20 == pytest.approx(round(found.permutation_p * 20))
    assert found.permutation_p >= 0.1 - 1e-12


def test_permutation_p_is_level_when_nothing_happened():
    ps = [before_after(simulated(s, 8, 8), draws=199).permutation_p for s in range(200)]
    assert 0.01 <= np.mean(np.array(ps) <= 0.05) <= 0.09


def test_the_interval_covers_nothing_happening_about_95_times_in_100():
    covered = [
        low <= 0 <= high
        for low, high in (before_after(simulated(s, 30, 60)).ci95 for s in range(300))
    ]
    assert 0.92 <= np.mean(covered) <= 0.98


def test_a_million_invoices_of_5000_customers_take_seconds():
    cohort = simulated(1, pilot=1200, control=3800, per_customer=200)
    assert len(cohort.days) == 1_000_000
    begun = time.perf_counter()
    assert before_after(cohort).ci95 is not None
    assert time.perf_counter() - begun < 5


def test_the_smallest_detectable_effect():
    """z-quantiles at many degrees of freedom: (1.960 + 0.842) standard errors."""
    assert minimum_detectable(1.0, 1e7) == pytest.approx(2.8016, abs=1e-3)
    assert minimum_detectable(1.0, 10) > minimum_detectable(1.0, 100)
    assert minimum_detectable(1.0, 50, power=0.9) > minimum_detectable(1.0, 50)
    assert minimum_detectable(0.0, 50) is None


def test_within_customer_is_welch_on_the_customers_own_changes(golden_cohort):
    cohort = golden_cohort("count")
    late = np.minimum(cohort.days, 30)
    changes = {True: [], False: []}
    for name in sorted(set(cohort.customer)):
        mine = cohort.customer == name
        windows = [late[mine & (cohort.is_post == post)] for post in (False, True)]
        if all(len(w) for w in windows):
            changes[bool(cohort.is_pilot[mine][0])].append(windows[1].mean() - windows[0].mean())
    expected = stats.ttest_ind(changes[True], changes[False], equal_var=False)
    found = within_customer(cohort)
    assert found.estimate == pytest.approx(np.mean(changes[True]) - np.mean(changes[False]))
    assert found.df == pytest.approx(expected.df)
    assert found.ci95 == pytest.approx(tuple(expected.confidence_interval()))
    assert found.pilot_customers == len(changes[True])
    assert found.control_customers == len(changes[False])


def test_within_customer_will_not_drop_only_the_slow_payers():
    cohort = simulated(4, 20, 20)
    assert "followed for less than 30 days" in within_customer(cohort).why
    watched = replace(cohort, followed=np.where(cohort.observed, 90.0, cohort.days))
    assert within_customer(watched).estimate is not None
