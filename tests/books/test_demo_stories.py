"""The demo's planted stories, each found where the books should find it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from pipeline import figures
from pipeline.acting import blocking, draft_case
from pipeline.demo import LAST_DAY, STORIES
from pipeline.desk import Desk
from pipeline.health.findings import findings, rows
from pipeline.model import Route
from pipeline.pilot import Pilot
from pipeline.proving import before_after
from pipeline.warehouse.day import Day
from tests.drawn import seen
from tests.shipped import shipped


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    """The exports alone, without what people did about them."""
    return Pilot.open(shipped(tmp_path_factory.mktemp("demo") / "pilot", record=False))


@pytest.fixture(scope="module")
def day(pilot: Pilot) -> Iterator[Day]:
    with seen(pilot, LAST_DAY) as day:
        yield day


@pytest.fixture(scope="module")
def desk(pilot: Pilot, day: Day) -> Desk:
    return pilot.desk(day)


@pytest.fixture(scope="module")
def routes(desk: Desk) -> dict[str, Route]:
    return {route.invoice_id: route for route in desk.routes}


def route(routes: dict[str, Route], story: str, role: str = "invoice") -> Route:
    return routes[STORIES[story].ids[role]]


def blockers(found: Route) -> set[str]:
    return {blocker.code for blocker in found.blockers}


def test_missing_po(routes: dict[str, Route]) -> None:
    found = route(routes, "missing_po")
    assert (found.lane, found.rule) == ("blocked", "purchase order missing")
    assert {"po_missing", "owner_gone"} <= blockers(found)
    assert found.open_amount == Decimal("60000.00")


def test_mid_renewal(routes: dict[str, Route]) -> None:
    assert route(routes, "mid_renewal").lane == "relationship"


def test_open_delivery(routes: dict[str, Route]) -> None:
    found = route(routes, "open_delivery")
    assert (found.lane, found.rule) == ("blocked", "delivery complaint open")


def test_departed_clerk(pilot: Pilot, day: Day, desk: Desk, routes: dict[str, Route]) -> None:
    for role in ("invoice", "second_invoice"):
        found = route(routes, "departed_clerk", role)
        assert "contact_left" in blockers(found)
        made = draft_case(pilot, day, found.case_id, desk)
        assert blocking(made), "approving is off until there is somebody to write to"


def test_bank_fraud(routes: dict[str, Route]) -> None:
    found = route(routes, "bank_fraud")
    assert found.lane in ("blocked", "disputed")
    assert "bank details in question" in {found.rule, *(rule.rule for rule in found.also)}


def test_already_paid(routes: dict[str, Route]) -> None:
    assert route(routes, "already_paid").lane == "waiting"


def test_missed_dispute(routes: dict[str, Route]) -> None:
    found = route(routes, "missed_dispute")
    assert (found.lane, found.rule) == ("disputed", "smells like a dispute")


def test_open_disputes(routes: dict[str, Route], day: Day) -> None:
    ids = STORIES["open_disputes"].ids
    assert routes[ids["invoice"]].lane == routes[ids["accepted_invoice"]].lane == "disputed"
    rows = {row["dispute_id"]: row for row in day.metric("dispute_routing").rows}
    assert rows[ids["dispute"]]["accepted_at"] is None
    assert rows[ids["accepted"]]["accepted_at"] is not None


def test_terms_conflict(routes: dict[str, Route]) -> None:
    assert "terms_conflict" in blockers(route(routes, "terms_conflict"))


def test_re_aged(desk: Desk) -> None:
    row = desk.rows[STORIES["re_aged"].ids["invoice"]]
    assert row["re_aged_due_on"] > row["due_on"]
    assert row["days_past_due"] == (LAST_DAY - row["due_on"]).days > 0


def test_old_debt(desk: Desk) -> None:
    ids = STORIES["old_debt"].ids
    found = [desk.rows[ids[role]]["bucket"] for role in ("invoice", "older", "oldest")]
    assert found == ["31-60", "61-90", "91+"]


def test_stale_contact(pilot: Pilot, day: Day, desk: Desk, routes: dict[str, Route]) -> None:
    case = route(routes, "stale_contact").case_id
    doubts = draft_case(pilot, day, case, desk).draft.doubts
    assert {doubt.code: doubt.blocking for doubt in doubts}["contact_stale"] is False


def test_thin_history(desk: Desk) -> None:
    row = next(
        row
        for row in desk.rows.values()
        if row["customer_id"] == STORIES["thin_history"].ids["three"]
    )
    assert (row["score_n"], row["score_k"]) == (2, 2)
    # Both were late, and still the score stays nearer to the book's rate than to their own.
    assert row["score_book_rate"] < row["score"]
    assert row["score"] - row["score_book_rate"] < 1 - row["score"]


def test_double_customer(day: Day, desk: Desk) -> None:
    ids = STORIES["double_customer"].ids
    (pairs,) = [f for f in findings(day, desk) if f.name == "customer_twins"]
    assert (pairs.n, pairs.is_blocking) == (1, False), "proposed, never merged silently"
    (pair,) = rows(day, pairs.name)
    said = " ".join(str(value) for value in pair.values())
    assert ids["customer"] in said
    assert ids["twin"] in said


def test_weekend_due(desk: Desk) -> None:
    row = desk.rows[STORIES["weekend_due"].ids["invoice"]]
    assert (row["due_on"].isoweekday(), row["days_past_due"]) == (6, 3)


def test_whale(desk: Desk) -> None:
    customer = STORIES["whale"].ids["customer"]
    ranks = {r["customer_rank"] for r in desk.rows.values() if r["customer_id"] == customer}
    assert ranks == {1}


def test_the_demo_ties_out_to_the_cent_and_every_row_is_taken(pilot: Pilot) -> None:
    report = pilot.load()
    assert [tie for tie in report.tie_out if not tie.is_ok] == []
    assert [(file.file, file.reasons) for file in report.files if file.refused] == []


def test_small_effect(pilot: Pilot, day: Day) -> None:
    assert before_after(day, pilot.settings)["verdict"] == "cannot tell"


def test_every_bucket_of_the_demo_holds_money(day: Day) -> None:
    buckets = figures.aging(day)["currencies"]["USD"]["buckets"]
    assert all(buckets[name]["n"] for name in ("current", "1-30", "31-60", "61-90", "91+"))


def test_dso_of_many_days_at_once_is_that_of_each_day(day: Day) -> None:
    ends = [LAST_DAY - timedelta(days=70 * n) for n in range(8)]
    found = figures.dso_weeks(day, ends)
    one_by_one = {
        (arm, on, currency): told
        for arm in ("SEGMENT", "CONTROL")
        for on in ends
        for currency, told in figures.dso(day, 90, arm, as_of=on)["currencies"].items()
    }
    assert found == one_by_one
    assert len(found) > len(ends)


def test_a_case_that_a_check_stops_has_no_draft_to_approve(
    pilot: Pilot, day: Day, desk: Desk
) -> None:
    by_check = {
        blocker.code: next(c for c in desk.cases if route.invoice_id in c.invoice_ids)
        for route in desk.routes
        for blocker in route.blockers
    }
    assert {"owner_gone", "po_missing", "terms_conflict"} <= by_check.keys()
    for check, case in by_check.items():
        assert blocking(draft_case(pilot, day, case.case_id, desk)), check
