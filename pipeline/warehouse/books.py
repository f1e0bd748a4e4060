"""The books: one read-only DuckDB file per set of exports, built once and never changed.

A build writes a temporary file and renames it to a name that carries the fingerprint of what
went in, so a crash leaves the old books, readers are never disturbed, and deleting the file
loses nothing. Rows of files that did not change are copied from the books before.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline.exports import Layout, Reading, read
from pipeline.model import CountbackError, fingerprint
from pipeline.warehouse.conversions import MACROS, quoted
from pipeline.warehouse.intake import ACCEPTED, REFUSED, Intake, create_tables
from pipeline.warehouse.reconciling import reconcile
from pipeline.warehouse.statements import SQL, folder

#: Memory that building may take; DuckDB spills to disk beyond it.
MEMORY_LIMIT = "1GB"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class ExportFile:
    """One file of a pilot's `exports/`: where it lies, what it is called, what it holds."""

    path: Path
    name: str
    sha256: str


@dataclass(frozen=True)
class Ingredients:
    """Everything that the books are computed from."""

    files: tuple[ExportFile, ...]
    layouts: tuple[Layout, ...]
    answers: Mapping[str, str]
    currency: str
    """The currency of an invoice that states none."""

    @property
    def reading_fingerprint(self) -> str:
        """Of all that decides how one file is read, besides the file itself."""
        return fingerprint(
            *(layout.fingerprint for layout in self.layouts), self.currency, _engine("intake")
        )

    @property
    def fingerprint(self) -> str:
        """Of the books: the same exports, layouts, answers and engine give the same books."""
        return fingerprint(
            self.reading_fingerprint,
            _engine("tables"),
            *(f"{file.name}\t{file.sha256}\t{self.answers.get(file.name)}" for file in self.files),
        )


def _engine(part: str) -> str:
    """The fingerprint of the code behind a part: other code, other books."""
    here = Path(__file__).parent
    files = (
        sorted((SQL / "tables").glob("*.sql"))
        if part == "tables"
        else [here / "intake.py", here / "conversions.py", here / "reconciling.py", Path(__file__)]
    )
    return fingerprint(*(file.read_text(encoding="utf-8") for file in files))


def build(
    ingredients: Ingredients, folder_path: Path, progress: Progress = lambda _: None
) -> Path:
    """The path of the books in `folder_path`, built when they are not there yet.

    Raises CountbackError when the folder cannot be written or the disk is full.
    """
    target = folder_path / f"books-{ingredients.fingerprint[:16]}.duckdb"
    if target.exists():
        return target
    building = folder_path / f"building-{os.getpid()}-{target.name}"
    try:
        folder_path.mkdir(parents=True, exist_ok=True)
        _clear_abandoned(folder_path)
        _build(ingredients, building, _newest(folder_path), progress)
        building.replace(target)
    except (OSError, duckdb.IOException) as error:
        raise CountbackError(
            f"{folder_path}: the books cannot be written here ({_first_line(error)}): "
            "free some disk space or make the folder writable, and try again."
        ) from error
    finally:
        building.unlink(missing_ok=True)
    _forget_older(folder_path, target)
    return target


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _newest(folder_path: Path) -> Path | None:
    books = sorted(folder_path.glob("books-*.duckdb"), key=lambda path: path.stat().st_mtime_ns)
    return books[-1] if books else None


def _clear_abandoned(folder_path: Path) -> None:
    """Removes what builds left behind whose process is gone."""
    for path in folder_path.glob("building-*"):
        process = path.name.split("-")[1]
        if process != str(os.getpid()) and not Path(f"/proc/{process}").exists():
            path.unlink(missing_ok=True)


def _forget_older(folder_path: Path, target: Path) -> None:
    """Keeps the books before the newest, which another process may be reading by name."""
    books = sorted(folder_path.glob("books-*.duckdb"), key=lambda path: path.stat().st_mtime_ns)
    for path in [old for old in books if old != target][:-1]:
        path.unlink(missing_ok=True)


