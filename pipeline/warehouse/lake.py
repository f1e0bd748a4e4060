"""The books in a lake: built in a file as ever, published as a whole, read as of one snapshot.

Every generation has a schema of its own, named by its fingerprint, and is loaded in bulk in one
transaction whose last row says that it is there. Readers attach the lake as of the snapshot that
published theirs, so that nothing which is published or dropped beside them can reach them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline.model import CountbackError, fingerprint
from pipeline.warehouse.books import Ingredients, Progress, connect, first_line, tables_engine
from pipeline.warehouse.conversions import MACROS, named, quoted
from pipeline.warehouse.doors import Door, shown
from pipeline.warehouse.opening import OpenBooks, let_go, opened
from pipeline.warehouse.statements import folder

#: Generations that stay listed: the newest, and the one before, which somebody may be reading.
_KEPT = 2
_LIST = (
    "create table if not exists {lake}.main.generations "
    "(generation bigint, name varchar, tables_fingerprint varchar)"
)
_NEWEST = "select name, tables_fingerprint from {lake}.main.generations order by generation desc"
#: What engines raise that are not there, or no longer.
_OUT_OF_REACH = (duckdb.IOException, duckdb.HTTPException, duckdb.TransactionException)
#: Two threads of one process would publish the same books.
_PUBLISHING = threading.Lock()


@dataclass(frozen=True)
class Generation:
    """Books that stand in the lake."""

    name: str
    """Of its schema."""
    snapshot: int | None
    """As of which the lake holds them; None where the engine keeps no snapshots."""


class LakeBooks(OpenBooks):
    """One generation of a lake, attached read-only and locked down; hands out cursors."""

    def __init__(self, place: Path, door: Door, generation: Generation) -> None:
        self._door, self._generation = door, generation
        super().__init__(place)

    def _attach(self) -> str:
        door, found = self._door, self._generation
        door.attach(self._host, snapshot=found.snapshot, is_writing=False)
        if not door.is_motherduck:
            self._host.execute(f"set allowed_directories = [{quoted(_data_path(self._host))}]")
        return f"{named(door.catalog)}.{named(found.name)}"

    def _lock_down(self) -> None:
        # MotherDuck is reached over the network for every query: it cannot be shut off.
        if not self._door.is_motherduck:
            super()._lock_down()
        else:
            self._host.execute("set lock_configuration = true")

    def _told(self, error: duckdb.Error) -> Exception:
        if "No snapshot found" in str(error):
            let_go(self.path)
            return CountbackError(
                f"{shown(self._door.url)}: newer books were published twice since this was opened:"
                " look again."
            )
        if isinstance(error, _OUT_OF_REACH):
            return _unreachable(self._door, error)
        return error


def lake_books(
    door: Door,
    ingredients: Ingredients,
    folder_path: Path,
    build: Callable[[], Path],
    progress: Progress,
) -> OpenBooks:
    """The books of these exports in the lake, built by `build` and published if they are not there.

    A host without exports reads what was published last. Raises CountbackError when the lake
    cannot be reached, or holds nothing that this version can read.
    """
    name = f"books_{ingredients.fingerprint[:16]}" if ingredients.files else None
    lake = f"lake-{fingerprint(door.url)[:8]}"
    if name is None:
        name = _newest(door)
    place = folder_path / f"{lake}-{name}"
    return opened(place, lambda: _opened(door, place, name, build, progress))


def _opened(
    door: Door, place: Path, name: str, build: Callable[[], Path], progress: Progress
) -> OpenBooks:
    place.parent.mkdir(parents=True, exist_ok=True)
    found = find(door, name)
    if found is None:
        publish(door, name, build(), progress)
        found = find(door, name)
    if found is None:
        raise CountbackError(
            f"{shown(door.url)}: the books were replaced by others while they were published: "
            "let one host load at a time, and try again."
        )
    return LakeBooks(place, door, found)


def find(door: Door, name: str) -> Generation | None:
    """A generation that was published whole; None when there is none of that name."""
    with closing(connect(":memory:")) as connection:
        if not _is_reached(connection, door):
            return None
        listed = f"select 1 from {named(door.catalog)}.main.generations where name = ?"
        if not connection.execute(listed, [name]).fetchall():
            return None
        return Generation(name, _snapshot(connection, door, name))


def _newest(door: Door) -> str:
    """The generation that was published last; raises CountbackError when it cannot be read."""
    with closing(connect(":memory:")) as connection:
        reached = _is_reached(connection, door)
        query = _NEWEST.format(lake=named(door.catalog))
        rows = connection.execute(query).fetchall() if reached else []
    if not rows:
        raise CountbackError(
            f"{shown(door.url)}: no books were published there yet: load the exports on one host."
        )
    name, engine = rows[0]
    if engine != tables_engine():
        raise CountbackError(
            f"{shown(door.url)}: the books there were made by another version of Countback: load "
            "the exports again with this one, or read them with that one."
        )
    return str(name)


def _is_reached(connection: duckdb.DuckDBPyConnection, door: Door) -> bool:
    """Attaches the lake for reading; whether it holds books at all."""
    try:
        door.attach(connection, snapshot=None, is_writing=False)
    except duckdb.Error as error:
        if "does not exist" in str(error) or "unable to open database file" in str(error):
            return False
        raise _unreachable(door, error) from error
    rows = connection.execute(
        "select 1 from duckdb_tables() where database_name = ? and schema_name = 'main' "
        "and table_name = 'generations'",
        [door.catalog],
    )
    return bool(rows.fetchall())


def _snapshot(connection: duckdb.DuckDBPyConnection, door: Door, name: str) -> int | None:
    """The snapshot that published a generation."""
    if door.is_motherduck:
        return None
    rows = connection.execute(
        f"select max(snapshot_id) from {named(door.catalog)}.snapshots() "
        "where list_contains(changes['schemas_created'], ?)",
        [name],
    ).fetchall()
    return None if rows[0][0] is None else int(rows[0][0])


def _data_path(connection: duckdb.DuckDBPyConnection) -> str:
    """Where a lake's Parquet files lie, as its catalog says."""
    rows = connection.execute(
        "select value from __ducklake_metadata_lake.ducklake_metadata where key = 'data_path'"
    ).fetchall()
    return str(rows[0][0])


