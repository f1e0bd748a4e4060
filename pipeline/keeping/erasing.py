"""The texts about one customer: which entries hold them, and taking them out.

Gone are messages, notes, quotes and other free words of the entries about the customer, the
addresses that messages went to, and names, addresses and roles of corrected contacts. Amounts,
days, ids and reasons by code stay: figures rest on them. What lies outside the record is listed,
not touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from typing import Any

from pipeline.ledger.erasing import without_texts
from pipeline.model import CountbackError, Entry, Event, Noun, WrongCall
from pipeline.pilot import Pilot
from pipeline.routing import customer_of
from pipeline.warehouse.belonging import belongings, is_customer


class Erasable(Noun):
    """One entry whose texts go."""

    seq: int
    kind: str
    subject: str
    on_day: date
    by: str
    texts: tuple[str, ...]
    """Which places of it: `note`, `changes.0.new`."""


_SHOWN = frozenset(Erasable.model_fields) - {"texts"}


class Plan(Noun):
    """What an erasure takes out, and what it leaves where it is."""

    customer: str
    entries: tuple[Erasable, ...]
    remains: tuple[str, ...]
    """Where else texts about the customer may lie, and what to do there."""


def to_erase(pilot: Pilot, customer_id: str) -> Plan:
    """What would go; nothing is written.

    Raises WrongCall when neither the exports nor the record know the customer.
    """
    entries = pilot.entries()
    about = _about(pilot, customer_id, entries)
    found = [
        Erasable(
            texts=fields, **entry.model_dump(include={"seq", "kind", "subject", "on_day", "by"})
        )
        for entry in about
        if (fields := without_texts(entry.kind, entry.payload)[1])
    ]
    return Plan(customer=customer_id, entries=tuple(found), remains=tuple(_remains(pilot, about)))


def erase(pilot: Pilot, customer_id: str, *, by: str, why: str, now: datetime) -> Entry:
    """Take the texts about the customer out, and record in the chain who did, and why.

    `now` is an aware instant (UTC). Raises WrongCall without a name or a reason, CountbackError
    where there is no text (any more), Stale when somebody wrote meanwhile.
    """
    if not by.strip() or not why.strip():
        raise WrongCall("An erasure is by a named person and for a reason: give --by and --why.")
    with closing(pilot.ledger()) as ledger:
        head = ledger.head()
        plan = to_erase(pilot, customer_id)
        event = Event(
            kind="erased",
            subject=f"erasure:{customer_id}",
            by=by.strip(),
            at=now,
            on_day=now.date(),
            payload={"customer_id": customer_id, "why": why.strip()},
        )
        done = ledger.erase(event, [one.seq for one in plan.entries], expected_head=head)
    if done is None:
        raise CountbackError(
            f"No entry about {customer_id} holds a text: there is nothing to erase in the record."
        )
    return done


def _about(pilot: Pilot, customer_id: str, entries: Sequence[Entry]) -> list[Entry]:
    with pilot.day() as day:
        keys = belongings(day, customer_id)
        is_known = is_customer(day, customer_id)
    own = [entry for entry in entries if _names(entry, customer_id)]
    if not own and not is_known:
        raise WrongCall(
            f"No customer {customer_id!r} is in the exports or in the record: check the id."
        )
    # Invoices that later exports lack are the customer's all the same, if a decision said so.
    invoices = keys["invoices"] | {name for entry in own for name in _invoices(entry.payload)}
    found: dict[str, Entry] = {}
    for entry in entries:
        if (
            _names(entry, customer_id)
            or invoices & {*_invoices(entry.payload), entry.subject.partition(":")[2]}
            or _corrects(entry, customer_id, keys)
            or entry.payload.get("event_id") in found
        ):
            found[entry.event_id] = entry
    return list(found.values())


def _names(entry: Entry, customer_id: str) -> bool:
    """Whether the entry itself says that it is about the customer."""
    said = entry.payload
    about = entry.subject
    cases = (about, about.partition(":")[2], str(said.get("case_id") or ""))
    return said.get("customer_id") == customer_id or any(
        case.count("/") > 1 and customer_of(case) == customer_id for case in cases
    )


def _invoices(payload: Mapping[str, Any]) -> Iterable[str]:
    many = payload.get("invoice_ids")
    one = payload.get("invoice_id")
    return [
        str(name) for name in [*(many if isinstance(many, list) else []), one] if name is not None
    ]


def _corrects(entry: Entry, customer_id: str, keys: Mapping[str, frozenset[str]]) -> bool:
    """Whether it corrects a row of the customer's, or gives one to them."""
    kind, key = entry.payload.get("kind"), entry.payload.get("key")
    if not entry.kind.startswith("correction_") or not isinstance(kind, str):
        return False
    given = [change.get("new") for change in entry.payload.get("changes") or []]
    return customer_id in (key, *given) or key in keys.get(kind, ())


def _remains(pilot: Pilot, about: Sequence[Entry]) -> Iterable[str]:
    """What lies outside the record, one sentence each."""
    yield "exports/ as they came: delete the customer's rows there, then delete .cache/."
    for file in dict.fromkeys(str(entry.payload.get("file") or "") for entry in about):
        if file and (pilot.folder / file).is_file():
            yield f"{file}: the message as it was handed over; delete it once it has left."
    if (pilot.folder / "models" / "calls.jsonl").is_file():
        yield "models/calls.jsonl: what calls cost; it holds ids and no texts."
    if any(entry.kind == "correction_proposed" for entry in about):
        yield (
            "A corrected name or address counts as a mark, to which nothing is written, until the "
            "correction is taken back on Prepare › Data health."
        )
    yield "Copies made earlier (backups, exported records, readouts): delete or renew them."
