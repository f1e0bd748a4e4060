"""Whoever changes the record afterwards is found, and the first entry it touched is named."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ledger import (
    Ledger,
    Verification,
    sample,
    sealed_csv,
    verify_export,
    verify_file,
)
from pipeline.ledger.chain import seal
from pipeline.model import WrongCall, canonical_json
from tests.histories import story

N = 9
TEXTS = ("event_id", "kind", "subject", "by", "at", "on_day", "payload", "previous", "hash")
rows = st.integers(1, N)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A closed record of N entries on three cases."""
    path = tmp_path_factory.mktemp("record") / "ledger.sqlite"
    ledger = Ledger.open(path)
    ledger.append_all(story(N))
    ledger.close(compact=True)
    return path


@pytest.fixture(scope="module")
def head(written: Path) -> str:
    return str(look(written).head)


@pytest.fixture(scope="module")
def lines(written: Path) -> list[str]:
    ledger = Ledger.open(written)
    exported = [*ledger.export()]
    ledger.close()
    return exported


def look(path: Path, expected_head: str | None = None) -> Verification:
    ledger = Ledger.open(path)
    found = ledger.verify(expected_head)
    ledger.close()
    return found


def tampered(
    path: Path, attack: Callable[[sqlite3.Connection], object], expected_head: str | None = None
) -> Verification:
    """What verifying finds after an attacker with the file in hand has dropped the guards."""
    with TemporaryDirectory() as folder:
        copy = Path(shutil.copy(path, folder))
        raw = sqlite3.connect(copy)
        raw.row_factory = sqlite3.Row
        for name in ("update", "delete", "replace"):
            raw.execute(f"DROP TRIGGER entries_no_{name}")
        attack(raw)
        raw.commit()
        raw.close()
        return look(copy, expected_head)


def shift_up(raw: sqlite3.Connection, above: int) -> None:
    """Make room after an entry."""
    for seq in range(N, above, -1):
        raw.execute("UPDATE entries SET seq = ? WHERE seq = ?", (seq + 1, seq))


def forge(raw: sqlite3.Connection, seq: int, subject: str, version: int) -> None:
    """An entry as a knowing forger would write it: well sealed, well linked."""
    before = raw.execute("SELECT * FROM entries WHERE seq = ?", (seq - 1,)).fetchone()
    entry = dict(before) | {"payload": {"amount": "0.00"}, "event_id": "forged", "seq": seq}
    entry |= {"subject": subject, "version": version, "previous": before["hash"]}
    entry["hash"] = seal(entry)
    entry["payload"] = canonical_json(entry["payload"])
    raw.execute(
        "INSERT INTO entries VALUES (:seq, :event_id, :kind, :subject, :version, :by, :at, "
        ":on_day, :payload, :previous, :hash)",
        entry,
    )


def test_what_nobody_touched_verifies(written: Path, head: str) -> None:
    found = tampered(written, lambda raw: None, head)
    assert (found.ok, found.entries, found.head, found.first_broken) == (True, N, head, None)


@given(rows, st.sampled_from(TEXTS), st.data())
def test_a_changed_text_is_named(written: Path, seq: int, column: str, data: st.DataObject) -> None:
    def attack(raw: sqlite3.Connection) -> None:
        old = raw.execute(f"SELECT {column} FROM entries WHERE seq = ?", (seq,)).fetchone()[0]
        place = data.draw(st.integers(0, len(old) - 1))
        char = data.draw(st.characters(codec="utf-8").filter(lambda c: c != old[place]))
        new = old[:place] + char + old[place + 1 :]
        raw.execute(f"UPDATE entries SET {column} = ? WHERE seq = ?", (new, seq))

    found = tampered(written, attack)
    assert (found.ok, found.first_broken) == (False, seq)
    assert f"Entry {seq} " in found.why


@given(rows, st.sampled_from([*TEXTS, "version"]), st.sampled_from([b"\xff\xfe", 7, 0.5, "", "[]"]))
def test_a_value_of_another_type_is_named(
    written: Path, seq: int, column: str, value: object
) -> None:
    found = tampered(
        written,
        lambda raw: raw.execute(f"UPDATE entries SET {column} = ? WHERE seq = ?", (value, seq)),
    )
    assert (found.ok, found.first_broken) == (False, seq)


@given(rows, st.sampled_from(TEXTS))
def test_bytes_that_are_no_text_are_named(written: Path, seq: int, column: str) -> None:
    def attack(raw: sqlite3.Connection) -> None:
        raw.execute(
            f"UPDATE entries SET {column} = CAST(? AS TEXT) WHERE seq = ?", (b"\xc3\x28", seq)
        )

    assert tampered(written, attack).first_broken == seq