# --- publishing ----------------------------------------------------------------------------------


def publish(door: Door, name: str, made: Path, progress: Progress = lambda _: None) -> None:
    """Loads a books file into the lake as one generation: all of it, or nothing.

    Nothing happens when another host published the same books meanwhile.
    """
    progress(f"Publishing the books in {shown(door.url)}")
    with _PUBLISHING, closing(connect(":memory:")) as connection:
        try:
            door.attach(connection, snapshot=None, is_writing=True)
            # Several threads would lay a large table's rows at other places than they had.
            connection.execute(f"attach {quoted(str(made))} as made (read_only); set threads = 1")
            _publish(connection, door, name, progress)
            if not door.is_motherduck:
                _forget(connection, door)
        except duckdb.Error as error:
            if find(door, name) is None:
                raise _unreachable(door, error) from error


def _publish(
    connection: duckdb.DuckDBPyConnection, door: Door, name: str, progress: Progress
) -> None:
    lake = named(door.catalog)
    into = f"{lake}.{named(name)}"
    connection.execute("begin")
    connection.execute(_LIST.format(lake=lake))
    connection.execute(f"create schema {into}")
    # Macros and views are bound where they are made: by the names of their own generation.
    connection.execute(f"use {into}; {'; '.join(MACROS)}")
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = 'made' order by table_name"
    ).fetchall()
    for (table,) in rows:
        progress(f"Publishing {table.replace('_', ' ')}")
        _copy(connection, f"made.{named(table)}", f"{into}.{named(table)}")
    for statement in folder("tables").values():
        if statement.is_view:
            connection.execute(f"create view {statement.name} as {statement.select}")
    connection.execute("use memory")
    _list(connection, lake, name)
    connection.execute("commit")


def _list(connection: duckdb.DuckDBPyConnection, lake: str, name: str) -> None:
    """Says that a generation is there, and drops all before the one that was the newest."""
    listed = connection.execute(
        f"select generation, name from {lake}.main.generations order by generation desc"
    ).fetchall()
    for _, older in listed[_KEPT - 1 :]:
        connection.execute(f"drop schema if exists {lake}.{named(older)} cascade")
        connection.execute(f"delete from {lake}.main.generations where name = ?", [older])
    connection.execute(
        f"insert into {lake}.main.generations values (?, ?, ?)",
        [listed[0][0] + 1 if listed else 1, name, tables_engine()],
    )


def _copy(connection: duckdb.DuckDBPyConnection, made: str, into: str) -> None:
    """One table, with every row at its place: other tables name rows by it."""
    _fill(connection, made, into)
    sums = [connection.execute(_sum_of(table)).fetchall() for table in (made, into)]
    if sums[0] != sums[1]:
        raise CountbackError(
            f"{into}: the lake gave back other rows than were published, and nothing was kept: "
            "load again, and tell us if it stays so."
        )


def _fill(connection: duckdb.DuckDBPyConnection, made: str, into: str) -> None:
    connection.execute(f"create table {into} as from {made}")


def _sum_of(table: str) -> str:
    """The query of what tells a table's rows and their places from any others."""
    # Until they are committed, a lake counts rows from a number of its own. A product, because
    # hashes of row and place are put together by an exclusive or, which any order would satisfy.
    return (
        "select count(*), sum((hash(it) & 1073741823)::hugeint * (it.rowid - first.row + 1)) "
        f"from {table} as it, (select min(rowid) as row from {table}) as first"
    )


def _forget(connection: duckdb.DuckDBPyConnection, door: Door) -> None:
    """Forgets what no reader of a listed generation sees, and removes the files of it."""
    rows = connection.execute("select name from lake.main.generations").fetchall()
    seen = [_snapshot(connection, door, name) for (name,) in rows]
    oldest = min(snapshot for snapshot in seen if snapshot is not None)
    rows = connection.execute(
        "select snapshot_id from lake.snapshots() where snapshot_id < ?", [oldest]
    ).fetchall()
    if rows:
        before = ", ".join(str(snapshot) for (snapshot,) in rows)
        for query in (
            f"from ducklake_expire_snapshots('lake', versions => [{before}])",
            "from ducklake_cleanup_old_files('lake', cleanup_all => true)",
        ):
            connection.execute(f"select count(*) {query}").fetchall()


def _unreachable(door: Door, error: Exception) -> CountbackError:
    return CountbackError(
        f"{shown(door.url)}: the books cannot be read or written there "
        f"({shown(first_line(error))}): see that it runs and lets you in, and try again."
    )
