"""The disputes board: every open dispute in its column, with its clocks and both parts of money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from pipeline.disputing.routes import table, taker
from pipeline.settings import Settings
from pipeline.statistics.hours import business_hours
from pipeline.warehouse.day import Day, Row, Scope

#: The columns, left to right.
STAGES: dict[str, str] = {
    "flagged": "Flagged",
    "accepted": "Owner accepted",
    "evidence": "Evidence",
    "decided": "Decision",
    "closed": "Closed",
}


@dataclass(frozen=True)
class Card:
    """One dispute; hours from the flag to the owner's acceptance, or for as long as it waits."""

    dispute_id: str
    invoice_id: str
    customer_id: str
    customer: str
    stage: str
    reason: str
    currency: str
    open_amount: Decimal
    disputed_amount: Decimal
    undisputed_amount: Decimal
    """Still to be collected: both parts add up to the open balance."""
    flagged_at: datetime
    owner: str | None
    """Who accepted it; None while nobody has."""
    asked: str | None
    """Who was asked and has not accepted yet."""
    proposed: str | None
    """Whom the routing table would ask."""
    backup: str | None
    business_hours: float
    clock_hours: float
    sla_hours: float
    is_late: bool
    """Whether the owner's acceptance took, or takes, longer than it should."""
    hand_offs: int
    detection_hours: float | None
    """From the customer's words to the flag, by the clock; None where nobody noted when."""
    evidence_notes: int
    evidence: str
    decision: str
    outcome: str
    origin: str


@dataclass(frozen=True)
class Board:
    """All cards of the day, the longest waiting first, and the routing table."""

    cards: tuple[Card, ...]
    routes: tuple[dict[str, object], ...]

    def column(self, stage: str) -> list[Card]:
        """The cards of one column."""
        return [card for card in self.cards if card.stage == stage]

    def card(self, invoice_id: str | None) -> Card | None:
        """The dispute of one invoice: the open one before a closed one."""
        found = [card for card in self.cards if card.invoice_id == invoice_id]
        return min(found, key=lambda card: card.stage == "closed", default=None)

    def totals(self) -> dict[str, dict[str, Decimal]]:
        """Currency -> what is disputed and what is not, of open disputes; never added up."""
        found: dict[str, dict[str, Decimal]] = {}
        for card in self.cards:
            if card.stage != "closed":
                zero = {"disputed": Decimal(0), "undisputed": Decimal(0)}
                part = found.setdefault(card.currency, zero)
                part["disputed"] += card.disputed_amount
                part["undisputed"] += card.undisputed_amount
        return found

    def shown(self) -> dict[str, Any]:
        """The `disputes` verb's object."""
        return {
            "columns": {stage: len(self.column(stage)) for stage in STAGES},
            "currencies": self.totals(),
            "disputes": [asdict(card) for card in self.cards],
            "routes": list(self.routes),
        }


def board(day: Day, settings: Settings, customers: Scope = "ALL") -> Board:
    """Every dispute that is open on the day, and those closed in its last thirty days.

    Business hours are Monday to Friday, 8 to 17 (UTC), as in the metric; what waits is counted to
    the end of the day.
    """
    rows = day.metric("dispute_board", customers=customers).rows
    people = day.metric("people_now").rows
    cards = [_card(row, day, settings, people) for row in rows]
    cards.sort(key=lambda card: (-card.business_hours, card.flagged_at, card.invoice_id))
    return Board(tuple(cards), tuple(table(settings)))


def _card(row: Row, day: Day, settings: Settings, people: Sequence[Row]) -> Card:
    asked = taker(row, settings, people)
    until = row["accepted_at"] or row["closed_at"]
    end = until or datetime.combine(day.as_of + timedelta(days=1), time(0))
    end = max(end, row["flagged_at"])
    waited = business_hours(row["flagged_at"], end)
    is_new = row["accepted_at"] is None and row["closed_at"] is None
    return Card(
        dispute_id=row["dispute_id"],
        invoice_id=row["invoice_id"],
        customer_id=row["customer_id"],
        customer=row["customer_name"],
        stage=_stage(row),
        reason=row["reason"] or "not stated",
        currency=row["currency"],
        open_amount=row["open_amount"],
        disputed_amount=row["disputed_amount"],
        undisputed_amount=row["undisputed_amount"],
        flagged_at=row["flagged_at"],
        owner=row["accepted_by"],
        asked=row["assigned_to"] if is_new else None,
        proposed=asked.owner,
        backup=asked.backup,
        business_hours=waited,
        clock_hours=_hours(row["flagged_at"], end),
        sla_hours=asked.sla_hours,
        is_late=waited > asked.sla_hours,
        hand_offs=max(0, (row["assignments"] or 0) - 1),
        detection_hours=_detected(row),
        evidence_notes=row["evidence_notes"] or 0,
        evidence=row["evidence"] or "",
        decision=row["decision"] or "",
        outcome=row["outcome"] or "",
        origin=row["origin"],
    )


def _stage(row: Mapping[str, Any]) -> str:
    if row["closed_at"] is not None:
        return "closed"
    if row["accepted_at"] is None:
        return "flagged"
    if row["decision"]:
        return "decided"
    return "evidence" if row["evidence_notes"] else "accepted"


def _detected(row: Mapping[str, Any]) -> float | None:
    received = row["received_at"]
    if received is None or received > row["flagged_at"]:
        return None
    return _hours(received, row["flagged_at"])


def _hours(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 3600
