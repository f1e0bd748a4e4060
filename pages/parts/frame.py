"""What surrounds every page: pilot, day, person, phase and kill switch, and the footer.

A page is run inside `around`, so that whatever a person can mend is told in one sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import streamlit as st

from pages.parts import address, guide, notices, places, session, signin
from pages.parts.allowed import allowed
from pages.parts.notices import one_sentence
from pages.parts.pilots import choose
from pages.parts.session import Session, named
from pages.parts.signin import NotSignedIn
from pages.parts.wording import counted, day, escaped
from pipeline.deciding import is_stopped, kill_switch
from pipeline.ledger.rights import spoken
from pipeline.model import CountbackError, WrongCall, fingerprint
from pipeline.phases import standing


class _Reading:
    """Shows which export is being read, if any has to be."""

    def __init__(self) -> None:
        self._place = st.empty()
        self._status: st.delta_generator.DeltaGenerator | None = None

    def __call__(self, step: str) -> None:
        if self._status is None:
            self._status = self._place.status("Reading the exports", state="running")
        self._status.update(label=escaped(step))

    def done(self) -> None:
        self._place.empty()


def around(page: Callable[[], None]) -> None:
    """Runs a page between the sidebar and the footer."""
    if not _let_in():
        return
    notices.show()
    reading = _Reading()
    try:
        here = session.begin(reading)
    except CountbackError as error:
        reading.done()
        _without_pilot(error)
        return
    reading.done()
    try:
        guide.follow(here)
        _sidebar(here)
        _always_in_sight(here)
        guide.aside(here)
        page()
        _footer(here)
    except CountbackError as error:
        st.error(escaped(error), icon=":material/error:")
    finally:
        here.close()


def _let_in() -> bool:
    """Whether the pilot may be shown to whoever is here; else says what is missing, and no more."""
    try:
        pilot = session.pilot_for(session.folder())
        people = session.people_of(pilot)
    except NotSignedIn as error:
        signin.keep_typed()
        st.session_state.pop("session", None)
        signin.page(str(error))
        return False
    except CountbackError:
        return not signin.is_set_up() or _nothing_to_show()
    if not people.is_ruled:
        return True
    if pilot.actor is None:
        signin.nobody_can()
        return False
    if not people.roles(pilot.actor.identity):
        signin.no_role(pilot.actor, people.whom_to_ask())
        return False
    signin.give_back(pilot.actor)
    return True


def _nothing_to_show() -> bool:
    """Where people sign in, a pilot that cannot be opened is nobody's to look into."""
    st.title("No pilot is open")
    st.error(
        "The pilot cannot be opened: whoever keeps Countback running sees why with "
        "`python -m pipeline people --pilot DIR`.",
        icon=":material/error:",
    )
    return False


def _without_pilot(error: CountbackError) -> None:
    st.title("No pilot is open")
    st.error(escaped(error), icon=":material/error:")
    st.markdown(
        "A pilot is a folder with a company's exports. Make the fictional one with `make demo`, "
        "or give your own a name and load its exports."
    )
    choose()


def _sidebar(here: Session) -> None:
    with st.sidebar:
        with st.container(gap="xsmall"):
            st.text(here.pilot.name)
            if here.pilot.is_synthetic:
                st.badge("Synthetic data", icon=":material/science:", color="violet")
        _as_of(here)
        st.caption(_phase(here))
        _person(here)
        guide.offer(here)
        if places.is_demo(here.pilot.folder) and not signin.is_set_up():
            st.button(
                "Start the demo over",
                key="start_over",
                on_click=_start_over,
                icon=":material/restart_alt:",
                type="tertiary",
                help="Forgets every decision taken in this copy of the demo.",
            )


