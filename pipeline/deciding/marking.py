"""A person says how much an override mattered, or that a message which left did harm."""

from __future__ import annotations

from datetime import date, datetime

from pipeline.deciding.cases import check_named
from pipeline.ledger import Ledger
from pipeline.model import CountbackError, Entry, Event, WrongCall
from pipeline.outbox import delivery

#: How much it mattered -> as a person says it.
SEVERITIES = {
    "cosmetic": "Cosmetic: a matter of taste",
    "material": "Material: the draft was wrong",
    "would_have_harmed": "Would have harmed, had it left",
    "did_harm": "Did harm: it has left",
}
_OF_AN_OVERRIDE = ("cosmetic", "material", "would_have_harmed")
#: What may be said of a decision: only a message that left can have done harm.
MARKS_OF: dict[str, tuple[str, ...]] = {
    "approve": ("did_harm",),
    "edit": (*_OF_AN_OVERRIDE, "did_harm"),
    **dict.fromkeys(("reroute", "hold", "reject"), _OF_AN_OVERRIDE),
}


def mark_subject(decision_id: str) -> str:
    """The subject under which it is recorded how much a decision mattered.

    Not the case itself: a mark must not make a colleague's decision stale.
    """
    return f"override:{decision_id}"


def mark_override(
    ledger: Ledger,
    decision_id: str,
    severity: str,
    *,
    by: str,
    now: datetime,
    on_day: date,
    note: str = "",
) -> Entry:
    """Record how much a decision mattered; a later mark replaces it.

    Raises WrongCall for what is no standing decision or no mark of its verdict, CountbackError
    when harm is said of a message that has not left.
    """
    check_named(by)
    decision = _standing(ledger, decision_id)
    verdict = str(decision.payload.get("verdict"))
    allowed = MARKS_OF.get(verdict, ())
    if severity not in allowed:
        raise WrongCall(
            f"{severity!r} cannot be said of the {verdict} of {decision.subject}: say "
            f"{' or '.join(allowed)}."
        )
    if severity == "did_harm":
        _check_left(ledger, decision)
    said = {
        "event_id": decision_id,
        "case_id": decision.subject,
        "customer_id": decision.payload.get("customer_id"),
        "severity": severity,
        "note": " ".join(note.split()),
    }
    return ledger.append(_event(decision_id, said, by, now, on_day))


def take_back_mark(ledger: Ledger, event_id: str, *, by: str, now: datetime, on_day: date) -> Entry:
    """Undo a mark: what was said before it stands again, or nothing."""
    check_named(by)
    said = ledger.find(event_id)
    if said is None or said.kind != "override_marked":
        raise WrongCall(f"{event_id} marks nothing: name the id of a mark.")
    about = ledger.about(said.subject)
    if about[-1].event_id != event_id:
        raise CountbackError(
            f"{said.payload['case_id']} was marked anew by {about[-1].by} since: look again, then "
            "say what holds."
        )
    nothing = {**said.payload, "severity": None, "note": ""}
    before = about[-2].payload if len(about) > 1 else nothing
    return ledger.append(_event(said.payload["event_id"], before, by, now, on_day))


def _standing(ledger: Ledger, decision_id: str) -> Entry:
    decision = ledger.find(decision_id)
    if decision is None or decision.kind != "decision":
        raise WrongCall(f"{decision_id} is no decision: name the id of the decision to mark.")
    undone = [e for e in ledger.about(decision.subject) if e.kind == "undone"]
    if any(entry.payload.get("event_id") == decision_id for entry in undone):
        raise CountbackError(f"The decision on {decision.subject} was undone: mark one that holds.")
    return decision


def _check_left(ledger: Ledger, decision: Entry) -> None:
    stands = delivery(ledger.about(decision.subject), decision.event_id)
    if stands.last is None or stands.state in ("waiting", "refused"):
        raise CountbackError(
            f"The message of {decision.subject} has not left, so it did no harm: undo the approval."
        )


def _event(
    decision_id: str, said: dict[str, object], by: str, now: datetime, on_day: date
) -> Event:
    return Event(
        kind="override_marked",
        subject=mark_subject(decision_id),
        by=by,
        at=now,
        on_day=on_day,
        payload=said,
    )
