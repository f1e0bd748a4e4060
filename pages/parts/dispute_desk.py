"""One dispute on the desk: its clocks and its money, and the step that is due next."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts import dispute_acts
from pages.parts.allowed import allowed
from pages.parts.dispute_acts import state_key
from pages.parts.session import Session
from pages.parts.wording import counted, disputed_for, escaped, moment, money
from pipeline.deciding import DECISIONS
from pipeline.disputing import STAGES, Card


def dispute(here: Session, card: Card, people: Sequence[str]) -> None:
    """What is known of it on the left, what can be done on the right."""
    with st.container(border=True, key="dispute_desk"):
        left, right = st.columns([5, 4], gap="large")
        with left:
            _facts(card)
        with right:
            _acts(here, card, people)


def _facts(card: Card) -> None:
    st.subheader(escaped(card.customer), anchor=False)
    st.caption(escaped(f"{card.invoice_id} · {disputed_for(card.reason)} · {STAGES[card.stage]}"))
    whole = money(card.open_amount, card.currency)
    disputed = money(card.disputed_amount, card.currency)
    rest = money(card.undisputed_amount, card.currency)
    said = [f"Of {whole} open, {disputed} is disputed"]
    said[0] += f"; {rest} is not, and its owner may ask for it." if card.undisputed_amount else "."
    said += [_waiting(card), *_clock(card)]
    if card.hand_offs:
        said.append(f"Handed on {counted(card.hand_offs, 'time')}.")
    if card.detection_hours is not None:
        said.append(
            f"The customer said so {card.detection_hours:.1f} h (by the clock) before it was "
            "flagged."
        )
    if card.decision:
        said.append(f"Decided: {DECISIONS.get(card.decision, card.decision)}.")
    if card.outcome:
        said.append(f"Closed: {card.outcome}")
    st.markdown("\n".join(f"- {escaped(one)}" for one in said))
    if card.evidence:
        st.caption(f"Evidence, {counted(card.evidence_notes, 'note')}; the newest:")
        st.text(card.evidence)


def _waiting(card: Card) -> str:
    if card.owner:
        return f"{card.owner} accepted it."
    if card.asked:
        return f"{card.asked} was asked and has not accepted yet: the clock runs until then."
    return "Nobody was asked yet." if card.stage != "closed" else "Settled before anyone took it."


def _clock(card: Card) -> list[str]:
    hours = f"{card.business_hours:.1f} business hours, {card.clock_hours:.1f} h by the clock"
    since = moment(card.flagged_at)
    late = f"; {card.sla_hours:g} were agreed" + (", so it is late" if card.is_late else "")
    return (
        [f"Flagged {since}; {hours} until its owner accepted{late}."]
        if card.owner
        else [f"Flagged {since}: waiting for {hours}{late}."]
    )


def _acts(here: Session, card: Card, people: Sequence[str]) -> None:
    if card.stage == "closed":
        st.caption("Closed. Undo brings back what you closed yourself last.")
    elif card.stage == "decided":
        st.caption("Decided. Do in the books what was decided, then close it here.")
    if card.stage in ("flagged", "accepted", "evidence"):
        _owner(card, people)
    if card.asked:
        _button("Accept", "accept", "A", dispute_acts.step_on, card, "accept", primary=True)
        if here.reviewer != card.asked:
            st.caption(escaped(f"Only {card.asked} can accept: the name in the sidebar counts."))
    if card.stage in ("accepted", "evidence"):
        _working(card)
    with st.container(horizontal=True):
        if card.stage in ("accepted", "evidence", "decided"):
            is_next = card.stage == "decided"
            close = dispute_acts.step_on if is_next else None
            if close:
                _button("Close", "close", "X", close, card, "close", primary=True)
        _button("Undo", "undo", "U", dispute_acts.step_on, card, "undo", tertiary=True)


def _owner(card: Card, people: Sequence[str]) -> None:
    key = state_key("owner", card.invoice_id)
    if st.session_state.get(key) not in people:
        st.session_state[key] = card.proposed if card.proposed in people else None
    row = st.columns([3, 2], vertical_alignment="bottom")
    with row[0]:
        st.selectbox("Who owns it", people, index=None, key=key, placeholder="Choose a person")
    with row[1]:
        label = "Ask to own it" if not (card.owner or card.asked) else "Hand on"
        _button(label, "assign", "G", dispute_acts.assign, card, primary=not card.asked)
    backup = f" Backup: {card.backup}." if card.backup else ""
    st.caption(escaped(f"The table says {card.proposed or 'nobody'}.{backup}"))


def _working(card: Card) -> None:
    st.text_input(
        "What was found, and where",
        key=state_key("note", card.invoice_id),
        placeholder="Order form of 3 March, page 2: 45 seats",
    )
    _button("Add evidence", "evidence", "E", dispute_acts.evidence, card)
    row = st.columns([3, 2], vertical_alignment="bottom")
    with row[0]:
        st.selectbox(
            "Decision",
            list(DECISIONS),
            index=None,
            key=state_key("decision", card.invoice_id),
            format_func=DECISIONS.__getitem__,
            placeholder="How it is decided",
        )
    with row[1]:
        _button("Decide", "decide", "D", dispute_acts.decide, card, primary=True)


#: What each control of the desk records.
_ACTS = {
    "assign": "dispute_assigned",
    "accept": "dispute_accepted",
    "evidence": "dispute_evidence",
    "decide": "dispute_decided",
    "close": "dispute_closed",
    "undo": "dispute_undone",
}


def _button(
    label: str,
    name: str,
    key: str,
    act: object,
    card: Card,
    *more: str,
    primary: bool = False,
    tertiary: bool = False,
) -> None:
    allowed(st.button, _ACTS[name])(
        label,
        key=f"dispute_{name}",
        shortcut=key,
        on_click=act,
        args=(card.invoice_id, *more),
        type="tertiary" if tertiary else "primary" if primary else "secondary",
    )
