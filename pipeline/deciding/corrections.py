"""Corrections beside the exports: one row's cells, old and new value, who says so and from where.

The exports are never written to. A correction counts until the export says something else, it is
undone, or a later one replaces it. Whom we write to is changed by two people, never by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from pydantic import Field

from pipeline.deciding.cases import check_named, is_own
from pipeline.ledger import Ledger
from pipeline.model import CountbackError, Entry, Event, Noun, WrongCall

#: What can be corrected here, by kind of export.
CORRECTABLE: Mapping[str, tuple[str, ...]] = {
    "contacts": ("customer_id", "name", "email", "role", "status", "verified_on"),
    "customers": ("owner_id", "terms", "po_required"),
    "invoices": ("po_number", "terms"),
    "contracts": ("terms", "po_number"),
}
#: What only the ERP may change: money and dates are the books' own.
_BOOKS_OWN = frozenset({"amount", "currency", "due_on", "issued_on", "invoice_id", "kind"})
#: Columns of a contact that say whom we write to.
_ADDRESSEE = frozenset({"customer_id", "name", "email"})
GONE = frozenset({"left", "bounced"})

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", re.ASCII)
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{2,4}){3,8}\b")
_BANK_WORDS = re.compile(
    r"\biban\b|\bbic\b|\bswift\b|sort[ -]?code|routing|account\s*(?:no|number|#)|bank|"
    r"\b\d{2}-\d{2}-\d{2}\b",
    re.IGNORECASE,
)


class Change(Noun):
    """One cell: what stands now, what is to stand, and what the export says today."""

    column: str
    old: str | None
    new: str
    exported: str | None = None


class Correction(Noun):
    """Cells of one row that belong together: proposed, confirmed and undone as one."""

    kind: str
    key: str
    """The row's id; of a contact that no export lists, the id that it is given here."""
    changes: tuple[Change, ...] = Field(min_length=1)
    source: str
    """How it is known: a call, a document, a colleague."""
    batch: str = ""
    """What was accepted in one go carries one name, so that it can be undone in one go."""
    was_stopped: bool = False
    """Whether the contact had left, bounced, or was suspended when this was proposed."""

    @property
    def needs_second(self) -> bool:
        """Whether it counts only after a second person has confirmed it.

        Whom we write to, and anything that looks like bank details. To stop writing to somebody
        needs nobody else: it can do no harm.
        """
        if any(looks_like_bank_details(change.new) for change in self.changes):
            return True
        if self.kind != "contacts":
            return False
        columns = {change.column: change.new for change in self.changes}
        lifts = columns.get("status", "left") not in GONE
        reopens = self.was_stopped and "verified_on" in columns
        return bool(_ADDRESSEE & columns.keys()) or lifts or reopens


def looks_like_bank_details(text: str) -> bool:
    """Whether a text holds an account number or the words that go with one."""
    return bool(_IBAN.search(text.upper()) or _BANK_WORDS.search(text))


def correction_subject(kind: str, key: str) -> str:
    """The subject under which a row's corrections are recorded."""
    return f"correction:{kind}:{key}"


def propose_correction(
    ledger: Ledger,
    correction: Correction,
    *,
    by: str,
    now: datetime,
    on_day: date,
    expected_version: int | None = None,
) -> Entry:
    """Record a correction; it counts at once unless it `needs_second`."""
    event = proposal(correction, by=by, now=now, on_day=on_day)
    return ledger.append(event, expected_version=expected_version)


def propose_all(
    ledger: Ledger, corrections: Sequence[Correction], *, by: str, now: datetime, on_day: date
) -> list[Entry]:
    """Record several corrections in one transaction: all or none."""
    return ledger.append_all(
        [proposal(correction, by=by, now=now, on_day=on_day) for correction in corrections]
    )


def proposal(correction: Correction, *, by: str, now: datetime, on_day: date) -> Event:
    """The event of a correction that meets the rules; raises WrongCall when it does not."""
    check_named(by)
    if not correction.source.strip():
        raise WrongCall(f"Correcting {correction.key} needs its source: say how you know.")
    for change in correction.changes:
        check_change(correction.kind, correction.key, change, on_day)
    said = correction.model_dump(mode="json", exclude={"was_stopped"})
    return Event(
        kind="correction_proposed",
        subject=correction_subject(correction.kind, correction.key),
        by=by,
        at=now,
        on_day=on_day,
        payload={**said, "needs_second": correction.needs_second},
    )


