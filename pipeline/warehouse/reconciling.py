"""What only all files together can tell: repeated ids, contradictions, orphans, blanks filled.

The first row of an id is kept. A later row with the same values is skipped and said; one with
other values is refused, because nobody but the sender knows which is right.
"""

from __future__ import annotations

import duckdb

from pipeline.exports import KINDS, Kind
from pipeline.warehouse.conversions import quoted
from pipeline.warehouse.intake import ACCEPTED, CONTRADICTING, ORPHANED, REFUSED, REPEATED


def reconcile(connection: duckdb.DuckDBPyConnection) -> None:
    """Settles the fate of every accepted row against all others."""
    for kind in KINDS.values():
        if kind.key:
            _settle_repeats(connection, kind, kind.key)
    _fill_application_currency(connection)
    _refuse_strangers(connection)
    _refuse_positive_reversals(connection)


def _exists(connection: duckdb.DuckDBPyConnection, query: str) -> bool:
    return connection.execute(f"select exists ({query})").fetchone() == (True,)


def row_number(kind: str, alias: str) -> str:
    """The spreadsheet row of an intake row: written, or its place within its load."""
    return (
        f"coalesce({alias}.row_no, ({alias}.rowid - (select max(loads.first_row) from loads "
        f"where loads.kind = {quoted(kind)} and loads.first_row <= {alias}.rowid) + 2)::integer)"
    )


def _settle_repeats(connection: duckdb.DuckDBPyConnection, kind: Kind, key: str) -> None:
    table = f"intake_{kind.name}"
    repeated = f"select {key} from {table} where fate = {ACCEPTED} group by {key} having count(*) > 1"
    if not _exists(connection, repeated):
        return
    content = "row(" + ", ".join(f"it.{name}" for name in kind.columns) + ")"
    connection.execute(
        f"create or replace temp table repeats as with keyed as ("
        f"select it.rowid as place, it.file_id, it.{key} as id, {row_number(kind.name, 'it')} as "
        f"line, {content} as content, coalesce(loads.is_derived, false) as is_derived "
        f"from {table} as it asof left join "
        f"(select * from loads where kind = {quoted(kind.name)}) as loads "
        f"on it.rowid >= loads.first_row "
        f"where it.fate = {ACCEPTED} and it.{key} in ({repeated})), "
        # A file of this kind outranks rows that another kind of file only mentions.
        "ranked as (select *, first_value(place) over first_of as first_place, "
        "first_value(content) over first_of as first_content, "
        "first_value(line) over first_of as first_line, "
        "first_value(file_id) over first_of as first_file from keyed "
        "window first_of as (partition by id order by is_derived, place)) "
        "select *, is_derived or content is not distinct from first_content as is_same "
        "from ranked where place <> first_place"
    )
    connection.execute(
        f"update {table} as it set fate = case when repeats.is_same then {REPEATED} "
        f"else {CONTRADICTING} end from repeats where it.rowid = repeats.place"
    )
    connection.execute(
        f"insert into refusals select repeats.file_id, repeats.line, {quoted(key)}, repeats.id, "
        "'already given with other values by row ' || repeats.first_line || ' of ' || files.file, true, false "
        "from repeats join files on files.file_id = repeats.first_file where not repeats.is_same"
    )


def _fill_application_currency(connection: duckdb.DuckDBPyConnection) -> None:
    """An application without a currency is in its invoice's."""
    blank = f"select 1 from intake_applications where fate = {ACCEPTED} and currency is null"
    if _exists(connection, blank):
        connection.execute(
            "update intake_applications as it set currency = invoices.currency "
            f"from intake_invoices as invoices where it.fate = {ACCEPTED} "
            f"and it.currency is null and invoices.fate = {ACCEPTED} "
            "and it.invoice_id = invoices.invoice_id"
        )


def _refuse_strangers(connection: duckdb.DuckDBPyConnection) -> None:
    """Applications to invoices that no file holds, or in another currency than theirs."""
    _refuse(
        connection,
        "invoice_id",
        "it.invoice_id",
        "names an invoice that no loaded file holds",
        "left join intake_invoices as invoices on it.invoice_id = invoices.invoice_id "
        f"and invoices.fate = {ACCEPTED}",
        "invoices.invoice_id is null",
    )
    _refuse(
        connection,
        "currency",
        "it.currency",
        "is not the currency of its invoice",
        "join intake_invoices as invoices on it.invoice_id = invoices.invoice_id "
        f"and invoices.fate = {ACCEPTED}",
        "it.currency <> invoices.currency",
    )


def _refuse_positive_reversals(connection: duckdb.DuckDBPyConnection) -> None:
    _refuse(
        connection,
        "amount",
        "it.amount::varchar",
        "is a reversal and not negative: reversals raise the balance and are written below zero",
        "",
        "it.kind = 'reversal' and it.amount > 0",
    )


def _refuse(
    connection: duckdb.DuckDBPyConnection,
    column: str,
    value: str,
    why: str,
    joined: str,
    where: str,
) -> None:
    connection.execute(
        "create or replace temp table strangers as select it.rowid as place, it.file_id, "
        f"{row_number('applications', 'it')} as line, {value} as value "
        f"from intake_applications as it {joined} where it.fate = {ACCEPTED} and ({where})"
    )
    if not _exists(connection, "select 1 from strangers"):
        return
    connection.execute(
        f"update intake_applications as it set fate = {ORPHANED} from strangers "
        "where it.rowid = strangers.place"
    )
    connection.execute(
        f"insert into refusals select strangers.file_id, line, {quoted(column)}, value, "
        f"{quoted(why)}, true, false from strangers "
        # A payment that one and the same row of an invoice file tells of falls with its invoice.
        "where not exists (select 1 from loads where loads.file_id = strangers.file_id "
        "and loads.kind = 'applications' and loads.is_derived)"
    )


REFUSED_STATES = (REFUSED, CONTRADICTING, ORPHANED)
