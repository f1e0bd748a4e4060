"""Granting and removing roles from the page, as callbacks: named, asked again by the record."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.parts import session
from pages.parts.notices import one_sentence, say
from pages.parts.session import named
from pipeline.deciding import people
from pipeline.ledger.rights import spoken
from pipeline.model import Role, actor_of


def _act() -> tuple[Any, dict[str, Any]]:
    by, here = named(), session.again()
    return here.ledger(), {"by": by, "now": session.now(), "on_day": session.today()}


@one_sentence
def give() -> None:
    """Grants the role that is filled in."""
    state = st.session_state
    person = actor_of(state.people_identity.strip(), " ".join(state.people_name.split()))
    ledger, act = _act()
    entry = people.grant(ledger, person, state.people_role, **act)
    state.people_last = entry.event_id
    state.people_identity = state.people_name = ""
    say(f"{person.name} is {spoken([entry.payload['role']])} from now on.")


@one_sentence
def take_away(identity: str, role: Role) -> None:
    """Removes a role that somebody holds."""
    ledger, act = _act()
    entry = people.remove(ledger, identity, role, **act)
    st.session_state.people_last = entry.event_id
    say(f"{entry.payload['name']} is {spoken([role])} no longer.")


@one_sentence
def undo() -> None:
    """Takes the last grant or removal of this window back."""
    ledger, act = _act()
    people.take_back(ledger, st.session_state.pop("people_last"), **act)
    say("Taken back.")
