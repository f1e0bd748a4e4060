"""Log lines tell what happened and where, and nobody's words."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit.logger import get_logger
from streamlit.testing.v1 import AppTest

from server import logs
from tests.server.asked import get

WORDS = "Kestrel Foods owes 4,000"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that the log and Streamlit's own teller of errors write."""
    monkeypatch.setenv("COUNTBACK_LOG", "info")
    logs.begin()
    stream = io.StringIO()
    ours, theirs = logging.StreamHandler(stream), logging.StreamHandler(stream)
    ours.setFormatter(logs.Lines())
    teller = get_logger("streamlit.error_util")
    logs.LOGGER.addHandler(ours)
    teller.addHandler(theirs)
    yield stream
    logs.LOGGER.removeHandler(ours)
    teller.removeHandler(theirs)


def _fails() -> None:
    from streamlit.error_util import handle_user_script_exception  # noqa: PLC0415 - a script

    from pages.parts import places  # noqa: PLC0415
    from pipeline.model import WrongCall  # noqa: PLC0415
    from server import logs  # noqa: PLC0415

    try:
        places.slug("…")
    except WrongCall as error:
        error.args = ("Kestrel Foods owes 4,000",)
        handle_user_script_exception(error, logs.unforeseen)


def test_an_unforeseen_error_is_told_by_its_place_and_a_reference(written: io.StringIO) -> None:
    app = AppTest.from_function(_fails).run()
    assert not app.exception
    (line,) = [json.loads(text) for text in written.getvalue().splitlines()]
    assert (line["level"], line["event"]) == ("error", "unforeseen error")
    assert line["type"] == "WrongCall"
    assert any(place.startswith("pages/parts/places.py:") for place in line["trace"])
    assert line["reference"] in app.error[0].value
    assert WORDS not in written.getvalue() + app.error[0].value


async def fails(request: Request) -> PlainTextResponse:
    raise RuntimeError(WORDS)


def test_a_failed_answer_is_a_line_without_its_query(written: io.StringIO) -> None:
    served = Starlette(routes=[Route("/fails", fails)], middleware=[Middleware(logs.SlowAndFailed)])
    get(served, "/fails?customer=Kestrel")
    (line,) = [json.loads(text) for text in written.getvalue().splitlines()]
    assert (line["event"], line["path"], line["status"]) == ("answer", "/fails", 500)
    assert "Kestrel" not in written.getvalue()


def test_a_quiet_answer_writes_nothing(written: io.StringIO) -> None:
    async def works(_: Request) -> PlainTextResponse:
        return PlainTextResponse("ok")

    served = Starlette(routes=[Route("/works", works)], middleware=[Middleware(logs.SlowAndFailed)])
    assert get(served, "/works").text == "ok"
    assert written.getvalue() == ""


def test_an_unknown_level_counts_as_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTBACK_LOG", "shout")
    logs.begin()
    assert logs.LOGGER.level == logging.WARNING
    monkeypatch.setenv("COUNTBACK_LOG", "off")
    logs.begin()
    assert not logs.LOGGER.isEnabledFor(logging.CRITICAL)
