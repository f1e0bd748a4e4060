"""Books are a memory: built once, kept where nothing changed, rebuilt when damaged or deleted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import CountbackError
from pipeline.pilot import Pilot
from pipeline.warehouse.books import build
from pipeline.warehouse.opening import DamagedBooks, open_books
from tests.conftest import REPOSITORY
from tests.drawn import Draw, balances, money, seen

THREE = """
    customers.csv
    customer_id | name | tier
    c1          | One  | mid

    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount
    A          | c1          | 2026-01-10 | 2026-02-09 | 100.00
    B          | c1          | 2026-01-10 | 2026-02-09 | soon

    applications.csv
    application_id | invoice_id | kind | effective_on | amount
    1              | A          | cash | 2026-02-01   | 30.00
    1              | A          | cash | 2026-02-01   | 30.00
    2              | Z          | cash | 2026-02-01   | 30.00
"""


def messages(pilot: Pilot) -> list[str]:
    heard: list[str] = []
    Pilot.open(pilot.folder).books(heard.append)
    return [line for line in heard if line.startswith(("Keeping", "Reading", "The books"))]


def cached(pilot: Pilot) -> list[Path]:
    return sorted((pilot.folder / ".cache").glob("books-*"))


def report(pilot: Pilot) -> Any:
    return Pilot.open(pilot.folder).load()


def owed(pilot: Pilot) -> Any:
    with seen(Pilot.open(pilot.folder), "2026-02-05") as day:
        return balances(day)


# --- what changed and what did not ---------------------------------------------------------------


def test_only_a_changed_file_is_read_again(drawn: Draw) -> None:
    pilot = drawn(THREE)
    assert messages(pilot) == [
        "Reading applications.csv",
        "Reading customers.csv",
        "Reading invoices.csv",
    ]
    assert messages(pilot) == []
    path = pilot.exports / "invoices.csv"
    path.write_text(path.read_text("utf-8").replace("soon", "7.00"), encoding="utf-8")
    assert messages(pilot) == [
        "Keeping applications.csv",
        "Keeping customers.csv",
        "Reading invoices.csv",
    ]
    assert owed(pilot) == money(A="70.00", B="7.00")


def test_kept_rows_give_the_same_report_as_rows_read_afresh(drawn: Draw, tmp_path: Path) -> None:
    pilot = drawn(THREE)
    report(pilot)
    path = pilot.exports / "invoices.csv"
    path.write_text(path.read_text("utf-8") + "Z,c1,2026-01-11,,30.00\n", encoding="utf-8")
    kept = report(pilot)
    for books in cached(pilot):
        books.unlink()
    assert report(pilot) == kept
    (applied,) = [file for file in kept.files if file.kind == "applications"]
    assert (applied.accepted, applied.skipped, applied.refused) == (2, 1, 0)


def test_what_was_refused_for_another_file_is_judged_anew(drawn: Draw) -> None:
    """An application in its invoice's currency stays so when that currency changes."""
    pilot = drawn(THREE)
    assert owed(pilot) == money(A="70.00")
    path = pilot.exports / "invoices.csv"
    text = path.read_text("utf-8").replace("amount\n", "amount,currency\n")
    path.write_text(text.replace("100.00", "100.00,EUR").replace("soon", "1.00,EUR"), "utf-8")
    assert owed(pilot) == money(A="70.00", B="1.00")


def test_rows_keep_their_places_when_they_are_kept(drawn: Draw) -> None:
    pilot = drawn(THREE)
    before = report(pilot)
    (pilot.exports / "a_new_one.csv").write_text(
        "invoice_id,customer_id,issued_on,amount\nN,c1,2026-01-10,5.00\n", encoding="utf-8"
    )
    after = {file.file: file for file in report(pilot).files}
    for file in before.files:
        assert after[file.file].reasons == file.reasons


def test_another_answer_reads_the_file_again_and_the_same_one_does_not(drawn: Draw) -> None:
    pilot = drawn("""
        invoices.csv
        invoice_id | customer_id | issued_on  | amount
        A          | c1          | 03/04/2026 | 100.00
    """)
    pilot.load({"invoices.csv": "day first"})
    (pilot.exports / "notes.txt").write_text("something else", encoding="utf-8")
    assert messages(pilot) == ["Keeping invoices.csv", "Reading notes.txt"]
    pilot.load({"invoices.csv": "month first"})
    assert pilot.books().last_known_day() == date(2026, 3, 4)


