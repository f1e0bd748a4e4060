"""The four metrics on a drawn pilot, every figure by hand."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pipeline.deciding import accept_dispute, assign_dispute, flag_dispute, record_timing
from pipeline.pilot import Pilot
from pipeline.proving import before_after, four_metrics
from tests.drawn import Draw

#: Day 0 is Thursday 2026-01-01, go-live Saturday 2026-01-31.
SETTINGS = """
    [pilot]
    currency = "USD"
    started_on = 2026-01-01
    as_of = 2026-03-06

    [segment]
    where = "tier = 'mid'"
    [control]
    where = "tier = 'smb'"
"""
BOOKS = """
    customers.csv
    customer_id | name  | tier | terms
    c1          | Acme  | mid  | NET30
    c2          | Bravo | smb  | NET30

    people.csv
    person_id | name | email
    p1        | Ana  | ana@us.example
    p2        | Ben  | ben@us.example

    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount | currency
    A          | c1          | 2025-12-01 | 2026-01-02 | 100.00 | USD
    B          | c1          | 2026-01-03 | 2026-02-05 | 200.00 | USD
    C          | c1          | 2026-01-05 | 2026-02-06 | 400.00 | USD
    D          | c2          | 2026-01-05 | 2026-02-06 | 800.00 | USD

    applications.csv
    application_id | invoice_id | kind | effective_on | amount | currency
    a1             | A          | cash | 2026-01-20   | 100.00 | USD
    a2             | B          | cash | 2026-02-20   | 200.00 | USD

    prep_log.csv
    item_id | invoice_id | person_id | kind   | started_at          | active_minutes
    i1      | A          | p1        | prep   | 2026-01-06T09:00:00 | 20
    i2      | A          | p1        | prep   | 2026-01-07T09:00:00 | 30
    i3      | B          | p1        | prep   | 2026-02-10T09:00:00 | 4
    i4      | B          | p1        | prep   | 2026-02-11T09:00:00 | 8
    i5      | B          | p1        | review | 2026-02-11T10:00:00 | 3
    i6      | D          | p1        | prep   | 2026-02-11T09:00:00 | 99
"""
DISPUTES = """
    disputes.csv
    dispute_id | invoice_id | flagged_at          | accepted_at         | accepted_by
    d1         | B          | 2026-02-10T10:00:00 | 2026-02-11T09:00:00 | p2
    d2         | C          | 2026-02-20T16:00:00 | 2026-02-23T10:00:00 | p2
    d3         | C          | 2026-03-06T12:00:00 |                     |
