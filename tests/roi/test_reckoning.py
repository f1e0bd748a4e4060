"""The sums of the case against worked cases, to the cent; and what must always hold of them."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.roi.inputs import SORTS
from pipeline.roi.reckoning import (
    break_even_days,
    break_even_override,
    first_year,
    payback_months,
    reckon,
)

#: The worked cases' short names for our inputs.
OURS = {
    "accounts": "accounts",
    "invoices": "invoices",
    "min_acct": "minutes_per_account",
    "min_inv": "minutes_per_invoice",
    "cycles": "cycles_per_month",
    "prep_after": "prep_minutes_after",
    "review": "review_minutes",
    "inv_after": "minutes_per_invoice_after",
    "override": "override_rate",
    "rework": "rework_minutes",
    "wage": "wage",
    "wage_share": "wage_share",
    "realise": "realisation",
    "billings": "billings_per_year",
    "ddso": "dso_days",
    "coc": "cost_of_capital",
    "run": "run_cost_per_month",
    "setup": "setup_cost",
}
FREE = dict.fromkeys(
    ("model_cost_per_draft", "owner_hours_per_month", "owner_hourly_cost"), Decimal(0)
)


def values(inputs: dict[str, Any]) -> dict[str, Decimal]:
    """A worked case's inputs under our names; what it does not know costs nothing."""
    return {**FREE, **{OURS[name]: Decimal(str(value)) for name, value in inputs.items()}}


def drawn(**changed: object) -> dict[str, Decimal]:
    """A hundred accounts, an hour each by hand, nothing else: 100 h at 40.00 an hour."""
    base = dict.fromkeys(SORTS, Decimal(0))
    base |= {
        "accounts": Decimal(100),
        "invoices": Decimal(100),
        "cycles_per_month": Decimal(1),
        "minutes_per_account": Decimal(60),
        "wage": Decimal(83_200),
        "wage_share": Decimal(1),
        "realisation": Decimal(1),
    }
    return base | {name: Decimal(str(value)) for name, value in changed.items()}


