"""A reading on its way out of the child: JSON and Arrow files in a folder, and nothing that runs.

What comes out was made by a process that a stranger's file may have taken over. So it is taken
for what it must look like, and for nothing else: fixed names, ordinary files within a size,
known layouts, columns and types. Paths and layouts are the parent's own.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, Self, cast

import polars as pl
from pydantic import Field, ValidationError, model_validator

from pipeline.exports.agreements.reading import AGREEMENT, CLAUSE
from pipeline.exports.kinds import KINDS
from pipeline.exports.layouts import DateOrder, Layout
from pipeline.exports.mail.reading import MAIL_LAYOUTS
from pipeline.exports.results import (
    CsvSource,
    FrameSource,
    Question,
    Reading,
    RefusedRow,
    SkippedRow,
    Table,
)
from pipeline.model import Noun

_TOLD, _ROWS, _SKIPPED, _REFUSED = "told.json", "rows.arrow", "skipped.arrow", "refused.arrow"
#: Bytes of what is told beside the rows: headers, warnings, mappings.
_MOST_TOLD = 50_000_000
#: Layouts of what is no table; all others are the pilot's.
_PROSE = {layout.name: layout for layout in (*MAIL_LAYOUTS, AGREEMENT)}
_ROW = "_row"
_TYPES = frozenset({pl.String(), pl.Int64(), pl.Boolean(), pl.List(CLAUSE)})
_SKIPPED_AS = {"row": pl.Int64(), "why": pl.String()}
_REFUSED_AS = {
    "row": pl.Int64(),
    "column": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
}


class Tampered(Exception):
    """The folder does not hold a reading; the message says what is wrong with it."""


class _Plain(Noun):
    """A file that the database reads by itself; which file is not the child's to say."""

    delimiter: Literal[",", ";", "\t", "|"]
    skip_records: int = Field(ge=0, le=1_000)
    skip_bytes_bom: bool
    newline: Literal["\n", "\r\n"]


class _Asked(Noun):
    question: str
    choices: tuple[str, ...]
    sentence: str


class _Table(Noun):
    kind: str
    columns: dict[str, tuple[str, ...]]
    defaults: dict[str, str]
    unfloat: tuple[str, ...]
    present: str | None
    derived: bool

    @model_validator(mode="after")
    def _is_one_of_ours(self) -> Self:
        kind = KINDS.get(self.kind)
        if kind is None:
            raise ValueError("no kind of ours")
        if not {*self.columns, *self.defaults, *self.unfloat} <= kind.columns.keys():
            raise ValueError("no columns of ours")
        if not all(self.columns.values()):
            raise ValueError("a column of ours that nothing feeds")
        return self


class _Told(Noun):
    """Everything of a reading besides its rows."""

    sha256: str = Field(pattern=r"^([0-9a-f]{64})?$")
    layout: str | None
    is_prose: bool
    columns: tuple[str, ...]
    refusal: str | None
    unrecognised: bool
    not_used: str
    sheets: tuple[tuple[str, str], ...]
    question: _Asked | None
    date_order: DateOrder
    plain: _Plain | None
    has_frame: bool
    rows: int = Field(ge=0)
    warnings: tuple[str, ...]
    tables: tuple[_Table, ...]
    sheet: str | None
    report_as_of: date | None
    cited: dict[str, str]

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        said = (self.refusal, self.unrecognised, self.question, self.plain, self.has_frame)
        if sum(map(bool, said)) != 1:
            raise ValueError("not exactly one of refusal, unrecognised, question and rows")
        if self.not_used and not self.unrecognised:
            raise ValueError("not used, and yet read")
        return self


# --- in the child -------------------------------------------------------------------------------


def pack(reading: Reading, folder: Path) -> None:
    """Writes a reading into the folder."""
    _write(
        pl.DataFrame([(s.row, s.why) for s in reading.skipped], _SKIPPED_AS, orient="row"),
        folder / _SKIPPED,
    )
    refused = [(r.row, r.column, r.value, r.reason) for r in reading.refused]
    _write(pl.DataFrame(refused, _REFUSED_AS, orient="row"), folder / _REFUSED)
    if isinstance(reading.source, FrameSource):
        _write(reading.source.frame, folder / _ROWS)
    told = _told(reading).model_dump_json(ensure_ascii=True)
    (folder / _TOLD).write_text(told, encoding="ascii")


def _write(frame: pl.DataFrame, path: Path) -> None:
    # As it lies in memory: what is on disk says how much memory it takes.
    frame.write_ipc(path, compression="uncompressed")


