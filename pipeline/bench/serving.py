"""The app served for a measurement, on a copy of the demo and a free port of this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from pipeline.bench.measuring import REPOSITORY
from pipeline.model import CountbackError
from pipeline.pilot import Pilot
from pipeline.report.printed import browser

#: Milliseconds that a browser waits for something to appear.
PATIENCE = 60_000
_URL = re.compile(rb"URL:.*?(http://[\w.:]+)")


def browser_or_refuse() -> str:
    """The path of the system's Chromium; raises CountbackError without it."""
    found = browser()
    if found is None:
        raise CountbackError(
            "This is measured in Chromium, and there is none: run `make chromium`."
        )
    return found


def playwright_or_refuse() -> None:
    """Raises CountbackError where what drives the browser is not installed."""
    if find_spec("playwright") is None:
        raise CountbackError("This is measured with Playwright: run `make install-dev`.")


@contextmanager
def copied_demo() -> Iterator[Path]:
    """A copy of the demo with its books built; raises CountbackError when there is no demo."""
    demo = REPOSITORY / "data" / "demo"
    if not demo.is_dir():
        raise CountbackError("This is measured on the demo, and there is none: run `make demo`.")
    with tempfile.TemporaryDirectory(prefix="countback-bench-") as name:
        pilot = Path(name) / "pilot"
        shutil.copytree(demo, pilot, ignore=shutil.ignore_patterns(".cache", "*.sqlite-*"))
        Pilot.open(pilot).books()
        yield pilot


@contextmanager
def served(script: Path, pilot: Path) -> Iterator[str]:
    """The address of a script that Streamlit serves."""
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamlit", "run", str(script), "--server.port", "0"),
            *("--server.headless", "true", "--server.address", "127.0.0.1"),
        ],
        cwd=REPOSITORY,
        env={**os.environ, "COUNTBACK_PILOT": str(pilot)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _address(server)
    finally:
        server.terminate()
        server.wait(timeout=30)


@contextmanager
def served_demo() -> Iterator[str]:
    """The address of the app on a copy of the demo."""
    with copied_demo() as pilot, served(REPOSITORY / "app.py", pilot) as address:
        yield address


def _address(server: subprocess.Popen[bytes]) -> str:
    for line in server.stdout or ():
        told = _URL.search(line)
        if told:
            return told[1].decode()
    raise CountbackError("Streamlit ended before it served anything: start the app by hand first.")
