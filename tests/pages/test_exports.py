"""Exports: every row is accounted for, and every file that needs a person says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.exports import KINDS
from tests.pages.conftest import Open, said

PAGE = "prepare/exports"
INVOICES = """invoice_id,customer_id,issued_on,due_on,amount,currency
I-1,C-1,2026-01-05,2026-02-04,100.00,USD
I-2,C-1,2026-01-06,2026-02-05,not money,USD
I-3,C-1,2026-01-07,2026-02-06,250.50,USD
"""
DOUBTFUL = """invoice_id,customer_id,issued_on,due_on,amount,currency
I-1,C-1,01/02/2026,01/03/2026,100.00,USD
I-2,C-1,02/03/2026,03/04/2026,50.00,USD
"""


@pytest.fixture
def empty(folder: Path) -> Path:
    """The pilot without any export."""
    for path in (folder / "exports").iterdir():
        path.unlink()
    (folder / "pilot.toml").write_text('[pilot]\nname = "Empty"\n', encoding="utf-8")
    return folder


def test_the_demo_arrived_whole_and_ties_out(open_app: Open) -> None:
    app = open_app(PAGE)
    assert app.title[0].value == "Did everything arrive?"
    assert re.fullmatch(r"([\d,]+) of \1 rows loaded\.", app.subheader[0].value)
    assert [metric.label for metric in app.metric] == ["Open in EUR", "Open in GBP", "Open in USD"]
    assert all(metric.delta == "ties out on 31 March 2026" for metric in app.metric)


def test_every_file_is_listed_with_all_its_rows(open_app: Open) -> None:
    [files] = [frame.value for frame in open_app(PAGE).dataframe if "File" in frame.value]
    assert len(files) == 12
    assert (files["Rows"] == files["Loaded"] + files["Refused"] + files["Skipped"]).all()


def test_an_empty_pilot_says_where_to_start(open_app: Open, empty: Path) -> None:
    app = open_app(PAGE)
    assert "Start with open invoices" in said(app)
    assert not app.error
    for page in ("work/queue", "work/review", "explain/audit"):
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception
        assert not app.error


def test_dropped_files_are_kept_read_and_reported(open_app: Open, empty: Path) -> None:
    app = open_app(PAGE)
    app.file_uploader[0].set_value(("invoices.csv", INVOICES.encode(), "text/csv")).run()
    app.button(key="load").click().run()
    [kept] = (empty / "exports" / ".uploads").iterdir()
    assert kept.read_bytes() == INVOICES.encode()
    assert app.subheader[0].value == "2 of 3 rows loaded, 1 need you."
    assert app.metric[0].value == "\\$350.50"
    [refused] = [frame.value for frame in app.dataframe if "Reason" in frame.value]
    assert refused.loc[0, ["Row", "Column", "Value"]].tolist() == [3, "amount", "not money"]
    assert any("refused_csv" in one.proto.id for one in app.get("download_button"))


@pytest.mark.parametrize(
    "name", ["../../outside.csv", "..\\outside.csv", "/etc/outside.csv", ".profile", "a\u202eb.csv"]
)
def test_a_file_name_leads_nowhere(open_app: Open, empty: Path, name: str) -> None:
    app = open_app(PAGE)
    app.file_uploader[0].set_value((name, INVOICES.encode(), "text/csv")).run()
    app.button(key="load").click().run()
    assert sorted(path.name for path in (empty / "exports").iterdir()) == [
        ".uploads",
        ".uploads.json",
    ]
    assert not list(empty.parent.glob("*.csv"))
    assert not app.error
    [files] = [
        frame.value for frame in app.dataframe if "File" in frame.value and "State" in frame.value
    ]
    assert list(files["File"]) == [name.replace("\u202e", "\\u202e")]


def test_a_doubtful_date_order_is_asked_and_the_answer_kept(open_app: Open, empty: Path) -> None:
    (empty / "exports" / "invoices.csv").write_text(DOUBTFUL, encoding="utf-8")
    app = open_app(PAGE)
    assert "1 file not read yet" in app.subheader[0].value
    app.button(key="answer:invoices.csv:day first").click().run()
    assert app.subheader[0].value == "2 of 2 rows loaded."
    assert not app.error


def test_a_file_that_fits_no_layout_is_named_with_what_to_do(open_app: Open, folder: Path) -> None:
    (folder / "exports" / "holidays.csv").write_text("who,when\nAna,May\n", encoding="utf-8")
    app = open_app(PAGE)
    assert "**holidays.csv** fits no layout" in app.warning[0].value
    assert "template" in app.warning[0].value


def test_books_that_do_not_tie_out_say_by_how_much(open_app: Open, folder: Path) -> None:
    path = folder / "exports" / "control_totals.csv"
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    last = lines[-1].split(",")
    assert "USD" in last
    wrong = [str(float(cell) + 100) if "." in cell else cell for cell in last]
    path.write_text("\n".join([header, *lines[:-1], ",".join(wrong)]) + "\n", encoding="utf-8")
    deltas = [metric.delta for metric in open_app(PAGE).metric]
    assert deltas[-1] == "off by -\\$100.00 on 31 March 2026"


def test_there_is_a_template_for_every_kind(open_app: Open) -> None:
    app = open_app(PAGE)
    labels = {button.label for button in app.get("download_button")}
    assert {kind.replace("_", " ").capitalize() for kind in KINDS} <= labels
