"""What a model says a message means goes on the record: it may stop a draft, so it must be there.

The same files and the same record give the same lanes, whoever asked which model when.
"""

from __future__ import annotations

from datetime import date, datetime

from pipeline.deciding.cases import check_named
from pipeline.ledger import Ledger
from pipeline.model import Entry, Event, Noun
from pipeline.replies import Span


class Suggested(Noun):
    """What a model said of one message of a customer."""

    message_id: str
    customer_id: str
    stamp: str
    """SHA-256 of the message as the books have it: another text is another message."""
    labels: tuple[str, ...]
    quotes: tuple[str, ...]
    """The words behind each label, as they stand in the message."""
    refused: int = 0
    """Labels that did not stand."""
    model: str
    prompt: str

    @classmethod
    def of(cls, spans: tuple[Span, ...], **known: object) -> Suggested:
        """With the labels and quotes of these spans."""
        said = {"labels": [s.label for s in spans], "quotes": [s.text for s in spans]}
        return cls.model_validate({**known, **said})


def note_labels(ledger: Ledger, said: Suggested, *, by: str, now: datetime, on_day: date) -> Entry:
    """Record what a model said; `by` is the person who asked it."""
    check_named(by)
    # Not the message itself: an answer must not make a colleague's closing stale.
    event = Event(
        kind="reply_labelled",
        subject=f"labels:{said.message_id}",
        by=by,
        at=now,
        on_day=on_day,
        payload=said.model_dump(mode="json"),
    )
    return ledger.append(event)
