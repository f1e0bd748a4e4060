"""What a person may say of a finding: exempt it for a time, hand it to somebody, judge a pair."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from pipeline.deciding.cases import check_named
from pipeline.ledger import Ledger
from pipeline.model import CountbackError, Entry, Event, WrongCall
from pipeline.warehouse.checks import checks, may_be_waived

#: What may be taken back, and the word of it that then stands as it did before.
_SAID = {"fix_assigned": "person", "twins_judged": "is_same"}
#: An exemption lasts this many days at most; then somebody has to say it again.
LONGEST = 90


def finding_subject(check: str, invoice_id: str | None, customer_id: str | None) -> str:
    """The subject under which what is said about one finding is recorded."""
    return f"check:{check}:{invoice_id or customer_id}"


def grant_exemption(  # noqa: PLR0913 - an exemption says all of this
    ledger: Ledger,
    check: str,
    *,
    by: str,
    now: datetime,
    on_day: date,
    reason: str,
    expires_on: date,
    invoice_id: str | None = None,
    customer_id: str | None = None,
) -> Entry:
    """Let one invoice, or all of one customer, pass a check until a day (that day included).

    Raises WrongCall for a check that nothing can waive: no exemption makes an address right.
    """
    check_named(by)
    _check_scope(check, invoice_id, customer_id)
    about = invoice_id or customer_id
    if not may_be_waived(checks()[check]):
        raise WrongCall(
            f"Nobody can be exempted from {check}: {checks()[check].headers['fix'].rstrip('.')}."
        )
    if not reason.strip():
        raise WrongCall(f"Exempting {about} from {check} needs a reason.")
    if not on_day < expires_on <= on_day + timedelta(days=LONGEST):
        raise WrongCall(
            f"The exemption of {about} from {check} must end within {LONGEST} days: name a day "
            f"from {on_day + timedelta(days=1)} to {on_day + timedelta(days=LONGEST)}."
        )
    said = {
        "check": check,
        "invoice_id": invoice_id,
        "customer_id": customer_id,
        "reason": " ".join(reason.split()),
        "expires_on": expires_on.isoformat(),
    }
    subject = finding_subject(check, invoice_id, customer_id)
    return ledger.append(
        Event(kind="exemption_granted", subject=subject, by=by, at=now, on_day=on_day, payload=said)
    )


def end_exemption(ledger: Ledger, event_id: str, *, by: str, now: datetime, on_day: date) -> Entry:
    """End an exemption before its day."""
    check_named(by)
    granted = ledger.find(event_id)
    if granted is None or granted.kind != "exemption_granted":
        raise WrongCall(f"{event_id} is no exemption: name the id of one.")
    about = ledger.about(granted.subject)
    if any(entry.payload.get("event_id") == event_id for entry in about):
        raise CountbackError(f"The exemption {granted.subject} was already ended.")
    event = Event(
        kind="exemption_ended",
        subject=granted.subject,
        by=by,
        at=now,
        on_day=on_day,
        payload={"event_id": event_id},
    )
    return ledger.append(event, expected_version=about[-1].version)


def assign_fix(
    ledger: Ledger,
    check: str,
    *,
    person: str,
    by: str,
    now: datetime,
    on_day: date,
    invoice_id: str | None = None,
    customer_id: str | None = None,
) -> Entry:
    """Give one finding to a person to mend; giving it to another one later is a hand-off."""
    check_named(by)
    _check_scope(check, invoice_id, customer_id)
    if not person.strip():
        raise WrongCall(f"Assigning {check} on {invoice_id or customer_id} needs a person.")
    said = {
        "check": check,
        "invoice_id": invoice_id,
        "customer_id": customer_id,
        "person": " ".join(person.split()),
    }
    subject = finding_subject(check, invoice_id, customer_id)
    return ledger.append(
        Event(kind="fix_assigned", subject=subject, by=by, at=now, on_day=on_day, payload=said)
    )


def judge_twins(
    ledger: Ledger,
    customer_id: str,
    twin_id: str,
    *,
    is_same: bool,
    by: str,
    now: datetime,
    on_day: date,
) -> Entry:
    """Say whether two customers are one company; nothing is merged, the ERP does that."""
    check_named(by)
    one, other = sorted((customer_id, twin_id))
    if one == other:
        raise WrongCall(f"{one} cannot be its own twin: name two customers.")
    return ledger.append(
        Event(
            kind="twins_judged",
            subject=f"twins:{one}|{other}",
            by=by,
            at=now,
            on_day=on_day,
            payload={"customer_id": one, "twin_id": other, "is_same": is_same},
        )
    )


def take_back(ledger: Ledger, event_id: str, *, by: str, now: datetime, on_day: date) -> Entry:
    """Undo an assignment or a judgement: what was said before it stands again, or nothing."""
    check_named(by)
    said = ledger.find(event_id)
    if said is None or said.kind not in _SAID:
        raise WrongCall(f"{event_id} is no assignment or judgement: name the id of one.")
    about = [entry for entry in ledger.about(said.subject) if entry.kind == said.kind]
    if about[-1].event_id != event_id:
        raise CountbackError(
            f"{said.subject} was changed by {about[-1].by} since: look again, then say what holds."
        )
    word = _SAID[said.kind]
    before = about[-2].payload[word] if len(about) > 1 else None
    event = Event(
        kind=said.kind,  # type: ignore[arg-type]  # one of the two above
        subject=said.subject,
        by=by,
        at=now,
        on_day=on_day,
        payload={**said.payload, word: before},
    )
    return ledger.append(event)


def _check_scope(check: str, invoice_id: str | None, customer_id: str | None) -> None:
    if check not in checks():
        raise WrongCall(f"{check!r} is no check: choose one of {', '.join(checks())}.")
    if bool(invoice_id) == bool(customer_id):
        raise WrongCall(f"Say which invoice or which customer {check} is about: one of the two.")
