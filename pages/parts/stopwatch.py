"""Time this one: the clock for manual follow-ups before go-live, on one case in three, by lot.

The clock lives with the page until it is stopped; then what it measured is put on the record by
the same instrument as every other minute, and can be taken back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import streamlit as st

from pages.parts import session
from pages.parts.address import page_file
from pages.parts.allowed import allowed
from pages.parts.notices import one_sentence, say
from pages.parts.session import Session, named
from pages.parts.wording import counted, escaped
from pipeline.model import Case, WrongCall
from pipeline.timing import (
    LONGEST_STRETCH,
    ONE_IN,
    is_prompted,
    last_timed,
    record_follow_up,
    take_back,
    timing_sample,
)

#: Lanes in which nobody prepares anything.
_IDLE = ("not_due", "waiting")


@dataclass
class Clock:
    """A running or paused clock: of which case, and the stretches that it ran."""

    case_id: str
    since: datetime | None
    stretches: list[tuple[datetime, datetime]] = field(default_factory=list)

    def pause(self, at: datetime) -> None:
        """Ends the stretch that runs."""
        if self.since is not None:
            self.stretches.append((self.since, at))
            self.since = None

    def until(self, at: datetime) -> Iterator[float]:
        """Minutes of each stretch so far."""
        running = [(self.since, at)] if self.since else []
        for began, ended in (*self.stretches, *running):
            yield min((ended - began).total_seconds() / 60, LONGEST_STRETCH)


def is_open(here: Session) -> bool:
    """Whether manual follow-ups are timed on this day: days 0 to 29."""
    return here.pilot.settings.phase(here.as_of) == "instrument"


def sample(here: Session) -> None:
    """How many were timed, of how many."""
    if not is_open(here):
        return
    found = here.kept("timing sample", lambda: timing_sample(here.day, here.pilot.settings))
    mine = [each["n"] for each in found["collectors"] if each["collector"] == here.reviewer]
    own = f", {mine[0]} of {found['target']} by you" if mine else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            f":material/timer: {counted(found['n'], 'manual follow-up')} timed so far{own}. One in "
            f"{ONE_IN} asks for it, by lot.",
            width="stretch",
        )
        st.page_link(page_file("pages/prepare/phases.py"), label="Sample and targets")


def offer(here: Session, case: Case) -> None:
    """The clock of a case, if the lot fell on it; nothing otherwise."""
    if not is_open(here) or case.lane in _IDLE:
        return
    clock: Clock | None = st.session_state.get("stopwatch")
    if clock is not None and clock.case_id != case.case_id:
        _elsewhere(clock)
    elif clock is not None:
        _running(clock)
    elif is_prompted(here.pilot.settings, case):
        _prompt(here, case)
    _last(here)


def _prompt(here: Session, case: Case) -> None:
    if _is_timed(here, case):
        st.caption(":material/timer: This follow-up is timed.")
        return
    with st.container(border=True, key="time_this_one"):
        left, right = st.columns([5, 1], vertical_alignment="center")
        left.markdown(
            ":material/timer: **Time this one.** Prepare the follow-up as you always do, in "
            "whatever programs it takes; pause the clock when you are called away."
        )
        allowed(right.button, "timing")(
            "Start", key="clock_start", on_click=_start, args=(case.case_id,), width="stretch"
        )


def _is_timed(here: Session, case: Case) -> bool:
    gone = {e.payload.get("event_id") for e in here.entries if e.kind == "timing_undone"}
    return any(
        entry.kind == "timing"
        and entry.payload.get("instrument") == "stopwatch"
        and entry.payload["case_id"] == case.case_id
        and entry.event_id not in gone
        for entry in here.entries
    )


def _running(clock: Clock) -> None:
    is_on = clock.since is not None
    with st.container(border=True, key="clock_runs"):
        left, right = st.columns([3, 3], vertical_alignment="center")
        left.markdown(
            f":material/timer: **{'The clock runs' if is_on else 'Paused'}**, "
            f"{_minutes(clock)} so far."
        )
        with right, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            st.button("Pause" if is_on else "Go on", key="clock_pause", on_click=_pause)
            allowed(st.button, "timing")(
                "Stop and record", key="clock_stop", type="primary", on_click=_stop
            )
            st.button("Forget it", key="clock_forget", type="tertiary", on_click=_forget)


def _minutes(clock: Clock) -> str:
    total = 0.0
    for minutes in clock.until(session.now()):
        total += minutes
    return f"{total:.1f} minutes"


def _elsewhere(clock: Clock) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(escaped(f"The clock is on {clock.case_id}: {_minutes(clock)} so far."))
        allowed(st.button, "timing")("Stop and record", key="clock_stop", on_click=_stop)
        st.button("Forget it", key="clock_forget", type="tertiary", on_click=_forget)


def _last(here: Session) -> None:
    last = last_timed(here.entries, here.reviewer, here.as_of) if here.reviewer else None
    if last is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        minutes = float(last.payload["active_minutes"])
        st.caption(escaped(f"Timed last: {last.payload['case_id']}, {minutes:.1f} minutes."))
        allowed(st.button, "timing_undone")(
            "Take it back",
            key="clock_undo",
            type="tertiary",
            on_click=_take_back,
            args=(last.event_id,),
        )


# --- acts --------------------------------------------------------------------------------------


@one_sentence
def _start(case_id: str) -> None:
    named()
    st.session_state.stopwatch = Clock(case_id, session.now())


@one_sentence
def _pause() -> None:
    clock = _clock()
    if clock.since is None:
        clock.since = session.now()
    else:
        clock.pause(session.now())


@one_sentence
def _stop() -> None:
    by, clock, here = named(), _clock(), session.again()
    at = session.now()
    clock.pause(at)
    try:
        case = here.desk.case(clock.case_id)
        record_follow_up(
            here.ledger(),
            case,
            clock.stretches,
            by=by,
            now=at,
            on_day=here.as_of,
            is_prompted=is_prompted(here.pilot.settings, case),
        )
    finally:
        here.close()
    del st.session_state.stopwatch
    say("Timed, and on the record.")


@one_sentence
def _forget() -> None:
    _clock()
    del st.session_state.stopwatch
    say("Forgotten: nothing was recorded.")


@one_sentence
def _take_back(event_id: str) -> None:
    by, here = named(), session.again()
    take_back(here.ledger(), event_id, by=by, now=session.now(), on_day=here.as_of)
    say("Taken back: it no longer counts.")


def _clock() -> Clock:
    clock: Clock | None = st.session_state.get("stopwatch")
    if clock is None:
        raise WrongCall("No clock runs: start it on a case first.")
    return clock
