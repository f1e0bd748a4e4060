"""A full disk: one sentence, nothing acknowledged is lost, and it goes on once there is room."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.figures import aging
from pipeline.llm.spending import Budget, Log, spent
from pipeline.model import CountbackError
from pipeline.pilot import Pilot
from pipeline.report.writing import write_readout
from pipeline.warehouse.answers import write_answers
from tests.faults.disk import filled, small_disk
from tests.outbox.world import DAY, approve, entries, files, ledger_of, run, why, world

#: Bytes that are left: nothing, a little, and what a small write needs but a large one does not.
LEFT = (0, 4_096, 16_384)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The drawn pilot with one approval made."""
    pilot = world(tmp_path_factory.mktemp("whole") / "pilot")
    pilot.books()
    approve(pilot)
    return pilot.folder


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with small_disk(tmp_path_factory.mktemp("small") / "disk") as place:
        yield place


@pytest.fixture
def pilot(built: Path, disk: Path) -> Iterator[Pilot]:
    """A copy of it on the small disk."""
    folder = Path(shutil.copytree(built, disk / "pilot"))
    yield Pilot.open(folder)
    shutil.rmtree(folder)


def said(error: pytest.ExceptionInfo[CountbackError]) -> str:
    return check_said(error.value, "")


def check_said(error: CountbackError, words: str) -> str:
    """One sentence, with these words in it."""
    text = str(error)
    assert words in text
    assert "\n" not in text
    assert text.endswith(".")
    return text


def owed(pilot: Pilot) -> Decimal:
    with Pilot.open(pilot.folder).day(DAY) as day:
        total = aging(day)["currencies"]["USD"]["total"]
        assert isinstance(total, Decimal)
        return total


def test_an_import_keeps_the_old_export(pilot: Pilot, tmp_path: Path) -> None:
    old = (pilot.exports / "invoices.csv").read_bytes()
    (tmp_path / "invoices.csv").write_bytes(old.replace(b"1000.00", b"1100.00") + b"\n" * 50_000)
    with filled(pilot.folder.parent, 8_192), pytest.raises(CountbackError) as error:
        pilot.take_in(tmp_path)
    assert "free some disk space" in said(error)
    assert (pilot.exports / "invoices.csv").read_bytes() == old
    assert owed(pilot) == 1700
    pilot.take_in(tmp_path)
    assert owed(pilot) == 1800


def test_a_dropped_file_keeps_the_earlier_one(pilot: Pilot) -> None:
    old = (pilot.exports / "invoices.csv").read_bytes()
    new = old.replace(b"1000.00", b"1200.00")
    pilot.take_up([("invoices.csv", new)])
    with filled(pilot.folder.parent), pytest.raises(CountbackError) as error:
        pilot.take_up([("invoices.csv", old + b"\n" * 50_000)])
    assert "free some disk space" in said(error)
    assert owed(pilot) == 1900


@pytest.mark.parametrize("leaving", [0, 100_000])
def test_a_build_leaves_the_books_that_there_were(pilot: Pilot, leaving: int) -> None:
    path = pilot.exports / "invoices.csv"
    before = sorted((pilot.folder / ".cache").glob("books-*"))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("1000.00", "1300.00"), encoding="utf-8")
    with filled(pilot.folder.parent, leaving), pytest.raises(CountbackError) as error:
        Pilot.open(pilot.folder).books()
    assert "free some disk space" in said(error)
    assert sorted((pilot.folder / ".cache").glob("b*")) == before
    assert owed(pilot) == 2000


@pytest.mark.parametrize("leaving", LEFT)
def test_an_approval_that_was_told_is_there_and_no_other(pilot: Pilot, leaving: int) -> None:
    known = entries(pilot)
    told = []
    with filled(pilot.folder.parent, leaving):
        try:
            told.append(approve(pilot, "birch/routine/USD"))
        except CountbackError as error:
            check_said(error, "could not be used")
    assert entries(pilot) == [*known, *told]
    with ledger_of(pilot) as ledger:
        assert ledger.verify().ok
    approve(pilot, "birch/routine/USD", by="Ben Cho")
    assert len(entries(pilot)) == len(known) + len(told) + 1


@pytest.mark.parametrize("leaving", LEFT)
def test_a_hand_over_says_that_it_stays_and_leaves_once_when_there_is_room(
    pilot: Pilot, leaving: int
) -> None:
    with filled(pilot.folder.parent, leaving):
        try:
            report = run(pilot)
            assert set(why(report)) <= {"unwritable"}
        except CountbackError as error:
            check_said(error, "")
    assert len(files(pilot)) <= 1
    run(pilot)
    run(pilot)
    assert len(files(pilot)) == 1
    assert len(entries(pilot, "handed_over")) == 1


def test_a_readout_keeps_the_one_before(pilot: Pilot) -> None:
    # A record is not even read where its readers find no room beside it.
    (pilot.folder / "ledger.sqlite").unlink()
    out = pilot.folder / "readout.html"
    out.write_bytes(b"the one before")
    with filled(pilot.folder.parent), pytest.raises(CountbackError) as error:
        write_readout(pilot, "html", out, DAY)
    assert "readout.html: cannot be written" in said(error)
    assert out.read_bytes() == b"the one before"
    assert not list(pilot.folder.glob(".readout*"))
    write_readout(pilot, "html", out, DAY)
    assert b"Northlight" in out.read_bytes()


def test_an_answer_and_a_call_of_a_model_say_so(pilot: Pilot) -> None:
    budget = Budget(10**6, Decimal(9), 10**6, Decimal(9))
    now = datetime(2026, 3, 31, tzinfo=UTC)
    log = Log(pilot.folder)
    reserve = {"run": "r", "now": now, "model": "m", "tokens": 5, "usd": Decimal("0.01")}
    log.reserve(budget, **reserve)
    with filled(pilot.folder.parent):
        for _ in range(100):  # until the page that the log already has is full
            try:
                log.reserve(budget, **reserve)
            except CountbackError as error:
                check_said(error, "free some disk space")
                break
        else:
            pytest.fail("the log grew on a full disk")
        with pytest.raises(CountbackError, match=r"answers\.json: cannot be written"):
            write_answers(pilot.folder, {"a.csv": "day first"})
    counted = spent(pilot.folder).calls
    log.reserve(budget, **reserve)
    assert spent(pilot.folder).calls == counted + 1
