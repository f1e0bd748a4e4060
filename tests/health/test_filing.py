"""Whose a message, a ticket or an agreement is: said by a person, and then it counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline.__main__ import main
from pipeline.acting import Moment, draft_case
from pipeline.health import filing, mending
from pipeline.ledger.entries import what_happened
from pipeline.model import CountbackError, WrongCall
from pipeline.pilot import Pilot
from pipeline.warehouse import filing as books
from pipeline.warehouse.day import Day
from tests.drawn import Draw, open_row, seen

ON = "2026-03-01"
BOOKS = """
    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount | terms
    A-1001     | c1          | 2026-01-05 | 2026-02-04 | 100.00 | NET30
    A-1002     | c1          | 2026-01-06 | 2026-02-05 | 200.00 | NET30
    B-2001     | c2          | 2026-01-07 | 2026-02-06 | 300.00 | NET30

    customers.csv
    customer_id | name        | terms | owner_id | po_required
    c1          | Acme Ltd    | NET30 | p1       | false
    c2          | Northlight  | NET30 | p1       | false

    contacts.csv
    contact_id | customer_id | name  | email               | verified_on
    k1         | c1          | Maria | ap@customer.example | 2026-02-20
    k2         | c2          | Otto  | ap@north.example    | 2026-02-20

    people.csv
    person_id | name | email           | active
    p1        | Rita | rita@us.example | true
"""
STRANGER = """From - Tue Feb 10 10:00:00 2026
From: Someone <new@elsewhere.example>
To: rita@us.example
Subject: Your bill
Message-ID: <m1@x>
Date: Tue, 10 Feb 2026 10:00:00 +0000

We dispute this: the hours were never delivered.

From - Wed Feb 11 10:00:00 2026
From: Other <other@elsewhere.example>
To: rita@us.example
Subject: Re: Your bill
Message-ID: <m2@x>
In-Reply-To: <m1@x>
References: <m1@x>
Date: Wed, 11 Feb 2026 10:00:00 +0000

I agree with my colleague.

"""
TICKETS = """
    tickets.csv
    ticket_id | customer_id | opened_at  | kind    | subject
    t1        | nobody      | 2026-02-01 | Claim   | Wrong price
"""
AGREEMENT = """# Master agreement

