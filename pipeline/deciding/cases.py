"""What a person may decide on a case, and the rules that a decision must meet to be recorded.

Each writer checks first, then appends one event; a refusal is one sentence and writes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal, get_args

from pipeline.drafting.edits import edit_rate
from pipeline.ledger import Ledger, Stale
from pipeline.ledger.entries import what_happened
from pipeline.model import (
    MESSAGE_LANES,
    REASONS,
    CountbackError,
    Decision,
    Entry,
    Event,
    WrongCall,
    fingerprint,
)
from pipeline.outbox import delivery

#: Above this share of changed words an edit counts as an override of the draft.
MATERIAL_EDIT_RATE = 0.10

TimingKind = Literal["prep", "review", "rework", "reroute", "supervision"]


def is_override(decision: Decision) -> bool:
    """Whether the decision corrects what was proposed, rather than taking it as it is."""
    if decision.verdict == "edit":
        return decision.edit_rate > MATERIAL_EDIT_RATE or decision.protected_change
    return decision.verdict != "approve"


def decide(
    ledger: Ledger,
    decision: Decision,
    *,
    by: str,
    now: datetime,
    on_day: date,
    expected_version: int | None = None,
) -> Entry:
    """Record a person's verdict on a case; the edit rate is computed here, from both texts.

    `expected_version` is the case's version that the person saw: if anything was written on
    the case since, the decision is `Stale`. Without it, a verdict of somebody else on the
    same day makes it so. Saying the same again, with nothing said since, writes nothing: whoever
    was not told whether it was recorded may try once more.
    """
    event = decision_event(decision, by=by, now=now, on_day=on_day)
    about = ledger.about(decision.case_id)
    if about and _says_the_same(about[-1], event) and is_own(ledger, about[-1], by):
        return about[-1]
    if expected_version is None:
        _refuse_if_decided(ledger, about, by, on_day)
        expected_version = about[-1].version if about else 0
    return ledger.append(event, expected_version=expected_version)


def decision_event(decision: Decision, *, by: str, now: datetime, on_day: date) -> Event:
    """The event of a decision that meets the rules; raises a sentence when it does not."""
    check_named(by)
    decision = _completed(decision)
    _check(decision, on_day)
    return Event(
        kind="decision",
        subject=decision.case_id,
        by=by,
        at=now,
        on_day=on_day,
        payload=decision.model_dump(mode="json"),
    )


def standing_decision(entries: Iterable[Entry]) -> Entry | None:
    """The last decision on a case that was not undone, of the entries about it."""
    known = list(entries)
    undone = {entry.payload["event_id"] for entry in known if entry.kind == "undone"}
    decided = (e for e in known if e.kind == "decision" and e.event_id not in undone)
    return max(decided, key=lambda entry: entry.seq, default=None)


def undo(ledger: Ledger, event_id: str, *, by: str, now: datetime, on_day: date) -> Entry:
    """Take a decision back, as long as its message was not handed over."""
    check_named(by)
    decision = ledger.find(event_id)
    if decision is None or decision.kind != "decision":
        raise WrongCall(f"{event_id} is no decision: name the id of the decision to undo.")
    about = ledger.about(decision.subject)
    _check_still_undoable(decision, about)
    event = Event(
        kind="undone",
        subject=decision.subject,
        by=by,
        at=now,
        on_day=on_day,
        payload={"event_id": event_id},
    )
    return ledger.append(event, expected_version=about[-1].version)


def kill_switch(ledger: Ledger, on: bool, *, by: str, now: datetime, on_day: date) -> Entry:
    """Stop everything unsent (on), or let sending go on (off)."""
    check_named(by)
    event = Event(
        kind="kill_switch", subject="pilot", by=by, at=now, on_day=on_day, payload={"on": on}
    )
    return ledger.append(event)


def is_stopped(entries: Iterable[Entry]) -> bool:
    """Whether the kill switch is on after these entries."""
    switched = [entry for entry in entries if entry.kind == "kill_switch"]
    return bool(switched) and bool(max(switched, key=lambda e: e.seq).payload["on"])


def record_timing(  # noqa: PLR0913 - a timing says all of this
    ledger: Ledger,
    case_id: str,
    kind: TimingKind,
    *,
    by: str,
    started_at: datetime,
    active_minutes: float,
    now: datetime,
    on_day: date,
    at_idle: Mapping[int, float] | None = None,
) -> Entry:
    """Record how long a person worked on a case (`active_minutes`: idle time left out).

    `at_idle`: the minutes had a gap of so many seconds counted as idle.
    """
    check_named(by)
    _check_timing(kind, started_at, active_minutes, now)
    event = Event(
        kind="timing",
        # Not the case itself: a clock that stops must not make a colleague's decision stale.
        subject=f"timing:{case_id}",
        by=by,
        at=now,
        on_day=on_day,
        payload={
            "case_id": case_id,
            "kind": kind,
            "started_at": started_at.isoformat(),
            "active_minutes": active_minutes,
            **({f"active_minutes_at_{s}": m for s, m in at_idle.items()} if at_idle else {}),
        },
    )
    return ledger.append(event)


def check_named(by: str) -> None:
    """Every entry is somebody's."""
    if not by.strip():
        raise WrongCall("Nobody is named as the one who does this: say who you are.")


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's: capitals and spaces make nobody another."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def is_own(ledger: Ledger, entry: Entry, by: str) -> bool:
    """Whether whoever writes now, under the name `by`, also wrote that entry.

    Where roles count, issuer and subject say so and names say nothing. An entry of before, which
    has no author but a name, is nobody else's for certain.
    """
    me = ledger.author
    if me or entry.actor:
        return entry.actor in ("", me)
    return same_person(entry.by, by)


