"""Granting and removing roles: who may do what from here on.

Whether the one who grants is an admin is asked by the record itself, in the same transaction.
"""

from __future__ import annotations

from datetime import date, datetime

from pipeline.deciding.cases import check_named
from pipeline.ledger import Ledger
from pipeline.ledger.roles import PEOPLE
from pipeline.model import Actor, CountbackError, Entry, Event, Role, WrongCall


def grant(
    ledger: Ledger, person: Actor, role: Role, *, by: str, now: datetime, on_day: date
) -> Entry:
    """Record that a person holds a role from now on.

    Raises WrongCall when the person is named by an e-mail address, CountbackError when they hold
    the role already or `by` is no admin.
    """
    check_named(by)
    said = {"identity": person.identity, "role": role, "name": person.name}
    return ledger.append(
        Event(kind="role_granted", subject=PEOPLE, by=by, at=now, on_day=on_day, payload=said)
    )


def remove(
    ledger: Ledger, identity: str, role: Role, *, by: str, now: datetime, on_day: date
) -> Entry:
    """Record that a person (`issuer|subject`) no longer holds a role: it counts at once.

    Raises CountbackError when they do not hold it, or nobody would be left to grant roles.
    """
    check_named(by)
    said = {"identity": identity, "role": role, "name": ledger.people().name_of(identity)}
    return ledger.append(
        Event(kind="role_removed", subject=PEOPLE, by=by, at=now, on_day=on_day, payload=said)
    )


def take_back(ledger: Ledger, event_id: str, *, by: str, now: datetime, on_day: date) -> Entry:
    """Undo a grant or a removal, as a new entry; raises CountbackError when a later one stands."""
    entry = ledger.find(event_id)
    if entry is None or entry.kind not in ("role_granted", "role_removed"):
        raise WrongCall(f"{event_id} is no role granted or removed: name the id of one.")
    said = entry.payload
    mine = (said["identity"], said["role"])
    about = [e for e in ledger.about(PEOPLE) if (e.payload["identity"], e.payload["role"]) == mine]
    if about[-1].event_id != event_id:
        raise CountbackError(
            f"{said['name']}'s role was changed again by {about[-1].by}: look at what stands now."
        )
    if entry.kind == "role_granted":
        return remove(ledger, said["identity"], said["role"], by=by, now=now, on_day=on_day)
    issuer, _, subject = said["identity"].partition("|")
    person = Actor(issuer=issuer, subject=subject, name=said["name"])
    return grant(ledger, person, said["role"], by=by, now=now, on_day=on_day)
