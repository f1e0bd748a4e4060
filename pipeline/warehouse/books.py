"""The books: one read-only DuckDB file per set of exports, built once and never changed.

A build writes a temporary file and renames it to a name that carries the fingerprint of what
went in, so a crash leaves the old books, readers are never disturbed, and deleting the file
loses nothing. What does not hang on a changed file is kept from the books before.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

from pipeline import exports, model
from pipeline.exports import Layout, Reading
from pipeline.exports.confined import Stamp, read_in_turn, stamp
from pipeline.exports.results import BY_CONTRACT
from pipeline.model import CountbackError, fingerprint
from pipeline.replies import rules_fingerprint
from pipeline.warehouse.conversions import MACROS, quoted
from pipeline.warehouse.converting import ACCEPTED, REFUSED
from pipeline.warehouse.intake import Intake, changed, create_tables, prepare
from pipeline.warehouse.prose import copy_prose
from pipeline.warehouse.reconciling import reconcile
from pipeline.warehouse.renewing import OtherKinds, Renewal, clear, held, plan, rebuild
from pipeline.warehouse.statements import SQL, folder

#: Memory that building may take; DuckDB spills to disk beyond it.
MEMORY_LIMIT = "1GB"
#: Squeezing text costs more time than a file that may be deleted at any moment is worth.
_LEFT_OUT = "fsst,dict_fsst,zstd,rle,chimp,patas,alp,alprd,roaring"
#: Two threads of one process would build into the same file.
_BUILDING = threading.Lock()
Progress = Callable[[str], None]
#: (name, hash, answer) -> file_id in the books before.
Known = dict[tuple[str, str, str | None], int]


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


def tables_engine() -> str:
    """The fingerprint of what the tables are made by: other ones cannot be read as ours."""
    return _engine("tables")


@cache
def _engine(part: str) -> str:
    """The fingerprint of the code behind a part: other code, other books."""
    here = Path(__file__).parent
    names = ("intake", "conversions", "converting", "prose", "reconciling", "renewing", "books")
    read_by = [*(here / f"{name}.py" for name in names), Path(model.__file__)]
    read_by += sorted(Path(exports.__file__).parent.rglob("*.py"))
    files = sorted((SQL / "tables").glob("*.sql")) if part == "tables" else read_by
    texts = (file.read_text(encoding="utf-8") for file in files)
    return fingerprint(duckdb.__version__, rules_fingerprint(), *texts)


def build(ingredients: Ingredients, folder_path: Path, progress: Progress = lambda _: None) -> Path:
    """The path of the books in `folder_path`, built when they are not there yet.

    Raises CountbackError when the folder cannot be written, the disk is full, or a file changes
    while it is read.
    """
    target = folder_path / f"books-{ingredients.fingerprint[:16]}.duckdb"
    with _BUILDING:
        if not target.exists():
            _build_safely(ingredients, target, progress)
    return target


def _build_safely(ingredients: Ingredients, target: Path, progress: Progress) -> None:
    building = target.with_name(f"building-{os.getpid()}-{target.name}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear_abandoned(target.parent)
        _build_from(ingredients, building, _newest(target.parent), progress)
        building.replace(target)
    except (OSError, duckdb.IOException) as error:
        raise CountbackError(
            f"{target.parent}: the books cannot be written here ({first_line(error)}): "
            "free some disk space or make the folder writable, and try again."
        ) from error
    finally:
        _remove(building)
    _forget_older(target.parent, target)


def _build_from(
    ingredients: Ingredients, building: Path, before: Path | None, progress: Progress
) -> None:
    """Builds with what the books before know; from nothing when they turn out damaged."""
    try:
        _renew_or_build(ingredients, building, before, progress)
    except duckdb.Error as error:
        if before is None or not is_damage(error):
            raise
        progress("The books before are damaged: reading everything again")
        before.unlink(missing_ok=True)
        _remove(building)
        _build(ingredients, building, None, progress)


def _renew_or_build(
    ingredients: Ingredients, building: Path, before: Path | None, progress: Progress
) -> None:
    try:
        _build(ingredients, building, before, progress, _renewal(ingredients, before))
    except OtherKinds:
        # A file holds something else by now: what hangs on that was not emptied.
        _remove(building)
        _build(ingredients, building, before, progress)


def is_damage(error: duckdb.Error) -> bool:
    """Whether an error says that a books file is not as it was written."""
    text = str(error)
    return any(word in text for word in ("orrupt", "not a valid DuckDB", "read enough bytes"))


def _remove(building: Path) -> None:
    """Removes a half-built file with its log and its spilled parts."""
    for path in building.parent.glob(f"{building.name}*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def first_line(error: Exception) -> str:
    """What an error says in its first line."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _newest(folder_path: Path) -> Path | None:
    books = sorted(folder_path.glob("books-*.duckdb"), key=lambda path: path.stat().st_mtime_ns)
    return books[-1] if books else None


