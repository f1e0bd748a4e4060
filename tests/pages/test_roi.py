"""The pages that make the case: inputs with their tags, a live answer, losses shown as losses."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.opportunity import as_toml, described
from pipeline.pilot import Pilot
from pipeline.roi import SORTS
from tests.pages.conftest import Open

ROI, START = "prove/roi", "prove/opportunity"


def said(app: AppTest) -> str:
    """Every word on the page, Markdown's escapes taken off."""
    parts = [*app.title, *app.markdown, *app.caption, *app.info, *app.error, *app.warning]
    return re.sub(r"\\(.)", r"\1", "\n".join(str(part.value) for part in parts))


def net(app: AppTest) -> Decimal:
    found = re.search(r"First-year net \*\*(-?)\$([\d,.]+)\*\*", said(app))
    assert found
    return Decimal(found[1] + found[2].replace(",", ""))


def test_the_claim_is_the_title_and_a_loss_is_a_loss(open_app: Open) -> None:
    app = open_app(ROI)
    assert app.title[0].value == "It does not pay for itself in the first year"
    assert net(app) < 0


def test_every_input_stands_with_its_tag_and_its_source(open_app: Open) -> None:
    app = open_app(ROI)
    for name in SORTS:
        assert app.number_input(key=f"roi_{name}").value is not None
    chips = [c.value for c in app.markdown if str(c.value).startswith(":small[")]
    assert len(chips) == len(SORTS)
    assert any(
        "blue-badge[measured]" in chip and "Fridays" in chip and " to " in chip for chip in chips
    )
    assert any("orange-badge[assumed]" in chip and "grade B" in chip for chip in chips)


def test_a_changed_input_changes_the_answer_and_says_what_it_replaces(open_app: Open) -> None:
    app = open_app(ROI)
    before = net(app)
    app.number_input(key="roi_accounts").set_value(2000.0).run()
    app.number_input(key="roi_cycles_per_month").set_value(4.0).run()
    assert not app.exception
    assert net(app) > before
    assert app.title[0].value != "It does not pay for itself in the first year"
    assert "green-badge[given] Set on this page · instead of measured" in said(app)


def test_more_review_lowers_the_net(open_app: Open) -> None:
    app = open_app(ROI)
    before = net(app)
    app.number_input(key="roi_review_minutes").set_value(20.0).run()
    assert net(app) < before


def test_shares_are_typed_as_percent(open_app: Open) -> None:
    app = open_app(ROI)
    app.number_input(key="roi_override_rate").set_value(10.0).run()
    assert app.session_state["roi_given"]["override_rate"]["base"] == Decimal("0.1")


def test_reset_takes_every_change_back(open_app: Open) -> None:
    app = open_app(ROI)
    before = net(app)
    app.number_input(key="roi_setup_cost").set_value(50_000.0).run()
    assert net(app) == before - 38_000
    app.button(key="roi_reset").click().run()
    assert net(app) == before


def test_the_scenario_outlives_a_visit_to_another_page(open_app: Open) -> None:
    app = open_app(ROI)
    app.number_input(key="roi_setup_cost").set_value(50_000.0).run()
    changed = net(app)
    app.switch_page("pages/prove/pilot.py").run()
    app.switch_page("pages/prove/roi.py").run()
    assert net(app) == changed


def test_ranges_can_be_shown_and_stay_in_order(open_app: Open) -> None:
    app = open_app(ROI)
    app.toggle(key="roi_ranges").set_value(True).run()
    app.number_input(key="roi_setup_cost_low").set_value(30_000.0).run()
    assert not app.exception
    kept = app.session_state["roi_given"]["setup_cost"]
    assert kept["low"] == kept["base"] == kept["high"] == 30_000
    app.number_input(key="roi_setup_cost_low").set_value(9_000.0).run()
    app.number_input(key="roi_setup_cost").set_value(20_000.0).run()
    kept = app.session_state["roi_given"]["setup_cost"]
    assert (kept["low"], kept["base"], kept["high"]) == (9_000, 20_000, 30_000)


def test_what_is_saved_is_the_scenario(open_app: Open) -> None:
    app = open_app(ROI)
    app.number_input(key="roi_setup_cost").set_value(50_000.0).run()
    given = app.session_state["roi_given"]
    assert set(given) == {"setup_cost"}
    assert app.get("download_button")