@pytest.fixture(scope="module")
def oracle(shared: Path) -> dict[str, Any]:
    found = json.loads((shared / "oracles" / "score_roi_oracle.json").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def test_the_worked_case_comes_out_to_the_cent_and_negative(oracle: dict[str, Any]) -> None:
    given_, said = values(oracle["roi_inputs"]), oracle["roi"]
    sums = reckon(given_)
    exact = {
        "naive_h_per_cycle": sums.article_hours,
        "before_h": sums.hours_before,
        "after_h": sums.hours_after,
        "saved_h_month": sums.hours_saved,
        "loaded_rate": sums.loaded_rate,
        "labour_month": sums.labour / 12,
        "cash_release": sums.release,
        "finance_year": sums.financing,
        "one_dso_day": sums.dso_day,
        "first_year_net": sums.net,
        "payback_months": payback_months(sums),
        "breakeven_dso_days_year1": break_even_days(given_),
    }
    assert exact.keys() == said.keys()
    for name, value in exact.items():
        assert float(value or 0) == pytest.approx(said[name], rel=1e-12), name
    assert first_year(sums, "USD")["net"] == Decimal("-10783.24")


def test_the_company_wide_case_is_positive(oracle: dict[str, Any]) -> None:
    wide = {"accounts": 800, "invoices": 2200, "billings": 30_000_000, "run": 1500, "setup": 30_000}
    sums = reckon(values({**oracle["roi_inputs"], **wide}))
    assert round(first_year(sums, "USD")["net"]) == 17_009
    assert round(sums.release) == 164_384
    assert float(payback_months(sums) or 0) == pytest.approx(7.7, abs=0.05)


def test_the_lines_of_the_first_year_add_up_to_its_net(oracle: dict[str, Any]) -> None:
    lines = first_year(reckon(values(oracle["roi_inputs"])), "USD")
    assert lines.pop("net") == sum(lines.values())
    assert lines["labour"] == Decimal("5786.62")
    assert lines["financing"] == Decimal("2630.14")


def test_review_stands_inside_the_time_afterwards() -> None:
    # 500 tickets, 15 minutes before, 1 + 2 after, 40.00 an hour, a tool of 100 a month.
    sums = reckon(
        drawn(
            accounts=500,
            minutes_per_account=15,
            prep_minutes_after=1,
            review_minutes=2,
            run_cost_per_month=100,
        )
    )
    assert (sums.labour - sums.tool) / 12 == 3900


def test_set_up_is_paid_back_out_of_what_a_month_leaves() -> None:
    # 8,450 of labour less 499 a month against 1,650 once: 93,762 a year, 6.3 days.
    sums = reckon(drawn(accounts="211.25", run_cost_per_month=499, setup_cost=1650))
    assert sums.labour == 12 * 8450
    assert sums.net == 93_762
    assert float(payback_months(sums) or 0) * 365 / 12 == pytest.approx(6.31, abs=0.01)


def test_a_month_that_earns_nothing_never_pays_back() -> None:
    assert payback_months(reckon(drawn(run_cost_per_month=4000, setup_cost=1))) is None


def test_the_model_and_the_owner_are_in_the_cost() -> None:
    sums = reckon(drawn(model_cost_per_draft="0.05", owner_hours_per_month=3, owner_hourly_cost=60))
    lines = first_year(sums, "USD")
    assert (lines["model"], lines["owner"]) == (Decimal("-60.00"), Decimal("-2160.00"))


def test_released_cash_is_no_part_of_the_net() -> None:
    with_cash = reckon(drawn(billings_per_year=3_650_000, dso_days=4))
    assert with_cash.release == 40_000
    assert with_cash.net == reckon(drawn()).net


def test_break_even_days_bring_the_net_to_nought() -> None:
    values_ = drawn(billings_per_year=3_650_000, cost_of_capital="0.1", setup_cost=60_000)
    days = break_even_days(values_)
    assert days == 12  # 60,000 less 48,000 of labour, at 1,000 a day and year
    assert reckon({**values_, "dso_days": Decimal(12)}).net == 0


def test_break_even_override_brings_the_net_to_nought() -> None:
    values_ = drawn(rework_minutes=60, setup_cost=12_000)
    rate = break_even_override(values_)
    assert rate == Decimal("0.75")
    assert reckon({**values_, "override_rate": Decimal("0.75")}).net == 0


def test_overrides_that_cost_nothing_break_even_nowhere() -> None:
    assert break_even_override(drawn(setup_cost=1)) is None
    assert break_even_days(drawn(setup_cost=1)) is None


# --- what must always hold -----------------------------------------------------------------

amounts = st.decimals(0, 100_000, places=2)
minutes = st.decimals(0, 120, places=2)
shares = st.decimals(0, 1, places=3)
scenarios = st.fixed_dictionaries(
    {
        **dict.fromkeys(("accounts", "invoices"), st.integers(0, 5000).map(Decimal)),
        **dict.fromkeys([name for name, sort in SORTS.items() if sort.unit == "minutes"], minutes),
        **dict.fromkeys(("override_rate", "realisation", "cost_of_capital"), shares),
        **dict.fromkeys([name for name, sort in SORTS.items() if sort.unit == "money"], amounts),
        "cycles_per_month": st.integers(0, 8).map(Decimal),
        "wage_share": st.decimals("0.1", 1, places=2),
        "dso_days": st.decimals(-30, 30, places=1),
        "owner_hours_per_month": st.decimals(0, 100, places=1),
    }
)


@given(scenarios, minutes)
def test_more_minutes_of_review_never_raise_the_net(
    scenario: dict[str, Decimal], more: Decimal
) -> None:
    longer = {**scenario, "review_minutes": scenario["review_minutes"] + more}
    # Exact but for the 28th digit, in which two ways to the same number may differ.
    assert reckon(longer).net <= reckon(scenario).net + Decimal("1e-12")


@given(scenarios)
def test_without_effect_and_time_saved_the_net_is_minus_the_cost(
    scenario: dict[str, Decimal],
) -> None:
    nothing = {
        **scenario,
        "dso_days": Decimal(0),
        "prep_minutes_after": scenario["minutes_per_account"],
        "minutes_per_invoice_after": scenario["minutes_per_invoice"],
        "review_minutes": Decimal(0),
        "override_rate": Decimal(0),
    }
    sums = reckon(nothing)
    lines = first_year(sums, "USD")
    assert sums.labour == sums.financing == 0
    assert lines["net"] == lines["setup"] + lines["tool"] + lines["model"] + lines["owner"]
    assert sums.net == -(sums.setup + sums.running)