def _clear_abandoned(folder_path: Path) -> None:
    """Removes what builds left behind whose process is gone."""
    for path in [*folder_path.glob("building-*"), *folder_path.glob("spill-*")]:
        process = path.name.split("-")[1]
        if process.isdigit() and not _is_running(int(process)):
            _remove(path)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _forget_older(folder_path: Path, target: Path) -> None:
    """Keeps the books before the newest, which another process may be reading by name."""
    books = sorted(folder_path.glob("books-*.duckdb"), key=lambda path: path.stat().st_mtime_ns)
    for path in [old for old in books if old != target][:-1]:
        path.unlink(missing_ok=True)


def connect(path: str) -> duckdb.DuckDBPyConnection:
    """A connection that stays offline, and keeps UTC."""
    connection = duckdb.connect(path)
    connection.execute(
        # A bar on standard output would stand in the middle of what a program reads from it.
        "set timezone = 'UTC'; set enable_progress_bar = false; "
        "set autoinstall_known_extensions = false; "
        f"set autoload_known_extensions = false; set memory_limit = '{MEMORY_LIMIT}'"
    )
    return connection


def _renewal(ingredients: Ingredients, before: Path | None) -> Renewal | None:
    """What of the books before must be filled again; None when everything must."""
    if before is None:
        return None
    with closing(connect(":memory:")) as connection:
        old = _attach_old(connection, ingredients, before)
        engine = "select tables_fingerprint from before.origin"
        if not old or connection.execute(engine).fetchone() != (_engine("tables"),):
            return None
        kinds = held(connection)
        names = connection.execute("select file from before.files order by file_id").fetchall()
    if [name for (name,) in names] != [file.name for file in ingredients.files]:
        return None
    unchanged = set(_known(ingredients, old))
    return plan(kinds, kinds.keys() - unchanged)


def _build(
    ingredients: Ingredients,
    building: Path,
    before: Path | None,
    progress: Progress,
    renewal: Renewal | None = None,
) -> None:
    if renewal and before:
        shutil.copyfile(before, building)
    with closing(connect(str(building))) as connection:
        connection.execute(f"set disabled_compression_methods = '{_LEFT_OUT}'")
        # Closing would write nearly every table again, to fill up row groups that are nearly full.
        connection.execute("set max_vacuum_tasks = 0")
        prepare(connection)
        if renewal:
            clear(connection, renewal)
            _take_in(connection, ingredients, before, progress, renewal)
            progress("Matching ids across files")
            reconcile(connection, renewal.kinds)
            rebuild(connection, renewal, progress)
            return
        connection.execute("; ".join(MACROS))
        create_tables(connection)
        connection.execute(
            "create table origin as select ? as reading_fingerprint, ? as currency, "
            "? as tables_fingerprint",
            [ingredients.reading_fingerprint, ingredients.currency, _engine("tables")],
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
    renewal: Renewal | None = None,
) -> None:
    """Fills the intake with every file, or with those that a renewal empties."""
    intake = Intake(connection, ingredients.currency)
    known = _known(ingredients, _attach_old(connection, ingredients, before))
    pairs = zip(ingredients.files, known, strict=True)
    unknown = [(file.path, file.name) for file, old_id in pairs if old_id is None]
    with read_in_turn(ingredients.layouts, unknown, ingredients.answers) as readings:
        for file_id, (file, old_id) in enumerate(zip(ingredients.files, known, strict=True)):
            if renewal and file_id not in renewal.files:
                progress(f"Keeping {file.name}")
                continue
            if old_id is not None:
                progress(f"Keeping {file.name}")
                _copy(connection, old_id, file_id)
            else:
                progress(f"Reading {file.name}")
                _take(intake, file_id, file, *next(readings), ingredients.answers.get(file.name))
                if renewal:
                    renewal.check(connection, file_id)


