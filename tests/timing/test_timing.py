"""Manual follow-ups are timed by lot, counted once with the prep log, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.deciding import record_timing
from pipeline.ledger import Ledger
from pipeline.model import Case, CountbackError, WrongCall
from pipeline.pilot import Pilot
from pipeline.settings import Settings
from pipeline.timing import is_prompted, last_timed, record_follow_up, take_back, timing_sample
from pipeline.warehouse.day import fridays
from tests.drawn import draw, seen

ON = date(2026, 1, 8)
AT = datetime(2026, 1, 8, 9, 30, tzinfo=UTC)
BOOKS = """
    customers.csv
    customer_id | name   | terms
    c1          | Harbor | NET30
    c2          | Birch  | NET30

    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount
    A-1        | c1          | 2025-11-01 | 2025-12-01 | 100.00
    B-1        | c2          | 2025-11-01 | 2025-12-01 | 200.00

    people.csv
    person_id | name     | email      | active
    p1        | Ana Ruiz | ana@us.com | true

    prep_log.csv
    item_id | invoice_id | person_id | kind   | started_at           | active_minutes
    t1      | A-1        | p1        | prep   | 2026-01-05T10:00:00Z | 20.0
    t2      | B-1        | p1        | prep   | 2026-01-06T10:00:00Z | 30.0
    t3      | B-1        | p1        | review | 2026-01-06T11:00:00Z | 5.0
    """
SETTINGS = '[pilot]\nname = "Spring"\ncurrency = "USD"\nstarted_on = 2026-01-01\n'


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    return draw(tmp_path_factory.mktemp("timing") / "pilot", BOOKS, SETTINGS)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger.open(tmp_path / "ledger.sqlite")) as opened:
        yield opened


def case(number: int = 1, *invoices: str) -> Case:
    return Case.model_validate(
        {
            "case_id": f"c{number}/routine/USD",
            "customer_id": f"c{number}",
            "customer_name": "Harbor",
            "lane": "routine",
            "currency": "USD",
            "rule": "",
            "because": "",
            "invoice_ids": invoices or (f"I-{number}",),
            "open_amount": "100.00",
            "value": "1.00",
            "days_past_due": 10,
        }
    )


def stretch(start: int, minutes: float) -> tuple[datetime, datetime]:
    began = AT + timedelta(minutes=start)
    return began, began + timedelta(minutes=minutes)


def timed(ledger: Ledger, *stretches: tuple[datetime, datetime], by: str = "Ana Ruiz") -> str:
    now = AT + timedelta(hours=5)
    return record_follow_up(
        ledger, case(), stretches, by=by, now=now, on_day=ON, is_prompted=True
    ).event_id


def minutes_of(pilot: Pilot, ledger: Ledger) -> dict[str, float]:
    with seen(pilot, ON, ledger.entries()) as day:
        rows = day.metric("work_items").rows
    return {
        f"{row['origin']} {row['kind']} {row['item_id'][:2]}": row["active_minutes"] for row in rows
    }


def test_one_in_three_is_drawn_and_nobody_picks_which() -> None:
    settings = Settings.model_validate({"pilot": {"name": "Spring", "started_on": "2026-01-01"}})
    lots = [is_prompted(settings, case(n)) for n in range(3000)]
    # 3,000 lots at one in three: 1,000, give or take four standard deviations of 26.
    assert abs(lots.count(True) - 1000) < 104
    assert lots == [is_prompted(settings, case(n)) for n in range(3000)]
    other = settings.model_copy(update={"pilot": settings.pilot.model_copy(update={"name": "X"})})
    assert lots != [is_prompted(other, case(n)) for n in range(3000)]
    assert is_prompted(settings, case(1, "A", "B")) == is_prompted(settings, case(1, "B", "A"))


def test_pauses_do_not_count_and_a_forgotten_clock_counts_half_an_hour(ledger: Ledger) -> None:
    timed(ledger, stretch(0, 4), stretch(20, 2.5), stretch(60, 200))
    [entry] = ledger.entries()
    assert entry.payload["active_minutes"] == 4 + 2.5 + 30
    assert (entry.payload["kind"], entry.payload["lane"]) == ("prep", "routine")
    with pytest.raises(WrongCall, match="never ran"):
        timed(ledger, stretch(0, 0))
    with pytest.raises(WrongCall, match="Nobody is named"):
        timed(ledger, stretch(0, 3), by=" ")
    with pytest.raises(WrongCall, match="never was"):
        timed(ledger, stretch(0, 4000))


def test_log_and_stopwatch_are_told_apart_and_both_count(pilot: Pilot, ledger: Ledger) -> None:
    timed(ledger, stretch(0, 10))
    with seen(pilot, ON, ledger.entries()) as day:
        found = timing_sample(day, pilot.settings)
        [week] = day.metric("prep_weeks", weeks=fridays(date(2026, 1, 3), date(2026, 1, 9))).rows
    [ana] = found["collectors"]
    assert (ana["collector"], ana["n"], ana["prep_log"], ana["stopwatch"]) == ("Ana Ruiz", 3, 2, 1)
    assert (ana["target"], ana["missing"]) == (60, 57)
    assert {(c["play"], c["origin"], c["n"], c["median_minutes"]) for c in found["classes"]} == {
        ("not stated", "prep log", 2, 25.0),
        ("routine", "stopwatch", 1, 10.0),
    }
    assert [(one["needed"], one["is_enough"]) for one in found["shows"]] == [
        (21, False),
        (122, False),
        (906, False),
    ]
    # The weekly figure: (20 + 30 + 10) / 3; reviewing apart.
    assert (week["n"], week["prep_minutes"], week["review_total"]) == (3, 20.0, 5.0)


def test_what_stands_in_the_log_and_on_the_record_counts_once(pilot: Pilot, ledger: Ledger) -> None:
    at = datetime(2026, 1, 5, 10, 0, 40, tzinfo=UTC)  # the minute of t1, on the same customer
    record_follow_up(
        ledger,
        case(),
        [(at, at + timedelta(minutes=19))],
        by="Ana Ruiz",
        now=AT,
        on_day=ON,
        is_prompted=True,
    )
    found = minutes_of(pilot, ledger)
    assert sorted(found.values()) == [5.0, 19.0, 30.0]


def test_what_is_taken_back_counts_no_more(pilot: Pilot, ledger: Ledger) -> None:
    event_id = timed(ledger, stretch(0, 10))
    assert 10.0 in minutes_of(pilot, ledger).values()
    act = {"now": AT + timedelta(hours=6), "on_day": ON}
    assert last_timed(ledger.entries(), "ana ruiz", ON) is not None
    with pytest.raises(WrongCall, match="only they take it back"):
        take_back(ledger, event_id, by="Ben", **act)  # type: ignore[arg-type]
    take_back(ledger, event_id, by="Ana Ruiz", **act)  # type: ignore[arg-type]
    assert 10.0 not in minutes_of(pilot, ledger).values()
    assert last_timed(ledger.entries(), "Ana Ruiz", ON) is None
    with pytest.raises(CountbackError, match="already taken back"):
        take_back(ledger, event_id, by="Ana Ruiz", **act)  # type: ignore[arg-type]


def test_the_review_page_is_another_origin(pilot: Pilot, ledger: Ledger) -> None:
    record_timing(
        ledger,
        "c1/routine/USD",
        "review",
        by="Ana Ruiz",
        started_at=AT,
        active_minutes=1.5,
        now=AT,
        on_day=ON,
    )
    assert 1.5 in [v for k, v in minutes_of(pilot, ledger).items() if k.startswith("review page")]
