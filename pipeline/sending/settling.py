"""What only a person can do or say: send by their own mail program, and tell what became of it."""

from __future__ import annotations

import hashlib
from contextlib import closing
from datetime import date

from pipeline.acting import Moment
from pipeline.deciding.cases import check_named
from pipeline.ledger import Ledger
from pipeline.ledger.chain import Head
from pipeline.model import CountbackError, Entry, WrongCall
from pipeline.outbox import Outcome, delivery, mailto_link
from pipeline.outbox.delivery import BY_PERSON
from pipeline.outbox.turn import turn
from pipeline.pilot import Pilot
from pipeline.sending.handing import claim_event, record_outcome, recover
from pipeline.sending.judging import Judged, judge


def by_mail_program(pilot: Pilot, event_id: str, moment: Moment, as_of: date) -> str:
    """Claims one message for a person to send themselves; the link that opens it as a draft.

    From here on the machine leaves it alone: only a person can say whether it left. Raises
    CountbackError with the reason when it may not leave.
    """
    check_named(moment.by)
    with turn(pilot.folder), closing(pilot.ledger()) as ledger:
        recover(pilot, ledger, moment, as_of)
        entries = ledger.entries()
        one = _named(judge(pilot, as_of, entries, moment.now), event_id)
        if not one.may_leave:
            why = one.reasons[0].sentence if one.reasons else f"It is {one.delivery.state}."
            raise CountbackError(f"{one.entry.subject} does not leave: {why}")
        letter = one.letter(pilot)
        link = mailto_link(letter)
        event = claim_event(
            one,
            way=BY_PERSON,
            sha256=hashlib.sha256(link.encode()).hexdigest(),
            file="",
            message_id=letter.message_id,
            moment=moment,
            day=as_of,
        )
        ledger.append(event, expected_head=Head(entries=entries[-1].seq, hash=entries[-1].hash))
        return link


def settle(ledger: Ledger, event_id: str, *, has_left: bool, moment: Moment, on_day: date) -> Entry:
    """A person's word on a message whose leaving nobody else can tell.

    `has_left`: it arrived, or at least went out. Otherwise the approval waits again. Raises
    CountbackError unless it is in doubt.
    """
    check_named(moment.by)
    approved = ledger.find(event_id)
    if approved is None or approved.kind != "decision":
        raise WrongCall(f"{event_id} is no approval: name the id of the message's approval.")
    about = ledger.about(approved.subject)
    stands = delivery(about, event_id)
    if stands.state != "unknown" or stands.claim is None:
        raise CountbackError(
            f"The message of {approved.subject} is not in doubt: it is {stands.state}."
        )
    outcome = Outcome(
        state="sent" if has_left else "refused",
        said=f"{moment.by} says that it {'has left' if has_left else 'never left'}.",
    )
    return record_outcome(
        ledger, stands.claim, outcome, moment, on_day, expected_version=about[-1].version
    )


def _named(judged: tuple[Judged, ...], event_id: str) -> Judged:
    for one in judged:
        if one.entry.event_id == event_id:
            return one
    raise WrongCall(f"{event_id} is no standing approval: it was undone, or never given.")
