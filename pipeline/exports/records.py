"""The exact way to read a CSV: record by record, each one kept, skipped or refused.

A quote that is never closed swallows the rows after it, so it refuses the file;
any other fault refuses its own row only.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import polars as pl

from pipeline.exports.results import RefusedRow, SkippedRow, Unreadable
from pipeline.exports.roles import Judge
from pipeline.exports.shapes import HEADING

#: Our own column in the frame: the record's row.
ROW = "_row"

#: A row as a spreadsheet counts it, and its cells or the reason why they cannot be told apart.
Numbered = tuple[int, list[str] | str]

#: Records per frame while reading: bounds the memory that Python's strings take.
_BATCH = 8_000
#: Characters in one cell. The module's default (131,072) is less than a long e-mail.
_LONGEST_CELL = 4_000_000
_CELL_TOO_LONG = "has a cell above 4 million characters"
_STRAY_QUOTE = "has a quote inside a cell that does not enclose the cell"


@dataclass
class Records:
    """What came out of the file, in the file's order."""

    columns: Sequence[str]
    judge: Judge | None = None
    """Tells records from what stands around them; None when every row is a record."""
    frames: list[pl.DataFrame] = field(default_factory=list)
    rows: int = 0
    skipped: list[SkippedRow] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    _cells: list[list[str]] = field(default_factory=list)
    _numbers: list[int] = field(default_factory=list)
    _headings: list[str | None] = field(default_factory=list)

    def take(self, number: int, record: list[str] | str) -> None:
        """Puts one record where it belongs; text says why there are no cells."""
        self.rows += 1
        if isinstance(record, str):
            self._refuse(number, "", record)
        elif self.judge and (why := self.judge.role(record)):
            self.skipped.append(SkippedRow(number, why))
        elif len(record) == len(self.columns) and record[0].strip():
            self._keep(number, record)
        else:
            self._judge(number, record)

    def _judge(self, number: int, record: list[str]) -> None:
        """What is not plainly a record: rare, so it may take its time."""
        if not any(cell.strip() for cell in record):
            self.skipped.append(SkippedRow(number, "blank"))
        elif len(record) != len(self.columns):
            counted = f"has {len(record)} fields, the header has {len(self.columns)}"
            self._refuse(number, record[0], counted)
        else:
            self._keep(number, record)

    def _refuse(self, number: int, value: str, reason: str) -> None:
        self.refused.append(RefusedRow(number, self.columns[0], value, reason))

    def _keep(self, number: int, record: list[str]) -> None:
        self._cells.append(record)
        self._numbers.append(number)
        self._headings.append(self.judge.heading if self.judge else None)
        if len(self._cells) == _BATCH:
            self.flush()

    def flush(self) -> None:
        """Moves the gathered records into a frame; empty text becomes null."""
        text = pl.DataFrame(
            self._cells, schema=dict.fromkeys(self.columns, pl.String), orient="row"
        )
        rows = pl.Series(ROW, self._numbers, dtype=pl.Int64)
        frame = text.insert_column(0, rows)
        if self.judge:
            frame = frame.with_columns(pl.Series(HEADING, self._headings, dtype=pl.String))
        self.frames.append(frame.with_columns(pl.col(pl.String).replace("", None)))
        self._cells, self._numbers, self._headings = [], [], []

    def frame(self) -> pl.DataFrame:
        """All kept records."""
        self.flush()
        return pl.concat(self.frames)


def read_records(
    path: Path, encoding: str, delimiter: str, header_at: int, columns: Sequence[str]
) -> Records:
    """Every record after the header; raises `Unreadable` when rows may have been swallowed."""
    return gather(text_rows(path, encoding, delimiter), header_at + 1, columns)


def gather(
    rows: Iterable[Numbered], before: int, columns: Sequence[str], judge: Judge | None = None
) -> Records:
    """The records below the first `before` rows."""
    if ROW in columns:
        raise Unreadable(f"has a column named {ROW}, a name we use ourselves: rename it")
    records = Records(columns, judge)
    for number, record in rows:
        if number > before:
            records.take(number, record)
    return records


def text_rows(path: Path, encoding: str, delimiter: str) -> Iterator[Numbered]:
    """The rows of a text file; raises `Unreadable` when some may have been swallowed."""
    csv.field_size_limit(_LONGEST_CELL)
    try:
        with path.open(encoding=encoding, newline="") as handle:
            yield from _numbered(_lines(handle), delimiter)
    except UnicodeError as error:
        raise Unreadable("is in no encoding we know: save it as CSV UTF-8") from error


def _lines(handle: TextIO) -> Iterator[str]:
    for line in handle:
        if "\0" in line:
            raise Unreadable("is not text (it holds NUL characters): export it as CSV")
        yield line


def _numbered(lines: Iterator[str], delimiter: str) -> Iterator[Numbered]:
    """Each record with its row, or the reason why its cells cannot be told apart."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        before = reader.line_num
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            _check_swallowed(number, reader.line_num - before, str(error))
            yield number, _CELL_TOO_LONG if "field limit" in str(error) else _STRAY_QUOTE
        else:
            yield number, record


def _check_swallowed(number: int, lines: int, fault: str) -> None:
    """A fault that took more than its own line may hide whole rows: no row can be trusted."""
    if "unexpected end" in fault:
        raise Unreadable(
            f"ends inside a quoted cell that begins in row {number}, so it may be half-written:"
            " export it again"
        )
    if lines > 1:
        raise Unreadable(
            f"has a quote in row {number} that is not closed where its cell ends: export it again"
        )
