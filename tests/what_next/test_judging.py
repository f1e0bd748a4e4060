"""A drawn pilot judged from its books and its record: what is counted, and by which rule."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline import reply_desk
from pipeline.acting import Moment
from pipeline.deciding import flag_dispute
from pipeline.model import Decision, EventKind
from pipeline.model import Event as Happened
from pipeline.pilot import Pilot
from pipeline.protocol import charter, sign
from pipeline.proving import before_after
from pipeline.what_next import what_next
from pipeline.what_next.harm import Harm, harm
from tests.drawn import draw
from tests.proving.test_before_after import BOOKS, SETTINGS

LETTERS = """
    contacts.csv
    contact_id | customer_id | name  | email        | verified_on
    k1         | p1          | Maria | ap@p1.test   | 2026-02-01
    k2         | p2          | Otto  | ap@p2.test   | 2026-02-01

    messages.csv
    message_id | thread_id | customer_id | sent_at | sender | recipients | subject | body | direction
    m1 | t1 | p1 | 2026-02-18T10:00:00 | ap@p1.test | x@y.test | Re: due | We are taking this to our lawyers now. | in
    m2 | t2 | p2 | 2026-02-18T10:00:00 | ap@p2.test | x@y.test | Re: due | We will pay on 27 February 2026. | in
    m3 | t3 | p1 | 2026-03-30T10:00:00 | ap@p1.test | x@y.test | Again | Stop harassing us about that invoice. | in
"""  # noqa: E501 - a row is a row
ON = date(2026, 3, 31)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pilot before anything was done in it, its books built: copied, never written on."""
    pilot = draw(tmp_path_factory.mktemp("built") / "pilot", BOOKS + LETTERS, SETTINGS)
    pilot.books()
    return pilot.folder


@pytest.fixture
def pilot(built: Path, tmp_path: Path) -> Pilot:
    return Pilot.open(shutil.copytree(built, tmp_path / "pilot"))


def send(pilot: Pilot, customer: str, invoices: tuple[str, ...], day: date, **more: Any) -> None:
    """A message about these invoices, approved and handed over that day."""
    kind: EventKind = more.pop("kind", "handed_over")
    case = f"{customer}/routine/USD/{invoices[0]}"
    decision = Decision(
        case_id=case,
        customer_id=customer,
        lane="routine",
        rule="routine",
        verdict="approve",
        invoice_ids=invoices,
    )
    payload = {**decision.model_dump(mode="json"), **more}
    told = {"subject": case, "by": "Ana", "at": at(day), "on_day": day}
    with closing(pilot.ledger()) as ledger:
        approved = ledger.append(Happened(kind="decision", payload=payload, **told))
        ledger.append(Happened(kind=kind, payload={"event_id": approved.event_id}, **told))


def harmed(pilot: Pilot) -> Harm:
    with pilot.day() as day:
        return harm(day, pilot.settings, "SEGMENT")


def judged(pilot: Pilot, read_out: int | None = None) -> dict[str, Any]:
    with pilot.day() as day:
        found = before_after(day, pilot.settings, read_out)
        return what_next(day, pilot.settings, pilot.entries(), found)


# --- harm ----------------------------------------------------------------------------------


def test_nothing_sent_is_nothing_known(pilot: Pilot) -> None:
    assert harmed(pilot)[:4] == (0, 0, 0, 0)


def test_an_answer_that_sounds_like_trouble_is_open_until_a_person_closes_it(pilot: Pilot) -> None:
    send(pilot, "p1", ("p1b",), date(2026, 2, 12))
    send(pilot, "p2", ("p2b",), date(2026, 2, 12))
    send(pilot, "c1", ("c1b",), date(2026, 2, 12))  # another side's customer is not counted
    assert harmed(pilot)[:3] == (2, 0, 1)
    with pilot.day() as day:
        moment = Moment(by="Ana", now=at(ON))
        reply_desk.close_message(pilot, day, "m1", verdict="accept", moment=moment)
    # m3 came more than thirty days after anything left.
    found = harmed(pilot)
    assert found[:3] == (2, 1, 0)
    assert found.cases == ("p1/routine/USD/p1b",)


