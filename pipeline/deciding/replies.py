"""A person closes a customer's message: the label it has, confirmed; and takes that back.

Text can only tighten; a closing is what lifts, so it is somebody's, and about one text: a
message that came later under the same id is another message, and open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Literal, get_args

from pipeline.deciding.cases import check_named, standing_decision
from pipeline.ledger import Ledger, Stale
from pipeline.model import CountbackError, Entry, Event, Noun, WrongCall
from pipeline.replies import LABELS, proposed
from pipeline.replies.closing import can_be_settled, is_set_aside

ReplyVerdict = Literal["accept", "change", "reject"]


class Reply(Noun):
    """A message as it was read: whose it is, its text's stamp, and what its words suggest."""

    message_id: str
    customer_id: str
    stamp: str
    """SHA-256 of the message as the books have it."""
    suggested: tuple[str, ...]
    by_model: tuple[str, ...] = ()
    """What a model added, if one was asked."""
    is_unread: bool = False
    """Whether some of its words were understood by no rule."""

    @property
    def proposed(self) -> tuple[str, ...]:
        """All that is suggested, by words and by model, the governing label first."""
        return proposed(self.suggested, self.by_model)


def reply_subject(message_id: str) -> str:
    """The subject under which the closing of a message is recorded."""
    return f"message:{message_id}"


def standing_closing(about: Iterable[Entry]) -> Entry | None:
    """The newest closing that was not taken back, of the entries about a message."""
    known = list(about)
    gone = {e.payload["event_id"] for e in known if e.kind == "reply_reopened"}
    closed = (e for e in known if e.kind == "reply_closed" and e.event_id not in gone)
    return max(closed, key=lambda entry: entry.seq, default=None)


def close_reply(
    ledger: Ledger,
    reply: Reply,
    *,
    verdict: ReplyVerdict,
    by: str,
    now: datetime,
    on_day: date,
    label: str | None = None,
    is_settled: bool = False,
) -> Entry:
    """Confirm what a message means: as suggested, as another `label`, or as none of the labels.

    A later closing takes the place of the one before. `is_settled`: what the label asks for is
    dealt with; no sensitive label can be.
    """
    check_named(by)
    labels = _confirmed(reply, verdict, label)
    if is_settled and not can_be_settled(labels):
        raise WrongCall(
            f"{labels[0]} on message {reply.message_id} is not settled here: only labels that ask "
            "something of us are, and no sensitive one."
        )
    said = {
        **reply.model_dump(mode="json"),
        "verdict": verdict,
        "label": labels[0],
        "labels": list(labels),
        "is_settled": is_settled,
    }
    return _closed(ledger, said, by, now, on_day)


def settle_reply(ledger: Ledger, message_id: str, *, by: str, now: datetime, on_day: date) -> Entry:
    """Say that what a closed message asks for is dealt with: it stops nothing more."""
    check_named(by)
    standing = standing_closing(ledger.about(reply_subject(message_id)))
    if standing is None:
        raise WrongCall(f"Message {message_id} is open: confirm its label first, then settle it.")
    labels, is_settled = standing.payload["labels"], standing.payload["is_settled"]
    if not can_be_settled(labels) or is_set_aside(labels, is_settled):
        raise CountbackError(
            f"Message {message_id} was closed as {labels[0]} by {standing.by}: there is nothing "
            "to settle; close it with another label if it is one."
        )
    return _closed(ledger, {**standing.payload, "is_settled": True}, by, now, on_day)


def reopen_reply(ledger: Ledger, event_id: str, *, by: str, now: datetime, on_day: date) -> Entry:
    """Take a closing back: what was said before it stands again, or nothing.

    Refused once another closing, or an approval of a message to the customer, stands on it.
    """
    check_named(by)
    closed = ledger.find(event_id)
    if closed is None or closed.kind != "reply_closed":
        raise WrongCall(f"{event_id} closes no message: name the id of a closing.")
    about = ledger.about(closed.subject)
    standing = standing_closing(about)
    if standing is None or standing.event_id != event_id:
        who = f"by {standing.by} " if standing else ""
        raise CountbackError(
            f"{closed.subject} was closed anew {who}or reopened since: look again."
        )
    _check_nothing_rests_on(ledger.entries(), closed)
    event = Event(
        kind="reply_reopened",
        subject=closed.subject,
        by=by,
        at=now,
        on_day=on_day,
        payload={
            "event_id": event_id,
            **{name: closed.payload[name] for name in ("message_id", "customer_id")},
        },
    )
    return ledger.append(event, expected_version=about[-1].version)


def _confirmed(reply: Reply, verdict: str, label: str | None) -> tuple[str, ...]:
    """The labels that a verdict confirms, the governing one first."""
    about = f"message {reply.message_id}"
    if verdict == "accept" and label is None:
        if not reply.proposed:
            raise WrongCall(f"Nothing is suggested for {about}: choose its label.")
        return reply.proposed
    if verdict == "reject" and label is None:
        return ("UNCLEAR",)
    if verdict != "change" or label is None:
        verdicts = ", ".join(get_args(ReplyVerdict))
        raise WrongCall(f"Close {about} by one of {verdicts}; a change, and it alone, has a label.")
    if label not in LABELS:
        raise WrongCall(f"{label!r} is no label: choose one of {', '.join(LABELS)}.")
    if (label,) == reply.proposed:
        raise WrongCall(f"{label} is what is suggested for {about}: accept it.")
    return (label,)


def _closed(ledger: Ledger, said: dict[str, Any], by: str, now: datetime, on_day: date) -> Entry:
    subject = reply_subject(said["message_id"])
    about = ledger.about(subject)
    standing = standing_closing(about)
    if standing is not None and standing.payload == said:
        raise Stale(
            f"Message {said['message_id']} was closed as {said['label']} by {standing.by} at "
            f"{standing.at:%Y-%m-%d %H:%M} UTC already: nothing was written."
        )
    event = Event(kind="reply_closed", subject=subject, by=by, at=now, on_day=on_day, payload=said)
    return ledger.append(event, expected_version=about[-1].version if about else 0)


def _check_nothing_rests_on(entries: Iterable[Entry], closed: Entry) -> None:
    by_case: dict[str, list[Entry]] = {}
    for entry in entries:
        by_case.setdefault(entry.subject, []).append(entry)
    for about in by_case.values():
        decided = standing_decision(about)
        if decided is not None and _rests_on(decided, closed):
            raise CountbackError(
                f"{decided.subject} was approved by {decided.by} after {closed.subject} was "
                "closed: take the approval back first, or close the message anew."
            )


def _rests_on(decided: Entry, closed: Entry) -> bool:
    said: Sequence[Any] = (decided.payload["verdict"], decided.payload["customer_id"])
    is_message = said[0] in ("approve", "edit")
    return decided.seq > closed.seq and is_message and said[1] == closed.payload["customer_id"]
