"""Texts are taken out, the chain goes on verifying, and any other change is still named."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pipeline.ledger import Ledger, Stale, Verification, sealed_csv, verify_export, verify_file
from pipeline.ledger.chain import Head, seal
from pipeline.ledger.erasing import without_texts
from pipeline.ledger.vouchers import is_marked
from pipeline.model import Entry, Event, canonical_json
from tests.histories import DAY, NOON, note, story
from tests.postgres import Server

WORDS = "Maria Shaw says that the roof leaks"
SECOND = {"note": "she rang again", "amount": "7.00"}


def texted(ledger: Ledger) -> list[Entry]:
    """Six entries; the second and the fourth hold somebody's words."""
    first = [note(), note("C-2", note=WORDS, amount="5.00"), note("C-1", quotes=[WORDS, "please"])]
    return ledger.append_all([*first, note("C-2", minute=1, **SECOND), *story(2)])


def event(by: str = "ana") -> Event:
    payload = {"customer_id": "C-2", "why": "asked to"}
    return Event(kind="erased", subject="erasure:C-2", by=by, at=NOON, on_day=DAY, payload=payload)


def erase(ledger: Ledger, *seqs: int, by: str = "ana") -> Entry | None:
    return ledger.erase(event(by), seqs, expected_head=ledger.head())


@pytest.fixture
def ledger(address: str) -> Iterator[Ledger]:
    with closing(Ledger.open(address)) as opened:
        texted(opened)
        yield opened


# --- what goes and what stays ---------------------------------------------------------------------


def test_the_texts_go_and_all_else_stays(ledger: Ledger) -> None:
    before = ledger.entries()
    said = erase(ledger, 2, 4)
    after = ledger.entries()
    assert said is not None
    assert after[-1] == said
    assert after[1].payload == {"note": "[erased] ▮ ▮ ▮ ▮ ▮ ▮", "amount": "5.00"}
    assert after[3].payload == {"note": "[erased] ▮ ▮", "amount": "7.00"}
    kept = [entry.model_copy(update={"payload": {}}) for entry in before]
    assert [entry.model_copy(update={"payload": {}}) for entry in after[:-1]] == kept
    assert [after[n] for n in (0, 2, 4, 5)] == [before[n] for n in (0, 2, 4, 5)]


def test_it_verifies_and_says_who_erased_how_much_when(ledger: Ledger) -> None:
    head = ledger.head().hash
    erase(ledger, 2)
    erase(ledger, 3, 4, by="ben")
    found = ledger.verify(head)
    assert (found.ok, found.why) == (True, "")
    assert [erasure.told for erasure in found.erasures] == [
        "1 entry was erased by ana on 2026-03-02.",
        "2 entries were erased by ben on 2026-03-02.",
    ]
    assert ledger.append(note("C-9")).seq == 9
    assert ledger.verify(head).ok


def test_a_list_of_quotes_keeps_its_length(ledger: Ledger) -> None:
    erase(ledger, 3)
    assert ledger.entries()[2].payload == {"quotes": ["[erased]", "[erased]"]}


def test_as_many_words_stand_as_there_were() -> None:
    payload, fields = without_texts("decision", {"draft_body": "Hi Maria,\n\nplease  pay.\n"})
    assert len(payload["draft_body"].split()) == 4
    assert fields == ("draft_body",)
    assert without_texts("decision", payload) == (payload, ())
    assert without_texts("decision", {"note": " ", "reason": "TONE"})[1] == ()
    assert without_texts("exemption_granted", {"reason": "she said so"})[1] == ("reason",)


def test_addresses_go_and_the_codes_beside_them_stay() -> None:
    assert without_texts("decision", {"to": "m@x.test"})[0] == {"to": "[erased]"}
    assert without_texts("phase_changed", {"to": "cadence"})[1] == ()
    server = {"said": "550 <m@x.test> unknown"}
    assert without_texts("hand_over_refused", server)[0] == {"said": "[erased] ▮ ▮"}
    assert without_texts("handed_over", {"said": "Written to the outbox folder."})[1] == ()
    email = {"column": "email", "old": None, "new": "m@x.test", "exported": "o@x.test"}
    state = {"column": "status", "old": "left", "new": "active", "exported": "left"}
    corrected = {"kind": "contacts", "changes": [state, email]}
    payload, places = without_texts("correction_proposed", corrected)
    assert places == ("changes.1.exported", "changes.1.new")
    assert payload["changes"][0] == state
    assert corrected["changes"][1] == email, "what was given is not touched"
    assert without_texts("correction_proposed", {**corrected, "kind": "invoices"})[1] == ()


