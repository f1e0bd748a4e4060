"""The readout as slides, opened again."""

from __future__ import annotations

import io
import time
from typing import Any

import pytest
from pptx import Presentation
from pptx.enum.chart import XL_CATEGORY_TYPE

from pipeline.report import rendered
from pipeline.report.shapes import SYNTHETIC, Readout
from tests.drawn import Draw
from tests.report.conftest import books, made


def opened(found: Readout) -> Any:
    return Presentation(io.BytesIO(rendered(found, "pptx")))


def text(slide: Any) -> str:
    lines = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    for shape in slide.shapes:
        if shape.has_table:
            lines += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(lines)


def test_the_first_slide_is_the_claim_with_its_three_numbers(found: Readout) -> None:
    deck = opened(found)
    first = deck.slides[0]
    assert first.shapes.title.text_frame.text == found.title
    for one in found.headlines:
        assert one.cell.text in text(first)
    assert len(deck.slides) == 7


def test_tables_show_the_same_words_as_every_other_format(found: Readout) -> None:
    tables = {table.title: table for table in found.tables}
    shown = [s for slide in opened(found).slides for s in slide.shapes if s.has_table]
    assert len(shown) == 7
    for shape in shown:
        table = tables[shape.name]
        read = [[cell.text for cell in row.cells] for row in shape.table.rows]
        assert read[0] == list(table.headings)
        assert read[1:] == [[cell.text for cell in row] for row in table.rows][: len(read) - 1]


def test_charts_can_be_edited_and_hold_the_exact_figures(found: Readout) -> None:
    wanted = {chart.title: chart for section in found.sections for chart in section.charts}
    drawn = [s for slide in opened(found).slides for s in slide.shapes if s.has_chart]
    assert {shape.name for shape in drawn} == set(wanted)
    for shape in drawn:
        series = {one.name: tuple(one.values) for one in shape.chart.plots[0].series}
        for one in wanted[shape.name].series:
            assert series[one.name] == pytest.approx(one.values)


def test_definitions_and_fingerprints_are_in_the_notes(found: Readout) -> None:
    notes = opened(found).slides[0].notes_slide.notes_text_frame.text
    assert "Days sales outstanding | days | lower | Period-end DSO" in notes
    assert found.stamp in notes


def test_made_up_data_is_marked_on_every_slide(found: Readout) -> None:
    for slide in opened(found).slides:
        assert SYNTHETIC in text(slide)


def test_a_pilot_that_lacks_everything_still_makes_slides(drawn: Draw) -> None:
    pilot = drawn(books(1), "[pilot]\nas_of = 2026-03-31\n")
    deck = opened(made(pilot))
    assert "Cannot tell yet." in text(deck.slides[0])


def test_the_same_readout_gives_the_same_bytes_a_moment_later(found: Readout) -> None:
    first = rendered(found, "pptx")
    time.sleep(2.1)  # an archive tells two seconds apart
    assert rendered(found, "pptx") == first


def test_days_are_an_axis_of_time_and_control_columns_are_outlined(found: Readout) -> None:
    by_title = {chart.title: chart for section in found.sections for chart in section.charts}
    for shape in (s for slide in opened(found).slides for s in slide.shapes if s.has_chart):
        drawn, chart = shape.chart, by_title[shape.name]
        if chart.kind == "lines":
            assert len(chart.days) == len(chart.categories)
            assert drawn.category_axis.category_type == XL_CATEGORY_TYPE.TIME_SCALE
        else:
            fills = [one.format.fill.fore_color.rgb for one in drawn.plots[0].series]
            assert [str(fill) == "FFFFFF" for fill in fills] == [False, True]


def test_the_intervals_are_drawn_too_with_true_minus_signs(found: Readout) -> None:
    [wanted] = [section.intervals for section in found.sections if section.intervals]
    shapes = [shape for slide in opened(found).slides for shape in slide.shapes]
    [drawn] = [shape for shape in shapes if shape.name == wanted.title]
    assert drawn._element.nvGrpSpPr.cNvPr.get("descr") == wanted.alt
    words = " ".join(one.text_frame.text for one in drawn.shapes if one.has_text_frame)
    for span in wanted.spans:
        assert span.name in words
        if span.low is not None:
            assert f"{span.low:+.1f} to".replace("-", "\N{MINUS SIGN}") in words
    assert "-" not in words.replace("w-", "")
