"""Books renewed: when a file changed, all that does not hang on it is kept from the books before.

The new books begin as a copy. What the changed files fill is emptied and filled again, and a
table is built anew only when something that it reads became another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import duckdb

from pipeline.exports import KINDS
from pipeline.warehouse.intake import create_kind
from pipeline.warehouse.prose import PROSE
from pipeline.warehouse.statements import Statement, folder

#: Filled together: an application is judged by its invoice.
_TOGETHER = frozenset({"invoices", "applications"})
#: Larger tables are taken as changed without a look: comparing them costs as much as what follows.
_COMPARED = 200_000
_PROSE_OF = {"messages": "message_texts", "contracts": "agreement_clauses"}
_BOOKKEEPING = ("files", "loads", "cells", "refusals")


class OtherKinds(Exception):
    """A changed file holds a kind of rows that was not emptied: everything is filled anew."""


@dataclass(frozen=True)
class Renewal:
    """What is filled again: some files, and all of the kinds that they hold."""

    files: frozenset[int]
    kinds: frozenset[str]

    def check(self, connection: duckdb.DuckDBPyConnection, file_id: int) -> None:
        """Raises OtherKinds when a file that was read again holds a kind that is not its own."""
        rows = connection.execute("select kind from loads where file_id = ?", [file_id]).fetchall()
        if not {kind for (kind,) in rows} <= self.kinds:
            raise OtherKinds


def plan(kinds_of: Mapping[int, Collection[str]], changed: Collection[int]) -> Renewal | None:
    """What hangs on the changed files; None when that is everything, or nothing.

    `kinds_of` says for each file of the books before which kinds its rows were.
    """
    files = frozenset(changed)
    kinds: frozenset[str] = frozenset()
    while True:
        more = kinds.union(*(kinds_of.get(file, ()) for file in files))
        # An invoice may belong to the customer of its contract.
        more |= _TOGETHER if more & (_TOGETHER | {"contracts"}) else frozenset()
        wider = files | {file for file, held in kinds_of.items() if more & set(held)}
        if (wider, more) == (files, kinds):
            break
        files, kinds = wider, more
    return Renewal(files, kinds) if files and files < kinds_of.keys() else None


def held(connection: duckdb.DuckDBPyConnection) -> dict[int, set[str]]:
    """For each file of the attached books before, which kinds its rows are."""
    rows = connection.execute(
        "select files.file_id, loads.kind from before.files left join before.loads "
        "on files.file_id = loads.file_id"
    ).fetchall()
    kinds: dict[int, set[str]] = {}
    for file_id, kind in rows:
        kinds.setdefault(file_id, set()).update({kind} - {None})
    return kinds


def clear(connection: duckdb.DuckDBPyConnection, renewal: Renewal) -> None:
    """Empties a copy of the books before of all that is filled again."""
    listed = ", ".join(str(file) for file in sorted(renewal.files))
    for table in (*_BOOKKEEPING, *PROSE):
        connection.execute(f"delete from {table} where file_id in ({listed})")
    for kind in sorted(renewal.kinds):
        create_kind(connection, KINDS[kind])


def rebuild(
    connection: duckdb.DuckDBPyConnection, renewal: Renewal, progress: Callable[[str], None]
) -> None:
    """Builds anew the tables that read what became another; `before` is attached."""
    changed = {f"intake_{kind}" for kind in renewal.kinds}
    changed |= {table for kind, table in _PROSE_OF.items() if kind in renewal.kinds}
    changed |= {name for name in _BOOKKEEPING if not _is_as_before(connection, name)}
    for statement in folder("tables").values():
        if not statement.words & changed:
            continue
        progress(f"Building {statement.name.replace('_', ' ')}")
        if not _is_kept(connection, statement):
            changed.add(statement.name)


def _is_kept(connection: duckdb.DuckDBPyConnection, statement: Statement) -> bool:
    """Builds a table anew; whether it came out as it was. A view follows what it reads."""
    if statement.is_view:
        return False
    connection.execute(f"create or replace table {statement.name} as {statement.select}")
    return _is_as_before(connection, statement.name)


def _is_as_before(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    now, then = (
        connection.execute(f"select count(*) from {place}{name}").fetchall()
        for place in ("", "before.")
    )
    if now != then or now[0][0] > _COMPARED:
        return False
    different = f"select exists (from {name} except all from before.{name})"
    return connection.execute(different).fetchall() == [(False,)]
