"""The fix list as each source can take it: its own key and its own columns, one file for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.warehouse.day import Row


@dataclass(frozen=True)
class FixList:
    """What one export's system is still to take over, in the words of that export."""

    file: str
    columns: tuple[str, ...]
    """The key as the source names it, then each column that something changes in."""
    rows: tuple[Row, ...]
    """The key and the new values; None where a row leaves that column as it is."""


def by_source(fixes: Sequence[Row]) -> list[FixList]:
    """One list for each export and kind of row, from the cells of `corrections.fixes`.

    Cells that no export holds (a contact added here, a column that the export lacks) are left to
    the lists in our own layout.
    """
    found: dict[tuple[str, str], list[Row]] = {}
    for fix in fixes:
        if fix["file"] and fix["their_key"] and fix["their_column"]:
            found.setdefault((fix["file"], fix["kind"]), []).append(fix)
    return [_list(file, cells) for (file, _), cells in sorted(found.items())]


def _list(file: str, cells: Sequence[Row]) -> FixList:
    key = cells[0]["their_key"]
    changed = dict.fromkeys(cell["their_column"] for cell in cells)
    blank: Row = dict.fromkeys(changed)
    rows: dict[str, Row] = {}
    for cell in cells:
        row = rows.setdefault(cell["id"], {**blank, key: cell["id"]})
        row[cell["their_column"]] = cell["new_value"]
    return FixList(file, (key, *changed), tuple(rows.values()))