def test_a_layout_of_the_pilots_own_reads_everything_again(drawn: Draw) -> None:
    pilot = drawn(THREE)
    messages(pilot)
    (pilot.folder / "formats").mkdir()
    (pilot.folder / "formats" / "mine.toml").write_text(
        'name = "mine"\ntitle = "Mine"\nkind = "people"\n[recognise]\nheaders = ["who"]\n'
        '[columns]\nperson_id = "who"\nname = "who"\nemail = "who"\n',
        encoding="utf-8",
    )
    assert len([line for line in messages(pilot) if line.startswith("Reading")]) == 3


def test_deleting_the_cache_loses_nothing(drawn: Draw) -> None:
    pilot = drawn(THREE)
    before = report(pilot), owed(pilot)
    for books in cached(pilot):
        books.unlink()
    (pilot.folder / ".cache").rmdir()
    assert (report(pilot), owed(pilot)) == before


def test_the_books_before_are_kept_for_who_still_reads_them(drawn: Draw) -> None:
    pilot = drawn(THREE)
    with seen(pilot, "2026-02-05") as old:
        path = pilot.exports / "invoices.csv"
        for amount in ("1.00", "2.00", "3.00"):
            path.write_text(path.read_text("utf-8") + f"N{amount},c1,2026-01-10,,{amount}\n")
            Pilot.open(pilot.folder).books()
        assert balances(old) == money(A="70.00")
    assert len(cached(pilot)) == 2


# --- damage --------------------------------------------------------------------------------------