def test_what_goes_within_a_list_is_vouched_for_there_and_nowhere_else(
    ledger: Ledger, address: str
) -> None:
    changes = [{"column": "email", "old": "a@x.test", "new": "b@x.test"}]
    proposed = Event(
        kind="correction_proposed",
        subject="correction:contacts:k1",
        by="ana",
        at=NOON,
        on_day=DAY,
        payload={"kind": "contacts", "changes": changes},
    )
    seq = ledger.append(proposed).seq
    erase(ledger, seq)
    assert ledger.verify().ok
    assert verify_export(ledger.export()).ok
    found = changed(ledger, address, FLIP.format(seq=seq, old="email", new="role"))
    assert (found.ok, found.first_broken) == (False, seq)


def test_where_there_is_no_text_nothing_is_written(ledger: Ledger) -> None:
    head = ledger.head()
    assert erase(ledger, 1, 5, 99) is None
    assert ledger.head() == head


def test_what_was_written_meanwhile_stops_it(ledger: Ledger) -> None:
    head = ledger.head()
    ledger.append(note("C-2", note=WORDS))
    with pytest.raises(Stale):
        ledger.erase(event(), [2], expected_head=head)
    assert WORDS in str(ledger.entries()[1].payload)


def test_an_export_of_it_verifies_in_both_forms(ledger: Ledger, tmp_path: Path) -> None:
    head = ledger.head().hash
    erase(ledger, 2, 4)
    lines = list(ledger.export())
    assert WORDS not in "".join(lines[1])
    (tmp_path / "r.csv").write_bytes(sealed_csv(lines))
    (tmp_path / "r.jsonl").write_text("\n".join(lines), encoding="utf-8")
    for form in ("r.csv", "r.jsonl"):
        found = verify_file(tmp_path / form, head)
        assert (found.ok, [one.entries for one in found.erasures]) == (True, [2])


def test_no_byte_of_it_stays_in_the_file(tmp_path: Path) -> None:
    with closing(Ledger.open(tmp_path / "l.sqlite")) as ledger:
        texted(ledger)
        erase(ledger, 2, 3, 4)
        stand = b"".join(path.read_bytes() for path in tmp_path.glob("l.sqlite*"))
    assert WORDS.encode() not in stand
    assert b"she rang again" not in stand


# --- what is still named --------------------------------------------------------------------------


def changed(ledger: Ledger, address: str, *statements: str) -> Verification:
    """What verifying finds after somebody who owns the database has dropped its guards."""
    if "://" in address:
        with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as raw:
            raw.execute("DROP TRIGGER IF EXISTS entries_no_change ON entries")
            raw.execute("DROP TRIGGER IF EXISTS entries_only_erased ON entries")
            for statement in statements:
                raw.execute(statement.encode())
    else:
        with closing(sqlite3.connect(address, isolation_level=None)) as raw_file:
            raw_file.execute("DROP TRIGGER entries_no_update")
            for statement in statements:
                raw_file.execute(statement)
    return ledger.verify()


FLIP = "UPDATE entries SET payload = replace(payload, '{old}', '{new}') WHERE seq = {seq}"


@pytest.mark.parametrize(
    ("seq", "old", "new"),
    [(2, "5.00", "6.00"), (2, " ▮", ""), (2, "[erased]", "Maria"), (4, "amount", "amounts")],
)
def test_an_erased_entry_that_is_changed_is_named(
    ledger: Ledger, address: str, seq: int, old: str, new: str
) -> None:
    erase(ledger, 2, 4)
    found = changed(ledger, address, FLIP.format(seq=seq, old=old, new=new))
    assert (found.ok, found.first_broken) == (False, seq)


@pytest.mark.parametrize("column", ["by", "at", "kind", "subject", "event_id", "hash"])
def test_so_is_anything_beside_its_text(ledger: Ledger, address: str, column: str) -> None:
    erase(ledger, 2)
    found = changed(ledger, address, f"UPDATE entries SET {column} = 'eve' WHERE seq = 2")
    assert (found.ok, found.first_broken) == (False, 2)


