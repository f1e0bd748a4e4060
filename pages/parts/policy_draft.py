"""The policy as somebody is changing it: kept for the session, written only when it is saved."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.parts import session
from pages.parts.notices import one_sentence, say
from pages.parts.session import Session, named
from pipeline.model import CountbackError, WrongCall
from pipeline.replaying import Proposal, as_it_stands
from pipeline.replaying.conditions import thresholds, with_numbers
from pipeline.replaying.saving import save, undo_change

Rule = dict[str, Any]


def draft(here: Session) -> Proposal:
    """The changed policy; the pilot's own again once that was changed by somebody else."""
    stands = as_it_stands(here.pilot)
    base = (str(here.pilot.folder), stands.fingerprint)
    kept = st.session_state.get("policy_draft")
    if kept is None or kept[0] != base:
        kept = st.session_state.policy_draft = (base, stands)
        _forget_inputs()
    return kept[1]


def fault(here: Session, changed: Proposal) -> str:
    """What does not fit, in one sentence naming rule and column; empty when all does."""
    found: str = here.kept(f"fault of {changed.fingerprint}", lambda: _fault(here, changed))
    return found


def _fault(here: Session, changed: Proposal) -> str:
    try:
        changed.check(here.day)
        names = here.kept_for_books("customer ids", lambda: _customers(here))
        for customer in changed.hands_off:
            if customer not in names:
                raise WrongCall(f"{customer!r} on the hands-off list is no customer of the books.")
    except CountbackError as error:
        return str(error)
    return ""


def _customers(here: Session) -> frozenset[str]:
    return frozenset(row["customer_id"] for row in here.day.table("customers"))


def rule_of(changed: Proposal, name: str) -> Rule:
    """One rule of the draft."""
    return dict(next(rule for rule in changed.rules if rule["name"] == name))


# --- Inputs --------------------------------------------------------------------------------


def input_key(name: str, part: str) -> str:
    """The key of an input of one rule."""
    return f"policy_in:{part}:{name}"


def fill(name: str, rule: Rule) -> None:
    """Puts what the draft says into the inputs of a rule that do not have it yet."""
    state = st.session_state
    state.setdefault(input_key(name, "when"), rule["when"])
    state.setdefault(input_key(name, "on"), not rule.get("off", False))
    for one in thresholds(rule["when"]):
        state.setdefault(input_key(name, str(one.number)), one.text)


def _forget_inputs(name: str = "") -> None:
    """Lets the inputs (of one rule) be filled from the draft again."""
    for key in [str(key) for key in st.session_state]:
        if key.startswith("policy_in:") and key.endswith(f":{name}" if name else ""):
            del st.session_state[key]
    st.session_state.pop("policy_replay", None)


def _change(name: str, **keys: object) -> None:
    base, changed = st.session_state.policy_draft
    rules = tuple({**r, **keys} if r["name"] == name else r for r in changed.rules)
    st.session_state.policy_draft = (base, Proposal(rules, changed.hands_off, changed.place))
    _forget_inputs(name)


@one_sentence
def put_number(name: str, number: int) -> None:
    """Takes a number that was typed into the rule's condition."""
    typed = str(st.session_state[input_key(name, str(number))]).strip()
    when = rule_of(st.session_state.policy_draft[1], name)["when"]
    try:
        _change(name, when=with_numbers(when, {number: typed}))
    except CountbackError:
        _forget_inputs(name)
        raise


def put_condition(name: str) -> None:
    """Takes the whole condition as it was typed; whether it fits is said by `fault`."""
    typed = str(st.session_state[input_key(name, "when")]).strip()
    _change(name, when=typed or "true")


def switch(name: str) -> None:
    """Takes the rule in or out; it stays in the list."""
    _change(name, off=not st.session_state[input_key(name, "on")])


def move(name: str, by: int) -> None:
    """Puts the rule one place up (-1) or down (1)."""
    base, changed = st.session_state.policy_draft
    rules = list(changed.rules)
    place = next(n for n, rule in enumerate(rules) if rule["name"] == name)
    to = min(max(place + by, 0), len(rules) - 1)
    rules.insert(to, rules.pop(place))
    st.session_state.policy_draft = (
        base,
        Proposal(tuple(rules), changed.hands_off, changed.place),
    )
    st.session_state.pop("policy_replay", None)


def put_hands_off() -> None:
    """Takes the hands-off list, one customer a line."""
    typed = str(st.session_state["policy_in:list:hands_off"]).splitlines()
    named_ones = tuple(dict.fromkeys(line.strip() for line in typed if line.strip()))
    base, changed = st.session_state.policy_draft
    st.session_state.policy_draft = (base, Proposal(changed.rules, named_ones, changed.place))
    st.session_state.pop("policy_replay", None)


# --- Acts ----------------------------------------------------------------------------------


def discard() -> None:
    """Forgets what was changed."""
    st.session_state.pop("policy_draft", None)
    _forget_inputs()


@one_sentence
def keep() -> None:
    """Writes the draft into pilot.toml and on the record."""
    by = named()
    here = session.again()
    try:
        base, changed = st.session_state.policy_draft
        wrong = fault(here, changed)
        if wrong:
            raise WrongCall(wrong)
        entry = save(here.pilot, changed, seen=base[1], by=by, now=session.now(), on_day=here.as_of)
    finally:
        here.close()
    discard()
    say(f"Saved: {entry.payload['words']}. Undo below puts it back.")


@one_sentence
def take_back(event_id: str) -> None:
    """Puts the policy back to what it was before its last change."""
    by = named()
    here = session.again()
    try:
        undo_change(here.pilot, event_id, by=by, now=session.now(), on_day=here.as_of)
    finally:
        here.close()
    discard()
    say("The policy is what it was before.")
