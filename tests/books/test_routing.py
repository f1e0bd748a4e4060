"""The policy over drawn books: unknown is never permission, and guards cannot be lifted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from pipeline.desk import Desk
from pipeline.model import Entry, Route, WrongCall
from pipeline.pilot import Pilot
from tests.drawn import Draw, seen

ON = "2026-03-20"
LATE = """
    customers.csv
    customer_id | name  | tier | hands_off
    c1          | One   | mid  |
    c2          | Two   |      |
    c3          | Three | mid  | true

    contacts.csv
    contact_id | customer_id | name | email        | verified_on
    K1         | c1          | Ann  | a@c1.example | 2026-03-01
    K2         | c2          | Bob  | b@c2.example | 2026-03-01

    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount | currency | disputed
    late       | c1          | 2026-01-10 | 2026-02-09 | 100.00 | USD      |
    euro       | c1          | 2026-01-10 | 2026-02-09 | 50.00  | EUR      |
    early      | c1          | 2026-03-10 | 2026-04-09 | 100.00 | USD      |
    undated    | c2          | 2026-01-10 |            | 100.00 | USD      |
    contested  | c2          | 2026-01-10 | 2026-02-09 | 100.00 | USD      | true
    untiered   | c2          | 2026-01-10 | 2026-02-09 | 100.00 | USD      |
    vip        | c3          | 2026-01-10 | 2026-02-09 | 100.00 | USD      |
