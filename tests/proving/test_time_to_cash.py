"""How long money stays open: each figure by hand on a drawn pilot, each identity to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.deciding import flag_dispute, record_promise
from pipeline.figures import aging
from pipeline.model import BUCKETS
from pipeline.pilot import Pilot
from pipeline.proving import before_after
from pipeline.proving import time_to_cash as ttc
from pipeline.warehouse.day import Day, fridays
from tests.drawn import draw

SETTINGS = """
    [pilot]
    currency = "USD"
    started_on = 2026-01-01
    as_of = 2026-03-31

    [segment]
    where = "tier = 'mid'"
    [control]
    where = "tier = 'smb'"

    [rates]
    EUR = 1.10
"""
#: Day 0 is Thursday 2026-01-01, go-live Saturday 2026-01-31.
BOOKS = """
    customers.csv
    customer_id | name  | tier
    c1          | Acme  | mid
    c2          | Bravo | mid
    c3          | Coral | smb
    c4          | Delta | smb

    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount  | currency
    A          | c1          | 2025-12-15 | 2026-01-14 | 100.00  | USD
    B          | c2          | 2025-12-20 | 2026-01-19 | 200.00  | USD
    C          | c1          | 2026-01-10 | 2026-02-09 | 400.00  | USD
    D          | c2          | 2026-01-20 | 2026-02-19 | 800.00  | USD
    E          | c1          | 2026-02-01 | 2026-03-03 | 1000.00 | USD
    F          | c2          | 2026-02-10 | 2026-03-12 | 600.00  | USD
    G          | c1          | 2026-03-05 | 2026-04-04 | 500.00  | USD
    H          | c3          | 2025-12-15 | 2026-01-14 | 50.00   | USD
    I          | c3          | 2026-01-15 | 2026-02-14 | 50.00   | USD
    J          | c4          | 2025-12-15 | 2026-01-14 | 70.00   | USD
    K          | c4          | 2026-01-15 | 2026-02-14 | 70.00   | USD
    X          | c1          | 2026-03-01 | 2026-03-31 | 9.99    | EUR

    applications.csv
    application_id | invoice_id | kind      | effective_on | amount | currency
    a1             | A          | cash      | 2026-01-20   | 100.00 | USD
    a2             | B          | cash      | 2026-01-19   | 200.00 | USD
    a3             | C          | cash      | 2026-02-09   | 400.00 | USD
    a4             | D          | cash      | 2026-03-05   | 300.00 | USD
    a5             | D          | credit    | 2026-03-10   | 100.00 | USD
    a6             | E          | cash      | 2026-03-13   | 900.00 | USD
    a7             | E          | write_off | 2026-03-20   | 100.00 | USD
    a8             | H          | cash      | 2026-01-24   | 50.00  | USD
    a9             | I          | cash      | 2026-02-24   | 50.00  | USD
    b1             | J          | cash      | 2026-01-14   | 70.00  | USD
    b2             | K          | cash      | 2026-03-01   | 70.00  | USD
    b3             | G          | cash      | 2026-03-15   | 550.00 | USD
