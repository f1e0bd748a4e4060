"""Reaching the database of a record: its address, its engine, and what each kind needs told.

SQLite by default, PostgreSQL by URL.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError

from pipeline.model import CountbackError, WrongCall

BUSY_SECONDS = 10
#: How the databases say that somebody else had the turn to write all that time.
_BUSY = ("database is locked", "lock timeout")
_WRITER_LOCK = 0x436F756E74  # "Count": any number will do, as long as all writers know it


def is_sqlite(url: sa.URL) -> bool:
    """Whether the address is that of a file."""
    return url.get_backend_name() == "sqlite"


def url_of(where: str | Path) -> sa.URL:
    """The address of a record, from a path or a URL; raises WrongCall when it cannot be one."""
    if "://" not in str(where):
        return _file_url(Path(where))
    try:
        url = sa.make_url(str(where))
    except ArgumentError as error:
        example = "postgresql+psycopg://user@host/database"
        raise WrongCall(f"The database URL cannot be read: write it as {example}.") from error
    return _file_url(Path(url.database or "")) if is_sqlite(url) else url


def _file_url(path: Path) -> sa.URL:
    if not path.parent.is_dir():
        raise WrongCall(f"The folder {path.parent} does not exist: make it, or name another.")
    if path.is_dir():
        raise WrongCall(f"{path} is a folder: name the record's file, such as ledger.sqlite in it.")
    return sa.URL.create("sqlite", database=str(path.absolute()))


def name_of(url: sa.URL) -> str:
    """What a sentence may say of the address: never the password."""
    return str(url.database) if is_sqlite(url) else url.render_as_string(hide_password=True)


def engine_of(url: sa.URL) -> sa.Engine:
    """The engine, told what its kind of database needs; connects to nothing yet."""
    options: dict[str, Any] = {"pool_size": 20, "max_overflow": -1}
    if is_sqlite(url):
        options["connect_args"] = {"timeout": BUSY_SECONDS}
    else:
        # A connection that a restarted server has forgotten is found out before it is used.
        options["pool_pre_ping"] = True
        options["connect_args"] = {"connect_timeout": BUSY_SECONDS}
    try:
        engine = sa.create_engine(url, **options)
    except (ArgumentError, ImportError) as error:
        said = str(error).rstrip(".")
        raise WrongCall(f"{name_of(url)} cannot be opened ({said}): install its driver.") from error
    if is_sqlite(url):
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Python's driver would begin transactions by itself, and late: `_begin_sqlite` does it.
    connection.isolation_level = None
    # A tampered byte must reach `verify` as a wrong value, not stop it from reading.
    connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def use_wal(engine: sa.Engine) -> None:
    """Let people read while others write (SQLite); the file remembers it."""
    with engine.connect() as connection:
        # Below SQLAlchemy, which would begin a transaction: the mode changes only outside one.
        connection.connection.cursor().execute("PRAGMA journal_mode = WAL")


def take_turn(connection: sa.Connection) -> None:
    """Wait until nobody else writes in this database (PostgreSQL), for as long as SQLite would.

    What is written then is on the server's disk when the transaction has ended, however the
    server is set.
    """
    connection.execute(
        sa.select(
            sa.func.set_config("synchronous_commit", "on", True),
            sa.func.set_config("lock_timeout", f"{BUSY_SECONDS}s", True),
        )
    )
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITER_LOCK)))


def overwrite_what_was(engine: sa.Engine) -> None:
    """Leave no bytes of erased texts in the database's own files.

    SQLite overwrites freed space with zeros by itself (`_set_up_sqlite`), but its log still holds
    the pages as they were; PostgreSQL keeps old rows until its table is written anew.
    """
    if engine.dialect.name == "postgresql":
        outside = engine.execution_options(isolation_level="AUTOCOMMIT")
        with outside.connect() as connection:
            connection.exec_driver_sql("VACUUM FULL entries")
        return
    with engine.connect() as connection:
        connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


def compact(path: Path) -> None:
    """Make the closed file depend on its rows alone; nobody else may have it open."""
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


def copy_file(path: Path, target: Path) -> None:
    """A copy of the record's file as of one moment, whoever writes meanwhile; one single file.

    Raises CountbackError when one of the two cannot be read or written.
    """
    try:
        with (
            closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as here,
            closing(sqlite3.connect(target, timeout=BUSY_SECONDS)) as there,
        ):
            here.backup(there)
            there.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise CountbackError(
            f"{path} could not be copied to {target} ({error}): check both disks."
        ) from error


@contextmanager
def in_one_sentence(name: str) -> Iterator[None]:
    """What the database refuses, said as one sentence about the record of that name."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        cause = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
        if any(words in cause for words in _BUSY):
            raise CountbackError(
                f"Others were writing on the record {name} for {BUSY_SECONDS:g} seconds ({cause}): "
                "nothing was written, so try again."
            ) from error
        raise CountbackError(
            f"The record {name} could not be used ({cause}): "
            "free some disk space, or check its disk or its server, then try again."
        ) from error
