"""The guided demo at the foot of every page: where it stands, what to look at, and on or back.

The tour itself is `pipeline.demo.tour`; a stop is a page, a day and a case, and what it shows is
computed like everything else.
"""

from __future__ import annotations

import time
from typing import Any

import streamlit as st

from pages.parts import casework, session
from pages.parts.address import page_file
from pages.parts.notices import one_sentence, say
from pages.parts.session import Session
from pages.parts.verdicts import clear_inputs, text_key
from pages.parts.wording import dated, day, escaped
from pipeline.acting import Moment
from pipeline.demo.hurrying import HURRIED_FROM, hurried
from pipeline.demo.tour import GUIDE, MINUTES, OTHER_ACCOUNT, TOUR, Stop, arrange, offered
from pipeline.model import Entry
from pipeline.proving import four_metrics
from pipeline.sending import judge
from pipeline.warehouse.day import Day

#: How often (seconds) a tour that plays by itself looks at the clock.
_TICK = 5


def offer(here: Session) -> None:
    """The way in, in the demo alone."""
    if here.is_empty or not offered(here.pilot) or current() is not None:
        return
    st.button(
        f"Guided demo, {MINUTES} minutes",
        key="tour_start",
        on_click=to,
        args=(0,),
        icon=":material/tour:",
        type="tertiary",
        help="Twelve stops through the made-up pilot. Nothing is sent; nothing leaves the machine.",
    )


def current() -> Stop | None:
    """The stop that is shown, while the tour is on."""
    at = st.session_state.get("tour")
    return None if at is None else TOUR[at]


@one_sentence
def to(number: int) -> None:
    """Goes to a stop: arranges it, turns the day and the case, and asks for its page."""
    stop = TOUR[number]
    state = st.session_state
    here = session.here()
    arrange(stop, here.pilot, Moment(by=GUIDE, now=session.now()))
    state.tour, state.tour_since, state.tour_to = number, time.time(), stop.page
    state.as_of = stop.as_of
    clear_inputs()
    if stop.case_id:
        state.case = stop.case_id


def leave() -> None:
    """Ends the tour; what it did stays until the demo is started over."""
    for key in ("tour", "tour_since", "tour_to", "tour_plays"):
        st.session_state.pop(key, None)
    say("The tour is over: look around, or start the demo over.")


def follow(here: Session) -> None:
    """Opens the page that the stop wants, and types what it types."""
    stop = current()
    if stop is None:
        return
    wanted = st.session_state.pop("tour_to", None)
    if wanted:
        st.switch_page(page_file(f"pages/{wanted}.py"))
    if stop.act == "ask_for_money_elsewhere" and not here.is_empty:
        _type(here, stop)


def _type(here: Session, stop: Stop) -> None:
    """Puts the forbidden line into the message, once; the reviewer may take it out again."""
    typed = st.session_state.get("tour_typed")
    stamp = (stop.case_id, st.session_state.tour_since)
    if typed == stamp or not any(case.case_id == stop.case_id for case in here.desk.cases):
        return
    made = casework.as_shown(here, casework.made(here, stop.case_id))
    st.session_state[text_key(made, "body")] = f"{made.draft.body}\n\n{OTHER_ACCOUNT}"
    st.session_state.tour_typed = stamp


def aside(here: Session) -> None:
    """What a stop shows above its page, worked out like everything else."""
    stop = current()
    if stop is None or here.is_empty:
        return
    if stop.act == "hurry":
        _hurried(here)
    if stop.act == "approve":
        _lapsed(here, stop)


def _lapsed(here: Session, stop: Stop) -> None:
    """The approval that the tour is about, as the outbox judges it at this moment."""
    approvals = judge(here.pilot, here.as_of, here.entries, session.now())
    mine = [one for one in approvals if one.decision.case_id == stop.case_id and one.reasons]
    if mine:
        last = mine[-1]
        with st.container(border=True, key="tour_aside"):
            st.markdown(
                f"**{escaped(last.decision.subject)}**  \nApproved on {day(last.entry.on_day)}; "
                "it may not leave any more:"
            )
            for reason in last.reasons:
                st.markdown(f":red[:material/block:] {escaped(dated(reason.sentence))}")


def _hurried(here: Session) -> None:
    """The same record with reviewers who only click."""
    pilot = here.pilot
    told = here.kept("hurried", lambda: _judged(here, hurried(here.entries)))
    real = here.kept("four metrics", lambda: four_metrics(here.day, pilot.settings))
    with st.container(border=True, key="tour_aside"):
        st.markdown("**What if the reviewers had only clicked?**")
        for column, heading, found in zip(
            st.columns(2, gap="medium"),
            ("As it was", f"Approving all in five seconds since {day(HURRIED_FROM)}"),
            (real["override_rate"], told),
            strict=True,
        ):
            with column:
                st.markdown(f"*{escaped(heading)}*")
                st.markdown(escaped(dated(found["sentence"])))
                suspected = found["attention"]["verdict"] == "rubber-stamping suspected"
                sentence = escaped(dated(found["attention"]["sentence"]))
                if suspected:
                    st.warning(sentence, icon=":material/visibility_off:")
                else:
                    st.markdown(sentence)
        st.caption("Invented for this stop and written nowhere; both are judged by the same rules.")


def _judged(here: Session, entries: list[Entry]) -> Any:
    """The override rate of another record, on the day that is looked from."""
    with Day(here.pilot.books(), here.as_of, here.pilot.lens(), entries) as other:
        return four_metrics(other, here.pilot.settings)["override_rate"]


def panel() -> None:
    """The tour's own line at the foot of the window."""
    stop = current()
    if stop is None:
        return
    number = st.session_state.tour
    with st.container(border=True, key="tour_panel"):
        words, keys = st.columns([11, 9], vertical_alignment="center")
        with words:
            st.markdown(f"**{number + 1} of {len(TOUR)} · {escaped(stop.title)}**")
            st.caption(escaped(stop.look))
        with keys, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            _keys(number, stop)
        if st.session_state.get("tour_plays"):
            _playing()


def _keys(number: int, stop: Stop) -> None:
    with st.popover("Notes", type="tertiary", help="For the presenter"):
        st.markdown(escaped(stop.notes))
        st.caption(f"About {stop.seconds} seconds.")
    st.toggle("By itself", key="tour_plays", help="Goes on when a stop's time is over.")
    st.button(
        "Back",
        key="tour_back",
        shortcut="Shift+Left",
        on_click=to,
        args=(max(0, number - 1),),
        disabled=number == 0,
    )
    is_last = number == len(TOUR) - 1
    st.button(
        "End" if is_last else "Next",
        key="tour_next",
        shortcut="Shift+Right",
        type="primary",
        on_click=leave if is_last else to,
        args=() if is_last else (number + 1,),
    )
    if not is_last:
        st.button("End", key="tour_end", on_click=leave, type="tertiary")


@st.fragment(run_every=_TICK)
def _playing() -> None:
    """Goes on by itself when the stop's time is over; the last stop stays."""
    number = st.session_state.get("tour")
    if number is None or number == len(TOUR) - 1:
        return
    left = TOUR[number].seconds - (time.time() - st.session_state.tour_since)
    if left > 0:
        st.progress(min(1.0, 1 - left / TOUR[number].seconds), text=f"{left:.0f} s to the next")
        return
    to(number + 1)
    st.rerun(scope="app")
