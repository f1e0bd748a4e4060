"""One class per export file: its fields, in order, are the file's columns.

Fields that no customer of the demo has are still columns, so that every
documented column appears in the demo's files.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal


@dataclass(slots=True)
class Invoice:
    """A row of invoices.csv; a credit note's amount is negative."""

    invoice_id: str
    customer_id: str
    issued_on: date
    due_on: date
    amount: Decimal
    currency: str
    kind: str = "invoice"
    terms: str = ""
    po_number: str = ""
    contract_id: str = ""
    known_on: date | None = None
    re_aged_due_on: date | None = None
    disputed: bool = False
    note: str = ""


@dataclass(slots=True)
class Application:
    """A row of applications.csv: positive reduces the balance, a reversal is negative."""

    application_id: str
    invoice_id: str
    kind: str
    effective_on: date
    amount: Decimal
    currency: str
    known_on: date
    payment_id: str = ""


@dataclass(slots=True)
class Payment:
    """A row of payments.csv; `unapplied_amount` is what is left when the exports end."""

    payment_id: str
    customer_id: str
    received_on: date
    amount: Decimal
    currency: str
    unapplied_amount: Decimal
    method: str


@dataclass(slots=True)
class Customer:
    """A row of customers.csv."""

    customer_id: str
    name: str
    parent_id: str
    tier: str
    segment: str
    country: str
    currency: str
    terms: str
    po_required: bool
    legal_form: str
    owner_id: str
    renews_on: date | None
    health: str
    hands_off: bool


@dataclass(slots=True)
class Contact:
    """A row of contacts.csv."""

    contact_id: str
    customer_id: str
    name: str
    email: str
    role: str
    verified_on: date | None
    source: str
    status: str


@dataclass(slots=True)
class Person:
    """A row of people.csv: somebody of our own."""

    person_id: str
    name: str
    email: str
    team: str
    active: bool


@dataclass(slots=True)
class Contract:
    """A row of contracts.csv."""

    contract_id: str
    customer_id: str
    starts_on: date
    ends_on: date | None
    renews_on: date | None
    terms: str
    po_required: bool
    po_number: str


@dataclass(slots=True)
class Ticket:
    """A row of tickets.csv."""

    ticket_id: str
    customer_id: str
    invoice_id: str
    opened_at: datetime
    closed_at: datetime | None
    kind: str
    priority: str
    subject: str
    body: str


@dataclass(slots=True)
class Message:
    """A row of messages.csv."""

    message_id: str
    thread_id: str
    customer_id: str
    invoice_id: str
    direction: str
    sent_at: datetime
    sender: str
    recipients: str
    subject: str
    body: str


@dataclass(slots=True)
class Dispute:
    """A row of disputes.csv: received, flagged, accepted by its owner, closed."""

    dispute_id: str
    invoice_id: str
    flagged_at: datetime
    received_at: datetime
    accepted_at: datetime | None
    accepted_by: str
    closed_at: datetime | None
    amount: Decimal
    reason: str


@dataclass(slots=True)
class PrepItem:
    """A row of prep_log.csv: minutes that somebody was timed at."""

    item_id: str
    invoice_id: str
    person_id: str
    kind: str
    started_at: datetime
    active_minutes: Decimal


@dataclass(slots=True)
class ControlTotal:
    """A row of control_totals.csv: what the general ledger's AR account says."""

    as_of: date
    currency: str
    ar_amount: Decimal


@dataclass(frozen=True, slots=True)
class Outcome:
    """Days late of one pilot invoice in both worlds, which no export shows."""

    invoice_id: str
    due_on: date
    days_late_without: int
    days_late_with: int


@dataclass(frozen=True, slots=True)
class Promised:
    """An answer that names a day of payment, which no export says apart from its words."""

    message: Message
    promised_on: date


@dataclass(slots=True)
class Books:
    """All rows of the demo company, and the hidden truth behind them."""

    people: list[Person] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    contracts: list[Contract] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    applications: list[Application] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    prep_log: list[PrepItem] = field(default_factory=list)
    control_totals: list[ControlTotal] = field(default_factory=list)
    truth: list[Outcome] = field(default_factory=list)
    promised: list[Promised] = field(default_factory=list)

    def customer(self, customer_id: str) -> Customer:
        """The customer of that id (customers lie in the order of their ids)."""
        return next(c for c in self.customers if c.customer_id == customer_id)


def money(cents: int) -> Decimal:
    """Cents as an amount with exactly two decimals."""
    return Decimal(cents).scaleb(-2)


def cents(amount: Decimal) -> int:
    """An amount in its minor unit; all currencies of the demo have two decimals."""
    return int(amount.scaleb(2))
