"""Going on to a freer phase, and back to a tighter one: acts of a named person, on the record.

Going on is refused while something is missing, unless the person says why it is done all the
same; that is recorded with what was missing. Going back is always allowed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from pipeline.deciding.cases import check_named
from pipeline.ledger import Ledger
from pipeline.model import CountbackError, Entry, Event, WrongCall
from pipeline.phases.criteria import Criterion
from pipeline.phases.standing import PHASES, SUBJECT, begins_on, standing
from pipeline.settings import Settings


def to_pass(entries: Sequence[Entry], to: str) -> tuple[str, ...]:
    """The phases whose criteria stand between what is recorded and a phase, tightest first."""
    steps = [entry for entry in entries if entry.kind == "phase_changed"]
    last = str(steps[-1].payload["to"]) if steps else PHASES[0]
    first = PHASES.index(last) if last in PHASES else 0
    return PHASES[first : PHASES.index(to)]


def go_on(
    ledger: Ledger,
    settings: Settings,
    measured: Mapping[str, Sequence[Criterion]],
    to: str,
    *,
    by: str,
    now: datetime,
    on_day: date,
    reason: str = "",
) -> Entry:
    """Record that the pilot goes on to a phase; `measured` are the criteria of each phase.

    Raises CountbackError when the dates do not allow the phase yet, when it holds already, or
    when a criterion is not met and no reason is given.
    """
    check_named(by)
    _check_phase(to)
    about = ledger.about(SUBJECT)
    _check_dates(settings, to, on_day)
    last = str(about[-1].payload["to"]) if about else ""
    if last in PHASES and PHASES.index(last) >= PHASES.index(to):
        raise CountbackError(f"{about[-1].by} recorded {last} on {about[-1].on_day} already.")
    unmet = [
        one for phase in to_pass(about, to) for one in measured.get(phase, ()) if one.state != "met"
    ]
    if unmet and not reason.strip():
        more = f" ({len(unmet) - 1} more are not met)" if len(unmet) > 1 else ""
        raise CountbackError(
            f"Before {to}, “{unmet[0].name}” is {unmet[0].state}{more}: mend it, or give the "
            "reason for going on without it."
        )
    return _record(ledger, about, settings, to, unmet, by=by, now=now, on_day=on_day, reason=reason)


def go_back(
    ledger: Ledger,
    settings: Settings,
    to: str,
    *,
    by: str,
    now: datetime,
    on_day: date,
    reason: str = "",
) -> Entry:
    """Record that the pilot goes back to a tighter phase; raises WrongCall when it is not one."""
    check_named(by)
    _check_phase(to)
    about = ledger.about(SUBJECT)
    holds = standing(settings, about, on_day)
    if PHASES.index(to) >= holds.freedom:
        raise WrongCall(
            f"{to} is no tighter than what holds on {on_day} ({holds.phase}): nothing to go back "
            "to."
        )
    return _record(ledger, about, settings, to, [], by=by, now=now, on_day=on_day, reason=reason)


def _check_phase(to: str) -> None:
    if to not in PHASES:
        raise WrongCall(f"{to!r} is no phase: name one of {', '.join(PHASES)}.")


def _check_dates(settings: Settings, to: str, on_day: date) -> None:
    first = begins_on(settings, to)
    if first is None:
        raise CountbackError("No day 0 is set: set started_on in [pilot] of pilot.toml first.")
    if to == PHASES[0]:
        raise WrongCall("Instrument is where a pilot begins: go back to it instead.")
    if on_day < first:
        raise CountbackError(f"The dates allow {to} from {first} on; no reason shortens them.")


def _record(  # noqa: PLR0913 - a step says all of this
    ledger: Ledger,
    about: Sequence[Entry],
    settings: Settings,
    to: str,
    unmet: Sequence[Criterion],
    *,
    by: str,
    now: datetime,
    on_day: date,
    reason: str,
) -> Entry:
    payload = {
        "from": standing(settings, about, on_day).phase,
        "to": to,
        "reason": " ".join(reason.split()),
        "unmet": [one.model_dump(mode="json") for one in unmet],
    }
    event = Event(
        kind="phase_changed", subject=SUBJECT, by=by, at=now, on_day=on_day, payload=payload
    )
    return ledger.append(event, expected_version=about[-1].version if about else 0)
