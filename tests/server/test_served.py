"""What every answer of the running app carries, and what its health page says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware

from server import health
from server.headers import SecurityHeaders, policy
from tests.drawn import draw
from tests.server.asked import get

APP = Starlette(routes=health.ROUTES, middleware=[Middleware(SecurityHeaders)])


@pytest.fixture
def pilot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "pilot"
    draw(folder, "customers.csv\ncustomer_id | name\nC1 | Kestrel Foods\n", "")
    monkeypatch.setenv("COUNTBACK_PILOT", str(folder))
    return folder


def test_every_answer_forbids_what_is_not_ours(pilot: Path) -> None:
    for path in ("/health", "/nowhere"):
        told = get(APP, path).headers
        assert told["x-frame-options"] == "DENY"
        assert told["x-content-type-options"] == "nosniff"
        assert told["content-security-policy"] == policy()


def test_nothing_is_run_or_fetched_from_elsewhere() -> None:
    parts = dict(part.split(" ", 1) for part in policy().split("; "))
    assert parts["default-src"] == parts["connect-src"] == "'self'"
    assert parts["img-src"] == "'self' data: blob:"
    assert "unsafe" not in parts["script-src"].replace("'wasm-unsafe-eval'", "")
    assert parts["frame-ancestors"] == parts["object-src"] == "'none'"


def test_a_well_pilot_says_so_without_a_name_or_a_figure(pilot: Path) -> None:
    answer = get(APP, "/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert [check["check"] for check in answer.json()["checks"]] == [
        *("settings", "record", "books", "disk")
    ]
    assert "Kestrel" not in answer.text
    assert str(pilot) not in answer.text


def test_a_broken_setting_is_trouble(pilot: Path) -> None:
    (pilot / "pilot.toml").write_text("[pilot\n")
    answer = get(APP, "/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "trouble")
    assert answer.json()["checks"] == [{"check": "settings", "ok": False}]


def test_a_record_that_is_no_record_is_trouble(pilot: Path) -> None:
    (pilot / "ledger.sqlite").write_bytes(b"not a database at all" * 100)
    answer = get(APP, "/health")
    assert answer.status_code == 503
    assert {"check": "record", "ok": False} in json.loads(answer.text)["checks"]
