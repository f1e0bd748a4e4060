"""Approving routine cases together, in the cadence phase only, under a cap and with a sample.

One in ten (at least one) is drawn and must be decided one by one; nothing of the batch leaves
before that. The draw follows from the record's head, so nobody can choose or foresee it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from decimal import Decimal
from math import ceil

from pipeline.acting import Moment, approval, draft_case
from pipeline.attention import is_answered, is_drawn
from pipeline.deciding import decision_event
from pipeline.desk import Desk
from pipeline.ledger.chain import Head
from pipeline.model import Case, CountbackError, Decision, Entry, Event, WrongCall, fingerprint
from pipeline.phases.standing import standing
from pipeline.pilot import Pilot
from pipeline.warehouse.day import Day, Lens

#: More than this is not looked through.
LARGEST = 10
#: Share of a batch that is decided one by one all the same.
SAMPLED = Decimal("0.10")


def approve_batch(
    pilot: Pilot, day: Day, case_ids: Sequence[str], moment: Moment, desk: Desk | None = None
) -> Entry:
    """Approve routine cases as drafted, all but the drawn ones; returns the batch's entry.

    Its payload names `sampled`: the cases that still want a decision of their own. Raises
    CountbackError when the phase, a case's lane, its amount or its draft does not allow it.
    """
    chosen = list(dict.fromkeys(case_ids))
    _check_size(chosen)
    holds = standing(pilot.settings, pilot.entries(), day.as_of, later=True)
    if not holds.may_batch:
        raise CountbackError(
            f"Batches are for the cadence phase (days 60 to 89), this is “{holds.phase}”: "
            f"{holds.locked or 'approve one by one.'}"
        )
    desk = desk or pilot.desk(day)
    for case_id in chosen:
        if why := not_for_batches(pilot, desk.case(case_id), day.lens):
            raise CountbackError(why)
    with closing(pilot.ledger()) as ledger:
        head = ledger.head()
        if why := next(_unread(pilot, chosen, ledger.entries(), day.as_of), ""):
            raise CountbackError(why)
        name = fingerprint(head.hash, *chosen)[:16]
        sampled = drawn(chosen, head)
        events = [
            _event(pilot, day, desk, case_id, name, moment)
            for case_id in chosen
            if case_id not in sampled
        ]
        batch = _batch(name, chosen, sampled, day, moment)
        return ledger.append_all([*events, batch], expected_head=head)[-1]


def by_itself(pilot: Pilot, case_id: str, entries: Sequence[Entry], as_of: date) -> bool:
    """Whether a case is to be looked at alone on a day, because its draft may be a check."""
    share = pilot.settings.review.seeded_share
    return is_drawn(pilot.name, case_id, as_of, share) and not is_answered(entries, case_id, as_of)


def has_missed(entries: Sequence[Entry], as_of: date) -> bool:
    """Whether a planted defect was approved on the day: then nothing more goes together."""
    return any(
        entry.kind == "seeded_check_answered"
        and entry.on_day == as_of
        and not entry.payload["is_caught"]
        for entry in entries
    )


def _unread(
    pilot: Pilot, case_ids: Sequence[str], entries: Sequence[Entry], as_of: date
) -> Iterator[str]:
    """Why these cases want a reader of their own."""
    if has_missed(entries, as_of):
        yield "A planted defect was missed today: approve one by one until tomorrow."
    for case_id in case_ids:
        if by_itself(pilot, case_id, entries, as_of):
            yield f"{case_id} is to be looked at by itself today: leave it out of the batch."


def drawn(case_ids: Sequence[str], head: Head) -> list[str]:
    """The cases of a batch that are decided one by one, by the record's head."""
    n = ceil(SAMPLED * len(case_ids))
    return sorted(sorted(case_ids, key=lambda case_id: fingerprint(head.hash, case_id))[:n])


def not_for_batches(pilot: Pilot, case: Case, lens: Lens) -> str:
    """Why a case is to be approved by itself; empty when a batch may hold it."""
    if case.lane != "routine":
        return f"{case.case_id} is in the {case.lane} lane: only routine cases go by batch."
    rate = {lens.currency: Decimal(1), **lens.rates}.get(case.currency)
    cap = pilot.settings.outbox.batch_cap
    if rate is None:
        return f"{case.case_id} is in {case.currency}, which has no rate: approve it by itself."
    if case.open_amount * rate > cap:
        return (
            f"{case.case_id} is above the cap of {cap} {lens.currency} for batches: approve it "
            "by itself."
        )
    return ""


def why_batch_waits(decision: Decision, entries: Sequence[Entry], phase: str) -> str:
    """Why a message that was approved in a batch does not leave yet; empty when it may."""
    batch = next(
        (e for e in entries if e.kind == "batch_approved" and e.payload["batch"] == decision.batch),
        None,
    )
    if batch is None or decision.case_id not in batch.payload["cases"]:
        return "Its batch is not on the record: approve it by itself."
    if phase != "cadence":
        return f"Batches leave in the cadence phase only, this is “{phase}”."
    undone = {e.payload.get("event_id") for e in entries if e.kind == "undone"}
    looked_at = {
        e.subject
        for e in entries
        if e.kind == "decision"
        and e.seq > batch.seq
        and not e.payload.get("batch")
        and e.event_id not in undone
    }
    left = [case_id for case_id in batch.payload["sampled"] if case_id not in looked_at]
    if left:
        return f"Its batch waits until {', '.join(left)} is decided one by one."
    return ""


def _check_size(case_ids: Sequence[str]) -> None:
    if not 2 <= len(case_ids) <= LARGEST:
        raise WrongCall(f"A batch has 2 to {LARGEST} cases, this one has {len(case_ids)}.")


def _event(pilot: Pilot, day: Day, desk: Desk, case_id: str, name: str, moment: Moment) -> Event:
    decision = approval(draft_case(pilot, day, case_id, desk))
    made = decision.model_copy(update={"batch": name})
    return decision_event(made, by=moment.by, now=moment.now, on_day=day.as_of)


def _batch(
    name: str, case_ids: Sequence[str], sampled: Sequence[str], day: Day, moment: Moment
) -> Event:
    return Event(
        kind="batch_approved",
        subject=f"batch:{name}",
        by=moment.by,
        at=moment.now,
        on_day=day.as_of,
        payload={"batch": name, "cases": list(case_ids), "sampled": list(sampled)},
    )
