"""Many people, many processes, one record; and a process that dies in the middle."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from pipeline.ledger import Ledger, Stale
from pipeline.model import CountbackError
from tests.conftest import REPOSITORY
from tests.histories import note
from tests.soak.bounds import Clock, tell

THREADS = 20
SUBJECTS = [f"C-{i}" for i in range(200)]


def claim_all(ledger: Ledger, person: str, subjects: Sequence[str] = SUBJECTS) -> list[str]:
    """Try to be the first on every subject; the subjects that were won."""
    return [subject for subject in subjects if is_won(ledger, person, subject)]


def is_won(ledger: Ledger, person: str, subject: str) -> bool:
    """Whether this person was first; whoever waits too long tries again, as they are told to.

    Was such an entry written all the same, then nobody has won this subject, which is found out.
    """
    while True:
        try:
            return bool(ledger.append(note(subject, by=person), expected_version=0))
        except Stale:
            return False
        except CountbackError as error:
            if "nothing was written, so try again" not in str(error):
                raise


def race(
    path: Path | str,
    people: list[str],
    subjects: Sequence[str] = SUBJECTS,
    *,
    is_shared: bool = True,
) -> list[str]:
    """All people at once, one thread each, sharing one `Ledger` or with one each."""
    how_many = 1 if is_shared else len(people)
    with ThreadPoolExecutor(how_many) as pool:  # the first makes the tables, the others wait
        ledgers = [*pool.map(lambda _: Ledger.open(path), range(how_many))]
    start = Barrier(len(people))

    def run(number: int) -> list[str]:
        start.wait()
        return claim_all(ledgers[number % len(ledgers)], people[number], subjects)

    with ThreadPoolExecutor(len(people)) as pool:
        won = [subject for wins in pool.map(run, range(len(people))) for subject in wins]
    for ledger in ledgers:
        ledger.close()
    return won


def child(task: str, *arguments: object) -> subprocess.Popen[str]:
    """This file's function in a process of its own."""
    code = f"import sys; from tests.ledger.test_together import {task}; {task}(*sys.argv[1:])"
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )


def race_and_print(path: str, name: str) -> None:
    people = [f"{name}{i}" for i in range(THREADS // 2)]
    sys.stdout.write("\n".join(race(path, people)))


def write_and_print(path: str, batch: str) -> None:
    """Write for ever, batch by batch, telling each entry only after it was acknowledged."""
    ledger = Ledger.open(path)
    while True:
        events = [note(f"C-{i}") for i in range(int(batch))]
        written = ledger.append_all(events) if len(events) > 1 else [ledger.append(events[0])]
        sys.stdout.writelines(f"{entry.event_id}\n" for entry in written)
        sys.stdout.flush()


def assert_each_subject_was_won_once(
    path: Path | str, won: list[str], subjects: Sequence[str] = SUBJECTS
) -> None:
    assert Counter(won) == Counter(subjects)
    ledger = Ledger.open(path)
    assert [entry.version for entry in ledger.entries()] == [1] * len(subjects)
    assert ledger.verify().ok
    ledger.close()


def test_of_twenty_reviewers_exactly_one_wins_each_case(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    won = race(path, [f"reviewer {i}" for i in range(THREADS)])
    assert_each_subject_was_won_once(path, won)


def test_so_it_is_on_either_database_with_a_connection_each(address: str) -> None:
    people = [f"reviewer {i}" for i in range(6)]
    won = race(address, people, SUBJECTS[:25], is_shared=False)
    assert_each_subject_was_won_once(address, won, SUBJECTS[:25])


@pytest.mark.soak
@pytest.mark.parametrize("is_shared", [True, False])
def test_of_fifty_reviewers_exactly_one_wins_each_of_five_hundred(
    address: str, is_shared: bool
) -> None:
    people = [f"reviewer {i}" for i in range(50)]
    drafts = [f"D-{i}" for i in range(500)]
    clock = Clock(10)
    won = race(address, people, drafts, is_shared=is_shared)
    assert_each_subject_was_won_once(address, won, drafts)
    tell(
        "reviewers at once",
        clock,
        on="postgresql" if "://" in address else "sqlite",
        connections=1 if is_shared else len(people),
        attempts=len(people) * len(drafts),
        winners=len(won),
    )


def test_so_it_is_between_processes_that_open_the_record_together(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    both = [child("race_and_print", path, name) for name in ("ana", "ben")]
    won = [line for process in both for line in process.communicate(timeout=120)[0].split()]
    assert [process.returncode for process in both] == [0, 0]
    assert_each_subject_was_won_once(path, won)


def test_writers_without_a_version_to_expect_all_get_through(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "ledger.sqlite")

    def write(person: int) -> list[int]:
        written = [ledger.append(note("C-1", by=str(person))) for _ in range(20)]
        return [entry.version for entry in written]

    with ThreadPoolExecutor(THREADS) as pool:
        versions = [version for some in pool.map(write, range(THREADS)) for version in some]
    assert sorted(versions) == list(range(1, 20 * THREADS + 1))
    assert ledger.verify().ok
    ledger.close()


def test_reading_goes_on_while_others_write(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    writer = child("write_and_print", path, 1)
    assert writer.stdout is not None
    writer.stdout.readline()
    reader = Ledger.open(path)
    for _ in range(30):
        assert reader.verify(reader.head().hash).ok
    writer.kill()
    writer.communicate()
    reader.close()


@pytest.mark.parametrize("batch", [1, 7])
@pytest.mark.parametrize("milliseconds", [0, 57, 290])
def test_a_killed_writer_loses_nothing_it_was_told_is_written(
    tmp_path: Path, batch: int, milliseconds: int
) -> None:
    path = tmp_path / "ledger.sqlite"
    writer = child("write_and_print", path, batch)
    assert writer.stdout is not None
    told = writer.stdout.readline()
    time.sleep(milliseconds / 1000)
    writer.kill()
    told += writer.communicate()[0]
    acknowledged = told.split("\n")[:-1]

    ledger = Ledger.open(path)
    recovered = [entry.event_id for entry in ledger.entries()]
    assert recovered[: len(acknowledged)] == acknowledged
    assert len(recovered) % batch == 0
    assert ledger.verify().ok
    assert ledger.append(note()).seq == len(recovered) + 1
    ledger.close()
