"""Books in a lake: what the file says, published whole, and read while others publish."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipeline.model import CountbackError
from pipeline.pilot import Pilot
from pipeline.warehouse import lake as lakes
from pipeline.warehouse.doors import DATA_VARIABLE, URL_VARIABLE, Door
from tests.conftest import REPOSITORY
from tests.drawn import Draw, balances, draw, money, seen

TWO = """
    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount
    A          | c1          | 2026-01-10 | 2026-02-09 | 100.00
    B          | c2          | 2026-01-10 | 2026-02-09 | 50.00

    applications.csv
    application_id | invoice_id | kind | effective_on | amount
    1              | A          | cash | 2026-02-01   | 30.00
"""


def owed(pilot: Pilot) -> object:
    with seen(Pilot.open(pilot.folder), "2026-02-05") as day:
        return balances(day)


def change(pilot: Pilot, old: str, new: str) -> None:
    path = pilot.exports / "invoices.csv"
    path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")


def schema_of(pilot: Pilot) -> str:
    name = pilot.books().path.name
    return name[name.index("books_") :]


def generations(url: str) -> list[str]:
    with closing(duckdb.connect()) as connection:
        Door(url).attach(connection, snapshot=None, is_writing=False)
        rows = connection.execute(
            "select schema_name from duckdb_schemas() where database_name = 'lake' "
            "and schema_name like 'books_%' order by 1"
        )
        return [name for (name,) in rows.fetchall()]


# --- the same books ------------------------------------------------------------------------------


def test_the_lake_says_what_the_file_says(
    drawn: Draw, lake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pilot = drawn(TWO)
    assert owed(pilot) == money(A="70.00", B="50.00")
    told = pilot.load()
    assert generations(lake) == [schema_of(pilot)]
    monkeypatch.delenv(URL_VARIABLE)
    assert owed(pilot) == money(A="70.00", B="50.00")
    assert pilot.load() == told


def test_pilot_toml_names_the_lake(
    drawn: Draw, lake: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(URL_VARIABLE)
    monkeypatch.delenv(DATA_VARIABLE)
    pilot = drawn(alike(7), f'[books]\nurl = "{lake}"\ndata_path = "{tmp_path}/parquet"')
    assert len(pilot.books().rows("from invoices where amount = 7")) == 40
    assert generations(lake) == [schema_of(pilot)]
    assert files(tmp_path / "parquet")


@pytest.mark.parametrize("kind", ["ducklake:sqlite:{}/catalog.sqlite", "ducklake:{}/a.ducklake"])
def test_a_catalog_may_be_a_file(
    kind: str, drawn: Draw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_VARIABLE, kind.format(tmp_path))
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "parquet"))
    assert owed(drawn(TWO)) == money(A="70.00", B="50.00")


# --- several hosts -------------------------------------------------------------------------------


def test_another_host_with_the_same_exports_builds_nothing(
    drawn: Draw, lake: str, tmp_path: Path
) -> None:
    owed(drawn(TWO))
    other = draw(tmp_path / "other", TWO)
    heard: list[str] = []
    other.books(heard.append)
    assert heard == []
    assert owed(other) == money(A="70.00", B="50.00")


def test_a_host_without_exports_reads_what_was_published_last(
    drawn: Draw, lake: str, tmp_path: Path
) -> None:
    pilot = drawn(TWO)
    owed(pilot)
    reading = draw(tmp_path / "reading")
    assert owed(reading) == money(A="70.00", B="50.00")
    change(pilot, "50.00", "60.00")
    owed(pilot)
    assert owed(reading) == money(A="70.00", B="60.00")


def test_a_host_without_exports_is_told_that_the_lake_is_empty(lake: str, tmp_path: Path) -> None:
    with pytest.raises(CountbackError, match="no books were published there yet"):
        draw(tmp_path / "reading").books()


def test_books_of_another_version_are_refused_in_a_sentence(
    drawn: Draw, lake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owed(drawn(TWO))
    monkeypatch.setattr(lakes, "tables_engine", lambda: "another")
    with pytest.raises(CountbackError, match="made by another version of Countback"):
        draw(tmp_path / "reading").books()


def test_the_newest_books_and_those_before_stay_and_an_open_day_is_not_disturbed(
    drawn: Draw, lake: str, tmp_path: Path
) -> None:
    pilot = drawn(alike(1))
    made = [schema_of(pilot)]
    with seen(pilot, "2026-02-05") as day:
        for amount in (2, 3):
            assert set(balances(day).values()) == {Decimal(1)}
            change(pilot, f"{amount - 1}.00", f"{amount}.00")
            made.append(schema_of(pilot))
        with pytest.raises(CountbackError, match="newer books were published twice"):
            balances(day)
    assert set(generations(lake)) == set(made[1:])
    # The files of the one before those still serve whoever reads as of its successor.
    kept = {path.relative_to(tmp_path / "lake").parts[0] for path in files(tmp_path / "lake")}
    assert kept - {"main"} == set(made)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.parquet") if path.is_file()]


def test_two_hosts_read_while_a_third_publishes(drawn: Draw, lake: str, tmp_path: Path) -> None:
    """Every invoice of a generation has the same amount: a mix of two would show at once."""
    pilot = drawn(alike(1))
    pilot.books()
    readers = [host("read", tmp_path / f"host{number}") for number in (1, 2)]
    loader = host("load", pilot.folder)
    assert loader.communicate(timeout=1_200)[0].split() == [b"done"]
    for reader in readers:
        out, error = reader.communicate(timeout=1_200)
        assert (reader.returncode, error) == (0, b"")
        seen_amounts = [int(amount) for amount in out.split()]
        assert seen_amounts == sorted(seen_amounts)
        assert seen_amounts[-1] == LAST
        assert len(set(seen_amounts)) > 1


LAST = 3


def alike(amount: int) -> str:
    rows = "\n".join(
        f"    I{number} | c{number} | 2026-01-10 | 2026-02-09 | {amount}.00" for number in range(40)
    )
    return f"    invoices.csv\n    invoice_id | customer_id | issued_on | due_on | amount\n{rows}"


HOST = """
import sys
import time
from pathlib import Path
from pipeline.pilot import Pilot
from tests.books.test_lake import LAST, alike, change, draw

