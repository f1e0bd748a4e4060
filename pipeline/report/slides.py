"""The readout as slides: seven at most, charts that can be edited, definitions in the notes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.dml import MSO_LINE
from pptx.enum.text import PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from pipeline.ledger.leaving import harmless
from pipeline.report.shapes import Chart, Readout, Section, Table
from pipeline.report.slide_intervals import Box, draw_intervals
from pipeline.report.wording import on

_GREY, _INK = RGBColor(0x5B, 0x65, 0x70), RGBColor(0x16, 0x20, 0x2A)
_PALE, _WHITE = RGBColor(0xD9, 0xDE, 0xE3), RGBColor(0xFF, 0xFF, 0xFF)
_WIDTH, _LEFT = Inches(13.333), Inches(0.6)
#: Sections that get a slide of their own; the others are in the notes of the last.
_SHOWN = (
    *("Before and after", "What next", "The four metrics", "Does it pay?"),
    *("DSO beside it", "What this does not prove"),
)
_TABLES = {
    "Before and after": ("The change, with its interval",),
    "What next": ("The rule, condition by condition",),
    "The four metrics": ("The four metrics, latest week and before",),
    "Does it pay?": ("The first year, line by line", "How sure the first-year net is"),
    "DSO beside it": ("Days sales outstanding, 90 days of billings",),
    "What this does not prove": ("Limits",),
}
#: So few rows leave room for a taller chart above them.
_FEW_ROWS = 3
#: So many days fit below a line chart.
_LABELS = 4
#: More rows than fit on a slide are told to be in the other formats.
_MOST_ROWS = 9


def pptx_bytes(readout: Readout) -> bytes:
    """Claim and three numbers first, then one slide a question."""
    deck = _Deck(readout)
    deck.claim()
    by_title = {section.title: section for section in readout.sections}
    for title in _SHOWN:
        if title in by_title:
            deck.section(by_title[title])
    return deck.bytes()


def _notes(sections: Iterable[Section]) -> str:
    """Sentences, notes and every table of some sections as lines of text."""
    lines: list[str] = []
    for section in sections:
        lines += [section.title, *section.told, *filter(None, section.notes)]
        for table in section.tables:
            lines.append(table.title)
            lines += [" | ".join(cell.text for cell in row) for row in table.rows]
        lines.append("")
    return "\n".join(lines)


class _Deck:
    """Slides of one look."""

    def __init__(self, readout: Readout) -> None:
        self.readout = readout
        self.accent = RGBColor.from_string(readout.colour[1:].upper())
        self.deck = Presentation()
        self.deck.slide_width, self.deck.slide_height = _WIDTH, Inches(7.5)
        core = self.deck.core_properties
        core.title, core.author, core.comments = readout.pilot, readout.client, readout.banner
        core.created = core.modified = datetime.combine(readout.as_of, time(0))
        core.last_modified_by = ""

    def _slide(self, title: str, notes: str) -> Any:
        slide = self.deck.slides.add_slide(self.deck.slide_layouts[5])
        place = slide.shapes.title
        place.left, place.top, place.width, place.height = self._box(0.45, 1.0)
        frame = place.text_frame
        frame.word_wrap = True
        frame.text = title
        for paragraph in frame.paragraphs:
            paragraph.font.size = Pt(22 if len(title) > 80 else 26)
            paragraph.font.bold, paragraph.font.color.rgb = True, self.accent
            paragraph.alignment = 1
        found = self.readout
        stamp = f"{found.pilot} · as of {on(found.as_of).text}"
        self._text(slide, 7.0, 0.35, f"{stamp} · {found.banner}" if found.banner else stamp, 11)
        slide.notes_slide.notes_text_frame.text = f"{notes}\n{found.stamp}"
        return slide

    def _box(self, top: float, height: float) -> tuple[int, int, int, int]:
        return _LEFT, Inches(top), Emu(_WIDTH - 2 * _LEFT), Inches(height)

    def _text(self, slide: Any, top: float, height: float, text: str, size: int) -> None:
        frame = slide.shapes.add_textbox(*self._box(top, height)).text_frame
        frame.word_wrap = True
        frame.text = text
        for paragraph in frame.paragraphs:
            paragraph.font.size, paragraph.font.color.rgb = Pt(size), _INK

    def claim(self) -> None:
        """The verdict as the title, the three numbers below it, definitions in the notes."""
        found = self.readout
        said = [s for s in found.sections if s.title.startswith(("How each", "What this rests"))]
        slide = self._slide(found.title, _notes(said))
        if found.logo:
            mark = slide.shapes.add_picture(
                io.BytesIO(found.logo.content), 0, Inches(0.15), height=Inches(0.4)
            )
            mark.left = Emu(_WIDTH - mark.width - _LEFT)
            mark.name = f"Logo of {found.client}"
        wide = Emu(int((_WIDTH - 2 * _LEFT) / 3))
        for place, one in enumerate(found.headlines):
            left = Emu(_LEFT + wide * place)
            box = slide.shapes.add_textbox(left, Inches(2.2), Emu(wide - Inches(0.2)), Inches(3))
            self._headline(box.text_frame, (one.label, one.cell.text, one.note))
        who = f"{found.client} · " if found.client else ""
        self._text(
            slide,
            6.3,
            0.5,
            f"{who}Verdict: {found.verdict}. What next: {found.what_next}. {found.stamp}",
            12,
        )

    def _headline(self, frame: Any, lines: tuple[str, str, str]) -> None:
        frame.word_wrap = True
        for place, (text, size) in enumerate(zip(lines, (14, 28, 13), strict=True)):
            paragraph = frame.paragraphs[0] if not place else frame.add_paragraph()
            paragraph.text = text
            paragraph.font.size, paragraph.font.bold = Pt(size), place == 1
            paragraph.font.color.rgb = _INK

    def section(self, section: Section) -> None:
        """One question: its sentence, its charts side by side, its first tables."""
        slide = self._slide(section.title, _notes([section]))
        charts = section.charts[:2]
        # Beside a chart there is room for the answer alone; the rest is in the notes.
        has_picture = bool(charts or section.intervals)
        top = self._told(slide, section.told[:1] if has_picture else section.told)
        wanted = _TABLES[section.title]
        tables = [table for table in section.tables if table.title in wanted]
        bottom = 5.0 if all(len(table.rows) <= _FEW_ROWS for table in tables) else 4.35
        pictures = len(charts) + bool(section.intervals)
        for place, chart in enumerate(charts):
            self._chart(slide, chart, place, pictures, (top, bottom))
        if section.intervals:
            wide = int((_WIDTH - 2 * _LEFT) / pictures)
            left = _LEFT + wide * len(charts) + Inches(0.2)
            box = Box(left, Inches(top), wide - Inches(0.2), Inches(bottom - top))
            draw_intervals(slide, section.intervals, box, self.accent)
        self._tables(slide, tables, bottom + 0.1 if pictures else top)

    def _told(self, slide: Any, lines: tuple[str, ...]) -> float:
        """Sentences below the title, the first one larger; in inches, where what follows begins."""
        top = 1.35
        for place, line in enumerate(lines):
            size, a_line = (14, 115) if not place else (12, 135)
            high = 0.1 + 0.24 * -(-len(line) // a_line)
            self._text(slide, top, high, line, size)
            top += high + 0.05
        return top + 0.15

    def _tables(self, slide: Any, tables: list[Table], top: float) -> None:
        wide = Emu(int((_WIDTH - 2 * _LEFT) / max(len(tables), 1)))
        size = _size(tables)
        for place, table in enumerate(tables):
            rows = table.rows[:_MOST_ROWS]
            left = Emu(_LEFT + wide * place)
            width = Emu(wide - (Inches(0.3) if len(tables) > 1 else 0))
            shape = slide.shapes.add_table(
                len(rows) + 1, len(table.headings), left, Inches(top), width, Inches(0.3)
            )
            shape.name = table.title
            self._fill(shape.table, table, len(rows), size)
            _share_width(shape.table, table, width)
            if len(rows) < len(table.rows):
                more = f"{len(table.rows) - len(rows)} more rows in the notes."
                self._text(slide, 6.65, 0.3, more, 10)

    def _fill(self, grid: Any, table: Table, rows: int, size: int) -> None:
        counted = [any(row[n].value is not None for row in table.rows) for n in _columns(table)]
        for column, name in enumerate(table.headings):
            self._cell(grid.cell(0, column), name, size, counted[column], is_head=True)
        for row, cells in enumerate(table.rows[:rows], start=1):
            for column, cell in enumerate(cells):
                self._cell(grid.cell(row, column), cell.text, size, counted[column], is_head=False)

    def _cell(self, place: Any, text: str, size: int, is_number: bool, *, is_head: bool) -> None:
        place.text = text
        place.margin_top = place.margin_bottom = Inches(0.02)
        place.fill.solid()
        place.fill.fore_color.rgb = (
            RGBColor(0xE6, 0xE9, 0xEC) if is_head else RGBColor(255, 255, 255)
        )
        for paragraph in place.text_frame.paragraphs:
            paragraph.font.size, paragraph.font.bold = Pt(size), is_head
            paragraph.font.color.rgb = _INK
            paragraph.alignment = PP_ALIGN.RIGHT if is_number else PP_ALIGN.LEFT

    def _chart(
        self, slide: Any, chart: Chart, place: int, of: int, between: tuple[float, float]
    ) -> None:
        top, bottom = between
        data = CategoryChartData(number_format=chart.number_format)
        # Behind a chart lies a workbook, written by a library that takes "=…" for a formula.
        data.categories = chart.days or [harmless(name) for name in chart.categories]
        for series in chart.series:
            data.add_series(harmless(series.name), series.values)
        if chart.level:
            data.add_series(harmless(chart.level.name), [chart.level.value] * len(chart.categories))
        kind = XL_CHART_TYPE.LINE if chart.kind == "lines" else XL_CHART_TYPE.COLUMN_CLUSTERED
        wide = Emu(int((_WIDTH - 2 * _LEFT) / of))
        box = slide.shapes.add_chart(
            kind, Emu(_LEFT + wide * place), Inches(top), wide, Inches(bottom - top), data
        )
        box.name = chart.title
        # What a reader who cannot see the chart is told.
        box._element.nvGraphicFramePr.cNvPr.set("descr", chart.alt)  # noqa: SLF001 - no other way
        self._look(box.chart, chart)

    def _look(self, drawn: Any, chart: Chart) -> None:
        drawn.has_title = True
        drawn.chart_title.text_frame.text = f"{chart.title} ({chart.unit})"
        drawn.chart_title.text_frame.paragraphs[0].font.size = Pt(12)
        drawn.font.size = Pt(10)
        drawn.has_legend = True
        drawn.legend.position = XL_LEGEND_POSITION.BOTTOM
        drawn.legend.include_in_layout = False
        drawn.value_axis.minimum_scale = 0
        drawn.value_axis.tick_labels.number_format = chart.number_format
        drawn.value_axis.tick_labels.number_format_is_linked = False
        drawn.value_axis.major_gridlines.format.line.color.rgb = _PALE
        drawn.category_axis.format.line.color.rgb = _GREY
        if chart.kind == "columns":
            drawn.plots[0].gap_width = 120
            drawn.plots[0].has_data_labels = True
            drawn.plots[0].data_labels.number_format = chart.number_format
            drawn.plots[0].data_labels.number_format_is_linked = False
        elif len(chart.days) > 1:
            _thin_out(drawn.category_axis, chart.days)
        main = {series.name for series in chart.series if series.is_main}
        for series in drawn.plots[0].series:
            self._colour(series, chart.kind, is_main=series.name in main)

    def _colour(self, series: Any, kind: str, *, is_main: bool) -> None:
        colour = self.accent if is_main else _GREY
        if kind == "columns":
            # Filled against outlined: told apart in black and white.
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = colour if is_main else _WHITE
            series.format.line.color.rgb = colour
            return
        series.smooth = False
        series.format.line.color.rgb = colour
        series.format.line.width = Pt(2.25 if is_main else 1.5)
        if not is_main:
            series.format.line.dash_style = MSO_LINE.DASH

    def bytes(self) -> bytes:
        """The file, with the readout's day for every moment inside it."""
        out = io.BytesIO()
        self.deck.save(out)
        return _undated(out.getvalue(), f"{self.readout.as_of:%Y-%m-%d}T00:00:00Z")


