"""Reads one export: text tables in our columns, and every row that was not taken, with why.

Values stay text. Converting them to dates and money is done later for all rows
at once, so that a bad value becomes a refused row and never an exception.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import polars as pl

from pipeline.exports.dates import date_order
from pipeline.exports.layouts import Also, Layout, header_key
from pipeline.exports.records import read_records
from pipeline.exports.results import (
    CsvSource,
    FrameSource,
    Question,
    Reading,
    Table,
    Unreadable,
)
from pipeline.exports.scanning import Scan, digest, scan
from pipeline.exports.sketching import Sketch, sketch


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
    except pl.exceptions.PolarsError:
        # Every byte had been checked by then, so the bytes are no longer the same.
        return _refused(Reading(name), "changed while it was being read: load it again")


def _read(path: Path, blank: Reading, layouts: Sequence[Layout], answer: str | None) -> Reading:
    try:
        look = sketch(path, layouts)
    except Unreadable as fault:
        return _refused(blank, str(fault))
    columns = _named(look.header)
    if look.layout is None:
        return replace(blank, columns=columns, unrecognised=True)
    known = replace(
        blank,
        layout=look.layout,
        columns=columns,
        tables=_tables(look.layout, columns),
        warnings=(*look.layout.assumptions, *_unused(look.layout, columns)),
    )
    try:
        _check_names(columns)
        return _with_dates(*_with_rows(known, path, look), look.layout, answer)
    except Unreadable as fault:
        return _refused(known, str(fault))


def _refused(reading: Reading, why: str) -> Reading:
    return replace(reading, refusal=f"{reading.name}: {why}.", source=None, rows=0)


def _named(header: Sequence[str]) -> tuple[str, ...]:
    """The headers; a blank one is called by its place, so that a cell of it can be cited."""
    return tuple(
        text if text.strip() else f"column {place}" for place, text in enumerate(header, 1)
    )


def _check_names(columns: Sequence[str]) -> None:
    seen: set[str] = set()
    for column in columns:
        if header_key(column) in seen:
            raise Unreadable(f'has two columns named "{column.strip()}": rename or remove one')
        seen.add(header_key(column))


def _with_rows(known: Reading, path: Path, look: Sketch) -> tuple[Reading, pl.LazyFrame]:
    """The reading with its source and counts, and the same cells to look for dates in."""
    checked = scan(path, look.delimiter, len(look.header), look.crlf) if _may_scan(look) else None
    if checked and checked.plain:
        return _plain(known, path, look, checked)
    encoding = look.encoding if checked is None or checked.is_utf8 else "cp1252"
    return _exact(known, path, look, encoding)


def _may_scan(look: Sketch) -> bool:
    """Bytes can be judged as they stand in UTF-8 only."""
    return look.encoding.startswith("utf-8")


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


def _exact(known: Reading, path: Path, look: Sketch, encoding: str) -> tuple[Reading, pl.LazyFrame]:
    records = read_records(path, encoding, look.delimiter, look.header_at, known.columns)
    frame = records.frame()
    reading = replace(
        known,
        source=FrameSource(frame),
        rows=records.rows,
        skipped=tuple(records.skipped),
        refused=tuple(records.refused),
    )
    if encoding == "cp1252":
        sentence = f"{known.name}: is not UTF-8 and was read as Windows text; check its accents."
        reading = replace(reading, warnings=(*reading.warnings, sentence))
    return _counted(reading), frame.lazy()


def _counted(reading: Reading) -> Reading:
    if reading.kept:
        return reading
    sentence = f"{reading.name}: has a header and no rows."
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


def _with_dates(
    reading: Reading, text: pl.LazyFrame, layout: Layout, answer: str | None
) -> Reading:
    if layout.reading.date_order != "ask":
        return replace(reading, date_order=layout.reading.date_order)
    dated = _present(layout.dated, reading.columns) if reading.kept else ()
    order = date_order(reading.name, text, dated, answer)
    if isinstance(order, Question):
        return replace(reading, question=order, source=None, date_order="ask")
    return replace(reading, date_order=order)


def _present(theirs: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """Those of a layout's headers that the file has, spelt as the file spells them."""
    spelt = {header_key(column): column for column in columns}
    return tuple(spelt[key] for key in map(header_key, theirs) if key in spelt)


def _tables(layout: Layout, columns: Sequence[str]) -> tuple[Table, ...]:
    main = Table(
        kind=layout.kind,
        columns=_mapped(layout.columns, columns),
        defaults=layout.defaults,
        unfloat=layout.unfloat,
    )
    return (main, *(_derived(also, layout, columns) for also in layout.also))


def _derived(also: Also, layout: Layout, columns: Sequence[str]) -> Table:
    present = _present([also.present], columns) if also.present else ()
    return Table(
        kind=also.kind,
        columns=_mapped(also.columns, columns),
        defaults=also.defaults,
        unfloat=tuple(name for name in layout.unfloat if name in also.columns),
        present=present[0] if present else None,
        derived=True,
    )


def _mapped(
    mapping: Mapping[str, tuple[str, ...]], columns: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Our columns that the file can fill; an optional column it lacks is left out."""
    found = {ours: _present(theirs, columns) for ours, theirs in mapping.items()}
    return {ours: theirs for ours, theirs in found.items() if theirs}


def _unused(layout: Layout, columns: Sequence[str]) -> tuple[str, ...]:
    """In our own layout a column we do not know is likely a misspelt one: say so."""
    if not layout.is_own:
        return ()
    known = {header_key(ours) for ours in layout.columns}
    unused = [column.strip() for column in columns if header_key(column) not in known]
    if not unused:
        return ()
    return (f"Not used, because it is no column of {layout.kind}: {', '.join(unused)}.",)
