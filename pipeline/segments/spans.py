"""The stretches of time that choosing rests on: selection before baseline, never overlapping."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from pipeline.proving.before_after import windows
from pipeline.settings import Settings
from pipeline.warehouse.day import Windows

#: Days of the baseline, and of the selection window before it.
BASELINE_DAYS = 180
#: A selection window of which the books know less than this many days says little.
FEWEST_DAYS = 60
_DAY = timedelta(days=1)


class Spans(NamedTuple):
    """Both windows (first and last day) and whether pilot.toml sets them."""

    selection: tuple[date, date]
    baseline: tuple[date, date]
    is_proposed: bool

    @property
    def looked_at(self) -> Windows:
        """The selection window for the metrics: nothing of it is followed into the baseline."""
        first, last = self.selection
        return [(False, first, last + _DAY, last + _DAY)]

    @property
    def days(self) -> int:
        """Days of the selection window."""
        return (self.selection[1] - self.selection[0]).days + 1


def spans(settings: Settings, as_of: date) -> Spans:
    """The windows of pilot.toml; what it leaves out is proposed from day 0 backwards."""
    given = settings.windows
    start = settings.pilot.started_on or as_of + _DAY
    baseline = given.baseline
    if baseline is None:
        first = start - timedelta(days=BASELINE_DAYS)
        if given.selection:
            first = max(first, given.selection[1] + _DAY)
        baseline = (first, start - _DAY)
    selection = given.selection or (
        baseline[0] - timedelta(days=BASELINE_DAYS),
        baseline[0] - _DAY,
    )
    return Spans(selection, baseline, not (given.selection and given.baseline))


def fault(found: Spans, first_known: date | None, as_of: date) -> str:
    """Why the windows cannot carry a choice, as one sentence; empty when they can."""
    selection, baseline = found.selection, found.baseline
    if baseline[0] > baseline[1]:
        return f"The selection window ends on {selection[1]}, and no day is left for a baseline."
    if selection[1] >= baseline[0]:
        return (
            f"The selection window ({selection[0]} to {selection[1]}) does not end before the "
            f"baseline starts ({baseline[0]})."
        )
    if selection[1] > as_of:
        return f"The selection window ends on {selection[1]}, after the day looked from ({as_of})."
    if first_known is None or (selection[1] - first_known).days + 1 < FEWEST_DAYS:
        known = "hold no invoice" if first_known is None else f"begin on {first_known}"
        return (
            f"The books {known}: fewer than {FEWEST_DAYS} days of the selection window "
            f"({selection[0]} to {selection[1]}) are known."
        )
    return ""


def untouched(settings: Settings, as_of: date, read_out: int) -> Windows:
    """A read-out's windows laid over the latest days on which nothing had been changed yet."""
    live = settings.go_live_on
    last = min(as_of, live - _DAY) if live else as_of
    return windows(last - timedelta(days=read_out - 1), read_out)
