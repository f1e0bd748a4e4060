"""What a person does about a finding, as callbacks: checked on what stands now, written once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages.parts import session
from pages.parts.notices import one_sentence, say
from pages.parts.session import Session, named
from pages.parts.wording import counted
from pipeline.acting import Moment
from pipeline.health import mending, tasks
from pipeline.health.remedies import Remedy
from pipeline.model import Entry, WrongCall

Rows = Sequence[dict[str, Any]]


def form_key(name: str) -> str:
    """The key of an input of the open form: a form about other rows starts empty.

    A browser keeps what was typed under a key, so that a new form needs a new one.
    """
    return f"{name}_{st.session_state.get('health_form', 0)}"


def clear_inputs() -> None:
    """Empties the forms: what was put in for one row is never saved on another."""
    st.session_state.health_form = st.session_state.get("health_form", 0) + 1


def _act(do: Callable[[Session, Moment], Entry | list[Entry]], told: Callable[[int], str]) -> None:
    moment = Moment(by=named(), now=session.now())
    here = session.again()
    try:
        made = do(here, moment)
    finally:
        here.close()
    entries = made if isinstance(made, list) else [made]
    st.session_state.health_last = [entry.event_id for entry in entries]
    clear_inputs()
    waits = any(entry.payload.get("needs_second") for entry in entries)
    say(f"{told(len(entries))}{' It waits for a second person.' if waits else ''} U takes it back.")


@one_sentence
def correct(remedy: Remedy) -> None:
    """Records the value put in for one cell, or the contact reached or added."""
    _act(lambda here, moment: _mend(here, remedy, moment), lambda _: f"{remedy.label}: recorded.")


def _mend(here: Session, remedy: Remedy, moment: Moment) -> Entry:
    is_choice = remedy.column == "po_required"
    new = _text("health_required" if is_choice else "health_new")
    source = _text("health_source")
    seen = {remedy.column: remedy.says}
    if remedy.act == "add":
        return mending.add_contact(
            here.pilot, here.day, remedy.key, _new_contact(), source=source, moment=moment
        )
    if remedy.act == "cell":
        return mending.correct(
            here.pilot,
            here.day,
            remedy.kind,
            remedy.key,
            {remedy.column: new},
            source=source,
            moment=moment,
            seen=seen,
        )
    if remedy.act == "address" and not new:
        raise WrongCall("A new address is needed: put it in, then record it.")
    return mending.confirm_contact(
        here.pilot,
        here.day,
        remedy.key,
        on=_input("health_on") or here.as_of,
        email=new if remedy.act == "address" else None,
        source=source,
        moment=moment,
        seen=seen,
    )


def _new_contact() -> dict[str, str]:
    on = _input("health_on")
    said = {
        "name": _text("health_name"),
        "email": _text("health_new"),
        "role": _text("health_role"),
        "verified_on": on.isoformat() if on else "",
    }
    return {column: value for column, value in said.items() if value or column in ("name", "email")}


def _input(name: str) -> Any:
    return st.session_state.get(form_key(name))


def _text(name: str) -> str:
    return str(_input(name) or "").strip()


@one_sentence
def take(rows: Rows) -> None:
    """Takes the proposed values of the ticked rows, all or none."""
    _act(
        lambda here, moment: mending.accept(
            here.pilot, here.day, rows, source=_text("health_source"), moment=moment
        ),
        lambda n: f"{counted(n, 'correction')} recorded.",
    )


@one_sentence
def exempt(check: str, rows: Rows) -> None:
    """Accepts the ticked rows as they are, until a day."""
    _act(
        lambda here, moment: mending.exempt(
            here.pilot,
            here.day,
            check,
            rows,
            reason=_text("health_reason"),
            expires_on=_input("health_until") or here.as_of,
            moment=moment,
        ),
        lambda n: f"{counted(n, 'exemption')} recorded.",
    )


@one_sentence
def assign(check: str, rows: Rows) -> None:
    """Gives the ticked rows to a person."""
    person = _text("health_person")
    _act(
        lambda here, moment: mending.assign(
            here.pilot, here.day, check, rows, person=person, moment=moment
        ),
        lambda n: f"{counted(n, 'row')} given to {person}.",
    )


@one_sentence
def judge(pair: str, is_same: bool) -> None:
    """Says whether two customers are one company; the ERP merges them, never this page."""
    one, _, other = pair.partition("|")
    _act(
        lambda here, moment: mending.judge(
            here.pilot, here.day, one, other, is_same=is_same, moment=moment
        ),
        lambda _: "Judged one company: merge them in the ERP." if is_same else "Judged two.",
    )


@one_sentence
def give_task(reason: str, about: str) -> None:
    """Gives an override's task to the chosen person."""
    person = _text("task_person")
    _act(
        lambda here, moment: tasks.give(
            here.pilot, here.day, reason, about, person=person, moment=moment
        ),
        lambda _: f"Given to {person}.",
    )


@one_sentence
def close_task(reason: str, about: str) -> None:
    """Closes an override's task with what was done."""
    note = _text("task_note")
    _act(
        lambda here, moment: tasks.close(
            here.pilot, here.day, reason, about, note=note, moment=moment
        ),
        lambda _: "Done: closed.",
    )


@one_sentence
def reopen_task(reason: str, about: str) -> None:
    """Opens a closed task again."""
    _act(
        lambda here, moment: tasks.reopen(here.pilot, here.day, reason, about, moment=moment),
        lambda _: "Opened again.",
    )


@one_sentence
def confirm(event_id: str) -> None:
    """The second person's yes."""
    moment = Moment(by=named(), now=session.now())
    here = session.again()
    try:
        mending.confirm(here.pilot, here.day, event_id, moment=moment)
    finally:
        here.close()
    st.session_state.health_last = [event_id]
    say("Confirmed: it counts from now on. U takes it back.")


@one_sentence
def undo(event_ids: Sequence[str]) -> None:
    """Takes acts back: what stood before them stands again."""
    moment = Moment(by=named(), now=session.now())
    here = session.again()
    try:
        mending.undo(here.pilot, here.day, event_ids, moment=moment)
    finally:
        here.close()
        if st.session_state.get("health_last") == list(event_ids):
            st.session_state.pop("health_last")
    clear_inputs()
    say(f"Taken back: {counted(len(event_ids), 'act')}. What stood before stands again.")


@one_sentence
def undo_batch(batch: str) -> None:
    """Takes back all corrections that were accepted in one go."""
    here = session.again()
    try:
        event_ids = mending.batch_of(here.day, batch)
    finally:
        here.close()
    undo(event_ids)


def undo_last() -> None:
    """Takes back the last act of this page."""
    undo(list(st.session_state.get("health_last") or []))
