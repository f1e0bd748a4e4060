"""What a file does not tell, as questions with the effect of each choice in money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.parts.mapping_columns import column_key
from pages.parts.wording import escaped
from pipeline.exports.proposing_questions import Ask
from pipeline.unknown_exports import Draft, Effect


def given_answers(asks: Sequence[Ask], prefix: str) -> dict[str, str]:
    """The answers that a person has given, as far as they can still be given."""
    found = {}
    for ask in asks:
        answer = st.session_state.get(_key(prefix, ask))
        # The amount is chosen among the columns, where its answer is put at once.
        if answer in ask.choices and ask.key != "amount":
            found[ask.key] = answer
    return found


def questions(draft: Draft, effects: Mapping[str, Sequence[Effect]], prefix: str) -> None:
    """The questions, those that must be answered first."""
    if not draft.asks:
        st.caption("The file leaves nothing to ask.")
    for ask in sorted(draft.asks, key=lambda ask: not ask.is_open):
        with st.container(border=True):
            _question(draft, ask, effects.get(ask.key, ()), prefix)


def _question(draft: Draft, ask: Ask, effects: Sequence[Effect], prefix: str) -> None:
    if ask in draft.open:
        st.badge("Needs your answer", icon=":material/help:", color="orange")
    st.markdown(f"**{escaped(ask.question)}**")
    st.caption(escaped(ask.because))
    if len(ask.choices) > 5:
        st.selectbox(
            ask.key,
            ask.choices,
            index=ask.choices.index(ask.suggested),
            key=_key(prefix, ask),
            label_visibility="collapsed",
            width=260,
        )
        return
    said = {effect.choice: effect.sentence for effect in effects}
    st.radio(
        ask.key,
        ask.choices,
        # Of a question that is answered only by a person, nothing is chosen beforehand.
        index=None if ask.is_open else ask.choices.index(ask.suggested),
        format_func=lambda choice: escaped(choice[:1].upper() + choice[1:]),
        captions=[_caption(draft, ask, choice, said.get(choice, "")) for choice in ask.choices],
        key=_key(prefix, ask),
        label_visibility="collapsed",
        on_change=_choose_amount if ask.key == "amount" else None,
        args=(_key(prefix, ask), column_key(prefix, "amount")) if ask.key == "amount" else None,
    )


def _choose_amount(answer_key: str, amount_key: str) -> None:
    st.session_state[amount_key] = st.session_state[answer_key]


def _caption(draft: Draft, ask: Ask, choice: str, effect: str) -> str:
    """What a choice changes, or that the figures rest on it now."""
    if choice != draft.answers[ask.key]:
        return escaped(effect)
    return "the figures rest on this until you answer" if ask in draft.open else "as shown"


def _key(prefix: str, ask: Ask) -> str:
    return f"{prefix}:answer:{ask.key}:{ask.suggested}"