def _person(here: Session) -> None:
    """Who is here: by the provider's word and their roles, or by the name that they type in."""
    me = here.pilot.actor
    if me is None:
        st.text_input(
            "Who are you?",
            key="reviewer",
            persist_state="session",
            placeholder="Your name, for the record",
            help="Every decision carries a name; without one, none is taken.",
        )
        st.caption("One local reviewer, no sign-in")
        return
    with st.container(gap="xsmall"):
        st.text(me.name)
        roles = here.people.roles(me.identity)
        st.caption(escaped(spoken(roles).capitalize()))
        if roles == {"viewer"}:
            st.caption("You look on: what would be recorded is switched off.")
        st.button(
            "Sign out",
            key="sign_out",
            on_click=signin.sign_out,
            icon=":material/logout:",
            type="tertiary",
        )
    signin.watch(here.pilot.settings.people)


def _always_in_sight(here: Session) -> None:
    """The tour and the kill switch, at the foot of the window, however long page or list grow."""
    with st.bottom:
        guide.panel()
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(escaped(here.pilot.name), width="stretch")
        _kill_switch(here)


def _as_of(here: Session) -> None:
    """The day looked from; kept in the address, so that a link shows the same figures."""
    st.session_state.as_of = here.as_of
    address.keep("as_of", here.as_of.isoformat(), unless=here.usual_day.isoformat())
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        st.date_input("As of", key="as_of", format="YYYY-MM-DD", required=True)
        for key, sign, days in (("day_before", "left", -1), ("day_after", "right", 1)):
            st.button(
                "",
                key=key,
                icon=f":material/chevron_{sign}:",
                on_click=_move_day,
                args=(days,),
                help="The day before" if days < 0 else "The day after",
            )


def _move_day(days: int) -> None:
    st.session_state.as_of += timedelta(days=days)


def _phase(here: Session) -> str:
    """The phase of the pilot and the number of the day, with the reporting currency."""
    start = here.pilot.settings.pilot.started_on
    phase = standing(here.pilot.settings, here.entries, here.as_of).phase
    day_number = f"Day {(here.as_of - start).days} of 90 · " if start else ""
    return escaped(f"{day_number}{phase} · figures in {here.pilot.lens(check=False).currency}")


def _kill_switch(here: Session) -> None:
    stopped = is_stopped(here.entries)
    allowed(st.button, "kill_switch", on=not stopped)(
        "Let sending go on" if stopped else "Stop everything unsent",
        key="kill_switch",
        icon=":material/play_arrow:" if stopped else ":material/front_hand:",
        on_click=_switch,
        args=(not stopped,),
        help="Stops every message that has not left, approved or not. Named and recorded. "
        "Only what a person approved may leave at all.",
    )
    if stopped:
        st.badge("Stopped: nothing leaves", icon=":material/front_hand:", color="red")


@one_sentence
def _switch(on: bool) -> None:
    here = session.again()
    kill_switch(here.ledger(), on, by=named(), now=session.now(), on_day=here.as_of)
    notices.say("Everything unsent is stopped." if on else "Sending may go on.")


@one_sentence
def _start_over() -> None:
    if signin.is_set_up():
        raise WrongCall("Where people sign in, nobody starts the demo over for all of them.")
    session.forget_everything()
    places.start_over()
    for key in ("case", "shown", "as_of", "last_decision"):
        st.session_state.pop(key, None)
    notices.say("The demo is as it was on the first day.")


def _footer(here: Session) -> None:
    """What the figures rest on: the day, the data, the policy, the freshest payment."""
    if here.is_empty:
        return
    rows = here.kept("last payment", lambda: here.day.metric("last_payment").rows)
    payment = rows[0]["last_payment_on"] if rows else None
    parts = [
        f"As of {day(here.as_of)}",
        f"last payment known {day(payment)}",
        f"data {fingerprint(*here.key[:1])[:8]}",
        f"policy {here.pilot.policy.fingerprint[:8]}",
        f"record of {counted(len(here.entries), 'entry', 'entries')}",
    ]
    st.divider()
    st.caption(escaped(" · ".join(parts)))