@given(rows)
def test_the_same_payload_in_other_words_is_named(written: Path, seq: int) -> None:
    spaced = "UPDATE entries SET payload = replace(payload, ':', ': ') WHERE seq = ?"
    assert tampered(written, lambda raw: raw.execute(spaced, (seq,))).first_broken == seq


@given(rows)
def test_a_deleted_entry_is_named(written: Path, seq: int) -> None:
    found = tampered(written, lambda raw: raw.execute("DELETE FROM entries WHERE seq = ?", (seq,)))
    assert (found.ok, found.first_broken, found.entries) == (False, seq, N - 1)


@given(rows, rows)
def test_a_renumbered_entry_is_named(written: Path, seq: int, by: int) -> None:
    move = "UPDATE entries SET seq = seq + ? WHERE seq = ?"
    assert tampered(written, lambda raw: raw.execute(move, (by + N, seq))).first_broken == seq


@given(st.lists(rows, min_size=2, max_size=2, unique=True))
def test_swapped_entries_are_named(written: Path, pair: list[int]) -> None:
    one, two = pair

    def attack(raw: sqlite3.Connection) -> None:
        for new, old in ((-1, one), (one, two), (two, -1)):
            raw.execute("UPDATE entries SET seq = ? WHERE seq = ?", (new, old))

    assert tampered(written, attack).first_broken == min(pair)


@given(st.integers(2, N + 1), st.sampled_from(["C-1", "C-9"]))
def test_an_inserted_entry_is_found_however_well_forged(
    written: Path, seq: int, subject: str
) -> None:
    def attack(raw: sqlite3.Connection) -> None:
        shift_up(raw, seq - 1)
        sql = "SELECT count(*) FROM entries WHERE subject = ? AND seq < ?"
        forge_version = raw.execute(sql, (subject, seq)).fetchone()[0] + 1
        bump = "UPDATE entries SET version = version + 100 WHERE subject = ? AND seq > ?"
        raw.execute(bump, (subject, seq))
        forge(raw, seq, subject, forge_version)

    found = tampered(written, attack)
    # The forgery itself is flawless where it stands; what follows it, or the versions, is not.
    assert found.first_broken == (seq if seq == N + 1 else seq + 1)


def test_an_entry_before_the_first_is_found(written: Path) -> None:
    first = "UPDATE entries SET seq = 0 WHERE seq = 1"
    assert tampered(written, lambda raw: raw.execute(first)).first_broken == 1


@given(rows)
def test_a_cut_end_is_named(written: Path, seq: int) -> None:
    cut = "DELETE FROM entries WHERE seq >= ?"
    found = tampered(written, lambda raw: raw.execute(cut, (seq,)))
    assert (found.ok, found.first_broken) == (False, seq)
    assert "cut off" in found.why


@given(rows)
def test_a_cut_end_with_its_versions_mended_is_named_by_the_exported_head(
    written: Path, head: str, seq: int
) -> None:
    def attack(raw: sqlite3.Connection) -> None:
        raw.execute("DELETE FROM entries WHERE seq >= ?", (seq,))
        raw.execute("DELETE FROM subjects")
        raw.execute("INSERT INTO subjects SELECT subject, max(version) FROM entries GROUP BY 1")

    assert tampered(written, attack).ok
    found = tampered(written, attack, head)
    assert (found.ok, found.first_broken) == (False, seq)
    assert head in found.why


def test_an_earlier_head_still_bears_witness_when_the_record_has_grown(
    written: Path, head: str, tmp_path: Path
) -> None:
    ledger = Ledger.open(shutil.copy(written, tmp_path))
    ledger.append_all(story(3))
    assert ledger.verify(head).ok
    ledger.close()


def test_a_lowered_version_is_found(written: Path) -> None:
    lower = "UPDATE subjects SET version = 1 WHERE subject = 'C-2'"
    found = tampered(written, lambda raw: raw.execute(lower))
    assert (found.ok, found.first_broken) == (False, 8)


def test_a_broken_page_is_a_finding_not_a_crash(written: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(written, tmp_path))
    content = bytearray(copy.read_bytes())
    page = content.find(b"promise_recorded")
    content[page - page % 4096 : page - page % 4096 + 64] = b"\xff" * 64
    copy.write_bytes(content)
    found = look(copy)
    assert not found.ok
    assert "could not be used" in found.why


