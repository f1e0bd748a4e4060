"""Text tables in, typed tables out: every row is kept, refused with its cell, or skipped.

One table `intake_<kind>` per kind of export holds every row that was read. `fate` says what
became of it; a refused cell stands in `refusals` with its file, row, column, value and reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb

from pipeline.exports import KINDS, Column, CsvSource, FrameSource, Kind, Reading, Table
from pipeline.model import CURRENCIES
from pipeline.warehouse.conversions import (
    SQL_TYPES,
    can_fail,
    converted,
    named,
    quoted,
    reason,
)

ACCEPTED, REFUSED, REPEATED, CONTRADICTING, ORPHANED = range(5)

_BOOKKEEPING = """
create table files (
    file_id smallint primary key, file varchar, sha256 varchar, layout varchar,
    layout_title varchar, kind varchar, rows bigint, state varchar, note varchar,
    warnings varchar[], skipped_rows struct("row" integer, why varchar)[],
    question varchar, choices varchar[], date_order varchar, decimal_sign varchar
);
create table loads (file_id smallint, kind varchar, is_derived boolean, first_row bigint);
create table cells (file_id smallint, kind varchar, our_column varchar, their_column varchar);
create table refusals (
    file_id smallint, "row" integer, column_name varchar, value varchar, reason varchar,
    is_reconciled boolean, is_whole_row boolean
);
"""


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """The empty intake: one table per kind, and the bookkeeping beside them."""
    connection.execute(_BOOKKEEPING)
    for kind in KINDS.values():
        columns = ", ".join(f"{name} {SQL_TYPES[c.type]}" for name, c in kind.columns.items())
        connection.execute(
            f"create table intake_{kind.name} (file_id smallint, row_no integer, "
            f"fate utinyint, is_rounded boolean, {columns})"
        )


class Intake:
    """Writes readings into the intake tables of one connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, currency: str) -> None:
        self._connection = connection
        self._currency = currency

    def add(self, file_id: int, reading: Reading) -> None:
        """Converts one file's rows; a file that was not understood leaves only its note."""
        self._note(file_id, reading)
        if reading.refused:
            self._connection.executemany(
                "insert into refusals values (?, ?, ?, ?, ?, false, true)",
                [(file_id, r.row, r.column, r.value, r.reason) for r in reading.refused],
            )
        if reading.source is None:
            return
        for table in reading.tables:
            self._load(file_id, reading, table)

    def _note(self, file_id: int, reading: Reading) -> None:
        layout, question = reading.layout, reading.question
        self._connection.execute(
            "insert into files values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                file_id,
                reading.name,
                reading.sha256,
                layout.name if layout else None,
                layout.title if layout else None,
                layout.kind if layout else None,
                reading.rows,
                _state(reading),
                reading.refusal,
                list(reading.warnings),
                [{"row": skipped.row, "why": skipped.why} for skipped in reading.skipped],
                question.question if question else None,
                list(question.choices) if question else None,
                reading.date_order,
                layout.reading.decimal if layout else None,
            ],
        )

    def _load(self, file_id: int, reading: Reading, table: Table) -> None:
        kind = KINDS[table.kind]
        self._remember_cells(file_id, table)
        first_row = self._count(kind)
        self._connection.execute(
            "insert into loads values (?, ?, ?, ?)",
            [file_id, kind.name, table.derived, first_row],
        )
        with _Relation(self._connection, reading) as relation:
            rows = _Rows(relation, table, reading, self._currency)
            self._connection.execute(rows.insert(file_id))
            if self._has_refused(kind, first_row) and not table.derived:
                self._connection.execute(rows.refusals(file_id))

    def _remember_cells(self, file_id: int, table: Table) -> None:
        cells = [
            (file_id, table.kind, ours, theirs[0]) for ours, theirs in table.columns.items()
        ]
        self._connection.executemany("insert into cells values (?, ?, ?, ?)", cells)

    def _count(self, kind: Kind) -> int:
        row = self._connection.execute(f"select count(*) from intake_{kind.name}").fetchone()
        return int(row[0]) if row else 0

    def _has_refused(self, kind: Kind, first_row: int) -> bool:
        row = self._connection.execute(
            f"select count(*) from intake_{kind.name} where rowid >= ? and fate = {REFUSED}",
            [first_row],
        ).fetchall()
        # Fetched to its end: an unfinished result keeps the frame of a file registered.
        return bool(row[0][0])


def _state(reading: Reading) -> str:
    if reading.question:
        return "question"
    if reading.refusal:
        return "refused"
    return "unrecognised" if reading.layout is None else "read"


def _raw(reading: Reading, names: Sequence[str]) -> str:
    """The text of the first non-blank of their columns, or nothing when none is there."""
    if isinstance(reading.source, CsvSource):
        columns = [f"c{reading.columns.index(name)}" for name in names]
    else:
        columns = [named(name) for name in names]
    if len(columns) > 1:
        return f"coalesce({', '.join(f'''nullif(trim({c}), '')''' for c in columns)})"
    return columns[0] if columns else ""


