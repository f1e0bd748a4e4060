"""The drawn pilot, its books built once; and a copy of it for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.pilot import Pilot
from tests.outbox.world import world


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pilot = world(tmp_path_factory.mktemp("world") / "pilot")
    pilot.books()
    return pilot.folder


@pytest.fixture
def pilot(built: Path, tmp_path: Path, kept: str) -> Pilot:
    return Pilot.open(shutil.copytree(built, tmp_path / "pilot"))
