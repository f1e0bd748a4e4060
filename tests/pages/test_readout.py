"""The readout from the page: made on the click, in the format that was chosen."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.report import printed
from tests.pages.conftest import Open


@pytest.fixture
def page(open_app: Open) -> AppTest:
    return open_app("prove/before_after")


@pytest.mark.parametrize(
    ("kind", "start"), [("html", b"<!doctype html>"), ("xlsx", b"PK"), ("pptx", b"PK")]
)
def test_a_readout_is_made_when_it_is_asked_for(page: AppTest, kind: str, start: bytes) -> None:
    assert "readout_made" not in page.session_state
    page.radio(key="readout_format").set_value(kind).run()
    page.button(key="readout_make").click().run()
    assert not page.exception
    key, content = page.session_state["readout_made"]
    assert key[-1] == kind
    assert content.startswith(start)


def test_without_chromium_the_page_says_what_to_do(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printed, "browser", lambda: None)
    page.radio(key="readout_format").set_value("pdf").run()
    page.button(key="readout_make").click().run()
    assert not page.exception
    assert any("make chromium" in info.value for info in page.info)
    assert "readout_made" not in page.session_state
