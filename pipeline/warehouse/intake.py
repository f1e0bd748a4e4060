"""Text tables in, typed tables out: every row is kept, refused with its cell, or skipped.

One table `intake_<kind>` per kind of export holds every row that was read. `fate` says what
became of it; a refused cell stands in `refusals` with its file, row, column, value and reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import polars as pl

from pipeline.exports import KINDS, CsvSource, FrameSource, Kind, Reading, Table
from pipeline.model import CountbackError
from pipeline.warehouse.conversions import INTAKE_NEEDS, SQL_TYPES
from pipeline.warehouse.converting import INCOMING, REFUSED, Rows
from pipeline.warehouse.prose import add_prose, create_prose

_BOOKKEEPING = """
create table files (
    file_id integer primary key, file varchar, sha256 varchar, layout varchar,
    layout_title varchar, kind varchar, rows bigint, state varchar, note varchar,
    warnings varchar[], skipped_rows struct("row" integer, why varchar)[],
    question varchar, choices varchar[], date_order varchar, decimal_sign varchar, answer varchar,
    sheet varchar, report_as_of date
);
create table loads (
    file_id integer, kind varchar, is_derived boolean, first_row bigint, first_line integer
);
create table cells (file_id integer, kind varchar, our_column varchar, their_column varchar);
create table refusals (
    file_id integer, "row" integer, column_name varchar, value varchar, reason varchar,
    is_reconciled boolean, is_whole_row boolean
);
"""
_WHOLE_ROWS = f"""
insert into refusals
select ?, it."row"::integer, it.column_name, it.value, it.reason, false, true from {INCOMING} as it
"""
_SKIPPED_ROWS = f"""
update files
set skipped_rows = (
    select list(struct_pack("row" := it."row"::integer, why := it.why) order by it.place)
    from {INCOMING} as it
)
where file_id = ?
"""


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """What the intake's statements speak in, for this connection."""
    connection.execute("; ".join(INTAKE_NEEDS))
    # Long lists after `in` would become joins, and with those no thread keeps the rows' order.
    connection.execute("set disabled_optimizers = 'in_clause'")


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """The empty intake: one table per kind, and the bookkeeping beside them."""
    connection.execute(_BOOKKEEPING)
    create_prose(connection)
    for kind in KINDS.values():
        create_kind(connection, kind)


def create_kind(connection: duckdb.DuckDBPyConnection, kind: Kind) -> None:
    """The empty intake table of one kind."""
    columns = ", ".join(f"{name} {SQL_TYPES[c.type]}" for name, c in kind.columns.items())
    connection.execute(
        f"create or replace table intake_{kind.name} (file_id integer, row_no integer, "
        f"fate utinyint, is_rounded boolean, {columns})"
    )


