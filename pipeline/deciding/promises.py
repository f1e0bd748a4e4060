"""A customer's promise to pay: which invoices, by which day, and where it was said.

While a promise runs (and two business days more), its invoices wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from pipeline.deciding.cases import check_named
from pipeline.ledger import Ledger
from pipeline.model import Entry, Event, WrongCall

#: A day further away than this is a slip of the pen, and would silence the invoice until then.
LONGEST_PROMISE = timedelta(days=180)


def promise_subject(invoice_id: str) -> str:
    """The subject of a promise; of several invoices, the first one names it."""
    return f"promise:{invoice_id}"


def record_promise(
    ledger: Ledger,
    invoice_ids: Sequence[str],
    promised_on: date,
    *,
    by: str,
    now: datetime,
    on_day: date,
    message_id: str = "",
) -> Entry:
    """Record that the customer will pay these invoices by `promised_on`.

    `message_id` is the message that says so; empty when it was said on the telephone. A newer
    promise on an invoice takes the place of the one before.
    """
    check_named(by)
    invoices = tuple(dict.fromkeys(invoice_id.strip() for invoice_id in invoice_ids))
    _check(invoices, promised_on, on_day)
    event = Event(
        kind="promise_recorded",
        subject=promise_subject(invoices[0]),
        by=by,
        at=now,
        on_day=on_day,
        payload={
            "invoice_ids": list(invoices),
            "promised_on": promised_on.isoformat(),
            "message_id": message_id,
        },
    )
    return ledger.append(event)


def _check(invoices: tuple[str, ...], promised_on: date, on_day: date) -> None:
    if not invoices or not all(invoices):
        raise WrongCall("A promise is about invoices: name at least one, and none without number.")
    if promised_on < on_day:
        raise WrongCall(
            f"The promise on {invoices[0]} for {promised_on} was over before {on_day}: there is "
            "nothing left to wait for."
        )
    if promised_on - on_day > LONGEST_PROMISE:
        raise WrongCall(
            f"The promise on {invoices[0]} for {promised_on} is more than {LONGEST_PROMISE.days} "
            "days away: check the day."
        )
