"""What an override asks somebody to do: given to a person, closed, and taken back.

The override itself opens the task (`override_tasks`); here is written who has it and that it is
done.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pipeline.deciding.cases import check_named
from pipeline.ledger import Ledger
from pipeline.model import REASONS, CountbackError, Entry, Event, EventKind, WrongCall

#: Reason of an override -> what is to be done so that it does not come again.
TASKS = {
    "FACT": "Mend the row that the fact was read from",
    "CONTACT": "Confirm the contact, or find another",
    "PAID": "Apply the cash to its invoice",
    "DISPUTE_MISSED": "Find out why the rules did not see the complaint",
    "RELATIONSHIP": "Give such accounts their own rule",
    "TIMING": "Set when this rule asks",
    "TONE": "Change the wording that this rule uses",
    "OTHER": "Read the notes, and say what it was",
}


def task_subject(reason: str, about: str) -> str:
    """The subject under which it is recorded what became of a task."""
    return f"task:{reason}:{about}"


def assign_task(
    ledger: Ledger, reason: str, about: str, *, person: str, by: str, now: datetime, on_day: date
) -> Entry:
    """Give a task to a person; giving it to another one later is a hand-off."""
    if not person.strip():
        raise WrongCall(f"Giving the task {reason} on {about} needs a person.")
    said = {"person": " ".join(person.split())}
    return _write(ledger, "task_assigned", _task(reason, about, said), by, now, on_day)


def close_task(
    ledger: Ledger, reason: str, about: str, *, note: str, by: str, now: datetime, on_day: date
) -> Entry:
    """Say that a task is done, and what was done; the next override opens it again."""
    if not note.strip():
        raise WrongCall(f"Closing the task {reason} on {about} needs a note: say what was done.")
    said = {"note": " ".join(note.split())}
    return _write(ledger, "task_closed", _task(reason, about, said), by, now, on_day)


def reopen_task(
    ledger: Ledger, reason: str, about: str, *, by: str, now: datetime, on_day: date
) -> Entry:
    """Say that a task was not done after all."""
    return _write(ledger, "task_reopened", _task(reason, about, {}), by, now, on_day)


def take_back_task(ledger: Ledger, event_id: str, *, by: str, now: datetime, on_day: date) -> Entry:
    """Undo the last step of a task: what stood before it stands again."""
    said = ledger.find(event_id)
    if said is None or said.kind not in ("task_assigned", "task_closed", "task_reopened"):
        raise WrongCall(f"{event_id} is no step of a task: name the id of one.")
    about = ledger.about(said.subject)
    if about[-1].event_id != event_id:
        raise CountbackError(
            f"{said.subject} was changed by {about[-1].by} since: look again, then say what holds."
        )
    kind, payload = _before(said, about[:-1])
    return _write(ledger, kind, payload, by, now, on_day)


def _before(said: Entry, earlier: list[Entry]) -> tuple[EventKind, dict[str, Any]]:
    """The step that brings back what stood before `said`."""
    plain = {name: said.payload[name] for name in ("reason", "about")}
    if said.kind == "task_closed":
        return "task_reopened", plain
    if said.kind == "task_reopened":
        closed = [entry for entry in earlier if entry.kind == "task_closed"]
        return "task_closed", dict(closed[-1].payload) if closed else {**plain, "note": ""}
    given = [entry for entry in earlier if entry.kind == "task_assigned"]
    return "task_assigned", dict(given[-1].payload) if given else {**plain, "person": None}


def _task(reason: str, about: str, said: dict[str, Any]) -> dict[str, Any]:
    if reason not in REASONS:
        raise WrongCall(f"The reason {reason!r} is not known: use one of {', '.join(REASONS)}.")
    return {"reason": reason, "about": about, **said}


def _write(
    ledger: Ledger, kind: EventKind, said: dict[str, Any], by: str, now: datetime, on_day: date
) -> Entry:
    check_named(by)
    subject = task_subject(said["reason"], said["about"])
    return ledger.append(
        Event(kind=kind, subject=subject, by=by, at=now, on_day=on_day, payload=said)
    )
