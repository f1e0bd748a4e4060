"""Dropped files: kept by what they hold, shown by what they were called, and led nowhere by it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest

from pipeline.exports import uploads
from pipeline.exports.gathering import exports_below, files_below
from pipeline.model import CountbackError
from pipeline.pilot import Pilot

HEADER = b"invoice_id,customer_id,issued_on,due_on,amount,currency\n"
ROW = b"I-1,C-1,2026-01-05,2026-02-04,100.00,USD\n"

#: What a file may be called, and what is shown of it.
NAMES = {
    "invoices.csv": "invoices.csv",
    "Größe 数字 🧾.csv": "Größe 数字 🧾.csv",
    "../../outside.csv": "../../outside.csv",
    "..\\outside.csv": "..\\outside.csv",
    "/etc/passwd": "/etc/passwd",
    ".profile": ".profile",
    "nul\0name.csv": "nul\\x00name.csv",
    "invoice\u202efdp.exe.csv": "invoice\\u202efdp.exe.csv",
    "two\nlines.csv": "two\\nlines.csv",
    "half\udce9.csv": "half\\udce9.csv",
    "|rm -rf *.csv": "|rm -rf *.csv",
}


def kept(exports: Path) -> set[str]:
    """Every path below the folder, as text."""
    return {path.relative_to(exports).as_posix() for path in exports.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_kept_to_the_last_character_and_leads_nowhere(tmp_path: Path, name: str) -> None:
    exports = tmp_path / "deep" / "exports"
    uploads.keep(exports, [(name, b"content")])
    digest = hashlib.sha256(b"content").hexdigest()
    ending = ".csv" if name.endswith(".csv") else ""
    assert kept(tmp_path) == {
        "deep/exports/.uploads.json",
        f"deep/exports/.uploads/{digest}{ending}",
    }
    assert list(json.loads((exports / ".uploads.json").read_text("ascii"))) == [name]
    [(text, path)] = exports_below(exports)
    assert (text, path.read_bytes()) == (NAMES[name], b"content")


def test_a_name_of_four_thousand_characters_is_shown_by_its_ends(tmp_path: Path) -> None:
    long = ["x" * 4_000 + ".csv", "x" * 4_001 + ".csv"]
    uploads.keep(tmp_path, [(name, name.encode()) for name in long])
    shown = [name for name, _ in exports_below(tmp_path)]
    assert len(set(shown)) == 2
    assert all(len(name) < 170 and name.endswith(".csv") for name in shown)


def test_no_name_at_all_is_said_to_be_none(tmp_path: Path) -> None:
    uploads.keep(tmp_path, [("", b"content")])
    [(shown, _)] = exports_below(tmp_path)
    assert shown.startswith("(no name)")


def test_names_that_look_alike_stay_apart(tmp_path: Path) -> None:
    uploads.keep(tmp_path, [("a\u202e.csv", b"1"), ("a\\u202e.csv", b"2")])
    shown = [name for name, _ in exports_below(tmp_path)]
    assert len(set(shown)) == 2


def test_every_naughty_string_is_only_a_name(shared: Path, tmp_path: Path) -> None:
    listed = shared / "adversarial" / "strings" / "big-list-of-naughty-strings" / "blns.json"
    names = list(dict.fromkeys(json.loads(listed.read_text("utf-8"))))
    uploads.keep(tmp_path, [(name, name.encode()) for name in names])
    assert list(json.loads((tmp_path / ".uploads.json").read_text("ascii"))) == names
    found = exports_below(tmp_path)
    assert len({name for name, _ in found}) == len(names)
    assert all(name.isprintable() for name, _ in found)
    assert {path.parent for _, path in found} == {tmp_path / ".uploads"}


def test_a_later_file_of_the_same_name_takes_the_place_of_the_earlier(tmp_path: Path) -> None:
    uploads.keep(tmp_path, [("a.csv", b"old"), ("b.csv", b"same")])
    uploads.keep(tmp_path, [("a.csv", b"new"), ("c.csv", b"same")])
    found = {name: path.read_bytes() for name, path in exports_below(tmp_path)}
    assert found == {"a.csv": b"new", "b.csv": b"same", "c.csv": b"same"}
    assert len(list((tmp_path / ".uploads").iterdir())) == 2


@pytest.mark.parametrize(
    "index", [b"{", b"[]", b'{"a.csv": 1}', b'{"a.csv": "../../pilot.toml"}', b"\xff"]
)
def test_a_damaged_index_is_named_and_nothing_is_followed(tmp_path: Path, index: bytes) -> None:
    uploads.keep(tmp_path, [("a.csv", b"1")])
    (tmp_path / ".uploads.json").write_bytes(index)
    with pytest.raises(CountbackError, match=r"\.uploads\.json: is damaged"):
        exports_below(tmp_path)


def test_how_uploads_are_kept_is_no_export(tmp_path: Path) -> None:
    uploads.keep(tmp_path / "exports", [("a.csv", b"1")])
    assert files_below(tmp_path) == files_below(tmp_path / "exports") == []


# --- in a pilot ----------------------------------------------------------------------------------


@pytest.fixture
def pilot(tmp_path: Path) -> Pilot:
    return Pilot.create(tmp_path / "pilot")


def test_an_upload_is_read_under_its_name(pilot: Pilot) -> None:
    assert pilot.take_up([("in\u202ev.csv", HEADER + ROW)]) == ("in\\u202ev.csv",)
    [file] = pilot.load().files
    assert (file.file, file.state, file.accepted) == ("in\\u202ev.csv", "read", 1)


def test_an_archive_is_refused_with_what_to_do(pilot: Pilot) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("../../invoices.csv", HEADER + ROW)
    pilot.take_up([("exports.zip", whole.getvalue()), ("invoices.csv", HEADER + ROW)])
    zipped, invoices = pilot.load().files
    assert (zipped.state, invoices.accepted) == ("refused", 1)
    assert "exports.zip: is a ZIP archive and no workbook we read" in zipped.note
    assert "unpack it and load the files in it" in zipped.note


def test_whichever_came_last_under_a_name_is_the_one(pilot: Pilot, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "invoices.csv").write_bytes(HEADER + ROW * 1)
    pilot.take_in(source)
    pilot.take_up([("invoices.csv", HEADER)])
    assert [(f.file, f.rows) for f in pilot.load().files] == [("invoices.csv", 0)]
    pilot.take_in(source)
    assert [(f.file, f.rows) for f in pilot.load().files] == [("invoices.csv", 1)]
    assert kept(pilot.exports) == {"invoices.csv", ".uploads.json"}


def test_a_file_laid_in_by_hand_beside_an_upload_hides_nothing(pilot: Pilot) -> None:
    pilot.take_up([("invoices.csv", HEADER + ROW)])
    (pilot.exports / "invoices.csv").write_bytes(HEADER)
    first, second = (name for name, _ in exports_below(pilot.exports))
    assert first == "invoices.csv"
    assert second.startswith("invoices.csv (dropped")


def test_a_dropped_policy_becomes_the_pilots_own_when_it_has_none(pilot: Pilot) -> None:
    assert pilot.take_up([("pilot.toml", b'[pilot]\nname = "Dropped"\n')]) == ()
    assert pilot.name == "Dropped"


@pytest.mark.parametrize("place", ["", "exports"])
def test_uploads_go_along_into_another_pilot(pilot: Pilot, tmp_path: Path, place: str) -> None:
    pilot.take_up([("../in\0v.csv", HEADER + ROW)])
    other = Pilot.create(tmp_path / "other")
    other.take_in(pilot.folder / place)
    assert "../in\\x00v.csv" in [name for name, _ in exports_below(other.exports)]
