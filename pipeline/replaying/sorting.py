"""Every open invoice as of past days, sorted by the policy as it is and as it would be.

A day is seen with the record as it stood then. One query a day and policy sorts the whole book.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from pipeline.model import Entry, Lane
from pipeline.pilot import Pilot
from pipeline.replaying.proposal import Proposal
from pipeline.routing import winner
from pipeline.warehouse.day import Day, Lens, Row
from pipeline.warehouse.opening import OpenBooks
from pipeline.warehouse.policy import sorted_by

#: Days between two looks at the whole desk.
STEP_DAYS = 7


@dataclass(frozen=True)
class Place:
    """Where one policy puts an invoice."""

    lane: Lane
    rule: str


@dataclass(frozen=True)
class Sorted:
    """One open invoice on one day, by both policies; money in `currency`."""

    on: date
    invoice_id: str
    customer_id: str
    customer_name: str
    currency: str
    open_amount: Decimal
    before: Place
    after: Place

    @property
    def moves(self) -> bool:
        """Whether it lies in another lane."""
        return self.before.lane != self.after.lane


@dataclass(frozen=True)
class Bench:
    """What both policies are laid out on: the same books, each with its lens."""

    books: OpenBooks
    before: tuple[Proposal, Lens]
    after: tuple[Proposal, Lens]

    @classmethod
    def of(cls, pilot: Pilot, before: Proposal, after: Proposal) -> Bench:
        """The pilot's books; the hands-off list is part of how they are looked at."""
        lens = pilot.lens()
        return cls(
            pilot.books(),
            (before, replace(lens, hands_off=before.hands_off)),
            (after, replace(lens, hands_off=after.hands_off)),
        )

    def check(self, on: date) -> None:
        """Binds the changed rules to the books; raises WrongCall naming rule and column."""
        proposal, lens = self.after
        with Day(self.books, on, lens) as day:
            proposal.check(day)

    def sort(self, on: date, entries: Sequence[Entry]) -> dict[str, Sorted]:
        """invoice_id -> where both policies put it on a day, with these entries of the record."""
        (old, lens), (new, other) = self.before, self.after
        with Day(self.books, on, lens, entries) as day:
            rows = sorted_by(day, old.policy, old.place)
            places = _places(sorted_by(day, new.policy, new.place)) if other == lens else None
        if places is None:
            with Day(self.books, on, other, entries) as day:
                places = _places(sorted_by(day, new.policy, new.place))
        return {row["invoice_id"]: _sorted(on, row, places) for row in rows}


def _places(rows: Sequence[Row]) -> dict[str, Place]:
    return {row["invoice_id"]: _place(row) for row in rows}


def _place(row: Row) -> Place:
    won = winner(row)
    return Place(won.lane, won.rule)


def _sorted(on: date, row: Row, places: Mapping[str, Place]) -> Sorted:
    return Sorted(
        on=on,
        invoice_id=row["invoice_id"],
        customer_id=row["customer_id"],
        customer_name=row["customer_name"],
        currency=row["currency"],
        open_amount=row["open_amount"],
        before=_place(row),
        after=places[row["invoice_id"]],
    )


def steps(as_of: date, days: int) -> list[date]:
    """The days looked at, oldest first: `as_of` and every seventh day before it."""
    back = range(0, days + 1, STEP_DAYS)
    return [as_of - timedelta(days=n) for n in reversed(back)]
