"""Rows of a large plain file keep their places: a cited row number is where the row stands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.pilot import Pilot
from pipeline.warehouse.intake import Intake
from tests.conftest import REPOSITORY

#: Above two row groups of DuckDB's, so that two threads have something to mix up.
ROWS = 260_000
HEADER = "invoice_id,customer_id,issued_on,due_on,amount,currency\n"


def test_rows_of_a_large_file_stand_where_the_file_has_them(tmp_path: Path) -> None:
    pilot = Pilot.create(tmp_path / "pilot")
    with (pilot.exports / "invoices.csv").open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for n in range(ROWS):
            file.write(f"I{n:06d},C{n % 900},2026-01-{n % 28 + 1:02d},2026-03-01,{n % 90}.25,USD\n")
    moved = pilot.books().rows(
        "select count(*) as rows, count(*) filter (where invoice_id <> 'I' || "
        "lpad(rowid::varchar, 6, '0')) as moved from intake_invoices"
    )
    assert moved == [{"rows": ROWS, "moved": 0}]


def test_every_kind_of_the_demo_goes_in_by_all_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thread would keep the order too, at twice the time: no statement falls back to it."""
    slow = []
    orderly = Intake._in_order

    def watched(self: Intake, insert: str) -> None:
        (plan,) = self._connection.execute(f"explain {insert}").fetchall()
        if "read_csv" in insert and "qualify" not in insert and "batch" not in plan[1].casefold():
            slow.append(insert[:60])
        orderly(self, insert)

    monkeypatch.setattr(Intake, "_in_order", watched)
    folder = tmp_path / "pilot"
    unread = shutil.ignore_patterns("ledger.*", ".cache")
    shutil.copytree(REPOSITORY / "data" / "demo", folder, ignore=unread)
    Pilot.open(folder).books()
    assert slow == []
