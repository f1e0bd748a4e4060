"""Cells of the exports as they stand, beside what a person has corrected them to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.model import WrongCall
from pipeline.warehouse.day import Day, Row
from pipeline.warehouse.reconciling import row_number

#: Kind -> (key, the rows as exported, what is laid over them).
_ROWS = {
    "contacts": ("contact_id", "intake_contacts where fate = 0", "listed_contacts"),
    "customers": ("customer_id", "customers", "corrected_customers"),
    "invoices": ("invoice_id", "invoices", "corrected_invoices"),
    "contracts": ("contract_id", "intake_contracts where fate = 0", "corrected_contracts"),
}


class Cell(NamedTuple):
    """One cell: what the export says, and what stands with the corrections laid over it."""

    exported: str | None
    stands: str | None


def cells(day: Day, kind: str, key: str, columns: Sequence[str]) -> dict[str, Cell]:
    """Some cells of one row, as text; raises WrongCall when there is no such row."""
    if kind not in _ROWS:
        raise WrongCall(f"{kind!r} cannot be corrected: choose one of {', '.join(_ROWS)}.")
    key_column, exported, over = _ROWS[kind]
    said = ", ".join(f"{name}::varchar as {name}" for name in columns)
    first = day.select(
        f"select {said} from (select * from {exported}) where {key_column} = ?", [key]
    )
    above = day.select(f"select * from {over} where {key_column} = ?", [key])
    if not first and not above:
        raise WrongCall(f"No {kind[:-1]} {key!r} is in the books: check its id.")
    return {name: _cell(kind, name, first, above) for name in columns}


def _cell(kind: str, name: str, first: Sequence[Row], above: Sequence[Row]) -> Cell:
    exported = first[0][name] if first else None
    if name == "status" and exported is not None:
        exported = exported.lower()
    corrected = _text(above[0].get(name)) if above else None
    # A listed contact is whole; the other kinds hold only what was corrected.
    is_exported = corrected is None and kind != "contacts"
    return Cell(exported, exported if is_exported else corrected)


def _text(value: object) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_contact(day: Day, contact_id: str) -> bool:
    """Whether the books or the record know a contact of that id."""
    return bool(day.select("select 1 from listed_contacts where contact_id = ?", [contact_id]))


def is_stopped_contact(day: Day, contact_id: str) -> bool:
    """Whether the contact has left, bounces, or is suspended by a message."""
    return bool(
        day.select(
            "select 1 from contacts_now where contact_id = ? and status in ('left', 'bounced')",
            [contact_id],
        )
    )


def is_active_person(day: Day, person_id: str) -> bool:
    """Whether one of our own people has that id and is still with us."""
    return bool(
        day.select(
            "select 1 from intake_people where fate = 0 and person_id = ? "
            "and coalesce(active, true)",
            [person_id],
        )
    )


def active_people(day: Day) -> list[Row]:
    """Our own people who are still with us, by name."""
    return day.select(
        "select person_id, name, team from intake_people where fate = 0 "
        "and coalesce(active, true) order by name, person_id"
    )


def gives_days(day: Day, terms: str) -> bool:
    """Whether payment terms say a number of days."""
    return bool(day.select("select terms_days(?) is not null as is_said", [terms])[0]["is_said"])


def contact_ids(day: Day, customer_id: str) -> list[str]:
    """The ids of a customer's contacts, corrected and added ones included."""
    found = day.select(
        "select contact_id from listed_contacts where customer_id = ? order by contact_id",
        [customer_id],
    )
    return [row["contact_id"] for row in found]


def is_customer(day: Day, customer_id: str) -> bool:
    """Whether the books know a customer of that id."""
    return bool(day.select("select 1 from customers where customer_id = ?", [customer_id]))


def fix_list(day: Day, kind: str) -> tuple[list[str], list[Row]]:
    """What the source system is still to take over: (columns, rows) in our own layout.

    Of each row its id and every column that any row of the list changes, as they stand.
    """
    key_column, exported, over = _ROWS[kind]
    changed = day.select(
        "select distinct of_key, of_column from corrections "
        "where of_kind = ? and state = 'counting' order by of_key, of_column",
        [kind],
    )
    names = sorted({row["of_column"] for row in changed})
    keys = sorted({row["of_key"] for row in changed})
    if not keys:
        return [], []
    above = ", ".join(
        f"coalesce(over.{name}::varchar, it.{name}::varchar) as {name}" for name in names
    )
    rows = day.select(
        f"select over.{key_column}, {above} from {over} as over left join "
        f"(select * from {exported}) as it on over.{key_column} = it.{key_column} "
        f"where over.{key_column} in (select unnest(?::varchar[])) order by over.{key_column}",
        [keys],
    )
    return [key_column, *names], rows


