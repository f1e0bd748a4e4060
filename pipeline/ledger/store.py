"""The record: what people did, in one append-only table whose entries are chained by hash.

SQLite by default (`ledger.sqlite` in the pilot's folder); the same code runs on PostgreSQL
by URL. This is the only module that knows SQLAlchemy.

An entry's hash covers the hash before it and every other field, so a later change to any
entry breaks the chain from there on. What the chain alone cannot show is that its end was
cut off: the `subjects` table and an exported head show that.

A write has numbered steps: 1 the turn to write is taken, 2 the subject has moved on from the
version that was expected, 3 the entry stands beside it, 4 both are on disk. Killed before 4,
nothing was written; after 4 it is there, whether or not anybody was told.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError

from pipeline.ledger.chain import (
    GENESIS,
    Head,
    Verification,
    export_lines,
    verify_export,
    verify_rows,
)
from pipeline.ledger.entries import (
    entry_of,
    plain_entry,
    plain_event,
    plain_row,
    same_event,
    sealed_row,
    what_happened,
)
from pipeline.model import CountbackError, Entry, Event, WrongCall

SCHEMA_VERSION = 1
BUSY_SECONDS = 10
_WRITER_LOCK = 0x436F756E74  # "Count": any number will do, as long as all writers know it

__all__ = ["Head", "Ledger", "Stale", "Verification", "verify_export"]

_METADATA = sa.MetaData()

_ENTRIES = sa.Table(
    "entries",
    _METADATA,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("event_id", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("on_day", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.UniqueConstraint("subject", "version"),
)
_SUBJECTS = sa.Table(
    "subjects",
    _METADATA,
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)
_SCHEMA = sa.Table("ledger_schema", _METADATA, sa.Column("version", sa.Integer, primary_key=True))

# REPLACE deletes the old row without firing a DELETE trigger, so an INSERT that meets
# any existing key is stopped before it can conflict.
_SQLITE_GUARDS = (
    """CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END""",
    """CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END""",
    """CREATE TRIGGER entries_no_replace BEFORE INSERT ON entries
    WHEN NEW.seq IS NOT (SELECT COALESCE(MAX(seq), 0) + 1 FROM entries)
        OR EXISTS (SELECT 1 FROM entries WHERE event_id = NEW.event_id)
        OR EXISTS (SELECT 1 FROM entries WHERE subject = NEW.subject AND version = NEW.version)
    BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END""",
)
_POSTGRES_GUARDS = (
    """CREATE FUNCTION entries_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the record is append-only'; END $$""",
    """CREATE TRIGGER entries_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION entries_append_only()""",
)
_GUARDS = {"sqlite": _SQLITE_GUARDS, "postgresql": _POSTGRES_GUARDS}


Step = Callable[[int], None]


def _unwatched(_: int) -> None:
    """Nobody watches the steps."""


class Stale(CountbackError):
    """Compare-and-set was lost: somebody wrote on the subject since it was read."""


