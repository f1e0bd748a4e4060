"""The readout as a workbook, opened again by another library."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from decimal import Decimal

from openpyxl import Workbook, load_workbook

from pipeline.pilot import Pilot
from pipeline.report import rendered
from pipeline.report.shapes import SYNTHETIC, Cell, Readout
from tests.drawn import Draw
from tests.report.conftest import SETTINGS, books, made


def opened(found: Readout) -> Workbook:
    return load_workbook(io.BytesIO(rendered(found, "xlsx")))


def rows(book: Workbook) -> list[list[object]]:
    """Every row of every sheet, without what is empty at its end."""
    found = []
    for sheet in book.worksheets:
        for cells in sheet.iter_rows(values_only=True):
            kept = list(cells)
            while kept and kept[-1] is None:
                kept.pop()
            found.append(kept)
    return found


def alike(value: object) -> object:
    """Numbers to fourteen digits: a workbook keeps sixteen at most."""
    return f"{value:.14g}" if isinstance(value, float | int) else value


def has(written: list[list[object]], values: list[object]) -> bool:
    """Whether a row begins with these."""
    wanted = [alike(value) for value in values]
    while wanted and wanted[-1] is None:
        wanted.pop()
    return any([alike(value) for value in row[: len(wanted)]] == wanted for row in written)


def expected(cell: Cell) -> object:
    if isinstance(cell.value, date):
        return datetime(cell.value.year, cell.value.month, cell.value.day)  # noqa: DTZ001
    if isinstance(cell.value, Decimal):
        return float(cell.value)
    return cell.text or None if cell.value is None else cell.value


def test_every_row_of_every_table_is_in_it_with_its_exact_numbers(found: Readout) -> None:
    written = rows(opened(found))
    for table in found.tables:
        for row in table.rows:
            values = [expected(cell) for cell in row]
            assert has(written, values), (table.title, values)


def test_money_keeps_its_currency_in_its_format(found: Readout) -> None:
    sheet = opened(found)["Does it pay"]
    net = next(cells for cells in sheet.iter_rows() if cells[0].value == "First-year net")
    assert net[1].data_type == "n"
    assert net[1].number_format == '"USD" #,##0.00;"−USD" #,##0.00'


def test_a_name_that_is_a_formula_stays_text(drawn: Draw) -> None:
    settings = SETTINGS.replace('name = "Spring"', "name = '=1+1'").replace(
        'company = "Example & Sons"', "company = '@SUM(A1)'"
    )
    book = opened(made(drawn(books(), settings)))
    cells = [c for sheet in book.worksheets for row in sheet.iter_rows() for c in row]
    assert [c.value for c in cells if c.data_type == "f"] == []
    assert "=1+1" in [c.value for c in cells]


def test_made_up_data_is_marked_on_every_sheet_and_every_printed_page(found: Readout) -> None:
    for sheet in opened(found).worksheets:
        assert SYNTHETIC in [sheet.cell(row, 1).value for row in (1, 2)]
        assert sheet.oddHeader.left.text == SYNTHETIC


def test_charts_are_drawn_from_the_figures_beside_them(found: Readout) -> None:
    book = opened(found)
    charts = [chart for section in found.sections for chart in section.charts]
    written = rows(book)
    for chart in charts:
        for place, category in enumerate(chart.categories):
            assert has(written, [category, *(one.values[place] for one in chart.series)])
    # openpyxl reads no charts back, so they are counted in the archive.
    content = rendered(found, "xlsx")
    assert content.count(b"xl/charts/chart") == 2 * len(charts)


def test_the_same_pilot_gives_the_same_bytes(full: Pilot, found: Readout) -> None:
    assert rendered(made(Pilot.open(full.folder)), "xlsx") == rendered(found, "xlsx")


def test_line_charts_name_some_weeks_and_not_every_one(found: Readout) -> None:
    many = [c for s in found.sections for c in s.charts if c.kind == "lines"]
    with zipfile.ZipFile(io.BytesIO(rendered(found, "xlsx"))) as book:
        drawn = [book.read(name) for name in book.namelist() if "charts/chart" in name]
    thinned = [chart for chart in drawn if b"<c:tickLblSkip" in chart]
    assert len(thinned) == len([chart for chart in many if len(chart.categories) >= 12])
