"""The case on the reviewer's desk: which one it is, what comes next, and how long it was looked at.

Time is counted while something happens: a gap between two actions counts for three minutes at
most, so that lunch is not work.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import streamlit as st

from pages.parts import address
from pages.parts.phases import holds
from pages.parts.session import Session
from pages.parts.splits import needing_a_person, splits
from pipeline.acting import Made, blocking, draft_case
from pipeline.attention import Planted, is_answered, is_drawn, plant
from pipeline.drafting.keeping import wordings_stamp

#: Longest gap between two actions that still counts as looking at the case.
IDLE_SECONDS = 180.0
#: What else it could have been, seconds: the minutes are recorded by each.
OTHER_IDLES = (60, 120, 300)
#: The phases in which attention is tested: before them nothing is approved.
_SEEDED = ("copilot", "cadence")


@dataclass
class Shown:
    """What the reviewer has in front of them, and since when (seconds since 1970)."""

    case_id: str
    version: int = 0
    """How many entries the record had on the case when it was last drawn."""
    started: float = field(default_factory=time.time)
    last: float = field(default_factory=time.time)
    active: float = 0.0
    """Seconds of work so far, idle time and pauses left out."""
    active_at: dict[int, float] = field(default_factory=lambda: dict.fromkeys(OTHER_IDLES, 0.0))
    """The same had another gap between two actions counted as idle."""
    is_paused: bool = False

    def touch(self) -> None:
        """Counts the time since the last action."""
        at = time.time()
        if not self.is_paused:
            self.active += min(at - self.last, IDLE_SECONDS)
            for idle in self.active_at:
                self.active_at[idle] += min(at - self.last, idle)
        self.last = at

    def pause(self) -> None:
        """Stops the clock, or lets it go on."""
        self.touch()
        self.is_paused = not self.is_paused


def walk(here: Session) -> list[str]:
    """The cases to go through, in order: the queue's list, less what has left it."""
    there = {case.case_id for case in here.desk.cases}
    listed = st.session_state.get("walk") or []
    left = [case_id for case_id in listed if case_id in there]
    return left or [case.case_id for case in needing_a_person(splits(here))]


def current(here: Session) -> str | None:
    """The case to show: the one asked for while it is open, else the first; None without any."""
    address.seed("case")
    there = {case.case_id for case in here.desk.cases}
    asked = st.session_state.get("case")
    if asked not in there:
        asked = next(iter(walk(here)), None)
    st.session_state.case = asked
    address.keep("case", asked or "")
    return asked


def neighbour(cases: list[str], case_id: str, step: int) -> str | None:
    """The case `step` places on in the list, if there is one."""
    if case_id not in cases:
        return cases[0] if cases else None
    at = cases.index(case_id) + step
    return cases[at] if 0 <= at < len(cases) else None


def made(here: Session, case_id: str) -> Made:
    """The case with its dossier and draft, as of the day."""
    stamp = wordings_stamp(here.pilot.folder)
    return here.kept(
        f"made/{stamp}/{case_id}", lambda: draft_case(here.pilot, here.day, case_id, here.desk)
    )


def planted(here: Session, case: Made) -> Planted | None:
    """The defect that this draft is shown with today, if it was drawn and is not over yet."""
    share, case_id = here.pilot.settings.review.seeded_share, case.case.case_id
    phase = holds(here).phase
    if phase not in _SEEDED or not is_drawn(here.pilot.name, case_id, here.as_of, share):
        return None
    if blocking(case) or is_answered(here.entries, case_id, here.as_of):
        return None
    return plant(case.draft, case.dossier)


def as_shown(here: Session, case: Made) -> Made:
    """The case as the reviewer sees it: now and then its draft has one thing wrong."""
    found = planted(here, case)
    return case if found is None else replace(case, draft=found.draft)


def watch(here: Session, case_id: str) -> Shown:
    """Notes that the case is in front of the reviewer, at the version that is drawn."""
    shown = st.session_state.get("shown")
    if shown is None or shown.case_id != case_id:
        shown = st.session_state.shown = Shown(case_id)
    shown.touch()
    versions = [entry.version for entry in here.entries if entry.subject == case_id]
    shown.version = max(versions, default=0)
    return shown
