"""What only all files together can tell: repeated ids, contradictions, orphans, blanks filled.

The first row of an id is kept. A later row with the same values is skipped and said; one with
other values is refused, because nobody but the sender knows which is right. An invoice that is
another in everything but the leading zeros of its number is that other one: a spreadsheet ate them.
"""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from pipeline.exports import KINDS, Kind
from pipeline.exports.results import BY_CONTRACT
from pipeline.warehouse.conversions import quoted
from pipeline.warehouse.converting import ACCEPTED, CONTRADICTING, ORPHANED, REPEATED, SHORTENED


def reconcile(
    connection: duckdb.DuckDBPyConnection, kinds: Collection[str] = frozenset(KINDS)
) -> None:
    """Settles the fate of every accepted row of some kinds against all others."""
    for kind in KINDS.values():
        if kind.key and kind.name in kinds:
            _settle_repeats(connection, kind, kind.key)
    if "invoices" in kinds:
        _find_customers_by_contract(connection)
        _skip_shortened_invoices(connection)
    if "applications" in kinds:
        _refuse_applications(connection)


def row_number(kind: str, alias: str) -> str:
    """The spreadsheet row of an intake row: written, or told by its place within its load."""
    return (
        f"coalesce({alias}.row_no, ({alias}.rowid - (select any_value(loads.first_row - "
        f"loads.first_line) from loads where loads.kind = {quoted(kind)} "
        f"and loads.file_id = {alias}.file_id and not loads.is_derived))::integer)"
    )


def _exists(connection: duckdb.DuckDBPyConnection, query: str) -> bool:
    return connection.execute(f"select exists ({query})").fetchall() == [(True,)]


def _may_repeat(connection: duckdb.DuckDBPyConnection, table: str, key: str) -> bool:
    """Whether some id might stand twice: False is for sure."""
    accepted = f"from {table} where fate = {ACCEPTED}"
    # Exports mostly lie in the order of their ids: each above the one before says it in one pass.
    rising = f"{key} > lag({key}, 1, '') over ()"
    out_of_order = f"select 1 from (select {rising} as rises {accepted}) where rises is not true"
    # Hashes are quicker to compare than ids, and tell for sure when nothing is repeated.
    alike = f"select 1 {accepted} group by hash({key}) having count(*) > 1"
    return _exists(connection, out_of_order) and _exists(connection, alike)


def _settle_repeats(connection: duckdb.DuckDBPyConnection, kind: Kind, key: str) -> None:
    table = f"intake_{kind.name}"
    if not _may_repeat(connection, table, key):
        return
    repeated = (
        f"select {key} from {table} where fate = {ACCEPTED} group by {key} having count(*) > 1"
    )
    # Named, because not every version of the engine keeps an unnamed struct.
    content = "struct_pack(" + ", ".join(f"{n} := it.{n}" for n in kind.columns) + ")"
    connection.execute(
        f"create or replace temp table repeats as with keyed as ("
        f"select it.rowid as place, it.file_id, it.{key} as id, {row_number(kind.name, 'it')} as "
        f"line, {content} as content, coalesce(loads.is_derived, false) as is_derived "
        # The load that a row came with: the last one that began at or before it.
        f"from {table} as it asof left join "
        f"(select first_row, arg_max(is_derived, rowid) as is_derived from loads "
        f"where kind = {quoted(kind.name)} group by first_row) as loads "
        "on it.rowid >= loads.first_row "
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
        "'already given with other values by row ' || repeats.first_line || ' of ' || files.file, "
        "true, false "
        "from repeats join files on files.file_id = repeats.first_file where not repeats.is_same"
    )


def _find_customers_by_contract(connection: duckdb.DuckDBPyConnection) -> None:
    """An invoice that names only its contract belongs to the contract's customer."""
    waiting = f"fate = {ACCEPTED} and customer_id = {quoted(BY_CONTRACT)}"
    if not _exists(connection, f"select 1 from intake_invoices where {waiting}"):
        return
    connection.execute(
        "update intake_invoices as it set customer_id = contracts.customer_id "
        "from intake_contracts as contracts where it.contract_id = contracts.contract_id "
        f"and contracts.fate = {ACCEPTED} and contracts.customer_id is not null "
        f"and it.fate = {ACCEPTED} and it.customer_id = {quoted(BY_CONTRACT)}"
    )
    connection.execute(
        f"insert into refusals select it.file_id, {row_number('invoices', 'it')}, 'contract_id', "
        "it.contract_id, 'names a contract that no loaded file holds, so whose it is is unknown: "
        f"load the contracts as well', true, false from intake_invoices as it where {waiting}"
    )
    connection.execute(f"update intake_invoices set fate = {ORPHANED} where {waiting}")


def _skip_shortened_invoices(connection: duckdb.DuckDBPyConnection) -> None:
    """Invoices whose number lost its leading zeros, beside the same one that kept them."""
    padded = "select 1 from intake_invoices where invoice_id like '0%'"
    if not _exists(connection, f"{padded} and fate = {ACCEPTED}"):
        return
    columns = [name for name in KINDS["invoices"].columns if name != "invoice_id"]
    same = " and ".join(f"it.{name} is not distinct from whole.{name}" for name in columns)
    connection.execute(
        f"update intake_invoices as it set fate = {SHORTENED} from intake_invoices as whole "
        f"where it.fate = {ACCEPTED} and whole.fate = {ACCEPTED} "
        "and whole.invoice_id like '0%' and it.invoice_id not like '0%' "
        f"and ltrim(whole.invoice_id, '0') = it.invoice_id and {same}"
    )


#: (column, condition, why) of everything that only its invoice, or its kind, makes wrong.
_WRONG = (
    ("invoice_id", "invoices.invoice_id is null", "names an invoice that no loaded file holds"),
    (
        "currency",
        # Without a currency an application is in its invoice's.
        "coalesce(it.currency <> invoices.currency, false)",
        "is not the currency of its invoice",
    ),
    (
        "amount",
        "it.kind = 'reversal' and it.amount > 0",
        "is a reversal and not negative: reversals raise the balance and are written below zero",
    ),
)


def _refuse_applications(connection: duckdb.DuckDBPyConnection) -> None:
    """Applications that fit no invoice, are in another currency, or reverse upwards."""
    found = " ".join(f"when {test} then {quoted(column)}" for column, test, _ in _WRONG)
    value = " ".join(f"when {quoted(column)} then it.{column}::varchar" for column, _, _ in _WRONG)
    why = " ".join(f"when {quoted(column)} then {quoted(text)}" for column, _, text in _WRONG)
    connection.execute(
        "create or replace temp table strangers as with judged as ("
        f"select it.rowid as place, case {found} end as wrong from intake_applications as it "
        f"left join (select * from intake_invoices where fate = {ACCEPTED}) as invoices "
        f"on it.invoice_id = invoices.invoice_id where it.fate = {ACCEPTED}) "
        "select * from judged where wrong is not null"
    )
    if not _exists(connection, "select 1 from strangers"):
        return
    connection.execute(
        f"update intake_applications as it set fate = {ORPHANED} from strangers "
        "where it.rowid = strangers.place"
    )
    connection.execute(
        f"insert into refusals select it.file_id, {row_number('applications', 'it')}, "
        f"strangers.wrong, case strangers.wrong {value} end, case strangers.wrong {why} end, "
        "true, false from strangers join intake_applications as it on it.rowid = strangers.place "
        # A payment that one and the same row of an invoice file tells of falls with its invoice.
        "where not exists (select 1 from loads where loads.file_id = it.file_id "
        "and loads.kind = 'applications' and loads.is_derived)"
    )
