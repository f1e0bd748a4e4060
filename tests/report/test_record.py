"""The record on paper: every entry that is listed, the head, and whether it verifies."""

from __future__ import annotations

import io
import shutil
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from pipeline.ledger import Ledger, Verification
from pipeline.model import CountbackError, Entry, Event
from pipeline.report import printed
from pipeline.report.record import MOST, Paper, Row, record_html

ON = date(2026, 3, 31)
NOW = datetime(2026, 3, 31, 9, tzinfo=UTC)
TEXTS = {
    "verdict": "edit",
    "subject": "INV-1 is due",
    "draft_subject": "INV-1 is overdue",
    "draft_body": "Please pay.",
    "final_body": "Please pay by <Friday>.",
}


def paper(folder: Path, **other: object) -> Paper:
    with closing(Ledger.open(folder / "ledger.sqlite")) as ledger:
        for number in range(2):
            ledger.append(
                Event(
                    kind="decision", subject=f"c{number}/routine/USD", by="Ana & Ben", at=NOW,
                    on_day=ON, payload=TEXTS,
                )
            )  # fmt: skip
        entries, checked = [*ledger.entries()], ledger.verify()
    said = Paper("Record of Spring", ON, checked, len(entries), listed(entries), "", False, True)
    return said._replace(**other)


def listed(entries: list[Entry]) -> list[tuple[Row, Entry]]:
    return [({"#": e.seq, "Day": e.on_day, "Who": e.by}, e) for e in reversed(entries)]


def test_every_listed_entry_stands_on_it_with_the_head_and_the_check(tmp_path: Path) -> None:
    made = paper(tmp_path)
    page = record_html(made).decode()
    assert f"Verified: nothing was changed. 2 entries, head {made.checked.head}." in page
    assert "2 of 2 entries are listed" in page
    for _, entry in made.listed:
        assert entry.hash[:16] in page
    assert page.index("<td>2</td>") < page.index("<td>1</td>")
    assert "31 March 2026" in page
    assert "Ana &amp; Ben" in page
    assert "Synthetic data" in page
    assert "names and addresses in them" in page
    assert "Please pay" not in page, "texts are printed when they are asked for"


def test_with_texts_both_of_a_decision_are_printed_and_nothing_in_them_is_markup(
    tmp_path: Path,
) -> None:
    page = record_html(paper(tmp_path, with_texts=True)).decode()
    assert "INV-1 is overdue\n\nPlease pay." in page
    assert "Please pay by &lt;Friday&gt;." in page


def test_a_record_that_was_changed_says_so_instead(tmp_path: Path) -> None:
    broken = Verification(entries=2, head="", ok=False, first_broken=1, why="Entry 1 was changed.")
    page = record_html(paper(tmp_path, checked=broken)).decode()
    assert "NOT VERIFIED. Entry 1 was changed." in page
    assert "nothing was changed" not in page


def test_what_is_not_on_paper_is_said(tmp_path: Path) -> None:
    made = paper(tmp_path)
    many = [made.listed[0]] * (MOST + 1)
    page = record_html(made._replace(listed=many, entries=MOST + 1)).decode()
    assert f"Only the newest {MOST:,} of them are on paper" in page
    found = record_html(made._replace(listed=made.listed[:1], chosen="They are those by Ana."))
    assert "1 of 2 entries are listed, newest first. They are those by Ana." in found.decode()


def test_it_prints_as_a_pdf_that_holds_the_same(chromium: str, tmp_path: Path) -> None:
    made = paper(tmp_path)
    content = printed.page_as_pdf(record_html(made), ON, "print it yourself")
    pages = PdfReader(io.BytesIO(content)).pages
    words = " ".join("".join(page.extract_text() for page in pages).split())
    assert made.checked.head in words.replace(" ", "")
    assert made.listed[0][1].hash[:16] in words
    assert "Page 1 of 1" in words


def test_without_chromium_it_says_what_to_do_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(CountbackError, match="`make chromium`, or print it yourself"):
        printed.page_as_pdf(b"", ON, "print it yourself")
