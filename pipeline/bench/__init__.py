"""How fast and how large, measured in one run against named baselines.

Every measurement runs in a process of its own, so that its peak memory is its own. Reading
order: `measuring` (laps, peaks, child processes), `ours`, then the contestants `frames`,
`polars_frames`, `week_by_week` and `row_by_row`, `mails` and `reruns` (parts of their
own), `comparing` (ratios, and whether all found the same figures), `table` (for people).
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from pipeline.bench import first_paint, sessions
from pipeline.bench.comparing import growth, identical, ratios
from pipeline.bench.measuring import Measured, in_a_process
from pipeline.model import WrongCall

__all__ = ["SIZES", "bench", "bench_first_paint", "bench_mails", "bench_reruns", "bench_sessions"]

SIZES = (10_000, 100_000, 1_000_000)
ROUNDS = 3
#: Taken in turn within a round, so that a busy moment of the machine falls on all of them.
_EACH_ROUND = ("read_memory", "read_file", "ours", "frames", "polars")
_AFTERWARDS = ("later", "reload", "compare", "confined")
_SLOW = ("week_by_week", "row_by_row")
#: Above so many invoices only the load and its yardsticks are measured, and once.
_LARGE = 2_000_000


def bench(
    invoices: Sequence[int] | None, now: datetime, customers: int | None = None
) -> dict[str, Any]:
    """Seconds, peak megabytes and ratios for each number of invoices.

    `now` is the moment that the measured decisions are written with; `customers` (else one for
    200 invoices) are as many at every size. Raises WrongCall for a size below 1,000, where ratios
    say nothing, and for fewer than five customers.
    """
    sizes = tuple(invoices or SIZES)
    for size in sizes:
        if size < 1_000:
            raise WrongCall(f"--invoices {size}: ratios say nothing below 1000 invoices.")
    if customers is not None and customers < 5:
        raise WrongCall(f"--customers {customers}: a pilot and its control need at least 5.")
    measured = [_measure(size, now, customers) for size in sizes]
    return {"machine": machine(), "sizes": measured, "growth": growth(measured)}


def bench_mails(mails: int) -> dict[str, Any]:
    """Seconds for a mailbox of so many mails, from bytes to customers, and for the baseline.

    Raises WrongCall below 1,000 mails, where ratios say nothing.
    """
    if mails < 1_000:
        raise WrongCall(f"--mails {mails}: ratios say nothing below 1000 mails.")
    with tempfile.TemporaryDirectory(prefix="countback-bench-") as folder:
        found = in_a_process("mails", Path(folder) / "pilot", str(mails))
    seconds = {lap: round(value, 3) for lap, value in found.seconds.items()}
    return {
        "machine": machine(),
        "notes": found.notes,
        "seconds": seconds,
        "cpu_seconds": {lap: round(value, 3) for lap, value in found.cpu.items()},
        "peak_mb": round(found.peak_mb),
        "ratios": {
            "load and matching / mailbox and email": {
                "value": round(found.seconds["ours"] / found.seconds["baseline"], 3),
                "goal": 3.0,
            }
        },
    }


def bench_first_paint() -> dict[str, Any]:
    """Seconds until a browser paints and until it shows the heading, of the Queue on the demo.

    Beside an empty Streamlit page in the same run. Raises CountbackError where there is no
    Chromium, Playwright or demo.
    """
    found = first_paint.measure()
    return {"machine": machine(), "seconds": found, "ratios": first_paint.ratios(found)}


def bench_sessions(people: int) -> dict[str, Any]:
    """Seconds for a click with so many people at once and with one alone, and what went wrong.

    Raises WrongCall below two people, CountbackError where there is no Chromium, Playwright or
    demo.
    """
    found = sessions.measure(people)
    alone, together = found["seconds"]["alone"], found["seconds"]["together"]
    ratio = {
        f"together / alone, {end}": {"value": round(together[end] / alone[end], 2)} for end in alone
    }
    return {"machine": machine(), **found, "ratios": ratio}


def bench_reruns(open_invoices: Sequence[int]) -> dict[str, Any]:
    """Server-side seconds of a click on every page, by open invoices, and of an empty page.

    Raises WrongCall below 100 open invoices, where there is no day's work.
    """
    sizes = []
    for n in open_invoices:
        if n < 100:
            raise WrongCall(f"--reruns {n}: a day's work has at least 100 open invoices.")
        with tempfile.TemporaryDirectory(prefix="countback-bench-") as folder:
            _say(f"{n:,} open invoices: writing and loading them")
            found = in_a_process("reruns", Path(folder) / "pilot", str(n))
        sizes.append(_reruns_of(found))
    return {"machine": machine(), "sizes": sizes}


def _reruns_of(found: Measured) -> dict[str, Any]:
    ratio = {
        page: {"value": round(found.seconds[f"{page}, p50"] / empty, 1), "goal": 5.0}
        for page, empty in (
            (name.removeprefix("beside ").removesuffix(", p50"), seconds)
            for name, seconds in found.seconds.items()
            if name.startswith("beside ") and name.endswith(", p50")
        )
    }
    return {
        "notes": found.notes,
        "seconds": {name: round(value, 4) for name, value in found.seconds.items()},
        "peak_mb": round(found.peak_mb),
        "ratios": ratio,
    }


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    packages = ("duckdb", "polars", "pandas", "numpy")
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _measure(size: int, now: datetime, customers: int | None) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="countback-bench-") as folder:
        pilot = Path(folder) / "pilot"
        _say(f"{size:,} invoices: writing them")
        in_a_process("write", pilot, str(size), str(customers or ""))
        written = _megabytes(pilot)
        found = _rounds(size, pilot, 1 if size > _LARGE else ROUNDS)
        if size > _LARGE:
            found["reload"] = [_run(size, "reload", pilot, now.isoformat())]
            return _result(size, written, found)
        for job in _AFTERWARDS:
            found[job] = [_run(size, job, pilot, now.isoformat())]
        for job in _SLOW:
            found[job] = [_run(size, job, pilot)]
    return _result(size, written, found)


def _rounds(size: int, pilot: Path, rounds: int) -> dict[str, list[Measured]]:
    found: dict[str, list[Measured]] = {job: [] for job in _EACH_ROUND}
    for turn in range(rounds):
        for job in _EACH_ROUND:
            found[job].append(_run(size, job, pilot, turn=turn))
    return found


def _run(size: int, job: str, pilot: Path, *rest: str, turn: int = 0) -> Measured:
    measured = in_a_process(job, pilot, *rest)
    seconds = ", ".join(f"{name} {value:.2f}" for name, value in measured.seconds.items())
    _say(f"{size:,} invoices: {job} {turn + 1}: {seconds}; peak {measured.peak_mb:,.0f} MB")
    return measured


def _megabytes(pilot: Path) -> float:
    return sum(path.stat().st_size for path in (pilot / "exports").iterdir()) / 1e6


def _result(size: int, written: float, found: dict[str, list[Measured]]) -> dict[str, Any]:
    seconds = {job: _medians([run.seconds for run in runs]) for job, runs in found.items()}
    cpu = {job: _medians([run.cpu for run in runs]) for job, runs in found.items()}
    return {
        "invoices": size,
        "megabytes": round(written, 1),
        "rounds": {job: len(runs) for job, runs in found.items()},
        "seconds": seconds,
        "cpu_seconds": cpu,
        "peak_mb": {job: round(max(run.peak_mb for run in runs)) for job, runs in found.items()},
        "ratios": ratios(seconds, cpu, size),
        "identical": identical({job: runs[0].figures for job, runs in found.items()}),
        "notes": found["later"][0].notes if "later" in found else {},
    }


def _medians(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The median of every lap over the rounds, seconds."""
    return {lap: round(median(run[lap] for run in runs), 4) for lap in runs[0]}