"""


def metrics(pilot: Pilot) -> dict[str, dict[str, object]]:
    with pilot.day() as day:
        return four_metrics(day, pilot.settings)


def test_minutes_are_means_of_the_segments_timed_preparations(drawn: Draw) -> None:
    found = metrics(drawn(BOOKS, SETTINGS))["prep_minutes"]
    assert found["baseline"] == {"value": 25.0, "n": 2}
    weeks = {week["week"]: (week["value"], week["n"]) for week in found["weeks"]}  # type: ignore[attr-defined]
    # The other customer's 99 minutes are not the segment's.
    assert weeks[date(2026, 2, 13)] == (6.0, 2)
    assert weeks[date(2026, 2, 20)] == (None, 0)


def test_all_human_minutes_are_shared_by_what_was_resolved(drawn: Draw) -> None:
    found = metrics(drawn(BOOKS, SETTINGS))["prep_minutes"]["human_minutes_per_resolved"]
    assert (found["before"], found["after"]) == (50.0, 15.0)  # type: ignore[index]
    assert found["verdict"] == "cannot tell", "one invoice before and one after prove nothing"  # type: ignore[index]


def test_minutes_are_told_for_every_gap_that_could_count_as_idle(drawn: Draw) -> None:
    pilot = drawn(BOOKS, SETTINGS)
    at = datetime(2026, 2, 10, 9, tzinfo=UTC)
    with closing(pilot.ledger()) as ledger:
        for spent in (None, {60: 1.0, 120: 2.0, 300: 5.0}, {60: 2.0, 120: 2.0, 300: 3.0}):
            record_timing(
                ledger,
                "c1/routine/USD",
                "review",
                by="Ana",
                started_at=at,
                active_minutes=3.0,
                now=at,
                on_day=at.date(),
                at_idle=spent,
            )
    found = metrics(pilot)["prep_minutes"]["idle_sensitivity"]
    assert found == [
        {
            "kind": "review",
            "n": 2,
            "at_60_seconds": 1.5,
            "at_120_seconds": 2.0,
            "at_180_seconds": 3.0,
            "at_300_seconds": 4.0,
        }
    ], "what was timed without its gaps is not there"


def test_the_roll_of_a_week_holds_what_crossed_an_edge(drawn: Draw) -> None:
    found = metrics(drawn(BOOKS, SETTINGS))["dollars_aging"]
    weeks = {week["week"]: week for week in found["weeks"]}  # type: ignore[attr-defined]
    # B falls due on Thursday 5 February and is late on Friday the 6th; C a day later.
    first, second = weeks[date(2026, 2, 6)], weeks[date(2026, 2, 13)]
    assert (first["scheduled"], first["rolled"]) == (Decimal("200.00"), Decimal("200.00"))
    assert (second["scheduled"], second["rolled"]) == (Decimal("400.00"), Decimal("400.00"))
    assert weeks[date(2026, 2, 27)]["scheduled"] == 0


def test_dispute_hours_run_from_the_flag_to_the_owners_acceptance(drawn: Draw) -> None:
    found = metrics(drawn(BOOKS + DISPUTES, SETTINGS))["dispute_hours"]
    hours = {
        one["dispute_id"]: (one["business_hours"], one["clock_hours"])
        for one in found["disputes"]  # type: ignore[attr-defined]
    }
    assert hours["d1"] == (8.0, 23.0)  # Tuesday 10 to 17, then 8 to 9
    assert hours["d2"] == (3.0, 66.0)  # Friday 16 to 17, Monday 8 to 10; a weekend between
    assert (found["n"], found["unrouted"]) == (3, 1)


def test_handing_a_dispute_on_starts_no_new_clock_and_stops_none(drawn: Draw) -> None:
    pilot = drawn(BOOKS, SETTINGS)
    day = date(2026, 2, 10)

    def at(hour: int) -> datetime:
        return datetime(2026, 2, 10, hour, tzinfo=UTC)

    with closing(pilot.ledger()) as ledger:
        flag_dispute(ledger, "C", reason="price", by="ana", now=at(9), on_day=day)
        assign_dispute(ledger, "C", owner="p1", by="ana", now=at(10), on_day=day)
        accept_dispute(ledger, "C", by="p1", now=at(11), on_day=day)
        # The first owner accepted in error: only the right owner's acceptance counts.
        assign_dispute(ledger, "C", owner="p2", by="p1", now=at(13), on_day=day)
    waiting = metrics(pilot)["dispute_hours"]
    assert (waiting["n"], waiting["unrouted"]) == (1, 1)
    with closing(pilot.ledger()) as ledger:
        accept_dispute(ledger, "C", by="p2", now=at(15), on_day=day)
    found = metrics(pilot)["dispute_hours"]
    (dispute,) = found["disputes"]  # type: ignore[misc]
    assert (dispute["business_hours"], found["unrouted"]) == (6.0, 0), found


@pytest.mark.parametrize("read_out", [None, 60])
def test_a_segment_chosen_on_its_own_baseline_is_refused(drawn: Draw, read_out: int | None) -> None:
    windows = """
    [windows]
    selection = [2025-06-01, 2025-09-30]
    baseline = [2025-09-30, 2025-12-31]
"""
    pilot = drawn(BOOKS, SETTINGS + windows)
    with pilot.day() as day:
        found = before_after(day, pilot.settings, read_out)
    assert found["verdict"] == "refused"
    assert "drifts back to the mean" in found["sentence"]
    assert found["rdpd30"] is None
