"""The routing table tried on a message: what it would be read as, and who would get it.

Nothing is recorded and no case is touched: the words are read by the same rules as a customer's
reply, and the line of the table is the one that a dispute with this reason would take.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.disputing.routes import ACCOUNT_OWNER, Taker, route_of, taker
from pipeline.replies import understand
from pipeline.settings import DisputeRoute, Settings
from pipeline.warehouse.day import Row


class Tried(NamedTuple):
    """What would become of a message."""

    labels: tuple[str, ...]
    """What it is read as, the governing one first."""
    is_dispute: bool
    reason: str | None
    """Why the customer disputes; None where the words do not say, or where it is no dispute."""
    words: str
    """The words that say it is a dispute, as they stand in the message; empty where none do."""
    is_unread: bool
    """Whether some of it was understood by no rule: a person reads it first."""
    line: DisputeRoute | None
    """The line of the table that it takes; None where nothing is routed."""
    taker: Taker | None
    """The people behind that line who are still here."""


def tried(
    text: str, settings: Settings, people: Sequence[Row], account_owner: str | None = None
) -> Tried:
    """Reads a pasted message and looks its reason up; `account_owner` is a customer's."""
    read = understand(text.strip())
    is_dispute = "DISPUTE" in read.labels
    words = next((span.text for span in read.spans if span.label == "DISPUTE"), "")
    line = route_of(read.reason, settings)
    found = taker({"reason": read.reason, "account_owner": account_owner}, settings, people)
    if line.owner == ACCOUNT_OWNER and account_owner is None:
        # Of no account in particular: its owner is not somebody who left, only not named.
        found = Taker(None, found.owner, found.sla_hours)
    return Tried(
        labels=read.labels,
        is_dispute=is_dispute,
        reason=read.reason if is_dispute else None,
        words=words,
        is_unread=read.is_unread,
        line=line if is_dispute else None,
        taker=found if is_dispute else None,
    )
