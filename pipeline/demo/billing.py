"""Seventeen months of invoices, and what was paid, credited and written off on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import TypeAlias

from .company import TERM_DAYS, Profile
from .days import LAST_DAY, month_starts
from .paying import Piece, Settlement, settle
from .rows import Application, Books, Customer, Invoice, Outcome, Payment, money

_METHODS = ("ach", "ach", "wire", "check", "card")
_OVERPAID = 4
"""Customers that sent more than they owed and have not said what it is for."""


@dataclass(frozen=True, slots=True)
class Planned:
    """An invoice before it has a number."""

    issued_on: date
    profile: Profile
    nth: int
    series: str
    cents: int

    @property
    def due_on(self) -> date:
        """The issue day plus the terms; weekends stay where they fall."""
        return self.issued_on + timedelta(days=TERM_DAYS[self.profile.terms])


@dataclass(frozen=True, slots=True)
class Posted:
    """One piece of a settlement beside the invoice that it settles."""

    invoice: Invoice
    piece: Piece


@dataclass(frozen=True, slots=True)
class Contested:
    """An invoice that the customer disputed, and the day on which it was settled."""

    invoice: Invoice
    settled_on: date


def bill(books: Books, profiles: list[Profile], seed: int) -> tuple[list[Posted], list[Contested]]:
    """Issue every invoice, decide its fate; nothing is posted to the books yet."""
    customers = {c.customer_id: c for c in books.customers}
    posted: list[Posted] = []
    contested: list[Contested] = []
    for number, plan in _numbered(profiles, seed):
        rng = Random(f"{seed}/money/{plan.profile.customer_id}/{plan.nth}")
        invoice = _invoice(rng, number, plan, customers[plan.profile.customer_id])
        outcome = settle(rng, plan.profile, plan.issued_on, plan.due_on, plan.cents)
        books.invoices.append(invoice)
        posted += [Posted(invoice, piece) for piece in outcome.pieces]
        if outcome.is_disputed:
            contested.append(Contested(invoice, outcome.pays_on))
        if plan.profile.in_pilot:
            books.truth.append(_truth(invoice, plan.due_on, outcome))
    return posted, contested


def _truth(invoice: Invoice, due_on: date, outcome: Settlement) -> Outcome:
    """Days late of the last piece, with and without the pilot; on time counts as 0."""
    last = max(piece.applied_on for piece in outcome.pieces)
    saved = (outcome.would_have_paid_on - outcome.pays_on).days
    late = (last - due_on).days
    return Outcome(invoice.invoice_id, due_on, max(0, late + saved), max(0, late))


def _numbered(profiles: list[Profile], seed: int) -> Iterator[tuple[str, Planned]]:
    """Invoices in order of issue: subscriptions from INV-20001, other work from INV-70001."""
    plans = [plan for profile in profiles for plan in _plans(profile, seed)]
    plans.sort(key=lambda p: (p.issued_on, p.profile.customer_id, p.nth))
    counters = {"subscription": 20_000, "services": 70_000}
    for plan in plans:
        counters[plan.series] += 1
        yield f"INV-{counters[plan.series]}", plan


def _plans(profile: Profile, seed: int) -> list[Planned]:
    rng = Random(f"{seed}/plan/{profile.customer_id}")
    plans: list[Planned] = []
    for month in (m for m in month_starts() if m >= profile.bills_from):
        plans += _subscriptions(rng, profile, month, len(plans))
        plans += _extras(rng, profile, month, len(plans))
    kept = [p for p in plans if p.issued_on < profile.bills_until]
    return kept[: profile.at_most]


def _subscriptions(rng: Random, profile: Profile, month: date, nth: int) -> list[Planned]:
    if not profile.every_months or (month.month - 1) % profile.every_months:
        return []
    amounts = [_growth(profile, month)] * profile.per_month
    if profile.per_month > 1:
        amounts = [int(a * rng.uniform(0.85, 1.15)) for a in amounts]
    day = profile.billing_day
    days = [month.replace(day=(day + 7 * n - 1) % 28 + 1) for n in range(profile.per_month)]
    return [
        Planned(day, profile, nth + n, "subscription", cents)
        for n, (day, cents) in enumerate(zip(days, amounts, strict=True))
    ]


def _growth(profile: Profile, month: date) -> int:
    """Prices rose by 4 % on 1 July 2025."""
    return profile.base_cents if month < date(2025, 7, 1) else profile.base_cents * 104 // 100


def _extras(rng: Random, profile: Profile, month: date, nth: int) -> list[Planned]:
    """Usage and services, billed by hand on a Monday, Tuesday or Wednesday."""
    count = int(profile.extras) + (rng.random() < profile.extras % 1)
    plans = []
    for n in range(count):
        day = month + timedelta(days=rng.randrange(0, 28))
        day -= timedelta(days=max(0, day.weekday() - 2))
        cents = int(profile.base_cents * rng.lognormvariate(-1.0, 0.5))
        plans.append(Planned(max(day, month), profile, nth + n, "services", cents))
    return plans


def _invoice(rng: Random, invoice_id: str, plan: Planned, customer: Customer) -> Invoice:
    known = plan.issued_on + timedelta(rng.randrange(1, 5) if rng.random() < 0.02 else 0)
    has_po = customer.po_required and rng.random() > 0.04
    contract = f"CT-{customer.customer_id.removeprefix('C-')}" if customer.renews_on else ""
    return Invoice(
        invoice_id=invoice_id,
        customer_id=customer.customer_id,
        issued_on=plan.issued_on,
        due_on=plan.due_on,
        amount=money(plan.cents),
        currency=customer.currency,
        terms=plan.profile.terms,
        po_number=f"45{rng.randrange(10**7, 10**8)}" if has_po else "",
        contract_id=contract,
        known_on=min(known, LAST_DAY),
        note="" if plan.series == "subscription" else rng.choice(("usage", "services")),
    )


def post(books: Books, posted: list[Posted], seed: int) -> None:
    """Write payments, credit notes and applications, as far as the exports reach."""
    reached = [p for p in posted if p.piece.received_on <= LAST_DAY]
    paid_by = _payments(books, [p for p in reached if p.piece.kind == "cash"], seed)
    reached = [p for p in reached if p.piece.applied_on <= LAST_DAY]
    reached.sort(key=lambda p: (p.piece.applied_on, p.invoice.invoice_id, p.piece.kind))
    for entry in reached:
        payment = paid_by[_receipt(entry)] if entry.piece.kind == "cash" else ""
        _apply(books, entry, payment)
        if entry.piece.kind == "credit":
            _use_up_credit_note(books, entry)


Receipt: TypeAlias = tuple[date, str, str]


def _receipt(entry: Posted) -> Receipt:
    """A customer's cash of one day and currency came as one payment."""
    return entry.piece.received_on, entry.invoice.customer_id, entry.invoice.currency


