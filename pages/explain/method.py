"""Explain · Method: every metric, check, rule and prompt, read from its own file, and today's."""

from __future__ import annotations

import streamlit as st

from pages.parts import address, session, worked
from pages.parts.address import REPOSITORY
from pages.parts.behind import definition
from pages.parts.glossary import glossary, numbers_that_changed
from pages.parts.reply_card import reply_card
from pages.parts.tables import table
from pages.parts.wording import LANE_TITLES, escaped
from pipeline.prompts import load_prompt
from pipeline.routing import guard_names
from pipeline.warehouse.statements import Statement, folder

PROMPTS = REPOSITORY / "prompts"


def page() -> None:
    """One tab for each kind of thing that decides or counts; only the open one is drawn."""
    st.title("How is everything counted and decided?")
    st.markdown(
        "What is below is read from the very files that do the work, and worked out on the open "
        "pilot, so that this page cannot say one thing and the figures another."
    )
    parts = {
        "Metrics": _metrics,
        "Policy": _policy,
        "Checks": _checks,
        "Replies": reply_card,
        "Prompts": _prompts,
        "Tables": _tables,
        "Numbers that changed": numbers_that_changed,
        "Glossary": glossary,
    }
    address.seed("part", parts)
    tabs = dict(zip(parts, st.tabs(list(parts), key="part", on_change="rerun"), strict=True))
    chosen = next((name for name, tab in tabs.items() if tab.open), next(iter(parts)))
    address.keep("part", chosen, unless=next(iter(parts)))
    with tabs[chosen]:
        parts[chosen]()


def _metrics() -> None:
    for name, statement in folder("metrics").items():
        headers = statement.headers
        with _entry(headers["title"], f"metric_{name}"):
            definition(headers["title"], headers["unit"], headers["better"], statement.meaning)
            worked.metric_today(session.here(), name)
            _sql(statement, f"pipeline/sql/metrics/{name}.sql")


def _entry(title: str, key: str) -> st.delta_generator.DeltaGenerator:
    return st.expander(escaped(title), key=key)


def _sql(statement: Statement, file: str) -> None:
    st.code(statement.select, language="sql")
    st.caption(f"`{file}`")


def _policy() -> None:
    here = session.here()
    policy = here.pilot.policy
    own = "the pilot's own rules" if here.pilot.settings.rule else "the rules that ship"
    st.markdown(
        f"The first rule that fires decides the lane: {own}, in this order, with the guards that "
        "no policy can lift. A condition that cannot be told counts as fired, except on reminders: "
        "unknown is never permission."
    )
    guards = guard_names()
    today = here.kept("routed today", lambda: worked.routed_today(here))
    table(
        [
            {
                "place": place,
                "kind": "guard" if rule.name in guards else "rule",
                "name": rule.name,
                "lane": LANE_TITLES[rule.lane],
                "condition": rule.when,
                "sentence": rule.because,
                "invoices_today": today.get(rule.name, {}).get("today", 0),
                "for_example": today.get(rule.name, {}).get("for_example", ""),
            }
            for place, rule in enumerate(policy.rules, 1)
        ],
        key="policy_rules",
        alt="The rules in order",
        height="content",
    )
    st.subheader("What stops a draft within any lane", anchor=False)
    table(
        [
            {"code": code, "condition": when, "sentence": sentence}
            for code, when, sentence in policy.blockers
        ],
        key="policy_blockers",
        alt="The blockers",
        height="content",
    )
    st.caption(f"Fingerprint of this policy: `{policy.fingerprint[:16]}`")


def _checks() -> None:
    checks = folder("checks")
    if not checks:
        st.info("No check is defined: add one SELECT of offending rows to pipeline/sql/checks.")
    for name, statement in checks.items():
        headers = statement.headers
        with _entry(headers.get("title", name), f"check_{name}"):
            st.markdown(f"Severity: **{escaped(headers.get('severity', 'warns'))}**")
            st.markdown(escaped(statement.meaning))
            for header, words in (("consequence", "If it fails"), ("fix", "To mend it")):
                if header in headers:
                    st.markdown(f"{words}: {escaped(headers[header])}")
            worked.check_today(session.here(), name)
            _sql(statement, f"pipeline/sql/checks/{name}.sql")


def _prompts() -> None:
    st.markdown(
        "What drafts are worded from. Placeholders begin with `$` and are filled by code from the "
        "dossier; a model, where one is set, may only reword around them."
    )
    for path in sorted(PROMPTS.glob("*.md")):
        prompt = load_prompt(PROMPTS, path.stem)
        with _entry(prompt.label, f"prompt_{path.stem}"):
            for heading, words in prompt.sections.items():
                st.markdown(f"**{escaped(heading)}**")
                st.code(words, language=None, wrap_lines=True)
            worked.message_today(session.here(), path.stem)
            st.caption(f"`{prompt.file}`, version {escaped(prompt.version or '–')}")


def _tables() -> None:
    st.markdown("The tables that metrics and rules read, from the exports to the day's own view.")
    for part in ("tables", "day"):
        for name, statement in folder(part).items():
            with _entry(name, f"{part}_{name}"):
                st.markdown(escaped(statement.meaning or "No comment."))
                _sql(statement, f"pipeline/sql/{part}")


page()
