"""What models cost: a log of every call, and a budget that is reserved before it is spent.

`models/calls.jsonl` lies in the pilot's folder and only grows. A call reserves the most it can
cost while it holds the log's lock, so that two programs cannot spend the same money; what it
really took takes the reservation's place. A call that died keeps its reservation: what nobody
knows counts as spent.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, NamedTuple
from uuid import uuid4

from pipeline.model import CountbackError, canonical_json
from pipeline.settings import DraftingSection

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX)


class OverBudget(CountbackError):
    """The budget does not allow another call."""


class Spent(NamedTuple):
    """What some calls took; a call that is under way, or died, at the most it can cost."""

    calls: int = 0
    tokens: int = 0
    usd: Decimal = Decimal(0)

    def plus(self, tokens: int, usd: Decimal) -> Spent:
        """One more call."""
        return Spent(self.calls + 1, self.tokens + tokens, self.usd + usd)


class Budget(NamedTuple):
    """The most that may be spent: tokens in and out together, and US dollars."""

    run_tokens: int
    run_usd: Decimal
    day_tokens: int
    day_usd: Decimal

    @classmethod
    def of(cls, settings: DraftingSection) -> Budget:
        """The budget that pilot.toml sets."""
        return cls(
            settings.tokens_per_run,
            settings.usd_per_run,
            settings.tokens_per_day,
            settings.usd_per_day,
        )

    def refusal(self, run: Spent, day: Spent) -> str:
        """Which limit these would pass, in one sentence; empty when none."""
        for spent, tokens, usd, what in (
            (run, self.run_tokens, self.run_usd, "run"),
            (day, self.day_tokens, self.day_usd, "day"),
        ):
            if spent.tokens > tokens:
                return f"tokens_per_{what} = {tokens} would be passed"
            if spent.usd > usd:
                return f"usd_per_{what} = {usd} would be passed"
        return ""


class Reservation(NamedTuple):
    """A call that may be made."""

    call: str
    run: str
    at: datetime
    model: str
    tokens: int
    usd: Decimal


class Log:
    """The log of one pilot's calls."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "models" / "calls.jsonl"

    def reserve(
        self, budget: Budget, *, run: str, now: datetime, model: str, tokens: int, usd: Decimal
    ) -> Reservation:
        """Sets aside the most that a call can cost; raises OverBudget when it is not there."""
        made = Reservation(uuid4().hex, run, now, model, tokens, usd)
        with self._locked() as file:
            lines = list(_lines(file, self.path))
            of_run = _total(one for one in lines if one["run"] == run)
            of_day = _total(one for one in lines if one["at"][:10] == now.date().isoformat())
            why = budget.refusal(of_run.plus(tokens, usd), of_day.plus(tokens, usd))
            if why:
                raise OverBudget(
                    f"The model was not asked, because [drafting] {why}: raise it in pilot.toml, "
                    "or go on with the built-in drafter."
                )
            _append(file, self.path, {**_line(made), "state": "reserved"})
        return made

    def settle(self, made: Reservation, outcome: str, took: dict[str, Any]) -> None:
        """Puts what a call really took in the place of what was set aside for it."""
        with self._locked() as file:
            _append(file, self.path, {**_line(made), "state": outcome, **took})

    def lines(self) -> list[dict[str, Any]]:
        """Every line of the log, oldest first."""
        if not self.path.exists():
            return []
        with self._locked() as file:
            return list(_lines(file, self.path))

    @contextmanager
    def _locked(self) -> Iterator[IO[bytes]]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Unbuffered: what a full disk does not take is known at once, and not at closing.
            file = self.path.open("a+b", buffering=0)
        except OSError as error:
            raise CountbackError(
                f"{self.path}: cannot be written ({error.strerror}), and no model is asked "
                "without its log: mend that."
            ) from error
        with file:
            _lock(file)
            yield file


def spent(folder: Path, since: date | None = None, until: date | None = None) -> Spent:
    """What a pilot's calls took between two days (UTC), both included."""
    first, last = (since or date.min).isoformat(), (until or date.max).isoformat()
    return _total(one for one in Log(folder).lines() if first <= one["at"][:10] <= last)


def _total(lines: Iterable[dict[str, Any]]) -> Spent:
    """Each call once, as its last line has it."""
    total = Spent()
    for one in {one["call"]: one for one in lines}.values():
        total = total.plus(one["tokens"], Decimal(one["usd"]))
    return total


def _line(made: Reservation) -> dict[str, Any]:
    return {
        "call": made.call,
        "run": made.run,
        "at": made.at.isoformat(),
        "model": made.model,
        "tokens": made.tokens,
        "usd": str(made.usd),
    }


def _append(file: IO[bytes], path: Path, line: dict[str, Any]) -> None:
    # A line that a crash cut short was told to nobody: it goes, so that it harms no later one.
    file.seek(0)
    ends = file.read().rfind(b"\n") + 1
    file.truncate(ends)
    whole = canonical_json(line).encode() + b"\n"
    try:
        written = file.write(whole)
    except OSError as error:
        raise _unwritten(path, str(error.strerror)) from error
    if written < len(whole):
        file.truncate(ends)
        raise _unwritten(path, "the disk is full")


def _unwritten(path: Path, why: str) -> CountbackError:
    return CountbackError(
        f"{path}: cannot be written ({why}), and no model is asked without its log: free some "
        "disk space."
    )


def _lines(file: IO[bytes], path: Path) -> Iterator[dict[str, Any]]:
    file.seek(0)
    raw = file.read().split(b"\n")
    for number, text in enumerate(raw, start=1):
        if not text:
            continue
        try:
            line = json.loads(text)
            line["at"], line["run"], line["call"] = map(str, (line[k] for k in _NAMES))
            line["tokens"], line["usd"] = int(line["tokens"]), str(Decimal(line["usd"]))
        except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError) as error:
            if number >= len(raw) - 1:
                continue  # the last line of a program that was killed while it wrote
            raise CountbackError(
                f"{path}, line {number} is no call: take that line out to go on."
            ) from error
        yield line


_NAMES = ("at", "run", "call")
