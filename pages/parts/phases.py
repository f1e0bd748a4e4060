"""Where the pilot stands: its phase, the number of the day, the read-outs behind and ahead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from pages.parts.session import Session
from pages.parts.wording import day
from pipeline.charts import Mark
from pipeline.model import Entry
from pipeline.phases import Standing
from pipeline.phases import standing as standing_on
from pipeline.protocol import signed
from pipeline.proving.before_after import READ_OUTS
from pipeline.settings import Settings

_PHASES = {
    "instrument": "Instrument: the old process is timed, nothing is sent",
    "copilot": "Copilot: every message is approved one by one",
    "cadence": "Cadence: routine reminders may go by approved batch",
}


def holds(here: Session) -> Standing:
    """The phase that holds as the engine sees it, steps of later days included."""
    return standing_on(here.pilot.settings, here.entries, here.as_of, later=True)


def marks(settings: Settings) -> list[Mark]:
    """The days that every time axis names."""
    start = settings.pilot.started_on
    if start is None:
        return []
    names = {0: "day 0", 30: "go-live, day 30", 60: "day 60", 90: "day 90", 120: "day 120"}
    return [Mark(start + timedelta(days=number), name) for number, name in names.items()]


def marks_of(here: Session) -> list[Mark]:
    """The same, every day on which the signed protocol was changed, and every recorded step."""
    stands = signed(here.entries)
    changed = sorted({entry.on_day for entry in stands.changes}) if stands else []
    steps = [entry for entry in here.entries if entry.kind == "phase_changed"]
    return [
        *marks(here.pilot.settings),
        *(Mark(on, "protocol changed") for on in changed),
        *(Mark(entry.on_day, f"to {entry.payload['to']}") for entry in steps),
    ]


def read_out_on(start: date, read_out: int) -> date:
    """The day at whose close a read-out's days are over."""
    return start + timedelta(days=read_out - 1)


def reached(settings: Settings, as_of: date) -> list[int]:
    """The read-outs whose days are over."""
    start = settings.pilot.started_on
    return [r for r in READ_OUTS if start and as_of >= read_out_on(start, r)]


def standing(settings: Settings, as_of: date, entries: Sequence[Entry] = ()) -> str:
    """Phase, day and next read-out in one line; `entries` is the record, whose steps tighten it."""
    start = settings.pilot.started_on
    if start is None:
        return "No day 0 is set"
    phase = standing_on(settings, entries, as_of).phase
    said = f"Day {(as_of - start).days} · {_PHASES.get(phase, phase[:1].upper() + phase[1:])}"
    return f"{said} · {next_read_out(settings, as_of)}"


def next_read_out(settings: Settings, as_of: date) -> str:
    """Which read-out comes next, and when."""
    start = settings.pilot.started_on
    ahead = [r for r in READ_OUTS if start and as_of < read_out_on(start, r)]
    if not start or not ahead:
        return "all read-outs are over"
    return f"next read-out: day {ahead[0]}, at the close of {day(read_out_on(start, ahead[0]))}"
