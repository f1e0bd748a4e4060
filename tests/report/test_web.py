"""The readout as one HTML file, read back by a parser."""

from __future__ import annotations

from html.parser import HTMLParser

from pipeline.pilot import Pilot
from pipeline.report import rendered
from pipeline.report.shapes import SYNTHETIC, Readout
from tests.drawn import Draw
from tests.report.conftest import HOSTILE, SETTINGS, books, made


class Read(HTMLParser):
    """Tables as rows of texts, every tag with its attributes, all text."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._cell: str | None = None
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self._cell = ""

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._cell is not None:
            self._cell += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None:
            self.tables[-1][-1].append(self._cell)
            self._cell = None


def test_every_table_says_what_the_readout_says_cell_by_cell(found: Readout) -> None:
    read = Read(rendered(found, "html"))
    assert read.tables == [
        [list(table.headings), *([cell.text for cell in row] for row in table.rows)]
        for table in found.tables
    ]


def test_the_claim_is_the_title_and_the_three_numbers_stand_below(found: Readout) -> None:
    text = Read(rendered(found, "html")).text
    assert found.title in text
    for one in found.headlines:
        assert one.cell.text in text
        assert one.note in text


def test_nothing_is_fetched_and_nothing_runs(found: Readout) -> None:
    content = rendered(found, "html")
    read = Read(content)
    assert {tag for tag, _ in read.tags}.isdisjoint({"script", "link", "iframe", "object"})
    assert not [a for _, a in read.tags if "src" in a or "href" in a]
    assert b"http://" not in content
    assert b"https://" not in content
    assert b"@import" not in content
    assert b"url(" not in content


def test_every_chart_says_in_words_what_it_shows(found: Readout) -> None:
    read = Read(rendered(found, "html"))
    drawn = [attrs["aria-label"] for tag, attrs in read.tags if tag == "svg"]
    charts = [chart for section in found.sections for chart in section.charts]
    spans = [section.intervals for section in found.sections if section.intervals]
    assert sorted(filter(None, drawn)) == sorted(chart.title for chart in (*charts, *spans))
    for chart in (*charts, *spans):
        assert chart.alt in read.text


def test_a_name_that_is_markup_stays_text(drawn: Draw) -> None:
    settings = SETTINGS + f'\n    [report]\n    client = "{HOSTILE}"\n'
    content = rendered(made(drawn(books(), settings)), "html")
    assert b"<script" not in content
    assert HOSTILE in Read(content).text


def test_made_up_data_is_marked_on_top_at_the_foot_and_on_every_printed_page(
    found: Readout,
) -> None:
    content = rendered(found, "html").decode()
    assert content.count(SYNTHETIC) == 3
    assert f'@top-right {{ content: "{SYNTHETIC}"' in content


def test_real_data_bears_no_mark(drawn: Draw) -> None:
    real = SETTINGS.replace("synthetic = true", "synthetic = false")
    assert SYNTHETIC.encode() not in rendered(made(drawn(books(), real)), "html")


def test_the_same_pilot_gives_the_same_bytes(full: Pilot, found: Readout) -> None:
    assert rendered(made(Pilot.open(full.folder)), "html") == rendered(found, "html")
