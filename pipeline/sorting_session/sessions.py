"""A session in the record: its sample, and what each person answered, undid and closed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import date, datetime
from typing import Any

from pipeline.deciding.cases import check_named
from pipeline.ledger import Ledger
from pipeline.model import (
    LANES,
    CountbackError,
    Entry,
    Event,
    EventKind,
    Lane,
    Noun,
    WrongCall,
)
from pipeline.pilot import Pilot
from pipeline.sorting_session.sampling import USUAL_SIZE, sample
from pipeline.warehouse.day import Day

#: The lanes that an instinct can choose: that an invoice is not yet due is a date's doing.
CHOICES: tuple[Lane, ...] = tuple(lane for lane in LANES if lane != "not_due")
_MOST = 200


class Sampled(Noun):
    """One invoice of a sample, and where the policy had it when the sample was drawn."""

    invoice_id: str
    lane: Lane
    rule: str


class Part(Noun):
    """One person's part of a session."""

    person: str
    answers: dict[str, Lane | None]
    """Invoice -> the lane it was put in; None = skipped. In the order of answering."""
    version: int
    """The version to expect when writing on it."""
    is_closed: bool
    has_seen: bool
    """Whether the person looked at results first: then nothing is blind any more."""

    @property
    def sorted(self) -> dict[str, Lane]:
        """The answers without those that were skipped."""
        return {name: lane for name, lane in self.answers.items() if lane is not None}


class SortingSession(Noun):
    """One session, with every person's part."""

    session_id: str
    opened_by: str
    opened_at: datetime
    on_day: date
    seed: int
    policy: str
    """Fingerprint of the policy that it is compared with."""
    seq: int
    """The entry that opened it: what was recorded later is not seen."""
    sample: tuple[Sampled, ...]
    parts: tuple[Part, ...]

    def part(self, person: str) -> Part:
        """One person's part, empty when there is none yet."""
        for part in self.parts:
            if part.person == person:
                return part
        return Part(person=person, answers={}, version=0, is_closed=False, has_seen=False)

    def left(self, person: str) -> tuple[str, ...]:
        """The invoices that the person has not yet answered, in order."""
        answers = self.part(person).answers
        return tuple(one.invoice_id for one in self.sample if one.invoice_id not in answers)

    @property
    def closed(self) -> tuple[Part, ...]:
        """The parts that are done: only these are shown or counted."""
        return tuple(part for part in self.parts if part.is_closed and part.sorted)


def sessions(entries: Sequence[Entry]) -> tuple[SortingSession, ...]:
    """Every session of the record, oldest first."""
    opened = [entry for entry in entries if entry.kind == "sorting_opened"]
    return tuple(_session(entry, entries) for entry in opened)


def session_named(entries: Sequence[Entry], session_id: str | None) -> SortingSession:
    """One session, or the newest; raises CountbackError when there is none."""
    found = sessions(entries)
    if not found:
        raise CountbackError(
            "Nobody has sorted by instinct yet: open a session on the page Work > Sorting session."
        )
    if session_id is None:
        return found[-1]
    for one in found:
        if one.session_id == session_id:
            return one
    known = ", ".join(one.session_id for one in found)
    raise WrongCall(f"No sorting session {session_id!r} is on record: choose one of {known}.")


def _session(opened: Entry, entries: Sequence[Entry]) -> SortingSession:
    said = opened.payload
    by_person: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.subject.startswith(f"sorting:{said['session_id']}:"):
            by_person.setdefault(entry.payload["person"], []).append(entry)
    return SortingSession(
        session_id=said["session_id"],
        opened_by=opened.by,
        opened_at=opened.at,
        on_day=opened.on_day,
        seed=said["seed"],
        policy=said["policy"],
        seq=opened.seq,
        sample=tuple(Sampled(**one) for one in said["sample"]),
        parts=tuple(_part(person, about) for person, about in by_person.items()),
    )


def _part(person: str, about: Sequence[Entry]) -> Part:
    answers: dict[str, Lane | None] = {}
    is_closed = has_seen = False
    for entry in about:
        if entry.kind == "sorting_answered":
            answers[entry.payload["invoice_id"]] = entry.payload["lane"]
        elif entry.kind == "sorting_undone":
            answers.pop(entry.payload["invoice_id"], None)
        is_closed = is_closed or entry.kind == "sorting_closed"
        has_seen = has_seen or entry.kind == "sorting_seen"
    version = about[-1].version
    return Part(
        person=person, answers=answers, version=version, is_closed=is_closed, has_seen=has_seen
    )


