"""How long a page takes on the server when somebody clicks, against an empty Streamlit page.

Both run in Streamlit's own test runner, without a browser: the script from its first line to its
last, callbacks included. The empty page is a title, measured again beside every page in the same
process. As on a server, which keeps them, no script is compiled twice.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest, app_test

from pipeline.bench.measuring import REPOSITORY, Measured
from pipeline.demo.scale import write_large
from pipeline.pilot import Pilot

#: Reruns that are timed of each page.
TIMES = 15
#: Review, with a decision taken at every rerun.
DECIDED = "work/review after a decision"
#: Of a large pilot about this share of the invoices is open on its last day.
OPEN_SHARE = 0.0723
_EMPTY = "import streamlit as st\nst.title('Empty')"
_PATIENCE = 900


def measure(measured: Measured, folder: Path, open_invoices: int) -> None:
    """p50 and p95 (seconds) of a rerun of every page, and of Review after a decision.

    "first page" is the Queue for the first visitor, with the whole book still to be routed.
    """
    write_large(folder, seed=1, invoices=max(1_000, round(open_invoices / OPEN_SHARE)))
    pilot = Pilot.open(folder)
    with measured.lap("load"):
        pilot.load()
    with pilot.day() as day, measured.lap("whole desk"):
        measured.notes = {"open invoices": len(pilot.desk(day).routes)}
    os.environ["COUNTBACK_PILOT"] = str(folder)
    compiled = ScriptCache()
    setattr(app_test, "ScriptCache", lambda: compiled)  # noqa: B010 - not theirs to export
    _measure_pages(measured)


def _measure_pages(measured: Measured) -> None:
    empty = AppTest.from_string(_EMPTY, default_timeout=_PATIENCE).run()
    app = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=_PATIENCE)
    app.session_state["reviewer"] = "Bench"
    with measured.lap("first page"):
        app.run()
    for page in pages():
        app.switch_page(f"pages/{page}.py").run()
        _timed(measured, f"beside {page}", empty.run)
        _timed(measured, page, app.run)
    app.switch_page("pages/work/review.py").run()
    _timed(measured, f"beside {DECIDED}", empty.run)
    _timed(measured, DECIDED, lambda: _decide(app))


def pages() -> list[str]:
    """Every page of the app, as section and name."""
    found = sorted(REPOSITORY.glob("pages/*/*.py"))
    return [f"{file.parent.name}/{file.stem}" for file in found if file.parent.name != "parts"]


def _decide(app: AppTest) -> None:
    """Approves the case on the desk, or holds it; the next one is drawn."""
    button = app.button(key="approve")
    (app.button(key="hold") if button.disabled else button).click().run()
    if app.exception:
        raise RuntimeError(app.exception[0].message)


def _timed(measured: Measured, name: str, rerun: Callable[[], object]) -> None:
    rerun()
    seconds = []
    for _ in range(TIMES):
        start = time.perf_counter()
        rerun()
        seconds.append(time.perf_counter() - start)
    p50, p95 = np.percentile(seconds, [50, 95])
    measured.seconds[f"{name}, p50"] = float(p50)
    measured.seconds[f"{name}, p95"] = float(p95)
