"""What can be done here about one finding: which cells may be put right, and by which act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from pipeline.warehouse import corrections as books
from pipeline.warehouse.day import Day, Row

Act = Literal["cell", "address", "confirm", "add"]


class Remedy(NamedTuple):
    """One thing to do: to which row, to which cell of it, by which act."""

    act: Act
    """A cell gets a value; a contact gets an address; an address is confirmed; a contact comes."""
    kind: str
    key: str
    """The row's id; of a contact to add, the customer's."""
    column: str
    label: str
    says: str | None = None
    """What stands in the cell now."""
    proposed: str | None = None
    """The value that the check proposes, if it does."""

    @property
    def name(self) -> str:
        """What tells it from the others of its finding."""
        return f"{self.act}:{self.kind}:{self.column}"


#: Check -> what may be done about it: act, kind, column, and the words for it.
_OFFERED: Mapping[str, tuple[tuple[Act, str, str], ...]] = {
    "no_contact": (("add", "contacts", "email"),),
    "contact_left": (("add", "contacts", "email"), ("confirm", "contacts", "verified_on")),
    "contact_bounced": (
        ("address", "contacts", "email"),
        ("add", "contacts", "email"),
        ("confirm", "contacts", "verified_on"),
    ),
    "contact_unverified": (
        ("confirm", "contacts", "verified_on"),
        ("address", "contacts", "email"),
        ("add", "contacts", "email"),
    ),
    "contact_stale": (
        ("confirm", "contacts", "verified_on"),
        ("address", "contacts", "email"),
        ("add", "contacts", "email"),
    ),
    "terms_missing": (
        ("cell", "customers", "terms"),
        ("cell", "invoices", "terms"),
        ("cell", "contracts", "terms"),
    ),
    "terms_conflict": (
        ("cell", "invoices", "terms"),
        ("cell", "customers", "terms"),
        ("cell", "contracts", "terms"),
    ),
    "owner_missing": (("cell", "customers", "owner_id"),),
    "owner_gone": (("cell", "customers", "owner_id"),),
    "po_missing": (
        ("cell", "invoices", "po_number"),
        ("cell", "contracts", "po_number"),
        ("cell", "customers", "po_required"),
    ),
}
_ID = {
    "contacts": "contact_id",
    "customers": "customer_id",
    "invoices": "invoice_id",
    "contracts": "contract_id",
}
_WORDS = {
    ("add", "email"): "Add a contact of {customer_name}",
    ("address", "email"): "New address of {contact_name}",
    ("confirm", "verified_on"): "{contact_name} was reached at {contact_email}",
    ("cell", "terms"): "Terms of {of}",
    ("cell", "po_number"): "PO number of {of}",
    ("cell", "owner_id"): "Owner of {customer_name}",
    ("cell", "po_required"): "Whether {customer_name} needs a PO number",
}
_OF = {
    "customers": "the customer, {customer_name}",
    "invoices": "the invoice, {invoice_id}",
    "contracts": "the contract, {contract_id}",
}


def remedies(day: Day, check: str, found: Row, invoice: Mapping[str, Any]) -> list[Remedy]:
    """What can be done here about one row of a finding, likeliest first; empty: only elsewhere.

    `invoice`: its row of `open_invoices`.
    """
    offered = [one for one in _OFFERED.get(check, ()) if invoice[_ID[one[1]]] or one[0] == "add"]
    return [_remedy(day, found, invoice, *one) for one in offered]


def _remedy(
    day: Day, found: Row, invoice: Mapping[str, Any], act: Act, kind: str, column: str
) -> Remedy:
    words = {name: value or "nobody" for name, value in invoice.items()}
    of = _OF.get(kind, "").format_map(words)
    label = _WORDS[act, column].format_map({**words, "of": of})
    if act == "add":
        return Remedy(act, kind, str(invoice["customer_id"]), column, label)
    key = str(invoice[_ID[kind]])
    says = books.cells(day, kind, key, [column])[column].stands
    is_proposed = (found["fix_kind"], found["fix_column"]) == (kind, column)
    proposed = found["fix_value"] if is_proposed else None
    return Remedy(act, kind, key, column, label, says, proposed)
