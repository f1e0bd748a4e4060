"""The readout as a workbook: numbers as numbers, text as text, charts that can be edited.

Every cell is written by its kind, so that a name beginning with = + - or @ is never run.
"""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, time

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipeline.ledger.leaving import harmless
from pipeline.report.shapes import Cell, Chart, Readout, Section, Table
from pipeline.report.wording import on

#: So many weeks are named below a line chart.
_LABELS = 6
_GREY = "#5b6570"
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
#: A workbook's charts and columns, in its own units.
_CHART_ROWS, _FIRST_WIDTH, _WIDTH, _WIDEST = 16, 34, 18, 60
#: Points of one line of a row.
_A_LINE = 15.5
#: A long line goes across so many columns, and holds so many letters there.
_ACROSS = 6
_LINE = _FIRST_WIDTH + (_ACROSS - 1) * _WIDTH


def xlsx_bytes(readout: Readout) -> bytes:
    """One sheet a section, the summary first."""
    out = io.BytesIO()
    book = Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties(
        {
            "title": readout.title[:250],
            "company": readout.client,
            "comments": readout.banner,
            "created": datetime.combine(readout.as_of, time(0), UTC).replace(tzinfo=None),
        }
    )
    sheets = _Sheets(book, readout)
    sheets.summary()
    for section in readout.sections:
        sheets.section(section)
    book.close()
    return out.getvalue()


