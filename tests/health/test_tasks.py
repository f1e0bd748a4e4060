"""An override's reason opens a task: whose it is, given, closed, and what brings it back."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.acting import Moment
from pipeline.deciding import undo
from pipeline.health import mending, tasks
from pipeline.ledger.entries import what_happened
from pipeline.model import CountbackError, Decision, Event, WrongCall
from pipeline.pilot import Pilot
from tests.drawn import draw
from tests.proving.test_before_after import BOOKS, SETTINGS

MARCH = date(2026, 3, 31)
ANA = Moment(by="Ana", now=datetime(2026, 3, 31, 9, tzinfo=UTC))
Task = tuple[str, str, int, str | None, bool]


@pytest.fixture
def pilot(tmp_path: Path) -> Pilot:
    """Two overrides for p1's contact, one for a rule's timing, one that says nothing."""
    pilot = draw(tmp_path / "pilot", BOOKS, SETTINGS)
    decided(pilot, "p1", date(2026, 2, 5), reason="CONTACT")
    decided(pilot, "p1", date(2026, 2, 12), reason="CONTACT")
    decided(pilot, "p2", date(2026, 2, 12), verdict="hold", reason="TIMING")
    decided(pilot, "p2", date(2026, 2, 20), verdict="approve", reason="TONE")
    return pilot


def decided(pilot: Pilot, customer: str, on: date, **said: Any) -> str:
    decision = Decision(
        case_id=f"{customer}/routine/USD",
        customer_id=customer,
        lane="routine",
        rule="routine",
        invoice_ids=("p1b",),
        **{"verdict": "reject", **said},
    )
    told = {"subject": decision.case_id, "by": "Ben", "on_day": on}
    at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    event = Event(kind="decision", at=at, payload=decision.model_dump(mode="json"), **told)
    with closing(pilot.ledger()) as ledger:
        return ledger.append(event).event_id


def listed(pilot: Pilot) -> list[Task]:
    with pilot.day() as day:
        return [
            (row["reason"], row["about"], row["overrides"], row["person"], row["is_closed"])
            for row in tasks.tasks(day)
        ]


def test_a_reason_opens_one_task_for_its_customer_or_its_rule(pilot: Pilot) -> None:
    assert listed(pilot) == [
        ("CONTACT", "p1", 2, None, False),
        ("TIMING", "routine", 1, None, False),
    ]


def test_it_is_given_closed_and_each_step_is_taken_back(pilot: Pilot) -> None:
    about = ("CONTACT", "p1")
    with pilot.day() as day:
        given = tasks.give(pilot, day, *about, person=" Ben  Lee ", moment=ANA)
    assert listed(pilot)[0] == ("CONTACT", "p1", 2, "Ben Lee", False)
    with pilot.day() as day:
        closed = tasks.close(pilot, day, *about, note="New clerk found", moment=ANA)
    assert listed(pilot)[-1] == ("CONTACT", "p1", 2, "Ben Lee", True)
    with pilot.day() as day:
        with pytest.raises(CountbackError, match="was closed by Ana on 2026-03-31"):
            tasks.close(pilot, day, *about, note="Again", moment=ANA)
        with pytest.raises(CountbackError, match="was changed by Ana since"):
            mending.undo(pilot, day, [given.event_id], moment=ANA)
        [back] = mending.undo(pilot, day, [closed.event_id], moment=ANA)
    assert what_happened(back) == "opened again"
    assert listed(pilot)[0] == ("CONTACT", "p1", 2, "Ben Lee", False)


def test_a_first_giving_taken_back_leaves_it_with_nobody(pilot: Pilot) -> None:
    with pilot.day() as day:
        given = tasks.give(pilot, day, "TIMING", "routine", person="Ben", moment=ANA)
        [back] = mending.undo(pilot, day, [given.event_id], moment=ANA)
    assert what_happened(back) == "given back"
    assert listed(pilot)[1] == ("TIMING", "routine", 1, None, False)


def test_the_next_override_opens_it_again_and_an_undone_one_asks_for_nothing(
    pilot: Pilot,
) -> None:
    with pilot.day() as day:
        tasks.close(pilot, day, "TIMING", "routine", note="Waits a week now", moment=ANA)
    again = decided(pilot, "p1", MARCH, verdict="hold", reason="TIMING")
    assert ("TIMING", "routine", 2, None, False) in listed(pilot)
    with closing(pilot.ledger()) as ledger:
        undo(ledger, again, by="Ben", now=ANA.now, on_day=MARCH)
    assert ("TIMING", "routine", 1, None, True) in listed(pilot)
    with pilot.day() as day:
        tasks.reopen(pilot, day, "TIMING", "routine", moment=ANA)
    assert ("TIMING", "routine", 1, None, False) in listed(pilot)


def test_what_no_override_asks_for_or_nobody_does_is_refused(pilot: Pilot) -> None:
    with pilot.day() as day:
        with pytest.raises(WrongCall, match="No override asks for PAID on p1"):
            tasks.give(pilot, day, "PAID", "p1", person="Ben", moment=ANA)
        with pytest.raises(WrongCall, match="needs a person"):
            tasks.give(pilot, day, "CONTACT", "p1", person=" ", moment=ANA)
        with pytest.raises(WrongCall, match="say what was done"):
            tasks.close(pilot, day, "CONTACT", "p1", note="", moment=ANA)