"""
END = date(2026, 3, 31)


def at(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    made = draw(tmp_path_factory.mktemp("cash") / "pilot", BOOKS, SETTINGS)
    on = date(2026, 3, 2)
    with closing(made.ledger()) as ledger:
        flag_dispute(ledger, "F", reason="PRICE", by="ana", now=at(on), on_day=on)
        for invoices, made_on, promised_on in (
            (["A"], date(2026, 1, 20), date(2026, 1, 20)),  # paid the very day: kept
            (["D"], date(2026, 3, 2), date(2026, 3, 4)),  # 300 of 800 by Friday the 6th: partly
            (["E"], date(2026, 3, 4), date(2026, 3, 6)),  # nothing by the 10th, and a new one
            (["E"], date(2026, 3, 9), date(2026, 3, 12)),  # 900 of 1,000 by the 16th: partly
            (["F"], date(2026, 2, 27), date(2026, 3, 16)),  # disputed on 2 March: cancelled
            (["D"], date(2026, 3, 30), date(2026, 4, 8)),  # still to come
            (["C"], date(2026, 1, 28), date(2026, 1, 30)),  # nothing by 3 February: broken
        ):
            record_promise(ledger, invoices, promised_on, by="ana", now=at(made_on), on_day=made_on)
    return made


@pytest.fixture
def day(pilot: Pilot) -> Iterator[Day]:
    with pilot.day() as opened:
        yield opened


# --- from the due date ---------------------------------------------------------------------


def test_the_mean_of_each_curve_is_the_comparison_s_own_figure(pilot: Pilot, day: Day) -> None:
    groups = {(g["arm"], g["when"]): g for g in ttc.still_open(day, pilot.settings, 90)}
    compared = before_after(day, pilot.settings, 90)["rdpd30"]["count"]
    for (arm, when), group in groups.items():
        assert group["rmst"] == pytest.approx(
            compared[f"{arm}_{'pre' if when == 'before' else 'post'}"], abs=1e-9
        )
    before = groups["pilot", "before"]
    # A was six days late, B on time: the mean of 6 and 0.
    assert (before["rmst"], before["n"], before["customers"]) == (3.0, 2, 2)
    assert [row["share"] for row in before["days"]] == [0.5] * 6 + [0.0]
    assert [row["at_risk"] for row in before["days"]] == [2, 1, 1, 1, 1, 1, 1]
    # Leaving either customer out gives 0 or 6: se = sqrt(1/2 x 18) = 3, t on one degree 12.706.
    assert before["ci95"] == pytest.approx([3 - 38.119, 3 + 38.119], abs=1e-3)


def test_what_is_watched_no_longer_is_counted_where_it_leaves(pilot: Pilot, day: Day) -> None:
    after = ttc.still_open(day, pilot.settings, 90)[1]
    assert (after["arm"], after["when"]) == ("pilot", "after")
    # F fell due on 12 March and is still open as day 90 begins, twenty days on.
    assert {row["day"]: row["watched_no_longer"] for row in after["days"]}[20] == 1
    assert sum(row["watched_no_longer"] for row in after["days"]) == 4  # D, E (written off), F, X


# --- ages by week --------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["ALL", "SEGMENT"])
def test_the_last_week_is_the_aging_of_the_day(day: Day, scope: ttc.Scope) -> None:
    rows = ttc.aging_by_week(day, scope).rows
    for currency, found in aging(day, customers=scope)["currencies"].items():
        last = ttc.weeks_of(rows, currency)[-1]
        assert last["week"] == END
        assert {name: last[name] for name in BUCKETS} == {
            name: bucket["amount"] for name, bucket in found["buckets"].items()
        }
        assert (last["total"], last["disputed"]) == (found["total"], found["disputed"])
    assert ttc.weeks_of(rows, "USD")[-1]["disputed"] == Decimal(600)


def test_weeks_before_the_files_hold_everything_are_left_out(day: Day) -> None:
    weeks = ttc.weeks_of(ttc.aging_by_week(day, "ALL").rows, "USD")
    assert weeks[0]["week"] == date(2025, 12, 19)
    assert ttc.whole_weeks(weeks, date(2025, 12, 1))[0]["week"] == date(2026, 1, 30)
    assert ttc.whole_weeks(weeks, date(2026, 3, 1)) == weeks, "too few weeks would be left"


# --- where it rolled -----------------------------------------------------------------------


def test_each_row_of_the_matrix_is_what_was_open(day: Day) -> None:
    found = ttc.rolled_forward(day, "SEGMENT", ttc.span(day))
    assert (found["from"], found["to"]) == (date(2026, 3, 1), END)
    rows = {row["bucket"]: row for row in found["currencies"]["USD"]["rows"]}
    # Current on 1 March: E (1,000) and F (600). E was paid but for 100 written off; F is 19 late.
    cells = {name: cell["amount"] for name, cell in rows["current"]["cells"].items()}
    assert cells == {
        "1-30": Decimal(600),
        "collected": Decimal(900),
        "written_off": Decimal(100),
    }
    # D (800) was 10 days late, is 40: 300 paid, 100 credited.
    cells = {name: cell["amount"] for name, cell in rows["1-30"]["cells"].items()}
    assert cells == {"31-60": Decimal(400), "collected": Decimal(300), "credited": Decimal(100)}
    assert all(row["is_few"] for row in rows.values())
    for row in rows.values():
        assert sum(cell["amount"] for cell in row["cells"].values()) == row["opening"]
        assert sum(cell["share"] for cell in row["cells"].values()) == pytest.approx(1)


def test_opening_plus_billed_less_what_left_is_closing(day: Day) -> None:
    identity = ttc.rolled_forward(day, "SEGMENT", ttc.span(day))["currencies"]["USD"]["identity"]
    # Open on 1 March: D 800, E 1,000, F 600. Then G 500, overpaid by 50.
    assert identity == {
        "opening": Decimal(2400),
        "billed": Decimal(500),
        "paid": Decimal(1750),
        "credited": Decimal(100),
        "written_off": Decimal(100),
        "overpaid": Decimal(50),
        "closing": Decimal(1000),
        "gap": Decimal(0),
        "ok": True,
    }


def test_the_identity_holds_in_every_week_and_for_every_arm(day: Day) -> None:
    weeks = fridays(date(2025, 12, 1), END)
    for scope in ("ALL", "SEGMENT", "CONTROL"):
        totals = day.metric("roll_forward_totals", customers=scope, weeks=weeks).rows
        assert not any(row["gap"] for row in totals)
        matrix = day.metric("roll_forward", customers=scope, weeks=weeks).rows
        for row in totals:
            own = [
                cell["amount"]
                for cell in matrix
                if (cell["week_end"], cell["currency"]) == (row["week_end"], row["currency"])
            ]
            assert sum(own) == row["opening"]


def test_a_cell_opens_its_invoices(day: Day) -> None:
    rows = day.metric("rolled_forward_invoices", customers="SEGMENT", weeks=ttc.span(day)).rows
    assert [r["invoice_id"] for r in ttc.behind(rows, "USD", "current", "collected")] == ["E"]
    assert [r["invoice_id"] for r in ttc.behind(rows, "USD", "1-30", "31-60")] == ["D"]
    assert ttc.behind(rows, "EUR", "1-30", "31-60") == []
    row = ttc.rolled_forward(day, "SEGMENT", ttc.span(day))["currencies"]["USD"]["rows"][0]
    assert ttc.first_cell(row) == "1-30", "what got older is looked at first"


# --- by invoice month ----------------------------------------------------------------------


def test_a_month_s_share_is_of_its_value_and_blank_until_it_is_old_enough(day: Day) -> None:
    months = {
        row["month"]: row
        for row in ttc.cohort_matrix(ttc.collected_by_month(day, "SEGMENT").rows, "USD")
    }
    # December: A (100) came in after 36 days, B (200) after 30.
    december = months[date(2025, 12, 1)]
    assert (december["n"], december["billed"]) == (2, Decimal(300))
    assert [december[f"day_{age}"] for age in ttc.AGES] == pytest.approx([0, 2 / 3, 1, 1, 1])
    # January: C (400) after 30 days, D 300 of 800 after 44; day 60 of its last day is 1 April.
    january = months[date(2026, 1, 1)]
    assert [january[f"day_{age}"] for age in ttc.AGES[:3]] == pytest.approx([0, 400 / 1200, 7 / 12])
    assert (january["day_60"], january["day_90"]) == (None, None)
    # March: G was paid after ten days, more than it was: never above its value, and not mature.
    assert months[date(2026, 3, 1)]["day_15"] is None


def test_curves_are_the_pilot_s_from_the_first_whole_month_after_go_live(
    pilot: Pilot, day: Day
) -> None:
    rows = ttc.collected_by_month(day, "SEGMENT").rows
    points = ttc.cohort_curves(rows, "USD", pilot.settings)
    assert {point["month"]: point["is_pilot"] for point in points} == {
        date(2025, 12, 1): False,
        date(2026, 1, 1): False,
        date(2026, 2, 1): True,
    }
    assert max(p["age_days"] for p in points if p["month"] == date(2026, 2, 1)) == 30


# --- promises ------------------------------------------------------------------------------


def test_what_came_of_each_promise(day: Day) -> None:
    rows = day.metric("promises_judged").rows
    assert [(r["invoice_ids"], r["state"], r["amount"], r["paid"]) for r in rows] == [
        ("A", "kept", Decimal(100), Decimal(100)),
        ("C", "broken", Decimal(400), Decimal(0)),
        ("D", "partly", Decimal(800), Decimal(300)),
        ("E", "renegotiated", Decimal(1000), Decimal(0)),
        ("E", "partly", Decimal(1000), Decimal(900)),
        ("F", "cancelled", Decimal(0), Decimal(0)),
        ("D", "pending", Decimal(400), Decimal(0)),
    ]


def test_the_rate_counts_mature_promises_alone(day: Day) -> None:
    rows = ttc.promises_by_week(day, "SEGMENT").rows
    kept = ttc.promises_kept(rows, "USD")
    assert (kept["kept"], kept["n"], kept["pending"], kept["cancelled"]) == (1, 5, 1, 1)
    # By money: 100 + 300 + 900 of 100 + 400 + 800 + 1,000 + 1,000.
    assert (kept["came_in"], kept["promised"]) == (Decimal(1300), Decimal(3300))
    weeks = ttc.promise_weeks(rows, "USD", END)
    assert [week["week"] for week in weeks if not week["is_mature"]] == [date(2026, 4, 10)]
    assert ttc.promises_kept([], "USD")["rate"] is None


# --- little to go by -----------------------------------------------------------------------


def test_one_invoice_alone_is_no_trouble(tmp_path: Path) -> None:
    one = """
    customers.csv
    customer_id | name | tier
    c1          | Acme | mid

    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount | currency
    A          | c1          | 2026-01-15 | 2026-02-14 | 100.00 | USD
"""
    pilot = draw(tmp_path / "pilot", one, SETTINGS)
    with pilot.day() as day:
        (group,) = ttc.still_open(day, pilot.settings, 90)
        assert (group["n"], group["ci95"], group["rmst"]) == (1, None, 30.0)
        found = ttc.cohorts(day, "SEGMENT")["currencies"]["USD"]
    (row,) = found["roll_forward"]["rows"]
    assert (row["bucket"], row["cells"]["31-60"]["share"]) == ("1-30", 1.0)
    assert found["promises"]["n"] == 0
