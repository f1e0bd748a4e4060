"""A pilot large enough for an interval, drawn as text, and its readout."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from pipeline.pilot import Pilot
from pipeline.report import readout
from pipeline.report.shapes import Readout
from tests.drawn import Draw, draw

#: Day 0 is Thursday 2026-01-01, go-live 2026-01-31, day 90 over at the close of 2026-03-31.
SETTINGS = """
    [pilot]
    name = "Spring"
    company = "Example & Sons"
    currency = "USD"
    started_on = 2026-01-01
    as_of = 2026-03-31
    synthetic = true

    [segment]
    name = "Mid"
    where = "tier = 'mid'"
    [control]
    where = "tier = 'smb'"
    [windows]
    selection = [2025-01-01, 2025-06-30]
    baseline = [2025-07-05, 2025-12-31]
"""
#: A name that a spreadsheet would run, and a browser would too.
HOSTILE = "=HYPERLINK(1)<script>alert(1)</script>"
_DUE = (date(2025, 12, 10), date(2026, 1, 10), date(2026, 2, 10), date(2026, 2, 20))


def books(customers: int = 4) -> str:
    """So many customers a side, four invoices each, paid 1 to 12 days late."""
    names, invoices, cash = [], [], []
    for number in range(customers * 2):
        tier = "mid" if number % 2 else "smb"
        names.append(f"c{number} | Customer {number} | {tier} | NET30")
        for place, due in enumerate(_DUE):
            name, amount = f"I{number}-{place}", f"{100 + 7 * number + place}.10"
            issued, paid = (
                due - timedelta(days=30),
                due + timedelta(days=1 + (5 * number + 7 * place * place) % 12),
            )
            invoices.append(f"{name} | c{number} | {issued} | {due} | {amount} | USD")
            cash.append(f"a-{name} | {name} | cash | {paid} | {amount} | USD")
    files = {
        "customers.csv": ["customer_id | name | tier | terms", *names],
        "invoices.csv": ["invoice_id|customer_id|issued_on|due_on|amount|currency", *invoices],
        "applications.csv": [
            "application_id|invoice_id|kind|effective_on|amount|currency",
            *cash,
        ],
        "people.csv": ["person_id | name | email", "p1 | Ana | ana@us.example"],
        "prep_log.csv": [
            "item_id | invoice_id | person_id | kind | started_at | active_minutes",
            "t1 | I1-0 | p1 | prep | 2026-01-06T09:00:00 | 20",
            "t2 | I1-1 | p1 | prep | 2026-01-07T09:00:00 | 30",
            "t3 | I1-2 | p1 | prep | 2026-02-10T09:00:00 | 4",
            "t4 | I1-3 | p1 | prep | 2026-02-18T09:00:00 | 8",
        ],
    }
    return "\n\n".join("\n".join([name, *lines]) for name, lines in files.items())


@pytest.fixture
def drawn(tmp_path: Path) -> Draw:
    """Draws a pilot of the test's own."""

    def make(text: str = "", settings: str = "") -> Pilot:
        return draw(tmp_path / "pilot", text, settings)

    return make


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    """A pilot with everything: start, segment, control, a read-out that is over. Only read it."""
    return draw(tmp_path_factory.mktemp("report") / "pilot", books(), SETTINGS)


@pytest.fixture(scope="session")
def found(full: Pilot) -> Readout:
    """Its readout."""
    return made(full)


def made(pilot: Pilot) -> Readout:
    """The readout of a pilot's own day."""
    with pilot.day() as day:
        return readout(pilot, day)
