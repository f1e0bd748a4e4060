"""The record: what goes in comes out, in order, once, and cannot be changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ledger import Ledger, Stale, verify_export
from pipeline.ledger import statements as module
from pipeline.ledger.chain import GENESIS
from pipeline.model import CountbackError, Event, WrongCall
from tests.histories import DAY, NOON, events, note, story


@pytest.fixture
def ledger(address: str) -> Iterator[Ledger]:
    opened = Ledger.open(address)
    yield opened
    opened.close()


# --- what goes in comes out ---------------------------------------------------------------------


def test_a_new_record_is_empty_and_verifies(ledger: Ledger) -> None:
    assert ledger.entries() == []
    assert (ledger.head().entries, ledger.head().hash) == (0, GENESIS)
    assert ledger.verify().ok
    assert ledger.version("C-1") == 0


def test_an_entry_says_what_the_event_said(ledger: Ledger) -> None:
    entry = ledger.append(note("C-1", amount=Decimal("60000.00"), due=DAY))
    assert (entry.seq, entry.version, entry.subject, entry.by) == (1, 1, "C-1", "ana")
    assert (entry.at, entry.on_day) == (NOON, DAY)
    assert entry.payload == {"amount": "60000.00", "due": "2026-03-02"}
    assert entry.previous == GENESIS
    assert ledger.entries() == [entry]
    assert ledger.find(entry.event_id) == entry


def test_versions_count_per_subject(ledger: Ledger) -> None:
    written = [ledger.append(note(subject)) for subject in ("C-1", "C-2", "C-1", "C-1")]
    assert [entry.version for entry in written] == [1, 1, 2, 3]
    assert (ledger.version("C-1"), ledger.version("C-2")) == (3, 1)
    assert [entry.seq for entry in ledger.about("C-1")] == [1, 3, 4]


def test_entries_after_a_number_are_the_later_ones(ledger: Ledger) -> None:
    ledger.append_all(story(5))
    assert [entry.seq for entry in ledger.entries(after=3)] == [4, 5]


def test_the_record_is_there_when_it_is_opened_again(address: str) -> None:
    first = Ledger.open(address)
    written = first.append_all(story(4))
    first.close()
    again = Ledger.open(address)
    assert again.entries() == written
    assert again.append(note()).previous == written[-1].hash
    again.close()


def test_another_time_zone_is_the_same_instant(ledger: Ledger) -> None:
    tokyo = NOON.astimezone(timezone(timedelta(hours=9)))
    entry = ledger.append(note().model_copy(update={"at": tokyo}))
    assert entry.at == NOON
    assert entry.at.tzinfo == UTC


def test_all_or_nothing(ledger: Ledger) -> None:
    bad = note("C-2", minute=1).model_copy(update={"at": NOON.replace(tzinfo=None)})
    with pytest.raises(WrongCall):
        ledger.append_all([note("C-1"), bad])
    assert ledger.entries() == []
    assert ledger.version("C-1") == 0


def test_a_failure_in_the_middle_of_many_writes_none(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    twice = iter([module.sealed_row] * 2)

    def third_fails(*row: Any) -> dict[str, Any]:
        sealed: dict[str, Any] = next(twice)(*row)
        return sealed

    monkeypatch.setattr(module, "sealed_row", third_fails)
    with pytest.raises(StopIteration):
        ledger.append_all(story(3))
    monkeypatch.undo()
    assert ledger.entries() == []
    assert ledger.version("C-1") == 0
    assert ledger.append(note()).seq == 1


# --- the same retry twice, the same history twice -----------------------------------------------


def test_a_retry_with_its_id_is_written_once(ledger: Ledger) -> None:
    first = ledger.append(note(amount="1"), event_id="click-7")
    later = ledger.append(note("C-1", minute=5))
    assert ledger.append(note(amount="1"), event_id="click-7", expected_version=0) == first
    assert ledger.entries() == [first, later]


def test_an_id_that_says_something_else_is_refused(ledger: Ledger) -> None:
    ledger.append(note(amount="1"), event_id="click-7")
    with pytest.raises(CountbackError, match=r"click-7 already stands for .* C-1 by ana"):
        ledger.append(note(amount="2"), event_id="click-7")
    assert len(ledger.entries()) == 1


def test_the_same_history_gives_the_same_bytes(tmp_path: Path) -> None:
    history = story(60)
    at_once = Ledger.open(tmp_path / "a.sqlite")
    at_once.append_all(history)
    at_once.close(compact=True)
    for start in range(0, 60, 20):
        piecemeal = Ledger.open(tmp_path / "b.sqlite")
        for event in history[start : start + 20]:
            piecemeal.append(event)
        piecemeal.close()
    piecemeal.close(compact=True)
    assert (tmp_path / "a.sqlite").read_bytes() == (tmp_path / "b.sqlite").read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.sqlite", "b.sqlite"]


def test_reading_a_compact_record_changes_no_byte(tmp_path: Path) -> None:
    path = tmp_path / "demo.sqlite"
    ledger = Ledger.open(path)
    ledger.append_all(story(9))
    ledger.close(compact=True)
    shipped = path.read_bytes()
    path.chmod(0o444)
    reader = Ledger.open(path)
    assert reader.verify().ok
    assert len(list(reader.export())) == 10
    reader.close()
    assert path.read_bytes() == shipped
    assert list(tmp_path.iterdir()) == [path]


def test_a_compact_record_is_written_on_and_still_guarded(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    ledger = Ledger.open(path)
    ledger.append_all(story(3))
    ledger.close(compact=True)
    again = Ledger.open(path)
    assert again.append(note("C-9", minute=9)).seq == 4
    assert again.verify().ok
    again.close()
    with sqlite3.connect(path) as raw, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute("UPDATE entries SET by = 'eve'")
    raw.close()


def test_a_record_in_use_is_not_compacted(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    ledger, other = Ledger.open(path), Ledger.open(path)
    ledger.append(note())
    assert other.version("C-1") == 1
    with pytest.raises(CountbackError, match="close every program that has it open"):
        ledger.close(compact=True)
    assert other.append(note()).version == 2
    other.close()


@given(st.lists(events, max_size=8), st.integers(0, 8))
def test_any_history_comes_back_verifies_and_repeats(history: list[Event], cut: int) -> None:
    with TemporaryDirectory() as folder:
        heads = set()
        for name in ("a", "b"):
            ledger = Ledger.open(Path(folder) / name)
            written = ledger.append_all(history[:cut])
            written += [ledger.append(event) for event in history[cut:]]
            assert ledger.entries() == written
            assert [entry.subject for entry in written] == [event.subject for event in history]
            assert ledger.verify(ledger.head().hash).ok
            assert verify_export(ledger.export()).ok
            heads.add(ledger.head().hash)
            ledger.close()
        assert len(heads) == 1


# --- compare and set ----------------------------------------------------------------------------


def test_the_version_that_was_seen_may_be_written_on(ledger: Ledger) -> None:
    assert ledger.append(note(), expected_version=0).version == 1
    assert ledger.append(note(minute=1), expected_version=1).version == 2


@pytest.mark.parametrize("expected", [0, 2, -1])
def test_another_version_than_the_one_seen_is_stale(ledger: Ledger, expected: int) -> None:
    ledger.append(note("C-1", by="ana"))
    with pytest.raises(Stale) as refused:
        ledger.append(note("C-1", by="ben", minute=1), expected_version=expected)
    assert str(refused.value) == (
        "C-1 was changed by ana at 2026-03-02 12:00 UTC, after you opened it: "
        "open it again and decide on what stands now."
    )
    assert ledger.version("C-1") == 1


def test_a_subject_nobody_wrote_on_cannot_be_at_a_version(ledger: Ledger) -> None:
    with pytest.raises(Stale, match="Nothing was ever recorded on C-1"):
        ledger.append(note("C-1"), expected_version=3)
    assert ledger.entries() == []


# --- guards: the database itself refuses --------------------------------------------------------

COLUMNS = "seq, event_id, kind, subject, version, by, at, on_day, payload, previous, hash"
ROW = "'promise_recorded', 'C-9', {version}, 'eve', 'x', 'x', '{{}}', 'x', 'x'"


FROM_2 = "kind, subject, {version}, by, at, on_day, payload, previous, hash FROM entries"
ATTACKS = {
    "update": "UPDATE entries SET by = 'eve' WHERE seq = 2",
    "update or replace": "UPDATE OR REPLACE entries SET seq = 1 WHERE seq = 2",
    "delete": "DELETE FROM entries WHERE seq = 3",
    "delete all": "DELETE FROM entries",
    "replace a row": f"INSERT OR REPLACE INTO entries SELECT {COLUMNS} FROM entries WHERE seq = 2",
    "replace by seq": f"REPLACE INTO entries VALUES (2, 'new', {ROW.format(version=9)})",
    "replace by id": f"REPLACE INTO entries SELECT 4, event_id, {FROM_2.format(version=9)}",
    "replace by version": f"REPLACE INTO entries SELECT 4, 'x', {FROM_2.format(version='version')}",
    "insert with a gap": f"INSERT INTO entries VALUES (9, 'new', {ROW.format(version=9)})",
    "insert without seq": f"INSERT INTO entries VALUES (NULL, 'new', {ROW.format(version=9)})",
    "upsert": f"INSERT INTO entries SELECT {COLUMNS} FROM entries WHERE seq = 1 "
    "ON CONFLICT (seq) DO UPDATE SET by = 'eve'",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_what_was_written_cannot_be_written_over(tmp_path: Path, attack: str) -> None:
    ledger = Ledger.open(tmp_path / "l.sqlite")
    written = ledger.append_all(story(3))
    raw = sqlite3.connect(tmp_path / "l.sqlite")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        raw.execute(attack)
    raw.close()
    assert ledger.entries() == written
    ledger.close()


# --- what cannot be recorded --------------------------------------------------------------------


def test_a_naive_time_is_refused(ledger: Ledger) -> None:
    event = note().model_copy(update={"at": NOON.replace(tzinfo=None)})
    with pytest.raises(WrongCall, match=r"2026-03-02T12:00:00 of .* C-1 has no time zone"):
        ledger.append(event)


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), "\ud800", {(1, 2): 3}, {1: "a", "b": 2}, 10**5000],
    ids=["nan", "infinity", "surrogate", "tuple key", "mixed keys", "endless number"],
)
def test_what_json_cannot_hold_is_refused(ledger: Ledger, value: object) -> None:
    with pytest.raises(WrongCall, match="on 'C-1' cannot be recorded"):
        ledger.append(note("C-1", value=value))
    assert ledger.entries() == []


def test_a_name_that_is_no_text_is_refused(ledger: Ledger) -> None:
    with pytest.raises(WrongCall, match="cannot be recorded"):
        ledger.append(note("C-\udfff"))


# --- opening ------------------------------------------------------------------------------------


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    raw = sqlite3.connect(tmp_path / "other.sqlite")
    raw.execute("CREATE TABLE songs (name TEXT)")
    raw.close()
    with pytest.raises(CountbackError, match=r"other\.sqlite is a database but not a record"):
        Ledger.open(tmp_path / "other.sqlite")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("call them on Monday\n" * 99)
    with pytest.raises(CountbackError, match=r"notes\.txt could not be used \(file is not a"):
        Ledger.open(tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text() == "call them on Monday\n" * 99


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    Ledger.open(tmp_path / "l.sqlite").close()
    with sqlite3.connect(tmp_path / "l.sqlite") as raw:
        raw.execute("UPDATE ledger_schema SET version = 99")
    raw.close()
    with pytest.raises(CountbackError, match="schema version 99, this Countback knows up to 2"):
        Ledger.open(tmp_path / "l.sqlite")


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        (".", "is a folder: name the record's file"),
        ("nowhere/ledger.sqlite", "nowhere does not exist"),
        ("sqlite://", "is a folder"),
        ("foo://host/x", "install its driver"),
        ("://", "database URL cannot be read: write it as postgresql"),
    ],
)
def test_a_place_that_cannot_be_is_refused(where: str, sentence: str) -> None:
    with pytest.raises(WrongCall, match=sentence):
        Ledger.open(where)


def test_a_password_is_never_repeated() -> None:
    with pytest.raises(WrongCall) as refused:
        Ledger.open("foo://ana:hunter2@host/x")
    assert "hunter2" not in str(refused.value)


def test_a_sqlite_url_is_a_path(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/l.sqlite")
    ledger.append(note())
    ledger.close()
    assert (tmp_path / "l.sqlite").exists()


def test_a_path_may_hold_what_urls_may_not(tmp_path: Path) -> None:
    path = tmp_path / "Q3 100%? #1 €.sqlite"
    ledger = Ledger.open(path)
    ledger.append(note())
    ledger.close()
    assert path.exists()


def test_a_record_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    Ledger.open(tmp_path / "l.sqlite").close()
    blocker = sqlite3.connect(tmp_path / "l.sqlite", isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.ledger.engines.BUSY_SECONDS", 0.1)
        quick = Ledger.open(tmp_path / "l.sqlite")
    with pytest.raises(CountbackError, match=r"database is locked.*nothing was written"):
        quick.append(note())
    blocker.close()
    assert quick.append(note()).seq == 1
    quick.close()


def test_the_export_is_one_object_a_line(ledger: Ledger) -> None:
    ledger.append(note("C-1", name="Zoë\nLtd"))
    line, closing = ledger.export()
    assert json.loads(line)["payload"] == {"name": "Zoë\nLtd"}
    assert json.loads(closing) == {"entries": 1, "head": ledger.head().hash}
