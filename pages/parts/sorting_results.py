"""What a sorting session shows: agreement with its interval, rule by rule and case by case."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.parts.address import page_file
from pages.parts.session import Session
from pages.parts.tables import save, table
from pages.parts.wording import LANE_TITLES, counted, day, escaped
from pipeline.sorting_session import SortingSession, result

_MARKS = {"agree": ":green[:material/check_circle:]", "do not agree": ":red[:material/error:]"}
_UNKNOWN = ":gray[:material/help:]"


def results(here: Session, session: SortingSession) -> None:
    """Everything that the closed parts of a session show."""
    with st.spinner("Trying what in the policy would move each case"):
        found: dict[str, Any] = here.kept(
            f"sorting result/{session.session_id}",
            lambda: result(here.pilot, session, here.entries),
        )
    st.caption(
        escaped(
            f"{counted(found['n'], 'invoice')} as of {day(found['on_day'])}, every rule in turn, "
            f"the odd cases first, drawn with seed {found['seed']}; policy {found['policy'][:8]}."
        )
    )
    _people(found)
    if not found["with_policy"]:
        st.info("Nobody has closed their part yet: what they sorted stays hidden until then.")
        return
    _agreement(found)
    _rules(found)
    _apart(found["disagreements"])
    _answers(found)


def _people(found: Mapping[str, Any]) -> None:
    said = [
        f"{one['person']}: {one['sorted']} sorted, {one['skipped']} skipped"
        + ("" if one["is_closed"] else f", {one['left']} left")
        for one in found["people"]
        if one["sorted"] or one["skipped"]
    ]
    if said:
        st.markdown(escaped(" · ".join(said)))


def _agreement(found: Mapping[str, Any]) -> None:
    for one in found["with_policy"]:
        _sentence(f"{one['person']} and the policy", one)
    for one in found["between_people"]:
        _sentence(f"{one['first']} and {one['second']}", one)
    if not found["between_people"]:
        st.markdown(
            ":gray[:material/group_add:] With one person alone nobody knows whether the policy or "
            "the person is unclear: let a second one sort the same sample, blind."
        )
    with st.popover("What kappa says", icon=":material/info:"):
        st.markdown(
            "Kappa is the agreement beyond chance: 1 is always, 0 is no more than two people who "
            "answer at random in their own proportions. Here it has to lie at 0.6 or above, with "
            "its whole 95% interval, before it is called agreement; under ten invoices nothing "
            "is. A rule's kappa asks: does the person see this lane where the rule does, and not "
            "where another lane's rule decided?"
        )


def _sentence(who: str, one: Mapping[str, Any]) -> None:
    mark = _MARKS.get(one["verdict"], _UNKNOWN)
    st.markdown(f"{mark} **{escaped(who)}.** {escaped(one['sentence'])}")


def _rules(found: Mapping[str, Any]) -> None:
    st.subheader("Rule by rule", anchor=False)
    rows = [_rule(one["person"], rule) for one in found["with_policy"] for rule in one["by_rule"]]
    table(rows, key="sorting_rules", alt="Agreement with each rule", height="content")
    save(rows, key="sorting_rules_csv", name=f"sorting-{found['session']}-rules")


def _rule(person: str, rule: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "rule": rule["rule"],
        "lane": LANE_TITLES[rule["lane"]],
        "person": person,
        "n": rule["n"],
        "alike": rule["k"],
        "low": rule["low"],
        "high": rule["high"],
        "kappa": _fixed(rule["kappa"]),
        "kappa_from": _fixed(rule["kappa_low"]),
        "kappa_to": _fixed(rule["kappa_high"]),
        "says": rule["verdict"],
    }


def _fixed(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _apart(apart: Sequence[Mapping[str, Any]]) -> None:
    st.subheader(f"Where they differ: {counted(len(apart), 'answer')}", anchor=False)
    if not apart:
        st.markdown("Nowhere: every answer is the policy's.")
    for one in apart:
        with st.container(border=True, gap="xxsmall"):
            st.markdown(f"**{escaped(one['customer'])}** · {escaped(one['invoice_id'])}")
            st.markdown(
                escaped(
                    f"{one['person']}: {LANE_TITLES[one['sorted']]}. Policy: "
                    f"{LANE_TITLES[one['lane']]}, by {one['rule']}: {one['because']}"
                )
            )
            st.markdown("\n".join(f"- {escaped(change)}" for change in one["changes"]))
    if apart:
        st.page_link(
            page_file("pages/explain/policy.py"),
            label="Try a change on the last weeks before saving it",
            icon=":material/alt_route:",
        )


def _answers(found: Mapping[str, Any]) -> None:
    people = [one["person"] for one in found["with_policy"]]
    rows = [
        {
            "invoice_id": one["invoice_id"],
            "policy": one["lane"],
            "rule": one["rule"],
            **{person: one["sorted"].get(person) or "skipped" for person in people},
        }
        for one in found["answers"]
    ]
    with st.expander("Every answer", key="sorting_answers"):
        table(rows, key="sorting_answers_table", alt="Every answer beside the policy's")
    with st.container(horizontal=True):
        save(rows, key="sorting_answers_csv", name=f"sorting-{found['session']}-answers")
        st.download_button(
            "Save the result as JSON",
            data=json.dumps(found, default=str, indent=1, ensure_ascii=False).encode(),
            file_name=f"sorting-{found['session']}.json",
            mime="application/json",
            key="sorting_json",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )
