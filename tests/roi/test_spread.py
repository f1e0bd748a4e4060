"""The range of the answer: one seed gives one band, and the worst case is never above the base."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.roi import SORTS, Given, Scenario, case, chosen
from pipeline.roi.inputs import Input
from pipeline.roi.reckoning import reckon
from pipeline.roi.spread import bases, extreme, spread, tornado, triangular


def scenario(**ranges: tuple[object, object, object]) -> Scenario:
    """The stated assumptions, with some inputs' low, base and high replaced."""
    own = {name: ranged(name, *ends) for name, ends in ranges.items()}
    return chosen(Given(inputs=own), "USD")


def ranged(name: str, low: object, base: object, high: object) -> Input:
    ends = {"low": Decimal(str(low)), "base": Decimal(str(base)), "high": Decimal(str(high))}
    return Input(name=name, tag="given", source="the test", **ends)


def point(name: str) -> tuple[object, object, object]:
    return (SORTS[name].prefill[1],) * 3


def test_one_seed_gives_one_band() -> None:
    assert spread(scenario(), seed=11) == spread(scenario(), seed=11)
    assert spread(scenario(), seed=11) != spread(scenario(), seed=12)


def test_without_a_range_the_band_is_the_net_itself() -> None:
    fixed = scenario(**{name: point(name) for name in SORTS})
    net = float(reckon(bases(fixed)).net)
    found = spread(fixed)
    assert (found.low, found.high) == (pytest.approx(net), pytest.approx(net))
    assert tornado(fixed) == []


def test_the_draws_of_a_triangle_have_its_mean_and_stay_within_it() -> None:
    uniform = np.random.default_rng(3).random(200_000)
    found = triangular(ranged("review_minutes", 2, 4, 9), uniform)
    assert found.min() >= 2
    assert found.max() <= 9
    assert found.mean() == pytest.approx(5.0, abs=0.02)  # (2 + 4 + 9) / 3
    assert (found < 4).mean() == pytest.approx(2 / 7, abs=0.005)


def test_a_triangle_may_lean_wholly_to_one_side() -> None:
    uniform = np.linspace(0, 1, 5)
    assert triangular(ranged("dso_days", 0, 0, 4), uniform)[0] == 0
    assert triangular(ranged("dso_days", -4, 0, 0), uniform)[-1] == 0


def test_eighty_of_a_hundred_draws_lie_in_the_band() -> None:
    found = spread(scenario())
    assert found.low < float(reckon(bases(scenario())).net) < found.high
    assert sum(found.shares) == pytest.approx(1)


def test_the_tornado_is_widest_first_and_moves_one_input_at_a_time() -> None:
    swings = tornado(scenario(setup_cost=(0, 10_000, 50_000)))
    assert swings[0].name == "setup_cost"
    assert swings[0].at_low - swings[0].at_high == 50_000
    assert [swing.size for swing in swings] == sorted((s.size for s in swings), reverse=True)


ends = st.tuples(*[st.decimals(0, 60, places=1)] * 3).map(sorted)


@given(ends, ends, ends)
def test_the_cautious_case_is_never_above_the_base(
    by_hand: list[Decimal], review: list[Decimal], cycles: list[Decimal]
) -> None:
    drawn = scenario(
        minutes_per_account=tuple(by_hand),
        review_minutes=tuple(review),
        cycles_per_month=tuple(end / 2 for end in cycles),
    )
    base = reckon(bases(drawn)).net
    assert reckon(extreme(drawn, is_hopeful=False)).net <= base
    assert reckon(extreme(drawn, is_hopeful=True)).net >= base


# --- what is said of it --------------------------------------------------------------------


def said(**ranges: Any) -> dict[str, Any]:
    return case(scenario(**ranges), "USD")


def test_a_loss_is_shown_as_a_loss() -> None:
    found = said()
    assert found["verdict"] == "does not pay"
    assert found["first_year_net"] < 0
    assert "net -$" in found["sentence"]


def test_a_gain_says_that_it_pays() -> None:
    found = said(accounts=(3000, 3000, 3000), cycles_per_month=(4, 4, 4))
    assert (found["verdict"], found["first_year_net"] > 0) == ("pays", True)
    assert found["payback_months"] < 12


def test_a_band_across_nought_cannot_tell() -> None:
    found = said(accounts=(300, 300, 300), invoices=(800, 800, 800))
    assert found["verdict"] == "cannot tell"


def test_hours_cash_and_financing_stand_apart() -> None:
    found = said(dso_days=(2, 2, 2))
    assert found["cash"]["released_once"] == Decimal("32876.71")
    assert found["financing_per_year"] == Decimal("2630.14")
    year = found["first_year"]
    assert year["net"] == sum(value for name, value in year.items() if name != "net")
    assert found["cash"]["released_once"] not in year.values()


def test_stated_days_are_no_measurement_and_the_case_says_so() -> None:
    assert any("not measured" in warning for warning in said(dso_days=(0, 2, 3))["warnings"])
    assert said()["warnings"] == []


def test_both_forms_stand_side_by_side_with_what_separates_them() -> None:
    found = said()
    assert found["article"]["hours_per_cycle"] == 72.0
    assert (found["corrected"]["hours_before"], found["corrected"]["hours_after"]) == (33.0, 17.75)
    assert "2.7 invoices per account" in found["why_they_differ"]


def test_no_account_to_chase_divides_by_nothing() -> None:
    found = said(accounts=(0, 0, 0), invoices=(0, 0, 0))
    assert found["cost_per_follow_up"] is None
    assert "no account to chase" in found["why_they_differ"]
    assert found["break_even"]["override_rate"] is None


def test_a_vendors_word_is_named_as_one() -> None:
    own = ranged("review_minutes", 1, 1, 1).model_copy(update={"grade": "C"})
    found = case(chosen(Given(inputs={"review_minutes": own}), "USD"), "USD")
    assert any("vendor's word" in warning for warning in found["warnings"])


def test_no_prefill_rests_on_a_vendor_or_on_sources_that_disagree() -> None:
    assert {sort.grade for sort in SORTS.values()} <= {"A", "B", ""}
    assert all(sort.source for sort in SORTS.values())
