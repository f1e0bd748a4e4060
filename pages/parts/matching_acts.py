"""Filing a message, a ticket, a deal or an agreement, as callbacks: checked on what stands now."""

from __future__ import annotations

import streamlit as st

from pages.parts import session
from pages.parts.notices import one_sentence, say
from pages.parts.session import named
from pipeline.acting import Moment
from pipeline.deciding.filing import FILED
from pipeline.health import filing, mending
from pipeline.model import WrongCall


def input_key(name: str) -> str:
    """The key of an input of the open form: after an act a new form starts empty."""
    return f"{name}_{st.session_state.get('matching_form', 0)}"


@one_sentence
def file_it(kind: str, key: str) -> None:
    """Files the item under the customer, or invoice, that was chosen."""
    customer_id = st.session_state.get(input_key("matching_customer"))
    invoice_id = st.session_state.get(input_key("matching_invoice"))
    if not customer_id:
        raise WrongCall("Choose the customer first, then file it.")
    moment = Moment(by=named(), now=session.now())
    here = session.again()
    try:
        entry = filing.file_under(
            here.pilot,
            here.day,
            kind,
            key,
            customer_id=customer_id,
            invoice_id=invoice_id,
            moment=moment,
        )
    finally:
        here.close()
    _renew(entry.event_id)
    say(f"The {FILED[kind]} is filed under {invoice_id or customer_id}. U takes it back.")


@one_sentence
def take_back(event_id: str) -> None:
    """Takes a filing back: what was said before it stands again."""
    moment = Moment(by=named(), now=session.now())
    here = session.again()
    try:
        mending.undo(here.pilot, here.day, [event_id], moment=moment)
    finally:
        here.close()
    _renew(None)
    say("The filing is taken back.")


def _renew(last: str | None) -> None:
    state = st.session_state
    state.matching_last = last
    state.matching_form = state.get("matching_form", 0) + 1
