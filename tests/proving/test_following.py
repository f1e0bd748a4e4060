"""What became of what was held and of what was sent, counted by hand from a drawn pilot."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.deciding import mark_override
from pipeline.model import Decision, Event, Lane, Verdict
from pipeline.pilot import Pilot
from pipeline.proving.following import followed, outcomes
from tests.drawn import draw
from tests.proving.test_before_after import BOOKS, SETTINGS

FEB = date(2026, 2, 5)


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    """p1b is paid on 14 February; p2d is flagged on the 20th and paid on 2 March."""
    pilot = draw(tmp_path_factory.mktemp("followed") / "pilot", BOOKS, SETTINGS)
    write(pilot, "p1", "p1b", FEB, verdict="hold", reason="TIMING")
    write(pilot, "p2", "p2d", date(2026, 2, 12), verdict="reject", reason="PAID")
    write(pilot, "p1", "p1b", date(2026, 3, 25), verdict="reject", reason="TONE")
    write(pilot, "p2", "p2b", FEB, lane="blocked", verdict="reroute", new_lane="routine")
    write(pilot, "p2", "p2d", date(2026, 2, 18), verdict="approve")
    write(pilot, "p1", "p1b", FEB, lane="waiting", verdict="hold")
    write(pilot, "p1", "p1b", FEB, verdict="reroute", new_lane="relationship")
    return pilot


def write(
    pilot: Pilot, customer: str, invoice: str, on: date, lane: Lane = "routine", **said: Any
) -> str:
    decision = Decision(
        case_id=f"{customer}/{lane}/USD",
        customer_id=customer,
        lane=lane,
        rule=lane,
        invoice_ids=(invoice,),
        **said,
    )
    at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    told = {"subject": decision.case_id, "by": "Ana", "at": at, "on_day": on}
    event = Event(kind="decision", payload=decision.model_dump(mode="json"), **told)
    with closing(pilot.ledger()) as ledger:
        return ledger.append(event).event_id


def sides(pilot: Pilot, as_of: date | None = None) -> dict[str, dict[str, Any]]:
    with pilot.day(as_of) as day:
        rows = outcomes(day, pilot.settings).rows
    return {row["side"]: row for row in followed(rows, pilot.settings)}


def test_each_side_says_what_came_of_it_fourteen_days_later(pilot: Pilot) -> None:
    found = sides(pilot)
    names = ("decided", "watched", "settled", "disputed", "complained")
    told = {side: tuple(row[name] for name in names) for side, row in found.items()}
    assert told == {
        # p1b paid nine days later; p2d flagged eight days later and paid after eighteen; the
        # third was rejected six days ago.
        "held back": (3, 2, 1, 1, 0),
        "sent all the same": (1, 1, 1, 0, 0),
        # p2d: flagged two days after the approval, paid on its twelfth day.
        "as proposed": (1, 1, 1, 1, 0),
    }
    assert found["held back"]["settled_rate"] == 0.5


def test_what_came_later_than_the_day_is_not_known_yet(pilot: Pilot) -> None:
    with pilot.day(date(2026, 2, 13)) as day:
        rows = outcomes(day, pilot.settings).rows
    held = [row for row in rows if row["side"] == "held back"]
    assert [(row["is_settled"], row["is_disputed"], row["is_watched"]) for row in held] == [
        (False, False, False),
        (False, False, False),
    ]


def test_an_approval_under_an_exemption_was_sent_all_the_same(pilot: Pilot, tmp_path: Path) -> None:
    own = draw(tmp_path / "pilot", BOOKS, SETTINGS)
    with closing(own.ledger()) as ledger:
        said = {"check": "contact_stale", "invoice_id": "p1b", "expires_on": "2026-02-28"}
        at = datetime(2026, 2, 4, 9, tzinfo=UTC)
        about = {"subject": "check:contact_stale:p1b", "by": "Ben", "at": at, "on_day": at.date()}
        ledger.append(Event(kind="exemption_granted", payload=said, **about))
    write(own, "p1", "p1b", FEB, verdict="approve")
    write(own, "p1", "p1b", date(2026, 3, 2), verdict="approve")
    found = sides(own)
    assert found["sent all the same"]["decided"] == 1, "the exemption had ended by March"
    assert found["as proposed"]["decided"] == 1


@pytest.mark.parametrize(
    ("verdict", "severity", "is_harm"),
    [
        ("approve", "did_harm", True),
        ("edit", "did_harm", True),
        ("edit", "would_have_harmed", False),
    ],
)
def test_a_mark_of_a_message_that_left_is_harm_only_where_that_message_did_it(
    tmp_path: Path, verdict: Verdict, severity: str, is_harm: bool
) -> None:
    own = draw(tmp_path / "pilot", BOOKS, SETTINGS)
    decision_id = write(own, "p1", "p1b", FEB, verdict=verdict, reason="FACT")
    at = datetime(2026, 2, 6, 9, tzinfo=UTC)
    told = {"subject": "p1/routine/USD", "by": "Ana", "at": at, "on_day": at.date()}
    with closing(own.ledger()) as ledger:
        ledger.append(Event(kind="handed_over", payload={"event_id": decision_id}, **told))
        mark_override(ledger, decision_id, severity, by="Ana", now=at, on_day=at.date())
    with own.day() as day:
        rows = day.metric("sent_messages", customers="SEGMENT").rows
    assert [row["is_marked_harmful"] for row in rows] == [is_harm]
