"""What every page stands on: the pilot, the day looked from, who is looking, and the record.

`begin` makes it once per run of the script; `here` hands it to the page. What is costly is kept
under the fingerprint of everything it was made from, so that a rerun only looks it up. A `Day`
belongs to one run at a time and is never shared; only plain results are.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts import address, places, signin
from pipeline.deciding import touched
from pipeline.desk import Desk
from pipeline.ledger import Ledger, Place
from pipeline.ledger.roles import People
from pipeline.model import CountbackError, Entry, WrongCall, canonical_json, fingerprint
from pipeline.pilot import Pilot, Progress
from pipeline.warehouse.day import Day, OpenBooks
from server import exposure

_BUILDING = threading.Lock()
Key = tuple[str, ...]
#: So many customers are routed one by one rather than the whole book.
_FEW = 8
#: So many days are remembered.
_DESKS = 6
#: So many days keep their tables between two runs.
_IDLE = 3


@dataclass
class Session:
    """One run of the script: which pilot, which day, who."""

    pilot: Pilot
    as_of: date
    """The day looked from; of an empty pilot the calendar's."""
    usual_day: date
    """The day that is looked from unless another is asked for."""
    is_empty: bool
    reviewer: str
    entries: tuple[Entry, ...]
    """Everything in the record, oldest first."""
    key: Key
    """Fingerprint of all that decides what this day looks like."""
    _day: Day | None = field(default=None, repr=False)
    _at_hand: dict[Key, Any] = field(default_factory=dict, repr=False)
    """What this run has looked up already: it never changes under the session's key."""

    @property
    def day(self) -> Day:
        """The books and the record as of the day: this run's own, closed when the run ends."""
        if self._day is None:
            self._day = _idle().take(self._place, self.entries)
        if self._day is None:
            self._day = Day(self.pilot.books(), self.as_of, self.pilot.lens(), self.entries)
        return self._day

    @property
    def _place(self) -> Key:
        """Which books, settings and day: all but how far the record has come."""
        return (*self.key[:2], self.key[3])

    @property
    def desk(self) -> Desk:
        """Every open invoice routed, and the cases they make."""
        return self.kept("desk", self._desk)

    def _desk(self) -> Desk:
        """Routed whole once; after decisions only the customers that they were about."""
        name = self._place
        before = _desks().get(name)
        anew = touched(self.entries, before[0]) if before else None
        if before and anew is not None and len(anew) <= _FEW:
            desk = self.pilot.desk_again(self.day, before[1], anew)
        else:
            desk = self.pilot.desk(self.day)
        _desks()[name] = (self.entries, desk)
        while len(_desks()) > _DESKS:
            _desks().pop(next(iter(_desks())), None)
        return desk

    def kept(self, name: str, make: Callable[[], Any]) -> Any:
        """A plain, unchanging result of this day, made once for everybody who looks."""
        return self._looked_up((*self.key, name), make)

    def kept_for_books(self, name: str, make: Callable[[], Any]) -> Any:
        """The same for what follows from exports and settings alone, whatever the day."""
        return self._looked_up((*self.key[:2], name), make)

    def _looked_up(self, key: Key, make: Callable[[], Any]) -> Any:
        if key not in self._at_hand:
            self._at_hand[key] = _kept(key, make)
        return self._at_hand[key]

    def ledger(self) -> Ledger:
        """The record, to be written on; everybody in this process shares it."""
        place, pilot = self.pilot.record, self.pilot
        return _ledger(place.name, place).on_behalf(pilot.actor, pilot.people_rules)

    @property
    def people(self) -> People:
        """Who holds which role at this very moment."""
        return people_of(self.pilot)

    def why_not(self, act: str, payload: Mapping[str, Any] | None = None) -> str:
        """Why whoever looks may not do this, in one sentence; empty when they may."""
        return self.people.why_not(self.pilot.actor, act, payload or {})

    def close(self) -> None:
        """Lays the day aside for the next run that looks from it."""
        if self._day is not None:
            _idle().lay_aside(self._place, self._day)
            self._day = None


class IdleDays:
    """Days that no run is using, each with its tables, so that the next run need not make them.

    Whoever takes one has it alone until it is laid aside again.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._days: list[tuple[Key, Day]] = []
        self._guard = threading.Lock()

    def take(self, place: Key, entries: Sequence[Entry]) -> Day | None:
        """A day of this place brought up to the record's entries; None when none lies idle."""
        with self._guard:
            found = next((item for item in reversed(self._days) if item[0] == place), None)
            if found is None:
                return None
            self._days.remove(found)
        if found[1].follow(entries):
            return found[1]
        found[1].close()
        return None

    def lay_aside(self, place: Key, day: Day) -> None:
        """Keeps it for the next run; the one idle longest makes room."""
        with self._guard:
            self._days.append((place, day))
            over, self._days = self._days[: -self._room], self._days[-self._room :]
        for _, old in over:
            old.close()

    def clear(self) -> None:
        """Closes them all."""
        with self._guard:
            over, self._days = self._days, []
        for _, old in over:
            old.close()


