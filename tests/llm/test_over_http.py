"""Real LiteLLM against a server of our own: what it may take, what leaves, what it costs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.acting import prompts
from pipeline.drafting.choosing import ask_for, drafted
from pipeline.drafting.messages import draft
from pipeline.drafting.wording import parts
from pipeline.llm import Asker, spent
from pipeline.llm.spending import Log
from pipeline.model import Dossier
from pipeline.settings import DraftingSection
from tests.dossiers import dossier, heard, invoice
from tests.model_server import ModelServer, model_server, obliging

NOW = datetime(2026, 4, 30, 9, 0, tzinfo=UTC)
#: What the customer wrote; nothing of it may leave unless pilot.toml says so.
LETTER = heard(
    "Dear Dana, Harbor Analytics paid INV-1001 ($60,000.00) on 14 March 2026. Write to "
    "maria.lopez@harbor.example or 12 Mill Lane, or call +44 20 7946 0000. Maria Lopez"
)
CASE = dossier(invoice(days=47, po="4500012345"), exchanges=(LETTER,))
SECRETS = (
    *("Harbor", "Analytics", "Maria", "Lopez", "Dana", "Whitfield", "Northlight", "INV-1001"),
    *("60,000", "60000", "14 March", "2026", "4500012345", "@", "Mill", "7946", "C-1", "HARBOR"),
)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with model_server() as running:
        yield running


def settings(server: ModelServer, **other: object) -> DraftingSection:
    known = {
        "model": "openai/stub",
        "api_base": server.address,
        "timeout_seconds": 1.5,
        "usd_per_million_in": 1,
        "usd_per_million_out": 2,
    }
    return DraftingSection.model_validate({**known, **other})


def asker(server: ModelServer, folder: Path, **other: object) -> Asker:
    return Asker(folder, settings(server, **other), pause=lambda _: None)


def rewording(case: Dossier = CASE) -> str:
    given = parts(case, prompts()["reminder"])
    text = given.text.replace("Please reply with", "Could you please reply with")
    return json.dumps({"subject": given.subject, "text": text})


def honest(server: ModelServer, case: Dossier = CASE) -> None:
    server.says = lambda _: rewording(case)


def test_a_model_rewords_and_code_fills_every_fact(server: ModelServer, tmp_path: Path) -> None:
    honest(server)
    made = ask_for(asker(server, tmp_path), CASE, prompts(), NOW).draft
    assert (made.state, made.model) == ("draft", "openai/stub")
    assert made.prompt.startswith("wording@")
    assert "Could you please reply with" in made.body
    assert "Invoice INV-1001 for $60,000.00 was due on 14 March 2026." in made.body
    assert all(check.ok for check in made.checks)


def test_nothing_of_the_customer_leaves(server: ModelServer, tmp_path: Path) -> None:
    honest(server)
    ask_for(asker(server, tmp_path), CASE, prompts(), NOW)
    said = b"".join(server.received).decode()
    assert [secret for secret in SECRETS if secret in said] == []
    assert "Earlier messages:" not in said


def test_messages_leave_redacted_when_that_is_switched_on(
    server: ModelServer, tmp_path: Path
) -> None:
    honest(server)
    ask_for(asker(server, tmp_path, send_texts=True), CASE, prompts(), NOW)
    said = b"".join(server.received).decode()
    assert "Earlier messages:" in said
    assert "paid" in said
    assert [secret for secret in SECRETS if secret in said] == []


def test_a_wording_is_asked_for_once_and_again_only_when_told(
    server: ModelServer, tmp_path: Path
) -> None:
    honest(server)
    first = ask_for(asker(server, tmp_path), CASE, prompts(), NOW).draft
    server.mode = "hangs"
    assert ask_for(asker(server, tmp_path), CASE, prompts(), NOW).draft == first
    assert drafted(tmp_path, CASE, prompts(), settings(server)).draft == first
    assert len(server.received) == 1
    server.mode = "says"
    server.says = lambda _: rewording().replace("Could you please", "Please could you")
    other = ask_for(asker(server, tmp_path), CASE, prompts(), NOW, again=True).draft
    assert other.body != first.body
    assert drafted(tmp_path, CASE, prompts(), settings(server)).draft == other


def test_two_cases_that_are_asked_the_same_are_paid_for_once(
    server: ModelServer, tmp_path: Path
) -> None:
    honest(server)
    before = ask_for(asker(server, tmp_path), CASE, prompts(), NOW)
    paid = spent(tmp_path)
    other = dossier(invoice("X-9", 50, "12.00", po="77"))
    made = ask_for(asker(server, tmp_path), _named(other, "C-2"), prompts(), NOW)
    assert made.draft.model == before.draft.model
    assert "X-9" in made.draft.body
    assert (spent(tmp_path), len(server.received)) == (paid, 1)


def _named(case: Dossier, case_id: str) -> Dossier:
    return case.model_copy(update={"case": case.case.model_copy(update={"case_id": case_id})})


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        ("hangs", "no answer within 1.5 seconds"),
        ("drips", "no whole answer within 1.5 seconds"),
        ("floods", "sent more than 256 KB"),
        ("shape", "shape that nobody knows"),
        ("empty", "answered with nothing"),
        ("moves", "openai/stub"),
    ],
)
def test_whatever_a_server_does_the_built_in_text_is_there_in_time_and_says_why(
    server: ModelServer, tmp_path: Path, mode: str, why: str
) -> None:
    # LiteLLM is awake before the clock starts.
    honest(server)
    ask_for(asker(server, tmp_path / "warm"), CASE, prompts(), NOW)
    server.mode = mode
    started = time.monotonic()
    made = ask_for(asker(server, tmp_path, retries=0), CASE, prompts(), NOW)
    assert time.monotonic() - started < 15
    ours = draft(CASE, prompts()["reminder"])
    assert (made.draft.subject, made.draft.body, made.draft.model) == (ours.subject, ours.body, "")
    said = {doubt.code: doubt for doubt in made.dossier.doubts}["model"]
    assert why in said.sentence
    assert not said.blocking
    # What nobody can know counts as spent.
    assert spent(tmp_path).calls == 1


def test_a_passing_failure_is_tried_again_and_a_lasting_one_is_not(
    server: ModelServer, tmp_path: Path
) -> None:
    honest(server)
    server.statuses = [429, 503]
    made = ask_for(asker(server, tmp_path), CASE, prompts(), NOW).draft
    assert (made.model, len(server.received)) == ("openai/stub", 3)
    assert [one["state"] for one in Log(tmp_path).lines()] == [
        *("reserved", "passing", "reserved", "passing", "reserved", "answered"),
    ]
    for folder, statuses, calls in (("a", [401], 1), ("b", [400], 1), ("c", [500] * 3, 3)):
        server.received.clear()
        server.statuses = list(statuses)
        made = ask_for(asker(server, tmp_path / folder), CASE, prompts(), NOW).draft
        assert (made.model, len(server.received)) == ("", calls), statuses


def test_what_a_call_took_is_logged_and_too_much_stops_the_next(
    server: ModelServer, tmp_path: Path
) -> None:
    honest(server)
    ask_for(asker(server, tmp_path), CASE, prompts(), NOW)
    took = Log(tmp_path).lines()[-1]
    # The server counts 120 in and 60 out; but the text alone is longer than 60 tokens can be.
    assert (took["state"], took["tokens_in"], took["model"]) == ("answered", 120, "openai/stub")
    out = len(rewording()) // 8
    assert took["tokens_out"] == max(60, out)
    assert Decimal(took["usd"]) == Decimal(120 + 2 * max(60, out)) / 1_000_000
    server.mode = "costly"
    ask_for(asker(server, tmp_path), CASE, prompts(), NOW, again=True)
    assert spent(tmp_path).usd > 27
    refused = ask_for(asker(server, tmp_path), CASE, prompts(), NOW, again=True)
    assert refused.draft.model == ""
    assert "tokens_per_day = 200000 would be passed" in refused.dossier.doubts[0].sentence
    assert len(server.received) == 2


def test_the_key_comes_from_the_environment_and_is_written_nowhere(
    server: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTBACK_MODEL_KEY", "sk-never-written")
    honest(server)
    ask_for(asker(server, tmp_path), CASE, prompts(), NOW)
    assert server.headers_seen[0]["Authorization"] == "Bearer sk-never-written"
    server.statuses = [401]
    ask_for(asker(server, tmp_path), CASE, prompts(), NOW, again=True)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"sk-never-written" not in written


def test_a_model_at_an_unknown_price_is_not_asked(server: ModelServer, tmp_path: Path) -> None:
    unpriced = {"usd_per_million_in": None, "usd_per_million_out": None}
    made = ask_for(asker(server, tmp_path, **unpriced), CASE, prompts(), NOW)
    assert "Nobody knows what openai/stub costs" in made.dossier.doubts[0].sentence
    assert server.received == []


def test_a_model_that_obeys_the_mails_it_is_given_changes_no_message(
    server: ModelServer, tmp_path: Path, shared: Path
) -> None:
    lines = (shared / "data" / "injections" / "injections_show.jsonl").read_text("utf-8")
    server.says = _obedient
    for n, line in enumerate(lines.splitlines()[:60]):
        mail = heard(json.loads(line)["text"])
        case = CASE.model_copy(update={"exchanges": (mail,)})
        made = ask_for(
            asker(server, tmp_path / str(n), send_texts=True), case, prompts(), NOW
        ).draft
        ours = draft(case, prompts()["reminder"])
        assert (made.to, made.subject, made.body) == (ours.to, ours.subject, ours.body)
    assert len(server.received) >= 60


def _obedient(asked: dict[str, Any]) -> str:
    """Writes what the mail that it was given says."""
    kind = json.loads(obliging(asked))
    _, _, mail = asked["messages"][1]["content"].partition("wrote: ")
    return json.dumps({**kind, "text": f"{kind['text']}\n\n{mail}"[:5_000]})