def is_someone_else(one: Entry, other: Entry) -> bool:
    """Whether two entries are surely two people's; one without an author is nobody's for sure."""
    if one.actor or other.actor:
        return "" not in (one.actor, other.actor) and one.actor != other.actor
    return not same_person(one.by, other.by)


def check_aware(name: str, at: datetime) -> None:
    """A moment without its time zone could be any of twenty-four."""
    if at.utcoffset() is None:
        raise WrongCall(f"{name} {at.isoformat()} has no time zone: give it in UTC.")


def _completed(decision: Decision) -> Decision:
    """The decision with its final text and the edit rate that follows from both texts."""
    final = decision.final_body
    if decision.verdict == "approve":
        final = final or decision.draft_body
    decision = decision.model_copy(update={"final_body": final})
    return decision.model_copy(
        update={"edit_rate": _edit_rate(decision) if decision.verdict == "edit" else 0.0}
    )


def _edit_rate(decision: Decision) -> float:
    """Over the words of the body, and of the subject too once that was changed."""
    if not _is_subject_changed(decision):
        return edit_rate(decision.draft_body, decision.final_body)
    return edit_rate(
        f"{decision.draft_subject}\n{decision.draft_body}",
        f"{decision.subject}\n{decision.final_body}",
    )


def _is_subject_changed(decision: Decision) -> bool:
    return bool(decision.draft_subject) and decision.draft_subject != decision.subject


def _is_text_changed(decision: Decision) -> bool:
    return decision.final_body != decision.draft_body or _is_subject_changed(decision)


def _check(decision: Decision, on_day: date) -> None:
    if decision.verdict in ("approve", "edit"):
        _check_message(decision)
    if decision.verdict == "edit" and not _is_text_changed(decision):
        raise WrongCall(f"The edit on {decision.case_id} changes nothing: approve it as it is.")
    if decision.verdict == "reroute":
        _check_new_lane(decision)
    if decision.verdict == "hold":
        _check_hold(decision, on_day)
    _check_reason(decision)


def _check_message(decision: Decision) -> None:
    case_id = decision.case_id
    if decision.lane not in MESSAGE_LANES:
        raise CountbackError(
            f"{case_id} is in the {decision.lane} lane, which sends the customer no message: "
            "re-route it, hold it or reject it."
        )
    if not decision.final_body.strip():
        raise WrongCall(f"The message of {case_id} is empty: write it, or reject the draft.")
    if decision.verdict == "approve" and _is_text_changed(decision):
        raise WrongCall(
            f"The text of {case_id} differs from its draft: record it as an edit, not an approval."
        )
    _check_bytes(decision)


