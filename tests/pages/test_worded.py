"""Review with a model: it is asked once, says whose words they are, and never gets in the way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from pipeline.acting import Moment
from pipeline.sending import send
from tests.model_server import ModelServer, model_server, obliging
from tests.pages.conftest import Open, said
from tests.pages.test_review import CLEAN, body, decisions


@pytest.fixture
def server(folder: Path) -> Iterator[ModelServer]:
    """A running model that the pilot's settings name."""
    with model_server() as running:
        running.says = obliging
        toml = folder / "pilot.toml"
        toml.write_text(
            f'{toml.read_text()}\n[drafting]\nmodel = "openai/stub"\n'
            f'api_base = "{running.address}"\n'
            "usd_per_million_in = 0\nusd_per_million_out = 0\n"
        )
        yield running


def test_a_case_is_worded_when_it_is_opened_and_keeps_its_text(
    open_app: Open, server: ModelServer, folder: Path
) -> None:
    app = open_app("work/review", case=CLEAN)
    assert not app.exception
    assert "Worded by openai/stub" in said(app)
    text = body(app)
    assert "Thank you for your help." in text
    server.says = lambda _: "nothing of the kind"
    assert body(app.run()) == text
    assert body(open_app("work/review", case=CLEAN)) == text
    assert len(server.received) == 1
    app.button(key="approve").click().run()
    [entry] = decisions(folder)
    assert entry.payload["final_body"] == text
    assert entry.payload["model"] == "openai/stub"
    assert entry.payload["prompt"].startswith("wording@")


def test_a_model_that_fails_leaves_the_built_in_text_and_write_again_asks_again(
    open_app: Open, server: ModelServer
) -> None:
    server.says = lambda _: "nothing of the kind"
    app = open_app("work/review", case=CLEAN)
    assert "Worded by the built-in drafter" in said(app)
    assert "answered twice in another form" in said(app)
    assert "Thank you for your help." not in body(app)
    server.says = obliging
    app.button(key="write_again_button").click().run()
    assert not app.exception
    assert "Worded by openai/stub" in said(app)
    assert "Thank you for your help." in body(app)


def test_without_a_model_nothing_is_said_of_one(open_app: Open) -> None:
    app = open_app("work/review", case=CLEAN)
    assert "Worded by" not in said(app)
    assert "write_again_button" not in {button.key for button in app.button}


def test_what_was_approved_leaves_as_it_was_whatever_becomes_of_the_wordings(
    open_app: Open, server: ModelServer, folder: Path
) -> None:
    app = open_app("work/review", case=CLEAN)
    text = body(app)
    app.button(key="approve").click().run()
    shutil.rmtree(folder / "models")
    asked = len(server.received)  # the next case was opened, and worded
    [entry] = decisions(folder)
    send(folder, Moment("outbox", entry.at))
    [letter] = (folder / "outbox").glob("*.eml")
    sent = message_from_bytes(letter.read_bytes(), policy=policy.default)
    assert sent.get_content().replace("\r\n", "\n").strip() == text
    assert len(server.received) == asked
