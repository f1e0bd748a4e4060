"""Tasks that overrides have opened: listed for the day, and acted on as they stand now."""

from __future__ import annotations

from contextlib import closing

from pipeline.acting import Moment
from pipeline.deciding.tasks import assign_task, close_task, reopen_task
from pipeline.model import CountbackError, Entry, WrongCall
from pipeline.pilot import Pilot
from pipeline.warehouse.day import Day, Row


def tasks(day: Day) -> tuple[Row, ...]:
    """Every task, the open ones first and of these the one with most overrides."""
    return tuple(day.metric("override_tasks").rows)


def give(pilot: Pilot, day: Day, reason: str, about: str, *, person: str, moment: Moment) -> Entry:
    """Give a task that is open to a person."""
    _open(day, reason, about)
    with closing(pilot.ledger()) as ledger:
        return assign_task(
            ledger, reason, about, person=person, by=moment.by, now=moment.now, on_day=day.as_of
        )


def close(pilot: Pilot, day: Day, reason: str, about: str, *, note: str, moment: Moment) -> Entry:
    """Close a task that is open; raises CountbackError when somebody has by now."""
    _open(day, reason, about)
    with closing(pilot.ledger()) as ledger:
        return close_task(
            ledger, reason, about, note=note, by=moment.by, now=moment.now, on_day=day.as_of
        )


def reopen(pilot: Pilot, day: Day, reason: str, about: str, *, moment: Moment) -> Entry:
    """Open a closed task again."""
    if not _task(day, reason, about)["is_closed"]:
        raise CountbackError(f"The task {reason} on {about} is open already.")
    with closing(pilot.ledger()) as ledger:
        return reopen_task(ledger, reason, about, by=moment.by, now=moment.now, on_day=day.as_of)


def _open(day: Day, reason: str, about: str) -> None:
    found = _task(day, reason, about)
    if found["is_closed"]:
        raise CountbackError(
            f"The task {reason} on {about} was closed by {found['closed_by']} on "
            f"{found['closed_on']}: open it again first."
        )


def _task(day: Day, reason: str, about: str) -> Row:
    for row in tasks(day):
        if (row["reason"], row["about"]) == (reason, about):
            return row
    raise WrongCall(f"No override asks for {reason} on {about}: look at the list again.")
