"""Killed at any numbered step of a decision: nothing that was told is lost, nothing is doubled.

The steps are those of a write into the record (see `pipeline/ledger/store.py`); after the last
one, 5, the person has been told. Everything before the write only reads.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.acting import Moment, decide_case, draft_case
from pipeline.deciding import countersign, decide
from pipeline.ledger import Ledger
from pipeline.model import Decision, Entry
from pipeline.pilot import Pilot
from tests.conftest import REPOSITORY
from tests.outbox.world import ALDER, ANA, DAY, NOW, entries, files, run, world

BEN = Moment(by="Ben Cho", now=NOW)
STEPS = (1, 2, 3, 4, 5)
ON_DISK = 4


def act(folder: Path, name: str) -> Entry:
    """One act of a reviewer: `approve`, `edit`, or the `countersign` of an edit."""
    with closing(Ledger.open(folder / "ledger.sqlite")) as ledger:
        if name == "countersign":
            edit = ledger.entries()[0]
            return countersign(ledger, edit.event_id, by=BEN.by, now=NOW, on_day=DAY)
        decision = Decision.model_validate_json((folder / f"{name}.json").read_bytes())
        return decide(ledger, decision, by=ANA.by, now=NOW, on_day=DAY)


def die_at_each(folder: str) -> None:
    """Does every act once for every step, each in a process that is killed right after it."""
    for pilot in sorted(Path(folder).glob("*-*")):
        name, step = pilot.name.split("-")
        child = os.fork()
        if child == 0:
            _act_and_die(pilot, name, int(step))
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), f"{pilot.name} was not killed"
        assert os.WTERMSIG(status) == signal.SIGKILL


def _act_and_die(pilot: Path, name: str, at: int) -> None:
    def step(number: int) -> None:
        if number == at:
            os.kill(os.getpid(), signal.SIGKILL)

    Ledger.step = staticmethod(step)
    try:
        told = act(pilot, name)
        (pilot / "told").write_text(told.event_id, encoding="utf-8")
        step(5)
    finally:
        os._exit(1)


def decided(pilot: Pilot, verdict: str, folder: Path) -> None:
    """The decision that a verdict on the case leaves, as the engine makes it; nothing is kept."""
    spare = Pilot.open(shutil.copytree(pilot.folder, folder / f"of {verdict}"))
    with spare.day(DAY) as day:
        body = draft_case(spare, day, ALDER).draft.body
        if verdict == "edit":
            body = body.replace("Kind regards", "Thank you")
        kind = "edit" if verdict == "edit" else "approve"
        entry = decide_case(spare, day, ALDER, verdict=kind, moment=ANA, body=body)
    made = Decision(**entry.payload).model_dump_json()
    (pilot.folder / f"{verdict}.json").write_text(made, encoding="utf-8")


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pilot for every act and step, `approve-1` and so on, as its killed process left it."""
    folder = tmp_path_factory.mktemp("killed")
    pilot = world(folder / "whole")
    for verdict in ("approve", "edit"):
        decided(pilot, verdict, folder)
    act(Path(shutil.copytree(pilot.folder, folder / "edited")), "edit")
    for name, start in (("approve", "whole"), ("edit", "whole"), ("countersign", "edited")):
        for step in STEPS:
            shutil.copytree(folder / start, folder / f"{name}-{step}")
    task = "from tests.deciding.test_interrupted import die_at_each"
    child = subprocess.run(
        [sys.executable, "-c", f"import sys; {task}; die_at_each(sys.argv[1])", str(folder)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    return folder


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("name", ["approve", "edit", "countersign"])
def test_killed_at_any_step_and_done_again_there_is_exactly_one(
    killed: Path, tmp_path: Path, name: str, step: int
) -> None:
    pilot = Pilot.open(shutil.copytree(killed / f"{name}-{step}", tmp_path / "pilot"))
    kind = "decision_countersigned" if name == "countersign" else "decision"
    left = entries(pilot, kind)
    assert len(left) == (1 if step >= ON_DISK else 0)
    told = pilot.folder / "told"
    assert told.exists() == (step == STEPS[-1])
    if told.exists():
        assert left[0].event_id == told.read_text(encoding="utf-8")

    again = act(pilot.folder, name)

    assert entries(pilot, kind) == [again]
    assert left in ([], [again])
    with closing(pilot.ledger()) as ledger:
        assert ledger.verify().ok


def test_what_was_recorded_and_never_told_leaves_once(killed: Path, tmp_path: Path) -> None:
    pilot = Pilot.open(shutil.copytree(killed / f"approve-{ON_DISK}", tmp_path / "pilot"))
    act(pilot.folder, "approve")
    run(pilot)
    run(pilot)
    assert len(files(pilot)) == 1


def test_saying_something_else_or_after_something_else_is_another_decision(
    killed: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(killed / "approve-5", tmp_path / "pilot"))
    act(folder, "edit")
    act(folder, "approve")
    said = [entry.payload["verdict"] for entry in entries(Pilot.open(folder), "decision")]
    assert said == ["approve", "edit", "approve"]
