"""An aging report alone is a start: what it cannot tell is said, with what would."""

from __future__ import annotations

from pathlib import Path

from pipeline.warehouse.feeding import gaps, is_open_items_only
from tests.cli.drawing import call
from tests.drawn import draw

AGING = """
Northlight Software,,,,,,,
A/R Aging Detail Report,,,,,,,
"As of March 31, 2026",,,,,,,

,Date,Transaction type,Num,Customer full name,Due date,Amount,Open balance
1 - 30 days past due,,,,,,,
,02/15/2026,Invoice,N-1,Quay Hotels,03/17/2026,100.00,100.00
Total for 1 - 30 days past due,,,,,,,100.00
TOTAL,,,,,,,100.00
"""


def report(folder: Path) -> Path:
    folder.mkdir()
    path = folder / "aging.csv"
    path.write_text(AGING.lstrip(), encoding="utf-8")
    return path


def test_an_aging_report_alone_says_which_figures_it_cannot_feed(tmp_path: Path) -> None:
    said = call("load", report(tmp_path / "in"), "--pilot", tmp_path / "pilot", "--json")
    assert (said.status, said.data["files"][0]["totals"]) == (0, {"USD": "100.00"})
    assert [gap["figure"] for gap in said.data["cannot_feed"]] == [
        "DSO, paying behaviour and the dollars aging of past weeks",
        "Follow-ups",
        "Disputed amounts",
        "Minutes of preparation before the pilot",
        "The tie-out",
    ]
    assert all(gap["why"] and gap["load"] for gap in said.data["cannot_feed"])


def test_the_metrics_of_an_aging_report_warn_of_past_weeks(tmp_path: Path) -> None:
    call("load", report(tmp_path / "in"), "--pilot", tmp_path / "pilot")
    said = call("metrics", "--pilot", tmp_path / "pilot", "--json")
    assert said.status == 0
    assert "the dollars aging of past weeks: the files list what is still open" in said.err
    assert said.err.count("\n") == 1


def test_each_further_file_closes_its_gap(tmp_path: Path) -> None:
    invoice = """
        invoices.csv
        invoice_id | customer_id | issued_on  | amount
        A          | C1          | 2026-01-05 | 100.00
    """
    pilot = draw(tmp_path / "one", invoice)
    assert len(gaps(pilot.books())) == 5
    pilot = draw(
        tmp_path / "two",
        invoice
        + """
        applications.csv
        application_id | invoice_id | kind | effective_on | amount
        P              | A          | cash | 2026-02-01   | 40.00

        contacts.csv
        contact_id | customer_id | name | email
        K          | C1          | Ada  | ada@example.com
        """,
    )
    assert [gap.figure for gap in gaps(pilot.books())] == [
        "Disputed amounts",
        "Minutes of preparation before the pilot",
        "The tie-out",
    ]
    assert not is_open_items_only(pilot.books())


def test_without_an_invoice_nothing_is_missed(tmp_path: Path) -> None:
    pilot = draw(tmp_path, "customers.csv\ncustomer_id | name\nC1 | Quay")
    assert gaps(pilot.books()) == ()
