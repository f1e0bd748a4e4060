"""The record: what people did, in one append-only table whose entries are chained by hash.

SQLite by default (`ledger.sqlite` in the pilot's folder); the same code runs on PostgreSQL
by URL. `engines` reaches the database, `schema` has its tables and guards, `statements` reads and
writes them; this package alone knows SQLAlchemy.

An entry's hash covers the hash before it and every other field, so a later change to any
entry breaks the chain from there on. What the chain alone cannot show is that its end was
cut off: the `subjects` table and an exported head show that.

A write has numbered steps: 1 the turn to write is taken, 2 the subject has moved on from the
version that was expected, 3 the entry stands beside it, 4 both are on disk. Killed before 4,
nothing was written; after 4 it is there, whether or not anybody was told.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from functools import partial
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

from pipeline.ledger import schema
from pipeline.ledger.chain import Head, Verification, export_lines, verify_export, verify_rows
from pipeline.ledger.engines import compact as compact_file
from pipeline.ledger.engines import (
    engine_of,
    in_one_sentence,
    name_of,
    overwrite_what_was,
    take_turn,
    url_of,
    use_wal,
)
from pipeline.ledger.entries import (
    entry_of,
    plain_entry,
    plain_event,
    plain_row,
    rows_from,
    same_event,
)
from pipeline.ledger.erasing import marked_rows
from pipeline.ledger.roles import PEOPLE, Door, People
from pipeline.ledger.schema import ENTRIES, SUBJECTS
from pipeline.ledger.statements import (
    Stale,
    by_id,
    check_fits,
    check_head,
    head_of,
    in_order,
    insert,
    next_version,
    put_back,
    put_marks,
    rows_of,
    version_of,
)
from pipeline.ledger.vouchers import ERASED
from pipeline.model import Actor, CountbackError, Entry, Event, WrongCall
from pipeline.settings import PeopleSection

__all__ = ["Head", "Ledger", "Stale", "Verification", "verify_export"]

Step = Callable[[int], None]
ERASED_STEP = 35
"""Of an erasure alone: the marks stand, between steps 3 and 4."""


def _unwatched(_: int) -> None:
    """Nobody watches the steps."""


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
        self.door = Door()

    @classmethod
    def open(cls, where: str | Path) -> Self:
        """Open the record at a path (SQLite) or a database URL; a new one is created."""
        url = url_of(where)
        ledger = cls(engine_of(url), name_of(url))
        try:
            ledger._check_schema()
        except BaseException:
            ledger.close()
            raise
        return ledger

    def on_behalf(self, actor: Actor | None, rules: PeopleSection) -> Self:
        """The same record, written on by one person; `rules`: what pilot.toml says of people."""
        found = copy(self)
        found.door = Door(rules, actor)
        return found

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
        said = plain_event(event)
        with self._writing() as connection:
            row = self._let(connection, said)
            known = by_id(connection, event_id) if event_id else None
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
                check_head(head_of(connection), expected_head, "the record")
            for row in rows:
                may = self._let(connection, row)
                written.append(self._add(connection, may, None, expected_head, None))
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
        check_fits(connection, row)
        # Whoever may refuse this write (who may do what) is asked here: nothing is written yet,
        # and nobody else writes until this transaction ends.
        head = head_of(connection)
        check_head(head, expected_head, row["subject"])
        version = next_version(connection, row["subject"], expected_version)
        self.step(2)
        entry = insert(connection, row, version, event_id, head)
        self.step(3)
        return entry

    def _let(self, connection: sa.Connection, row: Mapping[str, Any]) -> Mapping[str, Any]:
        """Who may write it is asked here: in the transaction, before anything is written."""
        known = rows_of(connection, in_order().where(ENTRIES.c.subject == PEOPLE))
        return self.door.let(row, [entry_of(one) for one in known], partial(by_id, connection))

    def people(self) -> People:
        """Who holds which role now."""
        return People(self.door.rules, self.about(PEOPLE))

    @property
    def author(self) -> str:
        """`issuer|subject` of whoever writes here, where roles count; else empty."""
        actor = self.door.actor
        return actor.identity if actor and self.people().is_ruled else ""

    def erase(self, event: Event, seqs: Sequence[int], *, expected_head: Head) -> Entry | None:
        """Put marks in place of the texts of some entries, and record in the chain that it was so.

        `event` (of kind `erased`) says who and why; what was done is added to its payload. All of
        it or nothing, and only if nothing was written since the record stood at `expected_head`.
        Nothing is written, and None returned, where those entries hold no text.
        """
        with self._writing() as connection:
            check_head(head_of(connection), expected_head, event.subject)
            rows = rows_of(connection, in_order().where(ENTRIES.c.seq.in_(seqs)))
            marked = marked_rows(rows)
            if not marked:
                return None
            said = {**event.payload, "entries": [one.said for one in marked]}
            row = plain_event(event.model_copy(update={"payload": said}))
            entry = self._add(connection, self._let(connection, row), None, expected_head, None)
            schema.raise_to(connection, schema.WITH_ERASURES)
            put_marks(connection, {one.seq: one.payload for one in marked}, entry.seq)
            self.step(ERASED_STEP)
        self.step(4)
        with in_one_sentence(self.name):
            overwrite_what_was(self._engine)
        return entry

    def take_over(self, lines: Sequence[str]) -> None:
        """Write a whole exported record into this empty one, entry by entry as it was.

        Raises WrongCall when something stands here already, CountbackError when the export does
        not verify; then nothing is written.
        """
        found = verify_export(lines)
        if not found.ok:
            raise CountbackError(f"The record cannot be taken over: {found.why}")
        with self._writing() as connection:
            if head_of(connection).entries:
                raise WrongCall(
                    f"{self.name} holds a record already: name an empty database or schema."
                )
            rows = rows_from(lines)
            for row in rows:
                check_fits(connection, row)
            put_back(connection, rows)
            if any(row["kind"] == ERASED for row in rows):
                schema.raise_to(connection, schema.WITH_ERASURES)

    def version(self, subject: str) -> int:
        """How many entries stand on the subject: 0 when nothing was ever written on it."""
        with self._reading() as connection:
            return connection.scalar(version_of(subject)) or 0

    def entries(self, after: int = 0) -> list[Entry]:
        """All entries with a `seq` above `after`, in order."""
        return self._select(ENTRIES.c.seq > after)

    def about(self, subject: str) -> list[Entry]:
        """All entries on one subject, in order."""
        return self._select(ENTRIES.c.subject == subject)

    def find(self, event_id: str) -> Entry | None:
        """The entry of that id, if there is one."""
        with self._reading() as connection:
            return by_id(connection, event_id)

    def head(self) -> Head:
        """How many entries there are and the hash of the last: keep it elsewhere as a witness."""
        with self._reading() as connection:
            return head_of(connection)

    def verify(self, expected_head: str | None = None) -> Verification:
        """Recompute the whole chain and name the first entry that does not hold.

        `expected_head`: a hash noted earlier; the chain must still pass through it.
        """
        try:
            with self._reading() as connection:
                rows = rows_of(connection, in_order())
                versions = {
                    row.subject: row.version for row in connection.execute(sa.select(SUBJECTS))
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
            compact_file(Path(self.name))

    def _select(self, which: sa.ColumnElement[bool]) -> list[Entry]:
        with self._reading() as connection:
            rows = rows_of(connection, in_order().where(which))
        return [entry_of(row) for row in rows]

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with in_one_sentence(self.name), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self._turn, in_one_sentence(self.name):
            self._prepare_to_write()
            with self._writer.begin() as connection:
                if connection.dialect.name == "postgresql":
                    take_turn(connection)
                yield connection

    def _prepare_to_write(self) -> None:
        """WAL is chosen at the first write, so that reading a shipped record changes no byte."""
        if self._is_wal or not self._is_sqlite:
            return
        use_wal(self._engine)
        self._is_wal = True

    def _check_schema(self) -> None:
        with self._reading() as connection:
            is_new = schema.is_empty(connection)
        if is_new:
            self._create()
        with self._reading() as connection:
            schema.check(connection, self.name)

    def _create(self) -> None:
        with self._writing() as connection:
            # Another process may have been first while this one waited for its turn.
            if schema.is_empty(connection):
                schema.set_up(connection)
