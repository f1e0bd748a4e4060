"""Where to go on: another segment than this one, what blocks it, and lanes by their own figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pipeline.pilot import Pilot
from pipeline.what_next import extending
from tests.drawn import draw
from tests.proving.test_before_after import BOOKS, SETTINGS


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    late = BOOKS.replace("2025-11-10 | 2025-12-10 |", "2026-03-01 | 2026-03-30 |")
    return draw(tmp_path_factory.mktemp("extending") / "pilot", late, SETTINGS)


def candidate(
    trait: str, value: str, *, passes: bool = True, score: float = 80.0
) -> dict[str, Any]:
    gate = {"gate": 5, "name": "owners", "ok": passes, "because": "c1 has no owner."}
    return {
        "candidate": f"{trait} {value}",
        "trait": trait,
        "value": value,
        "customers": 2,
        "passes": passes,
        "score": 80.0,
        "headroom": Decimal("10.00"),
        "invoices_due_60": 100,
        "where": f"{trait} = '{value}'",
        "minimum_detectable_days": {"90": 2.0},
        "gates": [gate],
    }


def extended(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch, *found: dict[str, Any]
) -> dict[str, Any]:
    monkeypatch.setattr(extending, "choose", lambda *_: {"candidates": list(found)})
    with pilot.day() as day:
        return extending.extension(day, pilot.settings)


def test_the_next_segment_is_never_this_one_under_another_name(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    itself, again = candidate("pilot_segment", "as it stands"), candidate("tier", "mid")
    found = extended(pilot, monkeypatch, itself, again, candidate("tier", "smb"))
    assert found["segment"]["candidate"] == "tier smb"
    assert (found["segment"]["share_in_pilot"], found["segment"]["share_in_control"]) == (0.0, 1.0)
    assert "100% are its control, which ends with it" in found["sentence"]


def test_what_blocks_its_open_invoices_is_to_be_mended_first(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = extended(pilot, monkeypatch, candidate("tier", "smb"))
    # s1 never paid s1a; nobody knows whom to write to.
    assert any("1 open invoice." in said for said in found["to_mend"]), found["to_mend"]


def test_when_no_other_passes_the_nearest_says_why_and_lanes_go_by_themselves(
    pilot: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = extended(pilot, monkeypatch, candidate("tier", "smb", passes=False))
    assert found["segment"] is None
    assert "No other segment passes every gate" in found["sentence"]
    assert "Nearest to it: tier smb." in found["sentence"]
    assert found["to_mend"][0] == "c1 has no owner."
    assert "no lane has a decided draft" in found["sentence"]
    assert extended(pilot, monkeypatch)["to_mend"] == []