class _Relation:
    """The file's rows as something to select from, while a statement runs."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, reading: Reading) -> None:
        self._connection = connection
        self._reading = reading

    def __enter__(self) -> _Relation:
        if isinstance(self._reading.source, FrameSource):
            self._connection.register("incoming", self._reading.source.frame)
        return self

    def __exit__(self, *_: object) -> None:
        if isinstance(self._reading.source, FrameSource):
            self._connection.unregister("incoming")

    def select_from(self) -> str:
        source = self._reading.source
        if isinstance(source, FrameSource):
            return "incoming"
        assert isinstance(source, CsvSource)  # noqa: S101 - narrowed by Intake.add
        columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(self._reading.columns)))
        return (
            f"read_csv({quoted(str(source.path))}, columns = {{{columns}}}, auto_detect = false, "
            f"header = false, skip = {source.skip_records + 1}, delim = {quoted(source.delimiter)}, "
            "quote = '', escape = '', comment = '', null_padding = false, strict_mode = true)"
        )

    def row_number(self, *, exact: bool) -> str:
        """The spreadsheet row. A plain file read whole needs none: its order is its rows."""
        source = self._reading.source
        if isinstance(source, FrameSource):
            return '"_row"'
        assert isinstance(source, CsvSource)  # noqa: S101 - narrowed by Intake.add
        start = source.skip_records + 1
        return f"(row_number() over () + {start})::integer" if exact else "null::integer"


class _Rows:
    """The statements that convert one table of one file."""

    def __init__(
        self, relation: _Relation, table: Table, reading: Reading, currency: str
    ) -> None:
        self._relation = relation
        self._table = table
        self._kind = KINDS[table.kind]
        self._mapped = {ours: _raw(reading, theirs) for ours, theirs in table.columns.items()}
        self._currency = currency
        self._order = reading.date_order
        self._decimal = reading.layout.reading.decimal if reading.layout else "."
        self._present = _raw(reading, [table.present]) if table.present else ""

    def insert(self, file_id: int) -> str:
        kind = self._kind
        values = ", ".join(self._final(name) for name in kind.columns)
        distinct = (
            f" qualify row_number() over (partition by {kind.key} order by row_no) = 1"
            if self._table.derived and kind.key
            else ""
        )
        return (
            f"insert into intake_{kind.name} {self._converted(exact=self._table.derived)} "
            f"select {file_id}, row_no, case when {self._is_bad()} then {REFUSED} else {ACCEPTED} "
            f"end, {self._is_rounded()}, {values} from converted{distinct}"
        )

    def refusals(self, file_id: int) -> str:
        faults = ", ".join(
            f"case when {test} then {{'column_name': {quoted(name)}, 'value': {value}, "
            f"'reason': {quoted(why)}}} end"
            for name, test, value, why in self._faults()
        )
        return (
            f"insert into refusals {self._converted(exact=True)}, "
            f"bad as (select row_no, unnest([{faults}]) as fault from converted "
            f"where {self._is_bad()}) "
            f"select {file_id}, row_no, fault.column_name, fault.value, fault.reason, "
            "false, false from bad where fault is not null"
        )

    def _converted(self, *, exact: bool) -> str:
        raws = ", ".join(f"{raw} as r_{name}" for name, raw in self._mapped.items())
        where = f" where trim({self._present}) <> ''" if self._present else ""
        columns = self._kind.columns
        values = ", ".join(
            f"{self._value(name, columns[name])} as {name}" for name in self._mapped
        )
        return (
            f"with source as (select {self._relation.row_number(exact=exact)} as row_no, {raws} "
            f"from {self._relation.select_from()}{where}), "
            f"converted as (select row_no, {', '.join(f'r_{n}' for n in self._mapped)}, {values} "
            "from source)"
        )

    def _value(self, name: str, column: Column) -> str:
        raw = f"r_{name}"
        if name == "currency":
            return f"upper(trim({raw}))"
        return converted(
            column,
            raw,
            order=self._order,
            decimal=self._decimal,
            unfloat=name in self._table.unfloat,
        )

    def _final(self, name: str) -> str:
        column = self._kind.columns[name]
        value = name if name in self._mapped else "null"
        default = self._table.defaults.get(name)
        if default is not None:
            value = f"coalesce({value}, {quoted(default)})"
        if name == "currency" and self._owns_currency():
            value = self._currency_value()
        if column.type == "money":
            value = f"to_minor_unit({value}, {self._currency_value()})"
        return f"cast({value} as {SQL_TYPES[column.type]})"

    def _owns_currency(self) -> bool:
        """Whether a blank currency is the pilot's; elsewhere it is the invoice's."""
        return self._kind.name in ("invoices", "payments", "control_totals")

    def _currency_value(self) -> str:
        given = "currency" if "currency" in self._mapped else "null"
        default = self._table.defaults.get("currency", self._currency)
        return f"coalesce({given}, {quoted(default)})"

    def _is_rounded(self) -> str:
        money = [n for n, c in self._kind.columns.items() if c.type == "money"]
        tests = [
            f"(strpos(r_{n}, {quoted(self._decimal)}) > 0 and {n} is not null "
            f"and length(trim(r_{n})) - strpos(trim(r_{n}), {quoted(self._decimal)})"
            f" > 2 and try_cast(r_{n} as decimal(28, 10)) <> to_minor_unit({n}, "
            f"{self._currency_value()}))"
            for n in money
            if n in self._mapped
        ]
        return f"coalesce({' or '.join(tests)}, false)" if tests else "false"

    def _is_bad(self) -> str:
        tests = [test for _, test, _, _ in self._faults()]
        return f"coalesce({' or '.join(f'({test})' for test in tests)}, false)" if tests else "false"

    def _faults(self) -> Iterable[tuple[str, str, str, str]]:
        """(our column, test, the text as written, why) for everything a row can fail on."""
        for name, column in self._kind.columns.items():
            filled = name in self._mapped
            if column.required and name not in self._table.defaults:
                if not filled:
                    continue
                yield name, f"r_{name} is null or trim(r_{name}) = ''", f"r_{name}", "is missing"
            if filled and can_fail(column, name):
                yield name, f"trim(r_{name}) <> '' and {_fails(name)}", f"r_{name}", reason(
                    column, name
                )


def _fails(name: str) -> str:
    if name == "currency":
        return f"{name} not in ({', '.join(quoted(code) for code in sorted(CURRENCIES))})"
    return f"{name} is null"
