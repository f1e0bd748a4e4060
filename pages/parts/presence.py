"""Who else has the same case open: seen by each other, so that two do not do one work.

Kept in this process's memory only; it is a courtesy. That one decision wins is the record's doing.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from uuid import uuid4

import streamlit as st

from pages.parts.casework import IDLE_SECONDS
from pages.parts.session import Session
from pages.parts.wording import escaped

#: How often the page asks who else is there.
_EVERY = "20s"
_Key = tuple[str, str]


@dataclass
class Room:
    """Pilot and case -> window -> who, and when they were last there (seconds since 1970)."""

    seen: dict[_Key, dict[str, tuple[str, float]]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, key: _Key, window: str, who: str, at: float) -> list[str]:
        """Notes that a window shows a case; returns who else has it open, by name.

        A window shows one case at a time, and nobody stays who was not there for three minutes.
        """
        with self.lock:
            for case, windows in list(self.seen.items()):
                stale = [
                    w
                    for w, (_, last) in windows.items()
                    if at - last > IDLE_SECONDS or (w == window and case != key)
                ]
                for gone in stale:
                    del windows[gone]
                if not windows:
                    del self.seen[case]
            here = self.seen.setdefault(key, {})
            here[window] = (who, at)
            return sorted({name for w, (name, _) in here.items() if w != window})


@st.cache_resource(show_spinner=False)
def _room() -> Room:
    return Room()


@st.fragment(run_every=_EVERY)
def company(here: Session, case_id: str) -> None:
    """One line, when somebody else has the case open."""
    window = st.session_state.setdefault("window", uuid4().hex)
    key = (str(here.pilot.folder), case_id)
    others = _room().enter(key, window, here.reviewer, time.time())
    if others:
        named = [_called(who, here.reviewer) for who in others]
        st.caption(f":orange[:material/group:] {escaped(' and '.join(named))} too.")


def _called(who: str, me: str) -> str:
    if who == me:
        return "You have this case open in another window" if me else "Somebody has this case open"
    return f"{who or 'Somebody'} has this case open"
