"""The stopwatch: minutes of the manual follow-ups of January, then of the prepared ones.

Preparation falls from about 21 minutes to about 6, while rework comes on top here, and
reviewing and re-routing in the record: the total falls much less than the headline.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from . import casting
from .company import Profile
from .correspondence import settled_on
from .days import GO_LIVE, LAST_DAY, STARTED_ON, business_days, office_time
from .rows import Books, Invoice, PrepItem

BASELINE_ITEMS = 63
BASELINE_MEDIAN_MINUTES = 21.0
_PREP, _REWORK, _SUPERVISION = 6.0, 8.0, 40.0
_A_DAY = 3
"""Prepared follow-ups a business day after go-live."""


def time_the_work(books: Books, profiles: list[Profile], seed: int) -> None:
    """Write the preparation log of days 0 to 89."""
    rng = Random(f"{seed}/prep")
    pilot = {p.customer_id for p in profiles if p.in_pilot}
    bills = [i for i in books.invoices if i.customer_id in pilot and i.kind == "invoice"]
    settled = settled_on(books)
    items = _baseline(rng, bills, settled) + _pilot(rng, bills, settled)
    items.sort(key=lambda item: (item.started_at, item.kind, item.invoice_id))
    for number, item in enumerate(items, 1):
        item.item_id = f"T-{number:04d}"
    books.prep_log.extend(items)


def _baseline(rng: Random, bills: list[Invoice], settled: dict[str, date | None]) -> list[PrepItem]:
    days = business_days(STARTED_ON, GO_LIVE - timedelta(days=1))
    chosen = sorted(rng.choices(days, k=BASELINE_ITEMS))
    return [
        _item(rng, "prep", day, rng.choice(_past_due(bills, settled, day)), BASELINE_MEDIAN_MINUTES)
        for day in chosen
    ]


def _pilot(rng: Random, bills: list[Invoice], settled: dict[str, date | None]) -> list[PrepItem]:
    items: list[PrepItem] = []
    for day in business_days(GO_LIVE, LAST_DAY):
        late = _past_due(bills, settled, day)
        for invoice in rng.sample(late, min(_A_DAY, len(late))):
            items += _follow_up(rng, day, invoice)
        if day.weekday() == 4:
            items.append(_supervision(rng, day))
    return items


def _follow_up(rng: Random, day: date, invoice: Invoice) -> list[PrepItem]:
    items = [_item(rng, "prep", day, invoice, _PREP)]
    if rng.random() < 0.14:
        items.append(_item(rng, "rework", day, invoice, _REWORK))
    return items


def _past_due(bills: list[Invoice], settled: dict[str, date | None], day: date) -> list[Invoice]:
    return [i for i in bills if i.due_on < day <= (settled[i.invoice_id] or LAST_DAY)]


def _item(rng: Random, kind: str, day: date, invoice: Invoice, median: float) -> PrepItem:
    who = rng.choice(casting.COLLECTORS)
    minutes = median * rng.lognormvariate(0, 0.5)
    return PrepItem("", invoice.invoice_id, who, kind, office_time(rng, day), _minutes(minutes))


def _supervision(rng: Random, day: date) -> PrepItem:
    minutes = _SUPERVISION * rng.lognormvariate(0, 0.2)
    lead = casting.FINANCE_LEAD
    return PrepItem("", "", lead, "supervision", office_time(rng, day), _minutes(minutes))


def _minutes(value: float) -> Decimal:
    return Decimal(f"{value:.1f}")