def test_a_complaint_that_had_come_in_before_the_message_left_is_harm(pilot: Pilot) -> None:
    send(pilot, "p2", ("p2b",), date(2026, 2, 12))
    with closing(pilot.ledger()) as ledger:
        flag_dispute(
            ledger,
            "p2b",
            by="Ana",
            now=at(date(2026, 2, 16)),
            on_day=date(2026, 2, 16),
            reason="PRICE",
            received_at=at(date(2026, 2, 11)),
        )
    assert harmed(pilot).harmed == 1


def test_a_dispute_raised_afterwards_and_a_payment_just_before_are_no_harm(pilot: Pilot) -> None:
    send(pilot, "p2", ("p2d",), date(2026, 2, 12))  # flagged on the 20th
    send(pilot, "p1", ("p1b",), date(2026, 3, 20))  # paid on 14 February
    found = harmed(pilot)
    assert found.harmed == 0
    assert found.beside == (
        "Besides, 1 chased what had just been paid, 1 were followed by a new dispute; that is no "
        "harm by itself."
    )


def test_what_a_reviewer_marked_as_harmful_and_let_go_is_harm(pilot: Pilot) -> None:
    send(pilot, "p2", ("p2b",), date(2026, 2, 12), severity="would_have_harmed")
    assert harmed(pilot)[:2] == (1, 1)


def test_a_hand_over_that_nobody_is_sure_of_is_in_doubt(pilot: Pilot) -> None:
    send(pilot, "p2", ("p2b",), date(2026, 3, 20), kind="hand_over_unknown")
    assert harmed(pilot)[:4] == (1, 0, 0, 1)


# --- the whole answer ----------------------------------------------------------------------


def test_unsigned_it_is_what_todays_settings_would_say(pilot: Pilot) -> None:
    found = judged(pilot)
    assert (found["result"], found["is_fixed"]) == ("hold", False)
    assert found["sentence"].startswith("By today's settings, which nobody has signed: hold")
    names = ["days past due", "disputes", "planted defects", "harm"]
    assert [one["name"] for one in found["conditions"]] == names
    # Two customers a side are too few: whatever the days did, nobody can tell.
    assert [one["state"] for one in found["conditions"]] == ["not known"] * 4
    assert found["next"] is None
    assert len(found["would_change"]) == 4


def test_signed_it_quotes_the_rule_its_day_and_its_name(pilot: Pilot) -> None:
    agreed = charter(pilot.settings)
    with closing(pilot.ledger()) as ledger:
        on = date(2026, 1, 2)
        sign(ledger, agreed, pilot.settings, by="Priya", now=at(on), on_day=on)
    found = judged(pilot)
    assert found["is_fixed"]
    assert found["rule"]["text"] in [clause.says for clause in agreed.clauses]
    assert (found["rule"]["fixed_on"], found["rule"]["signed_by"]) == (on, "Priya")
    assert found["sentence"].startswith("By the rule: hold")


def test_an_earlier_read_out_says_which_one_to_judge_by(pilot: Pilot) -> None:
    assert judged(pilot, 60)["sentence"].endswith("Day 90 is over and is the one to judge by.")
    assert "is over" not in judged(pilot, 90)["sentence"]


def test_harm_stops_whatever_the_days_did(pilot: Pilot) -> None:
    send(pilot, "p2", ("p2b",), date(2026, 2, 12), severity="would_have_harmed")
    found = judged(pilot)
    assert found["result"] == "stop"
    assert found["sentence"].endswith("stop; 1 did harm.")


def test_a_refused_comparison_is_held(pilot: Pilot) -> None:
    windows = "selection = [2025-06-01, 2025-09-30]\nbaseline = [2025-09-30, 2025-12-31]"
    with (pilot.folder / "pilot.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"[windows]\n{windows}\n")
    found = judged(Pilot.open(pilot.folder))
    assert found["result"] == "hold"
    assert "overlaps baseline" in found["conditions"][0]["sentence"]