what, folder = sys.argv[1], Path(sys.argv[2])
if what == "load":
    for amount in range(2, LAST + 1):
        change(draw(folder), f"{amount - 1}.00", f"{amount}.00")
        Pilot.open(folder).books()
    print("done")
else:
    amount = 0
    while amount < LAST:
        rows = draw(folder).books().rows(
            "select receivables.amount::integer as amount, count(*) as n from receivables "
            "join invoices on receivables.invoice_key = invoices.invoice_key "
            "where invoices.amount = receivables.amount group by all"
        )
        [row] = rows
        assert row["n"] == 40, rows
        amount = row["amount"]
        print(amount)
        time.sleep(0.2)
"""


def host(what: str, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", HOST, what, str(folder)],
        cwd=REPOSITORY,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


# --- nothing but whole books ---------------------------------------------------------------------


def test_a_publication_that_breaks_off_leaves_nothing(
    drawn: Draw, lake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pilot = drawn(TWO)
    copied = lakes._copy

    def break_off(connection: duckdb.DuckDBPyConnection, made: str, into: str) -> None:
        if "receivables" in made:
            raise duckdb.IOException("the disk is full")
        copied(connection, made, into)

    monkeypatch.setattr(lakes, "_copy", break_off)
    with pytest.raises(CountbackError, match="the disk is full"):
        pilot.books()
    assert generations(lake) == []


def test_rows_at_other_places_are_not_published(
    drawn: Draw, lake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An invoice is known by the place of its row: a lake that turns rows around mixes them up."""
    execute = lakes._fill

    def turned(connection: duckdb.DuckDBPyConnection, made: str, into: str) -> None:
        execute(connection, f"{made} order by rowid desc", into)

    monkeypatch.setattr(lakes, "_fill", turned)
    with pytest.raises(CountbackError, match="gave back other rows than were published"):
        drawn(TWO).books()
    assert generations(lake) == []


def test_the_same_books_published_twice_at_once_are_there_once(
    drawn: Draw, lake: str, tmp_path: Path
) -> None:
    pilot = drawn(TWO)
    name = schema_of(pilot)
    lakes.publish(Door(lake), name, next((pilot.folder / ".cache").glob("books-*.duckdb")))
    assert generations(lake) == [name]
    assert owed(pilot) == money(A="70.00", B="50.00")


# --- locked down ---------------------------------------------------------------------------------


def test_nothing_beside_the_lake_can_be_read(drawn: Draw, lake: str, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n", encoding="utf-8")
    books = drawn(TWO).books()
    with pytest.raises(duckdb.PermissionException, match="Cannot access file"):
        books.rows(f"select * from read_csv('{tmp_path}/secret.csv')")
    with pytest.raises(duckdb.Error, match="read-only"):
        books.rows("insert into lake.main.generations values (9, 'x', 'y')")


def test_an_unreachable_lake_is_told_without_its_password(
    drawn: Draw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(
        URL_VARIABLE, f"ducklake:postgres:dbname=x host={tmp_path} user=u password=hunter2"
    )
    with pytest.raises(CountbackError) as caught:
        drawn(TWO).books()
    assert "cannot be read or written there" in str(caught.value)
    assert "hunter2" not in str(caught.value)
