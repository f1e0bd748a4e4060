"""Whatever the data says, a table that leaves is text and numbers, and reads back as it was."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from pages.parts.downloads import csv_bytes
from pipeline.ledger.chain import GENESIS, export_lines, seal, verify_export
from pipeline.ledger.leaving import sealed_csv
from pipeline.report.shapes import Cell, Chart, Headline, Level, Readout, Section, Series, Table
from pipeline.report.slides import pptx_bytes
from pipeline.report.workbook import xlsx_bytes
from tests.conftest import REPOSITORY

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " =", "\ufeff+", "\u200b@")
_RUN = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
#: Texts of which every other one is a formula.
TEXTS = st.one_of(
    st.text(max_size=20),
    st.builds("{}{}".format, st.sampled_from(STARTS), st.text(max_size=12)),
    st.sampled_from(['=HYPERLINK("http://x.test","y")', "@SUM(1)", "+1+1", "-1|cmd!A1", "=1\n=2"]),
)
AMOUNTS = st.decimals(-(10**9), 10**9, places=2, allow_nan=False)


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


def is_run(cell: str) -> bool:
    """Whether a spreadsheet could take a cell for a formula."""
    return cell.strip(" \t\r\n\u200b\ufeff").startswith(_RUN)


@given(header=TEXTS, name=TEXTS, amount=AMOUNTS)
def test_every_table_reads_back_as_it_was_and_no_cell_of_it_is_a_formula(
    header: str, name: str, amount: Decimal
) -> None:
    columns = [f"{header}1", f"{header}2"]
    [head, row] = read(csv_bytes(columns, [dict(zip(columns, (name, amount), strict=True))]))
    assert not any(is_run(cell) for cell in (*head, row[0]))
    assert row[0] in (name, f"'{name}")
    assert Decimal(row[1]) == amount  # a typed number stays one, its sign too


@pytest.mark.parametrize("start", STARTS)
def test_an_apostrophe_is_all_that_is_added(start: str) -> None:
    assert read(csv_bytes(["name"], [{"name": f"{start}cmd()"}])) == [["name"], [f"'{start}cmd()"]]


def test_an_ordinary_cell_is_left_alone() -> None:
    rows = [{"name": "Harborline - Logistics", "none": None, "amount": -5}]
    assert read(csv_bytes(list(rows[0]), rows))[1] == ["Harborline - Logistics", "", "-5"]


@given(by=TEXTS, subject=TEXTS)
def test_the_record_leaves_as_a_table_that_verifies_and_runs_nothing(by: str, subject: str) -> None:
    entry = {
        "seq": 1,
        "event_id": "e",
        "kind": "kill_switch",
        "subject": subject,
        "version": 1,
        "by": by,
        "at": "2026-03-31T14:30:00+00:00",
        "on_day": "2026-03-31",
        "payload": {"on": True},
        "previous": GENESIS,
    }
    lines = list(export_lines([{**entry, "hash": seal(entry)}]))
    [_, row, closing] = read(sealed_csv(lines))
    assert not any(is_run(cell) for cell in row)
    assert verify_export([row[-1], closing[-1]]).ok
    assert json.loads(row[-1])["by"] == by


def readout(text: str) -> Readout:
    """A read-out that says the same wherever words of the data can stand."""
    words = Cell(text)
    chart = Chart("lines", text, text, (text, "b"), (Series(text, (1.0, 2.0)),), text)
    table = Table(text, (text, "n"), ((words, Cell("1", Decimal(1))),))
    section = Section(
        "The four metrics", (text,), (table,), (replace(chart, level=Level(text, 1.0)),)
    )
    line = Headline(text, words, text)
    return Readout(
        *(text,) * 5, date(2026, 3, 31), "#1f5f8b", None, False, (line,), (section,), text
    )


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x.test","y")', "@SUM(1)", "+1+1", "-1|cmd"])
def test_no_workbook_of_the_read_out_holds_a_formula(text: str) -> None:
    books = [xlsx_bytes(readout(text))]
    with zipfile.ZipFile(io.BytesIO(pptx_bytes(readout(text)))) as slides:
        books += [slides.read(name) for name in slides.namelist() if name.endswith(".xlsx")]
    assert len(books) == 2
    for book in books:
        cells = [c for s in load_workbook(io.BytesIO(book)) for row in s.iter_rows() for c in row]
        assert [cell.value for cell in cells if cell.data_type == "f"] == []
        assert any(text in str(cell.value) for cell in cells)


def test_no_words_of_a_chart_become_a_reference_to_a_cell() -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx_bytes(readout("'[http://x.test/b.xlsx]S'!A1")))) as book:
        charts = [book.read(n).decode() for n in book.namelist() if n.startswith("xl/charts/chart")]
    references = [found for chart in charts for found in re.findall(r"<c:f>([^<]*)</c:f>", chart)]
    assert references
    assert [one for one in references if "x.test" in one] == []


def test_the_grids_own_export_is_off_because_it_keeps_formulas() -> None:
    settings = (REPOSITORY / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert "disableDataExport = true" in settings
