"""How long a page takes on the server after a decision, against an empty Streamlit page.

Both run in Streamlit's own test runner, without a browser: the script from its first line to its
last, callbacks included. The empty page is a title; both are measured in the same process.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

from pipeline.bench.measuring import Measured
from pipeline.demo.scale import write_large
from pipeline.pilot import Pilot

#: Reruns that are timed of each page.
TIMES = 15
#: Of a large pilot about this share of the invoices is open on its last day.
OPEN_SHARE = 0.0723
_APP = Path(__file__).resolve().parents[2] / "app.py"
_EMPTY = "import streamlit as st\nst.title('Empty')"
_PATIENCE = 900


def measure(measured: Measured, folder: Path, open_invoices: int) -> None:
    """p50 and p95 (seconds) of an empty page, of Review after a decision, and of the Queue.

    "first page" is the Queue for the first visitor, with the whole book still to be routed.
    """
    write_large(folder, seed=1, invoices=max(1_000, round(open_invoices / OPEN_SHARE)))
    pilot = Pilot.open(folder)
    with measured.lap("load"):
        pilot.load()
    with pilot.day() as day, measured.lap("whole desk"):
        measured.notes = {"open invoices": len(pilot.desk(day).routes)}
    os.environ["COUNTBACK_PILOT"] = str(folder)
    empty = AppTest.from_string(_EMPTY, default_timeout=_PATIENCE).run()
    _timed(measured, "empty page", empty.run)
    app = AppTest.from_file(str(_APP), default_timeout=_PATIENCE)
    app.session_state["reviewer"] = "Bench"
    with measured.lap("first page"):
        app.run()
    app.run()
    _timed(measured, "queue", app.run)
    app.switch_page("pages/work/review.py").run()
    _timed(measured, "review after a decision", lambda: _decide(app))


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
