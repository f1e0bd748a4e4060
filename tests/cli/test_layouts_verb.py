"""`layouts`: what every file of a folder is taken for, each by itself, and nothing left behind."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.cli.drawing import call, refused

INVOICES = "invoice_id,customer_id,issued_on,amount\nA,C1,2026-01-05,10.50\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one file of each outcome."""
    place = tmp_path / "exports"
    (place / "sub").mkdir(parents=True)
    (place / "sub" / "invoices.csv").write_text(INVOICES + "B,C1,soon,1.00\n")
    (place / "leads.csv").write_text("_fivetran_synced,id,lead_source,converted_date\n,1,web,\n")
    (place / "weather.csv").write_text("day,degrees,wind\n2026-01-05,4,7\n2026-01-06,5,6\n")
    (place / "LICENSE").write_text("Permission is hereby granted, free of charge, to any person\n")
    with zipfile.ZipFile(place / "pack.zip", "w") as archive:
        archive.writestr("january.csv", INVOICES)
    return place


def test_each_file_has_its_outcome_and_why(folder: Path) -> None:
    said = call("layouts", folder, "--json")
    assert said.status == 1
    files = {file["file"]: file for file in said.data["files"]}
    assert {name: file["state"] for name, file in files.items()} == {
        "LICENSE": "not_used",
        "leads.csv": "not_used",
        "pack.zip": "refused",
        "sub/invoices.csv": "read",
        "weather.csv": "unrecognised",
    }
    one = files["sub/invoices.csv"]
    assert (one["format"], one["rows"], one["accepted"], one["refused"]) == (
        *("countback_invoices", 2, 1, 1),
    )
    assert one["totals"] == {"USD": "10.50"}
    assert one["refused_for"] == [{"why": "issued_on: not a date", "n": 1}]
    assert "who is no customer yet owes nothing" in files["leads.csv"]["why"]
    assert "it holds january.csv" in files["pack.zip"]["why"]
    assert "map it" in files["weather.csv"]["why"]
    assert said.data["counts"]["read"] == 1


def test_nothing_is_left_behind(folder: Path) -> None:
    before = sorted(folder.parent.rglob("*"))
    call("layouts", folder)
    assert sorted(folder.parent.rglob("*")) == before


def test_the_table_is_markdown_and_the_sentences_are_for_people(folder: Path) -> None:
    table = call("layouts", folder, "--markdown").out
    assert (
        "| sub/invoices.csv | countback_invoices (invoices) | 2 | 1 | 1 | 0 | USD 10.50 | Refused: "
        "1 issued_on: not a date. |" in table
    )
    assert "sub/invoices.csv: countback_invoices (invoices)\n" in call("layouts", folder).out
    assert "5 files: 1 read, 0 waiting for an answer, 1 fit no layout, 1 refused" in table


def test_one_file_alone_and_one_that_is_not_there(folder: Path) -> None:
    said = call("layouts", folder / "leads.csv", "--json")
    assert (said.status, len(said.data["files"])) == (0, 1)
    refused(call("layouts", folder / "gone"), 2, "there is no such file or folder")


def test_what_it_says_is_what_a_load_says(folder: Path, tmp_path: Path) -> None:
    alone = call("layouts", folder, "--json").data["files"]
    loaded = call("load", folder, "--pilot", tmp_path / "pilot", "--json").data["files"]
    [same] = [file for file in loaded if file["file"] == "sub/invoices.csv"]
    [one] = [file for file in alone if file["file"] == "sub/invoices.csv"]
    assert {key: one[key] for key in ("rows", "accepted", "refused", "skipped", "totals")} == {
        key: same[key] for key in ("rows", "accepted", "refused", "skipped", "totals")
    }
