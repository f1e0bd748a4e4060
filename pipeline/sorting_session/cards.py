"""What a person sees of an invoice while sorting: the facts, and nothing of the policy's answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from pipeline.desk import Desk
from pipeline.model import Dossier, Entry
from pipeline.pilot import Pilot, Progress
from pipeline.routing import cases
from pipeline.sorting_session.sessions import SortingSession
from pipeline.warehouse.day import Day, Row

_TICKETS = ("delivery", "billing", "dispute", "unclear")


@dataclass(frozen=True)
class Card:
    """One invoice as evidence: no lane, no score, no rule."""

    invoice_id: str
    dossier: Dossier
    """Of this invoice alone; its case's lane and its score sentence are not for showing."""
    on_record: tuple[str, ...]
    """What the exports and the record hold about it beside that, one sentence each."""


def day_of(pilot: Pilot, session: SortingSession, entries: list[Entry] | tuple[Entry, ...]) -> Day:
    """The books as they stood when the session was opened; close it when done."""
    before = [entry for entry in entries if entry.seq <= session.seq]
    return Day(pilot.books(), session.on_day, pilot.lens(), before)


def cards(
    pilot: Pilot,
    session: SortingSession,
    entries: list[Entry] | tuple[Entry, ...],
    progress: Progress = lambda _: None,
) -> dict[str, Card]:
    """Invoice -> its card, of everything in the sample that the books still hold."""
    found: dict[str, Card] = {}
    with day_of(pilot, session, entries) as day:
        desk = pilot.desk(day)
        names = [one.invoice_id for one in session.sample if one.invoice_id in desk.rows]
        for n, name in enumerate(names, 1):
            progress(f"Gathering the evidence on {name}, {n} of {len(names)}")
            found[name] = _card(pilot, day, desk, name)
    return found


def _card(pilot: Pilot, day: Day, desk: Desk, invoice_id: str) -> Card:
    route = next(one for one in desk.routes if one.invoice_id == invoice_id)
    alone = replace(
        desk, routes=(route,), cases=tuple(cases((route,), desk.rows, day.lens.all_rates))
    )
    dossier = pilot.dossier(day, alone, route.case_id)
    return Card(invoice_id, dossier, tuple(on_record(desk.rows[invoice_id])))


def on_record(row: Row) -> list[str]:
    """The facts of an invoice's row that its dossier does not show, in plain words."""
    currency = row["currency"]
    said = [
        f"{row[f'open_{kind}_tickets']} open {kind} ticket(s), the oldest for "
        f"{row['oldest_ticket_days']} days."
        for kind in _TICKETS
        if row[f"open_{kind}_tickets"]
    ]
    if row["is_disputed"]:
        amount = Decimal(row["disputed_amount"])
        said.append(f"Marked as disputed: {amount:,.2f} {currency} ({row['dispute_reason']}).")
    if row["po_required"]:
        said.append(f"The customer pays only against a PO; this one has {_po(row)}.")
    if row["paid_amount"]:
        said.append(
            f"{row['paid_amount']:,.2f} of {row['amount']:,.2f} {currency} was paid already."
        )
    if row["promised_on"]:
        said.append(f"Promised to be paid by {row['promised_on']}.")
    if row["hold_until"]:
        said.append(f"Put on hold until {row['hold_until']} by {row['last_decided_by']}.")
    if row["days_since_contact"] is not None:
        said.append(f"Last written to {row['days_since_contact']} day(s) ago.")
    return said


def _po(row: Row) -> str:
    return f"PO {row['po_number']}" if row["po_number"] else "none"
