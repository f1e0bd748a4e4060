"""A dispute's way: flagged, assigned to an owner, accepted by that owner, closed.

The clock that matters runs from the flag to the acceptance by the owner who keeps it, so an
assigned or accepted dispute may be handed on, and waits for its new owner's acceptance.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

from pipeline.deciding.cases import check_aware, check_named
from pipeline.ledger import Ledger
from pipeline.model import CountbackError, Entry, Event, EventKind, Noun, WrongCall

Stage = Literal["flagged", "assigned", "accepted", "closed"]

_STAGE_AFTER: dict[str, Stage] = {
    "dispute_flagged": "flagged",
    "dispute_assigned": "assigned",
    "dispute_accepted": "accepted",
    "dispute_closed": "closed",
}
_NEXT_STEP = {
    None: "flag it first",
    "flagged": "assign it to an owner next",
    "assigned": "let its owner accept it next",
    "accepted": "hand it on or close it next",
    "closed": "flag it again if it is disputed anew",
}


class DisputeState(Noun):
    """Where the dispute on one invoice stands."""

    stage: Stage | None
    """None = never disputed."""
    owner: str | None
    version: int
    """The version to expect when writing on it."""

    @property
    def is_open(self) -> bool:
        """Whether the invoice is disputed now."""
        return self.stage not in (None, "closed")


def dispute_subject(invoice_id: str) -> str:
    """The subject under which an invoice's dispute is recorded."""
    return f"dispute:{invoice_id}"


def dispute_state(entries: Iterable[Entry]) -> DisputeState:
    """Where a dispute stands after the entries about it, in order."""
    state = DisputeState(stage=None, owner=None, version=0)
    for entry in entries:
        stage = _STAGE_AFTER.get(entry.kind, state.stage)
        owner = None if stage == "flagged" else entry.payload.get("owner", state.owner)
        state = DisputeState(stage=stage, owner=owner, version=entry.version)
    return state


def flag_dispute(  # noqa: PLR0913 - a flag says all of this
    ledger: Ledger,
    invoice_id: str,
    *,
    by: str,
    now: datetime,
    on_day: date,
    reason: str,
    amount: Decimal | None = None,
    received_at: datetime | None = None,
    note: str = "",
) -> Entry:
    """Stop an invoice as disputed.

    `amount`: the disputed part, in the invoice's currency; None = all of it.
    `received_at`: when the customer's words reached us, if that was before now.
    """
    if not reason.strip():
        raise WrongCall(f"Flagging {invoice_id} as disputed needs a reason: say what is disputed.")
    _check_amount(invoice_id, amount)
    _check_received(invoice_id, received_at, now)
    payload = {
        "reason": reason,
        "amount": None if amount is None else str(amount),
        "received_at": received_at.astimezone(UTC).isoformat() if received_at else None,
        "note": note,
    }
    before: tuple[Stage | None, ...] = (None, "closed")
    return _step(ledger, invoice_id, "dispute_flagged", before, payload, by, now, on_day)


def assign_dispute(
    ledger: Ledger, invoice_id: str, *, by: str, now: datetime, on_day: date, owner: str
) -> Entry:
    """Ask a person to own the dispute; asking another one later is a hand-off."""
    if not owner.strip():
        raise WrongCall(f"Assigning the dispute on {invoice_id} needs the person who is to own it.")
    before: tuple[Stage | None, ...] = ("flagged", "assigned", "accepted")
    payload = {"owner": owner}
    return _step(ledger, invoice_id, "dispute_assigned", before, payload, by, now, on_day)


def accept_dispute(
    ledger: Ledger, invoice_id: str, *, by: str, now: datetime, on_day: date
) -> Entry:
    """The assigned person takes the dispute on: here the clock stops."""
    return _step(ledger, invoice_id, "dispute_accepted", ("assigned",), {}, by, now, on_day)


def close_dispute(
    ledger: Ledger, invoice_id: str, *, by: str, now: datetime, on_day: date, outcome: str
) -> Entry:
    """Settle an accepted dispute; the invoice may be chased again."""
    if not outcome.strip():
        raise WrongCall(f"Closing the dispute on {invoice_id} needs its outcome: say how it ended.")
    payload = {"outcome": outcome}
    return _step(ledger, invoice_id, "dispute_closed", ("accepted",), payload, by, now, on_day)


def _step(
    ledger: Ledger,
    invoice_id: str,
    kind: EventKind,
    before: tuple[Stage | None, ...],
    payload: dict[str, Any],
    by: str,
    now: datetime,
    on_day: date,
) -> Entry:
    check_named(by)
    subject = dispute_subject(invoice_id)
    state = dispute_state(ledger.about(subject))
    if state.stage not in before:
        raise CountbackError(_wrong_order(invoice_id, kind, state))
    if kind == "dispute_accepted" and by != state.owner:
        raise CountbackError(
            f"The dispute on {invoice_id} is assigned to {state.owner}, not to {by}: "
            f"{state.owner} accepts it, or assign it to {by} first."
        )
    said = {"invoice_id": invoice_id, **payload}
    event = Event(kind=kind, subject=subject, by=by, at=now, on_day=on_day, payload=said)
    return ledger.append(event, expected_version=state.version)


def _wrong_order(invoice_id: str, kind: EventKind, state: DisputeState) -> str:
    stands = "not disputed" if state.stage is None else f"disputed, {state.stage}"
    if state.stage == "closed":
        stands = "no longer disputed"
    return (
        f"{invoice_id} is {stands}, so its dispute cannot be {_STAGE_AFTER[kind]} now: "
        f"{_NEXT_STEP[state.stage]}."
    )


def _check_amount(invoice_id: str, amount: Decimal | None) -> None:
    if amount is not None and not (amount.is_finite() and amount > 0):
        raise WrongCall(
            f"{amount} cannot be the disputed amount of {invoice_id}: give more than 0."
        )


def _check_received(invoice_id: str, received_at: datetime | None, now: datetime) -> None:
    if received_at is None:
        return
    check_aware("The receipt", received_at)
    check_aware("The time", now)
    if received_at > now:
        raise WrongCall(
            f"The dispute on {invoice_id} cannot have been received at "
            f"{received_at.isoformat()}, after it was flagged."
        )