def _columns(table: Table) -> range:
    return range(len(table.headings))


def _size(tables: list[Table]) -> int:
    """One size of type for all tables of a slide, in points."""
    if any(len(table.headings) > 6 for table in tables):
        return 9
    return 10 if any(len(table.rows) > 6 for table in tables) else 12


def _thin_out(axis: Any, on_days: Sequence[date]) -> None:
    """Some days below the line, level and a tick each; a label a point would make a hedge."""
    apart = str(max(1, (on_days[-1] - on_days[0]).days // _LABELS))
    within = axis._element  # noqa: SLF001 - no other way
    last = within.find(qn("c:baseTimeUnit"))
    for name, value in (("c:majorTimeUnit", "days"), ("c:majorUnit", apart)):
        last.addnext(within.makeelement(qn(name), {"val": value}))
    axis.tick_labels.number_format = "d mmm yyyy"
    axis.tick_labels.number_format_is_linked = False
    axis.tick_labels.font.size = Pt(10)
    within.find(qn("c:txPr")).find(qn("a:bodyPr")).set("rot", "0")


#: A cell's two margins, in letters.
_MARGIN = 4


def _share_width(grid: Any, table: Table, width: int) -> None:
    """Columns as wide as what they hold, within reason."""
    longest = [
        min(46, max(len(text) for text in (name, *(row[place].text for row in table.rows))))
        for place, name in enumerate(table.headings)
    ]
    weights = [max(7, length) + _MARGIN for length in longest]
    whole = sum(weights)
    for place, weight in enumerate(weights):
        grid.columns[place].width = Emu(int(width * weight / whole))


_MOMENT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def _undated(content: bytes, moment: str) -> bytes:
    """The same archive with fixed times, in the workbooks behind its charts too."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.endswith(".xlsx"):
                part = _undated(part, moment)
            elif name == "docProps/core.xml":
                part = _MOMENT.sub(rb"\g<1>" + moment.encode(), part)
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, part)
    return out.getvalue()
