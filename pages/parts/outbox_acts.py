"""What a person does in the outbox, as callbacks: named, judged anew, and in the record."""

from __future__ import annotations

import streamlit as st

from pages.parts import session
from pages.parts.notices import one_sentence, refuse, say
from pages.parts.session import named
from pages.parts.wording import counted
from pipeline.acting import Moment
from pipeline.deciding import countersign, undo
from pipeline.sending import Report, by_mail_program, send, settle


def ask() -> None:
    """Asks before anything leaves."""
    st.session_state.outbox_asked = True


def not_yet() -> None:
    """Goes back without handing anything over."""
    st.session_state.pop("outbox_asked", None)


@one_sentence
def hand_over() -> None:
    """Hands over everything that may leave at this very moment."""
    not_yet()
    moment = Moment(by=named(), now=session.now())
    here = session.again()
    _tell(send(here.pilot, moment, as_of=here.as_of))


def _tell(report: Report) -> None:
    n = len(report.handed_over)
    what = counted(n, "file") if report.kind == "eml" else counted(n, "message")
    done = "written to the outbox folder" if report.kind == "eml" else "taken by the mail server"
    held = [one for one in report.kept if not one.has_lapsed]
    if n:
        say(f"{what} {done}.")
    elif held:
        refuse(f"Nothing was handed over: {held[0].reasons[-1].sentence}")
    else:
        say("Nothing was waiting any more.")


@one_sentence
def take_back(event_id: str) -> None:
    """Undoes an approval that has not left."""
    by, here = named(), session.again()
    undo(here.ledger(), event_id, by=by, now=session.now(), on_day=here.as_of)
    say("Taken back: the case is undecided again.")


@one_sentence
def stand_by(event_id: str) -> None:
    """Countersigns a colleague's edited message, as it stands in the record."""
    by, here = named(), session.again()
    countersign(here.ledger(), event_id, by=by, now=session.now(), on_day=here.as_of)
    say("Countersigned: it may leave once nothing else is in its way.")


@one_sentence
def open_in_mail_program(event_id: str) -> None:
    """Takes a message out of the machine's hands; its link is shown from then on."""
    moment = Moment(by=named(), now=session.now())
    here = session.again()
    by_mail_program(here.pilot, event_id, moment, here.as_of)
    say("It is yours: open it below, and say afterwards whether it left.")


@one_sentence
def say_so(event_id: str, has_left: bool) -> None:
    """Records a person's word on a message in doubt."""
    moment = Moment(by=named(), now=session.now())
    here = session.again()
    settle(here.ledger(), event_id, has_left=has_left, moment=moment, on_day=here.as_of)
    say("Noted: it has left." if has_left else "Noted: it never left, and waits again.")