Invoices are payable within 45 days of receipt.
"""


def at(by: str = "Ana") -> Moment:
    return Moment(by=by, now=datetime(2026, 3, 1, 12, tzinfo=UTC))


@contextmanager
def looking(pilot: Pilot) -> Iterator[Day]:
    with seen(pilot, ON, pilot.entries()) as day:
        yield day


def file(pilot: Pilot, kind: str, key: str, **whose: str) -> Any:
    with looking(pilot) as day:
        return filing.file_under(pilot, day, kind, key, moment=at(), **whose)


def undo(pilot: Pilot, event_id: str) -> None:
    with looking(pilot) as day:
        mending.undo(pilot, day, [event_id], moment=at())


@pytest.fixture
def pilot(drawn: Draw) -> Pilot:
    made = drawn(f"{BOOKS}\n{TICKETS}")
    (made.exports / "inbox.mbox").write_text(STRANGER)
    folder = made.exports / "contracts"
    folder.mkdir()
    (folder / "scan-0042.md").write_text(AGREEMENT)
    return Pilot.open(made.folder)


def rows(pilot: Pilot, name: str) -> list[dict[str, Any]]:
    with looking(pilot) as day:
        return day.table(name)


def flags(pilot: Pilot, invoice_id: str) -> tuple[bool, int, str | None]:
    with looking(pilot) as day:
        row = open_row(day, invoice_id)
    return row["has_dispute_words"], row["open_dispute_tickets"], row["contract_terms"]


def test_nothing_is_guessed_before_a_person_has_said_it(pilot: Pilot) -> None:
    assert flags(pilot, "A-1001") == (False, 0, None)
    with looking(pilot) as day:
        found = filing.matching(day)
    assert [row["message_id"] for row in found["messages"]["unmatched"]] == ["m2@x", "m1@x"]
    assert [row["ticket_id"] for row in found["tickets"]["unmatched"]] == ["t1"]
    [paper] = found["agreements"]
    assert (paper["customer_id"], paper["terms"]) == (None, "NET45")
    assert "within 45 days" in paper["clauses"][0]["quote"]


def test_a_filed_message_stops_drafts_as_any_other_would(pilot: Pilot) -> None:
    with looking(pilot) as day:
        assert draft_case(pilot, day, "c1/relationship/USD").draft.state == "draft"
    file(pilot, "messages", "m1@x", customer_id="c1")
    assert flags(pilot, "A-1001")[0]
    with looking(pilot) as day:
        lanes = {r.invoice_id: r.lane for r in pilot.desk(day).routes}
    assert lanes == {"A-1001": "disputed", "A-1002": "disputed", "B-2001": "relationship"}


def test_a_message_filed_under_one_invoice_stops_that_one_only(pilot: Pilot) -> None:
    file(pilot, "messages", "m1@x", invoice_id="A-1002")
    assert (flags(pilot, "A-1001")[0], flags(pilot, "A-1002")[0]) == (False, True)
    [told] = [row for row in rows(pilot, "matched_messages") if row["message_id"] == "m1@x"]
    assert (told["customer_id"], told["invoice_id"], told["matched_by"]) == (
        "c1",
        "A-1002",
        "person",
    )


def test_the_rest_of_its_thread_follows_a_filed_message(pilot: Pilot) -> None:
    file(pilot, "messages", "m1@x", customer_id="c1")
    how = {row["message_id"]: row["matched_by"] for row in rows(pilot, "matched_messages")}
    assert how == {"m1@x": "person", "m2@x": "thread"}
    assert rows(pilot, "unmatched_messages") == []


def test_a_filing_is_taken_back_to_what_was_said_before(pilot: Pilot) -> None:
    first = file(pilot, "messages", "m1@x", customer_id="c1")
    second = file(pilot, "messages", "m1@x", customer_id="c2")
    assert (flags(pilot, "A-1001")[0], flags(pilot, "B-2001")[0]) == (False, True)
    undo(pilot, second.event_id)
    assert (flags(pilot, "A-1001")[0], flags(pilot, "B-2001")[0]) == (True, False)
    with pytest.raises(CountbackError, match="filed anew"):
        undo(pilot, first.event_id)


def test_taking_the_only_filing_back_leaves_nobody(pilot: Pilot) -> None:
    undo(pilot, file(pilot, "messages", "m1@x", customer_id="c1").event_id)
    assert not flags(pilot, "A-1001")[0]
    assert [what_happened(entry) for entry in pilot.entries()] == ["filed under c1", "unfiled"]


def test_a_filed_ticket_of_a_dispute_kind_disputes_the_account(pilot: Pilot) -> None:
    file(pilot, "tickets", "t1", customer_id="c1")
    assert flags(pilot, "A-1001")[1] == 1
    assert rows(pilot, "unmatched_tickets") == []


def test_a_filed_agreement_is_held_against_the_invoice_and_the_customer(pilot: Pilot) -> None:
    file(pilot, "contracts", "contracts/scan-0042.md", customer_id="c1")
    assert flags(pilot, "A-1001")[2] == "NET45"
    with looking(pilot) as day:
        assert {row["invoice_id"] for row in day.check("terms_conflict")} == {"A-1001", "A-1002"}
        [paper] = books.agreements(day)
    assert (paper["customer_id"], paper["filed_by"], paper["n_conflicts"]) == ("c1", "Ana", 2)


@pytest.mark.parametrize(
    ("kind", "key", "whose", "because"),
    [
        ("messages", "m9@x", {"customer_id": "c1"}, "No message 'm9@x'"),
        ("messages", "m1@x", {"customer_id": "c9"}, "No customer 'c9'"),
        ("messages", "m1@x", {"invoice_id": "Z"}, "No invoice 'Z'"),
        ("messages", "m1@x", {"invoice_id": "A-1001", "customer_id": "c2"}, "is c1's, not c2's"),
        ("messages", "m1@x", {}, "Say whose it is"),
        ("payments", "m1@x", {"customer_id": "c1"}, "cannot be filed"),
    ],
)
def test_what_the_books_do_not_know_is_refused(
    pilot: Pilot, kind: str, key: str, whose: dict[str, str], because: str
) -> None:
    with pytest.raises(WrongCall, match=because):
        file(pilot, kind, key, **whose)


def test_a_bounce_filed_under_a_customer_stops_its_contacts(drawn: Draw) -> None:
    made = drawn(BOOKS)
    bounce = STRANGER.split("From - Wed", maxsplit=1)[0].replace(
        "Someone <new@elsewhere.example>", "MAILER-DAEMON <mailer-daemon@relay.example>"
    )
    (made.exports / "inbox.mbox").write_text(bounce.replace("Your bill", "Undeliverable: bill"))
    pilot = Pilot.open(made.folder)
    assert rows(pilot, "suspended_addresses") == []
    file(pilot, "messages", "m1@x", customer_id="c1")
    [stopped] = rows(pilot, "suspended_addresses")
    assert (stopped["email"], stopped["why"]) == ("ap@customer.example", "bounced")


def test_a_ticket_without_an_opening_day_guards_and_has_no_age(drawn: Draw) -> None:
    made = drawn(BOOKS)
    (made.exports / "desk.csv").write_text(
        "Ticket ID,Customer Email,Customer Name,Ticket Type,Ticket Subject,Ticket Status,"
        "Ticket Priority,Ticket Description,First Response Time,Time to Resolution\n"
        "7,ap@customer.example,Acme,Refund request,Refund us,Open,High,Please,,\n"
    )
    pilot = Pilot.open(made.folder)
    [ticket] = rows(pilot, "open_tickets")
    assert (ticket["concern"], ticket["opened_at"], ticket["days_open"]) == ("dispute", None, None)
    with looking(pilot) as day:
        [route] = [r for r in pilot.desk(day).routes if r.invoice_id == "A-1001"]
        fresh = [row["source"] for row in day.table("source_freshness")]
    assert (route.lane, "tickets" in fresh) == ("disputed", False)
    assert "unknown" in route.because
    assert "1900" not in str(route)


def test_the_command_line_files_lists_and_takes_back(
    pilot: Pilot, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["--pilot", str(pilot.folder), "--as-of", ON, "--json"]
    assert main(["file", "messages", "m1@x", "--customer", "c1", "--by", "Ana", *here]) == 0
    event = json.loads(capsys.readouterr().out)
    assert main(["matching", *here]) == 0
    assert json.loads(capsys.readouterr().out)["messages"]["unmatched"] == []
    assert main(["file", "--undo", event["event_id"], "--by", "Ana", *here]) == 0
    capsys.readouterr()
    assert main(["matching", *here[:-1]]) == 0
    assert "2 of them match no customer" in capsys.readouterr().out
