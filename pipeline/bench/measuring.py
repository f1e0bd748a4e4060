"""Seconds by lap, the peak of a process's memory, and jobs run in processes of their own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipeline.model import CountbackError

REPOSITORY = Path(__file__).resolve().parents[2]
#: Longer than this and a measurement is given up.
PATIENCE_SECONDS = 1_800


@dataclass
class Measured:
    """One job: seconds by lap, peak resident memory, and what figures it found."""

    seconds: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    """Processor seconds by lap, over all cores: what a busy machine does not stretch."""
    peak_mb: float = 0.0
    figures: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def lap(self, name: str) -> Iterator[None]:
        """Times what happens inside; imports are not part of it."""
        start, spent = time.perf_counter(), _processor_seconds()
        yield
        self.seconds[name] = time.perf_counter() - start
        self.cpu[name] = _processor_seconds() - spent

    def add_up(self) -> None:
        """Adds a lap "total" of all laps so far."""
        self.seconds["total"] = sum(self.seconds.values())
        self.cpu["total"] = sum(self.cpu.values())

    def as_json(self) -> str:
        """Handed from the child to its parent."""
        return json.dumps(asdict(self))


def _processor_seconds() -> float:
    """Spent so far by this process and by those it started that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak_mb() -> float:
    """The most memory that this process has held at once, in megabytes of 10^6 bytes.

    The process that opens exports stands beside it, under a limit of its own (1 GB).
    On Linux a child starts with its parent's peak in `ru_maxrss`; `VmHWM` is its own.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def in_a_process(job: str, pilot: Path, *rest: str) -> Measured:
    """Runs one job of `pipeline.bench.jobs` and reads what it measured.

    Raises CountbackError with the job's last words when it fails.
    """
    call = [sys.executable, "-m", "pipeline.bench.jobs", job, str(pilot), *rest]
    done = subprocess.run(
        call, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
    )
    if done.returncode:
        words = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise CountbackError(f"bench: {job} failed: {words[-1]}")
    return Measured(**json.loads(done.stdout))
