"""Every approval that has not left, held against the books and the record as they stand now.

The day is looked at as if the approvals had not been given, since an approval by itself counts as
contact. Everything in the record counts, also what was taken on a later day of the books: looking
from an earlier day never lets anything leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from pipeline.acting import Made, blocking, checked_as, draft_case
from pipeline.deciding import countersigners, is_stopped
from pipeline.desk import Desk
from pipeline.drafting.seeing import changes, seen
from pipeline.model import Decision, Entry, Noun, fingerprint
from pipeline.outbox import Delivery, Letter, delivery, message_id
from pipeline.phases.standing import standing
from pipeline.pilot import Pilot
from pipeline.routing import split_case_id
from pipeline.sending.approvers import Approvers
from pipeline.sending.batches import not_for_batches, why_batch_waits
from pipeline.sending.calendar import rest_day
from pipeline.warehouse.day import Day

#: So many days the exports may lag behind the clock; further away, a day is being replayed.
LAG_DAYS = 7


class Reason(Noun):
    """One thing that keeps a message from leaving."""

    code: str
    sentence: str
    passes: bool = False
    """Whether it passes by itself, with time."""


class Judged(Noun):
    """One approval: what was approved, where it stands, and what is in its way."""

    entry: Entry
    decision: Decision
    delivery: Delivery
    reasons: tuple[Reason, ...] = ()

    @property
    def may_leave(self) -> bool:
        """Whether it waits and nothing is in its way."""
        return self.delivery.state == "waiting" and not self.reasons

    @property
    def has_lapsed(self) -> bool:
        """Whether it is past: replaced by a later decision, or too old."""
        return any(reason.code in ("lapsed", "replaced") for reason in self.reasons)

    def letter(self, pilot: Pilot) -> Letter:
        """The message as it would leave."""
        outbox = pilot.settings.outbox
        said = self.decision
        return Letter(
            to=said.to,
            subject=said.subject,
            body=said.final_body,
            message_id=message_id(self.entry.event_id, said.approved_hash, outbox.sender),
            sender=outbox.sender,
            sender_name=pilot.settings.pilot.company if outbox.sender else "",
        )


def judge(pilot: Pilot, as_of: date, entries: Sequence[Entry], now: datetime) -> tuple[Judged, ...]:
    """Every approval that was not undone, oldest first, as of now (aware, UTC)."""
    approvals = _approvals(entries)
    known = [_clipped(entry, as_of) for entry in entries if entry.event_id not in approvals]
    sent = [_clipped(a.entry, as_of) for a in approvals.values() if a.delivery.state == "sent"]
    found: list[Judged] = []
    house = tuple(_house(pilot, as_of, entries, now))
    view = _View(pilot, as_of, now, entries)
    with Day(pilot.books(), as_of, pilot.lens(), sorted([*known, *sent], key=_seq)) as day:
        desk: Desk | None = None
        for judged in approvals.values():
            reasons = tuple(view.of_record(judged))
            if judged.delivery.state == "waiting" and not reasons:
                desk = desk or pilot.desk(day)
                reasons = (*house, *view.of_books(judged, day, desk))
            found.append(judged.model_copy(update={"reasons": reasons}))
    return tuple(found)


def _seq(entry: Entry) -> int:
    return entry.seq


def _clipped(entry: Entry, as_of: date) -> Entry:
    """The entry as known on the day, however late it was taken."""
    return entry if entry.on_day <= as_of else entry.model_copy(update={"on_day": as_of})


def _approvals(entries: Sequence[Entry]) -> dict[str, Judged]:
    undone = {e.payload.get("event_id") for e in entries if e.kind == "undone"}
    about: dict[str, list[Entry]] = {}
    for entry in entries:
        about.setdefault(entry.subject, []).append(entry)
    return {
        entry.event_id: Judged(
            entry=entry,
            decision=Decision(**entry.payload),
            delivery=delivery(
                [e for e in about[entry.subject] if e.seq > entry.seq], entry.event_id
            ),
        )
        for entry in entries
        if entry.kind == "decision"
        and entry.payload.get("verdict") in ("approve", "edit")
        and entry.event_id not in undone
    }


def _house(pilot: Pilot, as_of: date, entries: Sequence[Entry], now: datetime) -> Iterator[Reason]:
    """What keeps every message back, whatever it says."""
    if is_stopped(entries):
        yield Reason(code="stopped", sentence="The kill switch is on: nothing leaves.")
    holds = standing(pilot.settings, entries, as_of, later=True)
    if not holds.may_approve:
        yield Reason(code="phase", sentence=holds.locked)
    newest = pilot.as_of()
    if as_of < newest:
        yield Reason(
            code="look_back",
            sentence=f"This is a look back: hand-overs go by the newest day, {newest}.",
        )
    behind = (now.date() - as_of).days
    if pilot.settings.outbox.kind == "smtp" and behind > LAG_DAYS:
        yield Reason(
            code="old_books",
            sentence=f"The books are of {as_of}, {behind} days ago: load fresh exports first.",
        )


def delivery_day(as_of: date, now: datetime) -> date:
    """The day a message leaves on: the clock's, unless an older day is being replayed."""
    return now.date() if abs((now.date() - as_of).days) <= LAG_DAYS else as_of


