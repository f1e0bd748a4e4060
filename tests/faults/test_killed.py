"""Killed at every numbered step of an import and of a build: the old is whole, or the new is.

A build's steps are what it says while it goes (each export read, ids matched, each table), then
the name that it gets, then the books before being forgotten. An import's are the moments before
and after each file gets its name, and the middle of a copy.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.exports import uploads
from pipeline.figures import aging
from pipeline.pilot import Pilot
from pipeline.warehouse import books
from tests.conftest import REPOSITORY
from tests.outbox.world import DAY, world

#: What a build says, by its place; the last two are the name, and the forgetting.
BUILD_STEPS = ("1", "matching", "last", "named", "forgotten")
IMPORT_STEPS = ("copying", "1 before", "1 after", "2 before", "2 after")
DROP_STEPS = ("1 before", "1 after", "2 before", "2 after", "cleared")
OLD, NEW = "1000.00", "1300.00"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def build_and_die(folder: Path, at: str) -> None:
    """A build that is killed at a step; called in a child."""
    said: list[str] = []

    def hear(text: str) -> None:
        said.append(text)
        begins = {"matching": "Matching", "last": "Building"}
        if str(len(said)) == at or (at in begins and text.startswith(begins[at])):
            die()

    if at in ("named", "forgotten"):
        forget = books._forget_older

        def forgetting(*given: Path) -> None:
            if at == "forgotten":
                forget(*given)
            die()

        books._forget_older = forgetting
    Pilot.open(folder).books(hear)


def taking(act: Callable[[Pilot], object]) -> Callable[[Path, str], None]:
    """An import that is killed at a step; called in a child."""

    def run(folder: Path, at: str) -> None:
        number, _, when = at.partition(" ")
        count, replace = 0, Path.replace

        def replacing(self: Path, target: Path) -> Path:
            nonlocal count
            count += 1
            if (str(count), when) == (number, "before"):
                die()
            done = replace(self, target)
            if (str(count), when) == (number, "after"):
                die()
            return done

        def copying(source: Path, target: Path) -> None:
            Path(target).write_bytes(Path(source).read_bytes()[:50])
            die()

        Path.replace = replacing  # type: ignore[method-assign,assignment]
        if at == "copying":
            shutil.copyfile = copying  # type: ignore[assignment]
        if at == "cleared":
            uploads._remove = lambda paths: die()
        act(Pilot.open(folder))

    return run


def _drop(pilot: Pilot) -> object:
    return pilot.take_up([("invoices.csv", (pilot.folder / "new/invoices.csv").read_bytes())])


ACTS: dict[str, Callable[[Path, str], None]] = {
    "build": build_and_die,
    "import": taking(lambda pilot: pilot.take_in(pilot.folder / "new")),
    "drop": taking(_drop),
}


def die_at_each(folder: str) -> None:
    """Does each pilot's act up to its step, in a process that is killed there."""
    for pilot in sorted(Path(folder).glob("*=*")):
        act, _, step = pilot.name.partition("=")
        child = os.fork()
        if child == 0:
            try:
                ACTS[act](pilot, step)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), f"{pilot.name} was not killed"
        assert os.WTERMSIG(status) == signal.SIGKILL, pilot.name


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pilot for every act and step, as its killed process left it."""
    folder = tmp_path_factory.mktemp("killed")
    pilot = world(folder / "whole")
    pilot.books()
    (pilot.folder / "new").mkdir()
    for name in ("customers.csv", "invoices.csv"):
        text = (pilot.exports / name).read_text(encoding="utf-8")
        (pilot.folder / "new" / name).write_text(text.replace(OLD, NEW), encoding="utf-8")
    for act, steps in (("build", BUILD_STEPS), ("import", IMPORT_STEPS), ("drop", DROP_STEPS)):
        for step in steps:
            copy = Path(shutil.copytree(pilot.folder, folder / f"{act}={step}"))
            if act == "build":
                shutil.copyfile(copy / "new" / "invoices.csv", copy / "exports" / "invoices.csv")
    task = "from tests.faults.test_killed import die_at_each"
    child = subprocess.run(
        [sys.executable, "-c", f"import sys; {task}; die_at_each(sys.argv[1])", str(folder)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    return folder


def total(pilot: Pilot) -> object:
    with Pilot.open(pilot.folder).day(DAY) as day:
        return aging(day)["currencies"]["USD"]["total"]


@pytest.mark.parametrize("step", BUILD_STEPS)
def test_a_build_killed_at_a_step_is_done_again_and_leaves_nothing_behind(
    killed: Path, step: str
) -> None:
    pilot = Pilot.open(killed / f"build={step}")
    there = len(list((pilot.folder / ".cache").glob("books-*")))
    assert there == (2 if step in ("named", "forgotten") else 1)
    assert total(pilot) == 2000
    kept = [path.name for path in (pilot.folder / ".cache").iterdir()]
    assert [name for name in kept if name.startswith("building-")] == []


@pytest.mark.parametrize("step", IMPORT_STEPS)
def test_an_import_killed_at_a_step_leaves_whole_files(killed: Path, step: str) -> None:
    pilot = Pilot.open(killed / f"import={step}")
    text = (pilot.exports / "invoices.csv").read_bytes()
    new = (pilot.folder / "new" / "invoices.csv").read_bytes()
    assert text in (new, new.replace(NEW.encode(), OLD.encode()))
    assert (text == new) == (step == "2 after")
    pilot.take_in(pilot.folder / "new")
    assert total(pilot) == 2000
    assert not list(pilot.exports.glob(".*.half"))


@pytest.mark.parametrize("step", DROP_STEPS)
def test_a_drop_killed_at_a_step_is_there_or_not(killed: Path, step: str) -> None:
    pilot = Pilot.open(killed / f"drop={step}")
    assert total(pilot) in (1700, 2000)
    _drop(pilot)
    assert total(pilot) == 2000
    assert len(list((pilot.exports / ".uploads").iterdir())) == 1
