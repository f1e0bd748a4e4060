"""One case's dossier: everything known about it on the day, each fact with its source cell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date
from decimal import Decimal
from typing import Any, Literal

from pipeline.model import (
    Case,
    Dossier,
    Doubt,
    Exchange,
    Fact,
    InvoiceLine,
    OpenDeal,
    Payment,
    Person,
    Route,
    SourceCell,
)

Row = Mapping[str, Any]
#: (file_id, kind) -> our column -> the file's own header.
Columns = Mapping[tuple[int, str], Mapping[str, str]]

#: The file that the record is kept in; a cell's row there is the entry's number.
RECORD = "ledger.sqlite"
_STANDING = (
    "tier",
    "segment",
    "country",
    "health",
    "legal_form",
    "parent_id",
)
#: As many imaginary invoices of the whole book stand beside a customer's own (K in `scores`).
BOOK_INVOICES = 4
#: Under this many known outcomes a history is thin: mostly the book's average speaks.
FEWEST_OUTCOMES = 3
#: Where a reply ends and what it quotes begins.
_QUOTE = re.compile(
    r"^(>|On .{5,120} wrote:\s*$|-{2,} ?Original Message|From: .+@|_{10,}\s*$)",
    re.IGNORECASE | re.MULTILINE,
)


def cell(row: Row, kind: str, column: str, columns: Columns) -> SourceCell:
    """Where one of our columns of an intake row was read; the row when the file lacks it."""
    theirs = columns.get((row["file_id"], kind), {}).get(column)
    return SourceCell(file=row["file"], sheet=row.get("sheet"), row=row["line"], column=theirs)


def invoice_line(row: Row, place: Row, columns: Columns) -> InvoiceLine:
    """One open invoice, with the cell of each of its values."""
    return InvoiceLine(
        invoice_id=row["invoice_id"],
        issued_on=row["issued_on"],
        due_on=row["due_on"],
        amount=row["amount"],
        open_amount=row["open_amount"],
        currency=row["currency"],
        days_past_due=row["days_past_due"],
        terms=row["terms"],
        po_number=row["po_number"],
        file=place["file"],
        row=place["line"],
        columns={**_exported_cells(place, columns), **_corrected_cells(row)},
    )


def _exported_cells(place: Row, columns: Columns) -> dict[str, SourceCell]:
    names = ("invoice_id", "issued_on", "due_on", "amount", "currency", "po_number")
    return {name: cell(place, "invoices", name, columns) for name in names}


def _corrected_cells(row: Row) -> dict[str, SourceCell]:
    """A value that a person has corrected is read from the record, not from the export."""
    seq = row.get("po_number_seq")
    return {"po_number": SourceCell(file=RECORD, row=seq, column="po_number")} if seq else {}


def newest_words(body: str | None) -> str:
    """The newest reply of a message, without what it quotes below."""
    text = body or ""
    quoted = _QUOTE.search(text)
    return (text[: quoted.start()] if quoted else text).strip()


def exchange(row: Row, columns: Columns) -> Exchange:
    """One message; a direction that the export does not state stays unknown."""
    direction: Literal["in", "out", "unknown"] = "unknown"
    if row["direction"] in ("in", "out"):
        direction = row["direction"]
    return Exchange(
        sent_at=row["sent_at"].replace(tzinfo=UTC),
        direction=direction,
        sender=row["sender"] or "",
        subject=row["subject"] or "",
        text=row.get("reply") or newest_words(row["body"]),
        source=cell(row, "messages", "body", columns),
        automatic=row.get("automatic") or "",
        confirmed=tuple(row.get("confirmed") or ()),
        is_claimed=direction == "out" and not row.get("is_contact", True),
        is_set_aside=bool(row.get("is_set_aside")),
    )


def person(row: Row | None, kind: str, columns: Columns, as_of: date) -> Person | None:
    """A contact or one of our people, with the cell of the address.

    A verification after the day is not known yet.
    """
    if row is None:
        return None
    verified = row.get("verified_on")
    state = row.get("status")
    if kind == "people":
        state = "active" if row["active"] is not False else "inactive"
    return Person(
        person_id=row["contact_id" if kind == "contacts" else "person_id"],
        name=row["name"],
        email=row["email"],
        role=row.get("role") or row.get("team"),
        verified_on=verified if verified and verified <= as_of else None,
        source=row.get("source"),
        status=(state or "active").lower(),
        cell=cell(row, kind, "email", columns),
    )


def open_deal(row: Row, columns: Columns) -> OpenDeal:
    """One deal of the customer that is neither won nor lost, with the cell of its name."""
    return OpenDeal(
        deal_id=row["deal_id"],
        name=row["name"],
        stage=row["stage"],
        amount=row["amount"],
        currency=row["currency"],
        closes_on=row["closes_on"],
        owner_name=row["owner_name"],
        source=cell(row, "deals", "name", columns),
    )


def payment(row: Row) -> Payment:
    """One settled invoice of the customer."""
    return Payment(
        invoice_id=row["invoice_id"],
        amount=row["amount"],
        currency=row["currency"],
        due_on=row["due_on"],
        paid_on=row["paid_on"],
        days_late=row["days_late"],
    )


def score_sentence(rows: Sequence[Row]) -> str:
    """The oldest invoice's score in counts, so that a controller can check it by hand."""
    oldest = max(rows, key=lambda row: row["days_past_due"] or 0)
    age, n, k = oldest["days_past_due"], oldest["score_n"] or 0, oldest["score_k"] or 0
    book = oldest["score_book_rate"]
    if age is None or oldest["score"] is None:
        return "No history to go by: ordered as if it stayed open."
    thin = "Thin history, mostly book average: " if n < FEWEST_OUTCOMES else ""
    share = f"; whole book {book:.0%}" if book is not None else ""
    own = n / (n + BOOK_INVOICES)
    blended = f"{share}; blended {oldest['score']:.0%}, own history weighs {own:.0%}."
    if age <= 0:
        return f"{thin}{k} of {n} earlier invoices were paid late{blended}"
    return (
        f"{thin}{k} of {n} earlier invoices that got {age} {'day' if age == 1 else 'days'} late "
        f"were still open at {oldest['score_edge']} days{blended}"
    )


