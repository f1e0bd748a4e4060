"""Decisions as callbacks: checked on what stands now, written once, then on to the next case.

A callback runs before the page is drawn again, once per click, even when the tab is closed
right after; the body of an `if st.button(…)` does not (docs/decisions.md, 5).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import streamlit as st

from pages.parts import casework, reply_acts, session
from pages.parts.casework import Shown
from pages.parts.notices import one_sentence, say, tell
from pages.parts.session import Session, named
from pipeline.acting import Made, Moment, decide_case
from pipeline.attention import answer
from pipeline.deciding import TimingKind, is_stopped, record_timing, standing_decision, undo
from pipeline.drafting.edits import suggest_reason
from pipeline.ledger import Stale
from pipeline.ledger.entries import what_happened
from pipeline.model import CountbackError, Entry, Verdict, WrongCall

_TIMING: dict[Verdict, TimingKind] = {"reroute": "reroute", "edit": "rework"}
#: What a re-route to a lane says about the play that was proposed.
_BY_LANE = {"disputed": "DISPUTE_MISSED", "waiting": "TIMING", "blocked": "FACT"}


def text_key(made: Made, part: str) -> str:
    """The key of an editable part: a new draft starts from its own text."""
    return f"{part}:{made.case.case_id}:{made.draft.fingerprint[:8]}"


def texts(made: Made) -> tuple[str, str]:
    """Subject and body as the reviewer has them now."""
    state = st.session_state
    return (
        state.get(text_key(made, "subject"), made.draft.subject),
        state.get(text_key(made, "body"), made.draft.body),
    )


def suggested(made: Made, verdict: Verdict) -> str | None:
    """The reason that a verdict most likely has; None where only the reviewer can know."""
    subject, body = texts(made)
    draft = made.draft
    if (subject, body) != (draft.subject, draft.body):
        return suggest_reason(draft.body, body, draft.to, draft.to)
    if verdict == "hold":
        return "TIMING"
    if verdict == "reroute":
        return _BY_LANE.get(st.session_state.get("new_lane") or "", "RELATIONSHIP")
    return None


@one_sentence
def take(verdict: Verdict, case_id: str) -> None:
    """Records the verdict with what the reviewer has put in beside it, and moves on."""
    moment = Moment(by=named(), now=session.now())
    here = session.again()
    try:
        _check_stopped(here, verdict)
        if _was_a_check(here, verdict, case_id, moment):
            return
        who = here.desk.case(case_id).customer_name if _is_open(here, case_id) else case_id
        entry = _decide(here, verdict, case_id, moment)
        _time(here, verdict, case_id, moment)
        _move_on(here, case_id)
    finally:
        here.close()
    st.session_state.last_decision = entry.event_id
    say(f"{who}: {what_happened(entry)}. U takes it back.")


def reject(case_id: str, reason: str) -> None:
    """Rejects the draft for this reason, in one act."""
    st.session_state.reason = reason
    take("reject", case_id)


def _is_open(here: Session, case_id: str) -> bool:
    return any(case.case_id == case_id for case in here.desk.cases)


def _check_stopped(here: Session, verdict: Verdict) -> None:
    if verdict in ("approve", "edit") and is_stopped(here.entries):
        raise CountbackError("Everything unsent is stopped: let sending go on before approving.")


def _was_a_check(here: Session, verdict: Verdict, case_id: str, moment: Moment) -> bool:
    """Whether the draft had a planted defect: then that is answered, and nothing is decided."""
    if not _is_open(here, case_id):
        return False
    made = casework.made(here, case_id)
    planted = casework.planted(here, made)
    if planted is None:
        return False
    shown = _shown(case_id)
    subject, body = texts(replace(made, draft=planted.draft))
    said = answer(
        here.ledger(),
        planted,
        verdict,
        planted.draft.model_copy(update={"subject": subject, "body": body}),
        review_seconds=round(shown.active, 1),
        now=moment.now,
        on_day=here.as_of,
    )
    _time(here, verdict, case_id, moment, kind="supervision")
    clear_inputs()
    tell(said.sentence, good=said.is_caught)
    return True


def _decide(here: Session, verdict: Verdict, case_id: str, moment: Moment) -> Entry:
    shown = _shown(case_id)
    _refuse_stale(here, shown)
    made = casework.made(here, case_id)
    subject, body = texts(made)
    state = st.session_state
    return decide_case(
        here.pilot,
        here.day,
        case_id,
        verdict=verdict,
        moment=moment,
        reason=None if verdict == "approve" else state.get("reason") or suggested(made, verdict),
        note=state.get("note") or "",
        subject=subject,
        body=body,
        lane=state.get("new_lane"),
        until=state.get("hold_until"),
        review_seconds=round(shown.active, 1),
        expected_version=shown.version,
        desk=here.desk,
    )


def _shown(case_id: str) -> Shown:
    shown = st.session_state.get("shown")
    if shown is None or shown.case_id != case_id:
        raise WrongCall("Another case is on the desk by now: look again, then decide.")
    shown.touch()
    return shown


def _refuse_stale(here: Session, shown: Shown) -> None:
    """A colleague's decision may have moved the case away altogether: say who it was."""
    about = [entry for entry in here.entries if entry.subject == shown.case_id]
    if about and about[-1].version > shown.version:
        last = about[-1]
        raise Stale(
            f"{shown.case_id} was {what_happened(last)} by {last.by} at {last.at:%H:%M} UTC while "
            "you looked at it: nothing was recorded; decide on what stands now."
        )


