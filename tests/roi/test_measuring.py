"""What the books and the record say about the inputs, on a pilot drawn by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.drafting.keeping import Wording, keep_wording
from pipeline.llm.spending import Budget, Log
from pipeline.pilot import Pilot
from pipeline.roi import Input, measured
from pipeline.settings import DraftingSection, Settings
from tests.cli.drawing import draw, write_csv

TIMED = (
    # Six follow-ups by hand of 20 and 22 minutes, then six of 6 and 8 with review and one rework.
    *(("prep", f"2026-01-{6 + n:02}", 20 + 2 * (n % 2)) for n in range(6)),
    *(("prep", f"2026-02-{6 + n:02}", 6 + 2 * (n % 2)) for n in range(6)),
    *(("review", f"2026-02-{6 + n:02}", 4) for n in range(5)),
    ("supervision", "2026-02-20", 120),
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Input]:
    folder = tmp_path_factory.mktemp("measured")
    source = draw(folder / "source")
    write_csv(
        source,
        "prep_log.csv",
        "item_id,invoice_id,person_id,kind,started_at,active_minutes",
        (
            (f"T-{n}", "A-1", "P-1", kind, f"{day} 09:00", minutes)
            for n, (kind, day, minutes) in enumerate(TIMED)
        ),
    )
    pilot = Pilot.create(folder / "pilot")
    pilot.take_in(source)
    with pilot.day() as day:
        return measured(day, pilot.settings)


def test_minutes_are_the_means_of_what_was_timed(found: dict[str, Input]) -> None:
    assert {found[name].tag for name in found if name != "dso_days"} == {"measured"}
    assert found["minutes_per_account"].base == 21
    assert found["prep_minutes_after"].base == 7
    assert (found["review_minutes"].low, found["review_minutes"].high) == (4, 4)
    assert "Mean of 6 follow-ups, days 0 to 29" in found["minutes_per_account"].source


def test_the_range_of_a_mean_is_its_95_percent_interval(found: dict[str, Input]) -> None:
    # Six values, three each side: s = 1.0954, t(5) = 2.5706, so 21 +/- 1.15.
    given = found["minutes_per_account"]
    assert (given.low, given.high) == (Decimal("19.85"), Decimal("22.15"))


def test_minutes_timed_per_follow_up_hold_those_per_invoice(found: dict[str, Input]) -> None:
    assert found["minutes_per_invoice"].base == 0
    assert "Inside the minutes timed" in found["minutes_per_invoice"].source


def test_supervision_is_the_owners_time_by_the_month(found: dict[str, Input]) -> None:
    # Two hours in the 60 days from 31 January to 31 March.
    assert found["owner_hours_per_month"].base == Decimal("1.01")


def test_no_decision_is_no_override_rate(found: dict[str, Input]) -> None:
    assert "override_rate" not in found
    assert "rework_minutes" not in found


def test_accounts_to_chase_are_counted_at_fridays_closes(found: dict[str, Input]) -> None:
    # Of the segment only Alder, Birch and Cedar ever owe something past due: A-0 is paid in
    # December, C-1 is due 19 January, A-1 9 February, B-1 14 February, A-2 22 March.
    accounts, invoices = found["accounts"], found["invoices"]
    assert (accounts.low, accounts.high) == (0, 3)
    assert (invoices.low, invoices.high) == (0, 4)
    # 13 closes from 2 January to 27 March: none three times, 1 three times, then 2, then 3.
    assert accounts.base == round(Decimal(3 * 1 + 1 * 2 + 6 * 3) / 13, 1)


def test_a_year_that_is_not_in_the_files_is_not_measured(found: dict[str, Input]) -> None:
    assert "billings_per_year" not in found


def test_no_model_costs_nothing(found: dict[str, Input]) -> None:
    assert found["model_cost_per_draft"].high == 0


def test_days_are_nought_until_the_pilot_has_an_interval(found: dict[str, Input]) -> None:
    days = found["dso_days"]
    assert (days.low, days.base, days.high, days.tag) == (0, 0, 0, "assumed")
    assert "Zero" in days.source


@pytest.fixture(scope="module")
def demo() -> Path:
    return Path(__file__).resolve().parents[2] / "data" / "demo"


def test_the_interval_of_the_read_out_is_used_and_never_its_middle(demo: Path) -> None:
    pilot = Pilot.open(demo)
    with pilot.day() as day:
        found = measured(day, pilot.settings)
    days = found["dso_days"]
    # The read-out of the demo holds no effect inside its interval.
    assert days.low < 0 < days.high
    assert (days.base, days.tag) == (0, "measured")
    assert {"billings_per_year", "override_rate", "rework_minutes"} <= found.keys()


def test_a_pilot_without_day_0_measures_what_needs_none(demo: Path) -> None:
    pilot = Pilot.open(demo)
    with pilot.day() as day:
        found = measured(day, Settings())
    assert {"accounts", "invoices", "billings_per_year"} <= found.keys()
    assert not {"minutes_per_account", "review_minutes", "override_rate"} & found.keys()
    assert "started_on" in found["dso_days"].source


def test_what_a_draft_of_a_model_costs_is_read_off_the_log_of_its_calls(
    demo: Path, tmp_path: Path
) -> None:
    pilot = Pilot.open(demo)
    drafting = DraftingSection(model="m")
    settings = pilot.settings.model_copy(update={"drafting": drafting})
    log, now = Log(tmp_path), datetime(2026, 3, 31, 9, tzinfo=UTC)
    for n, usd in enumerate(("0.01", "0.03")):
        held = log.reserve(
            Budget.of(drafting), run="r", now=now, model="m", tokens=9, usd=Decimal("0.5")
        )
        log.settle(held, "answered", {"tokens": 200, "usd": usd})
        keep_wording(tmp_path, f"C-{n}", Wording("q", 0, "m", None), now)
    with pilot.day() as day:
        assert "model_cost_per_draft" not in measured(day, settings)
        found = measured(day, settings, tmp_path)["model_cost_per_draft"]
    assert (found.base, found.tag) == (Decimal("0.02"), "measured")
    assert "2 calls, 400 tokens, for 2 drafts" in found.source