"""
ALWAYS = {
    "early": "not_due",
    "undated": "blocked",
    "contested": "disputed",
    "vip": "hands_off",
}


def rule(name: str, lane: str, when: str, because: str = "") -> str:
    return f'[[rule]]\nname = "{name}"\nlane = "{lane}"\nwhen = "{when}"\nbecause = "{because}"\n'


def desk(pilot: Pilot, *entries: Entry) -> Desk:
    with seen(pilot, ON, entries) as day:
        return pilot.desk(day)


def routes(pilot: Pilot, *entries: Entry) -> dict[str, Route]:
    return {route.invoice_id: route for route in desk(pilot, *entries).routes}


def lanes(pilot: Pilot, *entries: Entry) -> dict[str, str]:
    return {name: route.lane for name, route in routes(pilot, *entries).items()}


def decided(**payload: Any) -> Entry:
    said = {"verdict": "reroute", "lane": "routine", "customer_id": "c1", **payload}
    return Entry(
        seq=1,
        event_id="e1",
        kind="decision",
        subject="case",
        version=1,
        by="ann",
        at=datetime(2026, 3, 19, 9, tzinfo=UTC),
        on_day=date(2026, 3, 19),
        payload=said,
        previous="",
        hash="",
    )


def test_every_open_invoice_is_routed_once_and_in_one_case(drawn: Draw) -> None:
    found = desk(drawn(LATE))
    names = [route.invoice_id for route in found.routes]
    in_cases = [name for case in found.cases for name in case.invoice_ids]
    assert sorted(names) == ["contested", "early", "euro", "late", "undated", "untiered", "vip"]
    assert sorted(in_cases) == sorted(names)
    for case in found.cases:
        ours = [route for route in found.routes if route.case_id == case.case_id]
        assert {(r.customer_id, r.lane, r.currency) for r in ours} == {
            (case.customer_id, case.lane, case.currency)
        }
        assert case.open_amount == sum(route.open_amount for route in ours)


@pytest.mark.parametrize("lane", ["routine", "relationship"])
def test_no_rule_of_the_pilots_own_lifts_a_guard(drawn: Draw, lane: str) -> None:
    found = lanes(drawn(LATE, rule("chase all", lane, "true")))
    assert {name: found[name] for name in ALWAYS} == ALWAYS
    assert found["late"] == lane


def test_what_cannot_be_told_counts_as_true_on_every_lane_but_routine(drawn: Draw) -> None:
    own = rule("top tier", "relationship", "tier = 'top'", "{customer_name} is {tier}.")
    found = routes(drawn(LATE, own))
    assert (found["late"].lane, found["untiered"].lane) == ("routine", "relationship")
    assert found["untiered"].because == "unknown: Two is unknown."


def test_a_sentence_counts_one_day_and_two_days(drawn: Draw) -> None:
    words = "{days_past_due} day(s), 1 new mail(s), nobody (sic)."
    found = routes(drawn(LATE, rule("told", "relationship", "days_past_due > 0", words)))
    late = found["late"].because
    assert late.endswith(" days, 1 new mail, nobody (sic).")
    assert int(late.partition(" ")[0]) > 1


def test_what_cannot_be_told_is_no_reason_to_chase(drawn: Draw) -> None:
    own = rule("chase mid", "routine", "tier = 'mid'") + rule("others wait", "waiting", "true")
    found = lanes(drawn(LATE, own))
    assert (found["late"], found["untiered"]) == ("routine", "waiting")


def test_a_person_may_move_an_invoice_to_any_lane(drawn: Draw) -> None:
    moved = decided(new_lane="relationship", invoice_ids=["late"])
    found = routes(drawn(LATE), moved)
    assert (found["late"].lane, found["late"].rule) == ("relationship", "re-routed by a person")


@pytest.mark.parametrize("lane", ["routine", "relationship"])
def test_a_person_may_not_move_a_guarded_invoice_to_a_message_lane(drawn: Draw, lane: str) -> None:
    found = lanes(drawn(LATE), decided(new_lane=lane, invoice_ids=list(ALWAYS)))
    assert {name: found[name] for name in ALWAYS} == ALWAYS


def test_a_person_may_move_a_guarded_invoice_to_another_quiet_lane(drawn: Draw) -> None:
    found = lanes(drawn(LATE), decided(new_lane="waiting", invoice_ids=["contested"]))
    assert found["contested"] == "waiting"


def test_looking_at_other_days_and_flavours_changes_no_route(drawn: Draw) -> None:
    pilot = drawn(LATE)
    before = desk(pilot)
    with seen(pilot, ON) as day:
        day.metric("dso", as_of=date(2026, 1, 15), flavour="reported", customers="SEGMENT")
        assert pilot.desk(day).routes == before.routes


@pytest.mark.parametrize(
    ("own", "named"),
    [
        (rule("a", "waiting", "colour = 'red'"), ["'a'", "colour"]),
        (rule("a", "waiting", "open_amount"), ["'a'", "not a yes-or-no"]),
        (rule("a", "nowhere", "true"), ["'a'", "lane"]),
        (rule("a", "waiting", "true") * 2, ["two rules are called 'a'"]),
        (rule("a", "waiting", "true; drop table customers"), ["'a'", "semicolon"]),
        (rule("a", "waiting", "true, false"), ["'a'", "not a yes-or-no"]),
        (rule("a", "waiting", "sum(open_amount) > 5"), ["'a'", "cannot be read"]),
        (rule("a", "waiting", "random() < 0.5"), ["'a'", "random"]),
        (rule("a", "waiting", "due_on < current_date"), ["'a'", "current_date"]),
        (rule("a", "waiting", "cast(customer_name as integer) > 3"), ["'a'", "every invoice"]),
        (rule("a", "waiting", "true", "{colour}"), ["'a'", "colour"]),
        (rule("dispute open", "waiting", "true"), ["'dispute open'", "always stands"]),
        (rule("routine", "waiting", "true"), ["'routine'", "always stands"]),
    ],
)
def test_a_faulty_rule_is_named_with_its_file_and_its_fault(
    drawn: Draw, own: str, named: list[str]
) -> None:
    pilot = drawn(LATE, own)
    with pytest.raises(WrongCall) as raised:
        desk(pilot)
    for word in ["pilot.toml", *named]:
        assert word in str(raised.value)


def test_a_comment_in_a_condition_ends_with_it(drawn: Draw) -> None:
    found = lanes(drawn(LATE, rule("a", "waiting", "tier is null -- unknown ones")))
    assert (found["late"], found["untiered"]) == ("routine", "waiting")


def test_cases_stand_in_the_order_of_comparable_money(drawn: Draw) -> None:
    pilot = drawn(
        """
        invoices.csv
        invoice_id | customer_id | issued_on  | due_on     | amount  | currency
        A          | c1          | 2026-01-05 | 2026-02-04 | 1000.00 | USD
        B          | c2          | 2026-01-05 | 2026-02-04 | 900.00  | GBP
        C          | c3          | 2026-01-05 | 2026-02-04 | 9000.00 | JPY
        D          | c4          | 2026-01-05 | 2026-02-04 | 10.00   | USD
        """,
        """
        [pilot]
        currency = "USD"
        [rates]
        GBP = 1.5
        """,
    )
    with seen(pilot, "2026-02-10") as day:
        order = [case.customer_id for case in pilot.desk(day).cases]
    # Pounds are worth more than they look; yen without a rate cannot be compared, and follow.
    assert order == ["c2", "c1", "c4", "c3"]
