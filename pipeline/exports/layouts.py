"""Export layouts: one TOML file says how a system's report maps onto our columns.

A layout is data, so a new system is a new file in `formats/` and no code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from pipeline.exports.kinds import DATED, KINDS, Kind
from pipeline.exports.shapes import KIND, Choices, Copied, Lines, Report, RowRule, Sign, Values
from pipeline.model import CountbackError, Noun, canonical_json, fingerprint

#: The layouts that ship with the product.
SHIPPED = Path(__file__).parent.parent / "formats"

DateOrder = Literal["iso", "month_first", "day_first", "ask"]


class Recognise(Noun):
    """How a file of this layout is told from all others."""

    headers: tuple[Choices, ...] = Field(min_length=1)
    """All are among the file's headers (of a list, one); case and outer spaces do not matter."""
    absent: tuple[str, ...] = ()
    """None may be among them: what tells a similar export apart."""
    not_titled: tuple[str, ...] = ()
    """Words that the title lines may not hold, e.g. payables."""
    least_known: float = Field(default=0.0, ge=0.0, le=1.0)
    """Share (0-1) of the file's headers that the layout must map, when its own are common words."""


class ReadingRules(Noun):
    """How the layout writes dates, decimals and nothing."""

    date_order: DateOrder = "ask"
    decimal: Literal[".", ","] = "."
    date_formats: tuple[str, ...] = ()
    """Further ways of writing a day, as for `strptime`, e.g. %d-%b-%y."""
    blanks: tuple[str, ...] = ()
    """Texts that stand for an empty cell, e.g. 00000000."""
    blank_zero: tuple[str, ...] = ()
    """Their columns in which an amount of nought counts as an empty cell."""
    minor_units: tuple[str, ...] = ()
    """Their columns that count cents (or what the currency's smallest unit is)."""


class Also(Noun):
    """A further table in the same file, e.g. the payment that an invoice row also tells of.

    Rows repeat (a customer on each of its invoices): the first row of a key is the one kept.
    """

    kind: str
    present: str | None = None
    """Their column that must not be blank for a row to count."""
    own_rows: bool = False
    """Its rows are those that a rule sends here, and none of the main table."""
    columns: dict[str, Choices] = Field(default_factory=dict)
    defaults: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        _check_kind(self.kind, self.columns, self.defaults)
        return self