class Ledger:
    """One pilot's record. Safe to share between threads and between processes."""

    step: Step = staticmethod(_unwatched)
    """Called after each step of a write with its number; see the module's text."""

    def __init__(self, engine: sa.Engine, name: str) -> None:
        self.name = name
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._writer = engine.execution_options(writes=True)
        # All that one reading sees is of one moment; SQLite needs no telling.
        one_moment = {} if self._is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reader = engine.execution_options(**one_moment)
        # Threads queue here, in order; SQLite's own wait for the lock is unfair.
        self._turn = threading.Lock()
        self._is_wal = False

    @classmethod
    def open(cls, where: str | Path) -> Self:
        """Open the record at a path (SQLite) or a database URL; a new one is created."""
        url = _url(where)
        name = str(url.database) if _is_sqlite(url) else url.render_as_string(hide_password=True)
        ledger = cls(_engine(url), name)
        try:
            ledger._check_schema()
        except BaseException:
            ledger.close()
            raise
        return ledger

    def append(
        self,
        event: Event,
        *,
        expected_version: int | None = None,
        expected_head: Head | None = None,
        event_id: str | None = None,
    ) -> Entry:
        """Write one event; it is on disk when this returns.

        With `expected_version`, only if the subject still stands at that version (0 = nothing
        written yet), else `Stale`; with `expected_head`, only if nothing at all was written since
        the record stood there. An `event_id` that already holds the same event returns
        its entry, so a retry is harmless.
        """
        row = plain_event(event)
        with self._writing() as connection:
            known = _by_id(connection, event_id) if event_id else None
            if known is not None:
                return same_event(known, row)
            entry = self._add(connection, row, expected_version, expected_head, event_id)
        self.step(4)
        return entry

    def append_all(
        self, events: Sequence[Event], *, expected_head: Head | None = None
    ) -> list[Entry]:
        """Write all the events, in order, in one transaction: all or nothing.

        With `expected_head`, only if nothing was written since the record stood there.
        """
        rows = [plain_event(event) for event in events]
        written: list[Entry] = []
        with self._writing() as connection:
            if not rows:
                _check_head(_head(connection), expected_head, "the record")
            for row in rows:
                written.append(self._add(connection, row, None, expected_head, None))
                expected_head = None
        self.step(4)
        return written

    def _add(
        self,
        connection: sa.Connection,
        row: Mapping[str, Any],
        expected_version: int | None,
        expected_head: Head | None,
        event_id: str | None,
    ) -> Entry:
        """Steps 1 to 3 of a write."""
        self.step(1)
        head = _head(connection)
        _check_head(head, expected_head, row["subject"])
        version = _next_version(connection, row["subject"], expected_version)
        self.step(2)
        entry = _insert(connection, row, version, event_id, head)
        self.step(3)
        return entry

    def version(self, subject: str) -> int:
        """How many entries stand on the subject: 0 when nothing was ever written on it."""
        with self._reading() as connection:
            return connection.scalar(_version_of(subject)) or 0

    def entries(self, after: int = 0) -> list[Entry]:
        """All entries with a `seq` above `after`, in order."""
        return self._select(_ENTRIES.c.seq > after)

    def about(self, subject: str) -> list[Entry]:
        """All entries on one subject, in order."""
        return self._select(_ENTRIES.c.subject == subject)

    def find(self, event_id: str) -> Entry | None:
        """The entry of that id, if there is one."""
        with self._reading() as connection:
            return _by_id(connection, event_id)

    def head(self) -> Head:
        """How many entries there are and the hash of the last: keep it elsewhere as a witness."""
        with self._reading() as connection:
            return _head(connection)

    def verify(self, expected_head: str | None = None) -> Verification:
        """Recompute the whole chain and name the first entry that does not hold.

        `expected_head`: a hash noted earlier; the chain must still pass through it.
        """
        try:
            with self._reading() as connection:
                rows = _rows(connection, _in_order())
                versions = {
                    row.subject: row.version for row in connection.execute(sa.select(_SUBJECTS))
                }
        except CountbackError as error:
            return Verification(entries=0, head="", ok=False, first_broken=None, why=str(error))
        return verify_rows(map(plain_row, rows), expected_head, versions)

    def export(self) -> Iterator[str]:
        """The record as JSON lines, closed by a line with its head (see `verify_export`)."""
        return export_lines(plain_entry(entry) for entry in self.entries())

    def close(self, *, compact: bool = False) -> None:
        """Let go of the record's files.

        `compact` (SQLite; no other program may have the record open) leaves a single file
        that depends on the entries alone: the same entries give the same bytes.
        """
        self._engine.dispose()
        if compact and self._is_sqlite:
            self._compact(Path(self.name))

    def _compact(self, path: Path) -> None:
        beside = path.with_name(path.name + ".compact")
        beside.unlink(missing_ok=True)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            # Leaving WAL needs the file for itself, so this fails while another has it open.
            connection.execute("PRAGMA journal_mode = DELETE")
            # A copy, as VACUUM in place would keep a change counter of the file's history.
            connection.execute("VACUUM INTO ?", (str(beside),))
        except sqlite3.Error as error:
            raise CountbackError(
                f"{path} could not be compacted ({error}): close every program that has it open."
            ) from error
        finally:
            connection.close()
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(path)

    def _select(self, which: sa.ColumnElement[bool]) -> list[Entry]:
        with self._reading() as connection:
            rows = _rows(connection, _in_order().where(which))
        return [entry_of(row) for row in rows]

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with self._in_one_sentence(), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self._turn, self._in_one_sentence():
            self._prepare_to_write()
            with self._writer.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITER_LOCK)))
                yield connection

    def _prepare_to_write(self) -> None:
        """WAL is chosen at the first write, so that reading a shipped record changes no byte."""
        if self._is_wal or not self._is_sqlite:
            return
        with self._engine.connect() as connection:
            # Below SQLAlchemy, which would begin a transaction: the mode changes only outside one.
            connection.connection.cursor().execute("PRAGMA journal_mode = WAL")
        self._is_wal = True

    @contextmanager
    def _in_one_sentence(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            cause = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
            raise CountbackError(
                f"The record {self.name} could not be used ({cause}): "
                "check its disk or its server, then try again."
            ) from error

    def _check_schema(self) -> None:
        with self._reading() as connection:
            is_new = not sa.inspect(connection).get_table_names()
        if is_new:
            self._create()
        with self._reading() as connection:
            if not sa.inspect(connection).has_table(_SCHEMA.name):
                raise CountbackError(
                    f"{self.name} is a database but not a record of Countback: "
                    "name the pilot's ledger.sqlite, or a file that does not exist yet."
                )
            found = connection.scalar(sa.select(_SCHEMA.c.version)) or 0
        if found > SCHEMA_VERSION:
            raise CountbackError(
                f"{self.name} has schema version {found}, this Countback knows up to "
                f"{SCHEMA_VERSION}: open it with a newer Countback."
            )

    def _create(self) -> None:
        with self._writing() as connection:
            # Another process may have been first while this one waited for its turn.
            if sa.inspect(connection).get_table_names():
                return
            _METADATA.create_all(connection)
            for guard in _GUARDS[connection.dialect.name]:
                connection.exec_driver_sql(guard)
            connection.execute(sa.insert(_SCHEMA).values(version=SCHEMA_VERSION))


def _is_sqlite(url: sa.URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _url(where: str | Path) -> sa.URL:
    if "://" not in str(where):
        return _file_url(Path(where))
    try:
        url = sa.make_url(str(where))
    except ArgumentError as error:
        example = "postgresql+psycopg://user@host/database"
        raise WrongCall(f"The database URL cannot be read: write it as {example}.") from error
    return _file_url(Path(url.database or "")) if _is_sqlite(url) else url


def _file_url(path: Path) -> sa.URL:
    if not path.parent.is_dir():
        raise WrongCall(f"The folder {path.parent} does not exist: make it, or name another.")
    if path.is_dir():
        raise WrongCall(f"{path} is a folder: name the record's file, such as ledger.sqlite in it.")
    return sa.URL.create("sqlite", database=str(path.absolute()))


def _engine(url: sa.URL) -> sa.Engine:
    options: dict[str, Any] = {"pool_size": 20, "max_overflow": -1}
    if _is_sqlite(url):
        options["connect_args"] = {"timeout": BUSY_SECONDS}
    try:
        engine = sa.create_engine(url, **options)
    except (ArgumentError, ImportError) as error:
        raise WrongCall(f"{url} cannot be opened ({error}): install its driver.") from error
    if _is_sqlite(url):
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Python's driver would begin transactions by itself, and late: `_begin_sqlite` does it.
    connection.isolation_level = None
    # A tampered byte must reach `verify` as a wrong value, not stop it from reading.
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    connection.execute("PRAGMA synchronous = FULL")


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _in_order() -> sa.Select[Any]:
    return sa.select(_ENTRIES).order_by(_ENTRIES.c.seq)


def _version_of(subject: str) -> sa.Select[tuple[int]]:
    return sa.select(_SUBJECTS.c.version).where(_SUBJECTS.c.subject == subject)


def _head(connection: sa.Connection) -> Head:
    newest = sa.select(_ENTRIES.c.seq, _ENTRIES.c.hash).order_by(_ENTRIES.c.seq.desc()).limit(1)
    found = connection.execute(newest).one_or_none()
    return Head(entries=found[0], hash=found[1]) if found else Head(entries=0, hash=GENESIS)


def _rows(connection: sa.Connection, which: sa.Select[Any]) -> list[dict[str, Any]]:
    return [row._asdict() for row in connection.execute(which)]


def _by_id(connection: sa.Connection, event_id: str) -> Entry | None:
    found = _rows(connection, _in_order().where(_ENTRIES.c.event_id == event_id))
    return entry_of(found[0]) if found else None


def _next_version(connection: sa.Connection, subject: str, expected: int | None) -> int:
    """Move the subject on by one, if it still stands where it was expected."""
    column = _SUBJECTS.c.version
    bump = sa.update(_SUBJECTS).where(_SUBJECTS.c.subject == subject).values(version=column + 1)
    if expected is not None:
        bump = bump.where(column == expected)
    version: int | None = connection.execute(bump.returning(column)).scalar_one_or_none()
    if version is not None:
        return version
    if expected or connection.scalar(_version_of(subject)) is not None:
        raise _stale(connection, subject)
    connection.execute(sa.insert(_SUBJECTS).values(subject=subject, version=1))
    return 1


def _check_head(head: Head, expected: Head | None, subject: str) -> None:
    if expected is not None and head != expected:
        raise Stale(f"Something was recorded since {subject} was looked at: look again.")


def _stale(connection: sa.Connection, subject: str) -> Stale:
    standing = _rows(connection, _in_order().where(_ENTRIES.c.subject == subject))
    if not standing:
        return Stale(f"Nothing was ever recorded on {subject}: open it again and decide anew.")
    last = entry_of(standing[-1])
    return Stale(
        f"{subject} was {what_happened(last)} by {last.by} at {last.at:%Y-%m-%d %H:%M} UTC, "
        "after you opened it: open it again and decide on what stands now."
    )


def _insert(
    connection: sa.Connection,
    row: Mapping[str, Any],
    version: int,
    event_id: str | None,
    head: Head,
) -> Entry:
    stored = sealed_row(row, version, event_id, head)
    connection.execute(sa.insert(_ENTRIES).values(stored))
    return entry_of(stored)
