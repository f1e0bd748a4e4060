"""One measurement, run as a process: `python -m pipeline.bench.jobs JOB PILOT [...]`."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from pipeline.bench.measuring import Measured, peak_mb


def _write(_: Measured, pilot: Path, invoices: str, customers: str = "") -> None:
    from pipeline.demo.scale import write_large

    write_large(
        pilot,
        seed=7,
        invoices=int(invoices),
        customers=int(customers) if customers else None,
    )


def _read_memory(measured: Measured, pilot: Path) -> None:
    from pipeline.warehouse.yardstick import typed_read

    with measured.lap("total"):
        typed_read(pilot / "exports", ":memory:")


def _read_file(measured: Measured, pilot: Path) -> None:
    from pipeline.warehouse.yardstick import typed_read

    with tempfile.TemporaryDirectory(dir=pilot) as folder, measured.lap("total"):
        typed_read(pilot / "exports", str(Path(folder) / "yardstick.duckdb"))


def _ours(measured: Measured, pilot: Path) -> None:
    from pipeline.bench.ours import measure

    measure(measured, pilot)


def _later(measured: Measured, pilot: Path, now: str) -> None:
    from pipeline.bench.ours import measure_later

    measure_later(measured, pilot, datetime.fromisoformat(now))


def _reload(measured: Measured, pilot: Path, _: str) -> None:
    from pipeline.bench.ours import measure_reload

    measure_reload(measured, pilot)


def _compare(measured: Measured, pilot: Path, _: str) -> None:
    from pipeline.bench.ours import measure_comparison

    measure_comparison(measured, pilot)


def _frames(measured: Measured, pilot: Path) -> None:
    from pipeline.bench.frames import measure

    measure(measured, pilot)


def _polars(measured: Measured, pilot: Path) -> None:
    from pipeline.bench.polars_frames import measure

    measure(measured, pilot)


def _row_by_row(measured: Measured, pilot: Path) -> None:
    from pipeline.bench.row_by_row import measure

    measure(measured, pilot)


def _week_by_week(measured: Measured, pilot: Path) -> None:
    from pipeline.bench.week_by_week import measure

    measure(measured, pilot)


def _confined(measured: Measured, pilot: Path, _: str) -> None:
    from pipeline.bench.confined import measure

    # The pilot's own files stay as they are measured.
    with tempfile.TemporaryDirectory(dir=pilot) as folder:
        measure(measured, Path(folder))


def _mails(measured: Measured, pilot: Path, mails: str) -> None:
    from pipeline.bench.mails import measure

    measure(measured, pilot, int(mails))


def _reruns(measured: Measured, pilot: Path, open_invoices: str) -> None:
    from pipeline.bench.reruns import measure

    measure(measured, pilot, int(open_invoices))


JOBS: dict[str, Callable[..., None]] = {
    "write": _write,
    "read_memory": _read_memory,
    "read_file": _read_file,
    "ours": _ours,
    "later": _later,
    "reload": _reload,
    "compare": _compare,
    "confined": _confined,
    "mails": _mails,
    "reruns": _reruns,
    "frames": _frames,
    "polars": _polars,
    "week_by_week": _week_by_week,
    "row_by_row": _row_by_row,
}


def main(arguments: Sequence[str]) -> int:
    """Runs one job and prints what it measured."""
    job, pilot, *rest = arguments
    measured = Measured()
    JOBS[job](measured, Path(pilot), *rest)
    measured.peak_mb = peak_mb()
    sys.stdout.write(measured.as_json())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