@dataclass(frozen=True)
class _View:
    """What is looked at while judging: the pilot, the day, the moment, the record."""

    pilot: Pilot
    as_of: date
    now: datetime
    entries: Sequence[Entry]

    @cached_property
    def approvers(self) -> Approvers:
        """Whose approval counts."""
        return Approvers(self.pilot.people_rules, self.pilot.settings.outbox, self.entries)

    def of_record(self, judged: Judged) -> Iterator[Reason]:
        """What the record alone says against an approval that still waits."""
        if judged.delivery.state != "waiting":
            return
        entry, outbox = judged.entry, self.pilot.settings.outbox
        later = self._later(judged)
        if later is not None:
            yield Reason(
                code="replaced",
                sentence=f"{later.by} decided again on {later.on_day}: {later.payload['verdict']}.",
            )
        days = (self.as_of - entry.on_day).days
        if days > outbox.valid_days:
            yield Reason(
                code="lapsed",
                sentence=f"Approved {days} days ago; an approval holds for {outbox.valid_days} "
                "days: review it anew.",
            )
        if days < 0:
            yield Reason(
                code="later_day",
                sentence=f"Approved on the books of {entry.on_day}, after the day looked from.",
            )
        yield from self._in_phase(judged)
        yield from self._bound(judged)

    def _in_phase(self, judged: Judged) -> Iterator[Reason]:
        """An approval counts only if it was given while messages could be approved at all."""
        before = [entry for entry in self.entries if entry.seq < judged.entry.seq]
        holds = standing(self.pilot.settings, before, judged.entry.on_day, later=True)
        if not holds.may_approve:
            yield Reason(
                code="phase",
                sentence=f"It was approved in the phase “{holds.phase}”, in which nothing is: "
                "approve it anew once the phase allows it.",
            )

    def _later(self, judged: Judged) -> Entry | None:
        """A decision that came after the approval and is about one of its invoices."""
        mine = set(judged.decision.invoice_ids)
        undone = {e.payload.get("event_id") for e in self.entries if e.kind == "undone"}
        later = [
            e
            for e in self.entries
            if e.kind == "decision"
            and e.seq > judged.entry.seq
            and e.event_id not in undone
            and (e.subject == judged.entry.subject or mine & set(e.payload.get("invoice_ids", ())))
        ]
        return later[-1] if later else None

    def _disputed_since(self, judged: Judged) -> Entry | None:
        """A dispute recorded on one of its invoices after the approval, closed by now or not."""
        mine = set(judged.decision.invoice_ids)
        for entry in self.entries:
            is_later = entry.kind == "dispute_flagged" and entry.seq > judged.entry.seq
            if is_later and entry.payload.get("invoice_id") in mine:
                return entry
        return None

    def _bound(self, judged: Judged) -> Iterator[Reason]:
        """The approval itself: by whom, and of exactly these bytes."""
        said = judged.decision
        if why := self.approvers.why_not(judged.entry):
            yield Reason(code="approver", sentence=why)
        exact = fingerprint(said.to, said.subject, said.final_body)
        if said.approved_hash != exact:
            yield Reason(
                code="bytes",
                sentence="The text in the record is not the one that was approved: run verify.",
            )

    def of_books(self, judged: Judged, day: Day, desk: Desk) -> Iterator[Reason]:
        """What has changed since, and the day's calendar."""
        yield from (Reason(code="void", sentence=said) for said in self._changed(judged, day, desk))
        yield from self._four_eyes(judged, day, desk)
        yield from self._timing(judged, desk)
        if judged.decision.batch:
            yield from self._batch(judged.decision, day, desk)

    def _four_eyes(self, judged: Judged, day: Day, desk: Desk) -> Iterator[Reason]:
        """Above the limit, whoever wrote the text does not let it leave alone."""
        said, outbox = judged.decision, self.pilot.settings.outbox
        if said.verdict != "edit":
            return
        case = next((case for case in desk.cases if case.case_id == said.case_id), None)
        rate = (
            {day.lens.currency: Decimal(1), **day.lens.rates}.get(case.currency) if case else None
        )
        if case and rate is not None and case.open_amount * rate <= outbox.second_person_above:
            return
        signed = countersigners(judged.entry, said, self.entries)
        if all(self.approvers.why_not(signature) for signature in signed):
            yield Reason(
                code="second_person",
                sentence=f"{judged.entry.by} changed the text, and it is above "
                f"{outbox.second_person_above} {day.lens.currency}: somebody else reads it and "
                "countersigns.",
            )

    def _batch(self, said: Decision, day: Day, desk: Desk) -> Iterator[Reason]:
        """What was approved together leaves only in its phase, under the cap, after its sample."""
        holds = standing(self.pilot.settings, self.entries, self.as_of, later=True)
        case = next((case for case in desk.cases if case.case_id == said.case_id), None)
        why = why_batch_waits(said, self.entries, holds.phase)
        if not why and case is not None:
            why = not_for_batches(self.pilot, case, day.lens)
        if why:
            yield Reason(code="batch", sentence=why)

    def _changed(self, judged: Judged, day: Day, desk: Desk) -> Iterator[str]:
        said = judged.decision
        yield from _moved(said, desk)
        flagged = self._disputed_since(judged)
        if flagged is not None:
            yield (
                f"{flagged.payload['invoice_id']} was flagged as disputed by {flagged.by} after "
                "the approval: whatever became of that, read the message anew."
            )
        if said.case_id not in {case.case_id for case in desk.cases}:
            return
        made = draft_case(self.pilot, day, said.case_id, desk)
        joined = sorted(set(made.case.invoice_ids) - set(said.invoice_ids))
        if joined:
            yield f"{', '.join(joined)} has joined the case since: one message covers all of it."
        yield from blocking(made)
        yield from changes(said.seen, seen(made.dossier))
        yield from _unsupported(made, said)

    def _timing(self, judged: Judged, desk: Desk) -> Iterator[Reason]:
        outbox, entry = self.pilot.settings.outbox, judged.entry
        rests_until = entry.at + timedelta(minutes=outbox.undo_minutes)
        if outbox.undo_minutes and self.now < rests_until:
            yield Reason(
                code="undo",
                sentence=f"It rests until {rests_until:%H:%M} UTC, so that it can be taken back.",
                passes=True,
            )
        row = next((desk.rows[i] for i in judged.decision.invoice_ids if i in desk.rows), None)
        if row is None:
            return
        on = delivery_day(self.as_of, self.now)
        if why := rest_day(on, row["country"], outbox.country):
            yield Reason(
                code="rest_day",
                sentence=f"{on} is {why} where the customer is: it leaves on the next working day.",
                passes=True,
            )
        contacts = [row["last_contacted_on"], last_handed_over(self.entries, row["customer_id"])]
        known = [c for c in contacts if c is not None]
        if known and (self.as_of - max(known)).days < outbox.gap_days:
            yield Reason(
                code="gap",
                sentence=f"The customer was last written to on {max(known)}: "
                f"{outbox.gap_days} days lie between two messages.",
                passes=True,
            )


def last_handed_over(entries: Iterable[Entry], customer_id: str) -> date | None:
    """The last day on which something left, or may have left, for a customer."""
    about: dict[str, list[Entry]] = {}
    for entry in entries:
        about.setdefault(entry.subject, []).append(entry)
    days = [
        entry.on_day
        for subject, those in about.items()
        for entry in those
        if entry.kind == "handing_over"
        and split_case_id(subject)[0] == customer_id
        and delivery(those, str(entry.payload["event_id"])).state in ("sending", "unknown", "sent")
    ]
    return max(days, default=None)


def _moved(said: Decision, desk: Desk) -> Iterator[str]:
    """The invoices that are no longer where the message was approved for them."""
    routes = {route.invoice_id: route for route in desk.routes}
    for invoice_id in said.invoice_ids:
        route = routes.get(invoice_id)
        if route is None:
            yield f"{invoice_id} is no longer open."
        elif route.case_id != said.case_id:
            yield f"{invoice_id} is now in the lane {route.lane}: {route.because}"


def _unsupported(made: Made, said: Decision) -> Iterator[str]:
    """What the approved text says that the books no longer bear out."""
    checks = checked_as(made, said.to, said.subject, said.final_body)
    yield from (check.sentence for check in checks if not check.ok)