def _time(
    here: Session,
    verdict: Verdict,
    case_id: str,
    moment: Moment,
    kind: TimingKind | None = None,
) -> None:
    shown = _shown(case_id)
    record_timing(
        here.ledger(),
        case_id,
        kind or _TIMING.get(verdict, "review"),
        by=moment.by,
        started_at=datetime.fromtimestamp(shown.started, UTC),
        active_minutes=round(shown.active / 60, 3),
        at_idle={idle: round(spent / 60, 3) for idle, spent in shown.active_at.items()},
        now=moment.now,
        on_day=here.as_of,
    )


def _move_on(here: Session, case_id: str) -> None:
    """The next case of the walk comes up; the text of the note and reason goes."""
    cases = casework.walk(here)
    following = casework.neighbour(cases, case_id, 1) or casework.neighbour(cases, case_id, -1)
    state = st.session_state
    state.walk = [one for one in cases if one != case_id]
    state.case = following
    clear_inputs()


def clear_inputs() -> None:
    """Empties what belongs to one decision only."""
    for key in ("reason", "note", "new_lane", "hold_until", "shown"):
        st.session_state.pop(key, None)


def go(case_id: str | None) -> None:
    """Another case comes onto the desk, undecided."""
    if case_id:
        st.session_state.case = case_id
        clear_inputs()


@one_sentence
def take_back() -> None:
    """Undoes the reviewer's last act: a decision, its case back on the desk, or a closing."""
    by = named()
    here = session.again()
    try:
        last = _last_act(here, by)
        if last.kind == "reply_closed":
            reply_acts.reopen(here, last, Moment(by=by, now=session.now()))
            return
        undo(here.ledger(), last.event_id, by=by, now=session.now(), on_day=here.as_of)
    finally:
        here.close()
    state = st.session_state
    state.pop("last_decision", None)
    state.walk = [last.subject, *[c for c in state.get("walk") or [] if c != last.subject]]
    go(last.subject)
    say(f"{last.subject} is undecided again.")


def _last_act(here: Session, by: str) -> Entry:
    """The newest decision or closing of this person on this day that still stands."""
    mine: dict[str, list[Entry]] = {}
    for entry in here.entries:
        mine.setdefault(entry.subject, []).append(entry)
    standing = [standing_decision(about) for about in mine.values()]
    found = [e for e in standing if e and e.by == by and e.on_day == here.as_of]
    found += reply_acts.closings(here, by)
    if not found:
        raise WrongCall(f"{by} has decided nothing on this day that could be taken back.")
    return max(found, key=lambda entry: entry.seq)


def hold_default(as_of: date) -> date:
    """A week on, when nothing else is said."""
    return date.fromordinal(as_of.toordinal() + 7)


def state_of(key: str) -> Any:
    """What the reviewer has put in, if anything."""
    return st.session_state.get(key)
