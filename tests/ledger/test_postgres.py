"""The record on PostgreSQL: its guards, who may do what there, and a server that goes away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from pipeline.ledger import Ledger, engines, place_of
from pipeline.model import CountbackError, WrongCall
from pipeline.pilot import Pilot
from pipeline.settings import read_settings
from tests.histories import note, story
from tests.ledger.test_store import COLUMNS, ROW
from tests.postgres import Server, server

#: What docs/operate.md gives the user whom the app signs in as, when another owns the tables.
GRANTS = (
    "GRANT USAGE ON SCHEMA {schema} TO {user}",
    "GRANT SELECT, INSERT ON {schema}.entries TO {user}",
    "GRANT SELECT, INSERT, UPDATE ON {schema}.subjects TO {user}",
    "GRANT SELECT ON {schema}.ledger_schema TO {user}",
)
ATTACKS = {
    "update": "UPDATE entries SET by = 'eve' WHERE seq = 2",
    "update of nothing": "UPDATE entries SET by = 'eve' WHERE seq = 99",
    "delete": "DELETE FROM entries WHERE seq = 3",
    "truncate": "TRUNCATE entries",
    "upsert": f"INSERT INTO entries SELECT {COLUMNS} FROM entries WHERE seq = 1 "
    "ON CONFLICT (seq) DO UPDATE SET by = 'eve'",
    "merge": "MERGE INTO entries USING subjects ON entries.seq = 1 "
    "WHEN MATCHED THEN UPDATE SET by = 'eve'",
}


@pytest.fixture
def url(postgres: Server) -> str:
    return postgres.url()


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    with closing(Ledger.open(url)) as opened:
        yield opened


# --- guards ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_what_was_written_cannot_be_written_over(
    postgres: Server, url: str, ledger: Ledger, attack: str
) -> None:
    written = ledger.append_all(story(3))
    with (
        postgres.connect(url) as raw,
        pytest.raises(psycopg.errors.RaiseException, match="append-only"),
    ):
        raw.execute(attack.encode())
    assert ledger.entries() == written


def test_the_guards_away_a_change_is_named(postgres: Server, url: str, ledger: Ledger) -> None:
    ledger.append_all(story(4))
    head = ledger.head().hash
    with postgres.connect(url) as raw:
        raw.execute("DROP TRIGGER entries_no_change ON entries")
        raw.execute("UPDATE entries SET by = 'eve' WHERE seq = 2")
    found = ledger.verify(head)
    assert (found.ok, found.first_broken) == (False, 2)


def test_the_least_that_the_app_needs_is_to_read_and_to_add(postgres: Server) -> None:
    url = postgres.url()
    schema = url.rpartition("%3D")[2]
    with closing(Ledger.open(url)) as owner:
        owner.append(note())
    user = f"app_{schema}"
    given = [line.format(schema=schema, user=user) for line in GRANTS]
    postgres.do(f"CREATE ROLE {user} LOGIN", *given)
    with closing(Ledger.open(postgres.url(user, schema))) as app:
        assert app.append(note(), expected_version=1).seq == 2
        assert app.verify().ok
    with psycopg.connect(postgres.plain.replace("postgres@", f"{user}@"), autocommit=True) as raw:
        raw.execute(f"SET search_path TO {schema}".encode())
        for attack in (*ATTACKS.values(), "DROP TRIGGER entries_no_change ON entries"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw.execute(attack.encode())
        with pytest.raises(psycopg.errors.UniqueViolation):
            raw.execute(f"INSERT INTO entries VALUES (2, 'new', {ROW.format(version=9)})".encode())


def test_two_schemas_of_one_database_are_two_records(postgres: Server) -> None:
    with (
        closing(Ledger.open(postgres.url())) as one,
        closing(Ledger.open(postgres.url())) as two,
    ):
        one.append_all(story(3))
        two.append(note("C-9"))
        assert (one.head().entries, two.head().entries) == (3, 1)
        assert one.verify().ok
        assert two.verify().ok


def test_a_character_that_postgres_cannot_hold_is_refused_by_name(ledger: Ledger) -> None:
    with pytest.raises(WrongCall, match=r"C-\\x00 cannot be recorded .*PostgreSQL"):
        ledger.append(note("C-\x00"))
    assert ledger.append(note("C-1", text="\x00 in a payload")).seq == 1
    assert ledger.verify().ok


# --- a server that goes away ----------------------------------------------------------------------


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_connection_that_is_cut_in_the_middle_of_a_write_leaves_nothing_of_it(
    postgres: Server, ledger: Ledger, step: int
) -> None:
    ledger.append_all(story(3))

    def cut(number: int) -> None:
        if number == step:
            postgres.do(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )

    ledger.step = cut
    with pytest.raises(CountbackError, match=r"could not be used .*try again") as refused:
        ledger.append(note("C-1", amount="1"), event_id="click-7", expected_version=1)
    assert "\n" not in str(refused.value)
    del ledger.step
    assert ledger.head().entries == 3
    done = ledger.append(note("C-1", amount="1"), event_id="click-7", expected_version=1)
    assert ledger.append(note("C-1", amount="1"), event_id="click-7", expected_version=1) == done
    assert (ledger.head().entries, ledger.verify().ok) == (4, True)


def test_what_was_written_and_never_told_is_found_by_its_id(
    postgres: Server, ledger: Ledger
) -> None:
    class Gone(BaseException):
        pass

    def die(number: int) -> None:
        if number == 4:
            raise Gone

    ledger.step = die
    with pytest.raises(Gone):
        ledger.append(note(), event_id="click-7")
    del ledger.step
    assert ledger.append(note(), event_id="click-7").seq == 1
    assert ledger.head().entries == 1


def test_a_server_that_restarts_is_written_on_again(postgres: Server) -> None:
    with server(postgres.bin) as other, closing(Ledger.open(other.url())) as ledger:
        written = ledger.append_all(story(3))
        other.stop()
        with pytest.raises(CountbackError, match="check its disk or its server, then try again"):
            ledger.append(note("C-9"), event_id="click-9")
        with pytest.raises(CountbackError, match="could not be used"):
            ledger.entries()
        other.start()
        assert ledger.entries() == written
        assert ledger.append(note("C-9"), event_id="click-9").seq == 4
        assert ledger.verify(written[-1].hash).ok


def test_a_writer_who_does_not_let_go_is_waited_for_as_long_as_a_file_would_be(
    postgres: Server, url: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.ledger.engines.BUSY_SECONDS", 0.2)
    with postgres.connect(url) as other, other.transaction():
        other.execute("SELECT pg_advisory_xact_lock(%s)", [engines._WRITER_LOCK])
        with pytest.raises(CountbackError, match=r"lock timeout.*try again"):
            ledger.append(note())
    assert ledger.append(note()).seq == 1


# --- a pilot whose record stands on a server ------------------------------------------------------


def test_a_pilot_says_where_its_record_stands(tmp_path: Path, url: str) -> None:
    (tmp_path / "pilot.toml").write_text(f'[record]\nurl = "{url}"\n')
    pilot = Pilot.open(tmp_path)
    assert not pilot.record.exists()
    assert pilot.entries() == []
    with closing(pilot.ledger()) as ledger:
        written = ledger.append_all(story(2))
    assert pilot.record.exists()
    assert Pilot.open(tmp_path).entries() == written
    assert [path.name for path in tmp_path.iterdir()] == ["pilot.toml"]


def test_the_variable_counts_first_but_never_for_made_up_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTBACK_LEDGER", "postgresql+psycopg://ana:secret@db.example/pilot")
    assert str(Pilot.open(tmp_path).record) == "postgresql+psycopg://ana:***@db.example/pilot"
    assert "secret" not in repr(Pilot.open(tmp_path).record)
    (tmp_path / "pilot.toml").write_text("[pilot]\nsynthetic = true\n")
    assert Pilot.open(tmp_path).record.file == tmp_path / "ledger.sqlite"
    monkeypatch.setenv("COUNTBACK_LEDGER", "db.example")
    (tmp_path / "pilot.toml").unlink()
    with pytest.raises(WrongCall, match="COUNTBACK_LEDGER is no database URL"):
        _ = Pilot.open(tmp_path).record


def test_two_records_of_one_pilot_are_refused(tmp_path: Path, url: str) -> None:
    Ledger.open(tmp_path / "ledger.sqlite").close()
    (tmp_path / "pilot.toml").write_text(f'[record]\nurl = "{url}"\n')
    with pytest.raises(WrongCall, match=r"two records, ledger\.sqlite and postgresql"):
        Pilot.open(tmp_path).entries()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql+psycopg://ana:hunter2@db/x", "a password does not belong in a file"),
        ("postgresql+psycopg://db/x?user=a&password=hunter2", "a password does not belong"),
        ("db.example", "write it as postgresql"),
    ],
)
def test_a_url_in_a_file_holds_no_password(tmp_path: Path, url: str, said: str) -> None:
    (tmp_path / "pilot.toml").write_text(f'[record]\nurl = "{url}"\n')
    with pytest.raises(WrongCall, match=said) as refused:
        read_settings(tmp_path / "pilot.toml")
    assert "hunter2" not in str(refused.value)


def test_a_server_that_is_not_there_is_one_sentence() -> None:
    place = place_of("postgresql+psycopg://ana:hunter2@127.0.0.1:1/pilot")
    for look in (place.exists, place.open):
        with pytest.raises(CountbackError, match=r"could not be used .*check its disk or") as said:
            look()
        assert "hunter2" not in str(said.value)
        assert "\n" not in str(said.value)
