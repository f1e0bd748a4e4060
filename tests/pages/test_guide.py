"""The guided demo on the pages: forward, back, by itself, and out again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import session
from pipeline.demo.tour import TOUR
from tests.conftest import REPOSITORY
from tests.shipped import shipped


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("COUNTBACK_PILOT", str(shipped(tmp_path / "demo")))
    app = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=120).run()
    yield app
    session.forget_everything()


def heading(app: AppTest) -> str:
    return next((text.value for text in app.markdown if f"of {len(TOUR)} ·" in text.value), "")


def test_the_whole_tour_by_next(app: AppTest) -> None:
    app.button(key="tour_start").click().run()
    for number, stop in enumerate(TOUR, start=1):
        assert not app.exception
        assert heading(app) == f"**{number} of {len(TOUR)} · {stop.title}**"
        assert app.session_state.as_of == stop.as_of
        if stop.act == "ask_for_money_elsewhere":
            assert app.button(key="approve").disabled
        if stop.act == "hurry":
            assert any("rubber-stamping" in warning.value for warning in app.warning)
        if stop.act == "approve":
            assert any("no longer open" in text.value for text in app.markdown)
        app.button(key="tour_next").click().run()
    assert heading(app) == ""
    assert app.button(key="tour_start"), "and it may begin again"


def test_back_goes_back_and_end_ends(app: AppTest) -> None:
    app.button(key="tour_start").click().run()
    app.button(key="tour_next").click().run()
    app.button(key="tour_back").click().run()
    assert TOUR[0].title in heading(app)
    app.button(key="tour_end").click().run()
    assert heading(app) == ""
