"""Method: definitions with what they give today, numbers that changed, and the glossary."""

from __future__ import annotations

import re

import pytest

from pages.parts.glossary import terms
from pages.parts.wording import LANE_TITLES
from tests.pages.conftest import Open, said


def test_every_part_of_the_page_is_drawn_with_today_beside_it(open_app: Open) -> None:
    app = open_app("explain/method")
    assert "Numbers that changed" in [tab.label for tab in app.tabs]
    for name in ("weekly_roll", "due_cohorts", "override_weeks"):
        app.toggle(key=f"worked_{name}").set_value(True)
    app.run()
    assert not app.exception
    assert re.search(r"\d+ rows? as of 31 March 2026", said(app))


def test_a_rule_says_how_many_it_sorts_today(open_app: Open) -> None:
    app = open_app("explain/method", part="Policy")
    (rules,) = (f.value for f in app.dataframe if "invoices_today" in f.value.columns)
    assert rules["invoices_today"].sum() == 359, "every open invoice is sorted by one rule"


def test_a_template_shows_a_draft_of_today(open_app: Open) -> None:
    app = open_app("explain/method", part="Prompts")
    app.toggle(key="worked_prompt_reminder").set_value(True).run()
    assert any("Northlight Software" in code.value for code in app.code)


def test_the_glossary_is_searched(open_app: Open) -> None:
    app = open_app("explain/method", part="Glossary")
    app.text_input(key="glossary_search").set_value("unapplied").run()
    shown = said(app)
    assert "**Unapplied cash**" in shown
    assert "**Kill switch**" not in shown


@pytest.mark.parametrize("lane", LANE_TITLES.values())
def test_every_lane_is_in_the_glossary(lane: str) -> None:
    assert lane in terms()


def test_the_glossary_is_in_order_and_says_whole_sentences() -> None:
    found = list(terms())
    assert found == sorted(found, key=str.casefold)
    assert all(
        meaning.endswith((".", "defects")) or "see " in meaning for meaning in terms().values()
    )
