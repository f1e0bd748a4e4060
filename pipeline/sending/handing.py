"""The hand-over, in steps; a crash at any of them sends nothing twice and forgets nothing.

1. One run at a time takes its turn. Claims that an interrupted run left open are settled by proof:
   the file is there (handed over), the file still waits under its other name (it has not left),
   or nobody can know (`unknown`, which only a person leaves).
2. The record and the books are read, and every approval is judged as they stand.
3. The bytes are made, read back, and put on disk under a waiting name, or the mail server is
   connected and signed in to. Nothing has left.
4. The claim is recorded: only if nothing at all was recorded since step 2, and exports and
   settings are still the same; else back to step 2. This is the point of no return.
5. The message leaves: the file gets its name, or the server takes the text.
6. What came of it is recorded, with its proof.

Killed after 1, 2 or 3, nothing was claimed and the next run starts over. After 4 a file still
waits, so the claim is released and judged anew; after 5 the file is there, so it is recorded. Of a
mail server nobody can know after 4 or 5: `unknown`. After 6 all is said.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.acting import Moment
from pipeline.ledger import Ledger, Stale
from pipeline.ledger.chain import Head
from pipeline.model import CountbackError, Entry, Event, EventKind, WrongCall, fingerprint
from pipeline.outbox import Channel, EmlFolder, Outcome, Smtp, Unreachable, delivery
from pipeline.outbox.turn import turn
from pipeline.pilot import Pilot
from pipeline.sending.judging import Judged, Reason, judge

#: Who hands over when no person is named.
MACHINE = "outbox"
#: So often others may write between looking and claiming before we give up.
_PATIENCE = 20
_KIND_OF: dict[str, EventKind] = {
    "sent": "handed_over",
    "refused": "hand_over_refused",
    "unknown": "hand_over_unknown",
}

Step = Callable[[int], None]


def _unwatched(_: int) -> None:
    """Nobody watches the steps."""


@dataclass(frozen=True)
class Report:
    """What one run handed over, what it did not, and why."""

    as_of: date
    kind: str
    dry_run: bool
    handed_over: tuple[tuple[Judged, Entry], ...]
    """Each with the entry that proves it."""
    ready: tuple[Judged, ...]
    """What a dry run would hand over."""
    kept: tuple[Judged, ...]
    """Everything else that was approved and has not left."""

    @property
    def needs_a_person(self) -> bool:
        """Whether something stays that does not pass by itself."""
        return any(
            not reason.passes for one in self.kept if not one.has_lapsed for reason in one.reasons
        )


def send(
    where: Pilot | Path | str,
    moment: Moment,
    *,
    as_of: date | None = None,
    dry_run: bool = False,
    environment: Mapping[str, str] | None = None,
    step: Step = _unwatched,
) -> Report:
    """Hands over every standing approval that may leave; see the steps above.

    `where` is the pilot's folder, or the pilot opened on somebody's behalf; `environment` holds the
    mail server's user and password (default: the process's own); `step` is called after each step
    with its number. Raises CountbackError when another run is on.
    """
    pilot = where.fresh() if isinstance(where, Pilot) else Pilot.open(where)
    day = pilot.as_of(as_of)
    outbox = channel(pilot, os.environ if environment is None else environment)
    if not pilot.record.exists():
        return Report(day, outbox.kind, dry_run, (), (), ())
    with closing(pilot.ledger()) as ledger:
        if dry_run:
            judged = judge(pilot, day, ledger.entries(), moment.now)
            return _report(_Run(pilot, ledger, outbox, day, moment, step), judged, dry_run)
        with turn(pilot.folder):
            run = _Run(pilot, ledger, outbox, day, moment, step)
            recover(pilot, ledger, moment, day)
            step(1)
            return _report(run, run.through(), dry_run)


def channel(pilot: Pilot, environment: Mapping[str, str]) -> Channel:
    """The way out that the settings name; raises WrongCall when it is not to be used."""
    if pilot.settings.outbox.kind == "eml":
        return EmlFolder(pilot.folder / "outbox")
    if pilot.is_synthetic:
        raise WrongCall(
            f"{pilot.folder / 'pilot.toml'}: this pilot's data is made up, so it never uses a mail "
            'server: set outbox.kind to "eml".'
        )
    return Smtp.of(pilot.settings.outbox, environment)


def recover(pilot: Pilot, ledger: Ledger, moment: Moment, on_day: date) -> list[Entry]:
    """Step 1: settles every claim that an interrupted run left open, by what can be proved.

    Only for whoever has the turn. Returns the entries written.
    """
    files = EmlFolder(pilot.folder / "outbox")
    entries = ledger.entries()
    written = []
    for claim in [entry for entry in entries if entry.kind == "handing_over"]:
        about = [entry for entry in entries if entry.subject == claim.subject]
        stands = delivery(about, str(claim.payload["event_id"]))
        if stands.state == "sending" and stands.claim == claim:
            outcome = _found(files, claim)
            written.append(record_outcome(ledger, claim, outcome, moment, on_day))
    files.sweep()
    return written


def _found(files: EmlFolder, claim: Entry) -> Outcome:
    if claim.payload["channel"] == files.kind:
        return files.found(claim.payload)
    return Outcome(
        state="unknown",
        said="It was interrupted while the mail server had it: ask whether it arrived.",
    )


def record_outcome(
    ledger: Ledger,
    claim: Entry,
    outcome: Outcome,
    moment: Moment,
    on_day: date,
    *,
    expected_version: int | None = None,
) -> Entry:
    """Step 6: what came of a claim, with its proof.

    With `expected_version` only if nobody has said something else of the case meanwhile.
    """
    kind = _KIND_OF[outcome.state]
    known = {k: claim.payload[k] for k in ("event_id", "channel", "message_id", "file", "sha256")}
    event = Event(
        kind=kind,
        subject=claim.subject,
        by=moment.by,
        at=moment.now,
        on_day=on_day,
        payload={
            **known,
            "claim": claim.event_id,
            "said": outcome.said,
            "is_final": outcome.is_final,
        },
    )
    return ledger.append(event, expected_version=expected_version)


def claim_event(
    judged: Judged, *, way: str, sha256: str, file: str, message_id: str, moment: Moment, day: date
) -> Event:
    """Step 4: what is claimed, and by which bytes it will be known again."""
    return Event(
        kind="handing_over",
        subject=judged.entry.subject,
        by=moment.by,
        at=moment.now,
        on_day=day,
        payload={
            "event_id": judged.entry.event_id,
            "customer_id": judged.decision.customer_id,
            "channel": way,
            "message_id": message_id,
            "approved_hash": judged.decision.approved_hash,
            "sha256": sha256,
            "file": file,
        },
    )


def file_name(judged: Judged, message_id: str) -> str:
    """The letter's name: day, customer, and what makes it the only one."""
    customer = re.sub(r"[^A-Za-z0-9-]+", "-", judged.decision.customer_id).strip("-")[:40]
    return f"{judged.entry.on_day}_{customer or 'customer'}_{message_id[1:13]}"


