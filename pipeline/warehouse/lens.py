"""How a pilot's settings look at its books, and what a figure that comes back carries with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from pipeline.warehouse.opening import Row
from pipeline.warehouse.statements import Statement

Flavour = Literal["restated", "reported"]
Scope = Literal["ALL", "SEGMENT", "CONTROL"]
Weeks = Sequence[tuple[date, date]]
#: (is_post, first due day, first due day no longer in it, first day not followed)
Windows = Sequence[tuple[bool, date, date, date]]


@dataclass(frozen=True)
class Lens:
    """What a pilot's settings say about how its books are looked at."""

    currency: str
    """The reporting currency."""
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    """Constant rates: one unit of the key is this much reporting currency."""
    segment_where: str = ""
    control_where: str = ""
    is_holdout: bool = False
    hands_off: tuple[str, ...] = ()
    own_domains: tuple[str, ...] = ()
    """Domains that we write from, besides those of our people."""

    @property
    def all_rates(self) -> dict[str, Decimal]:
        """The rates, with the reporting currency's own."""
        return {**self.rates, self.currency: Decimal(1)}


@dataclass(frozen=True)
class Metric:
    """A figure with all that it takes to trust it: its meaning, its SQL and its rows."""

    name: str
    title: str
    unit: str
    better: str
    meaning: str
    sql: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def metric(statement: Statement, rows: Sequence[Row]) -> Metric:
    """A statement's rows with its meaning."""
    headers = statement.headers
    return Metric(
        name=statement.name,
        title=headers["title"],
        unit=headers["unit"],
        better=headers["better"],
        meaning=statement.meaning,
        sql=statement.select,
        columns=tuple(rows[0]) if rows else (),
        rows=tuple(rows),
    )
