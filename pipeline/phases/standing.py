"""Which phase holds on a day: the tighter of what the dates say and what people recorded.

Unknown is never permission: without a day 0, before it, and under any name that nobody knows,
the tightest phase holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from pipeline.model import Entry, Noun
from pipeline.settings import GO_LIVE_DAY, Settings

#: From the tightest to the freest.
PHASES = ("instrument", "copilot", "cadence")
#: Under this the record keeps every step from phase to phase.
SUBJECT = "phase"
#: First day of each phase, counted from day 0.
FIRST_DAYS = {"instrument": 0, "copilot": GO_LIVE_DAY, "cadence": 60}
#: What the dates call a day -> how free it is; whatever is not listed is as tight as can be.
_FREEDOM = {"instrument": 0, "copilot": 1, "cadence": 2, "after day 90": 1}


class Standing(Noun):
    """The phase that holds on a day, and whence."""

    phase: str
    """instrument, copilot or cadence; also before the pilot, after day 90, no start set."""
    by_dates: str
    """What the days since day 0 alone would say."""
    recorded: Entry | None = None
    """The last recorded step from phase to phase, known on the day."""
    locked: str = ""
    """Why nothing is approved or leaves, as one sentence; empty when it may."""

    @property
    def freedom(self) -> int:
        """0: nothing leaves; 1: one by one; 2: routine cases by approved batch as well."""
        return _FREEDOM.get(self.phase, 0)

    @property
    def may_approve(self) -> bool:
        """Whether messages may be approved, and leave."""
        return self.freedom > 0

    @property
    def may_batch(self) -> bool:
        """Whether routine cases may be approved together."""
        return self.freedom > 1


def standing(
    settings: Settings, entries: Iterable[Entry], as_of: date, *, later: bool = False
) -> Standing:
    """The phase of a day, of the record's entries (those about `SUBJECT` are enough).

    With `later`, steps taken on later days of the books count too: so nothing is let go by
    looking back to before somebody tightened it.
    """
    steps = [e for e in entries if e.kind == "phase_changed" and (later or e.on_day <= as_of)]
    last = max(steps, key=lambda entry: entry.seq, default=None)
    by_dates = settings.phase(as_of)
    allowed = _recorded(settings, last)
    phase = by_dates
    if allowed is not None and _FREEDOM.get(allowed, 0) < _FREEDOM.get(by_dates, 0):
        phase = allowed if allowed in PHASES else PHASES[0]
    found = Standing(phase=phase, by_dates=by_dates, recorded=last)
    return found.model_copy(update={"locked": _locked(settings, found)})


def following(phase: str) -> str | None:
    """The next freer phase; None after the last, and outside the three."""
    if phase not in PHASES[:-1]:
        return None
    return PHASES[PHASES.index(phase) + 1]


def begins_on(settings: Settings, phase: str) -> date | None:
    """The first day on which the dates allow a phase; None while there is no day 0."""
    start = settings.pilot.started_on
    return start + timedelta(days=FIRST_DAYS[phase]) if start else None


def _recorded(settings: Settings, last: Entry | None) -> str | None:
    """How far the record lets the pilot go; None where the dates alone decide."""
    if last is not None:
        return str(last.payload.get("to"))
    return PHASES[0] if settings.phases.goes_by == "record" else None


def _locked(settings: Settings, found: Standing) -> str:
    if found.may_approve:
        return ""
    start, live = settings.pilot.started_on, settings.go_live_on
    if start is None or live is None:
        return (
            "No day 0 is set, so nothing is approved and nothing leaves: set started_on in [pilot] "
            "of pilot.toml."
        )
    if found.by_dates == "before the pilot":
        return f"The pilot starts on {start}: nothing is approved and nothing leaves before {live}."
    if found.by_dates == "instrument":
        return (
            f"The first thirty days only measure: nothing is approved and nothing leaves before "
            f"{live}."
        )
    if found.recorded is None:
        return (
            "Nobody has recorded that the pilot goes on to copilot, so nothing is approved and "
            "nothing leaves: go on under Prepare › Phases."
        )
    by, on = found.recorded.by, found.recorded.on_day
    return (
        f"{by} put the pilot into the instrument phase on {on}: nothing is approved and nothing "
        "leaves until somebody goes on to copilot."
    )
