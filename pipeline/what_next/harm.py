"""What messages did: which of those that left did harm, by what the record and the books hold.

Counted as harm: a message that a person marked as having done harm, or as one that would and that
left as it was; an answer within 30 days that a person has closed as escalation or legal; an invoice
chased although its customer's complaint had come in before. Bounces, invoices paid just before and
disputes raised afterwards are counted beside and are no harm by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from pipeline.settings import Settings
from pipeline.warehouse.day import Day, Row, Scope

COUNTED = (
    "Counted as harm: a message that a person marked as having done harm, an answer within 30 days "
    "that a person closed as escalation or legal, an invoice chased after its customer's complaint "
    "about it had come in."
)


class Harm(NamedTuple):
    """Of the messages that left since go-live: how many did harm, and how many nobody can tell."""

    n: int
    harmed: int
    open: int
    """With an answer that sounds like trouble and that nobody has closed yet."""
    in_doubt: int
    """Which may have left or not."""
    cases: tuple[str, ...]
    """Those that did harm, by case."""
    beside: str
    """What else came of them, as one sentence."""


def harm(day: Day, settings: Settings, scope: Scope) -> Harm:
    """Every message that left since go-live, and what came of it by the day."""
    return counted(day.metric("sent_messages", customers=scope).rows, settings.go_live_on)


def counted(rows: Sequence[Row], go_live: date | None) -> Harm:
    """The rows of `sent_messages` since go-live, counted."""
    since = [row for row in rows if go_live is None or row["left_on"] >= go_live]
    harmed = [row for row in since if _did_harm(row)]
    return Harm(
        n=len(since),
        harmed=len(harmed),
        open=len([row for row in since if row["unread_complaints"] and not _did_harm(row)]),
        in_doubt=len([row for row in since if row["is_in_doubt"]]),
        cases=tuple(dict.fromkeys(row["case_id"] for row in harmed)),
        beside=_beside(since),
    )


def _did_harm(row: Row) -> bool:
    return bool(row["is_marked_harmful"] or row["complaints"] or row["in_dispute"])


_BESIDE = {
    "bounces": "bounced",
    "paid_before": "chased what had just been paid",
    "disputed_later": "were followed by a new dispute",
}


def _beside(rows: Sequence[Row]) -> str:
    told = [
        f"{n} {words}"
        for column, words in _BESIDE.items()
        if (n := len([row for row in rows if row[column]]))
    ]
    return f"Besides, {', '.join(told)}; that is no harm by itself." if told else ""
