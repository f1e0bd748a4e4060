"""Review with a model that may read messages: asked by a button, shown beside the rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.model_server import ModelServer, model_server, obliging
from tests.pages.conftest import Open, said
from tests.pages.test_last_words import PROMISED, closings, plain

WORDS = "You will have the full amount"


def reading(asked: dict[str, Any]) -> str:
    """A label and a summary out of the message itself; else an honest rewording."""
    system = asked["messages"][0]["content"]
    if "answer with labels" in system:
        return json.dumps({"labels": [{"label": "DOC_REQUEST", "words": WORDS}]})
    if "sum up" in system:
        return json.dumps({"sentences": ["The customer wrote that we will have the full amount."]})
    return obliging(asked)


@pytest.fixture
def server(folder: Path) -> Iterator[ModelServer]:
    with model_server() as running:
        running.says = reading
        toml = folder / "pilot.toml"
        toml.write_text(
            f'{toml.read_text()}\n[drafting]\nmodel = "openai/stub"\nlabel_replies = true\n'
            f'summarise = true\napi_base = "{running.address}"\n'
            "usd_per_million_in = 0\nusd_per_million_out = 0\n"
        )
        yield running


def test_asking_adds_a_label_with_its_words_and_a_summary_and_says_whose_they_are(
    open_app: Open, server: ModelServer, folder: Path
) -> None:
    app = open_app("work/review", case=PROMISED)
    assert closings(folder) == []  # looking asks for no meaning
    app.button(key="ask_meanings").click().run()
    assert not app.exception
    labelled = [e for e in closings(folder) if e.kind == "reply_labelled"]
    assert labelled[0].payload["labels"] == ["DOC_REQUEST"]
    assert labelled[0].by == "Ana Ruiz"
    assert "Suggested by openai/stub: **Asks for a document**" in said(app)
    assert f"“{WORDS}”" in plain(app)
    assert "**In short** · suggested by openai/stub" in said(app)
    assert "The customer wrote that we will have the full amount." in plain(app)
    assert "**Promises to pay, In approval**" in said(app)
    assert "ask_meanings" not in {button.key for button in app.button}
