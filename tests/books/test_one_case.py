"""A case asked for alone is routed as on the whole desk, by the figures of the whole book."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.desk import Desk
from pipeline.pilot import Pilot
from pipeline.routing import looks_beyond, policy
from tests.drawn import Draw, seen
from tests.shipped import shipped

ON = "2026-03-20"
TWO_CUSTOMERS = """
    customers.csv
    customer_id | name | tier
    c1          | One  | mid
    c2          | Two  | mid

    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount | currency
    small      | c1          | 2026-01-10 | 2026-02-09 | 100.00 | USD
    large      | c2          | 2026-01-10 | 2026-02-09 | 900.00 | USD
"""


@pytest.fixture
def demo(tmp_path: Path) -> Pilot:
    return Pilot.open(shipped(tmp_path / "demo"))


def alone(whole: Desk, one: Desk, customer_id: str) -> None:
    """Asserts that one customer's desk is his part of the whole one: routes, cases and rows."""
    assert one.routes == tuple(r for r in whole.routes if r.customer_id == customer_id)
    assert one.cases == tuple(c for c in whole.cases if c.customer_id == customer_id)
    assert one.rows == {
        name: row for name, row in whole.rows.items() if row["customer_id"] == customer_id
    }


def test_cases_of_the_demo_are_routed_alone_as_on_the_whole_desk(demo: Pilot) -> None:
    with demo.day() as day:
        whole = demo.desk(day)
        first_cases = {case.customer_id: case.case_id for case in whole.cases}
        for customer_id in list(first_cases)[::4]:
            alone(whole, demo.desk(day, first_cases[customer_id]), customer_id)
    assert len(first_cases) > 50


def test_after_one_case_the_whole_desk_is_whole_again(demo: Pilot) -> None:
    with demo.day() as day:
        one = demo.desk(day, demo.desk(day).cases[0].case_id)
        assert len(demo.desk(day).routes) > len(one.routes)
        assert len(day.table("open_invoices")) == len(demo.desk(day).routes)


def test_one_case_keeps_the_rank_that_its_customer_has_among_all(drawn: Draw) -> None:
    pilot = drawn(TWO_CUSTOMERS)
    with seen(pilot, ON) as day:
        rows = pilot.desk(day, "c1/routine/USD").rows
    assert {name: row["customer_rank"] for name, row in rows.items()} == {"small": 2}


def test_a_case_of_nobody_leaves_the_desk_empty(drawn: Draw) -> None:
    pilot = drawn(TWO_CUSTOMERS)
    with seen(pilot, ON) as day:
        assert pilot.desk(day, "c9/routine/USD").cases == ()


def test_a_rule_that_asks_for_other_rows_is_still_given_them(drawn: Draw) -> None:
    largest = "open_amount = (select max(open_amount) from open_invoices)"
    own = f'[[rule]]\nname = "largest"\nlane = "relationship"\nwhen = "{largest}"\n'
    pilot = drawn(TWO_CUSTOMERS, own)
    with seen(pilot, ON) as day:
        lanes = {r.invoice_id: r.lane for r in pilot.desk(day, "c1/routine/USD").routes}
    assert lanes["small"] == "routine"


@pytest.mark.parametrize(
    ("condition", "is_beyond"),
    [
        ("days_past_due > 0", False),
        ("renews_on >= (select as_of from pilot)", False),
        ("open_amount > (select avg(open_amount) from open_invoices)", True),
        ("exists (FROM words)", True),
    ],
)
def test_a_rule_looks_beyond_its_row_when_it_holds_a_query(condition: str, is_beyond: bool) -> None:
    rule = {"name": "own", "lane": "waiting", "when": condition, "because": "So."}
    assert looks_beyond(policy([rule], "pilot.toml")) is is_beyond


def test_the_shipped_rules_ask_for_no_other_rows() -> None:
    assert not looks_beyond(policy([], "pilot.toml"))
