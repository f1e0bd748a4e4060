"""A message stops what it may concern until a person has closed it, and nothing else lifts it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from pipeline import reply_desk
from pipeline.__main__ import main
from pipeline.acting import Moment, decide_case, draft_case
from pipeline.drafting.doubts import every_doubt
from pipeline.ledger.entries import what_happened
from pipeline.model import CountbackError, Entry, WrongCall
from pipeline.pilot import Pilot
from pipeline.replies import LABELS
from pipeline.replies.closing import KEPT, TITLES, TO_DO, is_set_aside
from pipeline.warehouse import replies as books
from pipeline.warehouse.day import Day
from tests.drawn import Draw, seen

ON = "2026-03-01"
CASE = "c1/relationship/USD"
BOOKS = """
    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount | terms
    A-1001     | c1          | 2026-01-05 | 2026-02-04 | 100.00 | NET30
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

    messages.csv
    message_id | thread_id | customer_id | sent_at | sender | recipients | subject | body |direction
"""
DISPUTED = "We dispute this: the hours were never delivered."
PAID = "We paid this last week."
THANKS = "Thanks for the reminder."
COPY = "Can you resend the PDF, I can't find it anywhere."
AWAY = "I am out of the office until 12 March with no access to email."


def message(number: str, body: str, *, day: int = 20, direction: str = "in") -> str:
    sender = "ap@customer.example" if direction == "in" else "rita@us.example"
    said = f'"{body}"'
    return (
        f"    {number} | t{number} | c1 | 2026-02-{day}T10:00:00 | {sender} | x@y.example | "
        f"Your bill | {said} | {direction}\n"
    )


def at(by: str = "Ana") -> Moment:
    return Moment(by=by, now=datetime(2026, 3, 1, 12, tzinfo=UTC))


@contextmanager
def looking(pilot: Pilot) -> Iterator[Day]:
    with seen(pilot, ON, pilot.entries()) as day:
        yield day


@pytest.fixture
def wrote(drawn: Draw) -> Any:
    """Draws the books with these messages of customer c1."""

    def make(*messages: str) -> Pilot:
        return drawn(BOOKS + "".join(messages), "[pilot]\nstarted_on = 2026-01-20\n")

    return make


def stops(pilot: Pilot, case_id: str = CASE) -> list[str]:
    with looking(pilot) as day:
        dossier = draft_case(pilot, day, case_id).dossier
        return [doubt.sentence for doubt in every_doubt(dossier) if doubt.blocking]


def lane(pilot: Pilot) -> str:
    with looking(pilot) as day:
        return next(r.lane for r in pilot.desk(day).routes if r.invoice_id == "A-1001")


def close(pilot: Pilot, message_id: str, verdict: Any = "accept", **more: Any) -> Entry:
    by = more.pop("by", "Ana")
    with looking(pilot) as day:
        return reply_desk.close_message(
            pilot, day, message_id, verdict=verdict, moment=at(by), **more
        )


def settle(pilot: Pilot, message_id: str) -> Entry:
    with looking(pilot) as day:
        return reply_desk.settle_message(pilot, day, message_id, moment=at())


def reopen(pilot: Pilot, event_id: str) -> Entry:
    with looking(pilot) as day:
        return reply_desk.reopen_message(pilot, day, event_id, moment=at())


def first(pilot: Pilot) -> dict[str, Any]:
    with looking(pilot) as day:
        return books.replies_of(day, "c1")[0]


def test_a_harmless_message_stops_the_draft_until_a_person_has_closed_it(wrote: Any) -> None:
    pilot = wrote(message("m1", THANKS))
    assert any("no answer is on record" in said for said in stops(pilot))
    entry = close(pilot, "m1")
    assert stops(pilot) == []
    said = entry.payload
    assert (entry.kind, entry.subject, entry.by) == ("reply_closed", "message:m1", "Ana")
    assert (said["customer_id"], said["suggested"], said["label"]) == ("c1", ["UNCLEAR"], "UNCLEAR")
    assert what_happened(entry) == "closed as UNCLEAR"


def test_an_automatic_answer_stops_nothing_and_needs_no_closing(wrote: Any) -> None:
    pilot = wrote(message("m1", AWAY))
    assert stops(pilot) == []
    assert not first(pilot)["stops"]


def test_routing_its_customer_alone_anew_gives_the_day_s_desk(wrote: Any) -> None:
    pilot = wrote(message("m1", DISPUTED))
    with looking(pilot) as day:
        before = pilot.desk(day)
    close(pilot, "m1", "reject")
    with looking(pilot) as day:
        assert pilot.desk_again(day, before, {"c1"}) == pilot.desk(day) != before


def test_another_customers_drafts_go_on(wrote: Any) -> None:
    assert stops(wrote(message("m1", THANKS)), "c2/relationship/USD") == []


def test_each_open_message_has_to_be_closed(wrote: Any) -> None:
    pilot = wrote(message("m1", THANKS, day=18), message("m2", "Ok.", day=19))
    close(pilot, "m2")
    assert stops(pilot)
    assert first(pilot)["message_id"] == "m1"
    close(pilot, "m1")
    assert stops(pilot) == []


def test_what_seemed_a_dispute_goes_on_when_a_person_says_that_it_is_none(wrote: Any) -> None:
    pilot = wrote(message("m1", DISPUTED))
    assert lane(pilot) == "disputed"
    close(pilot, "m1", "change", label="IN_APPROVAL")
    assert lane(pilot) == "relationship"
    assert stops(pilot) == []


def test_a_confirmed_dispute_keeps_its_guard_and_says_where_it_goes(wrote: Any) -> None:
    pilot = wrote(message("m1", DISPUTED))
    close(pilot, "m1")
    assert lane(pilot) == "disputed"
    with pytest.raises(CountbackError, match="nothing to settle"):
        settle(pilot, "m1")
    with pytest.raises(WrongCall, match="no sensitive one"):
        close(pilot, "m1", is_settled=True)


def test_a_person_may_see_a_dispute_where_no_rule_did(wrote: Any) -> None:
    pilot = wrote(message("m1", THANKS))
    close(pilot, "m1", "change", label="DISPUTE")
    assert lane(pilot) == "disputed"
    assert any("is this disputed?" in said for said in stops(pilot, "c1/disputed/USD"))


def test_what_is_asked_of_us_stops_until_it_is_settled(wrote: Any) -> None:
    pilot = wrote(message("m1", COPY))
    close(pilot, "m1")
    [said] = stops(pilot)
    assert "send them the document" in said
    settle(pilot, "m1")
    assert stops(pilot) == []
    with pytest.raises(CountbackError, match="nothing to settle"):
        settle(pilot, "m1")


def test_it_is_paid_waits_until_a_person_says_that_the_money_is_matched(wrote: Any) -> None:
    pilot = wrote(message("m1", PAID))
    close(pilot, "m1")
    assert lane(pilot) == "waiting"
    settle(pilot, "m1")
    assert lane(pilot) == "relationship"


def test_no_label_that_fits_is_said_as_well(wrote: Any) -> None:
    pilot = wrote(message("m1", PAID))
    assert close(pilot, "m1", "reject").payload["labels"] == ["UNCLEAR"]
    assert stops(pilot) == []


def test_an_undone_closing_stops_again(wrote: Any) -> None:
    pilot = wrote(message("m1", THANKS))
    entry = close(pilot, "m1")
    reopen(pilot, entry.event_id)
    assert stops(pilot)
    with pytest.raises(CountbackError, match="look again"):
        reopen(pilot, entry.event_id)


def test_undoing_the_newest_closing_brings_back_the_one_before(wrote: Any) -> None:
    pilot = wrote(message("m1", COPY))
    close(pilot, "m1")
    settled = settle(pilot, "m1")
    reopen(pilot, settled.event_id)
    row = first(pilot)
    assert (row["label"], row["is_settled"], row["stops"]) == ("DOC_REQUEST", False, True)


def test_a_closing_that_an_approval_stands_on_is_not_undone(wrote: Any) -> None:
    pilot = wrote(message("m1", THANKS))
    entry = close(pilot, "m1")
    with looking(pilot) as day:
        decide_case(pilot, day, CASE, verdict="approve", moment=at())
    with pytest.raises(CountbackError, match="take the approval back first"):
        reopen(pilot, entry.event_id)


def test_another_text_under_a_closed_id_is_open(wrote: Any, drawn: Draw) -> None:
    pilot = wrote(message("m1", THANKS))
    close(pilot, "m1")
    assert stops(pilot) == []
    again = drawn(BOOKS + message("m1", DISPUTED))
    assert lane(again) == "disputed"
    assert first(again)["event_id"] is None


def test_a_further_message_stops_again(wrote: Any, drawn: Draw) -> None:
    pilot = wrote(message("m1", THANKS))
    close(pilot, "m1")
    again = drawn(BOOKS + message("m1", THANKS) + message("m2", DISPUTED, day=21))
    assert lane(again) == "disputed"


def test_nobody_unnamed_closes_and_nothing_unknown_is_closed(wrote: Any) -> None:
    pilot = wrote(message("m1", THANKS))
    for wrong in (
        lambda: close(pilot, "m1", by=" "),
        lambda: close(pilot, "m9"),
        lambda: close(pilot, "m1", "change", label="SPAM"),
        lambda: close(pilot, "m1", "change", label="UNCLEAR"),
        lambda: close(pilot, "m1", "change"),
        lambda: settle(pilot, "m1"),
        lambda: reopen(pilot, "nothing"),
    ):
        with pytest.raises(WrongCall):
            wrong()
    with pytest.raises(CountbackError, match="reads otherwise"):
        close(pilot, "m1", stamp="another")
    assert list(pilot.entries()) == []


def test_closing_twice_alike_writes_once(wrote: Any) -> None:
    pilot = wrote(message("m1", THANKS))
    close(pilot, "m1")
    with pytest.raises(CountbackError, match="already"):
        close(pilot, "m1", by="Bo")
    assert len(pilot.entries()) == 1


def test_every_label_says_what_closing_does_and_the_books_agree(wrote: Any) -> None:
    assert set(TITLES) == set(LABELS)
    pilot = wrote(message("m1", THANKS))
    for label in LABELS:
        verdict = {"verdict": "reject"} if label == "UNCLEAR" else {"label": label}
        entry = close(pilot, "m1", **{"verdict": "change", **verdict})
        assert first(pilot)["is_set_aside"] is is_set_aside([label], is_settled=False)
        assert is_set_aside([label], is_settled=False) is (label not in {*KEPT, *TO_DO})
        reopen(pilot, entry.event_id)


def test_the_count_of_open_messages_is_by_customer(wrote: Any) -> None:
    pilot = wrote(message("m1", THANKS), message("m2", "Ok.", day=21), message("m3", AWAY, day=22))
    with looking(pilot) as day:
        assert books.open_counts(day) == [{"customer_id": "c1", "n": 2}]


def test_a_script_closes_settles_and_undoes(wrote: Any, capsys: pytest.CaptureFixture[str]) -> None:
    pilot = wrote(message("m1", COPY))

    def call(*arguments: str) -> tuple[int, str]:
        where = ["--pilot", str(pilot.folder), "--as-of", ON]
        status = main([*arguments, *where])
        told = capsys.readouterr()
        return status, told.out + told.err

    assert call("close", "m1", "--by", "Ana")[0] == 2
    assert call("close", "m1", "--accept", "--by", "Ana", "--json")[0] == 0
    status, out = call("close", "m1", "--settled", "--by", "Ana", "--json")
    assert (status, json.loads(out)["payload"]["is_settled"]) == (0, True)
    assert call("close", "--undo", json.loads(out)["event_id"], "--by", "Ana")[0] == 0
    status, out = call("labels", "--json")
    card = json.loads(out)
    assert (status, card["n"], card["agreement"]["k"]) == (0, 1, 1)
    assert "too few to say" in call("labels")[1]
