"""The app and the browser of the browser tests, on a pilot full of attacks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.attack.hostile import pilot
from tests.browser.conftest import address, browser
from tests.conftest import REPOSITORY

__all__ = ["address", "browser"]

NAUGHTY = "adversarial/strings/big-list-of-naughty-strings/blns.json"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hostile pilot; with the well-known naughty strings where they are at hand."""
    listed = REPOSITORY.parent / "shared" / NAUGHTY
    naughty = json.loads(listed.read_text("utf-8")) if listed.is_file() else []
    kept = [text for text in naughty if text and "\0" not in text]
    return pilot(tmp_path_factory.mktemp("hostile") / "pilot", kept).folder
