"""A closer look at a file that no layout fits: where its header stands, and its first rows.

Nothing is typed here: cells are text as the file has it. At most 20,000 rows are looked at.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

from pipeline.exports.layouts import Layout, header_key, header_names
from pipeline.exports.markup import is_markup
from pipeline.exports.markup import rows as rows_of_markup
from pipeline.exports.proposing_profiles import Profile, is_day, is_number, profile
from pipeline.exports.proposing_words import is_known
from pipeline.exports.records import Numbered, text_rows
from pipeline.exports.results import Unreadable
from pipeline.exports.roles import says_total
from pipeline.exports.sketching import sketch
from pipeline.exports.workbooks import is_archive, sheets
from pipeline.exports.workbooks import rows as rows_of_sheet
from pipeline.model import CountbackError

_MOST_ROWS = 20_000
_MOST_TEXT = 20_000_000
#: A report's title lines end before this record, as where layouts are looked for.
_TITLE_RECORDS = 20
_DELIMITERS = (",", ";", "\t", "|")
#: Headers of amounts by age, as on an aging report: Current, 1 - 30, < 1 Month, Older.
_AGE = re.compile(
    r"(?i)(current|not due|older|over|>|<=?|above|nicht f[aä]llig|[aä]lter|non [eé]chu|corriente)?"
    r"[\s>]*\d{0,3}\s*(-|–|to|bis|à|a)?\s*\d{0,3}\s*\+?"
    r"\s*(days?|months?|tage|jours|d[ií]as|giorni|and over|or more)?( past due| overdue)?"
)

Row = tuple[int, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Look:
    """A file's header and its first rows, as text."""

    name: str
    header_at: int
    """How many records stand before the header."""
    header_rows: int
    columns: tuple[str, ...]
    """A blank header is called `column 3` by its place, as the reader calls it."""
    titles: tuple[str, ...]
    rows: tuple[Row, ...]
    """Row as a spreadsheet counts it, and its cells; rows of another width are left out."""
    sheet: str | None = None
    sheets: int = 1
    is_whole: bool = True
    """False when the file goes on."""

    @cached_property
    def records(self) -> tuple[Row, ...]:
        """The rows that are likely records: neither totals nor nearly blank."""
        widths = [_filled(cells) for _, cells in self.rows]
        usual = Counter(width for width in widths if width > 1).most_common(1)
        least = usual[0][0] / 2 if usual else 1
        return tuple(
            row
            for row, width in zip(self.rows, widths, strict=True)
            if width >= least and not says_total(row[1])
        )

    @cached_property
    def profiles(self) -> Mapping[str, Profile]:
        """What each column's cells say."""
        return {
            name: profile([cells[place] for _, cells in self.records])
            for place, name in enumerate(self.columns)
        }

    @cached_property
    def ages(self) -> tuple[str, ...]:
        """The columns that hold amounts by age."""
        return tuple(name for name in self.columns if is_age(name))

    def cells(self, column: str) -> list[str]:
        """A column's cells in the rows that are likely records."""
        place = self.columns.index(column)
        return [cells[place].strip() for _, cells in self.records]


def is_age(header: str) -> bool:
    """Whether a header names a group of ages."""
    text = header.strip()
    marked = any(mark.isdigit() for mark in text) or len(text) > 3
    return bool(marked and text and not is_known(text) and _AGE.fullmatch(text))


