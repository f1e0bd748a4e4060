"""Reads one export: text tables in our columns, and every row that was not taken, with why.

Values stay text. Converting them to dates and money is done later for all rows
at once, so that a bad value becomes a refused row and never an exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipeline.exports.dates import date_order
from pipeline.exports.layouts import Layout, header_key, header_names, recognise
from pipeline.exports.mapping import cited, present, tables
from pipeline.exports.markup import is_markup
from pipeline.exports.markup import rows as rows_of_markup
from pipeline.exports.not_used import why_table, why_text
from pipeline.exports.records import Numbered, gather, text_rows
from pipeline.exports.results import (
    CsvSource,
    FrameSource,
    Question,
    Reading,
    Unreadable,
)
from pipeline.exports.roles import Judge
from pipeline.exports.scanning import Scan, digest, scan
from pipeline.exports.shaping import Shaped, Shaper
from pipeline.exports.sketching import SKETCHED, Sketch, beginning, sketch, sketch_rows
from pipeline.exports.titles import report_day
from pipeline.exports.workbooks import Sheet, is_archive, sheets
from pipeline.exports.workbooks import rows as rows_of_sheet

#: Each column costs a database memory, whether it is used or not.
_MOST_COLUMNS = 1_000


def read(path: Path, name: str, layouts: Sequence[Layout], answers: Mapping[str, str]) -> Reading:
    """One file, whatever it holds: a fault in it is told in the result, never raised.

    `name` is what the file is called in messages; `answers` holds a person's answers
    to earlier questions, by file name.
    """
    if not path.is_file():
        return _refused(Reading(name), "is not there, or is no ordinary file")
    try:
        # Hashing leaves the interpreter free, so it costs no time beside the scan.
        with ThreadPoolExecutor(max_workers=1) as beside:
            sha256 = beside.submit(digest, path)
            found = _read(path, Reading(name), layouts, answers.get(name))
            return replace(found, sha256=sha256.result())
    except OSError as error:
        return _refused(Reading(name), f"cannot be read ({error.strerror})")


def _read(path: Path, blank: Reading, layouts: Sequence[Layout], answer: str | None) -> Reading:
    try:
        if is_archive(path):
            return _workbook(path, blank, layouts, answer)
        if is_markup(path):
            return _markup(path, blank, layouts, answer)
        look = sketch(path, layouts)
        if look.layout is None and (why := why_text(beginning(path, look.encoding))):
            return _not_used(blank, why)
        return _text(path, blank, look, answer)
    except Unreadable as fault:
        return _refused(blank, str(fault))


def _text(path: Path, blank: Reading, look: Sketch, answer: str | None) -> Reading:
    """A file of text: left to the database when it is plain and its rows are records."""
    known = _known(blank, look)
    if known.layout is None:
        return known
    try:
        _check_names(known.columns)
        checked = _checked(path, look)
        if checked and checked.plain and not known.layout.is_shaped:
            found = _plain(known, path, look, checked)
        else:
            encoding = look.encoding if checked is None or checked.is_utf8 else "cp1252"
            rows = text_rows(path, encoding, look.delimiter)
            found = _exact(_with_encoding(known, encoding), rows, look)
        return _with_dates(*found, look, answer)
    except Unreadable as fault:
        return _refused(known, str(fault))


def _workbook(path: Path, blank: Reading, layouts: Sequence[Layout], answer: str | None) -> Reading:
    """The sheet of a workbook whose headers are recognised, which need not be the first."""
    with sheets(path) as found:
        looks = [(sheet, _sketch_sheet(sheet, layouts)) for sheet in found]
        fitting = [(sheet, look) for sheet, look in looks if look.layout]
        named = [found for found in fitting if _is_named(*found)]
        blank = replace(blank, sheets=tuple((one.name, _layout_name(look)) for one, look in looks))
        if not fitting:
            columns = next((look.header for _, look in looks if look.header), ())
            return _unknown(blank, header_names(columns))
        sheet, look = (named or fitting)[0]
        decimal = look.layout.reading.decimal if look.layout else "."
        reading = _rows(rows_of_sheet(sheet, decimal), blank, look, answer)
        others = () if named else tuple(_not_read(one.name) for one, _ in fitting[1:])
        return replace(reading, sheet=sheet.name, warnings=(*reading.warnings, *others))


def _layout_name(look: Sketch) -> str:
    return look.layout.name if look.layout else ""


def _is_named(sheet: Sheet, look: Sketch) -> bool:
    return look.layout is not None and look.layout.sheet == sheet.name


def _not_read(sheet: str) -> str:
    return f"The sheet {sheet} can be read as well and was not: save it as a file of its own."


def _sketch_sheet(sheet: Sheet, layouts: Sequence[Layout]) -> Sketch:
    with sheet.path.open(encoding="utf-8", newline="") as handle:
        return sketch_rows(handle.read(SKETCHED), layouts)


def _markup(path: Path, blank: Reading, layouts: Sequence[Layout], answer: str | None) -> Reading:
    """An XML answer: its records count as rows, the first one as row 2."""
    found = rows_of_markup(path)
    look = Sketch("utf-8", ",", 0, tuple(found[0]), recognise(found[0], layouts))
    return _rows(enumerate(found, 1), blank, look, answer)


def _rows(rows: Iterable[Numbered], blank: Reading, look: Sketch, answer: str | None) -> Reading:
    known = _known(blank, look)
    if known.layout is None:
        return known
    try:
        _check_names(known.columns)
        return _with_dates(*_exact(known, rows, look), look, answer)
    except Unreadable as fault:
        return _refused(known, str(fault))


def _known(blank: Reading, look: Sketch) -> Reading:
    """What the header says: the layout applied to this file's columns, or that it fits none."""
    columns, layout = header_names(look.header), look.layout
    if layout is None:
        return _unknown(blank, columns)
    return replace(
        blank,
        layout=layout,
        columns=columns,
        tables=tables(layout, columns),
        cited=cited(layout, columns),
        warnings=(
            *layout.assumptions,
            *_unused(layout, columns),
            *_twice(look.header, columns, layout),
        ),
    )