# --- the export ---------------------------------------------------------------------------------


def test_an_export_verifies_by_itself(lines: list[str], head: str) -> None:
    found = verify_export(line + "\n" for line in lines)
    assert (found.ok, found.entries, found.head) == (True, N, head)
    assert verify_export(lines, head).ok


@given(st.integers(0, N), st.data())
def test_one_changed_character_of_an_export_is_named(
    lines: list[str], index: int, data: st.DataObject
) -> None:
    line = lines[index]
    place = data.draw(st.integers(0, len(line) - 1))
    char = data.draw(st.characters(codec="utf-8").filter(lambda c: c != line[place]))
    changed = [*lines]
    changed[index] = line[:place] + char + line[place + 1 :]
    found = verify_export(changed)
    assert (found.ok, found.first_broken) == (False, index + 1)


@given(rows)
def test_a_missing_line_of_an_export_is_named(lines: list[str], seq: int) -> None:
    found = verify_export([*lines[: seq - 1], *lines[seq:]])
    assert (found.ok, found.first_broken) == (False, seq)
    assert found.why


@given(st.integers(0, N))
def test_a_cut_export_is_named(lines: list[str], kept: int) -> None:
    found = verify_export(lines[:kept])
    assert (found.ok, found.first_broken) == (False, max(kept, 1))
    assert "cut off" in found.why


@given(st.lists(st.integers(0, N), min_size=2, max_size=2, unique=True))
def test_swapped_lines_of_an_export_are_named(lines: list[str], pair: list[int]) -> None:
    swapped = [*lines]
    swapped[pair[0]], swapped[pair[1]] = lines[pair[1]], lines[pair[0]]
    assert verify_export(swapped).first_broken == min(pair) + 1


def test_a_shortened_export_with_a_new_closing_is_named_by_the_head(
    lines: list[str], head: str
) -> None:
    kept = lines[:4]
    closing = canonical_json({"entries": 4, "head": json.loads(kept[-1])["hash"]})
    assert verify_export([*kept, closing]).ok
    found = verify_export([*kept, closing], head)
    assert (found.ok, found.first_broken) == (False, 5)


@pytest.mark.parametrize("lines", [[], [""], ["[]"], ["{"], ["null", "null"], ["[" * 100_000]])
def test_what_is_no_export_is_not_ok(lines: list[str]) -> None:
    found = verify_export(lines)
    assert (found.ok, found.first_broken) == (False, 1)


# --- out of the house ----------------------------------------------------------------------------


def test_both_forms_of_the_export_verify_from_the_file_alone(
    lines: list[str], head: str, tmp_path: Path
) -> None:
    plain, table = tmp_path / "record.jsonl", tmp_path / "record.csv"
    plain.write_text("\n".join(lines), encoding="utf-8")
    table.write_bytes(sealed_csv(lines))
    for path in (plain, table):
        found = verify_file(path, head)
        assert (found.ok, found.entries, found.head) == (True, N, head)


@pytest.mark.parametrize("form", ["record.jsonl", "record.csv"])
def test_an_entry_taken_out_of_either_form_is_named(
    lines: list[str], tmp_path: Path, form: str
) -> None:
    cut = [*lines[:3], *lines[4:]]
    path = tmp_path / form
    path.write_bytes(sealed_csv(cut) if form.endswith("csv") else "\n".join(cut).encode())
    found = verify_file(path)
    assert (found.ok, found.first_broken) == (False, 4)


def test_the_sealed_table_reads_as_one_and_runs_nothing(lines: list[str]) -> None:
    entry = json.loads(lines[0]) | {"by": "=cmd()"}
    [row, _] = csv.DictReader(
        io.StringIO(sealed_csv([canonical_json(entry), lines[-1]]).decode("utf-8-sig"))
    )
    assert (row["seq"], row["by"], row["kind"]) == ("1", "'=cmd()", entry["kind"])


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"\xff\xfe", b'line\n"open'])
def test_what_is_no_exported_record_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.csv"
    path.write_bytes(content)
    with pytest.raises(WrongCall, match=r"notes\.csv"):
        verify_file(path)
    with pytest.raises(WrongCall, match=r"absent\.csv"):
        verify_file(tmp_path / "absent.csv")


def test_a_sample_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    ids = [f"e{n}" for n in range(100)]
    assert sample(ids, 10, "2026") == sample(list(reversed(ids)), 10, "2026")
    assert set(sample(ids, 10, "2026")) != set(sample(ids, 10, "2027"))
    assert len(set(sample(ids, 10, "2026"))) == 10
