"""The disputes board: its columns, both parts of the money, its clocks, and who is to be asked."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.acting import Moment, act_on_dispute
from pipeline.disputing import Board, Card, board, route_of
from pipeline.disputing.routes import REASONS, table
from pipeline.model import CountbackError, Entry
from pipeline.pilot import Pilot
from pipeline.settings import DisputeRoute, Settings
from tests.cli.drawing import call, refused
from tests.drawn import draw, open_row

ON = date(2026, 3, 10)  # a Tuesday
BOOKS = """
    customers.csv
    customer_id | name | owner_id
    c1          | One  | P1
    c2          | Two  | P2

    people.csv
    person_id | name      | email          | team    | active
    P1        | Ana Ruiz  | ana@x.example  | sales   | true
    P2        | Ben Cho   | ben@x.example  | sales   | false
    P3        | Cleo Diaz | cleo@x.example | finance | true
    P4        | Dan Eck   | dan@x.example  | tax     | true

    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount  | currency
    part       | c1          | 2026-01-10 | 2026-02-09 | 1000.00 | USD
    whole      | c2          | 2026-01-10 | 2026-02-09 | 200.00  | EUR
    calm       | c1          | 2026-01-10 | 2026-02-09 | 50.00   | USD

    disputes.csv
    dispute_id | invoice_id | received_at | flagged_at | accepted_at | accepted_by | amount | reason
    D1 | part | 2026-03-06T08:00:00Z | 2026-03-06T14:00:00Z |  |  | 300.00 | PRICE
    D2 | whole |  | 2026-03-09T09:00:00Z | 2026-03-09T11:30:00Z | P3 |  | TAX
