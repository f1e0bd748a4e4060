"""Whose each message, ticket, deal and agreement is as of a day, how it is known, or why not."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.warehouse.day import Day, Row

#: Rows of matched messages that are listed; the counts are of all.
NEWEST = 500
#: Kind -> the key of an item, and where the items stand on the day.
_ITEMS = {
    "messages": ("message_id", "known_messages"),
    "tickets": ("ticket_id", "open_tickets"),
    "deals": ("deal_id", "open_deals"),
    "contracts": ("contract_id", "filed_agreements"),
}


def message_counts(day: Day) -> list[Row]:
    """How many messages came in by the day: n, of which so many matched, by how it is known.

    `matched_by` is None for what nothing tells the customer of.
    """
    return day.select(
        "select matched_by, count(*) as n from (select case when customer_id is not null "
        "then matched_by end as matched_by from known_messages "
        "where coalesce(direction, 'in') = 'in') group by matched_by order by n desc, matched_by"
    )


def unmatched_messages(day: Day) -> list[Row]:
    """Messages from others that nobody knows the customer of, newest first, each with why."""
    return day.select(
        "select unmatched.message_id, unmatched.sent_at, unmatched.automatic, unmatched.sender, "
        "unmatched.subject, unmatched.why, unmatched.file, texts.reply, "
        "coalesce(it.body, '') as body from unmatched_messages as unmatched "
        "join intake_messages as it on unmatched.message_key = it.rowid "
        "join loads on it.file_id = loads.file_id and loads.kind = 'messages' "
        "and not loads.is_derived left join message_texts as texts "
        "on it.file_id = texts.file_id and texts.place = it.rowid - loads.first_row "
        "order by unmatched.sent_at desc, unmatched.message_id"
    )


def matched_messages(day: Day) -> list[Row]:
    """The newest messages from others whose customer is known, and how it is."""
    return day.select(
        "select matched.message_id, matched.sent_at, matched.automatic, it.sender, it.subject, "
        "matched.customer_id, customers.name as customer_name, matched.invoice_id, "
        "matched.matched_by, files.file from matched_messages as matched "
        "join intake_messages as it on matched.message_key = it.rowid "
        "join files on matched.file_id = files.file_id "
        "left join customers on matched.customer_id = customers.customer_id "
        "where coalesce(matched.direction, 'in') = 'in' "
        f"order by matched.sent_at desc, matched.message_id limit {NEWEST}"
    )


def tickets(day: Day) -> list[Row]:
    """Every ticket open on the day: whose it is, what its kind means, and how old it is.

    `days_open` is None where the export does not say since when; those nobody knows the
    customer of come first.
    """
    return day.select(
        "select open.ticket_id, open.is_matched, open.stated_customer, "
        "case when open.is_matched then open.customer_id end as customer_id, "
        "customers.name as customer_name, open.invoice_id, open.kind, open.concern, "
        "open.subject, open.opened_at, open.days_open from open_tickets as open "
        "left join customers on open.customer_id = customers.customer_id "
        "order by open.is_matched, open.days_open desc nulls first, open.ticket_id"
    )


def deals(day: Day) -> list[Row]:
    """Every deal open on the day, one row for each customer whose it is.

    `customer_id` is None, and the row comes first, where nobody knows whose it is; `amount` is
    in `currency`, and `days_to_close` is negative where the closing day has passed.
    """
    return day.select(
        "select open.deal_id, open.is_matched, open.stated_customer, open.customer_id, "
        "customers.name as customer_name, open.name, open.stage, open.amount, open.currency, "
        "open.closes_on, open.days_to_close, open.owner_name, open.pipeline, open.kind "
        "from open_deals as open "
        "left join customers on open.customer_id = customers.customer_id "
        "order by open.is_matched, open.closes_on nulls last, open.deal_id, open.customer_id"
    )


def agreements(day: Day) -> list[Row]:
    """Every agreement in prose: whose it is, what it says, and how many open invoices differ.

    `n_conflicts` counts open invoices whose terms disagree while this is the customer's running
    contract.
    """
    return day.select(
        "with clashes as (select contract_id, count(*) as n from open_invoices "
        "where has_terms_conflict group by contract_id) "
        "select filed.contract_id, filed.file, filed.filed_under, "
        "coalesce(filed.customer_id, items.customer_id) as customer_id, "
        "customers.name as customer_name, items.filed_by, it.terms, it.po_required, "
        "it.renews_on, nullif(it.starts_on, date '1900-01-01') as starts_on, "
        "customers.terms as customer_terms, coalesce(clashes.n, 0) as n_conflicts "
        "from filed_agreements as filed join intake_contracts as it "
        "on filed.contract_row = it.rowid left join filed_items as items "
        "on items.of_kind = 'contracts' and items.of_key = filed.contract_id "
        "left join customers "
        "on coalesce(filed.customer_id, items.customer_id) = customers.customer_id "
        "left join clashes on filed.contract_id = clashes.contract_id "
        "order by coalesce(filed.customer_id, items.customer_id) is not null, filed.file"
    )


def clauses(day: Day) -> list[Row]:
    """The sentence that each term of an agreement was read from, in the order of the document."""
    return day.select(
        "select contract_id, term, value, quote, place from agreement_clauses "
        "order by contract_id, rowid"
    )


def filed(day: Day) -> list[Row]:
    """What people have said the customer of, newest first."""
    return day.select(
        "select items.of_kind, items.of_key, items.customer_id, customers.name as customer_name, "
        "items.invoice_id, items.filed_by, items.filed_on, items.event_id "
        "from filed_items as items left join customers "
        "on items.customer_id = customers.customer_id "
        "order by items.filed_on desc, items.of_kind, items.of_key"
    )


def is_item(day: Day, kind: str, key: str) -> bool:
    """Whether the day knows an item of that kind and id."""
    key_column, table = _ITEMS[kind]
    return bool(day.select(f"select 1 from {table} where {key_column} = ? limit 1", [key]))


def customers(day: Day) -> list[Row]:
    """Every customer's id and name, by name."""
    return day.select("select customer_id, name from customers order by lower(name), customer_id")


def open_invoices_of(day: Day, customer_id: str) -> list[Row]:
    """The customer's open invoices, oldest due first."""
    return day.select(
        "select invoice_id, open_amount, currency, due_on from open_invoices "
        "where customer_id = ? order by due_on nulls last, invoice_id",
        [customer_id],
    )


def customer_of(day: Day, invoice_id: str) -> str | None:
    """Whose an invoice is; None when no export has it."""
    rows: Sequence[Row] = day.select(
        "select customer_id from invoices where invoice_id = ?", [invoice_id]
    )
    return rows[0]["customer_id"] if rows else None
