"""The worked example of moved work, from a log of timed items to what the command line says."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.cli.drawing import call, write_csv

SETTINGS = """
[pilot]
currency = "USD"
started_on = 2026-01-01
as_of = 2026-03-31
"""
#: Kind, how many, minutes each: 100 follow-ups before, and after with all that came with them.
BEFORE = (("prep", 100, 22),)
AFTER = (
    ("prep", 100, 6),
    ("review", 100, 7),
    ("rework", 30, 8),
    ("reroute", 12, 10),
    ("rework", 5, 15),
    ("supervision", 1, 60),
)


@pytest.fixture(scope="module")
def minutes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Sixty invoices of 1,000.00 resolved on either side of go-live."""
    source = tmp_path_factory.mktemp("minutes")
    on = [date(2026, 1, 15)] * 60 + [date(2026, 2, 15)] * 60
    write_csv(source, "customers.csv", "customer_id,name", [("c1", "Acme")])
    write_csv(
        source,
        "invoices.csv",
        "invoice_id,customer_id,issued_on,due_on,amount,currency",
        [(f"I{n}", "c1", "2025-12-01", "2025-12-31", "1000.00", "USD") for n in range(120)],
    )
    write_csv(
        source,
        "applications.csv",
        "application_id,invoice_id,kind,effective_on,amount",
        [(f"A{n}", f"I{n}", "cash", day, "1000.00") for n, day in enumerate(on)],
    )
    items = [
        (kind, day, spent)
        for parts, day in ((BEFORE, date(2026, 1, 10)), (AFTER, date(2026, 2, 10)))
        for kind, count, spent in parts
        for _ in range(count)
    ]
    write_csv(
        source,
        "prep_log.csv",
        "item_id,invoice_id,person_id,kind,started_at,active_minutes",
        [
            (f"T{n}", f"I{n % 120}", "p1", kind, f"{day}T{8 + n % 9:02d}:{n % 60:02d}:00", spent)
            for n, (kind, day, spent) in enumerate(items)
        ],
    )
    Path(source, "pilot.toml").write_text(SETTINGS, encoding="utf-8")
    pilot = source / "pilot"
    assert call("load", source, "--pilot", pilot, "--json").status == 0
    said = call("metrics", "--pilot", pilot, "--json")
    assert said.status == 0, said
    found = said.data["prep_minutes"]["human_minutes_per_resolved"]
    assert isinstance(found, dict)
    return found


def test_preparing_fell_by_three_quarters_and_the_work_by_a_fifth(minutes: dict[str, Any]) -> None:
    assert minutes["before"] == pytest.approx(36.7, abs=0.05)
    assert minutes["after"] == pytest.approx(29.9, abs=0.05)
    assert minutes["label"] == "prep −73%, total −18%"


def test_the_same_minutes_for_every_thousand_collected(minutes: dict[str, Any]) -> None:
    """2,200 and 1,795 minutes for 60,000.00 each."""
    found = minutes["per_1000_collected"]
    assert found["currency"] == "USD"
    assert found["before"] == pytest.approx(2200 / 60, abs=1e-6)
    assert found["after"] == pytest.approx(1795 / 60, abs=1e-6)
