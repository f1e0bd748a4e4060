"""How the mending goes: who has how much left, and what blocked money was before and is now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from pipeline.health.findings import ZERO, hold_twins
from pipeline.model import Entry
from pipeline.warehouse import checks
from pipeline.warehouse.day import Day, Lens, Row
from pipeline.warehouse.opening import OpenBooks

#: What people have mended or excused; without these entries, a day is as the exports have it.
_MENDING = frozenset(
    {
        "correction_proposed",
        "correction_confirmed",
        "correction_undone",
        "exemption_granted",
        "exemption_ended",
        "twins_judged",
    }
)
#: Days of mending that are looked at, at most: each is a day's books made anew.
STEPS = 12


@dataclass(frozen=True)
class Progress:
    """How far one person or role has got: things to mend without and with what was mended."""

    fixer: str
    found: int
    left: int
    blocking: int
    amounts: Mapping[str, Decimal]
    """Money behind what is left, by currency; an invoice counts once."""


def as_exported(entries: Sequence[Entry]) -> list[Entry]:
    """The record without what people have mended or excused."""
    return [entry for entry in entries if entry.kind not in _MENDING]


def progress(day: Day, books: OpenBooks, lens: Lens, entries: Sequence[Entry]) -> list[Progress]:
    """Who has how much left to mend, against the exports as they came; most left first."""
    with Day(books, day.as_of, lens, as_exported(entries)) as before:
        hold_twins(before)
        found = {row["fixer"]: row for row in checks.by_fixer(before)}
    hold_twins(day)
    left = {row["fixer"]: row for row in checks.by_fixer(day)}
    made = [_progress(fixer, found, left) for fixer in sorted({*found, *left})]
    return sorted(made, key=lambda one: (-one.left, one.fixer))


def _progress(fixer: str, found: Mapping[str, Row], left: Mapping[str, Row]) -> Progress:
    here = left.get(fixer, {"n": 0, "blocking": 0, "amounts": []})
    before = found.get(fixer, {"n": 0})
    return Progress(
        fixer=fixer,
        # A new owner may have more now than the exports gave to them.
        found=max(here["n"], before["n"]),
        left=here["n"],
        blocking=here["blocking"],
        amounts={one["currency"]: one["amount"] for one in here["amounts"]},
    )


#: Keeps a plain result under a name that says all that it follows from; makes it when it is new.
Keep = Callable[[str, Callable[[], Row]], Row]


def clean_up(
    day: Day,
    books: OpenBooks,
    lens: Lens,
    entries: Sequence[Entry],
    keep: Keep = lambda _, make: make(),
) -> list[Row]:
    """How much of what is open on the day blocking checks stopped, after each day of mending.

    The first row is the exports as they came; each later one adds what was mended and excused up
    to the end of its `on_day`. Always the same exports and the same open invoices, looked at from
    the same day: an export keeps only its newest confirmation, so that an earlier day seen
    through it would look worse than it was. `amount` is in the reporting currency, None where a
    rate is missing.
    """
    mending = [e for e in entries if e.kind in _MENDING and e.on_day <= day.as_of]
    steps: list[date | None] = [None, *_spread(sorted({entry.on_day for entry in mending}))]
    found = []
    for on in steps:
        # No other entry decides what is blocked, so that a step outlives the day's other work.
        known = [e for e in mending if on is not None and e.on_day <= on]
        name = f"clean-up/{day.as_of}/{on}/{known[-1].hash if known else ''}"
        found.append(keep(name, partial(_stopped, day, books, lens, on, known)))
    return found


def _spread(days: Sequence[date]) -> list[date]:
    """At most `STEPS` of the days, evenly, the last one always among them."""
    if len(days) <= STEPS:
        return list(days)
    last = len(days) - 1
    return [days[round(step * last / (STEPS - 1))] for step in range(STEPS)]


def _stopped(
    day: Day, books: OpenBooks, lens: Lens, on: date | None, entries: Sequence[Entry]
) -> Row:
    with Day(books, day.as_of, lens, entries) as then:
        stopped = checks.blocked_amounts(then)
    amounts = [row["reporting"] for row in stopped]
    return {
        "on_day": on,
        "n": sum(row["n"] for row in stopped),
        "amount": None if None in amounts else sum(amounts, ZERO),
        "currency": lens.currency,
    }
