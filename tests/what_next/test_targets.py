"""What was agreed for each of the four metrics: signed, written down, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.ledger import Ledger
from pipeline.protocol import charter, sign
from pipeline.settings import Settings
from pipeline.what_next.targets import METRICS, Target, targets

AS_OF = date(2026, 3, 27)
SIGNED = date(2026, 1, 2)
FOUND: dict[str, Any] = {
    "prep_minutes": {"weeks": [{"week": AS_OF, "value": 6.0}, {"week": AS_OF, "value": None}]},
    "dollars_aging": {"weeks": [{"rate": 0.5}]},
    "dispute_hours": {"median_business": 8.5},
    "override_rate": {"weeks": [{"week": AS_OF, "k": 3, "n": 12}, {"week": AS_OF, "k": 0, "n": 0}]},
}


def settings(**parts: Any) -> Settings:
    return Settings.model_validate(
        {
            "pilot": {"name": "Spring", "started_on": date(2026, 1, 1)},
            "segment": {"where": "tier = 'mid'"},
            "control": {"where": "tier = 'smb'"},
            **parts,
        }
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger.open(tmp_path / "ledger.sqlite")) as opened:
        yield opened


def test_nothing_written_is_no_target_whatever_the_defaults_are() -> None:
    assert targets(settings(), [], FOUND, AS_OF) == dict.fromkeys(METRICS, Target(None, None, None))


def test_what_pilot_toml_names_is_a_target_that_nobody_signed() -> None:
    own = {"prep_minutes": 6.0, "rolled_share": 0.4, "override_rate": 0.25}
    found = targets(settings(targets=own, protocol={"dispute_hours": 9}), [], FOUND, AS_OF)
    assert found == {
        "prep_minutes": Target(6.0, None, True),
        "dollars_aging": Target(0.4, None, False),
        "dispute_hours": Target(9.0, None, True),
        "override_rate": Target(0.25, None, True),
    }


def test_signed_hours_stand_whatever_pilot_toml_says_later(ledger: Ledger) -> None:
    now = datetime(2026, 1, 2, 9, tzinfo=UTC)
    agreed = settings(protocol={"dispute_hours": 8})
    sign(ledger, charter(agreed), agreed, by="Priya", now=now, on_day=SIGNED)
    later = settings(protocol={"dispute_hours": 40})
    found = targets(later, list(ledger.entries()), FOUND, AS_OF)["dispute_hours"]
    assert found == Target(8.0, SIGNED, False)


def test_without_a_figure_nobody_says_whether_it_is_reached() -> None:
    nothing = {name: {"weeks": [], "median_business": None} for name in METRICS}
    found = targets(settings(targets={"prep_minutes": 5.0}), [], nothing, AS_OF)
    assert found["prep_minutes"] == Target(5.0, None, None)
