"""How much an override mattered: said by a person, of what stands, and taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from pipeline.deciding import mark_override, take_back_mark, undo
from pipeline.ledger import Ledger
from pipeline.ledger.entries import what_happened
from pipeline.model import CountbackError, Decision, Entry, Event, EventKind, WrongCall

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
WHEN: dict[str, Any] = {"now": NOW, "on_day": DAY}


def decided(ledger: Ledger, verdict: str = "reject") -> Entry:
    decision = Decision(
        case_id="c1/routine/USD", customer_id="c1", lane="routine", rule="routine",
        invoice_ids=("A",), verdict=verdict, reason="CONTACT",
    )  # fmt: skip
    return write(ledger, "decision", decision.model_dump(mode="json"))


def write(ledger: Ledger, kind: EventKind, payload: dict[str, Any]) -> Entry:
    said = {"subject": "c1/routine/USD", "by": "Ana", "at": NOW, "on_day": DAY}
    return ledger.append(Event(kind=kind, payload=payload, **said))


def test_a_mark_is_an_entry_and_taking_it_back_brings_the_one_before(ledger: Ledger) -> None:
    decision = decided(ledger)
    first = mark_override(
        ledger, decision.event_id, "material", by="Ben", note=" old  clerk ", **WHEN
    )
    assert (first.payload["severity"], first.payload["note"]) == ("material", "old clerk")
    second = mark_override(ledger, decision.event_id, "would_have_harmed", by="Ana", **WHEN)
    assert what_happened(second) == "marked as would_have_harmed"
    with pytest.raises(CountbackError, match="marked anew by Ana"):
        take_back_mark(ledger, first.event_id, by="Ben", **WHEN)
    back = take_back_mark(ledger, second.event_id, by="Ana", **WHEN)
    assert back.payload["severity"] == "material"


def test_without_one_before_nothing_is_said_any_more(ledger: Ledger) -> None:
    mark = mark_override(ledger, decided(ledger).event_id, "cosmetic", by="Ana", **WHEN)
    back = take_back_mark(ledger, mark.event_id, by="Ana", **WHEN)
    assert back.payload["severity"] is None
    assert what_happened(back) == "unmarked"


def test_a_mark_makes_no_colleagues_decision_stale(ledger: Ledger) -> None:
    decision = decided(ledger)
    before = ledger.version(decision.subject)
    mark_override(ledger, decision.event_id, "material", by="Ana", **WHEN)
    assert ledger.version(decision.subject) == before


def test_only_what_has_left_can_have_done_harm(ledger: Ledger) -> None:
    approved = decided(ledger, "approve")
    with pytest.raises(CountbackError, match="has not left"):
        mark_override(ledger, approved.event_id, "did_harm", by="Ana", **WHEN)
    write(ledger, "handed_over", {"event_id": approved.event_id})
    mark = mark_override(ledger, approved.event_id, "did_harm", by="Ana", **WHEN)
    assert mark.payload["severity"] == "did_harm"


def test_what_is_no_mark_of_the_verdict_or_no_decision_is_refused(ledger: Ledger) -> None:
    decision = decided(ledger)
    with pytest.raises(WrongCall, match="say cosmetic or material or would_have_harmed"):
        mark_override(ledger, decision.event_id, "did_harm", by="Ana", **WHEN)
    with pytest.raises(WrongCall, match="Nobody is named"):
        mark_override(ledger, decision.event_id, "material", by=" ", **WHEN)
    with pytest.raises(WrongCall, match="is no decision"):
        mark_override(ledger, "elsewhere", "material", by="Ana", **WHEN)
    undo(ledger, decision.event_id, by="Ana", **WHEN)
    with pytest.raises(CountbackError, match="was undone"):
        mark_override(ledger, decision.event_id, "material", by="Ana", **WHEN)