def confirm_correction(
    ledger: Ledger, event_id: str, *, by: str, now: datetime, on_day: date
) -> Entry:
    """The second person's confirmation: from here on the correction counts."""
    check_named(by)
    proposed, about = _standing(ledger, event_id)
    if not proposed.payload["needs_second"]:
        raise WrongCall(f"The correction of {_row(proposed)} counts already: it needs nobody else.")
    if is_own(ledger, proposed, by):
        raise CountbackError(
            f"{by} proposed the correction of {_row(proposed)}: somebody else has to confirm it."
        )
    if any(e.kind == "correction_confirmed" for e in _later(about, event_id)):
        raise CountbackError(f"The correction of {_row(proposed)} was already confirmed.")
    return _follow(ledger, "correction_confirmed", proposed, about, by, now, on_day)


def undo_correction(
    ledger: Ledger, event_id: str, *, by: str, now: datetime, on_day: date
) -> Entry:
    """Take a correction back, confirmed or not: what the export says stands again."""
    check_named(by)
    proposed, about = _standing(ledger, event_id)
    return _follow(ledger, "correction_undone", proposed, about, by, now, on_day)


def _standing(ledger: Ledger, event_id: str) -> tuple[Entry, list[Entry]]:
    proposed = ledger.find(event_id)
    if proposed is None or proposed.kind != "correction_proposed":
        raise WrongCall(f"{event_id} is no correction: name the id of one.")
    about = ledger.about(proposed.subject)
    for later in _later(about, event_id):
        if later.kind == "correction_undone":
            raise CountbackError(
                f"The correction of {_row(proposed)} was taken back by {later.by} at "
                f"{later.at:%Y-%m-%d %H:%M} UTC: propose it anew."
            )
    return proposed, about


def _later(about: Iterable[Entry], event_id: str) -> list[Entry]:
    return [entry for entry in about if entry.payload.get("event_id") == event_id]


def _follow(
    ledger: Ledger,
    kind: str,
    proposed: Entry,
    about: Sequence[Entry],
    by: str,
    now: datetime,
    on_day: date,
) -> Entry:
    event = Event(
        kind=kind,  # type: ignore[arg-type]  # validated by Event
        subject=proposed.subject,
        by=by,
        at=now,
        on_day=on_day,
        payload={"event_id": proposed.event_id},
    )
    return ledger.append(event, expected_version=about[-1].version)


def _row(entry: Entry) -> str:
    return f"{entry.payload['key']} in {entry.payload['kind']}"


# --- What a cell may become ------------------------------------------------------------------


def check_change(kind: str, key: str, change: Change, on_day: date) -> None:
    """Raises WrongCall when a cell cannot be corrected here, or not to this value."""
    check_column(kind, key, change.column)
    new = change.new
    if not new.strip():
        raise WrongCall(f"{change.column} of {key} cannot be corrected to nothing: give a value.")
    if _UNSAFE.search(new):
        raise WrongCall(f"{change.column} of {key}: the value holds a line break or worse.")
    if new == change.old:
        raise WrongCall(f"{change.column} of {key} says {new!r} already: nothing to correct.")
    _check_value(key, change.column, new, on_day)


def check_column(kind: str, key: str, column: str) -> None:
    """Raises WrongCall when a column is not to be corrected here."""
    if column in _BOOKS_OWN:
        raise WrongCall(
            f"{column} of {key} is mended in the ERP and loaded again, never corrected here: "
            "amounts and dates are the books' own."
        )
    if column not in CORRECTABLE.get(kind, ()):
        known = "; ".join(f"{name}: {', '.join(found)}" for name, found in CORRECTABLE.items())
        raise WrongCall(f"{kind}.{column} of {key} cannot be corrected here: choose from {known}.")


def _check_value(key: str, column: str, new: str, on_day: date) -> None:
    if column == "email" and not _ADDRESS.fullmatch(new):
        raise WrongCall(f"email of {key}: {new!r} is no address.")
    if column == "status" and new not in ("active", *GONE):
        raise WrongCall(f"status of {key}: {new!r} is not active, left or bounced.")
    if column == "po_required" and new not in ("true", "false"):
        raise WrongCall(f"po_required of {key}: {new!r} is not true or false.")
    if column == "verified_on":
        _check_verified(key, new, on_day)


def _check_verified(key: str, new: str, on_day: date) -> None:
    try:
        day = date.fromisoformat(new)
    except ValueError as error:
        raise WrongCall(f"verified_on of {key}: {new!r} is no date like {on_day}.") from error
    if day > on_day:
        raise WrongCall(f"verified_on of {key}: {new} is still to come on {on_day}.")
