"""Pilots drawn in a test; with COUNTBACK_TEST_LAKE set, their books stand in lakes (make lake)."""

from __future__ import annotations

import os
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import pytest

from pipeline.pilot import Pilot
from pipeline.warehouse.doors import DATA_VARIABLE, URL_VARIABLE
from tests.drawn import Draw, draw
from tests.postgres import USER, Server

#: `make lake` runs this file in an environment of its own; the product's DuckDB has no lakes.
collect_ignore = [] if find_spec("duckdb_extension_ducklake") else ["test_lake.py"]
_NUMBERS = count()


@pytest.fixture
def drawn(tmp_path: Path) -> Draw:
    def make(text: str = "", settings: str = "") -> Pilot:
        return draw(tmp_path / "pilot", text, settings)

    return make


@pytest.fixture
def lake(postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new lake, in which every pilot of the test keeps its books; its URL."""
    name = f"books_{next(_NUMBERS)}"
    postgres.do(f"create database {name}")
    url = f"ducklake:postgres:dbname={name} host=127.0.0.1 port={postgres.port} user={USER}"
    monkeypatch.setenv(URL_VARIABLE, url)
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "lake"))
    return url


@pytest.fixture(autouse=True)
def _in_a_lake(request: pytest.FixtureRequest) -> None:
    if os.environ.get("COUNTBACK_TEST_LAKE"):
        request.getfixturevalue("lake")