def _unknown(blank: Reading, columns: tuple[str, ...]) -> Reading:
    """A table of no layout of ours: one that we know and do not use, or a stranger to be mapped."""
    if why := why_table(columns):
        return _not_used(replace(blank, columns=columns), why)
    return replace(blank, columns=columns, unrecognised=True)


def _not_used(blank: Reading, why: str) -> Reading:
    return replace(blank, unrecognised=True, not_used=f"{blank.name}: {why}.")


def _refused(reading: Reading, why: str) -> Reading:
    return replace(reading, refusal=f"{reading.name}: {why}.", source=None, rows=0)


def _twice(header: Sequence[str], columns: Sequence[str], layout: Layout) -> tuple[str, ...]:
    """A header that stands twice where the layout reads it: which of the two is taken."""
    given = [(text.strip(), called) for text, called in zip(header, columns, strict=True)]
    return tuple(
        f'The header "{text}" stands twice: the first is read, and the other is called "{called}".'
        for text, called in given
        if text and text != called.strip() and header_key(text) in layout.known
    )


def _check_names(columns: Sequence[str]) -> None:
    if len(columns) > _MOST_COLUMNS:
        raise Unreadable(f"has {len(columns):,} columns, at most {_MOST_COLUMNS:,} are read")


def _checked(path: Path, look: Sketch) -> Scan | None:
    """What the whole file's bytes say; they can be judged as they stand in UTF-8 only."""
    if not look.encoding.startswith("utf-8"):
        return None
    return scan(path, look.delimiter, len(look.header), look.crlf)


def _plain(known: Reading, path: Path, look: Sketch, checked: Scan) -> tuple[Reading, pl.LazyFrame]:
    source = CsvSource(
        path=path,
        delimiter=look.delimiter,
        quote="",
        skip_records=look.header_at,
        skip_bytes_bom=look.encoding == "utf-8-sig",
        newline="\r\n" if look.crlf else "\n",
    )
    rows = checked.records - look.header_at - 1
    return _counted(replace(known, source=source, rows=rows)), _lazily(source, known.columns)


def _exact(known: Reading, rows: Iterable[Numbered], look: Sketch) -> tuple[Reading, pl.LazyFrame]:
    layout = known.layout
    assert layout is not None  # noqa: S101 - only a recognised file has rows to read
    judge = Judge(layout, known.columns, look.titles) if layout.report else None
    before = look.header_at + (layout.report.header_rows if layout.report else 1)
    records = gather(rows, before, known.columns, judge)
    if layout.is_shaped:
        shaped = Shaper(layout, known.columns).shape(records)
    else:
        shaped = Shaped(records.frame(), records.skipped, records.refused)
    reading = replace(
        known,
        source=FrameSource(shaped.frame),
        rows=records.rows,
        skipped=tuple(shaped.skipped),
        refused=tuple(shaped.refused),
        warnings=(*known.warnings, *shaped.warnings),
    )
    return _counted(reading), shaped.frame.lazy()


def _with_encoding(known: Reading, encoding: str) -> Reading:
    if encoding != "cp1252":
        return known
    sentence = f"{known.name}: is not UTF-8 and was read as Windows text; check its accents."
    return replace(known, warnings=(*known.warnings, sentence))


def _counted(reading: Reading) -> Reading:
    if reading.kept:
        return reading
    found = "no row that is a record of ours" if reading.rows else "a header and no rows"
    sentence = f"{reading.name}: has {found}."
    return replace(reading, warnings=(*reading.warnings, sentence))


def _lazily(source: CsvSource, columns: Sequence[str]) -> pl.LazyFrame:
    """A plain file's cells, read again from disk when asked for: only the dates will be."""
    return pl.scan_csv(
        source.path,
        has_header=False,
        skip_rows=source.skip_records + 1,
        separator=source.delimiter,
        quote_char=None,
        schema=dict.fromkeys(columns, pl.String()),
    )


def _with_dates(reading: Reading, text: pl.LazyFrame, look: Sketch, answer: str | None) -> Reading:
    layout = reading.layout
    assert layout is not None  # noqa: S101 - only a recognised file has dates to read
    order: str | Question = layout.reading.date_order
    if order == "ask":
        dated = present(layout.dated, reading.columns) if reading.kept else ()
        try:
            order = date_order(reading.name, text, dated, answer)
        except pl.exceptions.ComputeError as error:
            # Every byte had been checked by then, so the bytes are no longer the same.
            raise Unreadable("changed while it was being read: load it again") from error
    if isinstance(order, Question):
        return replace(reading, question=order, source=None, date_order="ask")
    day = report_day(look.titles, order) if layout.report else None
    return replace(reading, date_order=order, report_as_of=day)


def _unused(layout: Layout, columns: Sequence[str]) -> tuple[str, ...]:
    """In our own layout a column we do not know is likely a misspelt one: say so."""
    if not layout.is_own:
        return ()
    unused = [column.strip() for column in columns if header_key(column) not in layout.known]
    if not unused:
        return ()
    return (f"Not used, because it is no column of {layout.kind}: {', '.join(unused)}.",)