def _told(reading: Reading) -> _Told:
    layout, source, question = reading.layout, reading.source, reading.question
    return _Told(
        sha256=reading.sha256,
        layout=layout.name if layout else None,
        is_prose=layout is not None and layout == _PROSE.get(layout.name),
        columns=reading.columns,
        refusal=reading.refusal,
        unrecognised=reading.unrecognised,
        not_used=reading.not_used,
        sheets=reading.sheets,
        question=_asked(question) if question else None,
        date_order=cast(DateOrder, reading.date_order),
        plain=_plain(source) if isinstance(source, CsvSource) else None,
        has_frame=isinstance(source, FrameSource),
        rows=reading.rows,
        warnings=reading.warnings,
        tables=tuple(_table(table) for table in reading.tables),
        sheet=reading.sheet,
        report_as_of=reading.report_as_of,
        cited=dict(reading.cited),
    )


def _asked(question: Question) -> _Asked:
    return _Asked(question=question.question, choices=question.choices, sentence=question.sentence)


def _plain(source: CsvSource) -> _Plain:
    return _Plain.model_validate(
        {
            "delimiter": source.delimiter,
            "skip_records": source.skip_records,
            "skip_bytes_bom": source.skip_bytes_bom,
            "newline": source.newline,
        }
    )


def _table(table: Table) -> _Table:
    return _Table(
        kind=table.kind,
        columns=dict(table.columns),
        defaults=dict(table.defaults),
        unfloat=table.unfloat,
        present=table.present,
        derived=table.derived,
    )


# --- in the parent ------------------------------------------------------------------------------


def unpack(folder: Path, path: Path, name: str, layouts: Sequence[Layout], most: int) -> Reading:
    """The reading that lies in the folder, of the file at `path` called `name`.

    `most` bytes are taken from each file of rows. Raises `Tampered` when it is no reading.
    """
    try:
        told = _Told.model_validate_json(_bytes(folder / _TOLD, _MOST_TOLD))
    except ValidationError as error:
        raise Tampered("what it tells is no reading") from error
    skipped = _frame(folder / _SKIPPED, most)
    refused = _frame(folder / _REFUSED, most)
    if skipped.schema != _SKIPPED_AS or refused.schema != _REFUSED_AS:
        raise Tampered("the rows it left out are of no such form")
    return Reading(
        name=name,
        sha256=told.sha256,
        layout=_layout(told, layouts),
        columns=told.columns,
        refusal=told.refusal,
        unrecognised=told.unrecognised,
        not_used=told.not_used,
        sheets=told.sheets,
        question=Question(name, **told.question.model_dump()) if told.question else None,
        date_order=told.date_order,
        source=_source(told, folder, path, most),
        rows=told.rows,
        skipped=tuple(SkippedRow(*row) for row in skipped.iter_rows()),
        refused=tuple(RefusedRow(*row) for row in refused.iter_rows()),
        warnings=told.warnings,
        tables=tuple(Table(**table.model_dump()) for table in told.tables),
        sheet=told.sheet,
        report_as_of=told.report_as_of,
        cited=told.cited,
    )


def _layout(told: _Told, layouts: Sequence[Layout]) -> Layout | None:
    if told.layout is None:
        return None
    known = _PROSE if told.is_prose else {layout.name: layout for layout in layouts}
    if told.layout not in known:
        raise Tampered("it names no layout of ours")
    return known[told.layout]


def _source(told: _Told, folder: Path, path: Path, most: int) -> CsvSource | FrameSource | None:
    if told.plain:
        _check_columns(told, told.columns)
        return CsvSource(path=path, quote="", **told.plain.model_dump())
    if not told.has_frame:
        return None
    frame = _frame(folder / _ROWS, most)
    if not set(frame.dtypes) <= _TYPES or frame.schema.get(_ROW) != pl.Int64():
        raise Tampered("its rows are of no such form")
    _check_columns(told, frame.columns)
    return FrameSource(frame)


def _check_columns(told: _Told, there: Iterable[str]) -> None:
    """Every column that a table is fed from must be there."""
    asked = {
        theirs for table in told.tables for names in table.columns.values() for theirs in names
    }
    asked |= {table.present for table in told.tables if table.present}
    if not asked <= set(there):
        raise Tampered("it maps columns that the rows do not have")


def _frame(path: Path, most: int) -> pl.DataFrame:
    content = _bytes(path, most)
    try:
        return pl.read_ipc(content)
    except (pl.exceptions.PolarsError, ValueError, OSError) as error:
        raise Tampered(f"{path.name} holds no rows") from error


def _bytes(path: Path, most: int) -> bytes:
    """The content of an ordinary file of at most so many bytes; a link is none."""
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > most:
            raise Tampered(f"{path.name} is no file, or larger than {most:,} bytes")
        with path.open("rb") as handle:
            return handle.read(most)
    except OSError as error:
        raise Tampered(f"{path.name} cannot be read ({error.strerror})") from error
