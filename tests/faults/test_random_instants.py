"""Killed at any instant of loading, approving and sending: what was told is there afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.instants import instants, made
from tests.soak.bounds import SHARE, Clock, seed, share, tell

KILLS, MINUTES = 300, 6.0


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("instants") / "pilot")


def test_killed_at_a_few_instants_nothing_that_was_told_is_lost(base: Path) -> None:
    assert instants(base, 3, 11, 2.0)["kills"] > 0


@pytest.mark.soak
def test_killed_at_three_hundred_instants_nothing_that_was_told_is_lost(base: Path) -> None:
    chosen, clock = seed(), Clock(MINUTES)
    figures = instants(base, share(KILLS), chosen, MINUTES * SHARE)
    tell("kills", clock, seed=chosen, **figures, lost=0)
    assert figures["kills"] > 0
