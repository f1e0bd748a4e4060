"""Reviewers made up by the week: how many drafts, how many overridden, how long looked at."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from pipeline.ledger import Ledger
from pipeline.model import Decision, Event
from pipeline.pilot import Pilot
from tests.drawn import Draw

START = date(2026, 1, 1)
GO_LIVE = date(2026, 1, 31)
#: Eighty words: twenty seconds for a quick reader.
DRAFT = " ".join(["word"] * 80)
SETTINGS = """
    [pilot]
    currency = "USD"
    started_on = 2026-01-01
    as_of = 2026-03-31
"""
BOOKS = """
    customers.csv
    customer_id | name
    c1          | Acme
    c2          | Birch

    people.csv
    person_id | name | email           | team
    p1        | Ana  | ana@us.example  | collections
    p2        | Ben  | ben@us.example  | sales

    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount  | currency
    A          | c1          | 2026-01-05 | 2026-02-04 | 100.00  | USD
    B          | c2          | 2026-01-05 | 2026-02-04 | 9000.00 | USD
"""


class Week(NamedTuple):
    """A week of drafts: k of n re-routed, each looked at for so many seconds."""

    k: int
    n: int
    seconds: float = 120.0


#: Overrides fall from 12 to 0 of 20 while a draft is looked at for 120, then for 6 seconds.
RUBBER_STAMPING = [Week(max(12 - 2 * w, 0), 20, 120.0 if w < 4 else 6.0) for w in range(8)]
#: The same fall, read to the end.
CAREFUL = [week._replace(seconds=120.0) for week in RUBBER_STAMPING]


def judge(ledger: Ledger, number: int, on: date, by: str = "Ana", **said: Any) -> None:
    """One decision on a draft of one invoice; taken as it was unless something else is said."""
    customer, invoice = ("c1", "A") if number % 2 else ("c2", "B")
    case = f"{customer}/routine/USD"
    given = {"verdict": "approve", "draft_body": DRAFT, **said}
    decision = Decision(
        case_id=case,
        customer_id=customer,
        lane="routine",
        rule="routine",
        invoice_ids=(invoice,),
        **given,
    )
    ledger.append(
        Event(
            kind="decision",
            subject=case,
            by=by,
            at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC),
            on_day=on,
            payload=decision.model_dump(mode="json"),
        )
    )


MOVED = {"verdict": "reroute", "reason": "RELATIONSHIP", "new_lane": "relationship"}


def work(ledger: Ledger, weeks: Iterable[Week]) -> None:
    """Weeks of drafts from the Monday after go-live on."""
    for place, week in enumerate(weeks):
        on = GO_LIVE + timedelta(days=2 + 7 * place)
        for number in range(week.n):
            said = MOVED if number < week.k else {}
            judge(ledger, number, on, review_seconds=week.seconds, **said)


def check(ledger: Ledger, caught: int, shown: int, on: date) -> None:
    """Drafts with a planted defect, so many of them caught."""
    for number in range(shown):
        ledger.append(
            Event(
                kind="seeded_check_answered",
                subject=f"seeded:{on}:{number}",
                by="Ana",
                at=datetime(on.year, on.month, on.day, 10, tzinfo=UTC),
                on_day=on,
                payload={"case_id": "c1/routine/USD", "is_caught": number < caught},
            )
        )


def reviewed(drawn: Draw, weeks: Iterable[Week], caught: int = 0, shown: int = 0) -> Pilot:
    """A small pilot whose drafts were judged like that."""
    pilot = drawn(BOOKS, SETTINGS)
    with closing(pilot.ledger()) as ledger:
        work(ledger, weeks)
        check(ledger, caught, shown, GO_LIVE + timedelta(days=30))
    return pilot
