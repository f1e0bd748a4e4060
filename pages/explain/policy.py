"""Explain · Policy: the rules in words, changed on trial, replayed, saved and undone."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts import policy_draft, session
from pages.parts.allowed import allowed
from pages.parts.policy_draft import input_key, rule_of
from pages.parts.session import Session
from pages.parts.tables import save, table
from pages.parts.wording import LANE_TITLES, counted, day, escaped, moment
from pipeline.proving import override_parts
from pipeline.replaying import NOT_A_CAUSE, Change, Proposal, Replay, changes, replay
from pipeline.replaying import as_it_stands as standing_policy
from pipeline.replaying.conditions import thresholds
from pipeline.replaying.saving import last_change
from pipeline.replaying.standing import RuleStanding, rule_standings
from pipeline.replaying.telling import moved_row, reason_words, sentences

#: How far back a preview looks, in days.
DAYS = 60
_GUARDED = (
    "Guards stand before any rule and are not for editing: whatever the policy says, nothing is "
    "sent on an account that is hands-off, on an invoice in dispute, without a due date, not yet "
    "due or on hold. `routine` is what is left when nothing fires."
)


def page() -> None:
    """The rules, the editor, and what a change would have sorted otherwise."""
    here = session.here()
    st.title("Which rule sends a case where?")
    if here.is_empty:
        st.info("No invoice is loaded yet: drop the exports on **Prepare → Exports** first.")
        return
    changed = policy_draft.draft(here)
    before = standing_policy(here.pilot)
    rules = here.kept("rule standings", lambda: _standings(here, before))
    _rules(here, rules)
    _undo(here)
    st.header("Change it on trial", anchor="change")
    _editor(changed, rules)
    _hands_off(changed)
    _verdict(here, before, changed)


def _standings(here: Session, policy: Proposal) -> tuple[RuleStanding, ...]:
    parts = override_parts(here.day, here.pilot.settings)
    return rule_standings(here.desk, policy, parts.shares.rows)


# --- The policy in words -------------------------------------------------------------------


def _rules(here: Session, rules: Sequence[RuleStanding]) -> None:
    own = "the pilot's own rules" if here.pilot.settings.rule else "the rules that ship"
    st.markdown(
        f"Asked in this order, {own}: the first that fires decides. A condition that cannot be "
        "told counts as fired, except on reminders. Overrides are those of drafts since go-live."
    )
    table(
        [_row(rule) for rule in rules],
        key="policy_rules",
        alt="The rules in order, with what they do today",
        height="content",
    )
    st.caption(f"{_GUARDED} Fingerprint `{here.pilot.policy.fingerprint[:16]}`.")


def _row(rule: RuleStanding) -> dict[str, object]:
    return {
        "place": rule.place or None,
        "name": rule.name,
        "lane": LANE_TITLES[rule.lane],
        "when": rule.words,
        "fires_today": rule.fires,
        "decides_today": rule.wins,
        "overridden": f"{rule.overridden} of {rule.decided}" if rule.decided else None,
        "standing": "guard" if rule.is_fixed else "off" if rule.is_off else "rule",
        "because": rule.because,
        "condition": rule.when,
    }


def _undo(here: Session) -> None:
    last = last_change(here.entries)
    if last is None:
        return
    words = f"Last changed by {last.by}, {moment(last.at)}: {last.payload['words']}."
    st.markdown(escaped(words))
    is_still = last.payload["after"]["written"] == standing_policy(here.pilot).fingerprint
    if is_still and "undoes" not in last.payload:
        allowed(st.button, "policy_changed")(
            "Undo this change",
            key="policy_undo",
            icon=":material/undo:",
            on_click=policy_draft.take_back,
            args=(last.event_id,),
        )


# --- The editor ----------------------------------------------------------------------------


def _editor(changed: Proposal, rules: Sequence[RuleStanding]) -> None:
    names = [rule["name"] for rule in changed.rules]
    asked = st.query_params.get("rule")
    if st.session_state.get("policy_rule") not in names:
        st.session_state.policy_rule = asked if asked in names else names[0]
    name = st.selectbox("Rule", names, key="policy_rule")
    rule = rule_of(changed, name)
    policy_draft.fill(name, rule)
    _facts(name, rules)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.toggle("On", key=input_key(name, "on"), on_change=policy_draft.switch, args=(name,))
        for key, label, by in (("policy_up", "Earlier", -1), ("policy_down", "Later", 1)):
            end = names[0] if by < 0 else names[-1]
            st.button(
                label, key=key, on_click=policy_draft.move, args=(name, by), disabled=name == end
            )
        st.caption(f"Place {names.index(name) + 1} of {len(names)}, guards not counted.")
    with st.container(horizontal=True):
        for one in thresholds(rule["when"]):
            st.text_input(
                escaped(one.column.replace("_", " ") or "number"),
                key=input_key(name, str(one.number)),
                on_change=policy_draft.put_number,
                args=(name, one.number),
                width=200,
            )
    st.text_area(
        "The whole condition",
        key=input_key(name, "when"),
        on_change=policy_draft.put_condition,
        args=(name,),
        height=80,
        help="A yes-or-no condition over the columns of open_invoices (see Method).",
    )


def _facts(name: str, rules: Sequence[RuleStanding]) -> None:
    found = next((rule for rule in rules if rule.name == name), None)
    if found is None:
        return
    st.markdown(
        f"Sends to **{LANE_TITLES[found.lane]}** when {escaped(found.words)}. Today it fires on "
        f"{counted(found.fires, 'open invoice')} and decides {found.wins}; since go-live "
        f"{found.overridden} of {found.decided} of its drafts were overridden."
    )
    st.text(found.because)


def _hands_off(changed: Proposal) -> None:
    key = "policy_in:list:hands_off"
    st.session_state.setdefault(key, "\n".join(changed.hands_off))
    st.text_area(
        "Hands-off list: one customer's id a line",
        key=key,
        on_change=policy_draft.put_hands_off,
        height=80,
        help="Beside those that the customer export marks: a person calls, nothing is templated.",
    )


# --- What it would have done ---------------------------------------------------------------


def _verdict(here: Session, before: Proposal, changed: Proposal) -> None:
    wrong = policy_draft.fault(here, changed)
    if wrong:
        st.error(escaped(wrong), icon=":material/error:")
    found: Sequence[Change] = () if wrong else changes(before, changed)
    for change in found:
        st.markdown(escaped(f"{change.rule} {change.words}".strip()))
    if not wrong and not found:
        st.caption("Nothing is changed yet.")
    is_idle = bool(wrong) or not found
    with st.container(horizontal=True):
        asked = st.button("Preview", key="policy_preview", type="primary", disabled=is_idle)
        allowed(st.button, "policy_changed")(
            "Save", key="policy_save", on_click=policy_draft.keep, disabled=is_idle
        )
        st.button("Discard", key="policy_discard", on_click=policy_draft.discard)
    st.caption(
        f"Preview sorts the last {DAYS} days again and writes nothing. Save writes the rules into "
        "pilot.toml and your name on the record."
    )
    if asked:
        _preview(here, changed)
    kept = st.session_state.get("policy_replay")
    if kept and kept[0] == _key(here, changed) and not wrong:
        _replayed(kept[1])


def _key(here: Session, changed: Proposal) -> tuple[object, ...]:
    return (*here.key, changed.fingerprint)


def _preview(here: Session, changed: Proposal) -> None:
    with st.status("Sorting the last weeks again", expanded=False) as status:
        found = replay(
            here.pilot,
            changed,
            here.as_of,
            DAYS,
            lambda step: status.update(label=escaped(step)),
        )
        status.update(label="Sorted again", state="complete")
    st.session_state.policy_replay = (_key(here, changed), found)


def _replayed(found: Replay) -> None:
    st.header("What it would have sorted otherwise", anchor="replay")
    first, *rest = sentences(found)
    st.markdown(f"**{escaped(first)}**")
    for said in rest:
        if said == NOT_A_CAUSE:
            st.caption(escaped(said))
        else:
            st.markdown(escaped(said))
    _moves(found)
    _by_rule(found)
    if found.not_gone:
        st.subheader("Approved messages that would not have gone", anchor=False)
        rows = [
            {"on": one.on, "case": one.case_id, "rule": one.rule, "to": one.to_rule}
            for one in found.not_gone
        ]
        table(rows, key="policy_not_gone", alt="Approved messages that would not have gone")


def _moves(found: Replay) -> None:
    st.subheader("Which cases move?", anchor=False)
    if not found.moves:
        st.info("No open invoice changes its lane on the days looked at.")
        return
    table(
        [
            {
                "from": LANE_TITLES[move.from_lane],
                "by_rule": move.from_rule,
                "to": LANE_TITLES[move.to_lane],
                "by": move.to_rule,
                "cases": move.n_cases,
                "invoices": move.n_invoices,
                "open_amount": move.open_amount,
                "currency": move.currency,
            }
            for move in found.moves
        ],
        key="policy_moves",
        alt="Moves from lane to lane",
    )
    days = ", ".join(day(on) for on in found.looked_at)
    st.caption(f"Each invoice once, as on the newest day it lies elsewhere. Looked at: {days}.")
    rows = [moved_row(moved) for moved in found.moved]
    save(rows, key="policy_moved_csv", name="moved_invoices", label="Save every moved invoice")


def _by_rule(found: Replay) -> None:
    st.subheader("What becomes of the drafts that people decided?", anchor=False)
    if not found.rules:
        st.info("No draft was decided in these days.")
        return
    rows = [
        {
            "rule": rule.rule,
            "decided": rule.decided,
            "overridden": rule.overridden,
            "reasons": "; ".join(f"{n} {reason_words(code)}" for code, n in rule.reasons.items()),
            "overridden_not_offered_so": rule.overridden_touched,
            "accepted_not_offered_so": rule.accepted_touched,
            "no_message": rule.no_message,
            "not_replayed": rule.not_replayed,
        }
        for rule in found.rules
    ]
    table(rows, key="policy_by_rule", alt="Decided drafts by rule")
    save(rows, key="policy_by_rule_csv", name="replay_by_rule")


page()