def _check_bytes(decision: Decision) -> None:
    exact = fingerprint(decision.to, decision.subject, decision.final_body)
    if not decision.approved_hash:
        raise WrongCall(
            f"The approval of {decision.case_id} is bound to no text: give the fingerprint of "
            "its recipient, subject and body."
        )
    if decision.approved_hash != exact:
        raise CountbackError(
            f"The approval of {decision.case_id} is bound to another text than the one given: "
            "read the message again, then approve what it says now."
        )


def _check_new_lane(decision: Decision) -> None:
    if decision.new_lane is None:
        raise WrongCall(f"Re-routing {decision.case_id} needs the lane it goes to.")
    if decision.new_lane == decision.lane:
        raise WrongCall(
            f"{decision.case_id} is already in the {decision.lane} lane: name another lane."
        )


def _check_hold(decision: Decision, on_day: date) -> None:
    if decision.hold_until is None:
        raise WrongCall(f"Holding {decision.case_id} needs the day it is held until.")
    if decision.hold_until <= on_day:
        raise WrongCall(
            f"{decision.case_id} cannot be held until {decision.hold_until}: "
            f"name a day after {on_day}."
        )


def _check_reason(decision: Decision) -> None:
    codes = ", ".join(REASONS)
    if decision.reason is not None and decision.reason not in REASONS:
        raise WrongCall(f"The reason {decision.reason!r} is not known: use one of {codes}.")
    if decision.reason is None and is_override(decision):
        raise WrongCall(
            f"The {decision.verdict} of {decision.case_id} overrides the proposal and needs a "
            f"reason: one of {codes}."
        )
    if decision.reason == "OTHER" and not decision.note.strip():
        raise WrongCall(f"The reason OTHER on {decision.case_id} needs a note: say what it was.")


def _says_the_same(last: Entry, event: Event) -> bool:
    """Whether an entry is this very decision, however long it was looked at."""
    apart = {"review_seconds"}
    return (last.kind, last.by, last.on_day) == (event.kind, event.by, event.on_day) and (
        {k: v for k, v in last.payload.items() if k not in apart}
        == {k: v for k, v in event.payload.items() if k not in apart}
    )


def _refuse_if_decided(ledger: Ledger, about: list[Entry], by: str, on_day: date) -> None:
    """Somebody else's verdict of the same day is not written over unseen."""
    standing = standing_decision(about)
    if standing is None or standing.on_day != on_day:
        return
    if not is_own(ledger, standing, by):
        raise Stale(
            f"{standing.subject} was {what_happened(standing)} by {standing.by} at "
            f"{standing.at:%Y-%m-%d %H:%M} UTC: open it again and decide on what stands now."
        )


def _check_still_undoable(decision: Entry, about: Iterable[Entry]) -> None:
    later = [entry for entry in about if entry.seq > decision.seq]
    for entry in later:
        if entry.kind == "undone" and entry.payload.get("event_id") == decision.event_id:
            raise CountbackError(
                f"The decision on {decision.subject} was already undone {_when(entry)}: "
                "decide anew."
            )
    stands = delivery(later, decision.event_id)
    if stands.last is None or stands.state in ("waiting", "refused"):
        return
    if stands.state == "sent":
        raise CountbackError(
            f"The message of {decision.subject} was handed to the mail system "
            f"{_when(stands.last)}: it can no longer be undone; write to the customer instead."
        )
    raise CountbackError(
        f"The message of {decision.subject} is on its way out since {_when(stands.last)}, and may "
        "have left: say on the page Outbox whether it did."
    )


def _when(entry: Entry) -> str:
    return f"by {entry.by} at {entry.at:%Y-%m-%d %H:%M} UTC"


def _check_timing(kind: str, started_at: datetime, active_minutes: float, now: datetime) -> None:
    if kind not in get_args(TimingKind):
        kinds = ", ".join(get_args(TimingKind))
        raise WrongCall(f"The kind of work {kind!r} is not known: use one of {kinds}.")
    if not (math.isfinite(active_minutes) and active_minutes >= 0):
        raise WrongCall(f"{active_minutes} active minutes is no duration: give 0 or more.")
    check_aware("The start", started_at)
    check_aware("The time", now)
    if started_at > now:
        raise WrongCall(f"The work cannot start at {started_at.isoformat()}, after it was logged.")