@dataclass
class _Run:
    """One run: what it works with, and what came of it so far."""

    pilot: Pilot
    ledger: Ledger
    outbox: Channel
    as_of: date
    moment: Moment
    step: Step
    left: list[tuple[Judged, Entry]] = field(default_factory=list)
    tried: dict[str, Reason] = field(default_factory=dict)
    """Approval -> why it did not leave although it could."""

    def through(self) -> tuple[Judged, ...]:
        """Steps 2 to 6 until nothing is left that may leave; the last judgement."""
        for _ in range(_PATIENCE):
            pilot = self.pilot.fresh()
            entries = self.ledger.entries()
            seen = _seen(pilot)
            judged = judge(pilot, self.as_of, entries, self.moment.now)
            self.step(2)
            try:
                self._all_ready(pilot, judged, entries, seen)
            except Stale:
                continue
            EmlFolder(self.pilot.folder / "outbox").sweep()
            return judged
        raise CountbackError(
            f"{self.pilot.folder}: the record, the exports or the settings keep changing: send "
            "again once they rest."
        )

    def _all_ready(
        self, pilot: Pilot, judged: Sequence[Judged], entries: Sequence[Entry], seen: str
    ) -> None:
        head = Head(entries=entries[-1].seq, hash=entries[-1].hash) if entries else None
        written_to: set[str] = set()
        done = {one.entry.event_id for one, _ in self.left}
        for one in judged:
            name, customer = one.entry.event_id, one.decision.customer_id
            if not one.may_leave or name in self.tried or name in done or head is None:
                continue
            if customer in written_to and pilot.settings.outbox.gap_days:
                self.tried[name] = _gap(customer)
                continue
            try:
                head = self._one(pilot, one, head, seen)
            except Stale:
                raise
            except Unreachable as error:
                said = Reason(code="unreachable", sentence=str(error))
                self.tried |= {other.entry.event_id: said for other in judged if other.may_leave}
                return
            except CountbackError as error:
                self.tried[name] = Reason(code="unwritable", sentence=str(error))
            else:
                written_to.add(customer)

    def _one(self, pilot: Pilot, one: Judged, head: Head, seen: str) -> Head:
        """Steps 3 to 6 for one approval; the record's head after them."""
        letter = one.letter(pilot)
        data = letter.as_bytes(self.moment.now)
        name = file_name(one, letter.message_id)
        with self.outbox.prepared(name, data, letter.to) as handing:
            self.step(3)
            if _seen(self.pilot.fresh()) != seen:
                raise Stale("Exports or settings have changed meanwhile: look again.")
            event = claim_event(
                one,
                way=self.outbox.kind,
                sha256=hashlib.sha256(data).hexdigest(),
                file=self.outbox.place(name),
                message_id=letter.message_id,
                moment=self.moment,
                day=self.as_of,
            )
            claim = self.ledger.append(event, expected_head=head)
            self.step(4)
            outcome = handing.hand_over()
            self.step(5)
            entry = record_outcome(self.ledger, claim, outcome, self.moment, self.as_of)
            self.step(6)
        if outcome.state == "sent":
            self.left.append((one, entry))
        else:
            self.tried[one.entry.event_id] = Reason(code=outcome.state, sentence=outcome.said)
        return self._head_after(claim, entry)

    def _head_after(self, claim: Entry, entry: Entry) -> Head:
        # Somebody wrote in between: what was judged may hold no longer.
        if entry.seq != claim.seq + 1:
            raise Stale("Something was recorded during the hand-over: look again.")
        return Head(entries=entry.seq, hash=entry.hash)


