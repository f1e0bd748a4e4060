"""Workbooks: cells as text, the right sheet, and hostile ones refused without harm."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from pipeline.exports import Layout, Reading
from pipeline.exports.reading import read
from tests.exports import workbook
from tests.exports.conftest import column

HEADER = ["invoice_id", "customer_id", "issued_on", "due_on", "amount", "note"]


def drawn(
    folder: Path, layouts: tuple[Layout, ...], **sheets: list[list[workbook.Cell]]
) -> Reading:
    path = workbook.write(folder / "book.xlsx", sheets)
    return read(path, "book.xlsx", layouts, {})


def test_cells_are_the_text_that_the_sheet_shows(
    tmp_path: Path, layouts: tuple[Layout, ...]
) -> None:
    rows: list[list[workbook.Cell]] = [
        HEADER,
        [123.0, "00012", date(2026, 1, 5), None, 1234.5600000000001, "two\nlines"],
        [90000001, "C 2", date(2026, 2, 6), "2026-03-01", 0.1 + 0.2, True],
        ["A-3", "C3", date(2026, 2, 7), None, -1e-7, "=1+1"],
    ]
    reading = drawn(tmp_path, layouts, Sheet1=rows)
    assert reading.sheet == "Sheet1"
    assert column(reading, "invoice_id") == ["123", "90000001", "A-3"]
    assert column(reading, "customer_id") == ["00012", "C 2", "C3"]
    assert column(reading, "issued_on") == ["2026-01-05", "2026-02-06", "2026-02-07"]
    assert column(reading, "due_on") == [None, "2026-03-01", None]
    assert column(reading, "amount") == ["1234.56", "0.3", "-0.0000001"]
    assert column(reading, "note") == ["two\nlines", "TRUE", "=1+1"]


def test_the_sheet_with_known_headers_is_read_and_rows_count_as_in_it(
    tmp_path: Path, layouts: tuple[Layout, ...]
) -> None:
    reading = drawn(
        tmp_path,
        layouts,
        Cover=[["Northlight"], ["Receivables of March"]],
        Data=[[], ["Northlight"], [], HEADER, ["A", "C", date(2026, 1, 5), None, 5, ""]],
        More=[HEADER, ["B", "C", date(2026, 1, 5), None, 5, ""]],
    )
    assert reading.sheet == "Data"
    assert column(reading, "_row") == [5]
    assert [w for w in reading.warnings if "sheet" in w] == [
        "The sheet More can be read as well and was not: save it as a file of its own."
    ]


def test_a_workbook_of_no_layout_is_unrecognised(
    tmp_path: Path, layouts: tuple[Layout, ...]
) -> None:
    reading = drawn(tmp_path, layouts, Empty=[], Notes=[["thing", "other"], [1, 2]])
    assert reading.unrecognised
    assert reading.columns == ("thing", "other")


def test_numbers_take_the_decimal_sign_of_the_layouts_texts(
    tmp_path: Path, layouts: tuple[Layout, ...]
) -> None:
    header = ["Konto", "Belegart", "Belegdatum", "Belegnummer", "Betrag in Hauswährung"]
    rows: list[list[workbook.Cell]] = [
        header,
        ["2001", "RV", date(2026, 1, 5), "9001", 1.234],
        ["2001", "RV", date(2026, 1, 5), "9002", "1.234,00"],
        ["2001", "RV", date(2026, 1, 5), "9003", 1234],
    ]
    reading = drawn(tmp_path, layouts, Tabelle1=rows)
    assert reading.layout is not None
    assert reading.layout.name == "sap_fbl5n_de"
    assert column(reading, "Betrag in Hauswährung") == ["1,234", "1.234,00", "1234"]


def test_a_damaged_workbook_and_another_archive_are_refused(
    tmp_path: Path, layouts: tuple[Layout, ...]
) -> None:
    whole = workbook.write(tmp_path / "whole.xlsx", {"S": [HEADER]}).read_bytes()
    for name, content in [("cut.xlsx", whole[: len(whole) // 2]), ("zip.xlsx", b"PK\3\4 nothing")]:
        path = tmp_path / name
        path.write_bytes(content)
        refusal = read(path, name, layouts, {}).refusal
        assert refusal == f"{name}: is a ZIP archive or a damaged workbook: save the sheet as CSV."


#: What each of the small hostile workbooks comes to; the large ones take too long to make.
BOMBS = {
    "sparse_corner_cell": "too large to be opened safely",
    "many_entries_60k": "too large to be opened safely",
    "dimension_lie": None,
    "billion_laughs": None,
    "xxe_file": None,
}


@pytest.fixture(scope="module")
def bombs(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small hostile workbooks, made by the part of the script that makes them."""
    folder = tmp_path_factory.mktemp("bombs")
    script = (shared / "adversarial" / "gen_bombs.py").read_text(encoding="utf-8")
    wanted = [
        line
        for line in script.partition("def mail(")[0].splitlines()
        if not line.startswith("book(") or any(name in line for name in BOMBS)
    ]
    (folder / "made.py").write_text("\n".join(wanted), encoding="utf-8")
    subprocess.run([sys.executable, folder / "made.py", folder], check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_spreadsheet_bomb_harms_only_itself(
    bombs: Path, layouts: tuple[Layout, ...], bomb: str
) -> None:
    path = bombs / f"{bomb}.xlsx"
    reading = read(path, path.name, layouts, {})
    assert reading.refusal or reading.unrecognised
    assert (BOMBS[bomb] or "") in (reading.refusal or "")
