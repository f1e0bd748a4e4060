"""A dispute's way: flagged, assigned, accepted by its owner, evidence, decision, closed.

The clock that matters runs from the flag to the acceptance by the owner who keeps it, so an
assigned or accepted dispute may be handed on, and waits for its new owner's acceptance. Whoever
took the last step may take it back, until the next one is taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

from pipeline.deciding.cases import check_aware, check_named, is_own
from pipeline.ledger import Ledger
from pipeline.model import CountbackError, Entry, Event, EventKind, Noun, WrongCall

Stage = Literal["flagged", "assigned", "accepted", "evidence", "decided", "closed"]

#: How a dispute may be decided: code -> what it says on screen.
DECISIONS: dict[str, str] = {
    "credit": "Credit what is disputed",
    "partial_credit": "Credit a part of it",
    "uphold": "Uphold the invoice",
    "reissue": "Reissue it corrected",
    "write_off": "Write it off",
}
_STAGE_AFTER: dict[str, Stage] = {
    "dispute_flagged": "flagged",
    "dispute_assigned": "assigned",
    "dispute_accepted": "accepted",
    "dispute_evidence": "evidence",
    "dispute_decided": "decided",
    "dispute_closed": "closed",
}
_SAID: dict[str, str] = {
    **_STAGE_AFTER,
    "dispute_evidence": "given evidence",
}
_NEXT_STEP = {
    None: "flag it first",
    "flagged": "assign it to an owner next",
    "assigned": "let its owner accept it next",
    "accepted": "hand it on or close it next",
    "evidence": "add more, decide it or hand it on next",
    "decided": "close it next",
    "closed": "flag it again if it is disputed anew",
}


class DisputeState(Noun):
    """Where the dispute on one invoice stands."""

    stage: Stage | None
    """None = never disputed."""
    owner: str | None
    version: int
    """The version to expect when writing on it."""
    decision: str | None = None
    """How it was decided; a code of DECISIONS."""

    @property
    def is_open(self) -> bool:
        """Whether the invoice is disputed now."""
        return self.stage not in (None, "closed")


def dispute_subject(invoice_id: str) -> str:
    """The subject under which an invoice's dispute is recorded."""
    return f"dispute:{invoice_id}"


def standing_steps(entries: Iterable[Entry]) -> list[Entry]:
    """The entries about a dispute that were not taken back, in order."""
    known = list(entries)
    undone = {entry.payload["event_id"] for entry in known if entry.kind == "dispute_undone"}
    return [
        entry for entry in known if entry.event_id not in undone and entry.kind != "dispute_undone"
    ]


