"""Kills a working process at random instants and looks at what it left: `instants(…)`.

It runs in a fresh process that has everything imported and nothing opened, and forks a worker and
then a checker for every instant.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median

from pipeline.pilot import Pilot
from tests.conftest import REPOSITORY
from tests.faults.working import check, work
from tests.outbox.world import world

#: After every so many kills a whole process is started on what was left.
_ANEW = 10


def made(folder: Path) -> Path:
    """The pilot that works, its books built, with fresh exports waiting in `new`."""
    pilot = world(folder)
    pilot.books()
    (folder / "new").mkdir()
    text = (pilot.exports / "invoices.csv").read_text(encoding="utf-8")
    (folder / "new" / "invoices.csv").write_text(text.replace("1000.00", "1300.00"), "utf-8")
    return folder


def instants(base: Path, count: int, seed: int, minutes: float) -> dict[str, float]:
    """So many kills, or as many as the minutes allow, in a process of its own: the figures."""
    code = (
        "import sys; from tests.faults.instants import run; "
        "run(sys.argv[1], *map(float, sys.argv[2:]))"
    )
    command = [sys.executable, "-c", code, str(base), str(count), str(seed), str(minutes)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


def run(base: str, count: float, seed: float, minutes: float) -> None:
    """All the kills; prints the figures as JSON."""
    rng, started = Random(int(seed)), time.monotonic()
    whole = _whole(Path(base))
    kills = told = 0
    reopened: list[float] = []
    anew: list[tuple[float, float]] = []
    while kills < count and time.monotonic() - started < minutes * 60:
        folder = Path(shutil.copytree(base, Path(base).with_name("now")))
        lines, was_killed = _killed(folder, rng.uniform(0, whole))
        if kills % _ANEW == 0:
            anew.append(_started_anew(Path(shutil.copytree(folder, folder.with_name("anew")))))
        reopened.append(_checked(folder, lines, kills))
        kills, told = kills + was_killed, told + len(lines)
        shutil.rmtree(folder)
    figures = {"kills": kills, "acknowledged": told, "morning_seconds": round(whole, 2)}
    waited, worked = zip(*anew, strict=True)
    measured = {"reopening": reopened, "a_command_anew": waited, "of_that_at_work": worked}
    for what, seconds in measured.items():
        figures[f"{what}_p50_seconds"] = round(median(seconds), 2)
        figures[f"{what}_max_seconds"] = round(max(seconds), 2)
    sys.stdout.write(json.dumps(figures) + "\n")


def _whole(base: Path) -> float:
    """How long a morning takes when nobody kills it, in seconds."""
    folder = Path(shutil.copytree(base, base.with_name("measured")))
    started = time.monotonic()
    child = _forked(lambda: work(folder, lambda _: None))
    _, status = os.waitpid(child, 0)
    assert status == 0, "the morning fails by itself"
    return time.monotonic() - started


def _killed(folder: Path, after: float) -> tuple[list[str], bool]:
    """What the worker told before it was killed, and whether it was still at work."""
    reader, writer = os.pipe()

    def tell(line: str) -> None:
        os.write(writer, f"{line}\n".encode())

    child = _forked(lambda: work(folder, tell))
    os.close(writer)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reader) as pipe:
        told = pipe.read().split("\n")[:-1]
    return told, os.WIFSIGNALED(status)


def _started_anew(folder: Path) -> tuple[float, float]:
    """How long a command takes on what was left, its process and all, in seconds.

    As waited for, and as a processor worked on it: the second does not hang on what else runs.
    """
    command = [sys.executable, "-m", "pipeline", "route", "--pilot", str(folder), "--json"]
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    waited = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, "the command fails on what was left"
    shutil.rmtree(folder)
    return waited, usage.ru_utime + usage.ru_stime


def _checked(folder: Path, told: list[str], number: int) -> float:
    """Holds what is left against what was told; how long opening it again took, in seconds."""
    noted = folder / "opened"

    def look() -> None:
        started = time.monotonic()
        pilot = Pilot.open(folder)
        with pilot.day() as day:
            pilot.desk(day)
        noted.write_text(str(time.monotonic() - started), encoding="ascii")
        check(folder, told, goes_on=number % 10 == 0)

    _, status = os.waitpid(_forked(look), 0)
    assert status == 0, f"kill {number}: told {told}"
    return float(noted.read_text(encoding="ascii"))


def _forked(act: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            act()
            status = 0
        except BaseException:  # noqa: BLE001 - the child says what broke, and ends here
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    return child
