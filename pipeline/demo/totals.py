"""What the general ledger's AR account says at every month-end.

Restated: effective dates alone count, whenever the entry became known. Per
currency, AR = open invoices - open credit notes - unapplied cash.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from .days import month_ends
from .rows import Books, ControlTotal, cents, money


def close_months(books: Books) -> None:
    """Write the control totals of every month-end that the books cover."""
    currencies = sorted({invoice.currency for invoice in books.invoices})
    for day in month_ends():
        receivable, unapplied = open_receivables(books, day), unapplied_cash(books, day)
        for currency in currencies:
            total = money(receivable[currency] - unapplied[currency])
            books.control_totals.append(ControlTotal(day, currency, total))


def open_receivables(books: Books, day: date) -> dict[str, int]:
    """Open invoices less open credit notes at the close of `day`, in cents by currency."""
    balance: dict[str, int] = defaultdict(int)
    notes = {i.invoice_id for i in books.invoices if i.kind == "credit_note"}
    for invoice in books.invoices:
        balance[invoice.currency] += cents(invoice.amount) if invoice.issued_on <= day else 0
    for entry in books.applications:
        if entry.effective_on <= day:
            sign = 1 if entry.invoice_id in notes else -1
            balance[entry.currency] += sign * cents(entry.amount)
    return balance


def unapplied_cash(books: Books, day: date) -> dict[str, int]:
    """Cash received by `day` and not applied by then, in cents by currency."""
    left: dict[str, int] = defaultdict(int)
    waiting: dict[str, int] = defaultdict(int)
    for entry in books.applications:
        if entry.effective_on > day and entry.payment_id:
            waiting[entry.payment_id] += cents(entry.amount)
    for payment in books.payments:
        if payment.received_on <= day:
            left[payment.currency] += cents(payment.unapplied_amount) + waiting[payment.payment_id]
    return left


def balances(books: Books, day: date) -> dict[str, int]:
    """Open balance in cents of every invoice issued by `day`, zero included."""
    owed = {i.invoice_id: cents(i.amount) for i in books.invoices if i.issued_on <= day}
    notes = {i.invoice_id for i in books.invoices if i.kind == "credit_note"}
    for entry in books.applications:
        if entry.effective_on <= day:
            sign = 1 if entry.invoice_id in notes else -1
            owed[entry.invoice_id] += sign * cents(entry.amount)
    return owed
