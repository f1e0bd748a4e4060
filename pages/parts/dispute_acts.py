"""A dispute's steps as callbacks: the same as the `dispute` verb's, written once per click."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import streamlit as st

from pages.parts import session
from pages.parts.notices import one_sentence, say
from pages.parts.session import named
from pipeline.acting import Moment, act_on_dispute
from pipeline.ledger.entries import what_happened
from pipeline.model import Entry, WrongCall


def state_key(name: str, invoice_id: str) -> str:
    """The key of an input that belongs to one dispute."""
    return f"dispute_{name}:{invoice_id}"


def _act(
    invoice_id: str,
    *,
    step: str | None = None,
    person: str | None = None,
    reason: str = "",
    note: str = "",
    amount: Decimal | None = None,
    decision: str = "",
) -> Entry:
    moment = Moment(by=named(), now=session.now())
    here = session.again()
    try:
        entry = act_on_dispute(
            here.pilot,
            here.day,
            invoice_id,
            step=step,
            person=person,
            moment=moment,
            reason=reason,
            note=note,
            amount=amount,
            decision=decision,
        )
    finally:
        here.close()
    st.session_state.dispute = invoice_id
    say(f"The dispute on {invoice_id} was {what_happened(entry)}. U takes it back.")
    return entry


@one_sentence
def assign(invoice_id: str) -> None:
    """Asks the chosen person to own it."""
    person = st.session_state.get(state_key("owner", invoice_id))
    if not person:
        raise WrongCall("Choose who is to own the dispute first.")
    _act(invoice_id, person=person)


@one_sentence
def step_on(invoice_id: str, step: str) -> None:
    """Accepts, closes, or takes the last step back."""
    _act(invoice_id, step=step)


@one_sentence
def evidence(invoice_id: str) -> None:
    """Adds the note that was written."""
    key = state_key("note", invoice_id)
    _act(invoice_id, step="evidence", note=st.session_state.get(key) or "")
    st.session_state[key] = ""


@one_sentence
def decide(invoice_id: str) -> None:
    """Records the chosen decision, with the note if there is one."""
    decision = st.session_state.get(state_key("decision", invoice_id))
    if not decision:
        raise WrongCall("Choose how the dispute is decided first.")
    note = st.session_state.get(state_key("note", invoice_id)) or ""
    _act(invoice_id, step="decide", decision=decision, note=note)


@one_sentence
def flag() -> None:
    """Flags the invoice that was named: from here on nothing is sent for it."""
    state = st.session_state
    invoice_id = (state.get("dispute_new_invoice") or "").strip()
    if not invoice_id:
        raise WrongCall("Say which invoice is disputed first.")
    _act(
        invoice_id,
        step="flag",
        reason=state.get("dispute_new_reason") or "",
        note=state.get("dispute_new_note") or "",
        amount=_amount(state.get("dispute_new_amount") or ""),
    )
    for key in ("invoice", "amount", "note"):
        state[f"dispute_new_{key}"] = ""


def _amount(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", "").strip()) if text.strip() else None
    except InvalidOperation as error:
        raise WrongCall(f"{text!r} is no amount: write it like 1250.50.") from error


def choose(invoice_id: str | None) -> None:
    """Another dispute comes onto the desk."""
    if invoice_id:
        st.session_state.dispute = invoice_id