def test_a_mark_that_no_erasure_tells_of_is_named(ledger: Ledger, address: str) -> None:
    forged = FLIP.format(seq=2, old=WORDS, new="[erased] ▮ ▮ ▮ ▮ ▮ ▮")
    found = changed(ledger, address, forged)
    assert (found.ok, found.first_broken) == (False, 2)


def test_another_entry_than_the_erased_ones_is_named(ledger: Ledger, address: str) -> None:
    erase(ledger, 4)
    found = changed(ledger, address, FLIP.format(seq=2, old=WORDS, new="[erased]"))
    assert (found.ok, found.first_broken) == (False, 2)


def test_the_text_put_back_is_what_was_sealed(ledger: Ledger, address: str) -> None:
    erase(ledger, 2)
    marks = "[erased] ▮ ▮ ▮ ▮ ▮ ▮"
    assert changed(ledger, address, FLIP.format(seq=2, old=marks, new=WORDS)).ok


def test_the_erasure_itself_cannot_be_changed(ledger: Ledger, address: str) -> None:
    erase(ledger, 2)
    found = changed(ledger, address, FLIP.format(seq=7, old="asked to", new="no reason"))
    # Changed, it vouches for nothing any more: the first entry without its text is named.
    assert (found.ok, found.first_broken) == (False, 2)


def test_an_entry_of_that_kind_vouches_for_no_other_words(ledger: Ledger, address: str) -> None:
    """Only marks may stand where texts were, whatever somebody writes into the chain."""
    entry = ledger.entries()[1]
    plain = json.loads(list(ledger.export())[1])
    other: dict[str, Any] = {**plain, "payload": {**plain["payload"], "note": "It does not leak"}}
    said = {"seq": 2, "kept": entry.hash, "now": seal(other), "fields": ["note"]}
    forged = event().model_copy(update={"payload": {"entries": [said]}})
    ledger.append(forged)
    found = changed(ledger, address, FLIP.format(seq=2, old=WORDS, new="It does not leak"))
    assert (found.ok, found.first_broken) == (False, 2)


@pytest.mark.parametrize(
    "said",
    [
        None,
        {"seq": 2},
        [{"seq": "2", "kept": "x", "now": "x", "fields": ["note"]}],
        [{"seq": 2, "kept": "x", "now": "x", "fields": []}],
        [{"seq": 2, "kept": 7, "now": "x", "fields": ["note"]}],
        ["note"],
    ],
)
def test_a_muddled_erasure_vouches_for_nothing_and_breaks_nothing(
    ledger: Ledger, said: object
) -> None:
    ledger.append(event().model_copy(update={"payload": {"entries": said}}))
    assert (ledger.verify().ok, ledger.verify().erasures) == (True, ())


def test_in_an_export_a_forged_mark_is_named_too(ledger: Ledger) -> None:
    lines = list(ledger.export())
    marked = json.loads(lines[1])
    marked["payload"]["note"] = "[erased]"
    found = verify_export([lines[0], canonical_json(marked), *lines[2:]])
    assert (found.ok, found.first_broken) == (False, 2)


def test_the_guards_let_an_erasure_through_and_nothing_else(address: str, ledger: Ledger) -> None:
    erase(ledger, 2)
    attacks = [
        "UPDATE entries SET by = 'eve' WHERE seq = 2",
        "UPDATE entries SET payload = '{}' WHERE seq = 2",
        "UPDATE entries SET payload = (SELECT payload FROM erasures) WHERE seq = 3",
        "DELETE FROM entries WHERE seq = 2",
        "DELETE FROM erasures",
        "UPDATE erasures SET seq = 3",
    ]
    for attack in attacks:
        with pytest.raises(
            (psycopg.errors.RaiseException, sqlite3.IntegrityError), match="append-only"
        ):
            _run(address, attack)
    assert ledger.verify().ok


def _run(address: str, statement: str) -> None:
    if "://" in address:
        with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as raw:
            raw.execute(statement.encode())
    else:
        with closing(sqlite3.connect(address, isolation_level=None)) as raw_file:
            raw_file.execute(statement)


