"""Explain · Policy: read in words, changed on trial, replayed, saved and undone."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from pipeline.pilot import Pilot
from tests.pages.conftest import Open, said

PAGE = "explain/policy"
RENEWAL = "mid-renewal"
SIXTY = "policy_in:1:mid-renewal"


def opened(open_app: Open, rule: str = RENEWAL, by: str = "Ana Ruiz") -> AppTest:
    app = open_app(PAGE, by=by)
    return app.selectbox(key="policy_rule").set_value(rule).run()


def rules(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["name"])


def text_of(folder: Path) -> str:
    return (folder / "pilot.toml").read_text(encoding="utf-8")


def test_every_rule_stands_in_order_in_words_with_what_it_does_today(open_app: Open) -> None:
    app = open_app(PAGE)
    table = app.dataframe[0].value
    assert rules(app)[:2] == ["hands-off list", "dispute open"]
    assert rules(app)[-1] == "routine"
    row = table[table["name"] == RENEWAL].iloc[0]
    assert row["when"] == "days to renewal is known and days to renewal is between 0 and 60"
    assert row["fires_today"] >= row["decides_today"] > 0
    assert list(table["standing"]).count("guard") == 6
    assert "not for editing" in said(app)


def test_guards_are_not_offered_for_change(open_app: Open) -> None:
    assert "dispute open" not in open_app(PAGE).selectbox(key="policy_rule").options


def test_a_changed_number_is_said_in_words_and_can_be_forgotten(open_app: Open) -> None:
    app = opened(open_app)
    assert app.button(key="policy_save").disabled
    app.text_input(key=SIXTY).set_value("30").run()
    assert "mid\\-renewal says 30 instead of 60" in said(app).replace("mid-", "mid\\-")
    assert app.text_area(key="policy_in:when:mid-renewal").value.endswith("0 and 30")
    app.button(key="policy_discard").click().run()
    assert app.text_input(key=SIXTY).value == "60"
    assert "Nothing is changed yet." in said(app)


def test_what_is_no_number_is_refused_and_the_old_one_stands(open_app: Open) -> None:
    app = opened(open_app)
    app.text_input(key=SIXTY).set_value("soon").run()
    assert "is no number" in said(app)
    assert app.text_input(key=SIXTY).value == "60"


def test_a_column_that_there_is_not_is_named_at_once(open_app: Open) -> None:
    app = opened(open_app)
    app.text_area(key="policy_in:when:mid-renewal").set_value("days_to_renewel < 9").run()
    (error,) = [e.value for e in app.error]
    assert "mid-renewal" in error.replace("\\", "")
    assert "days_to_renewel" in error.replace("\\", "")
    assert app.button(key="policy_save").disabled
    assert app.button(key="policy_preview").disabled


def test_order_and_switch_and_hands_off_are_changes_too(open_app: Open, folder: Path) -> None:
    app = opened(open_app)
    app.button(key="policy_up").click().run()
    assert "mid-renewal stands before top ten customer" in said(app).replace("\\", "")
    app.toggle(key="policy_in:on:mid-renewal").set_value(False).run()
    assert "mid-renewal is switched off" in said(app).replace("\\", "")
    app.text_area(key="policy_in:list:hands_off").set_value("C-1039\nC-none").run()
    assert "C-none" in app.error[0].value.replace("\\", "")
    app.text_area(key="policy_in:list:hands_off").set_value("C-1039").run()
    app.button(key="policy_save").click().run()
    saved = Pilot.open(folder)
    assert saved.settings.lists.hands_off == ("C-1039",)
    assert RENEWAL not in [rule.name for rule in saved.policy.rules]
    assert "off" in list(app.dataframe[0].value["standing"])


def test_saving_writes_file_and_record_and_undo_puts_both_right(
    open_app: Open, folder: Path
) -> None:
    before = Pilot.open(folder).policy.fingerprint
    app = opened(open_app)
    app.text_input(key=SIXTY).set_value("30").run()
    app.button(key="policy_save").click().run()
    assert not app.exception
    assert "0 and 30" in text_of(folder)
    (entry,) = Pilot.open(folder).entries()
    assert (entry.kind, entry.by) == ("policy_changed", "Ana Ruiz")
    assert entry.payload["before"]["policy"] == before
    assert entry.payload["after"]["policy"] == Pilot.open(folder).policy.fingerprint
    assert "Last changed by Ana Ruiz" in said(app)
    app.button(key="policy_undo").click().run()
    assert Pilot.open(folder).policy.fingerprint == before
    assert [e.kind for e in Pilot.open(folder).entries()] == ["policy_changed"] * 2
    assert not [b for b in app.button if b.key == "policy_undo"]


def test_nobody_saves_without_a_name(open_app: Open, folder: Path) -> None:
    text = text_of(folder)
    app = opened(open_app, by="")
    app.text_input(key=SIXTY).set_value("30").run()
    app.button(key="policy_save").click().run()
    assert "Say who you are first" in said(app)
    assert text_of(folder) == text


def test_a_preview_shows_what_moves_and_writes_nothing(open_app: Open, folder: Path) -> None:
    text = text_of(folder)
    app = opened(open_app)
    app.text_input(key=SIXTY).set_value("30").run()
    app.button(key="policy_preview").click().run(timeout=300)
    assert not app.exception
    words = said(app).replace("\\", "")
    assert "If mid-renewal says 30 instead of 60:" in words
    assert "it does not know what a reviewer or a customer would have done" in words
    moves = next(d.value for d in app.dataframe if "by_rule" in d.value.columns)
    assert set(moves["by_rule"]) == {RENEWAL}
    assert text_of(folder) == text
    assert Pilot.open(folder).entries() == []
    app.text_input(key=SIXTY).set_value("31").run()
    assert "If mid-renewal" not in said(app).replace("\\", ""), "a preview is of one change alone"