@st.cache_resource(show_spinner=False)
def _idle() -> IdleDays:
    return IdleDays(room=_IDLE)


@st.cache_resource(show_spinner=False)
def _desks() -> dict[Key, tuple[tuple[Entry, ...], Desk]]:
    """The newest desk of each day that somebody looks from, and the record it was made with."""
    return {}


@st.cache_resource(max_entries=400, show_spinner=False)
def _kept(key: Key, _make: Callable[[], Any]) -> Any:  # noqa: ARG001 - the key under which it is kept
    return _make()


@st.cache_resource(show_spinner=False, on_release=Ledger.close)
def _ledger(name: str, _place: Place) -> Ledger:  # noqa: ARG001 - the name under which it is kept
    return _place.open()


def forget_everything() -> None:
    """Lets go of every record and result: the files underneath are about to change places."""
    _ledger.clear()
    _pilot.clear()
    _kept.clear()
    _desks.clear()
    _idle().clear()


def begin(progress: Progress) -> Session:
    """Opens what this run of the script looks at, and keeps it for the page."""
    state = st.session_state
    state.session = open_session(
        folder(),
        state.get("as_of") or address.asked_day(),
        state.get("reviewer") or "",
        progress,
    )
    exposure.refuse(state.session.pilot)
    return state.session


def folder() -> Path:
    """The folder of the pilot that is asked for."""
    address.seed("pilot")
    return places.opened(st.session_state.get("pilot") or "")


def here() -> Session:
    """The session that app.py has begun; a page without it is not to be shown."""
    session = st.session_state.get("session")
    if session is None:
        raise CountbackError("This page was opened without the app around it: open app.py.")
    return session


def again() -> Session:
    """The same, as things stand this very moment: what a callback decides on."""
    last = here()
    return open_session(last.pilot.folder, last.as_of, last.reviewer, lambda _: None)


def open_session(folder: Path, as_of: date | None, reviewer: str, progress: Progress) -> Session:
    """The pilot in a folder as seen from a day; its books are built when they are not yet."""
    pilot = pilot_for(folder)
    if pilot.actor:
        reviewer = pilot.actor.name
    with _BUILDING:  # two runs of one process would build into the same file
        books = pilot.books(progress)
    entries = _entries(pilot)
    path = str(books.path)
    last_known = _kept((path, "last known day"), lambda: _last_known(books))
    usual = pilot.settings.pilot.as_of or last_known or today()
    on = as_of or usual
    settings = fingerprint(canonical_json(pilot.settings.model_dump(mode="json")))
    head = entries[-1].hash if entries else ""
    key = (path, settings, head, on.isoformat())
    return Session(pilot, on, usual, last_known is None, reviewer.strip(), entries, key)


def pilot_for(folder: Path) -> Pilot:
    """The pilot in a folder, on behalf of whoever is signed in; raises NotSignedIn when none is."""
    pilot = _pilot(str(folder), _stamps(folder))
    return pilot.on_behalf(signin.actor(pilot.settings.people), sign_in=signin.is_set_up())


@st.cache_resource(max_entries=20, show_spinner=False)
def _pilot(folder: str, stamps: Key) -> Pilot:  # noqa: ARG001 - the stamps are part of its name
    return Pilot.open(folder)


def _stamps(folder: Path) -> Key:
    """What changes when the settings or the pilot's own layouts do."""
    files = [folder / "pilot.toml", *sorted((folder / "formats").glob("*.toml"))]
    return tuple(f"{path}:{path.stat().st_mtime_ns}" for path in files if path.exists())


def _entries(pilot: Pilot) -> tuple[Entry, ...]:
    """The whole record; read again only when something was added to it."""
    place = pilot.record
    if not place.exists():
        return ()
    ledger = _ledger(place.name, place)
    head = ledger.head()
    return _kept((place.name, head.hash, "entries"), lambda: tuple(ledger.entries()))


def people_of(pilot: Pilot) -> People:
    """Who holds which role in a pilot at this very moment."""
    return People(pilot.people_rules, _entries(pilot))


def _last_known(books: OpenBooks) -> date | None:
    """The last day of which the books know something; None when no invoice is in them."""
    return books.last_known_day() if books.currencies() else None


def named() -> str:
    """Who is looking; raises WrongCall while nobody has said, or nobody is signed in any more."""
    if signin.is_set_up():
        person = pilot_for(here().pilot.folder).actor
        return person.name if person else ""
    name = (st.session_state.get("reviewer") or "").strip()
    if not name:
        raise WrongCall("Say who you are first: your name goes on the record (sidebar).")
    return name


def load(folder: Path, answers: dict[str, str]) -> None:
    """Reads a pilot's exports with a person's answers; the answers are kept."""
    with _BUILDING:
        pilot_for(folder).load(answers)


def now() -> datetime:
    """This moment, in UTC: pages are where the clock is read."""
    return datetime.fromtimestamp(time.time(), UTC)


def today() -> date:
    """This day, in UTC."""
    return now().date()