class Intake:
    """Writes readings into the intake tables of one connection."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, currency: str) -> None:
        self._connection = connection
        self._currency = currency

    def add(self, file_id: int, reading: Reading, answer: str | None = None) -> None:
        """Converts one file's rows; a file that was not understood leaves only its note.

        Raises CountbackError when the file changes while it is read.
        """
        self._note(file_id, reading, answer)
        self._refuse_whole_rows(file_id, reading)
        if reading.source is None:
            return
        source = reading.source
        with self._offered(source.frame if isinstance(source, FrameSource) else None):
            for table in reading.tables:
                self._load(file_id, reading, table)
        add_prose(self._connection, file_id, reading)

    def _note(self, file_id: int, reading: Reading, answer: str | None) -> None:
        layout, question = reading.layout, reading.question
        # Rows that wait for an answer have not been read: they count nowhere yet.
        waiting = reading.kept if reading.source is None else 0
        self._connection.execute(
            "insert into files values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                file_id,
                reading.name,
                reading.sha256,
                layout.name if layout else None,
                layout.title if layout else None,
                layout.kind if layout else None,
                reading.rows - waiting,
                state_of(reading),
                reading.refusal or reading.not_used or None,
                list(reading.warnings),
                [],
                question.question if question else None,
                list(question.choices) if question else None,
                reading.date_order,
                layout.reading.decimal if layout else None,
                answer,
                reading.sheet,
                reading.report_as_of,
            ],
        )
        if reading.skipped:
            skipped = pl.DataFrame(
                {
                    "place": range(len(reading.skipped)),
                    "row": [one.row for one in reading.skipped],
                    "why": [one.why for one in reading.skipped],
                }
            )
            with self._offered(skipped):
                self._connection.execute(_SKIPPED_ROWS, [file_id])

    def _refuse_whole_rows(self, file_id: int, reading: Reading) -> None:
        if not reading.refused:
            return
        refused = pl.DataFrame(
            {
                "row": [one.row for one in reading.refused],
                "column_name": [one.column for one in reading.refused],
                "value": [one.value for one in reading.refused],
                "reason": [one.reason for one in reading.refused],
            }
        )
        with self._offered(refused):
            self._connection.execute(_WHOLE_ROWS, [file_id])

    @contextmanager
    def _offered(self, frame: pl.DataFrame | None) -> Iterator[None]:
        """A frame's rows under the name that the statements read from; None when there is none."""
        if frame is None:
            yield
            return
        self._connection.register(INCOMING, frame)
        try:
            yield
        finally:
            self._connection.unregister(INCOMING)

    def _load(self, file_id: int, reading: Reading, table: Table) -> None:
        kind = KINDS[table.kind]
        self._remember_cells(file_id, reading, table)
        first_row = self._count(kind)
        self._connection.execute(
            "insert into loads values (?, ?, ?, ?, ?)",
            [file_id, kind.name, table.derived, first_row, _first_line(reading)],
        )
        rows = Rows(reading, table, self._currency)
        try:
            self._in_order(rows.insert(file_id))
        except duckdb.InvalidInputException as error:
            # Every byte of a plain file had been checked: it is no longer the same file.
            raise changed(reading.name) from error
        if not table.derived:
            # Of a file of several tables each takes its own rows only.
            if table.present is None and self._count(kind) - first_row != reading.kept:
                raise changed(reading.name)
            if self._has_refused(kind, first_row):
                self._connection.execute(rows.refusals(file_id))

    def _in_order(self, insert: str) -> None:
        """Inserts rows in the order in which they are read: of a plain file it is their numbers.

        Several threads keep it only where DuckDB inserts batch by batch, which a join forbids.
        """
        (plan,) = self._connection.execute(f"explain {insert}").fetchall()
        if "batch" in plan[1].casefold():
            self._connection.execute(insert)
            return
        self._connection.execute("set threads = 1")
        try:
            self._connection.execute(insert)
        finally:
            self._connection.execute("reset threads")

    def _remember_cells(self, file_id: int, reading: Reading, table: Table) -> None:
        cells = [
            (file_id, table.kind, ours, reading.cited.get(theirs[0], theirs[0]))
            for ours, theirs in table.columns.items()
        ]
        if cells:
            self._connection.executemany("insert into cells values (?, ?, ?, ?)", cells)

    def _count(self, kind: Kind) -> int:
        return self._number(f"select count(*) from intake_{kind.name}")

    def _has_refused(self, kind: Kind, first_row: int) -> bool:
        return bool(
            self._number(
                f"select count(*) from intake_{kind.name} "
                f"where rowid >= {first_row} and fate = {REFUSED}"
            )
        )

    def _number(self, query: str) -> int:
        # Fetched to its end: an unfinished result keeps the frame of a file registered.
        return int(self._connection.execute(query).fetchall()[0][0])


def _first_line(reading: Reading) -> int | None:
    """The spreadsheet row of the first record after the header, where rows are not numbered."""
    return reading.source.skip_records + 2 if isinstance(reading.source, CsvSource) else None


def changed(name: str) -> CountbackError:
    """What to say of a file that somebody writes to while it is read."""
    return CountbackError(
        f"{name}: changed while it was being read: load it again when nothing writes to it."
    )


def state_of(reading: Reading) -> str:
    """What became of a file: read, refused, question, unrecognised or not_used."""
    if reading.question:
        return "question"
    if reading.refusal:
        return "refused"
    if reading.not_used:
        return "not_used"
    return "unrecognised" if reading.layout is None else "read"
