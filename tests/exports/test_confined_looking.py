"""A closer look at a stranger's file is taken in the child, and what comes out is checked."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from pipeline.exports import Layout
from pipeline.exports.confined import ConfinedReader
from pipeline.exports.confined.looking import pack_look, unpack_layout, unpack_look
from pipeline.exports.confined.parcel import Tampered
from pipeline.exports.layouts import SHIPPED, load_layouts
from pipeline.exports.proposing_looking import Look, looked
from pipeline.model import CountbackError
from pipeline.unknown_exports import closest, look_at

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
UNKNOWN = "Bill ref,Buyer,Bill date,Amt\nB-1,Alpha,2026-01-13,100.00\nB-2,Beta,2026-01-14,7.50\n"
#: A child whose looking does what a hostile file could make it do.
FAKE = dedent(
    """
    import os, pathlib, sys
    from pipeline.exports.confined import child
    from pipeline.exports.confined.looking import pack_look

    def hostile(path, name, folder):
        if name == "killed":
            os.kill(os.getpid(), 9)
        if name == "forged":
            pathlib.Path(folder, "seen.json").write_text('{"look": {"header_at": -1}}')
            return
        if name == "scolding":
            said = "word\\\\n" * 5_000
            pathlib.Path(folder, "seen.json").write_text('{"refusal": "%s"}' % said)
            return
        pack_look(path, name, folder)

    child.pack_look = hostile
    child.serve()
    """
)


@pytest.fixture(scope="module")
def reader(layouts: tuple[Layout, ...]) -> Iterator[ConfinedReader]:
    with ConfinedReader(layouts) as one:
        yield one


@pytest.fixture(scope="module")
def fake(layouts: tuple[Layout, ...]) -> Iterator[ConfinedReader]:
    with ConfinedReader(layouts, (sys.executable, "-c", FAKE)) as one:
        yield one


@pytest.fixture
def unknown(tmp_path: Path) -> Path:
    path = tmp_path / "bills.csv"
    path.write_text(UNKNOWN, encoding="utf-8")
    return path


def told(look: Look) -> tuple[object, ...]:
    return tuple(getattr(look, name) for name in Look.__dataclass_fields__)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.*")), ids=lambda path: path.name)
def test_a_look_comes_out_as_it_went_in(reader: ConfinedReader, path: Path) -> None:
    here = told(looked(path, path.name))
    assert told(reader.look(path, path.name)) == here


def test_the_process_that_asks_never_opens_the_file(
    unknown: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def listen(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            opened.append(str(arguments[0]))

    sys.addaudithook(listen)
    layouts = load_layouts(SHIPPED)
    assert look_at(unknown, unknown.name, layouts).columns[0] == "Bill ref"
    assert closest(unknown, unknown.name, layouts) is None
    assert str(unknown) not in opened


def test_what_holds_no_table_is_refused_in_one_sentence(
    reader: ConfinedReader, tmp_path: Path
) -> None:
    path = tmp_path / "letter.csv"
    path.write_text("Dear all\n", encoding="utf-8")
    with pytest.raises(CountbackError, match=r"^letter.csv: "):
        reader.look(path, path.name)
    with pytest.raises(CountbackError, match=r"^gone.csv: cannot be read"):
        reader.look(tmp_path / "gone.csv", "gone.csv")


@pytest.mark.parametrize(
    ("name", "words"),
    [("killed", "broke off the program"), ("forged", "nothing that can be taken")],
)
def test_a_file_that_takes_its_child_over_is_refused_and_the_next_one_seen(
    fake: ConfinedReader, unknown: Path, name: str, words: str
) -> None:
    with pytest.raises(CountbackError, match=words):
        fake.look(unknown, name)
    assert len(fake.look(unknown, "bills.csv").rows) == 2


def test_a_refusal_from_the_child_is_one_short_line(fake: ConfinedReader, unknown: Path) -> None:
    with pytest.raises(CountbackError) as found:
        fake.look(unknown, "scolding")
    assert len(str(found.value)) <= 500
    assert "\n" not in str(found.value)


def test_which_layout_a_file_fits_is_asked_of_the_child(
    reader: ConfinedReader, unknown: Path, tmp_path: Path
) -> None:
    found = reader.layout_of(SAMPLES / "netsuite_aging.csv")
    assert found is not None
    assert found.name == "netsuite_aging"
    assert reader.layout_of(unknown) is None
    assert reader.layout_of(tmp_path / "gone.csv") is None
    (tmp_path / "data.bin").write_bytes(b"PK\0\0" * 9)
    assert reader.layout_of(tmp_path / "data.bin") is None


def changed(**change: object) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        known = json.loads((folder / "seen.json").read_text())
        known["look"].update(change)
        (folder / "seen.json").write_text(json.dumps(known))

    return edit


TAMPERED: dict[str, Callable[[Path], None]] = {
    "another field": changed(path="/etc/passwd"),
    "a name of its own": changed(name="other.csv"),
    "a header below zero": changed(header_at=-1),
    "three header rows": changed(header_rows=3),
    "wider rows": changed(rows=[[2, ["a", "b", "c", "d", "e"]]]),
    "cells that are no text": changed(rows=[[2, ["a", 1, "c", "d"]]]),
    "no JSON": lambda folder: (folder / "seen.json").write_bytes(b"{") and None,
    "a link": lambda folder: _linked(folder / "seen.json"),
    "nothing": lambda folder: (folder / "seen.json").unlink(),
}


def _linked(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/hostname")


@pytest.mark.parametrize("what", TAMPERED)
def test_what_a_taken_over_child_may_claim_is_not_taken(
    unknown: Path, tmp_path: Path, what: str
) -> None:
    folder = tmp_path / "parcel"
    folder.mkdir()
    pack_look(unknown, "bills.csv", folder)
    assert unpack_look(folder, "bills.csv").columns == ("Bill ref", "Buyer", "Bill date", "Amt")
    TAMPERED[what](folder)
    with pytest.raises(Tampered):
        unpack_look(folder, "bills.csv")


def test_a_layout_of_nobody_is_not_taken(tmp_path: Path, layouts: tuple[Layout, ...]) -> None:
    (tmp_path / "seen.json").write_text('{"layout": "mine"}')
    with pytest.raises(Tampered, match="no layout of ours"):
        unpack_layout(tmp_path, layouts)
