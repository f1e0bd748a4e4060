"""The tables of the record, and the guards by which the database itself keeps them append-only.

`set_up` makes a new record; `check` says whether what was opened is one that this version knows;
`raise_to` brings one to a newer version, within the transaction that needs it.

A record is of the oldest version that can say what it says, so that an older Countback goes on
reading it: it begins at version 1, and its first erasure raises it to 2.
"""

from __future__ import annotations

import sqlalchemy as sa

from pipeline.model import CountbackError

SCHEMA_VERSION = 2
"""The newest that this Countback knows."""
_FIRST = 1
#: From here on there is a table of erasures, and the guards let what it says through.
WITH_ERASURES = 2

METADATA = sa.MetaData()

ENTRIES = sa.Table(
    "entries",
    METADATA,
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
SUBJECTS = sa.Table(
    "subjects",
    METADATA,
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)
SCHEMA = sa.Table("ledger_schema", METADATA, sa.Column("version", sa.Integer, primary_key=True))
_ERASING = sa.MetaData()
ERASURES = sa.Table(
    "erasures",
    _ERASING,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("by_seq", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("payload", sa.Text, nullable=False),
)
"""What may stand instead of an entry's payload, and the entry of kind `erased` that says so."""

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

# An update passes if it changes the payload alone, to what an erasure on the record says.
_KEPT = ("seq", "event_id", "kind", "subject", "version", "by", "at", "on_day", "previous", "hash")
_VOUCHED = """EXISTS (
    SELECT 1 FROM erasures JOIN entries AS said ON said.seq = erasures.by_seq
    WHERE erasures.seq = OLD.seq AND erasures.payload = NEW.payload
        AND said.kind = 'erased' AND said.seq > OLD.seq)"""
_SQLITE_TO_2 = (
    "DROP TRIGGER entries_no_update",
    f"""CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
    WHEN NOT {_VOUCHED} OR {" OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in _KEPT)}
    BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END""",
    *(
        f"""CREATE TRIGGER erasures_no_{what} BEFORE {what.upper()} ON erasures
    BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END"""
        for what in ("update", "delete")
    ),
)
_POSTGRES_TO_2 = (
    "DROP TRIGGER entries_no_change ON entries",
    """CREATE TRIGGER entries_no_change BEFORE DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION entries_append_only()""",
    f"""CREATE FUNCTION entries_only_erased() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN
        IF NOT {_VOUCHED} OR {" OR ".join(f'NEW."{n}" IS DISTINCT FROM OLD."{n}"' for n in _KEPT)}
        THEN RAISE EXCEPTION 'the record is append-only'; END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER entries_only_erased BEFORE UPDATE ON entries
    FOR EACH ROW EXECUTE FUNCTION entries_only_erased()""",
    """CREATE TRIGGER erasures_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON erasures
    FOR EACH STATEMENT EXECUTE FUNCTION entries_append_only()""",
)
_TO_2 = {"sqlite": _SQLITE_TO_2, "postgresql": _POSTGRES_TO_2}


def is_empty(connection: sa.Connection) -> bool:
    """Whether the database holds nothing at all."""
    return not sa.inspect(connection).get_table_names()


def set_up(connection: sa.Connection) -> None:
    """Make the tables and the guards of a new record.

    Raises CountbackError when the database would not keep every text as it is.
    """
    if connection.dialect.name == "postgresql":
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
        if encoding != "UTF8":
            raise CountbackError(
                f"The database is encoded in {encoding}: make it with ENCODING 'UTF8'."
            )
    METADATA.create_all(connection)
    for guard in _GUARDS[connection.dialect.name]:
        connection.exec_driver_sql(guard)
    connection.execute(sa.insert(SCHEMA).values(version=_FIRST))


def version_of_schema(connection: sa.Connection) -> int:
    """The version that the record is of."""
    return connection.scalar(sa.select(SCHEMA.c.version)) or 0


def raise_to(connection: sa.Connection, version: int) -> None:
    """Bring the record to a version, if it is older; all of it or nothing, with the transaction."""
    if version_of_schema(connection) >= version:
        return
    _ERASING.create_all(connection)
    for statement in _TO_2[connection.dialect.name]:
        connection.exec_driver_sql(statement)
    connection.execute(sa.update(SCHEMA).values(version=version))


def check(connection: sa.Connection, name: str) -> None:
    """Raises CountbackError when the database is no record, or one of a newer Countback."""
    if not sa.inspect(connection).has_table(SCHEMA.name):
        raise CountbackError(
            f"{name} is a database but not a record of Countback: "
            "name the pilot's ledger.sqlite, or a file that does not exist yet."
        )
    found = version_of_schema(connection)
    if found > SCHEMA_VERSION:
        raise CountbackError(
            f"{name} has schema version {found}, this Countback knows up to "
            f"{SCHEMA_VERSION}: open it with a newer Countback."
        )
