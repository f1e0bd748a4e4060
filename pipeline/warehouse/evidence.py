"""Rows behind one case, each with the file, row and column that it was read from."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.context import RECORD
from pipeline.warehouse.day import Day, Row
from pipeline.warehouse.opening import OpenBooks
from pipeline.warehouse.reconciling import row_number

EXCHANGES = 6
PAYMENTS = 12


def cell_columns(books: OpenBooks) -> dict[tuple[int, str], dict[str, str]]:
    """(file_id, kind) -> our column -> the column's own header in that file."""
    found: dict[tuple[int, str], dict[str, str]] = {}
    for row in books.rows("select * from cells"):
        columns = found.setdefault((row["file_id"], row["kind"]), {})
        columns[row["our_column"]] = row["their_column"]
    return found


def invoice_places(day: Day, invoice_ids: Sequence[str]) -> list[Row]:
    """file_id, file, sheet and spreadsheet row of each invoice."""
    return day.select(
        "select it.invoice_id, it.file_id, files.file, files.sheet, "
        f"{row_number('invoices', 'it')} as line "
        "from intake_invoices as it join files on files.file_id = it.file_id "
        "where it.fate = 0 and it.invoice_id in (select unnest(?::varchar[]))",
        [list(invoice_ids)],
    )


def record(day: Day, kind: str, key: str, value: str | None) -> Row | None:
    """One record of a kind by its id, with file_id, file and line; None when there is none."""
    if value is None:
        return None
    rows = day.select(
        f"select it.*, files.file, files.sheet, {row_number(kind, 'it')} as line "
        f"from intake_{kind} as it "
        f"join files on files.file_id = it.file_id where it.fate = 0 and it.{key} = ? limit 1",
        [value],
    )
    return rows[0] if rows else None


def contact(day: Day, contact_id: str | None) -> Row | None:
    """A contact as it stands on the day, with the place that its address was read from.

    That is a row of the exports, or the entry of the record that corrected it.
    """
    rows = day.select(
        "select contacts_now.*, coalesce(it.file_id, -1) as file_id, "
        f"case when address_seq is null then files.file else '{RECORD}' end as file, "
        "case when address_seq is null then files.sheet end as sheet, "
        f"case when address_seq is null then {row_number('contacts', 'it')} else address_seq end "
        "as line from contacts_now left join intake_contacts as it "
        "on contacts_now.contact_id = it.contact_id and it.fate = 0 "
        "left join files on it.file_id = files.file_id where contacts_now.contact_id = ?",
        [contact_id],
    )
    return rows[0] if rows else None


def contacts(day: Day, customer_id: str) -> list[Row]:
    """The customer's contacts as they stand on the day, the one to write to first."""
    return day.select(
        "select contacts_now.*, best_contacts.contact_id is not null as is_best "
        "from contacts_now left join best_contacts "
        "on contacts_now.contact_id = best_contacts.contact_id "
        "and contacts_now.customer_id = best_contacts.customer_id "
        "where contacts_now.customer_id = ? order by is_best desc, contacts_now.contact_id",
        [customer_id],
    )


def exchanges(day: Day, customer_id: str, invoice_ids: Sequence[str]) -> list[Row]:
    """The newest messages known on the day about the customer or its invoices, newest first."""
    return day.select(
        "select it.* replace (known.customer_id as customer_id, known.invoice_id as invoice_id, "
        "known.direction as direction), texts.reply, known.matched_by, known.automatic, "
        "known.is_contact, "
        "closed.labels as confirmed, coalesce(closed.is_set_aside, false) as is_set_aside, "
        f"files.file, files.sheet, {row_number('messages', 'it')} as line "
        "from matched_messages as known "
        "join intake_messages as it on it.rowid = known.message_key "
        "left join closed_replies as closed on closed.message_key = known.message_key "
        "and closed.customer_id = known.customer_id "
        "join files on files.file_id = it.file_id "
        "join loads on loads.file_id = it.file_id and loads.kind = 'messages' "
        "and not loads.is_derived left join message_texts as texts "
        "on texts.file_id = it.file_id and texts.place = it.rowid - loads.first_row "
        "where known.customer_id = ? or known.invoice_id in (select unnest(?::varchar[])) "
        f"order by it.sent_at desc, it.message_id limit {EXCHANGES}",
        [customer_id, list(invoice_ids)],
    )


def deals(day: Day, customer_id: str) -> list[Row]:
    """The customer's deals open on the day, the next to close first, with file_id and place."""
    return day.select(
        "select open.*, it.file_id, files.file, files.sheet, "
        f"{row_number('deals', 'it')} as line from open_deals as open "
        "join intake_deals as it on open.deal_key = it.rowid "
        "join files on it.file_id = files.file_id where open.customer_id = ? "
        "order by open.closes_on is null, abs(open.days_to_close), open.deal_id",
        [customer_id],
    )


def paid_invoices(day: Day, customer_id: str) -> list[Row]:
    """The customer's newest settled invoices known on the day, newest payment first."""
    return day.select(
        "select invoices.invoice_id, invoices.amount, balances.currency, balances.due_on, "
        "balances.to_on as paid_on, (balances.to_on - balances.due_on)::integer as days_late "
        "from balances join invoices on balances.invoice_key = invoices.invoice_key "
        "cross join pilot where balances.flavour in ('both', 'reported') "
        "and not balances.is_credit and balances.closes and balances.to_on <= pilot.as_of "
        f"and invoices.customer_id = ? order by paid_on desc, invoices.invoice_id limit {PAYMENTS}",
        [customer_id],
    )


def last_payment(day: Day, customer_id: str) -> Row | None:
    """The customer's newest receipt known on the day."""
    rows = day.select(
        "select it.received_on, it.amount, it.currency from intake_payments as it, pilot "
        "where it.fate = 0 and it.customer_id = ? and it.received_on <= pilot.as_of "
        "order by it.received_on desc, it.payment_id limit 1",
        [customer_id],
    )
    return rows[0] if rows else None


def source_row(books: OpenBooks, file: str, line: int) -> list[Row]:
    """What the books read from one row of one file, as column and value, for showing it."""
    kinds = books.rows(
        "select loads.kind, loads.file_id from loads join files on loads.file_id = files.file_id "
        "where files.file = ? and not loads.is_derived",
        [file],
    )
    for found in kinds:
        rows = books.rows(
            f"select * exclude (file_id, row_no, fate, is_rounded) from intake_{found['kind']} "
            f"as it where it.file_id = ? and {row_number(found['kind'], 'it')} = ?",
            [found["file_id"], line],
        )
        if rows:
            return [{"column": name, "value": value} for name, value in rows[0].items()]
    return []


def customers_with_domains(day: Day) -> list[Row]:
    """Every customer with the mail domains of its contacts and the family it belongs to."""
    return day.select(
        "select customers.customer_id, customers.name, "
        "coalesce(customers.parent_id, customers.customer_id) as family, "
        "coalesce(list(distinct lower(regexp_extract(contacts_now.email, '@(.+)$', 1))) "
        "filter (where contains(contacts_now.email, '@')), []) as domains "
        "from customers left join contacts_now "
        "on customers.customer_id = contacts_now.customer_id "
        "group by customers.customer_id, customers.name, family order by customers.customer_id"
    )
