"""Clocks that jump, and machines that stand elsewhere: the same figures and the same decisions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import timedelta
from itertools import product
from pathlib import Path
from random import Random

import pytest

from pipeline.deciding import undo
from pipeline.pilot import Pilot
from tests.conftest import REPOSITORY, without
from tests.outbox.world import DAY, NOW, approve, entries, files, ledger_of, run, world
from tests.soak.bounds import Clock, seed, share, tell

#: An hour that does not exist, one that is there twice, the last second of a leap day, and a day
#: on which a zone skipped a date line.
INSTANTS = (
    *("2026-03-29 01:59:59", "2026-10-25 02:30:00", "2028-02-29 23:59:59"),
    *("2011-12-30 12:00:00", "2026-11-01 01:30:00", "2038-01-19 03:14:08"),
)
ZONES = (
    *("UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Apia"),
    *("Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca"),
    *("Asia/Tehran", "Pacific/Chatham", "Etc/GMT+12"),
)
ASKED = ("aging", "route", "verify")


@pytest.fixture(scope="module")
def faketime() -> str:
    found = shutil.which("faketime")
    if found is None:
        without("needs faketime (make faketime)")
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pilot = world(tmp_path_factory.mktemp("clocks") / "pilot")
    pilot.books()
    approve(pilot)
    return pilot.folder


def said(faketime: str, folder: Path, zone: str, instant: str) -> str:
    """What the command line prints there and then, verb after verb in one process."""
    code = (
        "import sys; from pipeline.__main__ import main; "
        "sys.exit(max(main([verb, *sys.argv[1:]]) for verb in " + repr(ASKED) + "))"
    )
    done = subprocess.run(
        [*(faketime, "-f", f"@{instant}", sys.executable, "-c", code), "--pilot", folder, "--json"],
        cwd=REPOSITORY,
        env={**os.environ, "TZ": zone},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), f"{zone}, {instant}: {done.stderr}"
    return done.stdout


def test_figures_and_lanes_do_not_hang_on_the_clock_or_the_zone(
    faketime: str, folder: Path
) -> None:
    here = said(faketime, folder, "UTC", INSTANTS[0])
    assert said(faketime, folder, "Pacific/Kiritimati", INSTANTS[2]) == here


@pytest.mark.soak
def test_nor_in_any_zone_at_any_instant(faketime: str, folder: Path) -> None:
    clock, told, chosen = Clock(10), set(), seed()
    every = list(product(ZONES, INSTANTS))
    combined = Random(chosen).sample(every, share(len(every)))
    for zone, instant in combined:
        told.add(said(faketime, folder, zone, instant))
    tell(
        "time zones and instants",
        clock,
        seed=chosen,
        combinations=f"{len(combined)} of {len(every)}",
        runs=len(combined) * len(ASKED),
        different_answers=len(told) - 1,
    )
    assert len(told) == 1


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(hours=-1), timedelta(days=2)])
def test_a_clock_that_jumps_between_approval_and_hand_over_sends_once(
    folder: Path, tmp_path: Path, jump: timedelta
) -> None:
    pilot = Pilot.open(shutil.copytree(folder, tmp_path / "pilot"))
    run(pilot, now=NOW + jump)
    run(pilot, now=NOW)
    run(pilot, now=NOW + jump)
    assert len(files(pilot)) == 1
    with ledger_of(pilot) as ledger:
        assert ledger.verify().ok


def test_the_order_of_decisions_is_that_of_the_record_and_not_of_the_clock(
    folder: Path, tmp_path: Path
) -> None:
    pilot = Pilot.open(shutil.copytree(folder, tmp_path / "pilot"))
    [approval] = entries(pilot, "decision")
    with ledger_of(pilot) as ledger:
        earlier = NOW - timedelta(days=9)
        undo(ledger, approval.event_id, by="Ana Ruiz", now=earlier, on_day=DAY)
    run(pilot)
    assert files(pilot) == []
