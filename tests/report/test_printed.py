"""The readout as a PDF, its text read back."""

from __future__ import annotations

import io
import shutil

import pytest
from pypdf import PdfReader

from pipeline.model import CountbackError
from pipeline.report import printed, rendered
from pipeline.report.shapes import SYNTHETIC, Readout


@pytest.fixture(scope="module")
def pages(chromium: str, found: Readout) -> list[str]:
    reader = PdfReader(io.BytesIO(rendered(found, "pdf")))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def test_every_number_of_every_table_is_printed(pages: list[str], found: Readout) -> None:
    whole = " ".join(pages)
    for table in found.tables:
        for row in table.rows:
            for cell in row:
                if cell.value is not None:
                    assert cell.text in whole, (table.title, cell.text)
    assert found.title in pages[0]


def test_made_up_data_is_marked_and_pages_are_numbered(pages: list[str]) -> None:
    for number, page in enumerate(pages, start=1):
        assert SYNTHETIC in page
        assert f"Page {number} of {len(pages)}" in page


def test_the_same_readout_gives_the_same_bytes(chromium: str, found: Readout) -> None:
    assert rendered(found, "pdf") == rendered(found, "pdf")


def test_without_chromium_it_says_what_to_do(
    found: Readout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert printed.browser() is None
    with pytest.raises(CountbackError, match="install it with `make chromium`, or choose --format"):
        rendered(found, "pdf")


def test_a_chromium_that_fails_is_one_sentence(
    found: Readout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printed, "browser", lambda: shutil.which("false"))
    with pytest.raises(CountbackError, match=r"could not print it \(it ended with 1\)"):
        rendered(found, "pdf")
