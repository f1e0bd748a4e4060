"""The statements on the tables of the record: reading entries, and adding one to the chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from pipeline.ledger.chain import GENESIS, Head
from pipeline.ledger.entries import entry_of, sealed_row, what_happened
from pipeline.ledger.schema import ENTRIES, ERASURES, SUBJECTS
from pipeline.model import CountbackError, Entry, WrongCall


class Stale(CountbackError):
    """Compare-and-set was lost: somebody wrote on the subject since it was read."""


def in_order() -> sa.Select[Any]:
    """All entries, oldest first."""
    return sa.select(ENTRIES).order_by(ENTRIES.c.seq)


def version_of(subject: str) -> sa.Select[tuple[int]]:
    """The version that one subject stands at."""
    return sa.select(SUBJECTS.c.version).where(SUBJECTS.c.subject == subject)


def head_of(connection: sa.Connection) -> Head:
    """Where the chain ends now."""
    newest = sa.select(ENTRIES.c.seq, ENTRIES.c.hash).order_by(ENTRIES.c.seq.desc()).limit(1)
    found = connection.execute(newest).one_or_none()
    return Head(entries=found[0], hash=found[1]) if found else Head(entries=0, hash=GENESIS)


def rows_of(connection: sa.Connection, which: sa.Select[Any]) -> list[dict[str, Any]]:
    """The rows of a query, by column."""
    return [row._asdict() for row in connection.execute(which)]


def by_id(connection: sa.Connection, event_id: str) -> Entry | None:
    """The entry of that id, if there is one."""
    found = rows_of(connection, in_order().where(ENTRIES.c.event_id == event_id))
    return entry_of(found[0]) if found else None


def next_version(connection: sa.Connection, subject: str, expected: int | None) -> int:
    """Move the subject on by one, if it still stands where it was expected."""
    column = SUBJECTS.c.version
    bump = sa.update(SUBJECTS).where(SUBJECTS.c.subject == subject).values(version=column + 1)
    if expected is not None:
        bump = bump.where(column == expected)
    version: int | None = connection.execute(bump.returning(column)).scalar_one_or_none()
    if version is not None:
        return version
    if expected or connection.scalar(version_of(subject)) is not None:
        raise _stale(connection, subject)
    connection.execute(sa.insert(SUBJECTS).values(subject=subject, version=1))
    return 1


def check_fits(connection: sa.Connection, row: Mapping[str, Any]) -> None:
    """Raises WrongCall for a name that this kind of database does not hold."""
    if connection.dialect.name == "postgresql" and "\0" in f"{row['subject']}{row['by']}":
        subject = row["subject"].replace("\0", "\\x00")
        raise WrongCall(
            f"The {row['kind']} on {subject} cannot be recorded (a name in it has a NUL "
            "character, which PostgreSQL does not hold): take it out of the name."
        )


def check_head(head: Head, expected: Head | None, subject: str) -> None:
    """Raises Stale when something was written since the record stood there."""
    if expected is not None and head != expected:
        raise Stale(f"Something was recorded since {subject} was looked at: look again.")


def _stale(connection: sa.Connection, subject: str) -> Stale:
    standing = rows_of(connection, in_order().where(ENTRIES.c.subject == subject))
    if not standing:
        return Stale(f"Nothing was ever recorded on {subject}: open it again and decide anew.")
    last = entry_of(standing[-1])
    return Stale(
        f"{subject} was {what_happened(last)} by {last.by} at {last.at:%Y-%m-%d %H:%M} UTC, "
        "after you opened it: open it again and decide on what stands now."
    )


def insert(
    connection: sa.Connection,
    row: Mapping[str, Any],
    version: int,
    event_id: str | None,
    head: Head,
) -> Entry:
    """Seal the row onto the chain, and write it."""
    stored = sealed_row(row, version, event_id, head)
    connection.execute(sa.insert(ENTRIES).values(stored))
    return entry_of(stored)


def put_marks(connection: sa.Connection, marked: Mapping[int, str], by_seq: int) -> None:
    """Write what the erasure at `by_seq` says over the payloads of these entries."""
    for seq, payload in marked.items():
        connection.execute(sa.insert(ERASURES).values(seq=seq, by_seq=by_seq, payload=payload))
        entry = sa.update(ENTRIES).where(ENTRIES.c.seq == seq)
        connection.execute(entry.values(payload=payload))


def put_back(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows that were sealed elsewhere, in order, and where their subjects stand."""
    versions = {row["subject"]: row["version"] for row in rows}
    for row in rows:
        connection.execute(sa.insert(ENTRIES).values(row))
    for subject, version in versions.items():
        connection.execute(sa.insert(SUBJECTS).values(subject=subject, version=version))
