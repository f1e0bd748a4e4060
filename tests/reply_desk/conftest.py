"""Pilots drawn in a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.pilot import Pilot
from tests.drawn import Draw, draw


@pytest.fixture
def drawn(tmp_path: Path) -> Draw:
    """Draws tables as a pilot."""

    def make(text: str = "", settings: str = "") -> Pilot:
        return draw(tmp_path / "pilot", text, settings)

    return make
