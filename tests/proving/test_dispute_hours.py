"""Disputes on their way to the right owner: late flags, hand-offs, paid first, not yet for good."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pipeline.deciding import accept_dispute, assign_dispute, flag_dispute
from pipeline.pilot import Pilot
from pipeline.proving import four_metrics
from tests.drawn import Draw

#: Day 0 is Thursday 2026-01-01, go-live Saturday 2026-01-31; the books end on Friday 6 March.
SETTINGS = """
    [pilot]
    currency = "USD"
    started_on = 2026-01-01
    as_of = 2026-03-06
"""
BOOKS = """
    customers.csv
    customer_id | name
    c1          | Acme

    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount | currency
    A          | c1          | 2026-01-05 | 2026-02-04 | 100.00 | USD
    B          | c1          | 2026-01-05 | 2026-02-04 | 100.00 | USD
    C          | c1          | 2026-01-05 | 2026-02-04 | 100.00 | USD

    applications.csv
    application_id | invoice_id | kind | effective_on | amount | currency
    a1             | B          | cash | 2026-02-12   | 100.00 | USD
"""


def hours(pilot: Pilot) -> dict[str, Any]:
    with pilot.day() as day:
        found = four_metrics(day, pilot.settings)["dispute_hours"]
    assert isinstance(found, dict)
    return found


def disputes(*rows: str) -> str:
    header = "dispute_id | invoice_id | received_at | flagged_at | accepted_at | accepted_by"
    lines = "\n".join(f"    {row}" for row in (header, *rows))
    return f"{BOOKS}\n    disputes.csv\n{lines}\n"


def test_what_was_paid_before_anyone_accepted_it_waits_no_longer(drawn: Draw) -> None:
    found = hours(
        drawn(
            disputes(
                # B was paid on Thursday 12 February, C never.
                "d1 | B | | 2026-02-10T10:00:00 | | ",
                "d2 | C | | 2026-03-06T08:00:00 | | ",
                "d3 | B | | 2026-02-20T08:00:00 | | ",
            ),
            SETTINGS,
        )
    )
    told = {row["dispute_id"]: row for row in found["disputes"]}
    assert told["d1"]["is_settled_unrouted"]
    assert told["d1"]["business_hours"] == 7 + 9 + 9, "to the close of the day it was paid on"
    assert not told["d2"]["is_settled_unrouted"]
    assert not told["d3"]["is_settled_unrouted"], "paid before it was flagged settles nothing"
    assert (found["unrouted"], found["settled_unrouted"]) == (2, 1)
    assert [row["dispute_id"] for row in found["open"]] == ["d3", "d2"], "oldest first"
    assert {row["business_hours"]: row["n"] for row in found["open_by_age"] if row["n"]} == {
        "8 to 24 h": 1,
        "more than a week": 1,
    }


def test_a_late_flag_shows_as_detection_lag_and_flatters_nothing(drawn: Draw) -> None:
    found = hours(
        drawn(
            disputes(
                "d1 | A | 2026-02-09T10:00:00 | 2026-02-10T10:00:00 | 2026-02-10T11:00:00 | Ana",
                "d2 | C | 2026-02-10T04:00:00 | 2026-02-10T10:00:00 | 2026-02-10T11:00:00 | Ana",
                "d3 | B | | 2026-02-10T10:00:00 | 2026-02-10T11:00:00 | Ana",
            ),
            SETTINGS,
        )
    )
    assert found["detection"] == {
        "median_clock": 15.0,
        "longest_clock": 24.0,
        "n": 2,
        "unknown": 1,
    }


def test_an_owner_of_less_than_five_business_days_may_still_hand_it_on(drawn: Draw) -> None:
    accepted = [
        f"d{n} | A | | 2026-02-09T08:00:00 | 2026-02-09T1{n % 2}:00:00 | Ana" for n in range(9)
    ]
    found = hours(
        drawn(
            disputes(
                *accepted,
                # Friday 27 February is five business days before Friday 6 March, Monday four.
                "e1 | C | | 2026-02-27T08:00:00 | 2026-02-27T09:00:00 | Ana",
                "e2 | C | | 2026-03-02T08:00:00 | 2026-03-02T09:00:00 | Ana",
            ),
            SETTINGS,
        )
    )
    fresh = {row["dispute_id"] for row in found["disputes"] if row["is_provisional"]}
    assert fresh == {"e2"}
    assert found["strict"]["provisional"] == 1
    # Two within an hour of eleven; strictly one, the other is watched for an hour only.
    first, strict = found["curve"]["business"][0], found["strict"]
    assert (first["hours"], first["share"], first["at_risk"]) == (1.0, pytest.approx(2 / 11), 11)
    assert strict["median_business"] == 2.0
    assert found["within_4"] == pytest.approx(1.0)


def test_the_median_that_is_not_reached_leaves_how_long_was_watched(drawn: Draw) -> None:
    found = hours(
        drawn(
            disputes(*[f"d{n} | A | | 2026-03-06T08:00:00 | | " for n in range(10)]),
            SETTINGS,
        )
    )
    assert found["median_business"] is None
    assert (found["longest_business"], found["longest_clock"]) == (9.0, 16.0)


def test_every_hand_off_is_counted_and_the_first_owner_right_or_not(drawn: Draw) -> None:
    pilot = drawn(BOOKS, SETTINGS)
    on = date(2026, 2, 10)

    def at(hour: int) -> datetime:
        return datetime(2026, 2, 10, hour, tzinfo=UTC)

    with closing(pilot.ledger()) as ledger:
        for invoice in ("A", "C"):
            flag_dispute(ledger, invoice, reason="price", by="ana", now=at(9), on_day=on)
        assign_dispute(ledger, "A", owner="ben", by="ana", now=at(10), on_day=on)
        accept_dispute(ledger, "A", by="ben", now=at(11), on_day=on)
        assign_dispute(ledger, "A", owner="cy", by="ben", now=at(12), on_day=on)
        accept_dispute(ledger, "A", by="cy", now=at(13), on_day=on)
        assign_dispute(ledger, "C", owner="cy", by="ana", now=at(12), on_day=on)
        accept_dispute(ledger, "C", by="cy", now=at(13), on_day=on)
        flag_dispute(ledger, "B", reason="price", by="ana", now=at(9), on_day=on)
    found = hours(pilot)
    assert found["hand_offs"] == [{"hand_offs": 0, "n": 2}, {"hand_offs": 1, "n": 1}]
    assert (found["first_touch_right"]["k"], found["first_touch_right"]["n"]) == (1, 2)
    # Flagged at nine; A was first asked for at ten, C at twelve, B never.
    assert found["first_assignment"] == {
        "median_business": 2.0,
        "n": 2,
        "unassigned": 1,
        "unknown": 0,
    }


def test_an_export_names_the_last_owner_only(drawn: Draw) -> None:
    pilot = drawn(disputes("d1 | A | | 2026-02-10T10:00:00 | 2026-02-10T11:00:00 | Ana"), SETTINGS)
    found = hours(pilot)
    assert found["hand_offs"] == []
    assert found["first_touch_right"]["n"] == 0
    assert found["first_assignment"]["unknown"] == 1
