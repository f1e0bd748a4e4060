"""The same answers, byte for byte, however many threads the books are made and read with."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.warehouse import books, opening
from tests.cli.drawing import call
from tests.conftest import REPOSITORY

DEMO = REPOSITORY / "data" / "demo"
VIEWS = ("route", "metrics", "aging", "before-after")
DRAFTS = 3

Connect = Callable[[str], Any]


def shared(plain: Connect, threads: int) -> Connect:
    """A connection whose queries give each of so many threads a share of even small tables."""

    def connect(path: str) -> Any:
        connection = plain(path)
        connection.execute(f"set threads = {threads}; pragma verify_parallelism")
        return connection

    return connect


class Host:
    """The books' host, whose cursors share their work as `shared` does."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.close = connection.close

    def execute(self, sql: str) -> None:
        # Locked settings could not be changed for each cursor.
        self._connection.execute(sql.replace("set lock_configuration = true", ""))

    def cursor(self) -> duckdb.DuckDBPyConnection:
        return self._connection.cursor().execute("pragma verify_parallelism")


def printed(folder: Path, threads: int) -> dict[str, str]:
    """What the verbs print of the demo, its books built and read with so many threads."""
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns(".cache"))
    with pytest.MonkeyPatch.context() as patch:
        connect = shared(books.connect, threads)
        patch.setattr(books, "connect", connect)
        patch.setattr(opening, "connect", lambda path: Host(connect(path)))
        said = {view: call(view, "--pilot", folder, "--json").out for view in VIEWS}
        cases = json.loads(said["route"])["cases"]
        drafted = [case["case_id"] for case in cases if case["lane"] == "routine"][:DRAFTS]
        said |= {one: call("draft", one, "--pilot", folder, "--json").out for one in drafted}
    assert len(said) == len(VIEWS) + DRAFTS
    assert all(said.values())
    return said


@pytest.fixture(scope="module")
def by_one(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return printed(tmp_path_factory.mktemp("one") / "demo", 1)


@pytest.mark.parametrize("threads", [2, 4])
def test_lanes_order_drafts_and_metrics_are_the_same_with_any_number_of_threads(
    by_one: dict[str, str], tmp_path: Path, threads: int
) -> None:
    found = printed(tmp_path / "demo", threads)
    assert found.keys() == by_one.keys()
    for name, said in found.items():
        assert said == by_one[name], name
