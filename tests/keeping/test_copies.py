"""A copy of a pilot holds all of it, and becomes a pilot again only when it is whole."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.keeping import back_up, erase, restore
from pipeline.keeping.manifest import Manifest
from pipeline.ledger import Ledger
from pipeline.model import CountbackError, WrongCall
from pipeline.pilot import Pilot
from tests.cli.drawing import call
from tests.histories import note
from tests.outbox.world import ALDER, BIRCH, NOW, approve, entries, run, world
from tests.postgres import Server


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pilot = world(tmp_path_factory.mktemp("copies") / "pilot")
    for case in (ALDER, BIRCH):
        approve(pilot, case)
    run(pilot)
    return pilot.folder


@pytest.fixture(scope="module")
def copy(lived: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("copy") / "copy"
    backed_up(Pilot.open(lived), target)
    return target


@pytest.fixture
def own(copy: Path, tmp_path: Path) -> Path:
    """A copy that the test may spoil."""
    return shutil.copytree(copy, tmp_path / "copy")


def backed_up(pilot: Pilot, target: Path) -> Manifest:
    return back_up(pilot, target, now=NOW, progress=lambda _: None)


def restored(source: Path, folder: Path, record: str = "", **environment: str) -> Manifest:
    return restore(source, folder, record=record, environment=environment, progress=lambda _: None)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file but the record and what is built again."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".cache" not in path.parts and "ledger.sqlite" not in path.name
    }


def head(folder: Path) -> str:
    with closing(Pilot.open(folder).ledger()) as ledger:
        assert ledger.verify().ok
        return ledger.head().hash


def test_the_copy_is_the_pilot(lived: Path, copy: Path, tmp_path: Path) -> None:
    made = restored(copy, tmp_path / "again")
    assert tree(tmp_path / "again") == tree(lived)
    assert Pilot.open(tmp_path / "again").entries() == Pilot.open(lived).entries()
    assert made.record is not None
    assert made.record.head == head(lived) == head(tmp_path / "again")
    assert made.open_amounts == {"USD": Decimal(1700)}
    assert not list(tmp_path.glob(".again*"))


def test_by_the_verbs_the_totals_are_said(lived: Path, tmp_path: Path) -> None:
    made = call("backup", str(tmp_path / "c"), "--pilot", str(lived), "--json")
    again = call("restore", str(tmp_path / "c"), "--pilot", str(tmp_path / "p"), "--json")
    assert (made.status, again.status) == (0, 0)
    for word in ("files", "bytes", "entries", "head", "open"):
        assert made.data[word] == again.data[word]
    assert again.data["open"] == {"USD": "1700.00"}
    assert again.data["is_open_as_noted"] is True


def test_it_is_of_one_moment_while_people_write(lived: Path, tmp_path: Path) -> None:
    pilot = Pilot.open(shutil.copytree(lived, tmp_path / "pilot"))
    stop = threading.Event()

    def write() -> None:
        with closing(pilot.ledger()) as ledger:
            while not stop.is_set():
                ledger.append_all([note("C-1"), note("C-2")])

    writer = threading.Thread(target=write)
    writer.start()
    made = [backed_up(pilot, tmp_path / f"c{n}") for n in range(3)]
    stop.set()
    writer.join()
    already = len(Pilot.open(lived).entries())
    for number, one in enumerate(made):
        assert one.record is not None
        assert (one.record.entries - already) % 2 == 0
        with closing(Ledger.open(tmp_path / f"c{number}" / "ledger.sqlite")) as ledger:
            assert ledger.verify(one.record.head).ok


def test_there_and_back_through_a_server_the_head_is_the_same(
    copy: Path, lived: Path, tmp_path: Path, postgres: Server
) -> None:
    url = postgres.url()
    restored(copy, tmp_path / "served", record=url)
    served = Pilot.open(tmp_path / "served")
    assert not (tmp_path / "served" / "ledger.sqlite").exists()
    assert served.entries() == Pilot.open(lived).entries()
    made = backed_up(served, tmp_path / "second")
    assert made.record is not None
    assert made.record.file == "backup-record.jsonl"
    restored(tmp_path / "second", tmp_path / "home", record="file")
    assert tree(tmp_path / "home") == tree(lived)
    assert head(tmp_path / "home") == head(tmp_path / "served") == head(lived)
    with closing(Pilot.open(tmp_path / "home").ledger()) as ledger:
        before = len(ledger.entries())
        assert ledger.append(note("C-9")).seq == before + 1


def test_it_comes_back_to_the_server_that_it_names_unless_a_record_stands_there(
    copy: Path, tmp_path: Path, postgres: Server
) -> None:
    url = postgres.url()
    restored(copy, tmp_path / "served", record=url)
    backed_up(Pilot.open(tmp_path / "served"), tmp_path / "second")
    with pytest.raises(WrongCall, match="holds a record already: name an empty database"):
        restored(tmp_path / "second", tmp_path / "again")
    assert not (tmp_path / "again").exists()
    other = postgres.url()
    restored(tmp_path / "second", tmp_path / "again", record=other)
    assert head(tmp_path / "again") == head(tmp_path / "served")
    assert other in (tmp_path / "again" / "pilot.toml").read_text()
    assert url not in (tmp_path / "again" / "pilot.toml").read_text()


def test_where_the_variable_counts_first_no_other_place_is_said(copy: Path, tmp_path: Path) -> None:
    with pytest.raises(WrongCall, match="COUNTBACK_LEDGER is set and counts first"):
        restored(copy, tmp_path / "p", record="file", COUNTBACK_LEDGER="postgresql://x/y")


def cut_the_record(copy: Path) -> None:
    path = copy / "ledger.sqlite"
    path.write_bytes(path.read_bytes()[:-4096])


def shorten_the_record(copy: Path) -> None:
    """The last entry away, and the manifest's hash made to fit: only the head tells."""
    with closing(sqlite3.connect(copy / "ledger.sqlite", isolation_level=None)) as raw:
        raw.execute("DROP TRIGGER entries_no_delete")
        last, subject = raw.execute("SELECT max(seq), subject FROM entries").fetchone()
        raw.execute("DELETE FROM entries WHERE seq = ?", (last,))
        raw.execute("UPDATE subjects SET version = version - 1 WHERE subject = ?", (subject,))
    manifest = json.loads((copy / "backup.json").read_text())
    content = (copy / "ledger.sqlite").read_bytes()
    noted = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    manifest["files"]["ledger.sqlite"] = noted
    (copy / "backup.json").write_text(json.dumps(manifest))


