"""What it costs to open a file in a process of its own, against opening it right here.

Two files of 50 MB: one that only has to be checked (the database reads it afterwards), and one
whose quoted cells are taken apart, so that all its rows come back from the child.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median

from pipeline.bench.measuring import Measured
from pipeline.exports import Reading, load_layouts, read
from pipeline.exports.confined import ConfinedReader
from pipeline.model import CountbackError

#: Rows that make 50 MB.
_ROWS = 750_000
_PLAIN_ROUNDS = 3
_HEADER = "invoice_id,customer_id,issued_on,due_on,amount,currency,note\n"


def measure(measured: Measured, folder: Path) -> None:
    """Both files in both ways, in turn; the child's start is a lap of its own."""
    layouts = load_layouts()
    small = folder / "small.csv"
    small.write_text(_HEADER, encoding="utf-8")
    plain = _written(folder / "plain.csv", "{n:05d}")
    quoted = _written(folder / "quoted.csv", '"{n:05d}"')
    with ExitStack() as stack:
        with measured.lap("start"):
            reader = stack.enter_context(ConfinedReader(layouts))
            reader.read(small, small.name, {})
        for name, path, rounds in (("checked", plain, _PLAIN_ROUNDS), ("taken_apart", quoted, 1)):
            _both(
                measured,
                name,
                rounds,
                partial(reader.read, path, path.name, {}),
                partial(read, path, path.name, layouts, {}),
            )
    measured.notes = {"megabytes": round(plain.stat().st_size / 1e6, 1)}


def _both(
    measured: Measured,
    name: str,
    rounds: int,
    in_child: Callable[[], Reading],
    here: Callable[[], Reading],
) -> None:
    spent = Measured()
    laps: dict[str, list[float]] = {f"{name}_in_child": [], f"{name}_here": []}
    for _ in range(rounds):
        for lap, reading in zip(laps, (in_child, here), strict=True):
            with spent.lap(lap):
                found = reading()
            if found.rows != _ROWS:
                raise CountbackError(f"bench: {found.name} was not read whole ({found.refusal}).")
            laps[lap].append(spent.seconds[lap])
    measured.seconds |= {lap: median(seconds) for lap, seconds in laps.items()}
    # The child's processor time is not this process's: there is nothing to compare.
    measured.cpu |= dict.fromkeys(laps, 0.0)


def _written(path: Path, customer: str) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(_HEADER)
        for number in range(_ROWS):
            whose = customer.format(n=number % 5_000)
            amount = f"{number % 9_999}.{number % 100:02d}"
            out.write(
                f"INV-{number:07d},{whose},2026-01-05,2026-02-04,{amount},USD,delivery {number}\n"
            )
    return path
