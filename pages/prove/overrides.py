"""Prove · Overrides: which rule, lane, reason, team and week, with every override behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts import health_tasks, override_outcomes, session
from pages.parts.address import page_file
from pages.parts.behind import how_counted
from pages.parts.figures import figure
from pages.parts.override_marks import SHORT, marking, summary
from pages.parts.override_reading import in_depth, partners, strip
from pages.parts.phases import marks_of
from pages.parts.session import Session
from pages.parts.tables import in_words, save, table
from pages.parts.wording import LANE_TITLES, counted, day, escaped
from pipeline import charts
from pipeline.model import REASONS
from pipeline.proving import OverrideParts, four_metrics, override_parts
from pipeline.replaying import as_it_stands


def page() -> None:
    """The verdict, the rules by week, the five tables, and each rule's overrides."""
    here = session.here()
    st.title("Which rule keeps being overridden?")
    if here.is_empty:
        st.info("No invoice is loaded yet: drop the exports on **Prepare → Exports** first.")
        return
    settings = here.pilot.settings
    parts = here.kept("override parts", lambda: override_parts(here.day, settings))
    rate = here.kept("four metrics", lambda: four_metrics(here.day, settings))["override_rate"]
    st.markdown(f"**{escaped(rate['sentence'])}**")
    if rate.get("n"):
        partners(rate)
    if not parts.shares.rows:
        st.info(
            "No draft has been decided since go-live: work the **Queue**, and every approval, "
            "edit, re-route, hold or rejection is counted here under the rule that proposed it."
        )
        return
    _weeks(here, parts, rate["verdict"])
    _attention(rate)
    _tables(parts)
    _to_tasks(here)
    _one_rule(here, parts)
    override_outcomes.section(here)
    how_counted(parts.shares, parts.drafts, key="override_parts")


def _weeks(here: Session, parts: OverrideParts, verdict: str) -> None:
    rules = [row["rule"] for row in parts.by("rule") if row["k"]]
    rows = [row for row in parts.by("rule and week") if row["k"]]
    if not rows:
        st.info("No draft was overridden since go-live.")
        return
    drawn = charts.overrides_by_rule(rows, rules, verdict, marks_of(here))
    figure(drawn, rows, key="overrides_by_rule", columns=("week_end", "rule", "k", "n"))
    st.caption(
        "If one rule's overrides do not fall by week eight, that rule is wrong, not the words. Few "
        "drafts a week say little: the n stands in every cell."
    )


def _attention(rate: Mapping[str, Any]) -> None:
    """What a fall of the rate is worth: are the drafts still read?"""
    st.header("Are the drafts still read?", anchor="attention")
    strip(rate)
    weeks = rate["attention"]["weeks"]
    with st.expander("By week"):
        table(weeks, key="attention_weeks", alt="Planted defects and time by week")
        save(weeks, key="attention_csv", name="attention_by_week")
    in_depth(rate)


def _tables(parts: OverrideParts) -> None:
    names = ("rule", "lane", "reason", "team", "week")
    tabs = st.tabs(["By rule", "By lane", "By reason", "By team", "By week"])
    for tab, name in zip(tabs, names, strict=True):
        with tab:
            rows = [_share(name, row) for row in parts.by(name)]
            table(rows, key=f"overrides_{name}", alt=f"Overrides by {name}", height="content")
            save(rows, key=f"overrides_{name}_csv", name=f"overrides_by_{name}")


def _to_tasks(here: Session) -> None:
    """What the reasons ask for, with who has it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        n = health_tasks.still_open(here)
        st.markdown(f"Each reason asks for something: {counted(n, 'open task')}.")
        if st.button("Open the tasks", key="override_tasks", icon=":material/task_alt:"):
            st.session_state.health_view = "tasks"
            st.switch_page(page_file("pages/prepare/data_health.py"))


def _share(name: str, row: Any) -> dict[str, Any]:
    said = {
        "rule": row["rule"],
        "lane": LANE_TITLES.get(row["lane"]),
        "reason": REASONS.get(row["reason"] or "", "no reason given"),
        "team": row["team"],
        "week": row["week_end"],
    }
    return {
        name: said[name],
        "n": row["n"],
        "k": row["k"],
        "rate": row["rate"],
        "changed_the_play": row["routing"],
        "changed_the_words": row["wording"],
    }


def _one_rule(here: Session, parts: OverrideParts) -> None:
    st.header("The overrides of one rule", anchor="rule")
    by_rule = {row["rule"]: row for row in parts.by("rule")}
    if st.session_state.get("override_rule") not in by_rule:
        st.session_state.override_rule = next(iter(by_rule))
    rule = st.selectbox("Rule", list(by_rule), key="override_rule", label_visibility="collapsed")
    chosen = by_rule[rule]
    st.markdown(
        f"{counted(chosen['k'], 'override')} of {counted(chosen['n'], 'draft')}: "
        f"{chosen['routing']} changed the play, {chosen['wording']} the words or a fact."
    )
    summary(parts.drafts.rows)
    rows = parts.of(rule)
    if rows:
        _list(rows)
    _open_policy(here, rule)


def _list(rows: Any) -> None:
    shown = [
        {
            "on": row["on_day"],
            "customer": row["customer_name"],
            "case": row["case_id"],
            "what": _what(row),
            "reason": REASONS.get(row["reason"] or "", "no reason given"),
            "mattered": SHORT[row["severity"]],
            "note": row["note"],
            "by": row["decided_by"],
        }
        for row in rows
    ]
    event = st.dataframe(
        shown,
        key="override_list",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={name: in_words(name) for name in shown[0]}
        | {"on": st.column_config.DateColumn("Decided on", format="D MMM YYYY"), "case": None},
        placeholder="–",
        alt="Overrides of this rule, newest first",
    )
    save(shown, key="override_list_csv", name="overrides_of_rule")
    picked = event["selection"]["rows"]
    if picked and picked[0] < len(rows):
        marking(rows[picked[0]], "override")
        case = rows[picked[0]]["case_id"]
        if st.button("Open it in the record", key="override_record", icon=":material/fact_check:"):
            st.session_state.record_search = case
            st.switch_page(page_file("pages/explain/audit.py"))


def _what(row: Any) -> str:
    if row["verdict"] == "reroute":
        return f"re-routed to {LANE_TITLES[row['new_lane']]}"
    done = {"hold": f"held until {day(row['hold_until'])}", "reject": "rejected", "edit": "edited"}
    return done[row["verdict"]]


def _open_policy(here: Session, rule: str) -> None:
    names = {own["name"] for own in as_it_stands(here.pilot).rules}
    if rule not in names:
        st.caption("No policy changes this one: it always stands, or a person sent the case there.")
    elif st.button("Change this rule", key="override_policy", icon=":material/alt_route:"):
        st.session_state.policy_rule = rule
        st.switch_page(page_file("pages/explain/policy.py"), query_params={"rule": rule})


page()