class Layout(Noun):
    """One recognised export layout."""

    name: str = Field(min_length=1)
    title: str = Field(min_length=1)
    kind: str
    recognise: Recognise
    reading: ReadingRules = ReadingRules()
    columns: dict[str, Choices]
    defaults: dict[str, str] = Field(default_factory=dict)
    assumptions: tuple[str, ...] = ()
    """Sentences shown as warnings: what the layout takes for granted."""
    unfloat: tuple[str, ...] = ()
    """Our columns whose ids passed through a float: "1930571429.0" is "1930571429"."""
    also: tuple[Also, ...] = ()
    sheet: str | None = None
    """The sheet to take when several of a workbook fit."""
    report: Report | None = None
    rows: tuple[RowRule, ...] = ()
    lines: Lines | None = None
    sign: Sign | None = None
    carried: tuple[str, ...] = ()
    """Columns that a continuation row leaves blank: filled from the row above."""
    unnumbered: tuple[str, ...] = ()
    """Columns that make up the id of a document without a number."""
    joined: Mapping[str, Values] = Field(default_factory=dict)
    """A column of our making -> the columns whose texts it joins, e.g. a full name."""
    copied: tuple[Copied, ...] = ()

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        _check_kind(self.kind, self.columns, self.defaults)
        known = {*self.columns, *(name for table in self.also for name in table.columns)}
        for name in self.unfloat:
            if name not in known:
                raise ValueError(f"unfloat names {name!r}, which the layout does not map")
        return self

    @model_validator(mode="after")
    def _rules_fit_their_tables(self) -> Self:
        own = {also.kind for also in self.also if also.own_rows}
        for rule in self.rows:
            if rule.table and rule.table not in own:
                raise ValueError(f"a rule sends rows to {rule.table!r}, no table with own_rows")
        column = KINDS[self.kind].columns.get("kind")
        for kind in (rule.kind for rule in self.rows if rule.kind):
            if column is None or (column.choices and kind not in column.choices):
                raise ValueError(f"a rule says {kind!r}, which is no kind of {self.kind}")
        if any(rule.kind for rule in self.rows) and self.columns.get("kind") != (KIND,):
            raise ValueError(f"rules say what a row is, so the column kind must be {KIND!r}")
        return self

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of what the layout says; its comments and spacing do not count."""
        return fingerprint(canonical_json(self.model_dump(mode="json")))

    @cached_property
    def is_shaped(self) -> bool:
        """Whether the rows are not yet records as they stand, so that no database may read them."""
        rules = self.reading
        shaped = (self.report, self.rows, self.lines, self.sign, self.carried, self.unnumbered)
        written = (rules.date_formats, rules.blanks, rules.blank_zero, rules.minor_units)
        return any(shaped) or any(written) or bool(self.joined) or bool(self.copied)

    @cached_property
    def wanted(self) -> tuple[frozenset[str], ...]:
        """The headers asked for, as they are compared: of each set, one must be there."""
        return tuple(frozenset(map(header_key, names)) for names in self.recognise.headers)

    @cached_property
    def known(self) -> frozenset[str]:
        """All their headers that the main table reads, as they are compared."""
        return frozenset(header_key(name) for names in self.columns.values() for name in names)

    @property
    def is_own(self) -> bool:
        """Whether this is one of our own layouts: every column under our own name."""
        return all(theirs == (ours,) for ours, theirs in self.columns.items())

    @property
    def dated(self) -> tuple[str, ...]:
        """Their columns that hold dates or timestamps, over all tables, each once."""
        tables: list[tuple[Kind, Mapping[str, tuple[str, ...]]]] = [
            (KINDS[self.kind], self.columns),
            *((KINDS[also.kind], also.columns) for also in self.also),
        ]
        return tuple(
            dict.fromkeys(
                theirs
                for kind, columns in tables
                for ours, choices in columns.items()
                if kind.columns[ours].type in DATED
                for theirs in choices
            )
        )


def _check_kind(
    kind_name: str, columns: Mapping[str, tuple[str, ...]], defaults: Mapping[str, str]
) -> None:
    kind = KINDS.get(kind_name)
    if kind is None:
        raise ValueError(f"kind {kind_name!r} is none of {', '.join(KINDS)}")
    for name in (*columns, *defaults):
        if name not in kind.columns:
            raise ValueError(f"{name!r} is not a column of {kind_name}")
    for name in kind.required:
        if name not in columns and name not in defaults:
            raise ValueError(f"{name!r} is needed by {kind_name} and is not mapped")
    for name, value in defaults.items():
        choices = kind.columns[name].choices
        if choices and value not in choices:
            raise ValueError(f"the default {value!r} of {name} is none of {', '.join(choices)}")


def load_layout(path: Path) -> Layout:
    """One layout from its TOML file; raises `CountbackError` naming the file and the key."""
    try:
        return Layout.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise CountbackError(f"{path.name}: {_first_fault(error)}.") from error
    except (ValueError, RecursionError) as error:
        raise CountbackError(f"{path.name}: is not valid TOML ({error}).") from error
    except OSError as error:
        raise CountbackError(f"{path.name}: cannot be read ({error.strerror}).") from error


def _first_fault(error: ValidationError) -> str:
    fault = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in fault["loc"])
    message = fault["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{key}: {message}" if key else message


def load_layouts(*folders: Path) -> tuple[Layout, ...]:
    """The shipped layouts, then those of `folders` (a pilot's own `formats/`).

    A layout of the same name replaces the earlier one. A folder that does not
    exist holds no layouts.
    """
    layouts: dict[str, Layout] = {}
    for folder in (SHIPPED, *folders):
        for path in sorted(folder.glob("*.toml")):
            layout = load_layout(path)
            layouts[layout.name] = layout
    return tuple(layouts.values())


def header_key(header: str) -> str:
    """What a header is compared by: no outer spaces, no case, no required-field asterisk."""
    return header.strip().lstrip("*\ufeff").casefold()


def header_names(header: Sequence[str]) -> tuple[str, ...]:
    """The headers; a blank one is called by its place, so that a cell of it can be cited.

    Of two alike the first keeps its name, and a later one is named with its place.
    """
    seen: set[str] = set()
    found = []
    for place, text in enumerate(header, 1):
        called = text if text.strip() else f"column {place}"
        while header_key(called) in seen:
            called = f"{called.strip()} (column {place})"
        seen.add(header_key(called))
        found.append(called)
    return tuple(found)


def recognise(headers: Sequence[str], layouts: Iterable[Layout], titles: str = "") -> Layout | None:
    """The layout whose headers are all present; the one with most headers when several are.

    `titles` is the text of the lines above the header. None when no layout fits, and when
    the two best ask for equally many headers: a guess between two layouts could turn one
    column's money into another's.
    """
    called = zip(headers, header_names(headers), strict=True)
    present = {header_key(name) for header, name in called if header_key(header)}
    fitting = sorted(
        (layout for layout in layouts if _fits(layout, present, titles.casefold())),
        key=lambda layout: -len(layout.wanted),
    )
    if not fitting or _is_tie(fitting):
        return None
    return fitting[0]


def _fits(layout: Layout, present: set[str], titles: str) -> bool:
    if any(present.isdisjoint(names) for names in layout.wanted):
        return False
    rules = layout.recognise
    if any(header_key(name) in present for name in rules.absent):
        return False
    if any(word.casefold() in titles for word in rules.not_titled):
        return False
    return len(layout.known & present) >= rules.least_known * len(present)


def _is_tie(fitting: Sequence[Layout]) -> bool:
    return len(fitting) > 1 and len(fitting[0].wanted) == len(fitting[1].wanted)
