"""Estimates with their 95% intervals as shapes on a slide: a line and a dot each, and nought."""

from __future__ import annotations

from typing import Any, NamedTuple

from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.enum.text import PP_ALIGN
from pptx.util import Emu, Inches, Pt

from pipeline.report.shapes import Intervals, Span
from pipeline.report.wording import true_minus

_GREY, _INK = RGBColor(0x5B, 0x65, 0x70), RGBColor(0x16, 0x20, 0x2A)
#: Share of the width for the names.
_NAMES = 0.34
#: Room above the first line (title, sooner and later) and below the last (the scale), in inches.
_ABOVE, _BELOW = 0.75, 0.35


class Box(NamedTuple):
    """A place on a slide, in EMU."""

    left: int
    top: int
    width: int
    height: int


def draw_intervals(slide: Any, found: Intervals, box: Box, accent: RGBColor) -> None:
    """Draws them into a place of the slide, as one group that tells the same in words."""
    group = slide.shapes.add_group_shape()
    group.name = found.title
    # What a reader who cannot see the picture is told.
    group._element.nvGrpSpPr.cNvPr.set("descr", found.alt)  # noqa: SLF001 - no other way
    _Picture(group, found, box, accent).draw()


class _Picture:
    """One picture: nought in the middle of what the names leave, the same reach either way."""

    def __init__(self, group: Any, found: Intervals, box: Box, accent: RGBColor) -> None:
        self.group, self.found, self.box, self.accent = group, found, box, accent
        ends = [abs(end) for s in found.spans for end in (s.low, s.high) if end is not None]
        self.reach = max(1.0, -(-max(ends, default=1.0) // 1))
        self.half = int(box.width * (1 - _NAMES) / 2 * 0.9)
        self.middle = int(box.left + box.width * (1 + _NAMES) / 2)
        self.first = box.top + Inches(_ABOVE)
        self.step = int((box.height - Inches(_ABOVE + _BELOW)) / max(len(found.spans), 1))

    def draw(self) -> None:
        """Title, scale, then a line for each estimate."""
        box, bottom = self.box, self.box.top + self.box.height - Inches(_BELOW)
        self._text(box.left, box.top, box.width, self.found.title, 12, PP_ALIGN.CENTER)
        said = box.top + Inches(0.4)
        self._text(self.middle - self.half, said, self.half, "← days sooner", 10)
        self._text(self.middle, said, self.half, "days later →", 10, PP_ALIGN.RIGHT)
        self._line(self.middle, self.first - Inches(0.05), self.middle, bottom, _GREY, 1.0)
        for end in (-self.reach, 0.0, self.reach):
            text = true_minus(f"{end:+.0f}") if end else "0"
            self._text(self._at(end) - Inches(0.4), bottom, Inches(0.8), text, 10, PP_ALIGN.CENTER)
        for place, span in enumerate(self.found.spans):
            self._span(span, self.first + place * self.step, is_tested=not place)

    def _at(self, days: float) -> int:
        return int(self.middle + days / self.reach * self.half)

    def _span(self, span: Span, top: int, *, is_tested: bool) -> None:
        colour = self.accent if is_tested else _GREY
        wide = int(self.box.width * _NAMES)
        self._text(self.box.left, top, wide, span.name, 10, is_bold=is_tested)
        if span.low is None or span.high is None or span.estimate is None:
            self._text(self.middle, top, self.half, "no interval", 10)
            return
        y, tick = top + Inches(0.14), Inches(0.07)
        low, high = self._at(span.low), self._at(span.high)
        self._line(low, y, high, y, colour, 2.25)
        for x in (low, high):
            self._line(x, y - tick, x, y + tick, colour, 2.25)
        dot = self.group.shapes.add_shape(
            MSO_SHAPE.OVAL, self._at(span.estimate) - tick, y - tick, 2 * tick, 2 * tick
        )
        dot.fill.solid()
        dot.fill.fore_color.rgb = dot.line.color.rgb = colour
        said = true_minus(f"{span.estimate:+.1f} ({span.low:+.1f} to {span.high:+.1f})")
        self._text(self.middle - self.half, y + tick, 2 * self.half, said, 9, PP_ALIGN.CENTER)

    def _line(self, x1: int, y1: int, x2: int, y2: int, colour: RGBColor, points: float) -> None:
        ends = (Emu(x1), Emu(y1), Emu(x2), Emu(y2))
        line = self.group.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, *ends)
        line.line.color.rgb, line.line.width = colour, Pt(points)

    def _text(
        self,
        left: int,
        top: int,
        width: int,
        text: str,
        size: int,
        align: Any = PP_ALIGN.LEFT,
        *,
        is_bold: bool = False,
    ) -> None:
        place = self.group.shapes.add_textbox(Emu(left), Emu(top), Emu(width), Inches(0.28))
        frame = place.text_frame
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.word_wrap = True
        frame.text = text
        paragraph = frame.paragraphs[0]
        paragraph.font.size, paragraph.font.bold = Pt(size), is_bold
        paragraph.font.color.rgb, paragraph.alignment = _INK, align
