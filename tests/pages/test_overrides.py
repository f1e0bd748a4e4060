"""Prove · Overrides: which rule keeps being overridden, and on to its record and its policy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.demo import STORIES
from pipeline.pilot import Pilot
from pipeline.proving import OverrideParts, four_metrics, override_parts
from tests.pages.conftest import REPOSITORY, Open, said

PAGE = "prove/overrides"
RULE = STORIES["week_eight"].ids["rule"]


@pytest.fixture
def decided(folder: Path) -> Path:
    """The demo with everything that its people decided."""
    shutil.copyfile(REPOSITORY / "data" / "demo" / "ledger.sqlite", folder / "ledger.sqlite")
    return folder


def test_without_a_decision_it_says_where_they_come_from(open_app: Open) -> None:
    assert "No draft has been decided since go-live" in said(open_app(PAGE))


def test_every_part_adds_up_to_the_override_rate(decided: Path) -> None:
    pilot = Pilot.open(decided)
    with pilot.day() as day:
        rate = four_metrics(day, pilot.settings)["override_rate"]
        parts = override_parts(day, pilot.settings)
    for name in ("rule", "lane", "reason", "week", "rule and reason", "rule and week"):
        rows = parts.by(name)
        assert (sum(r["k"] for r in rows), sum(r["n"] for r in rows)) == (rate["k"], rate["n"])
        assert all(r["routing"] + r["wording"] == r["k"] for r in rows)
    assert len(parts.drafts.rows) == rate["k"]


def test_week_eight_s_rule_is_the_one_with_most_of_its_drafts_overridden(
    open_app: Open, decided: Path
) -> None:
    app = open_app(PAGE)
    table = next(d.value for d in app.dataframe if "rule" in d.value.columns)
    often = table[table["n"] >= 5]
    assert often.sort_values("rate")["rule"].iloc[-1] == RULE


def test_one_rule_s_overrides_are_listed_and_lead_to_the_policy(
    open_app: Open, decided: Path
) -> None:
    app = open_app(PAGE)
    app.selectbox(key="override_rule").set_value(RULE).run()
    rows = next(d.value for d in app.dataframe if "note" in d.value.columns)
    assert f"{len(rows)} overrides of" in said(app)
    app.button(key="override_policy").click().run()
    assert not app.exception
    assert app.title[0].value == "Which rule sends a case where?"
    assert app.selectbox(key="policy_rule").value == RULE


def test_an_override_is_marked_by_a_named_person_counted_and_taken_back(
    open_app: Open, decided: Path
) -> None:
    app = open_app(PAGE)
    assert "0 would have harmed" in said(app)
    rows = override_parts_of(decided).of(RULE)
    app.selectbox(key="override_rule").set_value(RULE)
    app.session_state["override_list"] = {"selection": {"rows": [0], "columns": []}}
    app.run()
    assert not app.exception
    chosen = f"override_as:{rows[0]['event_id']}"
    app.selectbox(key=chosen).set_value("would_have_harmed")
    app.button(key="override_mark").click().run()
    assert not app.exception
    assert "1 would have harmed" in said(app)
    marked = Pilot.open(decided).entries()[-1]
    assert (marked.kind, marked.by) == ("override_marked", "Ana Ruiz")
    app.button(key="override_unmark").click().run()
    assert "0 would have harmed" in said(app)


def override_parts_of(folder: Path) -> OverrideParts:
    pilot = Pilot.open(folder)
    with pilot.day() as day:
        return override_parts(day, pilot.settings)


def test_held_and_sent_are_told_apart_with_what_became_of_them(
    open_app: Open, decided: Path
) -> None:
    app = open_app(PAGE)
    sides = next(d.value for d in app.dataframe if "watched_14_days" in d.value.columns)
    assert [side.split(" (")[0].split(":")[0] for side in sides["side"]] == [
        "Held back",
        "Sent all the same",
        "As proposed",
    ]
    held = next(d.value for d in app.dataframe if "came_of_it" in d.value.columns)
    assert len(held) == int(sides["decided"].iloc[0]) > 0