"""


@pytest.fixture
def pilot(tmp_path: Path, kept: str) -> Pilot:
    return draw(tmp_path / "pilot", BOOKS)


def act(pilot: Pilot, invoice: str, by: str, at: str = "2026-03-10T10:00", **said: Any) -> Entry:
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    with pilot.day(now.date()) as day:
        step, person = said.pop("step", None), said.pop("person", None)
        return act_on_dispute(
            pilot, day, invoice, step=step, person=person, moment=Moment(by=by, now=now), **said
        )


def seen(pilot: Pilot, on: date = ON) -> Board:
    with pilot.day(on) as day:
        return board(day, pilot.settings)


def card(pilot: Pilot, invoice: str, on: date = ON) -> Card:
    found = seen(pilot, on).card(invoice)
    assert found is not None
    return found


def test_the_parts_of_a_disputed_invoice_add_up_to_what_is_open(pilot: Pilot) -> None:
    part, whole = card(pilot, "part"), card(pilot, "whole")
    assert (part.disputed_amount, part.undisputed_amount) == (Decimal(300), Decimal(700))
    assert (whole.disputed_amount, whole.undisputed_amount) == (Decimal(200), Decimal(0))
    for one in seen(pilot).cards:
        assert one.disputed_amount + one.undisputed_amount == one.open_amount
    assert seen(pilot).totals() == {
        "USD": {"disputed": Decimal(300), "undisputed": Decimal(700)},
        "EUR": {"disputed": Decimal(200), "undisputed": Decimal(0)},
    }


def test_business_hours_stand_beside_clock_hours(pilot: Pilot) -> None:
    # Friday 14 to 17 is 3, Monday and Tuesday are 9 each: 21; by the clock 10 h + 4 days = 106.
    waiting = card(pilot, "part")
    assert (waiting.business_hours, waiting.clock_hours) == (21.0, 106.0)
    assert (waiting.sla_hours, waiting.is_late, waiting.detection_hours) == (8, True, 6.0)
    taken = card(pilot, "whole")
    assert (taken.business_hours, taken.clock_hours, taken.is_late) == (2.5, 2.5, False)
    assert taken.detection_hours is None


def test_the_table_says_whom_to_ask_and_nobody_who_left(pilot: Pilot) -> None:
    assert (card(pilot, "part").proposed, card(pilot, "part").backup) == ("Ana Ruiz", "Cleo Diaz")
    act(pilot, "calm", "Eva", step="flag", reason="SERVICE")
    # Nobody is in delivery: the backup is asked, the account's owner.
    assert (card(pilot, "calm").proposed, card(pilot, "calm").backup) == ("Ana Ruiz", None)


def test_a_dispute_of_the_exports_goes_its_way_through_every_column(pilot: Pilot) -> None:
    stages = [card(pilot, "part").stage]
    act(pilot, "part", "Eva", person="Ana Ruiz")
    assert (card(pilot, "part").stage, card(pilot, "part").asked) == ("flagged", "Ana Ruiz")
    act(pilot, "part", "Eva", person="Cleo Diaz")
    act(pilot, "part", "Cleo Diaz", step="accept")
    stages.append(card(pilot, "part").stage)
    assert card(pilot, "part").hand_offs == 1
    act(pilot, "part", "Cleo Diaz", step="evidence", note="Order form, page 2")
    stages.append(card(pilot, "part").stage)
    assert card(pilot, "part").evidence == "Order form, page 2"
    act(pilot, "part", "Cleo Diaz", decision="credit")
    stages.append(card(pilot, "part").stage)
    act(pilot, "part", "Cleo Diaz", step="close")
    stages.append(card(pilot, "part").stage)
    assert stages == ["flagged", "accepted", "evidence", "decided", "closed"]
    done = card(pilot, "part")
    assert (done.dispute_id, done.origin, done.outcome) == (
        "D1",
        "export",
        "Credit what is disputed",
    )
    # Friday 3, Monday 9, Tuesday 8 to 10: the export's flag keeps its clock.
    assert done.business_hours == 14.0
    assert len(seen(pilot).cards) == 2
    with pilot.day(ON) as day:
        assert not open_row(day, "part")["is_disputed"]


def test_what_the_export_has_accepted_may_be_worked_on_at_once(pilot: Pilot) -> None:
    assert (card(pilot, "whole").stage, card(pilot, "whole").owner) == ("accepted", "Cleo Diaz")
    act(pilot, "whole", "Cleo Diaz", step="evidence", note="Exempt since May")
    assert card(pilot, "whole").stage == "evidence"
    # Handed on, it waits for its new owner, whoever had it in the export.
    act(pilot, "whole", "Cleo Diaz", person="Dan Eck")
    assert (card(pilot, "whole").stage, card(pilot, "whole").owner) == ("flagged", None)


def test_the_last_step_is_taken_back_by_whoever_took_it(pilot: Pilot) -> None:
    act(pilot, "calm", "Eva", step="flag", reason="PRICE", amount=Decimal(20))
    with pilot.day(ON) as day:
        assert open_row(day, "calm")["disputed_amount"] == 20
    with pytest.raises(CountbackError, match="flagged by Eva: only Eva can take that back"):
        act(pilot, "calm", "Ana Ruiz", step="undo")
    act(pilot, "calm", "Eva", step="undo")
    assert seen(pilot).card("calm") is None
    with pilot.day(ON) as day:
        assert not open_row(day, "calm")["is_disputed"]
    act(pilot, "calm", "Eva", step="flag", reason="TAX")
    act(pilot, "calm", "Eva", person="Dan Eck")
    act(pilot, "calm", "Eva", step="undo")
    assert (card(pilot, "calm").reason, card(pilot, "calm").asked) == ("TAX", None)


def test_an_undone_close_disputes_the_invoice_again(pilot: Pilot) -> None:
    act(pilot, "whole", "Cleo Diaz", step="close", note="Exempt")
    act(pilot, "whole", "Cleo Diaz", step="undo")
    with pilot.day(ON) as day:
        assert open_row(day, "whole")["is_disputed"]


def test_nothing_that_happened_later_is_on_the_board_of_a_day(pilot: Pilot) -> None:
    act(pilot, "part", "Eva", at="2026-03-12T09:00", person="Ana Ruiz")
    act(pilot, "part", "Ana Ruiz", at="2026-03-12T10:00", step="accept")
    assert card(pilot, "part").asked is None
    assert card(pilot, "part", date(2026, 3, 12)).owner == "Ana Ruiz"


def test_a_pilots_own_line_replaces_what_it_says_and_no_more() -> None:
    own = Settings(disputes={"PRICE": DisputeRoute(owner="Eva", sla_hours=4)})
    assert route_of("price", own).owner == "Eva"
    assert (route_of("PRICE", own).backup, route_of("PRICE", own).sla_hours) == ("finance", 4)
    assert route_of("anything", own).owner == "account owner"


def test_the_verbs_write_and_show_the_same(pilot: Pilot) -> None:
    folder = ("--pilot", pilot.folder, "--as-of", "2026-03-10", "--json")
    said = call(
        "dispute", "calm", "--flag", "--by", "Eva", "--reason", "TAX", "--amount", "20", *folder
    )
    assert said.data["payload"]["amount"] == "20"
    call("dispute", "calm", "--assign", "Dan Eck", "--by", "Eva", *folder)
    call("dispute", "calm", "--accept", "--by", "Dan Eck", *folder)
    call("dispute", "calm", "--evidence", "Certificate on file", "--by", "Dan Eck", *folder)
    said = call("dispute", "calm", "--decide", "credit", "--by", "Dan Eck", *folder)
    assert (said.data["kind"], said.data["payload"]["decision"]) == ("dispute_decided", "credit")
    shown = call("disputes", *folder).data
    assert shown["columns"] == {
        "flagged": 1,
        "accepted": 1,
        "evidence": 0,
        "decided": 1,
        "closed": 0,
    }
    assert shown["currencies"]["USD"] == {"disputed": "320.00", "undisputed": "730.00"}
    call("dispute", "calm", "--undo", "--by", "Dan Eck", *folder)
    assert call("disputes", *folder).data["columns"]["evidence"] == 1
    refused(call("dispute", "calm", "--flag", "--amount", "x", "--by", "Eva", *folder), 2, "'x'")
    text = call("disputes", *folder[:4]).out
    assert "calm (One), 20.00 USD, TAX, Dan Eck" in text


def test_every_reason_has_an_owner_and_somebody_else_behind_it() -> None:
    lines = table(Settings())
    assert [line["reason"] for line in lines] == list(REASONS)
    for line in lines:
        assert line["owner"]
        assert line["backup"]
        assert line["owner"] != line["backup"]
