"""Prepare · Phases: how free the pilot is, what is missing to go on, and who took which step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts import session
from pages.parts.address import page_file
from pages.parts.allowed import allowed
from pages.parts.notices import one_sentence, say
from pages.parts.session import Session, named
from pages.parts.tables import save, table
from pages.parts.wording import counted, day, escaped
from pipeline.phases import PHASES, criteria, following, go_back, go_on, phases, standing

Found = Mapping[str, Any]
_ICONS = {
    "met": ":green[:material/check:]",
    "not met": ":red[:material/block:]",
    "not known": ":orange[:material/question_mark:]",
}


def page() -> None:
    """Where it stands, what is missing, the step, the timed follow-ups, and every step so far."""
    here = session.here()
    st.title("How free is the pilot, and what is missing to go on?")
    if here.is_empty:
        st.info("No invoice is loaded yet: load the exports, then set the pilot's day 0.")
        st.page_link(
            page_file("pages/prepare/exports.py"), label="Load the exports", icon=":material/input:"
        )
        return
    with st.spinner("Measuring every criterion"):
        found = here.kept("phases", lambda: phases(here.day, here.pilot, here.entries))
    with st.container(border=True, key="phases_claim"):
        st.markdown(f"#### {escaped(found['sentence'])}")
        st.caption(escaped(_whence(found)))
    for each in found["phases"]:
        _phase(each, is_now=each["phase"] == found["phase"])
    rows = [
        {**one, "missing": one["missing"] or None}
        for each in found["phases"]
        for one in each["criteria"]
    ]
    save(rows, key="phases_csv", name="phases", label="Save every criterion as CSV")
    _step(here, found)
    _timed(found["timing"])
    _steps(found)


def _whence(found: Found) -> str:
    said = found["locked"] or "Messages may be approved and leave as the phase says."
    rule = (
        "Until somebody records a step the dates say the phase; once one is recorded, the tighter "
        "of both holds."
        if found["goes_by"] == "dates"
        else "No step is taken that nobody recorded: [phases] goes_by is record."
    )
    return f"{said} {rule}"


def _phase(each: Found, *, is_now: bool) -> None:
    began = f"from {day(each['from'])}" if each["from"] else "without a day 0"
    met = f"{each['met']} of {len(each['criteria'])} met"
    label = f"**{each['phase'].capitalize()}** · {began} · {met}"
    name = f"{label} · this is where it stands" if is_now else label
    with st.expander(name, expanded=is_now, key=f"phase_{each['phase']}"):
        st.caption(escaped(each["locked"]))
        for one in each["criteria"]:
            left, middle, right = st.columns([3, 4, 4])
            left.markdown(f"{_ICONS[one['state']]} **{escaped(one['name'].capitalize())}**")
            left.caption(one["state"])
            middle.markdown(escaped(one["value"]))
            middle.caption(escaped(f"target: {one['target']}"))
            right.markdown(escaped(one["missing"]) or "Nothing is missing.")


# --- the step ----------------------------------------------------------------------------------


def _step(here: Session, found: Found) -> None:
    st.subheader("Take the step", anchor=False)
    st.caption(
        "A step carries your name and goes on the record. Going on while something is not met "
        "needs the reason, recorded with what was missing; going back is always allowed."
    )
    st.text_input("Why", key="phase_reason", placeholder="For the record")
    onward = _onward(found)
    holds = standing(here.pilot.settings, here.entries, here.as_of)
    with st.container(horizontal=True):
        if onward:
            allowed(st.button, "phase_changed")(
                f"{_onward_verb(onward, holds.freedom)} {onward}",
                key="phase_on",
                type="primary",
                icon=":material/arrow_forward:",
                on_click=_go_on,
                args=(onward,),
            )
        for name in PHASES[: holds.freedom]:
            allowed(st.button, "phase_changed")(
                f"Go back to {name}",
                key=f"phase_back_{name}",
                icon=":material/arrow_back:",
                on_click=_go_back,
                args=(name,),
            )
    if not onward and not holds.freedom:
        st.info("There is no step to take on this day.")


def _onward(found: Found) -> str | None:
    """The step that may come next: one that the dates took by themselves is confirmed first."""
    last = found["recorded"]["to"] if found["recorded"] else PHASES[0]
    return following(last)


def _onward_verb(onward: str, freedom: int) -> str:
    """A phase that the dates have reached already is confirmed, not gone on to."""
    return "Confirm the step to" if PHASES.index(onward) <= freedom else "Go on to"


@one_sentence
def _go_on(to: str) -> None:
    by, here = named(), session.again()
    try:
        measured = criteria(here.day, here.pilot, here.entries)
        with_ = {"by": by, "now": session.now(), "on_day": here.as_of, "reason": _reason()}
        go_on(here.ledger(), here.pilot.settings, measured, to, **with_)
    finally:
        here.close()
    say(f"On the record: the pilot goes on to {to}.")


@one_sentence
def _go_back(to: str) -> None:
    by, here = named(), session.again()
    with_ = {"by": by, "now": session.now(), "on_day": here.as_of, "reason": _reason()}
    go_back(here.ledger(), here.pilot.settings, to, **with_)
    say(f"On the record: the pilot goes back to {to}.")


def _reason() -> str:
    return str(st.session_state.get("phase_reason") or "")


# --- what was timed, what was done -------------------------------------------------------------


def _timed(found: Found) -> None:
    st.subheader("Manual follow-ups timed before go-live", anchor="timed")
    if not found["collectors"]:
        st.info(
            "None was timed. One follow-up in three asks for it on the Queue during the first "
            "thirty days; a prep_log.csv counts beside it."
        )
        return
    left, right = st.columns(2, gap="medium")
    with left:
        table(found["collectors"], key="timed_collectors", alt="Timed items by collector")
        save(found["collectors"], key="timed_collectors_csv", name="timed-collectors")
        enough = [one["change"] for one in found["shows"] if one["is_enough"]]
        needs = ", ".join(f"{one['change']} {one['needed']}" for one in found["shows"])
        could = f"enough to show {enough[-1]}" if enough else "too few to show a change yet"
        said = f"{counted(found['n'], 'item')} in all: {could}. Items needed on each side: {needs}."
        st.caption(escaped(said))
    with right:
        table(found["classes"], key="timed_classes", alt="Timed items by collector and play")
        save(found["classes"], key="timed_classes_csv", name="timed-classes")


def _steps(found: Found) -> None:
    st.subheader("Steps on the record", anchor=False)
    if not found["steps"]:
        st.info("Nobody has recorded a step yet.")
        return
    rows = [{**one, "unmet": ", ".join(one["unmet"]) or None} for one in found["steps"]]
    table(rows, key="phase_steps", alt="Every recorded step, oldest first")
    save(rows, key="phase_steps_csv", name="phase-steps")


page()
