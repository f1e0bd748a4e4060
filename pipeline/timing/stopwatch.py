"""What the stopwatch measured, on the record: active minutes of one manual follow-up."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from pipeline.deciding.cases import check_aware, check_named, is_own, same_person
from pipeline.ledger import Ledger
from pipeline.model import Case, CountbackError, Entry, Event, WrongCall

#: Minutes of one stretch between start, pause and stop; what is longer was forgotten running.
LONGEST_STRETCH = 30.0
#: Fewer minutes than this are a slip of the finger.
SHORTEST = 0.05
INSTRUMENT = "stopwatch"


def record_follow_up(
    ledger: Ledger,
    case: Case,
    stretches: Sequence[tuple[datetime, datetime]],
    *,
    by: str,
    now: datetime,
    on_day: date,
    is_prompted: bool,
) -> Entry:
    """Record a follow-up timed by hand; `stretches` are (from, to) while the clock ran.

    A stretch counts for `LONGEST_STRETCH` minutes at most. Raises WrongCall when nothing ran.
    """
    check_named(by)
    minutes = sum(_minutes(began, ended, now) for began, ended in stretches)
    if not math.isfinite(minutes) or minutes < SHORTEST:
        raise WrongCall(f"The clock of {case.case_id} never ran: start it, work, then stop it.")
    payload = {
        "case_id": case.case_id,
        "kind": "prep",
        "instrument": INSTRUMENT,
        "lane": case.lane,
        "started_at": stretches[0][0].isoformat(),
        "active_minutes": round(minutes, 3),
        "pauses": len(stretches) - 1,
        "is_prompted": is_prompted,
    }
    event = Event(
        kind="timing",
        subject=f"timing:{case.case_id}",
        by=by,
        at=now,
        on_day=on_day,
        payload=payload,
    )
    return ledger.append(event)


def _minutes(began: datetime, ended: datetime, now: datetime) -> float:
    for name, at in (("The start", began), ("The stop", ended)):
        check_aware(name, at)
    if not began <= ended <= now:
        raise WrongCall(f"A stretch from {began.isoformat()} to {ended.isoformat()} never was.")
    return min((ended - began).total_seconds() / 60, LONGEST_STRETCH)


def last_timed(entries: Iterable[Entry], by: str, on_day: date) -> Entry | None:
    """The newest follow-up that a person timed on a day and did not take back."""
    known = list(entries)
    gone = {entry.payload.get("event_id") for entry in known if entry.kind == "timing_undone"}
    mine = [
        entry
        for entry in known
        if entry.kind == "timing"
        and entry.payload.get("instrument") == INSTRUMENT
        and entry.on_day == on_day
        and entry.event_id not in gone
        and same_person(entry.by, by)
    ]
    return mine[-1] if mine else None


def take_back(ledger: Ledger, event_id: str, *, by: str, now: datetime, on_day: date) -> Entry:
    """Take a timed follow-up out of the sample; it stays on the record as taken back."""
    check_named(by)
    timed = ledger.find(event_id)
    if timed is None or timed.kind != "timing" or timed.payload.get("instrument") != INSTRUMENT:
        raise WrongCall(f"{event_id} is no timed follow-up: name the id of one.")
    if not is_own(ledger, timed, by):
        raise WrongCall(f"{timed.by} timed {timed.payload['case_id']}: only they take it back.")
    about = ledger.about(timed.subject)
    if any(e.kind == "timing_undone" and e.payload["event_id"] == event_id for e in about):
        raise CountbackError(f"The time of {timed.payload['case_id']} was already taken back.")
    event = Event(
        kind="timing_undone",
        subject=timed.subject,
        by=by,
        at=now,
        on_day=on_day,
        payload={"event_id": event_id},
    )
    return ledger.append(event, expected_version=about[-1].version)