def fixes(day: Day) -> list[Row]:
    """The fix list, one row per cell: what the source system is still to take over, and from where.

    `file`, `row` and `their_column` are the cell of the export that holds `old_value`, `their_key`
    is what that export calls the id; blank for a contact that no export lists.
    """
    places = " union all ".join(
        f"select '{kind}' as of_kind, it.{key} as of_key, it.file_id, files.file, "
        f"{row_number(kind, 'it')} as line from intake_{kind} as it "
        "join files on it.file_id = files.file_id where it.fate = 0"
        for kind, (key, _, _) in _ROWS.items()
    )
    return day.select(
        f"with places as ({places}) select made.of_kind as kind, made.of_key as id, "
        "case made.of_kind when 'customers' then made.of_key when 'invoices' "
        "then invoices.customer_id when 'contracts' then contracts.customer_id "
        "else coalesce(listed_contacts.customer_id, '') end as customer_id, "
        "case when made.of_kind = 'invoices' then made.of_key end as invoice_id, "
        "made.of_column as field, made.exported_now as old_value, made.new_value, places.file, "
        "places.line as row, cells.their_column, keys.their_column as their_key, "
        "made.known_from, made.corrected_by, made.corrected_on, made.confirmed_by "
        "from corrections as made "
        "left join places on made.of_kind = places.of_kind and made.of_key = places.of_key "
        "left join cells on places.file_id = cells.file_id and made.of_kind = cells.kind "
        "and made.of_column = cells.our_column "
        "left join cells as keys on places.file_id = keys.file_id and made.of_kind = keys.kind "
        f"and keys.our_column = case made.of_kind {_key_of_each()} end "
        "left join invoices on made.of_key = invoices.invoice_id and made.of_kind = 'invoices' "
        "left join contracts on made.of_key = contracts.contract_id "
        "and made.of_kind = 'contracts' left join listed_contacts "
        "on made.of_key = listed_contacts.contact_id and made.of_kind = 'contacts' "
        "where made.state = 'counting' order by kind, id, field"
    )


def _key_of_each() -> str:
    return " ".join(f"when '{kind}' then '{key}'" for kind, (key, _, _) in _ROWS.items())


def made_corrections(day: Day) -> list[Row]:
    """Every corrected cell, newest first, with its state."""
    return day.select("select * from corrections order by seq desc, of_column")


def suspended(day: Day) -> list[Row]:
    """Contacts that a message has stopped, newest first: which message, and what hangs on it.

    `n_void` approved messages to the address are void; `n_open` invoices wait, over `amounts`
    (a list of {currency, amount}).
    """
    return day.select(
        "with void as (select lower(address) as email, count(*) as n_void from void_approvals "
        "group by all), owed as (select customer_id, currency, count(*) as n_open, "
        "sum(open_amount)::decimal(38, 3) as amount from open_invoices "
        "group by customer_id, currency), waiting as (select customer_id, "
        "sum(n_open)::bigint as n_open, list({'currency': currency, 'amount': amount} "
        "order by currency) as amounts from owed group by customer_id) "
        "select contacts_now.name, contacts_now.email, customers.name as customer_name, "
        "contacts_now.status, contacts_now.suspended_by, contacts_now.suspended_on, "
        "coalesce(void.n_void, 0) as n_void, coalesce(waiting.n_open, 0) as n_open, "
        "coalesce(waiting.amounts, []) as amounts from contacts_now "
        "left join customers on contacts_now.customer_id = customers.customer_id "
        "left join void on lower(contacts_now.email) = void.email "
        "left join waiting on contacts_now.customer_id = waiting.customer_id "
        "where contacts_now.suspended_by is not null "
        "order by contacts_now.suspended_on desc, contacts_now.email, contacts_now.contact_id"
    )


def voided(day: Day) -> list[Row]:
    """Approved messages that must not go any more, because their address was suspended since."""
    return day.select("select * from void_approvals order by suspended_at desc, case_id")