# --- acts ----------------------------------------------------------------------------------


def open_session(
    pilot: Pilot, day: Day, *, by: str, now: datetime, seed: int, size: int = USUAL_SIZE
) -> Entry:
    """Draws the sample of a day's open invoices and records it with the policy's own answers."""
    check_named(by)
    if not 1 <= size <= _MOST:
        raise WrongCall(f"{size} invoices cannot be sorted in one session: ask for 1 to {_MOST}.")
    desk = pilot.desk(day)
    taken = sample(desk, size, seed)
    with closing(pilot.ledger()) as ledger:
        entries, head = ledger.entries(), ledger.head()
        on_that_day = [one for one in sessions(entries) if one.on_day == day.as_of]
        session_id = f"{day.as_of}-{len(on_that_day) + 1}"
        payload = {
            "session_id": session_id,
            "seed": seed,
            "policy": desk.policy.fingerprint[:16],
            "sample": [
                {"invoice_id": one.invoice_id, "lane": one.lane, "rule": one.rule} for one in taken
            ],
        }
        event = Event(
            kind="sorting_opened",
            subject=f"sorting:{session_id}",
            by=by,
            at=now,
            on_day=day.as_of,
            payload=payload,
        )
        return ledger.append(event, expected_version=0, expected_head=head)


def answer(
    ledger: Ledger,
    session_id: str,
    invoice_id: str,
    lane: Lane | None,
    *,
    by: str,
    now: datetime,
) -> Entry:
    """Puts an invoice of the sample into a lane, or skips it (None)."""
    found, part = _open_part(ledger, session_id, by)
    if lane is not None and lane not in CHOICES:
        raise WrongCall(f"{lane!r} is no lane to sort into: choose one of {', '.join(CHOICES)}.")
    if invoice_id not in {one.invoice_id for one in found.sample}:
        raise WrongCall(f"{invoice_id} is not in the sample of session {session_id}.")
    if invoice_id in part.answers:
        raise CountbackError(f"{by} has already sorted {invoice_id}: undo that answer first.")
    said = {"invoice_id": invoice_id, "lane": lane}
    return _write(ledger, found, part, "sorting_answered", said, now)


def undo_answer(ledger: Ledger, session_id: str, *, by: str, now: datetime) -> Entry:
    """Takes the person's last answer back, as long as their part is not closed."""
    found, part = _open_part(ledger, session_id, by)
    if not part.answers:
        raise WrongCall(f"{by} has sorted nothing yet that could be taken back.")
    said = {"invoice_id": list(part.answers)[-1]}
    return _write(ledger, found, part, "sorting_undone", said, now)


def close_part(ledger: Ledger, session_id: str, *, by: str, now: datetime) -> Entry:
    """Ends a person's part: from here on it is counted, and can no longer be changed."""
    found, part = _open_part(ledger, session_id, by)
    if not part.sorted:
        raise WrongCall(f"{by} has sorted nothing yet: sort at least one invoice, then close.")
    return _write(ledger, found, part, "sorting_closed", {}, now)


def look(ledger: Ledger, session_id: str, *, by: str, now: datetime) -> Entry:
    """Shows the results to somebody who has not sorted: from here on they no longer can."""
    found, part = _open_part(ledger, session_id, by)
    return _write(ledger, found, part, "sorting_seen", {}, now)


def _open_part(ledger: Ledger, session_id: str, by: str) -> tuple[SortingSession, Part]:
    check_named(by)
    found = session_named(ledger.entries(), session_id)
    part = found.part(by)
    if part.is_closed:
        raise CountbackError(f"{by}'s part of session {session_id} is closed: open a new session.")
    if part.has_seen:
        raise CountbackError(
            f"{by} has looked at the results of session {session_id}, so a sort of theirs would "
            "not be blind: open a new session."
        )
    return found, part


def _write(
    ledger: Ledger,
    found: SortingSession,
    part: Part,
    kind: EventKind,
    said: dict[str, Any],
    now: datetime,
) -> Entry:
    event = Event(
        kind=kind,
        subject=f"sorting:{found.session_id}:{part.person}",
        by=part.person,
        at=now,
        on_day=found.on_day,
        payload={"session_id": found.session_id, "person": part.person, **said},
    )
    return ledger.append(event, expected_version=part.version)