def damage(path: Path, how: str) -> None:
    data = bytearray(path.read_bytes())
    if how == "empty":
        data = bytearray()
    elif how == "truncated":
        data = data[: len(data) // 2]
    elif how == "no database":
        data = bytearray(b"remember the milk\n" * 1000)
    elif how == "header":
        data[4096:4196] = bytes(100)
    else:
        for at in range(20_000, len(data), 50_000):
            data[at : at + 200] = os.urandom(200)
    # A new inode, as a disk fault shows: the process must not see the file it has open.
    path.unlink()
    path.write_bytes(data)


@pytest.mark.parametrize("how", ["empty", "truncated", "no database", "header", "random"])
def test_damaged_books_are_built_again(drawn: Draw, how: str) -> None:
    pilot = drawn(THREE)
    before = in_a_process(pilot)
    (path,) = cached(pilot)
    damage(path, how)
    first = in_a_process(pilot)
    assert first == before or "damaged and were thrown away" in first
    assert in_a_process(pilot) == before


def in_a_process(pilot: Pilot) -> str:
    """What a fresh process makes of the pilot: its figures, or its one sentence."""
    script = (
        "import sys\nfrom datetime import date\nfrom pipeline.model import CountbackError\n"
        "from pipeline.pilot import Pilot\nfrom pipeline.figures import aging\n"
        "try:\n    pilot = Pilot.open(sys.argv[1])\n"
        "    report = pilot.load()\n"
        "    with pilot.day(date(2026, 2, 5)) as day:\n"
        "        desk = pilot.desk(day)\n"
        "        print(report, aging(day), desk.routes)\n"
        "except CountbackError as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(pilot.folder)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_damage_found_while_reading_is_one_sentence_and_mended_by_trying_again(
    drawn: Draw,
) -> None:
    pilot = drawn(THREE)
    path = build(pilot._ingredients(), pilot.folder / ".cache")
    damage(path, "random")
    try:
        books = open_books(path)
        with pytest.raises(DamagedBooks, match="thrown away: try again"):
            books.rows("select * from balances, file_summary, intake_invoices, refusals")
    except DamagedBooks:
        pass
    assert not path.exists()
    assert owed(pilot) == money(A="70.00")


def test_damaged_books_before_are_read_past(drawn: Draw) -> None:
    pilot = drawn(THREE)
    path = build(pilot._ingredients(), pilot.folder / ".cache")
    damage(path, "random")
    (pilot.exports / "notes.txt").write_text("something else", encoding="utf-8")
    assert owed(pilot) == money(A="70.00")


# --- interruptions and crowds --------------------------------------------------------------------


def test_a_build_that_was_killed_leaves_the_old_books_and_is_cleared_away(drawn: Draw) -> None:
    pilot = drawn(THREE)
    before = owed(pilot)
    kept = cached(pilot)
    rows = "".join(f"K{n},c1,2026-01-10,,1.00\n" for n in range(60_000))
    path = pilot.exports / "invoices.csv"
    text = path.read_text("utf-8")
    path.write_text(text + rows, encoding="utf-8")
    script = "import sys; from pipeline.pilot import Pilot; Pilot.open(sys.argv[1]).books()"
    process = subprocess.Popen([sys.executable, "-c", script, str(pilot.folder)], cwd=REPOSITORY)
    try:
        _wait_for(lambda: list((pilot.folder / ".cache").glob("building-*")))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert cached(pilot) == kept
    assert list((pilot.folder / ".cache").glob("building-*"))
    path.write_text(text, encoding="utf-8")
    assert owed(pilot) == before
    path.write_text(text + rows, encoding="utf-8")
    assert len(owed(pilot)) == 60_001
    assert not list((pilot.folder / ".cache").glob("building-*"))


def _wait_for(condition: Any) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_two_processes_that_build_at_once_both_end_well(drawn: Draw) -> None:
    pilot = drawn(THREE)
    found: list[str] = []
    crowd = [threading.Thread(target=lambda: found.append(in_a_process(pilot))) for _ in range(3)]
    _run(crowd)
    assert len(found) == 3
    assert len(set(found)) == 1
    assert "Decimal('70.000')" in found[0]
    assert len(cached(pilot)) == 1


def test_threads_share_the_books_and_each_has_its_own_day(drawn: Draw) -> None:
    pilot = drawn(THREE)
    found: dict[int, Any] = {}

    def look(n: int) -> None:
        on = date(2026, 1, 9 + n)
        with seen(Pilot.open(pilot.folder), on) as day:
            for _ in range(3):
                day.metric("aging", flavour=("restated", "reported")[n % 2])
            found[n] = balances(day)

    _run([threading.Thread(target=look, args=(n,)) for n in range(6)])
    assert found == {n: money(A="100.00") if n else {} for n in range(6)}


def _run(crowd: Sequence[threading.Thread]) -> None:
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()


def test_opening_twice_shares_one_connection(drawn: Draw) -> None:
    pilot = drawn(THREE)
    assert Pilot.open(pilot.folder).books() is pilot.books()


def test_a_file_that_changes_while_it_is_read_stops_the_load(
    drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    pilot = drawn(THREE)
    ingredients = pilot._ingredients()
    path = pilot.exports / "invoices.csv"
    path.write_text(path.read_text("utf-8").replace("100.00", "100.01"), encoding="utf-8")
    with pytest.raises(CountbackError, match=r"invoices\.csv: changed while it was being read"):
        build(ingredients, pilot.folder / ".cache")
    assert owed(pilot) == money(A="70.01")


def test_a_cache_that_cannot_be_written_is_one_sentence(drawn: Draw) -> None:
    pilot = drawn(THREE)
    (pilot.folder / ".cache").write_text("in the way", encoding="utf-8")
    with pytest.raises(CountbackError, match="the books cannot be written here"):
        pilot.books()


def test_an_empty_pilot_says_that_nothing_was_loaded(drawn: Draw) -> None:
    pilot = drawn()
    assert pilot.load().files == ()
    with pytest.raises(CountbackError, match="no invoice was loaded"):
        pilot.day()


def test_the_books_are_locked_once_open(drawn: Draw) -> None:
    books = drawn(THREE).books()
    for hostile in (
        "copy (select 1) to '/tmp/out.csv'",
        "select * from read_csv('/etc/passwd')",
        "attach '/tmp/other.duckdb'",
        "install httpfs",
        "set enable_external_access = true",
        "delete from books.intake_invoices",
    ):
        with pytest.raises(Exception, match=r"(?i)disabled|locked|read-only|permission|cannot"):
            books.rows(hostile)