def _known(ingredients: Ingredients, old: Known) -> list[int | None]:
    """For each file its id in the books before; None for one that must be read."""
    answers = ingredients.answers
    return [old.get((file.name, file.sha256, answers.get(file.name))) for file in ingredients.files]


def _take(
    intake: Intake,
    file_id: int,
    file: ExportFile,
    reading: Reading,
    before: Stamp,
    answer: str | None,
) -> None:
    """Takes in what was read; raises CountbackError when it is not the file that was named."""
    if reading.sha256 not in ("", file.sha256):
        raise changed(file.name)
    intake.add(file_id, reading, answer)
    if stamp(file.path) != before:
        raise changed(file.name)


def _attach_old(
    connection: duckdb.DuckDBPyConnection, ingredients: Ingredients, before: Path | None
) -> Known:
    """(name, hash, answer) -> file_id of what the books before hold, read the same way."""
    if before is None:
        return {}
    try:
        connection.execute(f"attach {quoted(str(before))} as before (read_only)")
        origin = connection.execute("select reading_fingerprint from before.origin").fetchone()
        rows = connection.execute(
            "select file, sha256, answer, file_id from before.files where state <> 'question'"
        ).fetchall()
    except duckdb.Error:
        # Damaged or written by another version: everything is read afresh, nothing is lost.
        connection.execute("detach database if exists before")
        return {}
    if origin != (ingredients.reading_fingerprint,) or not rows:
        connection.execute("detach before")
        return {}
    return {(file, sha256, answer): file_id for file, sha256, answer, file_id in rows}


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
        "select kind, is_derived, first_line from before.loads where file_id = ?", [old_id]
    ).fetchall()
    named = _copied_columns(connection, old_id)
    for kind, is_derived, first_line in loads:
        connection.execute(
            f"insert into loads select {new_id}, ?, ?, count(*), ? from intake_{kind}",
            [kind, is_derived, first_line],
        )
        connection.execute(
            f"insert into intake_{kind} select {new_id} as file_id, row_no, "
            f"case when fate = {REFUSED} then {REFUSED} else {ACCEPTED} end as fate, "
            f"{named.get(kind, '* exclude (file_id, row_no, fate)')} from before.intake_{kind} "
            f"where file_id = {old_id} order by rowid"
        )
    copy_prose(connection, old_id, new_id)


def _copied_columns(connection: duckdb.DuckDBPyConnection, old_id: int) -> dict[str, str]:
    """Kind -> what is selected of its rows, where that is not simply all they hold."""
    stated = (
        "select 1 from before.cells where file_id = ? and kind = 'invoices' "
        "and our_column = 'customer_id'"
    )
    if connection.execute(stated, [old_id]).fetchall():
        return {}
    # Whose these invoices are was found by their contracts, which may be others by now.
    return {
        "invoices": f"* exclude (file_id, row_no, fate) replace ({quoted(BY_CONTRACT)} "
        "as customer_id)"
    }
