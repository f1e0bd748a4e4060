"""What every long run shares: a seed that plays it again, an end in time, and what it says.

`COUNTBACK_SEED=…` plays a run again; `COUNTBACK_SOAK=0.1` makes each run a tenth as long.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from random import Random

REPOSITORY = Path(__file__).resolve().parents[2]
#: Where each long run leaves its one line.
SAID = REPOSITORY / "tests" / "artefacts" / "soak.txt"
SHARE = float(os.environ.get("COUNTBACK_SOAK", "1"))


def seed() -> int:
    """The seed that was asked for, or a fresh one; the run says which."""
    asked = os.environ.get("COUNTBACK_SEED")
    return int(asked) if asked else Random().randrange(1 << 32)


def share(count: int) -> int:
    """So many, or the share of them that was asked for."""
    return max(1, int(count * SHARE))


class Clock:
    """So many minutes, and then no more."""

    def __init__(self, minutes: float) -> None:
        self._started = time.monotonic()
        self._seconds = minutes * 60 * SHARE

    @property
    def is_up(self) -> bool:
        return self.seconds >= self._seconds

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started


def tell(what: str, clock: Clock, **figures: object) -> None:
    """One line on the terminal and in the artefacts."""
    said = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items())
    line = f"{what}: {said}, {clock.seconds:.0f} s\n"
    sys.stdout.write(f"\n{line}")
    SAID.parent.mkdir(exist_ok=True)
    with SAID.open("a", encoding="utf-8") as file:
        file.write(line)
