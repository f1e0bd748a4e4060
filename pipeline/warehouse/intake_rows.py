"""Single rows as they were taken in: typed, refused or skipped, by their row in the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.exports import KINDS
from pipeline.warehouse.converting import ACCEPTED
from pipeline.warehouse.opening import OpenBooks, Row
from pipeline.warehouse.reconciling import row_number


@dataclass(frozen=True)
class Outcome:
    """What became of one row of a file."""

    row: int
    kind: str | None
    """The table it went to; None when it went to none."""
    values: Row
    """Our columns with their typed values."""
    why: str
    """Why it was skipped or refused; empty when it was taken."""
    is_refused: bool


def outcomes(books: OpenBooks, kinds: Sequence[str], rows: Sequence[int]) -> dict[int, Outcome]:
    """Row -> what became of it, for those rows of books that hold one file."""
    taken = {
        row: _taken(kind, row, values)
        for kind in kinds
        for row, values in _typed(books, kind, rows)
    }
    refused = books.rows(
        'select "row", column_name, value, reason from refusals where list_contains(?, "row")',
        [list(rows)],
    )
    for found in refused:
        why = f"{found['column_name']} “{found['value'] or ''}” {found['reason']}"
        before = taken.get(found["row"])
        values = before.values if before else {}
        taken[found["row"]] = Outcome(found["row"], None, values, why, is_refused=True)
    skipped = books.rows(
        'select it."row", it.why from (select unnest(skipped_rows, recursive := true) from files)'
        ' as it where list_contains(?, it."row")',
        [list(rows)],
    )
    for found in skipped:
        taken[found["row"]] = Outcome(found["row"], None, {}, found["why"], is_refused=False)
    return taken


def _taken(kind: str, row: int, values: Row) -> Outcome:
    fate = values.pop("fate")
    why = "" if fate == ACCEPTED else "repeats an earlier row"
    return Outcome(row, kind, values, why, is_refused=False)


def _typed(books: OpenBooks, kind: str, rows: Sequence[int]) -> list[tuple[int, Row]]:
    columns = ", ".join(f"it.{name}" for name in KINDS[kind].columns)
    found = books.rows(
        f"select * from (select {row_number(kind, 'it')} as line, it.fate, {columns} "
        f"from intake_{kind} as it) where list_contains(?, line) order by line",
        [list(rows)],
    )
    return [(row.pop("line"), row) for row in found]


def loaded_ids(books: OpenBooks, kind: str) -> frozenset[str]:
    """The ids of a kind that the books hold."""
    key = KINDS[kind].key
    rows = books.rows(f"select distinct {key} as id from intake_{kind} where fate = {ACCEPTED}")
    return frozenset(row["id"] for row in rows)
