"""Four eyes on an edited message above the limit: who wrote the text does not let it leave alone.

An edit is its author's approval. Above `[outbox] second_person_above` it waits until somebody
else has countersigned exactly those bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from pipeline.deciding.cases import check_named, is_own, is_someone_else, standing_decision
from pipeline.ledger import Ledger
from pipeline.model import CountbackError, Decision, Entry, Event, WrongCall
from pipeline.outbox import delivery


def countersign(ledger: Ledger, event_id: str, *, by: str, now: datetime, on_day: date) -> Entry:
    """Record that a second person stands by an edited message, bound to its bytes.

    Signing again what one has signed writes nothing. Raises WrongCall when `event_id` is no edit or
    `by` wrote it; CountbackError when the edit no longer stands, or has left.
    """
    check_named(by)
    edit = ledger.find(event_id)
    if edit is None or edit.kind != "decision" or edit.payload.get("verdict") != "edit":
        raise WrongCall(f"{event_id} is no edited message: name the id of an edit.")
    if is_own(ledger, edit, by):
        raise WrongCall(
            f"{edit.by} wrote the text of {edit.subject}: somebody else countersigns it."
        )
    about = ledger.about(edit.subject)
    _check_standing(edit, about)
    if signed := _signature(ledger, about, event_id, by):
        return signed
    event = Event(
        kind="decision_countersigned",
        subject=edit.subject,
        by=by,
        at=now,
        on_day=on_day,
        payload={"event_id": event_id, "approved_hash": edit.payload["approved_hash"]},
    )
    return ledger.append(event, expected_version=about[-1].version)


def countersigners(edit: Entry, decision: Decision, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The signatures of others under an edit's very bytes, of the entries recorded since."""
    return tuple(
        entry
        for entry in entries
        if entry.kind == "decision_countersigned"
        and entry.seq > edit.seq
        and entry.payload.get("event_id") == edit.event_id
        and entry.payload.get("approved_hash") == decision.approved_hash
        and entry.by.strip()
        and is_someone_else(entry, edit)
    )


def _signature(ledger: Ledger, about: Iterable[Entry], event_id: str, by: str) -> Entry | None:
    """This person's signature under an edit, if there is one."""
    return next(
        (
            entry
            for entry in about
            if entry.kind == "decision_countersigned"
            and entry.payload.get("event_id") == event_id
            and is_own(ledger, entry, by)
        ),
        None,
    )


def _check_standing(edit: Entry, about: list[Entry]) -> None:
    standing = standing_decision(about)
    if standing is None or standing.event_id != edit.event_id:
        raise CountbackError(
            f"The edit of {edit.subject} no longer stands: look at what was decided since."
        )
    state = delivery([entry for entry in about if entry.seq > edit.seq], edit.event_id).state
    if state not in ("waiting", "refused"):
        raise CountbackError(f"The message of {edit.subject} is {state}: nothing to countersign.")
