"""Books opened: read-only, locked down, one connection per file and process.

A books file is a memory of the exports. One that turns out damaged is thrown away, and the next
opening builds it again.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipeline.model import CountbackError
from pipeline.warehouse.books import connect, is_damage
from pipeline.warehouse.conversions import quoted

Row = dict[str, Any]
#: Books kept open at once: those of now, those of a moment ago, and some of other pilots.
_KEPT_OPEN = 6
_NUMBERS = itertools.count()


class DamagedBooks(CountbackError):
    """The books' file is not as it was written; it has been thrown away."""


class OpenBooks:
    """One books file, opened read-only and locked down; hands out cursors."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._host = connect(":memory:")
        self._guard = threading.Lock()
        spill = path.with_name(f"spill-{os.getpid()}-{next(_NUMBERS)}")
        try:
            self._host.execute(f"set temp_directory = {quoted(str(spill))}")
            self._place = self._attach()
            self._lock_down()
        except duckdb.Error as error:
            self._host.close()
            raise self._told(error) from error

    def _attach(self) -> str:
        """Attaches the books; where in the engine they then are."""
        self._host.execute(f"attach {quoted(str(self.path))} as books (read_only)")
        return "books"

    def _lock_down(self) -> None:
        self._host.execute("set enable_external_access = false; set lock_configuration = true")

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor of its own, looking at the books first."""
        with self._guard:
            cursor = self._host.cursor()
        cursor.execute(f"use {self._place}")
        return cursor

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """The rows of one query on the books as they are, whatever the day."""
        with closing(self.cursor()) as cursor:
            return self.fetch(cursor, sql, parameters)

    def fetch(
        self, cursor: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object] = ()
    ) -> list[Row]:
        """The rows of a query on one of the books' cursors.

        Raises DamagedBooks, and throws the file away, when it is not as it was written.
        """
        try:
            found = cursor.execute(sql, list(parameters))
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, values, strict=True)) for values in found.fetchall()]
        except duckdb.Error as error:
            raise self._told(error) from error

    def frame(self, cursor: duckdb.DuckDBPyConnection, sql: str) -> pl.DataFrame:
        """The same as a Polars frame."""
        try:
            found: pl.DataFrame = cursor.sql(sql).pl()
        except duckdb.Error as error:
            raise self._told(error) from error
        return found

    def _told(self, error: duckdb.Error) -> Exception:
        """The error as it is, or what to do about a damaged file."""
        if not is_damage(error):
            return error
        let_go(self.path)
        # Books that were renewed from one another share what they did not fill again.
        for path in self.path.parent.glob("books-*.duckdb"):
            path.unlink(missing_ok=True)
        return DamagedBooks(
            f"{self.path.name}: the books are damaged and were thrown away: try again, they are "
            "built anew from the exports and nothing is lost."
        )

    def last_known_day(self) -> date:
        """The last day on which the exports know something; raises when they know nothing."""
        day: date | None = self.rows("select day from last_known_day")[0]["day"]
        if day is None:
            raise CountbackError(
                "The books are empty: no invoice was loaded. Load a folder of exports with "
                "`python -m pipeline load FOLDER --pilot PILOT`."
            )
        return day

    def currencies(self) -> list[str]:
        """The currencies of the invoices, in order of name."""
        rows = self.rows("select distinct currency from receivables order by currency")
        return [row["currency"] for row in rows]

    def has_history(self) -> bool:
        """Whether the files tell of any payment, credit or write-off."""
        return bool(self.rows("select 1 as is_there from movements limit 1"))

    def close(self) -> None:
        """Lets go of the file."""
        let_go(self.path)
        self._host.close()


_OPEN: OrderedDict[Path, OpenBooks] = OrderedDict()
_OPENING = threading.Lock()


def open_books(path: Path) -> OpenBooks:
    """The books at `path`, shared within the process; raises DamagedBooks."""
    return opened(path, lambda: OpenBooks(path))


def opened(path: Path, make: Callable[[], OpenBooks]) -> OpenBooks:
    """The books that are called `path` within the process; `make` opens them when they are not."""
    with _OPENING:
        known = _OPEN.get(path)
    if known is None:
        known = make()
    with _OPENING:
        # Whoever came first wins; those used longest ago close when their last day does.
        known = _OPEN.setdefault(path, known)
        _OPEN.move_to_end(path)
        while len(_OPEN) > _KEPT_OPEN:
            _OPEN.popitem(last=False)
    return known


def let_go(path: Path) -> None:
    """Forgets books that are open: whoever asks next opens them anew."""
    with _OPENING:
        _OPEN.pop(path, None)
