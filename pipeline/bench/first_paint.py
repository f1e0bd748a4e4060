"""How soon a browser shows something: the app on the demo, beside an empty Streamlit page.

Both are served on this machine and opened by the system's Chromium, in windows that have nothing
in store. Playwright, which drives it, comes with `make install-dev`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from pipeline.model import CountbackError
from pipeline.pilot import Pilot
from pipeline.report.printed import browser

#: Loads of each page; the median is told.
LOADS = 5
_REPOSITORY = Path(__file__).resolve().parents[2]
_PATIENCE = 60_000
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
_URL = re.compile(rb"URL:.*?(http://[\w.:]+)")


def measure() -> dict[str, dict[str, float]]:
    """Page -> seconds to its first paint and to its heading, for the Queue and an empty page.

    `first visitor` is the Queue before anybody has looked: its books are built, its day is not.
    Raises CountbackError without Chromium, Playwright or the demo.
    """
    found = browser()
    demo = _REPOSITORY / "data" / "demo"
    if found is None or not demo.is_dir():
        raise CountbackError(
            "First paint is measured in Chromium on the demo: run `make chromium` and `make demo`."
        )
    with tempfile.TemporaryDirectory(prefix="countback-bench-") as name:
        folder = Path(name)
        pilot = folder / "pilot"
        shutil.copytree(demo, pilot, ignore=shutil.ignore_patterns(".cache", "*.sqlite-*"))
        Pilot.open(pilot).books()
        (folder / "empty.py").write_text("import streamlit as st\nst.title('Empty')\n", "utf-8")
        serve = folder / "serve.py"
        serve.write_text("import streamlit as st\napp = st.App('empty.py')\n", "utf-8")
        with _served(serve, pilot) as address:
            empty = _loads(found, address, LOADS)
        with _served(_REPOSITORY / "app.py", pilot) as address:
            first = _loads(found, address, 1)
            queue = _loads(found, address, LOADS)
    return {"empty page": empty, "first visitor": first, "queue": queue}


def ratios(found: dict[str, dict[str, float]]) -> dict[str, Any]:
    """Each figure of the Queue against that of the empty page in the same run."""
    empty = found["empty page"]
    return {
        f"{page}, {what} / empty page": {"value": round(found[page][what] / empty[what], 2)}
        for page in ("first visitor", "queue")
        for what in empty
    }


@contextmanager
def _served(script: Path, pilot: Path) -> Iterator[str]:
    """The address of a script that Streamlit serves on a free port of this machine."""
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamlit", "run", str(script), "--server.port", "0"),
            *("--server.headless", "true", "--server.address", "127.0.0.1"),
        ],
        cwd=_REPOSITORY,
        env={**os.environ, "COUNTBACK_PILOT": str(pilot)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _address(server)
    finally:
        server.terminate()
        server.wait(timeout=30)


def _address(server: subprocess.Popen[bytes]) -> str:
    for line in server.stdout or ():
        told = _URL.search(line)
        if told:
            return told[1].decode()
    raise CountbackError("Streamlit ended before it served anything: start the app by hand first.")


def _loads(found: str, address: str, times: int) -> dict[str, float]:
    """Median seconds over so many loads, each in a window of its own."""
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only measuring needs it
    except ImportError as error:
        raise CountbackError(
            "First paint is measured with Playwright: run `make install-dev`."
        ) from error
    paints, headings = [], []
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for _ in range(times):
            window = opened.new_context(viewport={"width": 1440, "height": 900})
            page = window.new_page()
            page.set_default_timeout(_PATIENCE)
            start = time.perf_counter()
            page.goto(address)
            page.get_by_role("heading", level=1).first.wait_for()
            headings.append(time.perf_counter() - start)
            paints.append(page.evaluate(_PAINT) / 1000)
            window.close()
        opened.close()
    return {
        "first paint": round(median(paints), 3),
        "heading": round(median(headings), 3),
    }
