"""One message closed, settled or opened again, as the books of the day have it."""

from __future__ import annotations

from contextlib import closing

from pipeline.acting import Moment
from pipeline.deciding.replies import (
    Reply,
    ReplyVerdict,
    close_reply,
    reopen_reply,
    settle_reply,
)
from pipeline.model import CountbackError, Entry, WrongCall
from pipeline.pilot import Pilot
from pipeline.warehouse import replies as books
from pipeline.warehouse.day import Day


def close_message(
    pilot: Pilot,
    day: Day,
    message_id: str,
    *,
    verdict: ReplyVerdict,
    moment: Moment,
    label: str | None = None,
    is_settled: bool = False,
    stamp: str | None = None,
) -> Entry:
    """Confirm a message's label: as suggested, as `label`, or as none of them.

    `stamp` is that of the text that the person saw. Raises WrongCall when the day knows no such
    message of a customer, and CountbackError when its text is another by now.
    """
    with closing(pilot.ledger()) as ledger:
        return close_reply(
            ledger,
            _read(day, message_id, stamp),
            verdict=verdict,
            label=label,
            is_settled=is_settled,
            by=moment.by,
            now=moment.now,
            on_day=day.as_of,
        )


def settle_message(pilot: Pilot, day: Day, message_id: str, *, moment: Moment) -> Entry:
    """Say that what a closed message asks for is dealt with."""
    with closing(pilot.ledger()) as ledger:
        return settle_reply(ledger, message_id, by=moment.by, now=moment.now, on_day=day.as_of)


def reopen_message(pilot: Pilot, day: Day, event_id: str, *, moment: Moment) -> Entry:
    """Take a closing back, by its event's id."""
    with closing(pilot.ledger()) as ledger:
        return reopen_reply(ledger, event_id, by=moment.by, now=moment.now, on_day=day.as_of)


def _read(day: Day, message_id: str, stamp: str | None) -> Reply:
    row = books.reply(day, message_id)
    if row is None:
        raise WrongCall(
            f"No customer's message {message_id!r} is in the books on this day: check its id, and "
            "file it on the page Matching when nobody knows whose it is."
        )
    if stamp is not None and stamp != row["stamp"]:
        raise CountbackError(
            f"Message {message_id} reads otherwise since you looked: look again, then close it."
        )
    return Reply(
        message_id=message_id,
        customer_id=row["customer_id"],
        stamp=row["stamp"],
        suggested=tuple(row["suggested"]),
        by_model=tuple(row["by_model"]),
        is_unread=row["is_unread"],
    )
