"""A folder of exports that nobody would want: each bad file is named, every other one loads."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.drawing import Said, assert_sentence, call, refused, write_csv

HEADER = "invoice_id,customer_id,issued_on,due_on,amount,currency"
GOOD = ("G-1", "C-1", "2026-01-05", "2026-02-04", "100.00", "USD")


def load(source: Path, *more: object) -> Said:
    said = call("load", source, "--pilot", source.parent / "pilot", "--json", *more)
    assert said.status in (0, 1), said
    assert "Traceback" not in said.err
    for file in said.data["files"]:
        assert file["rows"] == file["accepted"] + file["refused"] + file["skipped"], file
    return said


def named(data: dict[str, Any], name: str) -> dict[str, Any]:
    return next(file for file in data["files"] if file["file"] == name)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder with one sound file in it."""
    write_csv(tmp_path / "source", "invoices.csv", HEADER, [GOOD])
    return tmp_path / "source"


def text(content: str, encoding: str = "utf-8") -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content.encode(encoding))


def raw(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def _broken_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row>")


def _dangling_link(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere.csv")


def _link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def _folder(path: Path) -> None:
    write_csv(path, "invoices.csv", HEADER, [("N-1", *GOOD[1:])])


def _fifo(path: Path) -> None:
    os.mkfifo(path)


HOSTILE: dict[str, tuple[str, Callable[[Path], object]]] = {
    "empty": ("empty.csv", raw(b"")),
    "only a byte-order mark": ("bom.csv", raw(b"\xef\xbb\xbf")),
    "blank lines": ("blank.csv", raw(b"\n\n \n")),
    "binary": ("image.csv", raw(bytes(range(256)) * 64)),
    "NULs": ("nul.csv", text(HEADER + "\nI-1\0,C,2026-01-05,,1,USD\n")),
    "no text at all": ("picture.png", raw(b"\x89PNG\r\n\x1a\n" + bytes(99))),
    "UTF-16": ("utf16.csv", text(f"{HEADER}\nU-1,C-é,2026-01-05,,1.00,USD\n", "utf-16")),
    "cp1252": ("cp1252.csv", text(f"{HEADER}\nW-1,Café,2026-01-05,,1.00,USD\n", "cp1252")),
    "headless": ("headless.csv", text("I-1,C-1,2026-01-05,2026-02-04,1.00,USD\n" * 3)),
    "header alone": ("header.csv", text(HEADER + "\n")),
    "half a line": ("half.csv", text(f"{HEADER}\nH-1,C-1,2026-01-05,2026-02-04,1.00,USD\nH-2,C-")),
    "half a quote": ("quote.csv", text(f'{HEADER}\nQ-1,"C-1,2026-01-05,2026-02-04,1.00,USD\n')),
    "ragged": ("ragged.csv", text(f"{HEADER}\nR-1,C-1\nR-2,C-1,2026-01-05,,1,USD,7,8,9\n")),
    "twice the same column": ("twice.csv", text(f"{HEADER},amount\nT-1,C,2026-01-05,,1,USD,2\n")),
    "unknown layout": ("weather.csv", text("city,degrees\nOslo,-3\n")),
    "one huge line": ("line.csv", text("a" * 3_000_000)),
    "a workbook that is none": ("sheet.xlsx", raw(b"PK\x03\x04 no workbook")),
    "a workbook cut short": ("cut.xlsx", _broken_zip),
    "an empty workbook": ("nothing.xlsx", raw(b"")),
    "a dangling link": ("dangling.csv", _dangling_link),
    "a link to itself": ("loop.csv", _link_to_itself),
    "a folder with the name of a file": ("folder.csv", _folder),
    "a pipe": ("pipe.csv", _fifo),
    "JSON": ("data.json", text('{"invoices": []}')),
    "HTML in disguise": ("report.xls", text("<table><tr><td>Invoice</td></tr></table>")),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_one_bad_file_never_stops_the_others(source: Path, what: str) -> None:
    name, write = HOSTILE[what]
    write(source / name)
    said = load(source)
    assert named(said.data, "invoices.csv")["accepted"] == 1
    for line in said.err.splitlines(keepends=True):
        assert_sentence(line)


def test_all_of_them_at_once(source: Path) -> None:
    for name, write in HOSTILE.values():
        write(source / name)
    said = load(source)
    assert said.status == 1
    assert named(said.data, "invoices.csv")["accepted"] == 1
    assert named(said.data, "cp1252.csv")["accepted"] == 1
    assert named(said.data, "utf16.csv")["accepted"] == 1
    assert "weather.csv" in said.data["unrecognised"]


WEIRD_NAMES = (
    "it's.csv",
    'say "invoices".csv',
    "new\nline.csv",
    "a; drop table invoices --.csv",
    "Größe 数字 🧾.csv",
    " spaces .csv",
    "-rf.csv",
    "$(touch owned).csv",
    "{glob}*?[x].csv",
    "tab\there.csv",
    "percent%s%n.csv",
    "INVOICES.CSV",
)


def test_a_files_name_is_only_a_name(source: Path) -> None:
    for n, name in enumerate(WEIRD_NAMES):
        # Half of them are plain files, which the database opens by name itself.
        note = 'so-called "rush", partly' if n % 2 else ""
        write_csv(source, name, HEADER + ",note", [(f"W-{n}", *GOOD[1:], note)])
    said = load(source)
    assert (said.status, said.err) == (0, "")
    for name in WEIRD_NAMES:
        assert named(said.data, name)["accepted"] == 1
    aged = call("aging", "--pilot", source.parent / "pilot", "--as-of", "2026-03-31", "--json")
    assert aged.data["currencies"]["USD"]["n"] == 1 + len(WEIRD_NAMES)


NO_UTF8 = os.fsdecode(b"caf\xe9.csv")


def test_a_name_that_is_no_utf8_is_spelled_out(source: Path) -> None:
    write_csv(source, NO_UTF8, HEADER, [("W-1", *GOOD[1:])])
    said = load(source)
    assert (said.status, said.err) == (0, "")
    assert named(said.data, "caf\\xe9.csv")["accepted"] == 1


def test_such_a_name_put_into_a_pilot_by_hand_is_named(source: Path) -> None:
    load(source)
    pilot = source.parent / "pilot"
    write_csv(pilot / "exports", NO_UTF8, HEADER, [("W-1", *GOOD[1:])])
    refused(call("load", pilot), 1, "caf\\xe9.csv", "rename")


def test_a_pilot_cannot_be_kept_under_such_a_name(source: Path) -> None:
    folder = source.parent / os.fsdecode(b"caf\xe9")
    refused(call("load", source, "--pilot", folder, "--json"), 2, "caf\\xe9")
    assert not folder.exists()


BAD_CELLS = (
    ("issued_on", ("B-1", "C-1", "31/02/2026", "", "1.00", "USD"), "31/02/2026"),
    ("issued_on", ("B-1", "C-1", "", "", "1.00", "USD"), ""),
    ("issued_on", ("B-1", "C-1", "infinity", "", "1.00", "USD"), "infinity"),
    ("due_on", ("B-1", "C-1", "2026-01-05", "2026-02-30", "1.00", "USD"), "2026-02-30"),
    ("amount", ("B-1", "C-1", "2026-01-05", "", "1e5", "USD"), "1e5"),
    ("amount", ("B-1", "C-1", "2026-01-05", "", "NaN", "USD"), "NaN"),
    ("amount", ("B-1", "C-1", "2026-01-05", "", "1.234,50", "USD"), "1.234,50"),
    ("amount", ("B-1", "C-1", "2026-01-05", "", "lots", "USD"), "lots"),
    ("currency", ("B-1", "C-1", "2026-01-05", "", "1.00", "QQQ"), "QQQ"),
    ("customer_id", ("B-1", "", "2026-01-05", "", "1.00", "USD"), ""),
)


@pytest.mark.parametrize(("column", "row", "value"), BAD_CELLS)
def test_a_bad_cell_refuses_its_row_and_is_named(
    tmp_path: Path, column: str, row: tuple[str, ...], value: str
) -> None:
    write_csv(tmp_path / "source", "invoices.csv", HEADER, [GOOD, row, ("G-2", *GOOD[1:])])
    file = named(load(tmp_path / "source").data, "invoices.csv")
    assert (file["rows"], file["accepted"], file["refused"]) == (3, 2, 1)
    (reason,) = file["reasons"]
    assert set(reason) == {"row", "column", "value", "reason"}
    assert (reason["row"], reason["column"], reason["value"] or "") == (3, column, value)
    assert file["totals"] == {"USD": "200.00"}


def test_a_repeated_row_is_skipped_and_a_contradicting_one_refused(tmp_path: Path) -> None:
    rows = [GOOD, GOOD, (*GOOD[:4], "999.00", "USD")]
    write_csv(tmp_path / "source", "invoices.csv", HEADER, rows)
    file = named(load(tmp_path / "source").data, "invoices.csv")
    assert (file["accepted"], file["skipped"], file["refused"]) == (1, 1, 1)
    assert file["totals"] == {"USD": "100.00"}
    assert "row 2" in file["reasons"][0]["reason"]


def test_nothing_but_rubbish_is_said_to_be_so(tmp_path: Path) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "notes.txt").write_text("call them on Monday")
    said = load(folder)
    assert (said.status, said.data["unrecognised"]) == (1, [])
    assert [file["file"] for file in said.data["not_used"]] == ["notes.txt"]


def test_an_empty_folder_loads_nothing(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    said = load(tmp_path / "source")
    assert (said.status, said.data["files"]) == (1, [])


# --- questions ---------------------------------------------------------------------------------


DOUBTFUL = ("D-1", "C-9", "05/01/2026", "04/02/2026", "10.00", "USD")


@pytest.fixture
def asking(source: Path) -> Path:
    """A sound file, and one whose dates can be read both ways."""
    write_csv(source, "doubtful.csv", HEADER, [DOUBTFUL])
    return source


def open_in_march(source: Path) -> int:
    call_ = ("aging", "--as-of", "2026-03-31", "--pilot", source.parent / "pilot", "--json")
    n = call(*call_).data["currencies"]["USD"]["n"]
    assert isinstance(n, int)
    return n


def test_a_question_stops_its_own_file_only(asking: Path) -> None:
    said = load(asking)
    (question,) = said.data["questions"]
    assert set(question) == {"file", "question", "choices"}
    assert (question["file"], question["choices"]) == ("doubtful.csv", ["day first", "month first"])
    assert question["question"].endswith("?")
    assert named(said.data, "invoices.csv")["accepted"] == 1
    assert open_in_march(asking) == 1


@pytest.mark.parametrize(("choice", "n"), [("day first", 2), ("month first", 1)])
def test_an_answer_is_kept_for_the_next_load(asking: Path, choice: str, n: int) -> None:
    answered = load(asking, "--answer", f"doubtful.csv={choice}")
    assert (answered.status, answered.data["questions"]) == (0, [])
    # The fifth of January is in the books in March; the first of May is not.
    assert open_in_march(asking) == n
    again = load(asking)
    assert (again.data["questions"], open_in_march(asking)) == ([], n)


def test_another_answer_reads_the_file_again(asking: Path) -> None:
    load(asking, "--answer", "doubtful.csv=day first")
    load(asking, "--answer", "doubtful.csv=month first")
    assert open_in_march(asking) == 1


@pytest.mark.parametrize("answer", ["doubtful.csv=maybe", "doubtful.csv", "=day first"])
def test_an_answer_that_is_none(asking: Path, answer: str) -> None:
    pilot = asking.parent / "pilot"
    said = call("load", asking, "--pilot", pilot, "--answer", answer, "--json")
    refused(said, 2, answer)
