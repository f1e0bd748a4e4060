"""A sign-in that was ended stays ended, in this process, the next, and the one beside it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.logs import LOGGER
from server.signed_out import NAME, SignedOut


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The events that are logged from warnings up, however the log was set up before."""
    found: list[str] = []
    listening = logging.Handler(logging.WARNING)
    monkeypatch.setattr(listening, "emit", lambda record: found.append(record.getMessage()))
    monkeypatch.setattr(LOGGER, "handlers", [listening])
    before = LOGGER.level
    LOGGER.setLevel(logging.WARNING)
    yield found
    LOGGER.setLevel(before)


def test_what_was_ended_is_ended_for_everybody_and_nothing_else_is(tmp_path: Path) -> None:
    here, beside = SignedOut(tmp_path), SignedOut(tmp_path)
    assert "a1" not in here
    here.add("a1")
    assert "a1" in here
    assert "a1" in beside
    beside.add("b2")
    assert "b2" in here
    assert "b2" in SignedOut(tmp_path)
    assert "a" not in here


def test_a_file_that_is_taken_away_brings_nobody_back(tmp_path: Path) -> None:
    here = SignedOut(tmp_path)
    here.add("a1")
    (tmp_path / NAME).unlink()
    assert "a1" in here


def test_where_nothing_can_be_written_it_holds_in_this_process_and_is_logged(
    tmp_path: Path, written: list[str]
) -> None:
    here = SignedOut(tmp_path / "gone")
    here.add("a1")
    assert "a1" in here
    assert written == ["sign-out not kept"]
