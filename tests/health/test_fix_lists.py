"""The fix list leaves in the words of the system that is to take it."""

from __future__ import annotations

from typing import Any

from pipeline.health.fix_lists import by_source


def cell(key: str, their_column: str | None, new: str, **other: Any) -> dict[str, Any]:
    return {
        "kind": "customers",
        "id": key,
        "file": "KNA1.csv",
        "their_key": "Kundennr.",
        "their_column": their_column,
        "new_value": new,
        **other,
    }


def test_key_and_columns_are_named_as_the_source_names_them() -> None:
    [one] = by_source([cell("C1", "Zahlungsbed.", "NET45"), cell("C2", "Betreuer", "P-3")])
    assert (one.file, one.columns) == ("KNA1.csv", ("Kundennr.", "Zahlungsbed.", "Betreuer"))
    assert [[row[name] for name in one.columns] for row in one.rows] == [
        ["C1", "NET45", None],
        ["C2", None, "P-3"],
    ]


def test_two_cells_of_one_row_are_one_line() -> None:
    [one] = by_source([cell("C1", "Zahlungsbed.", "NET45"), cell("C1", "Betreuer", "P-3")])
    assert [dict(row) for row in one.rows] == [
        {"Kundennr.": "C1", "Zahlungsbed.": "NET45", "Betreuer": "P-3"}
    ]


def test_each_export_has_a_list_of_its_own_and_what_none_holds_has_none() -> None:
    found = by_source(
        [
            cell("C1", "Terms", "NET45", file="b.csv"),
            cell("C2", "Terms", "NET60", file="a.csv"),
            cell("NEW-C1", "Email", "x@c.example", file=None),
            cell("C3", None, "PO-1"),
        ]
    )
    assert [one.file for one in found] == ["a.csv", "b.csv"]
