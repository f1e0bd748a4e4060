"""The drawn pilot, loaded once; and copies of it for tests that write."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.drawing import call, draw


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A loaded pilot; only for reading."""
    place = tmp_path_factory.mktemp("drawn")
    said = call("load", draw(place / "exports to load"), "--pilot", place / "pilot", "--json")
    assert said.status == 0, said
    return place / "pilot"


@pytest.fixture
def pilot(drawn: Path, tmp_path: Path) -> Path:
    """A copy of the loaded pilot, to write in."""
    return Path(shutil.copytree(drawn, tmp_path / "pilot"))
