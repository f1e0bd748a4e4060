"""Who is signed in: the person as the provider knows them, for as long as their sign-in holds.

Streamlit does the talking to the provider (OpenID Connect, code flow) and keeps what it said in a
signed cookie. Here it is read anew at every run and at every act, and what is missing is no
permission: no issuer, no subject or no end of the sign-in, and nobody is signed in.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st
from pydantic import ValidationError

from pages.parts import places
from pipeline.model import Actor, WrongCall, fingerprint
from pipeline.settings import PeopleSection
from server import exposure
from server.signed_out import SignedOut

#: Claims that may say a name, the best first; the subject says it where none does.
_NAMES = ("name", "preferred_username", "email", "sub")
#: What is typed into a message, by the beginning of its key.
_TYPED = ("subject:", "body:")
#: How often an open window looks whether its sign-in still holds.
_EVERY = "60s"


class NotSignedIn(WrongCall):
    """Nobody is signed in, or no longer."""


def is_set_up() -> bool:
    """Whether people sign in here at all."""
    return exposure.signs_in()


def claims() -> Mapping[str, Any]:
    """What the provider said of whoever sits at this window; empty before the sign-in."""
    return dict(st.user) if st.user.get("is_logged_in") is True else {}


def actor(rules: PeopleSection) -> Actor | None:
    """The person who is signed in, None where nobody signs in at all.

    Raises NotSignedIn, with what to do, when there is nobody (any more).
    """
    if not is_set_up():
        return None
    said = claims()
    if not said:
        raise NotSignedIn("Sign in to go on.")
    person = _person(said)
    ends = _ends(said, rules)
    if ends is None:
        raise NotSignedIn(
            "The provider does not say until when the sign-in holds: set [people] session_hours "
            "in pilot.toml."
        )
    if ends <= datetime.fromtimestamp(time.time(), UTC) or _name(said) in _ended():
        raise NotSignedIn("Your sign-in has ended: sign in again; what you typed is kept.")
    return person


def still() -> None:
    """Raises NotSignedIn when the window that acts is nobody's any more."""
    if is_set_up():
        begun = st.session_state.get("session")
        actor(begun.pilot.settings.people if begun else PeopleSection())


def _person(said: Mapping[str, Any]) -> Actor:
    name = next((_clean(said[one]) for one in _NAMES if _clean(said.get(one))), "")
    try:
        return Actor(issuer=said.get("iss", ""), subject=said.get("sub", ""), name=name)
    except ValidationError as error:
        where = ", ".join(str(fault["loc"][0]) for fault in error.errors())
        raise NotSignedIn(
            f"The provider's word on you cannot be used ({where}): ask whoever set it up."
        ) from error


def _clean(value: object) -> str:
    """A name without line breaks or signs that are not seen."""
    text = "".join(sign if sign.isprintable() else " " for sign in str(value or ""))
    return " ".join(text.split())[:200]


def _ends(said: Mapping[str, Any], rules: PeopleSection) -> datetime | None:
    """By the hours that the pilot sets, since the token was given; else by the token itself."""
    if rules.session_hours is not None:
        began = _instant(said.get("iat"))
        return began + timedelta(hours=rules.session_hours) if began else None
    return _instant(said.get("exp"))


def _instant(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


# --- signing in and out --------------------------------------------------------------------------


@st.cache_resource(show_spinner=False)
def _ended() -> SignedOut:
    """The sign-ins that somebody has ended, noted in the folder of the pilot that is served."""
    return SignedOut(places.opened())


@st.cache_resource(show_spinner=False)
def _kept() -> dict[str, dict[str, str]]:
    """What people had typed when their sign-in ended, until they are back."""
    return {}


def _name(said: Mapping[str, Any]) -> str:
    return fingerprint(*(str(said.get(key, "")) for key in ("iss", "sub", "iat", "exp", "nonce")))


def sign_out() -> None:
    """Ends this sign-in, in every window that it opened, and goes to the provider's sign-out."""
    said = claims()
    if said:
        _ended().add(_name(said))
    st.logout()


def keep_typed() -> None:
    """Keeps what somebody has typed into messages, as their sign-in has ended meanwhile."""
    said = claims()
    typed = {
        str(key): value
        for key, value in st.session_state.items()
        if str(key).startswith(_TYPED) and isinstance(value, str)
    }
    if said and typed:
        _kept()[_person(said).identity] = typed


def give_back(person: Actor) -> None:
    """Puts back what somebody had typed, once they are signed in again."""
    for key, value in _kept().pop(person.identity, {}).items():
        st.session_state.setdefault(key, value)


def page(why: str) -> None:
    """The sign-in page: one button, and nothing of any pilot."""
    st.title("Countback")
    st.text(why)
    st.button("Sign in", key="sign_in", type="primary", icon=":material/login:", on_click=st.login)
    if claims():
        st.button("Sign out", key="sign_out", type="tertiary", on_click=sign_out)


def no_role(person: Actor, whom: str) -> None:
    """For somebody who is known and holds no role: whom to ask, and what to tell them."""
    st.title("Countback")
    st.text(
        f"You are signed in as {person.name} and hold no role in this pilot: ask {whom} for one, "
        "and give them this line."
    )
    st.code(person.identity, language=None)
    st.button("Sign out", key="sign_out", on_click=sign_out, icon=":material/logout:")


def nobody_can() -> None:
    """For a pilot that goes by roles where no provider is set up."""
    st.title("Countback")
    st.markdown(
        "This pilot goes by roles, and no sign-in is set up here, so nothing of it is shown. "
        "`docs/operate.md` says how to set up a provider in `.streamlit/secrets.toml`."
    )


@st.fragment(run_every=_EVERY)
def watch(rules: PeopleSection) -> None:
    """Blanks a window that is left open once its sign-in has ended."""
    try:
        actor(rules)
    except NotSignedIn:
        st.rerun()
