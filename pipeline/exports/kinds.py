"""The thirteen kinds of export that Countback reads, and the columns of each.

The names and types are the product's own layout; every other layout maps onto it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Type = Literal["id", "text", "date", "timestamp", "money", "flag", "number"]
_TYPES: Mapping[str, Type] = {name: name for name in get_args(Type)}
#: Types whose text may be written day first or month first.
DATED: frozenset[str] = frozenset({"date", "timestamp"})


@dataclass(frozen=True)
class Column:
    """One column: what its text means, whether a row needs it, and its closed list if any."""

    type: Type
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """One kind of export; `key` names the column that tells its rows apart (None: no such)."""

    name: str
    columns: Mapping[str, Column]
    key: str | None

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that every row must fill."""
        return tuple(name for name, column in self.columns.items() if column.required)


def _column(spec: str) -> tuple[str, Column]:
    """Reads `name type(choice,choice)`; a leading `*` marks a required column."""
    name, kind = spec.strip().split(" ", 1)
    kind, _, choices = kind.rstrip(")").partition("(")
    listed = tuple(choice.strip() for choice in choices.split(",") if choice.strip())
    return name.lstrip("*"), Column(_TYPES[kind], name.startswith("*"), listed)


def _kind(name: str, columns: str, key: str | None) -> Kind:
    return Kind(name, dict(_column(line) for line in columns.strip().splitlines()), key)


_INVOICES = """
*invoice_id id
*customer_id id
*issued_on date
due_on date
*amount money
currency text
kind text(invoice, credit_note, debit_note)
terms text
po_number text
contract_id id
known_on date
re_aged_due_on date
disputed flag
note text
"""

_APPLICATIONS = """
*application_id id
*invoice_id id
*kind text(cash, credit, discount, write_off, withholding, reversal)
*effective_on date
*amount money
currency text
known_on date
payment_id id
"""

_PAYMENTS = """
*payment_id id
*customer_id id
*received_on date
*amount money
currency text
unapplied_amount money
method text
"""

_CUSTOMERS = """
*customer_id id
*name text
parent_id id
tier text
segment text
country text
currency text
terms text
po_required flag
legal_form text(company, sole_trader, person)
owner_id id
renews_on date
health text
hands_off flag
"""

_CONTACTS = """
*contact_id id
*customer_id id
*name text
*email text
role text
verified_on date
source text
status text(active, left, bounced)
"""

_PEOPLE = """
*person_id id
*name text
*email text
team text
active flag
"""

_CONTRACTS = """
*contract_id id
*customer_id id
*starts_on date
ends_on date
renews_on date
terms text
po_required flag
po_number text
"""

_TICKETS = """
*ticket_id id
*customer_id id
invoice_id id
*opened_at timestamp
closed_at timestamp
kind text
priority text
*subject text
body text
"""

_MESSAGES = """
*message_id id
thread_id id
customer_id id
invoice_id id
direction text(in, out)
*sent_at timestamp
*sender text
*recipients text
*subject text
*body text
"""

_DISPUTES = """
*dispute_id id
*invoice_id id
*flagged_at timestamp
received_at timestamp
accepted_at timestamp
accepted_by text
closed_at timestamp
amount money
reason text
"""

_DEALS = """
*deal_id id
customer_id id
*name text
*stage text
amount money
currency text
opened_on date
closes_on date
owner_id id
pipeline text
kind text
is_closed flag
is_won flag
"""

_PREP_LOG = """
*item_id id
invoice_id id
*person_id id
*kind text(prep, review, rework, reroute, supervision)
*started_at timestamp
*active_minutes number
"""

_CONTROL_TOTALS = """
*as_of date
*currency text
*ar_amount money
"""

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind("invoices", _INVOICES, "invoice_id"),
        _kind("applications", _APPLICATIONS, "application_id"),
        _kind("payments", _PAYMENTS, "payment_id"),
        _kind("customers", _CUSTOMERS, "customer_id"),
        _kind("contacts", _CONTACTS, "contact_id"),
        _kind("people", _PEOPLE, "person_id"),
        _kind("contracts", _CONTRACTS, "contract_id"),
        _kind("tickets", _TICKETS, "ticket_id"),
        _kind("messages", _MESSAGES, "message_id"),
        _kind("disputes", _DISPUTES, "dispute_id"),
        _kind("deals", _DEALS, "deal_id"),
        _kind("prep_log", _PREP_LOG, "item_id"),
        _kind("control_totals", _CONTROL_TOTALS, None),
    )
}
