"""What a person does about a finding, the same from a page and from a script.

Each act reads what stands now, checks the correction against it, and writes one event: a value
that somebody else has changed since makes it stale, never silently overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing

from pipeline.acting import Moment
from pipeline.deciding.corrections import (
    Change,
    Correction,
    check_column,
    confirm_correction,
    correction_subject,
    propose_all,
    propose_correction,
    undo_correction,
)
from pipeline.ledger import Stale
from pipeline.model import CountbackError, Entry, WrongCall, fingerprint
from pipeline.pilot import Pilot
from pipeline.warehouse import corrections as books
from pipeline.warehouse.day import Day, Row


def correct(
    pilot: Pilot,
    day: Day,
    kind: str,
    key: str,
    new: Mapping[str, str],
    *,
    source: str,
    moment: Moment,
    seen: Mapping[str, str | None] | None = None,
) -> Entry:
    """Correct cells of one row beside the exports.

    `seen`: what the person saw in them; raises Stale when something else stands by now.
    """
    with closing(pilot.ledger()) as ledger:
        version = ledger.version(correction_subject(kind, key))
        correction = _correction(day, kind, key, new, source)
        _refuse_stale(correction, seen)
        return propose_correction(
            ledger,
            correction,
            by=moment.by,
            now=moment.now,
            on_day=day.as_of,
            expected_version=version,
        )


def add_contact(
    pilot: Pilot,
    day: Day,
    customer_id: str,
    new: Mapping[str, str],
    *,
    source: str,
    moment: Moment,
) -> Entry:
    """Add a contact that no export lists; it counts once a second person has confirmed it."""
    if not books.is_customer(day, customer_id):
        raise WrongCall(f"No customer {customer_id!r} is in the books: check its id.")
    for name in ("name", "email"):
        if not new.get(name, "").strip():
            raise WrongCall(f"A new contact of {customer_id} needs a {name}.")
    key = _new_contact_id(day, customer_id, new["email"])
    values = {"customer_id": customer_id, "status": "active", **new}
    changes = tuple(Change(column=name, old=None, new=value) for name, value in values.items())
    correction = Correction(kind="contacts", key=key, changes=changes, source=source)
    with closing(pilot.ledger()) as ledger:
        return propose_correction(
            ledger, correction, by=moment.by, now=moment.now, on_day=day.as_of, expected_version=0
        )


def _new_contact_id(day: Day, customer_id: str, email: str) -> str:
    """The same person proposed twice has the same id, and the second proposal is stale."""
    key = f"NEW-{customer_id}-{fingerprint(email.strip().casefold())[:6]}"
    if books.is_contact(day, key):
        raise WrongCall(f"{email} is already a contact of {customer_id}: correct that one.")
    return key


def accept(
    pilot: Pilot, day: Day, findings: Sequence[Row], *, source: str, moment: Moment
) -> list[Entry]:
    """Take the proposed value of several findings at once, in one transaction.

    Several invoices with one contact make one correction. All carry one batch, to be undone at
    once.
    """
    proposed = {
        (row["fix_kind"], row["fix_key"]): {row["fix_column"]: row["fix_value"]}
        for row in findings
        if row["fix_value"] is not None
    }
    if not proposed:
        raise WrongCall("None of these has a value to take: correct or assign them one by one.")
    batch = fingerprint(moment.by, moment.now.isoformat(), *(key for _, key in proposed))[:12]
    made = [
        _correction(day, kind, key, new, source).model_copy(update={"batch": batch})
        for (kind, key), new in proposed.items()
    ]
    with closing(pilot.ledger()) as ledger:
        return propose_all(ledger, made, by=moment.by, now=moment.now, on_day=day.as_of)


def confirm(pilot: Pilot, day: Day, event_id: str, *, moment: Moment) -> Entry:
    """Confirm somebody else's correction, as long as what it replaces still stands."""
    with closing(pilot.ledger()) as ledger:
        proposed = ledger.find(event_id)
        if proposed is not None and proposed.kind == "correction_proposed":
            said = {change["column"]: change["old"] for change in proposed.payload["changes"]}
            _refuse_overtaken(day, proposed, said)
        return confirm_correction(ledger, event_id, by=moment.by, now=moment.now, on_day=day.as_of)


def undo(pilot: Pilot, day: Day, event_ids: Sequence[str], *, moment: Moment) -> list[Entry]:
    """Take corrections back, one or a whole batch: every row is as the export says again."""
    acted = {"by": moment.by, "now": moment.now, "on_day": day.as_of}
    with closing(pilot.ledger()) as ledger:
        return [undo_correction(ledger, one, **acted) for one in event_ids]  # type: ignore[arg-type]


def _correction(day: Day, kind: str, key: str, new: Mapping[str, str], source: str) -> Correction:
    """The correction with what stands now in each cell, and what the export says."""
    # Only what can be corrected is looked up; the writer refuses the rest by name.
    stands = _cells(day, kind, key, list(new))
    changes = tuple(
        Change(
            column=name,
            old=stands[name].stands,
            new=value.strip(),
            exported=stands[name].exported,
        )
        for name, value in new.items()
    )
    correction = Correction(
        kind=kind,
        key=key,
        changes=changes,
        source=source,
        was_stopped=kind == "contacts" and books.is_stopped_contact(day, key),
    )
    _check_against_books(day, correction)
    return correction


def _cells(day: Day, kind: str, key: str, columns: Sequence[str]) -> dict[str, books.Cell]:
    for column in columns:
        check_column(kind, key, column)
    return books.cells(day, kind, key, columns)


def _check_against_books(day: Day, correction: Correction) -> None:
    for change in correction.changes:
        if change.column == "owner_id" and not books.is_active_person(day, change.new):
            raise WrongCall(
                f"owner_id of {correction.key}: {change.new!r} is nobody active in people.csv."
            )
        if change.column == "terms" and not books.gives_days(day, change.new):
            raise WrongCall(
                f"terms of {correction.key}: {change.new!r} says no number of days; write it "
                "like NET30."
            )


def _refuse_stale(correction: Correction, seen: Mapping[str, str | None] | None) -> None:
    for change in correction.changes:
        if seen is not None and change.column in seen and seen[change.column] != change.old:
            raise Stale(
                f"{change.column} of {correction.key} says {change.old!r} by now, not "
                f"{seen[change.column]!r}: look again, then correct what stands."
            )


def _refuse_overtaken(day: Day, proposed: Entry, said: Mapping[str, str | None]) -> None:
    kind, key = proposed.payload["kind"], proposed.payload["key"]
    if kind == "contacts" and not books.is_contact(day, key):
        return
    stands = books.cells(day, kind, key, list(said))
    for column, old in said.items():
        if stands[column].stands != old:
            raise Stale(
                f"{column} of {key} says {stands[column].stands!r} by now, not {old!r} as when "
                f"{proposed.by} proposed this: have it proposed anew."
            )


def batch_of(day: Day, batch: str) -> list[str]:
    """The ids of the corrections of a batch that still count or wait."""
    rows = day.table("corrections")
    alive = [r for r in rows if r["batch"] == batch and r["state"] in ("counting", "waiting")]
    found = list(dict.fromkeys(row["event_id"] for row in alive))
    if not found:
        raise CountbackError("Nothing of this batch is left to undo.")
    return found