def _seen(pilot: Pilot) -> str:
    """What the judgement rests on beside the record: exports (by content) and settings."""
    return fingerprint(str(pilot.books().path), pilot.settings.model_dump_json())


def _gap(customer_id: str) -> Reason:
    said = f"Another message to {customer_id} left just now: days lie between two."
    return Reason(code="gap", sentence=said, passes=True)


def _report(run: _Run, judged: Sequence[Judged], dry_run: bool) -> Report:
    gone = {one.entry.event_id for one, _ in run.left}
    ready, kept = [], []
    for one in judged:
        name = one.entry.event_id
        if name in gone or one.delivery.state == "sent":
            continue
        if one.may_leave and name not in run.tried:
            ready.append(one)
        else:
            kept.append(_explained(one, run.tried.get(name)))
    return Report(run.as_of, run.outbox.kind, dry_run, tuple(run.left), tuple(ready), tuple(kept))


_STATES = {
    "sending": "A run was interrupted while handing it over: the next one finds out.",
    "unknown": "It may have left, and nobody can tell from here: say whether it arrived.",
    "refused": "The mail system refused it for good: mend the address, then approve it anew.",
}


def _explained(one: Judged, reason: Reason | None) -> Judged:
    reasons = (*one.reasons, *([reason] if reason else []))
    if not reasons:
        state = one.delivery.state
        reasons = (Reason(code=state, sentence=_STATES[state]),)
    return one.model_copy(update={"reasons": reasons})


def shown(report: Report) -> dict[str, Any]:
    """The `send` verb's object."""
    return {
        "as_of": report.as_of,
        "kind": report.kind,
        "dry_run": report.dry_run,
        "handed_over": [
            {
                **_about(one),
                "message_id": entry.payload["message_id"],
                "file": entry.payload["file"] or None,
                "sha256": entry.payload["sha256"],
                "said": entry.payload["said"],
                "at": entry.at,
            }
            for one, entry in report.handed_over
        ],
        "ready": [_about(one) for one in report.ready],
        "not_handed_over": [
            {
                **_about(one),
                "state": one.delivery.state,
                "reasons": [reason.model_dump() for reason in one.reasons],
            }
            for one in report.kept
        ],
    }


def _about(one: Judged) -> dict[str, Any]:
    return {
        "case_id": one.entry.subject,
        "customer_id": one.decision.customer_id,
        "event_id": one.entry.event_id,
        "approved_by": one.entry.by,
        "approved_on": one.entry.on_day,
        "to": one.decision.to,
        "subject": one.decision.subject,
    }
