"""What a readout is made of, whatever it is written as: cells, tables, charts, sections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Value = Decimal | float | int | date | None


@dataclass(frozen=True)
class Cell:
    """One value with the words in which every format shows it."""

    text: str
    value: Value = None
    """The exact value, for a spreadsheet; None when the cell is words."""
    number_format: str = ""
    """How a spreadsheet shows `value` so that it reads like `text`."""


@dataclass(frozen=True)
class Table:
    """Rows of cells under their headings; the first column names the row."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Series:
    """One line or one kind of column; None where a value is not known."""

    name: str
    values: tuple[float | None, ...]
    is_main: bool = True
    """The pilot is drawn solid; what it is compared with, grey and dashed."""


@dataclass(frozen=True)
class Level:
    """A line across a chart: a baseline."""

    name: str
    value: float


@dataclass(frozen=True)
class Chart:
    """What is drawn: lines or columns over categories, in one unit."""

    kind: Literal["lines", "columns"]
    title: str
    unit: str
    """Spoken: `share of what could age`, `min`, `days`."""
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    alt: str
    """The same in words."""
    number_format: str = "0.0"
    level: Level | None = None
    marks: tuple[tuple[int, str], ...] = ()
    """(place among the categories, name) of the days that matter."""
    days: tuple[date, ...] = ()
    """The categories as days, where they are days: an axis of time needs no label a point."""


@dataclass(frozen=True)
class Span:
    """An estimate with its interval; `low` None when there is no interval."""

    name: str
    estimate: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Intervals:
    """Estimates with their 95% intervals around nought, in days; the first is the one tested."""

    title: str
    spans: tuple[Span, ...]
    alt: str


@dataclass(frozen=True)
class Section:
    """One question with its answer in a sentence, its tables and its pictures."""

    title: str
    told: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    intervals: Intervals | None = None
    notes: tuple[str, ...] = ()
    """Definitions and fine print: a slide keeps them in its notes."""


@dataclass(frozen=True)
class Headline:
    """One of the three numbers of the first page."""

    label: str
    cell: Cell
    note: str


@dataclass(frozen=True)
class Logo:
    """The client's mark, as it lies in the pilot's folder."""

    mime: Literal["image/png", "image/jpeg"]
    content: bytes


@dataclass(frozen=True)
class Readout:
    """Everything that a readout says, in the order in which it is read."""

    title: str
    """The claim: the verdict's sentence."""
    verdict: str
    what_next: str
    """extend, hold, stop, or not judged yet."""
    pilot: str
    client: str
    as_of: date
    colour: str
    """#rrggbb."""
    logo: Logo | None
    is_synthetic: bool
    headlines: tuple[Headline, ...]
    sections: tuple[Section, ...]
    stamp: str
    """As-of day and fingerprints in one line, at the foot of every page."""

    @property
    def banner(self) -> str:
        """What stands on every page of a pilot whose data is made up; else empty."""
        return SYNTHETIC if self.is_synthetic else ""

    @property
    def tables(self) -> Sequence[Table]:
        """Every table, in order."""
        return [table for section in self.sections for table in section.tables]


SYNTHETIC = "Synthetic data: no person, company or invoice in it exists."