def looked(path: Path, name: str) -> Look:
    """The closer look; raises `CountbackError` for a file in which there is no table."""
    try:
        return max(_looks(path, name), key=_worth)
    except Unreadable as fault:
        raise CountbackError(f"{name}: {fault}.") from fault
    except OSError as error:
        raise CountbackError(f"{name}: cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise CountbackError(f"{name}: holds no table with a header and rows.") from error


def _worth(look: Look) -> tuple[int, int]:
    return sum(map(is_known, look.columns)), len(look.rows)


def _looks(path: Path, name: str) -> Iterator[Look]:
    if is_archive(path):
        with sheets(path) as found:
            for sheet in found:
                rows = _first(rows_of_sheet(sheet, "."))
                yield from (
                    replace(look, sheet=sheet.name, sheets=len(found)) for look in _look(name, rows)
                )
    elif is_markup(path):
        yield from _look(name, _first(enumerate(rows_of_markup(path), 1)))
    else:
        encoding = sketch(path, ()).encoding
        for delimiter in _DELIMITERS:
            yield from _look(name, _readable(path, encoding, delimiter))


def _readable(path: Path, encoding: str, delimiter: str) -> list[Numbered]:
    try:
        return _first(text_rows(path, encoding, delimiter))
    except UnicodeError:
        return _first(text_rows(path, "cp1252", delimiter))
    except Unreadable:
        if encoding == "utf-8":
            return _first(text_rows(path, "cp1252", delimiter))
        raise


def _first(rows: Iterable[Numbered]) -> list[Numbered]:
    """The first rows, fewer where they are long: looking must not cost more than loading."""
    found: list[Numbered] = []
    size = 0
    for number, cells in islice(rows, _MOST_ROWS + 1):
        size += sum(map(len, cells))
        if size > _MOST_TEXT:
            break
        found.append((number, cells))
    return found


def _look(name: str, numbered: Sequence[Numbered]) -> Iterator[Look]:
    """The look under the likeliest header, if any row can be one."""
    records = [(number, cells) for number, cells in numbered if isinstance(cells, list)]
    heads = [(_headed(cells), -at) for at, (_, cells) in enumerate(records[:_TITLE_RECORDS])]
    best, back = max(heads, default=(0.0, 0))
    if best <= 0 or -back + 1 >= len(records):
        return
    at, header = records[-back]
    columns = header_names(header)
    below = [(n, tuple(cells)) for n, cells in records[-back + 1 :] if len(cells) == len(columns)]
    two = len(below) > 1 and _is_second_header(below[0][1], [cells for _, cells in below[1:30]])
    yield Look(
        name=name,
        header_at=at - 1,
        header_rows=2 if two else 1,
        columns=columns,
        titles=tuple(" ".join(filter(None, map(str.strip, cells))) for _, cells in records[:-back]),
        rows=tuple(below[1:] if two else below),
        is_whole=len(numbered) <= _MOST_ROWS,
    )


def _headed(cells: Sequence[str]) -> float:
    """How much a row looks like a header: words, different ones, known ones above all."""
    full = [cell.strip() for cell in cells if cell.strip()]
    if len(full) < 2 or 3 * len({header_key(cell) for cell in full}) < 2 * len(full):
        return 0.0
    if any(is_day(cell) or (is_number(cell) and not is_age(cell)) or "@" in cell for cell in full):
        return 0.0
    if max(map(len, full)) > 60:
        return 0.0
    return len(full) + 4.0 * sum(map(is_known, full))


def _is_second_header(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether the row below the header goes on with it: words where numbers stand further down."""
    places = [place for place, cell in enumerate(cells) if cell.strip()]
    if len(places) < 2 or any(
        is_number(cells[p].strip()) or is_day(cells[p].strip()) for p in places
    ):
        return False
    typed = [
        any(is_number(row[place].strip()) or is_day(row[place].strip()) for row in below)
        for place in places
    ]
    return sum(typed) * 2 >= len(places)


def _filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell.strip())


@dataclass(frozen=True)
class Nearest:
    """The layout that a file's headers come closest to, and what it lacks."""

    layout: Layout
    missing: tuple[str, ...]


def nearest(columns: Sequence[str], layouts: Iterable[Layout]) -> Nearest | None:
    """The layout with the largest share of its headers there; None below one half."""
    there = {header_key(column) for column in columns}
    best: tuple[float, int, Nearest] | None = None
    for layout in layouts:
        lacks = tuple(
            names[0]
            for names, wanted in zip(layout.recognise.headers, layout.wanted, strict=True)
            if there.isdisjoint(wanted)
        )
        found = len(layout.wanted) - len(lacks)
        share = found / len(layout.wanted)
        if share >= 0.5 and found > 1 and (best is None or (share, found) > best[:2]):
            best = (share, found, Nearest(layout, lacks))
    return best[2] if best else None