class _Sheets:
    """The sheets of one workbook, with their formats."""

    def __init__(self, book: Workbook, readout: Readout) -> None:
        self.book, self.readout = book, readout
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.bold = book.add_format({"bold": True, "valign": "top"})
        large = {"bold": True, "font_size": 14, "font_color": readout.colour}
        self.title = book.add_format({**large, "text_wrap": True, "valign": "top"})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self._formats: dict[str, Format] = {}

    def _format(self, number_format: str) -> Format:
        if number_format not in self._formats:
            found = self.book.add_format({"num_format": number_format, "valign": "top"})
            self._formats[number_format] = found
        return self._formats[number_format]

    def _sheet(self, name: str) -> Worksheet:
        sheet = self.book.add_worksheet(_NOT_IN_A_NAME.sub("", name)[:31])
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_paper(9)
        # & starts a code in a header: doubled, it is itself.
        sheet.set_header(f"&L{self.readout.banner.replace('&', '&&')}&R&A")
        sheet.set_footer(f"&LAs of {on(self.readout.as_of).text}&RPage &P of &N")
        sheet.set_column(0, 0, _FIRST_WIDTH)
        sheet.set_column(1, 12, _WIDTH)
        return sheet

    def _write(self, sheet: Worksheet, row: int, column: int, cell: Cell) -> None:
        value = cell.value
        if value is None:
            sheet.write_string(row, column, cell.text, self.wrap)
        elif isinstance(value, date):
            sheet.write_datetime(
                row, column, datetime.combine(value, time(0)), self._format(cell.number_format)
            )
        else:
            sheet.write_number(row, column, float(value), self._format(cell.number_format))

    def _text(self, sheet: Worksheet, row: int, text: str, how: Format | None = None) -> int:
        """A line of its own; a long one wraps over the first columns, or a print would cut it."""
        wide = _LINE * 2 // 3 if how is self.title else _LINE
        if len(text) > wide:
            how = how or self.wrap
            sheet.merge_range(row, 0, row, _ACROSS - 1, "", how)
            sheet.set_row(row, (20 if how is self.title else _A_LINE) * -(-len(text) // wide))
        sheet.write_string(row, 0, text, how)
        return row + 1

    def _top(self, sheet: Worksheet, title: str) -> int:
        row = self._text(sheet, 0, title, self.title)
        if self.readout.banner:
            row = self._text(sheet, row, self.readout.banner, self.bold)
        return row + 1

    def summary(self) -> None:
        """The claim, the three numbers, the stamp."""
        found = self.readout
        sheet = self._sheet("Summary")
        row = self._top(sheet, found.title)
        who = " · ".join(part for part in (found.client, found.pilot) if part)
        row = self._text(sheet, row, f"{who} · as of {on(found.as_of).text}")
        row = self._text(sheet, row, f"Verdict: {found.verdict}", self.bold)
        row = self._text(sheet, row, f"What next: {found.what_next}", self.bold) + 1
        for one in found.headlines:
            sheet.write_string(row, 0, one.label, self.bold)
            self._write(sheet, row, 1, one.cell)
            sheet.merge_range(row, 2, row, _ACROSS - 1, "", self.wrap)
            sheet.write_string(row, 2, one.note, self.wrap)
            sheet.set_row(row, _A_LINE * -(-len(one.note) // (4 * _WIDTH)))
            row += 1
        self._text(sheet, row + 1, found.stamp)

    def section(self, section: Section) -> None:
        """Sentences, tables, charts, notes; all one below the other."""
        sheet = self._sheet(section.title)
        row = self._top(sheet, section.title)
        for line in section.told:
            row = self._text(sheet, row, line)
        for table in section.tables:
            row = self._table(sheet, row + 1, table)
        for chart in section.charts:
            row = self._chart(sheet, row + 1, chart)
        for note in filter(None, section.notes):
            row = self._text(sheet, row, note)

    def _table(self, sheet: Worksheet, row: int, table: Table) -> int:
        row = self._text(sheet, row, table.title, self.bold)
        wide = [_FIRST_WIDTH, *[_WIDTH] * (len(table.headings) - 1)]
        for column, name in enumerate(table.headings):
            sheet.write_string(row, column, name, self.head)
            if any(len(cells[column].text) > _WIDEST for cells in table.rows):
                sheet.set_column(column, column, _WIDEST)
                wide[column] = _WIDEST
        for cells in table.rows:
            row += 1
            sheet.set_row(row, _A_LINE * _lines(cells, wide))
            for column, cell in enumerate(cells):
                self._write(sheet, row, column, cell)
        return row + 2

    def _chart(self, sheet: Worksheet, row: int, chart: Chart) -> int:
        """The chart, with the figures it is drawn from beside it."""
        levels = [(chart.level.name, chart.level.value)] if chart.level else []
        names = ["", *(series.name for series in chart.series), *(name for name, _ in levels)]
        top = self._text(sheet, row, f"{chart.title} ({chart.unit})", self.bold)
        for column, name in enumerate(names):
            sheet.write_string(top, column, name, self.head)
        how = self._format(chart.number_format)
        for place, category in enumerate(chart.categories):
            at = top + 1 + place
            sheet.write_string(at, 0, category)
            values = [*(series.values[place] for series in chart.series), *(v for _, v in levels)]
            for column, value in enumerate(values, start=1):
                if value is not None:
                    sheet.write_number(at, column, value, how)
        sheet.insert_chart(
            top, len(names) + 1, self._drawn(sheet, chart, top, names), {"description": chart.alt}
        )
        return top + max(len(chart.categories) + 1, _CHART_ROWS) + 1

    def _drawn(
        self, sheet: Worksheet, chart: Chart, top: int, names: list[str]
    ) -> xlsxwriter.chart.Chart:
        drawn = self.book.add_chart({"type": "line" if chart.kind == "lines" else "column"})
        assert drawn is not None  # noqa: S101 - None is for a kind of chart that does not exist
        # A label for every week makes a hedge of them.
        apart = len(chart.categories) // _LABELS if chart.kind == "lines" else 1
        if apart > 1:
            drawn.set_x_axis({"interval_unit": apart, "interval_tick": apart})
        last = top + len(chart.categories)
        main = {series.name for series in chart.series if series.is_main}
        for column, name in enumerate(names[1:], start=1):
            colour = self.readout.colour if name in main else _GREY
            line = {"color": colour, **({} if name in main else {"dash_type": "dash"})}
            # Filled against outlined: told apart in black and white.
            fill = {"color": colour if name in main else "#ffffff"}
            columns = {"fill": fill, "border": {"color": colour}}
            how = {"line": line} if chart.kind == "lines" else columns
            drawn.add_series(
                {
                    "name": [sheet.get_name(), top, column],
                    "categories": [sheet.get_name(), top + 1, 0, last, 0],
                    "values": [sheet.get_name(), top + 1, column, last, column],
                    **how,
                }
            )
        drawn.set_title({"name": _label(chart.title), "name_font": {"size": 11}})
        drawn.set_y_axis({"name": _label(chart.unit), "num_format": chart.number_format, "min": 0})
        drawn.set_size({"width": 620, "height": 300})
        drawn.show_blanks_as("gap")
        return drawn


def _lines(cells: tuple[Cell, ...], wide: list[int]) -> int:
    """How many lines the longest text of a row takes: not every program finds that by itself."""
    return max(
        1 if cell.value is not None else max(1, -(-len(cell.text) // (letters - 2)))
        for cell, letters in zip(cells, wide, strict=True)
    )


def _label(text: str) -> str:
    """A chart's own words: what looks like a cell (`x!A1`) would be taken for a reference to it."""
    return str(harmless(text)).replace("!", "! ")