def test_three_numbers_stand_apart(open_app: Open) -> None:
    app = open_app(ROI)
    assert [metric.label for metric in app.metric] == [
        "Hours saved a year",
        "Financing a year",
        "Cash released once",
        "Payback",
    ]
    assert "never added together" in said(app)


def test_every_chart_can_be_read_as_a_table(open_app: Open) -> None:
    app = open_app(ROI)
    before = len(app.dataframe)
    for key in ("roi_tornado", "roi_band", "roi_even"):
        app.toggle(key=f"{key}_as_table").set_value(True)
    app.run()
    assert not app.exception
    assert len(app.dataframe) == before + 3


def test_definitions_are_one_click_away(open_app: Open) -> None:
    labels = [part.label for part in open_app(ROI).expander]
    assert {"How this is calculated", "How the measured inputs are counted"} <= set(labels)


@pytest.mark.parametrize("page", [ROI, START])
def test_an_empty_pilot_is_told_what_to_load(
    monkeypatch: pytest.MonkeyPatch, open_app: Open, tmp_path: Path, page: str
) -> None:
    monkeypatch.setenv("COUNTBACK_PILOT", str(Pilot.create(tmp_path / "empty").folder))
    assert "No invoice is loaded yet" in said(open_app(page))


# --- where to start ------------------------------------------------------------------------


def test_collections_is_filled_from_the_books(open_app: Open) -> None:
    app = open_app(START)
    assert app.selectbox(key="opportunity_process").value == "collections"
    assert app.number_input(key="opportunity_collections_hours_per_month").value > 0
    assert "blue-badge[measured]" in said(app)
    # Nobody has decided a draft yet, so how clear routing is cannot be counted.
    assert "of collections is still unknown: routing clarity" in said(app)
    app.number_input(key="opportunity_collections_routing_clarity").set_value(90.0).run()
    assert "No other process is described yet" in said(app)


def test_the_worked_company_is_told_to_start_elsewhere(open_app: Open) -> None:
    app = open_app(START)
    app.button(key="opportunity_example").click().run()
    assert not app.exception
    words = said(app)
    assert "Not collections first: start with accounts payable coding" in words
    assert "\n1. " in words
    assert "\n2. " in words
    app.button(key="opportunity_reset").click().run()
    assert "Not collections first" not in said(app)


def test_a_better_process_can_be_described_by_hand(open_app: Open) -> None:
    app = open_app(START)
    app.number_input(key="opportunity_collections_routing_clarity").set_value(65.0).run()
    app.text_input(key="opportunity_own").set_value("Freight claims")
    app.button(key="opportunity_add").click().run()
    assert app.selectbox(key="opportunity_process").value == "freight_claims"
    for field, value in (
        ("hours_per_month", 90.0),
        ("data_trust", 95.0),
        ("routing_clarity", 95.0),
        ("checkability", 90.0),
        ("money_per_year", 900_000.0),
    ):
        app.number_input(key=f"opportunity_freight_claims_{field}").set_value(value).run()
    assert "Freight claims" in said(app)
    for field in ("owner_named", "baseline_measured"):
        app.checkbox(key=f"opportunity_freight_claims_{field}").set_value(True).run()
    assert not app.exception
    assert "Not collections first: start with freight claims" in said(app)


def test_a_process_without_a_name_is_refused_in_words(open_app: Open) -> None:
    app = open_app(START)
    app.button(key="opportunity_add").click().run()
    assert "begins with a letter" in said(app)


def test_both_scenarios_save_as_toml_that_the_command_line_reads(open_app: Open) -> None:
    # The bytes of a download are not in the test's tree: the same writer is asked here.
    app = open_app(START)
    app.button(key="opportunity_example").click().run()
    kept = described({"process": app.session_state["opportunity_given"]}, "page")
    saved = tomllib.loads(as_toml(kept, "USD"), parse_float=Decimal)
    again = described(saved, "file")
    assert (again.candidates, again.replacing) == (kept.candidates, kept.replacing)
    assert kept.candidates["collections"].flags["baseline_measured"]
