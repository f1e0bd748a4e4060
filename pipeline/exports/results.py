"""What reading one file gives: its layout, its rows, and everything that was not taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.exports.layouts import Layout


class Unreadable(Exception):
    """The whole file must be refused; the message is a predicate such as "is empty"."""


#: Stands for the customer of an invoice that names only a contract, until contracts are known.
BY_CONTRACT = "(by contract)"


@dataclass(frozen=True)
class SkippedRow:
    """A row that holds no record, e.g. a blank one; `row` as a spreadsheet counts it."""

    row: int
    why: str


@dataclass(frozen=True)
class RefusedRow:
    """A row that could not be taken, with the cell that says which one it is."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Question:
    """What a person must say before this file can be read."""

    file: str
    question: str
    choices: tuple[str, ...]
    sentence: str
    """How to answer it."""


@dataclass(frozen=True)
class CsvSource:
    """A plain, rectangular UTF-8 file that a database may read by itself.

    Checked over the whole file: no quote character, no NUL, no blank record,
    one kind of line end, no line above 2,000,000 bytes, the same number of
    fields on every line.
    """

    path: Path
    delimiter: str
    quote: str
    """Always empty: no field is quoted."""
    skip_records: int
    """Title records before the header record."""
    skip_bytes_bom: bool
    newline: str


@dataclass(frozen=True, eq=False)
class FrameSource:
    """All other files: text columns under the file's headers, and `_row` (Int64).

    `_row` counts records as a spreadsheet does: the header row of a plain file is 1.
    Empty text is null; all other text is exactly as written, unless the layout says how it
    is to be read. Columns in parentheses are of our own making, e.g. `(heading)`.
    """

    frame: pl.DataFrame


@dataclass(frozen=True)
class Table:
    """One of our tables in a file: which of the file's own columns feed which of ours."""

    kind: str
    columns: Mapping[str, tuple[str, ...]]
    """Ours -> the file's headers, in order of preference; the first not blank is taken."""
    defaults: Mapping[str, str]
    """Ours -> a constant, for our columns that the file leaves blank or lacks."""
    unfloat: tuple[str, ...] = ()
    """Our columns whose ids passed through a float."""
    present: str | None = None
    """The file's header that must not be blank for a row to count."""
    derived: bool = False
    """True when a row of the file only mentions this record: the first of a key is kept."""


@dataclass(frozen=True, eq=False)
class Reading:
    """One file, read. Exactly one holds: refusal, unrecognised, question, or a source."""

    name: str
    sha256: str = ""
    layout: Layout | None = None
    columns: tuple[str, ...] = ()
    """The file's header as read; a blank header is called `column 3` by its place."""
    refusal: str | None = None
    unrecognised: bool = False
    not_used: str = ""
    """Of an unrecognised file: why it is of no use to us, where that is known, as a sentence."""
    sheets: tuple[tuple[str, str], ...] = ()
    """A workbook's sheets with the layouts that their headers fit; "" where none does."""
    question: Question | None = None
    date_order: str = "iso"
    source: CsvSource | FrameSource | None = None
    rows: int = 0
    """Records after the header, blank ones too: rows = kept + skipped + refused."""
    skipped: tuple[SkippedRow, ...] = ()
    refused: tuple[RefusedRow, ...] = ()
    warnings: tuple[str, ...] = ()
    tables: tuple[Table, ...] = field(default=())
    """The layout applied to this file's headers: the main table first."""
    sheet: str | None = None
    """The sheet of a workbook that was read."""
    report_as_of: date | None = None
    """The day for which a report was written, when its titles say so."""
    cited: Mapping[str, str] = field(default_factory=dict)
    """A column of our making -> the file's own header that it was read from."""

    @property
    def kept(self) -> int:
        """Records handed on to be converted."""
        return self.rows - len(self.skipped) - len(self.refused)