def test_marks_are_told_from_texts() -> None:
    assert is_marked("[erased] ▮ ▮")
    assert is_marked(["[erased]", "[erased]"])
    for other in ("[erased] ", "[erased] x", "", [], ["[erased]", "x"], None, 7):
        assert not is_marked(other)


# --- older records --------------------------------------------------------------------------------

SAMPLES = Path(__file__).parents[1] / "samples" / "ledger"
V1_HEAD = "956c41c90344b1682cdd9d1111fa05e729952a85618c0a0ee5b0ae1af47735e2"


@pytest.fixture
def first_version(address: str) -> str:
    """A record as version 1 wrote it."""
    if "://" in address:
        with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as raw:
            raw.execute((SAMPLES / "v1.postgres.sql").read_bytes())
    else:
        shutil.copy(SAMPLES / "v1.sqlite", address)
    return address


def schema_version(address: str) -> int:
    if "://" in address:
        with psycopg.connect(address.replace("+psycopg", "")) as raw:
            row = raw.execute("SELECT version FROM ledger_schema").fetchone()
    else:
        with closing(sqlite3.connect(address)) as raw_file:
            row = raw_file.execute("SELECT version FROM ledger_schema").fetchone()
    assert row is not None
    return int(row[0])


def test_a_record_of_the_first_version_reads_verifies_and_exports_the_same(
    first_version: str,
) -> None:
    with closing(Ledger.open(SAMPLES / "v1.sqlite")) as shipped:
        lines = list(shipped.export())
    with closing(Ledger.open(first_version)) as ledger:
        assert ledger.verify(V1_HEAD).ok
        assert list(ledger.export()) == lines
        assert ledger.append(note()).seq == 5
    assert schema_version(first_version) == 1, "an older Countback can go on reading it"


def test_its_first_erasure_raises_it_and_changes_no_other_line(first_version: str) -> None:
    with closing(Ledger.open(first_version)) as ledger:
        before = list(ledger.export())
        assert erase(ledger, 1) is not None
        after = list(ledger.export())
        assert ledger.verify(V1_HEAD).ok
        assert after[1:4] == before[1:4]
        assert "price list" not in "".join(after)
    assert schema_version(first_version) == 2
    with closing(Ledger.open(first_version)) as again:
        assert erase(again, 2) is not None
        assert erase(again, 4) is None, "it holds no text"
        assert again.verify(V1_HEAD).ok


class Died(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("step", [1, 2, 3, 35])
def test_broken_off_at_any_step_it_is_as_it_was(first_version: str, step: int) -> None:
    def die(number: int) -> None:
        if number == step:
            raise Died

    with closing(Ledger.open(first_version)) as ledger:
        before = list(ledger.export())
        ledger.step = die
        with pytest.raises(Died):
            erase(ledger, 1, 2)
        del ledger.step
        assert list(ledger.export()) == before
        assert schema_version(first_version) == 1
        assert erase(ledger, 1, 2) is not None
        assert ledger.verify(V1_HEAD).ok


def test_a_shipped_record_that_may_not_be_written_is_read(tmp_path: Path) -> None:
    path = Path(shutil.copy(SAMPLES / "v1.sqlite", tmp_path))
    path.chmod(0o444)
    before = path.read_bytes()
    with closing(Ledger.open(path)) as ledger:
        assert ledger.verify(V1_HEAD).ok
        assert ledger.head() == Head(entries=4, hash=V1_HEAD)
    assert path.read_bytes() == before


def test_a_newer_version_is_refused_on_a_server_too(postgres: Server) -> None:
    url = postgres.url()
    Ledger.open(url).close()
    with postgres.connect(url) as raw:
        raw.execute("UPDATE ledger_schema SET version = 99")
    with pytest.raises(Exception, match="schema version 99, this Countback knows up to 2"):
        Ledger.open(url)


def test_killed_in_the_middle_the_first_version_stands(tmp_path: Path) -> None:
    path = Path(shutil.copy(SAMPLES / "v1.sqlite", tmp_path))
    child = os.fork()
    if child == 0:
        ledger = Ledger.open(path)
        ledger.step = lambda number: os.kill(os.getpid(), signal.SIGKILL) if number == 35 else None
        erase(ledger, 1, 2)
        os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    assert schema_version(str(path)) == 1
    with closing(Ledger.open(path)) as ledger:
        assert ledger.verify(V1_HEAD).ok
        assert ledger.head().entries == 4
