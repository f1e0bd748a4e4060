"""What the speed of loading is measured against: DuckDB's own typed reading of the same files.

Nothing is checked, counted or kept for evidence here: it is the least that any load must do.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipeline.exports import KINDS
from pipeline.warehouse.conversions import SQL_TYPES, named, quoted


def typed_read(exports: Path, target: str) -> dict[str, int]:
    """Reads every CSV of a folder in our own layout into typed tables; file name -> rows.

    `target` is ":memory:" or the path of a database file, which is written to disk in full.
    """
    with duckdb.connect(target) as connection:
        # A bar on standard output would stand in the middle of what is measured.
        connection.execute("set enable_progress_bar = false")
        return {path.name: _read(connection, path) for path in sorted(exports.glob("*.csv"))}


def _read(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    with path.open(encoding="utf-8") as lines:
        header = lines.readline().strip().split(",")
    types = KINDS[path.stem].columns
    columns = ", ".join(f"{quoted(name)}: {quoted(SQL_TYPES[types[name].type])}" for name in header)
    done = connection.execute(
        f"create table {named(path.stem)} as select * from "
        f"read_csv({quoted(str(path))}, columns = {{{columns}}}, header = true)"
    ).fetchall()
    return int(done[0][0])
