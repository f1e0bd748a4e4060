"""A person says whose a message, ticket, deal or agreement is; nothing guesses it for them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pipeline.deciding.cases import check_named
from pipeline.ledger import Ledger
from pipeline.model import CountbackError, Entry, Event, WrongCall

#: What can be filed -> what one of them is called.
FILED = {"messages": "message", "tickets": "ticket", "deals": "deal", "contracts": "agreement"}


def filing_subject(kind: str, key: str) -> str:
    """The subject under which it is recorded whose one item is."""
    return f"{FILED[kind]}:{key}"


def file_item(
    ledger: Ledger,
    kind: str,
    key: str,
    *,
    customer_id: str,
    by: str,
    now: datetime,
    on_day: date,
    invoice_id: str | None = None,
) -> Entry:
    """Say that an item is a customer's, or about one of its invoices; a later word replaces it."""
    check_named(by)
    if kind not in FILED:
        raise WrongCall(f"{kind!r} cannot be filed: choose one of {', '.join(FILED)}.")
    said = {"kind": kind, "key": key, "customer_id": customer_id, "invoice_id": invoice_id}
    subject = filing_subject(kind, key)
    return ledger.append(
        Event(kind="item_filed", subject=subject, by=by, at=now, on_day=on_day, payload=said)
    )


def unfile(ledger: Ledger, event_id: str, *, by: str, now: datetime, on_day: date) -> Entry:
    """Take a filing back: what was said before it stands again, or nothing."""
    check_named(by)
    said = ledger.find(event_id)
    if said is None or said.kind != "item_filed":
        raise WrongCall(f"{event_id} files nothing: name the id of a filing.")
    about = [entry for entry in ledger.about(said.subject) if entry.kind == said.kind]
    if about[-1].event_id != event_id:
        raise CountbackError(
            f"{said.subject} was filed anew by {about[-1].by} since: look again, then say whose "
            "it is."
        )
    nobody: dict[str, Any] = {**said.payload, "customer_id": None, "invoice_id": None}
    before = about[-2].payload if len(about) > 1 else nobody
    event = Event(
        kind="item_filed", subject=said.subject, by=by, at=now, on_day=on_day, payload=before
    )
    return ledger.append(event)
