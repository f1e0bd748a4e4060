"""Books of real systems, from their files to the figures, through the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.drawing import call

IBM = "data/invoices/ibm_late_payment/WA_Fn-UseC_-Accounts-Receivable.csv"
HIGHRADIUS = "data/invoices/highradius_open/data2_full_columns.csv"


def loaded(file: Path, place: Path) -> Path:
    said = call("load", file, "--pilot", place, "--json")
    assert (said.status, said.err) == (0, "")
    (report,) = said.data["files"]
    assert report["rows"] == report["accepted"]
    return place


def aging(pilot: Path, day: str) -> dict[str, Any]:
    said = call("aging", "--pilot", pilot, "--as-of", day, "--json")
    assert (said.status, said.err) == (0, "")
    return said.data


@pytest.fixture(scope="module")
def ibm(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return loaded(shared / IBM, tmp_path_factory.mktemp("ibm") / "pilot")


def test_the_ibm_sample_in_the_middle_of_2013(ibm: Path) -> None:
    books = aging(ibm, "2013-06-30")["currencies"]["USD"]
    assert (books["n"], books["total"], books["past_due"]) == (84, "5119.85", "835.56")
    assert books["buckets"]["current"] == {"amount": "4284.29", "n": 72}
    assert books["buckets"]["1-30"] == {"amount": "835.56", "n": 12}
    assert books["buckets"]["31-60"] == {"amount": "0.00", "n": 0}


def test_the_ibm_sample_at_the_end_of_2013(ibm: Path) -> None:
    books = aging(ibm, "2013-12-31")["currencies"]["USD"]
    assert (books["n"], books["total"]) == (13, "761.90")


def test_every_dollar_of_the_ibm_sample_is_paid_in_the_end(ibm: Path) -> None:
    books = aging(ibm, "2014-06-30")["currencies"]
    assert sum(found["n"] for found in books.values()) == 0


def test_the_ibm_sample_has_a_dso_and_a_roll_in_any_week(ibm: Path) -> None:
    dso = call("dso", "--pilot", ibm, "--as-of", "2013-06-30", "--json").data
    figures = dso["currencies"]["USD"]
    assert figures["ar"] == "5119.85"
    assert figures["period_end"] == pytest.approx(5119.85 / float(figures["billings"]) * 90)
    roll = call("roll", "--pilot", ibm, "--week-ending", "2013-06-28", "--json").data
    assert roll["identity_ok"]


@pytest.fixture(scope="module")
def highradius(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return loaded(shared / HIGHRADIUS, tmp_path_factory.mktemp("highradius") / "pilot")


def test_two_currencies_are_never_added(highradius: Path) -> None:
    data = aging(highradius, "2020-04-30")
    totals = {name: books["total"] for name, books in data["currencies"].items()}
    assert totals == {"USD": "248005623.66", "CAD": "39944972.46"}
    assert data["reporting"]["total"] is None
    assert "CAD" in data["reporting"]["why"]


def test_open_items_alone_have_no_dso_and_say_why(highradius: Path) -> None:
    data = call("dso", "--pilot", highradius, "--as-of", "2020-04-30", "--json").data
    for figures in data["currencies"].values():
        assert (figures["period_end"], figures["countback"]) == (None, None)
        assert "open items only" in figures["why"]


def test_a_figure_over_all_currencies_names_the_rate_it_lacks(highradius: Path) -> None:
    said = call("roll", "--pilot", highradius, "--week-ending", "2020-04-24", "--json")
    assert (said.status, said.out) == (1, "")
    assert "pilot.toml: [rates] has no rate for CAD" in said.err
