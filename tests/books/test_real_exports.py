"""Files that other people's systems wrote, tied out to figures worked out by hand elsewhere."""

from __future__ import annotations

import csv
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline import figures
from pipeline.pilot import Pilot
from tests.drawn import seen
from tests.exports import workbook


def loaded(folder: Path, *files: Path) -> Pilot:
    pilot = Pilot.create(folder)
    for path in files:
        shutil.copyfile(path, pilot.exports / path.name)
    return pilot


@pytest.fixture(scope="module")
def ibm(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    source = shared / "data/invoices/ibm_late_payment/WA_Fn-UseC_-Accounts-Receivable.csv"
    return loaded(tmp_path_factory.mktemp("ibm"), source)


@pytest.fixture(scope="module")
def open_items(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    source = shared / "data/invoices/highradius_open/data2_full_columns.csv"
    return loaded(tmp_path_factory.mktemp("open"), source)


def amounts(pilot: Pilot, on: str, currency: str) -> dict[str, Decimal]:
    with seen(pilot, on) as day:
        buckets = figures.aging(day)["currencies"][currency]["buckets"]
    return {name: bucket["amount"] for name, bucket in buckets.items() if bucket["n"]}


# --- IBM -----------------------------------------------------------------------------------------


def test_the_ibm_file_is_read_to_the_cent(ibm: Pilot) -> None:
    (report,) = ibm.load().files
    assert (report.format, report.rows, report.accepted) == ("ibm_late_payment", 2466, 2466)
    assert report.totals == {"USD": Decimal("147703.18")}


@pytest.mark.parametrize(
    ("on", "n", "total", "current", "late"),
    [
        ("2013-06-30", 84, "5119.85", "4284.29", "835.56"),
        ("2013-12-31", 13, "761.90", "206.25", "555.65"),
    ],
)
def test_the_ibm_books_of_a_day_are_rebuilt_from_history(
    ibm: Pilot, on: str, n: int, total: str, current: str, late: str
) -> None:
    with seen(ibm, on) as day:
        found = figures.aging(day)["currencies"]["USD"]
    assert (found["n"], found["total"]) == (n, Decimal(total))
    assert amounts(ibm, on, "USD") == {"current": Decimal(current), "1-30": Decimal(late)}


def test_the_ibm_ids_are_kept_as_written(ibm: Pilot) -> None:
    (path,) = ibm.exports.iterdir()
    with path.open(encoding="utf-8", newline="") as lines:
        written = {row["customerID"] for row in csv.DictReader(lines)}
    read = {row["customer_id"] for row in ibm.books().rows("select customer_id from customers")}
    assert read == written
    assert any(customer.startswith("0") for customer in read)


# --- HighRadius -----------------------------------------------------------------------------------


def test_open_items_age_per_currency_and_are_never_added(open_items: Pilot) -> None:
    assert amounts(open_items, "2020-04-30", "USD") == {
        "current": Decimal("61082689.56"),
        "1-30": Decimal("130677133.66"),
        "31-60": Decimal("56076054.54"),
        "61-90": Decimal("169745.90"),
    }
    with seen(open_items, "2020-04-30") as day:
        found = figures.aging(day)
    totals = {name: books["total"] for name, books in found["currencies"].items()}
    assert totals == {"USD": Decimal("248005623.66"), "CAD": Decimal("39944972.46")}
    assert found["reporting"]["total"] is None


def test_open_items_give_no_dso_and_say_why(open_items: Pilot) -> None:
    with seen(open_items, "2020-04-30") as day:
        found = figures.dso(day)["currencies"]["USD"]
    assert found["period_end"] is found["countback"] is None
    assert "open items only" in found["why"]


def test_ids_that_went_through_a_float_are_whole_again(open_items: Pilot) -> None:
    rows = open_items.books().rows(
        "select invoice_id from intake_invoices where invoice_id like '%.%'"
    )
    assert rows == []


def test_every_row_of_the_open_items_counts(open_items: Pilot) -> None:
    (report,) = open_items.load().files
    assert report.rows == report.accepted + report.refused + report.skipped
    assert report.warnings[0].startswith("The file lists open invoices only")


def test_the_ledger_file_is_read_with_stated_refusals(shared: Path, tmp_path: Path) -> None:
    source = shared / "data/invoices/highradius_ledger/highradius_ledger.csv"
    pilot = loaded(tmp_path, source)
    (report,) = pilot.load().files
    assert (report.format, report.rows) == ("highradius_ledger", 48839)
    assert report.rows == report.accepted + report.refused + report.skipped
    missing = [r for r in report.reasons if r.column == "invoice_id" and r.reason == "is missing"]
    assert len(missing) == 6


def test_the_file_of_blanks_is_read_with_stated_refusals(shared: Path, tmp_path: Path) -> None:
    pilot = loaded(tmp_path, shared / "data/invoices/highradius_open/nulldata.csv")
    (report,) = pilot.load().files
    assert report.state == "read"
    assert report.rows == report.accepted + report.refused + report.skipped
    assert report.accepted


# --- workbooks ------------------------------------------------------------------------------------


def test_a_fact_from_a_workbook_names_its_sheet(tmp_path: Path) -> None:
    pilot = Pilot.create(tmp_path)
    header = ["invoice_id", "customer_id", "issued_on", "due_on", "amount"]
    sheets: dict[str, list[list[workbook.Cell]]] = {
        "Notes": [["made by", "finance"]],
        "Open items": [list(header), ["A", "C1", "2026-01-05", "2026-02-04", 100]],
    }
    workbook.write(pilot.exports / "book.xlsx", sheets)
    with seen(pilot, "2026-03-01") as day:
        desk = pilot.desk(day)
        [line] = pilot.dossier(day, desk, desk.cases[0].case_id).invoices
    cell = line.columns["amount"]
    assert (cell.file, cell.sheet, cell.row, cell.column) == (
        "book.xlsx",
        "Open items",
        2,
        "amount",
    )
