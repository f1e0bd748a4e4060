"""What a readout says, against the engines' own answers; and what it lacks, said in its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.drafting.tokens import money_text
from pipeline.model import CountbackError, WrongCall
from pipeline.pilot import Pilot
from pipeline.proving import before_after, four_metrics
from pipeline.report import readout, rendered, write_readout
from pipeline.report.shapes import Cell, Readout, Table
from pipeline.report.wording import between_days, days, money, true_minus
from pipeline.roi import roi
from tests.drawn import Draw
from tests.report.conftest import SETTINGS, books, made

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def table(found: Readout, title: str) -> Table:
    (one,) = [table for table in found.tables if table.title == title]
    return one


def row(found: Readout, title: str, name: str) -> tuple[Cell, ...]:
    (one,) = [row for row in table(found, title).rows if row[0].text == name]
    return one


def told(found: Readout, title: str) -> str:
    return " ".join(*(section.told for section in found.sections if section.title == title))


def test_the_title_is_the_verdict_and_the_interval_is_the_engines(
    full: Pilot, found: Readout
) -> None:
    with full.day() as day:
        engine = before_after(day, full.settings)
    assert found.title == engine["sentence"]
    assert found.verdict == engine["verdict"]
    line = engine["rdpd30"]["count"]
    shown = row(found, "The change, with its interval", "By invoice (the one tested)")
    assert [cell.value for cell in shown[1:6]] == [line["estimate"], *line["ci95"], 4, 4]
    assert found.headlines[0].cell.text == between_days(*line["ci95"])


def test_the_four_metrics_are_the_engines_to_the_cent(full: Pilot, found: Readout) -> None:
    with full.day() as day:
        engine = four_metrics(day, full.settings)
    title = "The four metrics, latest week and before"
    dollars = row(found, title, "Dollars aging a week")
    last = engine["dollars_aging"]["weeks"][-1]
    assert dollars[1].value == last["rolled"]
    assert dollars[1].text == money_text(last["rolled"], "USD")
    minutes = row(found, title, "Minutes to prepare a follow-up")
    # The last week with work is that of t4; the baseline is the mean of 20 and 30.
    assert [cell.text for cell in minutes[1:6]] == [
        "8.0 min",
        "20 February 2026",
        "1",
        "25.0 min",
        "2",
    ]


def test_the_first_year_is_the_calculators_line_by_line(full: Pilot, found: Readout) -> None:
    engine = roi(full)
    rows = table(found, "The first year, line by line").rows
    assert [cells[1].value for cells in rows] == list(engine["first_year"].values())
    assert found.headlines[2].cell.text == true_minus(money_text(engine["first_year_net"], "USD"))


def test_what_is_assumed_is_marked(full: Pilot, found: Readout) -> None:
    marks = {cells[0].text: cells[5].text for cells in table(found, "What it rests on").rows}
    engine = {i["label"]: i["tag"] for i in roi(full)["inputs"]}
    assert {name for name, mark in marks.items() if mark == "ASSUMED"} == {
        name for name, tag in engine.items() if tag == "assumed"
    }


def test_a_pilot_without_a_start_says_so_and_still_shows_its_dollars(drawn: Draw) -> None:
    found = made(drawn(books(), "[pilot]\nas_of = 2026-03-31\n"))
    assert found.title.startswith("Cannot tell yet. pilot.toml: [pilot] started_on")
    assert found.headlines[0].cell.text == "–"
    dollars = row(found, "The four metrics, latest week and before", "Dollars aging a week")
    assert dollars[1].value is not None


def test_a_pilot_without_a_control_says_so(drawn: Draw) -> None:
    settings = SETTINGS.replace("    [control]\n    where = \"tier = 'smb'\"\n", "")
    assert "[control] where not set" in told(made(drawn(books(), settings)), "Before and after")


def test_before_day_60_the_read_out_is_not_due(drawn: Draw) -> None:
    early = SETTINGS.replace("as_of = 2026-03-31", "as_of = 2026-02-20")
    assert "No read-out is due yet" in made(drawn(books(), early)).title


def test_windows_that_overlap_are_refused_in_the_title(drawn: Draw) -> None:
    settings = SETTINGS.replace("2025-06-30", "2025-08-01")
    found = made(drawn(books(), settings))
    assert found.verdict == "refused"
    assert found.title.startswith("Refused:")
    assert rendered(found, "html")


def test_an_aging_list_alone_says_that_there_are_no_paid_invoices(drawn: Draw) -> None:
    pilot = drawn(
        """
        invoices.csv
        invoice_id | customer_id | issued_on  | due_on     | amount | currency
        A          | c1          | 2026-01-05 | 2026-02-05 | 100.00 | USD
        """
    )
    found = made(pilot)
    whys = [
        cells[-1].text for cells in table(found, "Days sales outstanding, 90 days of billings").rows
    ]
    assert any("open items only" in why for why in whys)


def test_a_currency_without_a_rate_leaves_its_figure_out_by_name(drawn: Draw) -> None:
    pilot = drawn(books().replace("100.10 | USD", "100.10 | CHF"), SETTINGS)
    found = made(pilot)
    dollars = row(found, "The four metrics, latest week and before", "Dollars aging a week")
    assert dollars[1].text == "–"
    assert "no rate for CHF" in dollars[-1].text


def test_an_empty_pilot_is_one_sentence_and_no_file(drawn: Draw, tmp_path: Path) -> None:
    out = tmp_path / "readout.html"
    with pytest.raises(CountbackError, match="no invoice was loaded"):
        write_readout(drawn(), "html", out)
    assert not out.exists()


def test_an_unknown_format_and_a_place_that_is_none_are_named(full: Pilot, tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="--format docx: choose one of html"):
        write_readout(full, "docx", tmp_path / "readout.docx")
    with pytest.raises(WrongCall, match="cannot be written"):
        write_readout(full, "html", tmp_path / "nowhere" / "readout.html")


def test_client_and_logo_are_the_settings(drawn: Draw) -> None:
    pilot = drawn(books(), SETTINGS + '[report]\nclient = "Acme"\nlogo = "logo.png"\n')
    (pilot.folder / "logo.png").write_bytes(PNG)
    found = made(pilot)
    assert found.client == "Acme"
    assert found.logo is not None
    assert b"data:image/png;base64," in rendered(found, "html")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../logo.png", "lies outside the pilot's folder"),
        ("missing.png", "cannot be read"),
        ("pilot.toml", "is neither PNG nor JPEG"),
    ],
)
def test_a_logo_that_cannot_be_used_is_named(drawn: Draw, name: str, why: str) -> None:
    pilot = drawn(books(), SETTINGS + f'[report]\nlogo = "{name}"\n')
    with pilot.day() as day, pytest.raises(WrongCall, match=why):
        readout(pilot, day)


@pytest.mark.parametrize("line", ['colour = "red"', 'color = "#112233"'])
def test_settings_of_the_report_are_checked(drawn: Draw, line: str) -> None:
    with pytest.raises(WrongCall, match=r"report\.colou?r"):
        drawn(books(), SETTINGS + f"[report]\n{line}\n")


def test_another_export_gives_another_fingerprint(full: Pilot, drawn: Draw) -> None:
    changed = drawn(books().replace("100.10", "100.20"), SETTINGS)
    assert changed.data_fingerprint != full.data_fingerprint
    assert full.data_fingerprint[:16] in made(full).stamp


def test_a_rounded_nought_has_no_sign_and_nothing_known_is_a_dash() -> None:
    assert days(-0.03, signed=True).text == "0.0 days"
    assert days(-1.25, signed=True).text == "−1.2 days"
    assert between_days(-0.01, 2.04) == "0.0 days to 2.0 days later"
    assert days(None).text == money(None, "USD").text == "–"
