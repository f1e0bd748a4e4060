"""Disputes: when they came, were flagged, reached their right owner, and closed.

Since go-live the way to the owner is shorter, most of all in the pilot segment.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from . import casting, wording
from .billing import Contested
from .days import GO_LIVE, LAST_DAY, after_business_hours, next_business_day, office_time
from .rows import Books, Customer, Dispute, cents, money

_OWNERS = {
    "SERVICE": casting.DELIVERY_LEAD, "DUPLICATE": casting.BILLING, "TERMS": casting.CONTROLLER,
    "TAX": casting.TAX_LEAD,
}  # fmt: skip


def contest(books: Books, contested: list[Contested], seed: int) -> None:
    """Write the disputes that had come in by the last day, in order of their flags."""
    customers = {c.customer_id: c for c in books.customers}
    for case in contested:
        rng = Random(f"{seed}/dispute/{case.invoice.invoice_id}")
        dispute = _dispute(rng, case, customers[case.invoice.customer_id])
        if dispute.flagged_at.date() <= LAST_DAY:
            books.disputes.append(dispute)
            case.invoice.disputed = dispute.closed_at is None
    books.disputes.sort(key=lambda d: (d.flagged_at, d.invoice_id))
    for number, dispute in enumerate(books.disputes, 2_001):
        dispute.dispute_id = f"D-{number}"


def _dispute(rng: Random, case: Contested, customer: Customer) -> Dispute:
    received_at = _received(rng, case)
    live = received_at.date() >= GO_LIVE
    helped = live and customer.tier == "mid" and customer.terms == "NET30"
    reason = rng.choices(list(wording.DISPUTE_WEIGHTS), list(wording.DISPUTE_WEIGHTS.values()))[0]
    flagged_at = after_business_hours(received_at, rng.gammavariate(2, 2.5 if live else 9))
    median = 5.5 if helped else 14.0 if live else 21.0
    accepted_at = after_business_hours(flagged_at, median * rng.lognormvariate(0, 0.7))
    routed = accepted_at.date() <= LAST_DAY
    return Dispute(
        dispute_id="",
        invoice_id=case.invoice.invoice_id,
        flagged_at=flagged_at,
        received_at=received_at,
        accepted_at=accepted_at if routed else None,
        accepted_by=_owner(reason, customer) if routed else "",
        closed_at=_closed(rng, case, accepted_at),
        amount=money(int(cents(case.invoice.amount) * rng.choice((0.2, 0.25, 0.4, 1, 1)))),
        reason=reason,
    )


def _received(rng: Random, case: Contested) -> datetime:
    """Some days around the due day, yet after the issue and before the settlement."""
    earliest = case.invoice.issued_on + timedelta(days=2)
    day = max(earliest, case.invoice.due_on + timedelta(days=rng.randrange(-9, 6)))
    return office_time(rng, next_business_day(min(day, case.settled_on - timedelta(days=4))))


def _closed(rng: Random, case: Contested, accepted_at: datetime) -> datetime | None:
    """Closed with the settlement, never before the owner had it."""
    settled_at = office_time(rng, case.settled_on)
    closed_at = max(settled_at, after_business_hours(accepted_at, 1))
    return closed_at if closed_at.date() <= LAST_DAY else None


def _owner(reason: str, customer: Customer) -> str:
    owner = _OWNERS.get(reason, customer.owner_id)
    gone = owner in (casting.LEFT_IN_JANUARY, casting.LEFT_LAST_YEAR)
    return casting.SUCCESS_LEAD if gone else owner