def dispute_state(entries: Iterable[Entry]) -> DisputeState:
    """Where a dispute stands after the entries about it, in order."""
    known = list(entries)
    state = DisputeState(stage=None, owner=None, version=0)
    for entry in standing_steps(known):
        stage = _STAGE_AFTER.get(entry.kind, state.stage)
        is_new = entry.kind == "dispute_flagged"
        owner = None if is_new else state.owner
        if is_new and entry.payload.get("owner"):
            stage = "accepted"  # by its owner, in the export that it was taken over from
        state = DisputeState(
            stage=stage,
            owner=entry.payload.get("owner", owner),
            version=entry.version,
            decision=None if is_new else entry.payload.get("decision", state.decision),
        )
    return state.model_copy(update={"version": known[-1].version if known else 0})


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
    adopts: str = "",
    accepted_by: str = "",
) -> Entry:
    """Stop an invoice as disputed.

    `amount`: the disputed part, in the invoice's currency; None = all of it.
    `received_at`: when the customer's words reached us, if that was before now.
    `adopts`: the id of an exported dispute that is worked on here from now on; it keeps its own
    flag, amount and clock, and `accepted_by`, its owner there, if it has one.
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
        **({"adopts": adopts} if adopts else {}),
        **({"owner": accepted_by} if accepted_by else {}),
    }
    before: tuple[Stage | None, ...] = (None, "closed")
    return _step(ledger, invoice_id, "dispute_flagged", before, payload, by, now, on_day)


def assign_dispute(
    ledger: Ledger, invoice_id: str, *, by: str, now: datetime, on_day: date, owner: str
) -> Entry:
    """Ask a person to own the dispute; asking another one later is a hand-off."""
    if not owner.strip():
        raise WrongCall(f"Assigning the dispute on {invoice_id} needs the person who is to own it.")
    before: tuple[Stage | None, ...] = ("flagged", "assigned", "accepted", "evidence")
    payload = {"owner": owner}
    return _step(ledger, invoice_id, "dispute_assigned", before, payload, by, now, on_day)


def accept_dispute(
    ledger: Ledger, invoice_id: str, *, by: str, now: datetime, on_day: date
) -> Entry:
    """The assigned person takes the dispute on: here the clock stops."""
    return _step(ledger, invoice_id, "dispute_accepted", ("assigned",), {}, by, now, on_day)


def note_evidence(
    ledger: Ledger, invoice_id: str, *, by: str, now: datetime, on_day: date, note: str
) -> Entry:
    """Add what was found out, and where."""
    if not note.strip():
        raise WrongCall(f"Evidence on {invoice_id} needs a note: say what was found, and where.")
    before: tuple[Stage | None, ...] = ("accepted", "evidence")
    payload = {"note": note}
    return _step(ledger, invoice_id, "dispute_evidence", before, payload, by, now, on_day)


def decide_dispute(
    ledger: Ledger,
    invoice_id: str,
    *,
    by: str,
    now: datetime,
    on_day: date,
    decision: str,
    note: str = "",
) -> Entry:
    """The owner's decision; what it asks of the books (a credit, a new invoice) is done there."""
    if decision not in DECISIONS:
        codes = ", ".join(DECISIONS)
        raise WrongCall(f"{decision!r} decides nothing on {invoice_id}: use one of {codes}.")
    before: tuple[Stage | None, ...] = ("accepted", "evidence")
    payload = {"decision": decision, "note": note}
    return _step(ledger, invoice_id, "dispute_decided", before, payload, by, now, on_day)


def close_dispute(
    ledger: Ledger, invoice_id: str, *, by: str, now: datetime, on_day: date, outcome: str
) -> Entry:
    """Settle an accepted dispute; the invoice may be chased again.

    A decided one needs no other outcome than its decision.
    """
    decided = dispute_state(ledger.about(dispute_subject(invoice_id))).decision
    said = outcome.strip() or (DECISIONS[decided] if decided else "")
    if not said:
        raise WrongCall(f"Closing the dispute on {invoice_id} needs its outcome: say how it ended.")
    before: tuple[Stage | None, ...] = ("accepted", "evidence", "decided")
    return _step(ledger, invoice_id, "dispute_closed", before, {"outcome": said}, by, now, on_day)


def undo_dispute_step(
    ledger: Ledger, invoice_id: str, *, by: str, now: datetime, on_day: date
) -> Entry:
    """Take the last step back; only whoever took it may, and only while it is the last."""
    check_named(by)
    about = ledger.about(dispute_subject(invoice_id))
    steps = [entry for entry in standing_steps(about) if entry.kind in _STAGE_AFTER]
    if not steps:
        raise WrongCall(f"No step was taken on a dispute of {invoice_id} that could be undone.")
    last = steps[-1]
    if last.by != by or not is_own(ledger, last, by):
        raise CountbackError(
            f"The dispute on {invoice_id} was {_SAID[last.kind]} by {last.by}: only {last.by} "
            "can take that back."
        )
    payload = {"invoice_id": invoice_id, "event_id": last.event_id}
    event = Event(
        kind="dispute_undone",
        subject=dispute_subject(invoice_id),
        by=by,
        at=now,
        on_day=on_day,
        payload=payload,
    )
    return ledger.append(event, expected_version=about[-1].version)


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
        f"{invoice_id} is {stands}, so its dispute cannot be {_SAID[kind]} now: "
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
