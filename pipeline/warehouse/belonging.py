"""What in the exports is one customer's: the ids by which entries of the record speak of it."""

from __future__ import annotations

from pipeline.warehouse.day import Day

#: What is corrected by kind and key -> where its rows are, and the column of the key.
_ROWS = {
    "invoices": ("invoices", "invoice_id"),
    "contacts": ("contacts_now", "contact_id"),
    "contracts": ("contracts", "contract_id"),
}


def belongings(day: Day, customer_id: str) -> dict[str, frozenset[str]]:
    """Kind of row -> the keys of the customer's."""
    return {
        kind: frozenset(
            str(row[key])
            for row in day.select(f"select {key} from {table} where customer_id = ?", [customer_id])
        )
        for kind, (table, key) in _ROWS.items()
    }


def is_customer(day: Day, customer_id: str) -> bool:
    """Whether any export has this customer."""
    return bool(day.select("select 1 from customers where customer_id = ? limit 1", [customer_id]))