def rewrite(copy: Path, **changes: object) -> None:
    manifest = json.loads((copy / "backup.json").read_text())
    (copy / "backup.json").write_text(json.dumps({**manifest, **changes}))


SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "no manifest": (lambda c: (c / "backup.json").unlink(), "is no whole copy of a pilot"),
    "half a manifest": (
        lambda c: (c / "backup.json").write_text((c / "backup.json").read_text()[:300]),
        "does not say what a copy holds",
    ),
    "a newer form": (lambda c: rewrite(c, form=2), "is of a newer Countback"),
    "a file gone": (lambda c: (c / "exports" / "invoices.csv").unlink(), r"invoices\.csv is miss"),
    "a file changed": (
        lambda c: (c / "exports" / "invoices.csv").write_bytes(b"x"),
        r"invoices\.csv is not as it was copied",
    ),
    "a cut record": (cut_the_record, r"ledger\.sqlite is not as it was copied"),
    "a shorter record": (shorten_the_record, "is not the record that was copied"),
    "a file outside": (
        lambda c: rewrite(c, files={"../x": {"bytes": 0, "sha256": ""}}),
        "which is outside",
    ),
    "no record in it": (
        lambda c: rewrite(c, files={}),
        r"lists no ledger\.sqlite",
    ),
}


@pytest.mark.parametrize(("spoil", "said"), SPOILT.values(), ids=SPOILT.keys())
def test_a_copy_that_is_not_whole_is_refused_and_leaves_nothing(
    own: Path, tmp_path: Path, spoil: Callable[[Path], object], said: str
) -> None:
    spoil(own)
    with pytest.raises(CountbackError, match=said):
        restored(own, tmp_path / "again")
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]


def test_a_folder_that_is_not_empty_is_refused_both_ways(
    lived: Path, copy: Path, tmp_path: Path
) -> None:
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(WrongCall, match="is not empty: name a folder that does not exist"):
        restored(copy, tmp_path)
    with pytest.raises(WrongCall, match="is not empty: name a folder that does not exist"):
        backed_up(Pilot.open(lived), tmp_path)
    with pytest.raises(WrongCall, match="is inside the pilot"):
        backed_up(Pilot.open(lived), lived / "copies")
    assert (tmp_path / "note.txt").read_text() == "mine"


def test_a_pilot_without_a_record_or_exports_has_a_copy_too(tmp_path: Path) -> None:
    Pilot.create(tmp_path / "empty")
    made = backed_up(Pilot.open(tmp_path / "empty"), tmp_path / "copy")
    assert (made.record, made.files, made.open_amounts) == (None, {}, {})
    restored(tmp_path / "copy", tmp_path / "again")
    assert entries(Pilot.open(tmp_path / "again")) == []


def test_a_record_that_does_not_verify_is_said_and_not_copied(lived: Path, tmp_path: Path) -> None:
    pilot = Pilot.open(shutil.copytree(lived, tmp_path / "pilot"))
    with closing(sqlite3.connect(str(pilot.record), isolation_level=None)) as raw:
        raw.execute("DROP TRIGGER entries_no_update")
        raw.execute("UPDATE entries SET by = 'eve' WHERE seq = 2")
    with pytest.raises(CountbackError, match="does not verify, so no copy was made of it: Entry 2"):
        backed_up(pilot, tmp_path / "copy")
    with pytest.raises(WrongCall, match="is no whole copy"):
        restored(tmp_path / "copy", tmp_path / "again")


def test_an_erased_entry_stays_erased_and_vouched_for(
    lived: Path, tmp_path: Path, postgres: Server
) -> None:
    pilot = Pilot.open(shutil.copytree(lived, tmp_path / "pilot"))
    erase(pilot, "alder", by="Ana", why="asked", now=NOW)
    backed_up(pilot, tmp_path / "copy")
    restored(tmp_path / "copy", tmp_path / "served", record=postgres.url())
    with closing(Pilot.open(tmp_path / "served").ledger()) as ledger:
        assert [one.entries for one in ledger.verify().erasures] == [1]
    erase(Pilot.open(tmp_path / "served"), "birch", by="Ana", why="asked", now=NOW)
    with closing(Pilot.open(tmp_path / "served").ledger()) as ledger:
        assert ledger.verify().ok
