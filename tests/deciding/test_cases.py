"""What may be decided on a case, what is refused with which words, and what can be undone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline.deciding import (
    decide,
    is_override,
    is_stopped,
    kill_switch,
    record_timing,
    standing_decision,
    undo,
)
from pipeline.ledger import Ledger, Stale
from pipeline.model import CountbackError, Decision, Entry, Event, WrongCall, fingerprint
from tests.histories import DAY, NOON

TEXT = "Dear Maria, invoice INV-7 over $60,000.00 was due on 14 January; when may we expect it?"
LATER = NOON + timedelta(minutes=30)
WHEN = {"now": NOON, "on_day": DAY}


def decision(verdict: str = "approve", **changed: Any) -> Decision:
    """A decision that is sound but for what the test changes."""
    said: dict[str, Any] = {
        "case_id": "CASE-1",
        "customer_id": "CU-1",
        "lane": "routine",
        "rule": "slow payer",
        "verdict": verdict,
        "invoice_ids": ("INV-7",),
        "to": "maria@customer.example",
        "subject": "Invoice INV-7",
        "draft_body": TEXT,
        "final_body": TEXT,
        **changed,
    }
    exact = fingerprint(said["to"], said["subject"], said["final_body"] or said["draft_body"])
    return Decision(**{"approved_hash": exact, **said})


def edited(final: str = TEXT + " Thank you!", **changed: Any) -> Decision:
    return decision("edit", final_body=final, **changed)


def take(ledger: Ledger, made: Decision, by: str = "ana", **more: Any) -> Entry:
    return decide(ledger, made, by=by, **{**WHEN, **more})


def test_a_changed_subject_is_an_edit_and_counts_its_words(ledger: Ledger) -> None:
    changed = {"draft_subject": "Invoice INV-7 is late", "draft_body": "One two three"}
    entry = take(ledger, decision("edit", final_body="One two three", reason="TONE", **changed))
    assert entry.payload["edit_rate"] == pytest.approx(2 / 5)  # "is late" went, of five words left


def test_a_changed_subject_is_no_approval_as_it_is(ledger: Ledger) -> None:
    with pytest.raises(WrongCall, match="record it as an edit"):
        take(ledger, decision(draft_subject="Invoice INV-7 is late"))


# --- what is recorded ---------------------------------------------------------------------------


def test_a_decision_is_recorded_whole_on_its_case(ledger: Ledger) -> None:
    entry = take(ledger, decision())
    assert (entry.kind, entry.subject, entry.by, entry.version) == ("decision", "CASE-1", "ana", 1)
    assert Decision(**entry.payload) == decision()


def test_an_approval_without_its_final_text_is_of_the_draft(ledger: Ledger) -> None:
    entry = take(ledger, decision(final_body=""))
    assert entry.payload["final_body"] == TEXT


def test_the_edit_rate_is_computed_whatever_the_caller_says(ledger: Ledger) -> None:
    entry = take(ledger, edited("One two three four", draft_body="One two three", reason="TONE"))
    assert entry.payload["edit_rate"] == 0.25
    assert take(ledger, decision(edit_rate=0.9)).payload["edit_rate"] == 0


@pytest.mark.parametrize(
    "made",
    [
        edited(TEXT + " Thanks"),
        edited("Other words", reason="TONE"),
        edited(TEXT + "!", protected_change=True, reason="FACT"),
        decision("reroute", new_lane="disputed", reason="DISPUTE_MISSED"),
        decision("hold", hold_until=date(2026, 3, 3), reason="TIMING"),
        decision("reject", reason="OTHER", note="They called this morning"),
        decision("reroute", lane="blocked", new_lane="routine", reason="PAID", draft_body=""),
        decision(lane="relationship"),
    ],
    ids=lambda made: f"{made.verdict} {made.reason}",
)
def test_a_sound_decision_of_every_kind_is_taken(ledger: Ledger, made: Decision) -> None:
    assert take(ledger, made).payload["verdict"] == made.verdict


def test_what_counts_as_an_override() -> None:
    assert not is_override(decision())
    assert not is_override(edited(edit_rate=0.10))
    assert is_override(edited(edit_rate=0.11))
    assert is_override(edited(edit_rate=0.01, protected_change=True))
    assert all(is_override(decision(verdict)) for verdict in ("reroute", "hold", "reject"))


# --- what is refused ----------------------------------------------------------------------------

REFUSED: dict[str, tuple[Decision, str]] = {
    "a material edit without reason": (
        edited("Pay now."),
        "The edit of CASE-1 overrides the proposal and needs a reason: one of FACT, CONTACT,",
    ),
    "a protected change without reason": (
        edited(TEXT.replace("14", "15"), protected_change=True),
        "The edit of CASE-1 overrides the proposal",
    ),
    "a re-route without reason": (decision("reroute", new_lane="blocked"), "needs a reason"),
    "a hold without reason": (decision("hold", hold_until=date(2026, 4, 1)), "needs a reason"),
    "a rejection without reason": (decision("reject"), "needs a reason: one of"),
    "an unknown reason": (decision("reject", reason="MOOD"), "The reason 'MOOD' is not known"),
    "an approval with an unknown reason": (decision(reason="MOOD"), "The reason 'MOOD'"),
    "OTHER without a note": (
        decision("reject", reason="OTHER", note=" "),
        "The reason OTHER on CASE-1 needs a note: say what it was.",
    ),
    "an edit that changes nothing": (
        edited(TEXT),
        "The edit on CASE-1 changes nothing: approve it as it is.",
    ),
    "an approval of changed words": (
        decision(final_body="Other"),
        "The text of CASE-1 differs from its draft: record it as an edit, not an approval.",
    ),
    "a re-route to nowhere": (
        decision("reroute", reason="PAID"),
        "Re-routing CASE-1 needs the lane it goes to.",
    ),
    "a re-route to the same lane": (
        decision("reroute", new_lane="routine", reason="PAID"),
        "CASE-1 is already in the routine lane: name another lane.",
    ),
    "a hold without end": (
        decision("hold", reason="TIMING"),
        "Holding CASE-1 needs the day it is held until.",
    ),
    "a hold until today": (
        decision("hold", reason="TIMING", hold_until=DAY),
        "CASE-1 cannot be held until 2026-03-02: name a day after 2026-03-02.",
    ),
    "an empty message": (
        decision(draft_body=" ", final_body="\n"),
        "The message of CASE-1 is empty: write it, or reject the draft.",
    ),
    "an approval bound to nothing": (
        decision(approved_hash=""),
        "The approval of CASE-1 is bound to no text: give the fingerprint of its recipient,",
    ),
    "an approval bound to another text": (
        decision(approved_hash=fingerprint("maria@customer.example", "Invoice INV-7", "Other")),
        "The approval of CASE-1 is bound to another text than the one given: read the message",
    ),
    "an edit bound to the draft": (
        edited(approved_hash=fingerprint("maria@customer.example", "Invoice INV-7", TEXT)),
        "is bound to another text",
    ),
}


@pytest.mark.parametrize(("made", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_it_refuses(ledger: Ledger, made: Decision, sentence: str) -> None:
    with pytest.raises(CountbackError) as refused:
        take(ledger, made)
    assert sentence in str(refused.value)
    assert str(refused.value).endswith(".")
    assert ledger.entries() == []


@pytest.mark.parametrize("lane", ["blocked", "hands_off", "disputed", "waiting", "not_due"])
@pytest.mark.parametrize("verdict", ["approve", "edit"])
def test_a_lane_without_a_message_cannot_be_approved(
    ledger: Ledger, lane: str, verdict: str
) -> None:
    final = TEXT if verdict == "approve" else TEXT + "!"
    with pytest.raises(CountbackError, match=f"CASE-1 is in the {lane} lane, which sends the"):
        take(ledger, decision(verdict, lane=lane, final_body=final))


@pytest.mark.parametrize("by", ["", "  "])
def test_nobody_cannot_decide(ledger: Ledger, by: str) -> None:
    with pytest.raises(WrongCall, match="Nobody is named"):
        take(ledger, decision(), by=by)


# --- two people ---------------------------------------------------------------------------------


def test_the_second_to_decide_on_what_both_saw_is_told_who_was_first(ledger: Ledger) -> None:
    take(ledger, decision("hold", reason="TIMING", hold_until=date(2026, 3, 9)))
    with pytest.raises(Stale) as refused:
        take(ledger, decision(), by="ben", now=LATER, expected_version=0)
    assert str(refused.value) == (
        "CASE-1 was put on hold until 2026-03-09 by ana at 2026-03-02 12:00 UTC, after you "
        "opened it: open it again and decide on what stands now."
    )


def test_without_a_version_a_colleagues_verdict_of_the_day_stands(ledger: Ledger) -> None:
    take(ledger, decision())
    with pytest.raises(Stale, match="CASE-1 was approved by ana at 2026-03-02 12:00 UTC: open"):
        take(ledger, decision("reject", reason="PAID"), by="ben", now=LATER)


def test_one_may_change_ones_mind_and_another_day_is_another_decision(ledger: Ledger) -> None:
    take(ledger, decision())
    assert take(ledger, decision("reject", reason="PAID"), now=LATER).version == 2
    tomorrow = {"now": NOON + timedelta(days=1), "on_day": DAY + timedelta(days=1)}
    assert take(ledger, decision(), by="ben", **tomorrow).version == 3


def test_who_saw_the_first_verdict_may_correct_it(ledger: Ledger) -> None:
    first = take(ledger, decision())
    corrected = take(
        ledger,
        decision("reject", reason="PAID"),
        by="ben",
        now=LATER,
        expected_version=first.version,
    )
    assert standing_decision(ledger.about("CASE-1")) == corrected


def test_of_many_who_decide_at_once_one_is_first(ledger: Ledger) -> None:
    def attempt(person: int) -> bool:
        try:
            take(ledger, decision(), by=f"reviewer {person}")
        except Stale:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(attempt, range(12))) == 1
    assert len(ledger.entries()) == 1


# --- undo ---------------------------------------------------------------------------------------


def hand_over(ledger: Ledger, case_id: str, **payload: object) -> Entry:
    return ledger.append(
        Event(
            kind="handed_over", subject=case_id, by="outbox", at=LATER, on_day=DAY, payload=payload
        )
    )


def take_back(ledger: Ledger, event_id: str, by: str = "ana") -> Entry:
    return undo(ledger, event_id, by=by, now=LATER, on_day=DAY)


def test_an_undone_decision_stands_no_longer(ledger: Ledger) -> None:
    entry = take(ledger, decision())
    undone = take_back(ledger, entry.event_id)
    assert (undone.kind, undone.subject) == ("undone", "CASE-1")
    assert undone.payload == {"event_id": entry.event_id}
    assert standing_decision(ledger.about("CASE-1")) is None
    assert take(ledger, decision(), by="ben", now=LATER).version == 3


def test_undoing_the_last_brings_back_the_one_before(ledger: Ledger) -> None:
    first = take(ledger, decision())
    second = take(ledger, decision("reject", reason="PAID"), now=LATER)
    take_back(ledger, second.event_id)
    assert standing_decision(ledger.about("CASE-1")) == first


def test_a_decision_is_undone_once(ledger: Ledger) -> None:
    entry = take(ledger, decision())
    take_back(ledger, entry.event_id, by="ben")
    with pytest.raises(
        CountbackError, match="on CASE-1 was already undone by ben at 2026-03-02 12:30 UTC"
    ):
        take_back(ledger, entry.event_id)


@pytest.mark.parametrize("names_it", [True, False])
def test_what_was_handed_over_cannot_be_undone(ledger: Ledger, names_it: bool) -> None:
    entry = take(ledger, decision())
    hand_over(ledger, "CASE-1", **({"event_id": entry.event_id} if names_it else {}))
    with pytest.raises(CountbackError, match="CASE-1 was handed to the mail system by outbox at"):
        take_back(ledger, entry.event_id)


def test_an_earlier_hand_over_or_another_case_does_not_hinder(ledger: Ledger) -> None:
    sent = take(ledger, decision())
    hand_over(ledger, "CASE-1", event_id=sent.event_id)
    hand_over(ledger, "CASE-2")
    entry = take(ledger, decision(), now=LATER)
    assert take_back(ledger, entry.event_id).kind == "undone"


def test_only_a_decision_can_be_undone(ledger: Ledger) -> None:
    entry = take(ledger, decision())
    undone = take_back(ledger, entry.event_id)
    for event_id in (undone.event_id, "no such id"):
        with pytest.raises(WrongCall, match=f"{event_id} is no decision"):
            take_back(ledger, event_id)
    with pytest.raises(WrongCall, match="Nobody is named"):
        take_back(ledger, entry.event_id, by="")


def test_the_first_to_find_a_case_undone_is_told_so(ledger: Ledger) -> None:
    entry = take(ledger, decision())
    take_back(ledger, entry.event_id)
    with pytest.raises(Stale, match="CASE-1 was put back to undecided by ana"):
        take(ledger, decision(), by="ben", now=LATER, expected_version=1)


# --- the kill switch ----------------------------------------------------------------------------


def test_the_kill_switch_stops_until_it_is_switched_off(ledger: Ledger) -> None:
    assert not is_stopped(ledger.entries())
    entry = kill_switch(ledger, True, by="ana", **WHEN)
    assert (entry.kind, entry.subject, entry.payload) == ("kill_switch", "pilot", {"on": True})
    assert is_stopped(ledger.entries())
    kill_switch(ledger, True, by="ben", **WHEN)
    kill_switch(ledger, False, by="ana", **WHEN)
    assert not is_stopped(ledger.entries())
    with pytest.raises(WrongCall, match="Nobody is named"):
        kill_switch(ledger, True, by=" ", **WHEN)


def test_the_kill_switch_stops_sending_not_deciding(ledger: Ledger) -> None:
    kill_switch(ledger, True, by="ana", **WHEN)
    assert take(ledger, decision()).kind == "decision"


# --- timings ------------------------------------------------------------------------------------


def clock(ledger: Ledger, **changed: Any) -> Entry:
    said = {
        "kind": "review",
        "by": "ana",
        "started_at": NOON,
        "active_minutes": 4.5,
        "now": LATER,
        "on_day": DAY,
    }
    return record_timing(ledger, "CASE-1", **{**said, **changed})


def test_a_timing_is_recorded_beside_its_case(ledger: Ledger) -> None:
    entry = clock(ledger)
    assert entry.payload == {
        "case_id": "CASE-1",
        "kind": "review",
        "started_at": "2026-03-02T12:00:00+00:00",
        "active_minutes": 4.5,
    }
    assert ledger.version("CASE-1") == 0


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"kind": "lunch"}, "The kind of work 'lunch' is not known: use one of prep, review"),
        ({"active_minutes": -1.0}, "-1.0 active minutes is no duration"),
        ({"active_minutes": float("nan")}, "nan active minutes is no duration"),
        ({"active_minutes": float("inf")}, "inf active minutes is no duration"),
        ({"started_at": NOON.replace(tzinfo=None)}, "The start 2026-03-02T12:00:00 has no time"),
        ({"now": NOON.replace(tzinfo=None)}, "The time 2026-03-02T12:00:00 has no time zone"),
        ({"started_at": LATER + timedelta(minutes=1)}, "after it was logged"),
        ({"by": ""}, "Nobody is named"),
    ],
)
def test_a_timing_that_cannot_be_is_refused(
    ledger: Ledger, changed: dict[str, object], sentence: str
) -> None:
    with pytest.raises(WrongCall, match=sentence):
        clock(ledger, **changed)
    assert ledger.entries() == []
