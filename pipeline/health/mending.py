"""What a person does about a finding, the same from a page and from a script.

Each act reads what stands now, checks the correction against it, and writes one event: a value
that somebody else has changed since makes it stale, never silently overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date

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
from pipeline.deciding.exemptions import (
    assign_fix,
    end_exemption,
    grant_exemption,
    judge_twins,
    take_back,
)
from pipeline.deciding.filing import unfile
from pipeline.deciding.tasks import take_back_task
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
    proposed = _proposed(findings)
    if not proposed:
        raise WrongCall("None of these has a value to take: correct or assign them one by one.")
    batch = fingerprint(moment.by, moment.now.isoformat(), *(key for _, key in proposed))[:12]
    made = [
        _correction(day, kind, key, new, source).model_copy(update={"batch": batch})
        for (kind, key), new in proposed.items()
    ]
    with closing(pilot.ledger()) as ledger:
        return propose_all(ledger, made, by=moment.by, now=moment.now, on_day=day.as_of)


def preview(day: Day, findings: Sequence[Row]) -> list[Row]:
    """What `accept` would change, one row per cell: its id, what stands now, what would stand."""
    return [
        {"id": key, "field": change.column, "old_value": change.old, "new_value": change.new}
        for (kind, key), new in _proposed(findings).items()
        for change in _correction(day, kind, key, new, "a preview").changes
    ]


def _proposed(findings: Sequence[Row]) -> dict[tuple[str, str], dict[str, str]]:
    """(kind, key) -> the proposed values; several invoices with one contact make one."""
    return {
        (row["fix_kind"], row["fix_key"]): {row["fix_column"]: row["fix_value"]}
        for row in findings
        if row["fix_value"] is not None
    }


def confirm_contact(
    pilot: Pilot,
    day: Day,
    contact_id: str,
    *,
    on: date,
    source: str,
    moment: Moment,
    email: str | None = None,
    seen: Mapping[str, str | None] | None = None,
) -> Entry:
    """Record that a contact was reached on a day, at a new address if one is given.

    One act, so that the second person confirms address and day together; a contact that had left
    or bounced counts as active again.
    """
    stands = books.cells(day, "contacts", contact_id, ["email", "status", "verified_on"])
    wanted = {"email": email, "status": "active", "verified_on": on.isoformat()}
    new = {k: v for k, v in wanted.items() if v is not None and v != (stands[k].stands or "")}
    if not new:
        raise WrongCall(f"{contact_id} was confirmed on {on} already: nothing to record.")
    return correct(pilot, day, "contacts", contact_id, new, source=source, moment=moment, seen=seen)


def confirm(pilot: Pilot, day: Day, event_id: str, *, moment: Moment) -> Entry:
    """Confirm somebody else's correction, as long as what it replaces still stands."""
    with closing(pilot.ledger()) as ledger:
        proposed = ledger.find(event_id)
        if proposed is not None and proposed.kind == "correction_proposed":
            said = {change["column"]: change["old"] for change in proposed.payload["changes"]}
            _refuse_overtaken(day, proposed, said)
        return confirm_correction(ledger, event_id, by=moment.by, now=moment.now, on_day=day.as_of)


def exempt(
    pilot: Pilot,
    day: Day,
    check: str,
    findings: Sequence[Row],
    *,
    reason: str,
    expires_on: date,
    moment: Moment,
) -> list[Entry]:
    """Let the invoices (or customers) of some findings pass a check until a day."""
    with closing(pilot.ledger()) as ledger:
        return [
            grant_exemption(
                ledger,
                check,
                by=moment.by,
                now=moment.now,
                on_day=day.as_of,
                reason=reason,
                expires_on=expires_on,
                invoice_id=invoice_id,
                customer_id=customer_id,
            )
            for invoice_id, customer_id in _scopes(check, findings)
        ]


def assign(
    pilot: Pilot, day: Day, check: str, findings: Sequence[Row], *, person: str, moment: Moment
) -> list[Entry]:
    """Give some findings to a person to mend."""
    with closing(pilot.ledger()) as ledger:
        return [
            assign_fix(
                ledger,
                check,
                person=person,
                by=moment.by,
                now=moment.now,
                on_day=day.as_of,
                invoice_id=invoice_id,
                customer_id=customer_id,
            )
            for invoice_id, customer_id in _scopes(check, findings)
        ]


def _scopes(check: str, findings: Sequence[Row]) -> list[tuple[str | None, str | None]]:
    """What each finding is about: its invoice, else its customer; each once."""
    found = [
        (row["invoice_id"], None if row["invoice_id"] else row["customer_id"]) for row in findings
    ]
    if not found or (None, None) in found:
        raise WrongCall(f"{check} is about no single invoice or customer: mend it as it says.")
    return list(dict.fromkeys(found))


def judge(
    pilot: Pilot, day: Day, customer_id: str, twin_id: str, *, is_same: bool, moment: Moment
) -> Entry:
    """Say whether two customers are one company."""
    acted = {"by": moment.by, "now": moment.now, "on_day": day.as_of}
    with closing(pilot.ledger()) as ledger:
        return judge_twins(ledger, customer_id, twin_id, is_same=is_same, **acted)  # type: ignore[arg-type]


_UNDOING = {
    "correction_proposed": undo_correction,
    "exemption_granted": end_exemption,
    "fix_assigned": take_back,
    "twins_judged": take_back,
    "item_filed": unfile,
    **dict.fromkeys(("task_assigned", "task_closed", "task_reopened"), take_back_task),
}


def undo(pilot: Pilot, day: Day, event_ids: Sequence[str], *, moment: Moment) -> list[Entry]:
    """Take acts back, one or a whole batch: what stood before them stands again."""
    acted = {"by": moment.by, "now": moment.now, "on_day": day.as_of}
    with closing(pilot.ledger()) as ledger:
        made = [(one, ledger.find(one)) for one in event_ids]
        for event_id, entry in made:
            if entry is None or entry.kind not in _UNDOING:
                raise WrongCall(f"{event_id} cannot be taken back: name a correction or the like.")
        return [
            _UNDOING[entry.kind](ledger, event_id, **acted)  # type: ignore[arg-type]
            for event_id, entry in made
            if entry is not None
        ]


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