def terms_sources(rows: Sequence[Row]) -> dict[str, str | None]:
    """Payment terms by where they are written; several invoices agree or stand apart."""
    first = rows[0]
    return {
        "invoice": first["terms"] if len({row["terms"] for row in rows}) == 1 else None,
        "customer": first["customer_terms"],
        "contract": first["contract_terms"],
    }


def standing(row: Row) -> dict[str, str | None]:
    """What the customer master says, as text."""
    found = {name: row[name] for name in _STANDING}
    found["terms"] = row["customer_terms"]
    found["renews_on"] = row["renews_on"].isoformat() if row["renews_on"] else None
    rank = row["customer_rank"]
    found["rank_by_billings"] = str(rank) if rank is not None else None
    return found


def blocking_doubts(routes: Sequence[Route]) -> tuple[Doubt, ...]:
    """The blockers of the case's invoices, each code once, as doubts that stop approval.

    What is exempted for a time is said as well, as a note.
    """
    found: dict[str, Doubt] = {}
    for is_blocking in (True, False):
        for route in routes:
            for one in route.blockers if is_blocking else route.exempted:
                doubt = Doubt(code=one.code, blocking=is_blocking, sentence=one.sentence)
                found.setdefault(one.code, doubt)
    return tuple(found.values())


def missing(routes: Sequence[Route]) -> tuple[str, ...]:
    """What is ours to supply first: every blocker and every rule that blocks, once."""
    sentences = [blocker.sentence for route in routes for blocker in route.blockers]
    sentences += [rule.because for route in routes for rule in route.also if rule.lane == "blocked"]
    sentences += [route.because for route in routes if route.lane == "blocked"]
    return tuple(dict.fromkeys(sentences))


def dossier(
    case: Case,
    as_of: date,
    rows: Sequence[Row],
    routes: Sequence[Route],
    found: Mapping[str, Any],
    columns: Columns,
    sender: str,
) -> Dossier:
    """Gathers one case from its open invoices and the evidence about it.

    `found` holds places, exchanges, payments, deals, contact, owner and last_payment rows by name.
    """
    places = {place["invoice_id"]: place for place in found["places"]}
    ordered = sorted(rows, key=lambda row: (-(row["days_past_due"] or -(10**6)), row["invoice_id"]))
    lines = tuple(invoice_line(row, places[row["invoice_id"]], columns) for row in ordered)
    first = ordered[0]
    running = first["promise_until"] is not None and first["promise_until"] >= as_of
    return Dossier(
        case=case,
        as_of=as_of,
        customer_name=first["customer_name"],
        standing=standing(first),
        invoices=lines,
        facts=tuple(_facts(lines)),
        exchanges=tuple(exchange(row, columns) for row in found["exchanges"]),
        payments=tuple(payment(row) for row in found["payments"]),
        deals=tuple(open_deal(row, columns) for row in found["deals"]),
        contact=person(found["contact"], "contacts", columns, as_of),
        owner=person(found["owner"], "people", columns, as_of),
        doubts=blocking_doubts(routes),
        score_sentence=score_sentence(ordered),
        sender_name=sender,
        missing=missing(routes),
        unapplied_amount=first["unapplied_amount"] or Decimal(0),
        last_payment_on=found["last_payment"]["received_on"] if found["last_payment"] else None,
        po_required=first["po_required"],
        terms_sources=terms_sources(ordered),
        promised_on=first["promised_on"] if running else None,
    )


def _facts(lines: Sequence[InvoiceLine]) -> list[Fact]:
    """The plain facts of the invoices, as written, each with its cell."""
    facts = []
    for line in lines:
        values = {
            "invoice_id": line.invoice_id,
            "issued_on": line.issued_on.isoformat(),
            "due_on": line.due_on.isoformat() if line.due_on else None,
            "amount": f"{line.amount:.2f}",
            "po_number": line.po_number,
        }
        facts += [
            Fact(name=name, token=token, source=line.columns.get(name))
            for name, token in values.items()
            if token
        ]
    return facts
