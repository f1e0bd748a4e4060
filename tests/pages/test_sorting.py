"""The sorting session in the browser: one key a lane, blind, undone, closed, compared."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from pipeline.pilot import Pilot
from pipeline.sorting_session import sessions
from tests.pages.conftest import Open, said

PAGE = "work/sorting"


def started(open_app: Open, size: int = 4) -> AppTest:
    app = open_app(PAGE)
    app.number_input(key="sorting_size").set_value(size)
    app.button(key="sorting_begin").click().run()
    assert not app.exception
    return app


def sort_on(app: AppTest, lane: str, times: int) -> None:
    for _ in range(times):
        app.button(key=f"sort_{lane}").click().run()
        assert not app.exception


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button}


def test_before_a_session_the_page_says_what_it_is_for(open_app: Open) -> None:
    app = open_app(PAGE)
    assert "without seeing what the policy says" in said(app)
    assert app.number_input(key="sorting_size").value == 30
    nameless = open_app(PAGE, by="")
    assert nameless.button(key="sorting_begin").disabled


def test_the_evidence_shows_no_lane_rule_or_score(open_app: Open, folder: Path) -> None:
    app = started(open_app)
    (session,) = sessions(Pilot.open(folder).entries())
    shown = said(app)
    assert all(one.rule not in shown for one in session.sample if one.rule != "routine")
    assert "whole book" not in shown
    assert "Last words" in shown
    labels = [app.button(key=key).label for key in ("sort_routine", "sort_waiting")]
    assert labels == ["Reminder", "Waiting"]


def test_answers_go_on_the_record_and_are_taken_back(open_app: Open, folder: Path) -> None:
    app = started(open_app)
    sort_on(app, "routine", 1)
    app.button(key="sort_skip").click().run()
    app.button(key="sort_undo").click().run()
    kinds = [entry.kind for entry in Pilot.open(folder).entries()]
    assert kinds == ["sorting_opened", "sorting_answered", "sorting_answered", "sorting_undone"]
    (session,) = sessions(Pilot.open(folder).entries())
    assert list(session.part("Ana Ruiz").answers.values()) == ["routine"]


def test_a_second_person_sorts_blind_and_then_both_are_compared(
    open_app: Open, folder: Path
) -> None:
    app = started(open_app)
    sort_on(app, "hands_off", 4)
    app.button(key="sort_close").click().run()
    assert "Ana Ruiz and the policy" in said(app)
    assert "let a second one sort the same sample" in said(app)
    second = open_app(PAGE, by="Ben Cho")
    assert "Ana Ruiz and the policy" not in said(second)
    assert "you see nothing of that" in said(second)
    sort_on(second, "hands_off", 4)
    second.button(key="sort_close").click().run()
    assert "Ana Ruiz and Ben Cho" in said(second)
    assert "Cannot tell" in said(second)
    (session,) = sessions(Pilot.open(folder).entries())
    assert [part.is_closed for part in session.parts] == [True, True]


def test_who_looks_first_sorts_no_more(open_app: Open) -> None:
    started(open_app)
    app = open_app(PAGE, by="Cleo")
    app.button(key="sorting_look").click().run()
    assert "Nobody has closed their part yet" in said(app)
    assert "sort_routine" not in keys(app)


def test_a_new_session_is_another_sample(open_app: Open, folder: Path) -> None:
    app = started(open_app, size=1)
    sort_on(app, "disputed", 1)
    app.button(key="sort_close").click().run()
    app.button(key="sorting_again").click().run()
    app.button(key="sorting_begin").click().run()
    assert not app.exception
    found = sessions(Pilot.open(folder).entries())
    assert [one.session_id.rsplit("-", 1)[1] for one in found] == ["1", "2"]
