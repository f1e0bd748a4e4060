"""Saying whose a message, ticket, deal or agreement is, the same from a page and from a script."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import Any

from pipeline.acting import Moment
from pipeline.deciding.filing import FILED, file_item
from pipeline.model import Entry, WrongCall
from pipeline.pilot import Pilot
from pipeline.warehouse import filing as books
from pipeline.warehouse.corrections import is_customer
from pipeline.warehouse.day import Day, Row

#: How it is known whose a message is, in a collector's words.
KNOWN_BY = {
    "export": "the export names the customer",
    "address": "a contact has its address",
    "address and invoice": "address and invoice agree",
    "invoice": "it names an invoice",
    "thread": "its thread is about one customer",
    "person": "a person filed it",
}
#: What a ticket's kind means for collecting.
CONCERNS = {
    "dispute": "Dispute: stops the invoice",
    "delivery": "Delivery: we owe them first",
    "billing": "Billing: answer first",
    "unclear": "No kind: answer first",
    "other": "Other: changes nothing",
}


def file_under(
    pilot: Pilot,
    day: Day,
    kind: str,
    key: str,
    *,
    moment: Moment,
    customer_id: str | None = None,
    invoice_id: str | None = None,
) -> Entry:
    """File an item under a customer, or under an invoice and so under whose that is.

    Raises WrongCall when the books know no such item, customer or invoice of that customer.
    """
    if kind not in FILED:
        raise WrongCall(f"{kind!r} cannot be filed: choose one of {', '.join(FILED)}.")
    whose = _whose(day, customer_id, invoice_id)
    if not books.is_item(day, kind, key):
        raise WrongCall(f"No {FILED[kind]} {key!r} is in the books on this day: check its id.")
    with closing(pilot.ledger()) as ledger:
        return file_item(
            ledger,
            kind,
            key,
            customer_id=whose,
            invoice_id=invoice_id,
            by=moment.by,
            now=moment.now,
            on_day=day.as_of,
        )


def _whose(day: Day, customer_id: str | None, invoice_id: str | None) -> str:
    if invoice_id is not None:
        owner = books.customer_of(day, invoice_id)
        if owner is None:
            raise WrongCall(f"No invoice {invoice_id!r} is in the books: check its number.")
        if customer_id not in (None, owner):
            raise WrongCall(f"Invoice {invoice_id} is {owner}'s, not {customer_id}'s.")
        return owner
    if customer_id is None:
        raise WrongCall("Say whose it is: name a customer or an invoice.")
    if not is_customer(day, customer_id):
        raise WrongCall(f"No customer {customer_id!r} is in the books: check its id.")
    return customer_id


def matching(day: Day) -> dict[str, Any]:
    """The `matching` verb's object: what is matched how, what is not and why, what papers say."""
    counts = books.message_counts(day)
    tickets, deals = books.tickets(day), books.deals(day)
    said: dict[str, list[Row]] = {}
    for clause in books.clauses(day):
        said.setdefault(clause["contract_id"], []).append(clause)
    return {
        "as_of": day.as_of,
        "messages": {
            "n": sum(row["n"] for row in counts),
            "matched_by": {r["matched_by"]: r["n"] for r in counts if r["matched_by"]},
            "unmatched": [_without_words(row) for row in books.unmatched_messages(day)],
        },
        "tickets": {
            "open": len(tickets),
            "concerns": dict(Counter(row["concern"] for row in tickets)),
            "unmatched": [row for row in tickets if not row["is_matched"]],
        },
        "deals": {
            "open": len({row["deal_id"] for row in deals}),
            "unmatched": [row for row in deals if not row["is_matched"]],
        },
        "agreements": [
            {**row, "clauses": said.get(row["contract_id"], [])} for row in books.agreements(day)
        ],
        "filed": books.filed(day),
    }


def _without_words(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in ("body", "reply")}


def told(result: Mapping[str, Any]) -> Iterator[str]:
    """The same for people."""
    mail, tickets, papers = result["messages"], result["tickets"], result["agreements"]
    yield f"{mail['n']:,} messages came in; {len(mail['unmatched']):,} of them match no customer."
    for way, n in mail["matched_by"].items():
        yield f"  {n:,}: {KNOWN_BY[way]}"
    yield from (_line(r["message_id"], r["sender"], r["why"]) for r in mail["unmatched"])
    lost: Sequence[Row] = tickets["unmatched"]
    yield f"{tickets['open']:,} tickets are open; {len(lost):,} of them match no customer."
    yield from (_line(r["ticket_id"], r["stated_customer"], r["concern"]) for r in lost)
    homeless: Sequence[Row] = result["deals"]["unmatched"]
    n_deals = result["deals"]["open"]
    yield f"{n_deals:,} deals are open; {len(homeless):,} of them match no customer."
    yield from (_line(r["deal_id"], r["stated_customer"], r["name"]) for r in homeless)
    nobodys = [row for row in papers if row["customer_id"] is None]
    yield f"{len(papers):,} agreements in prose; {len(nobodys):,} of them match no customer."
    for row in papers:
        yield _line(
            row["contract_id"], row["customer_id"] or "nobody's", row["terms"] or "no terms"
        )


def _line(*words: str | None) -> str:
    return "  " + " · ".join(" ".join((word or "–").split()) for word in words)