def connect(path: str) -> duckdb.DuckDBPyConnection:
    """A connection that knows our macros, stays offline, and keeps UTC."""
    connection = duckdb.connect(path)
    connection.execute(
        "set timezone = 'UTC'; set autoinstall_known_extensions = false; "
        f"set autoload_known_extensions = false; set memory_limit = '{MEMORY_LIMIT}'"
    )
    for macro in MACROS:
        connection.execute(macro)
    return connection


def _build(
    ingredients: Ingredients, building: Path, before: Path | None, progress: Progress
) -> None:
    with connect(str(building)) as connection:
        create_tables(connection)
        connection.execute(
            "create table origin as select ? as reading_fingerprint, ? as currency",
            [ingredients.reading_fingerprint, ingredients.currency],
        )
        _take_in(connection, ingredients, before, progress)
        progress("Matching ids across files")
        reconcile(connection)
        for statement in folder("tables").values():
            progress(f"Building {statement.name.replace('_', ' ')}")
            what = "view" if statement.is_view else "table"
            connection.execute(f"create {what} {statement.name} as {statement.select}")


def _take_in(
    connection: duckdb.DuckDBPyConnection,
    ingredients: Ingredients,
    before: Path | None,
    progress: Progress,
) -> None:
    intake = Intake(connection, ingredients.currency)
    old = _attach_old(connection, ingredients, before)
    for file_id, file in enumerate(ingredients.files):
        known = old.get((file.name, file.sha256))
        if known is not None and file.name not in ingredients.answers:
            progress(f"Keeping {file.name}")
            _copy(connection, known, file_id)
        else:
            progress(f"Reading {file.name}")
            intake.add(file_id, _read(file, ingredients))
    if old:
        connection.execute("detach before")


def _read(file: ExportFile, ingredients: Ingredients) -> Reading:
    return read(file.path, file.name, ingredients.layouts, ingredients.answers)


def _attach_old(
    connection: duckdb.DuckDBPyConnection, ingredients: Ingredients, before: Path | None
) -> dict[tuple[str, str], int]:
    """(name, hash) -> file_id of what the books before already hold, read the same way."""
    if before is None:
        return {}
    try:
        connection.execute(f"attach {quoted(str(before))} as before (read_only)")
        origin = connection.execute("select reading_fingerprint from before.origin").fetchone()
        rows = connection.execute(
            "select file, sha256, file_id from before.files where state <> 'question'"
        ).fetchall()
    except duckdb.Error:
        # Damaged or written by another version: everything is read afresh, nothing is lost.
        connection.execute("detach database if exists before")
        return {}
    if origin != (ingredients.reading_fingerprint,) or not rows:
        connection.execute("detach before")
        return {}
    return {(str(file), str(sha)): int(file_id) for file, sha, file_id in rows}


def _copy(connection: duckdb.DuckDBPyConnection, old_id: int, new_id: int) -> None:
    """One file's rows and notes from the books before, as they were before reconciling."""
    connection.execute(
        f"insert into files select {new_id} as file_id, * exclude (file_id) from before.files "
        "where file_id = ?",
        [old_id],
    )
    connection.execute(
        f"insert into cells select {new_id}, * exclude (file_id) from before.cells "
        "where file_id = ?",
        [old_id],
    )
    connection.execute(
        f"insert into refusals select {new_id}, * exclude (file_id) from before.refusals "
        "where file_id = ? and not is_reconciled",
        [old_id],
    )
    loads = connection.execute(
        "select kind, is_derived from before.loads where file_id = ?", [old_id]
    ).fetchall()
    for kind, is_derived in loads:
        connection.execute(
            f"insert into loads select {new_id}, ?, ?, count(*) from intake_{kind}",
            [kind, is_derived],
        )
        connection.execute(
            f"insert into intake_{kind} select {new_id} as file_id, row_no, "
            f"case when fate = {REFUSED} then {REFUSED} else {ACCEPTED} end as fate, "
            f"* exclude (file_id, row_no, fate) from before.intake_{kind} "
            f"where file_id = {old_id} order by rowid"
        )