def _payments(books: Books, cash: list[Posted], seed: int) -> dict[Receipt, str]:
    received: dict[Receipt, int] = defaultdict(int)
    unapplied: dict[Receipt, int] = defaultdict(int)
    for entry in cash:
        received[_receipt(entry)] += entry.piece.cents
        late = entry.piece.applied_on > LAST_DAY
        unapplied[_receipt(entry)] += entry.piece.cents if late else 0
    receipts = sorted(received)
    for receipt in _overpaid(receipts, seed):
        extra = received[receipt] // 3
        received[receipt] += extra
        unapplied[receipt] += extra
    ids = {receipt: f"PAY-{n}" for n, receipt in enumerate(receipts, 10_001)}
    for receipt, payment_id in ids.items():
        books.payments.append(
            _payment(payment_id, receipt, received[receipt], unapplied[receipt], seed)
        )
    return ids


def _overpaid(receipts: list[Receipt], seed: int) -> list[Receipt]:
    """Overpayments of the last ninety days, outside the story customers."""
    since = LAST_DAY - timedelta(days=90)
    recent = [r for r in receipts if r[0] > since and "C-1020" <= r[1] < "C-1070"]
    return Random(f"{seed}/overpaid").sample(recent, _OVERPAID)


def _payment(payment_id: str, receipt: Receipt, cents: int, left: int, seed: int) -> Payment:
    day, customer_id, currency = receipt
    method = Random(f"{seed}/method/{customer_id}").choice(_METHODS)
    return Payment(payment_id, customer_id, day, money(cents), currency, money(left), method)


def _apply(books: Books, entry: Posted, payment_id: str) -> None:
    piece = entry.piece
    books.applications.append(
        Application(
            application_id=f"A-{30_001 + len(books.applications)}",
            invoice_id=entry.invoice.invoice_id,
            kind=piece.kind,
            effective_on=piece.applied_on,
            amount=money(piece.cents),
            currency=entry.invoice.currency,
            known_on=min(piece.known_on, LAST_DAY),
            payment_id=payment_id,
        )
    )


def _use_up_credit_note(books: Books, entry: Posted) -> None:
    """The credit note behind a credit: issued and used up on the same day."""
    number = 5_001 + sum(1 for i in books.invoices if i.kind == "credit_note")
    note = credit_note(entry.invoice, f"CN-{number}", entry.piece.received_on, entry.piece.cents)
    books.invoices.append(note)
    _apply(books, replace(entry, invoice=note), "")


def credit_note(against: Invoice, note_id: str, day: date, cents: int) -> Invoice:
    """A credit note over `cents`, in the currency of the invoice that it is for."""
    return Invoice(
        invoice_id=note_id,
        customer_id=against.customer_id,
        issued_on=day,
        due_on=day,
        amount=money(-cents),
        currency=against.currency,
        kind="credit_note",
        contract_id=against.contract_id,
        known_on=day,
        note=f"for {against.invoice_id}",
    )
