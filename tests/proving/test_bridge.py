"""Where the days went: a published example, steps that are told apart, sums that always hold."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import CountbackError, WrongCall
from pipeline.pilot import Pilot
from pipeline.proving.bridge import STEPS, Bridge, between, dso_bridge
from pipeline.proving.bridge_rows import behind_bar
from tests.drawn import Draw

SETTINGS = """
    [pilot]
    currency = "USD"
    started_on = 2026-01-01
    as_of = 2026-03-31

    [segment]
    where = "tier = 'mid'"
    [control]
    where = "tier = 'smb'"
"""
#: Day 29 and day 89 of that pilot.
BEFORE, AFTER = date(2026, 1, 30), date(2026, 3, 31)


def cell(
    billed: object,
    open_amount: object,
    place: int = 4,
    *,
    after: bool = False,
    named: str = "mid other",
    earlier: int | None = None,
    recent: bool = True,
    disputed: object = 0,
    credited: object = 0,
) -> dict[str, Any]:
    return {
        "is_after": after,
        "customer_class": named,
        "place": place,
        "earlier_place": place if earlier is None else earlier,
        "is_recent": recent,
        "billed": Decimal(str(billed)),
        "open_amount": Decimal(str(open_amount)),
        "disputed": Decimal(str(disputed)),
        "credited": Decimal(str(credited)),
    }


def money(bridge: Bridge) -> dict[str, Decimal]:
    return {step["name"]: step["money"] for step in bridge.steps if step["money"]}


def test_the_published_example_moves_dso_though_nobody_pays_differently(shared: Path) -> None:
    """Brigham and Ehrhardt, chapter 27: sales in months 1-6, 70%, 20%, 0% uncollected."""
    rows = json.loads((shared / "oracles" / "published_examples.json").read_text())
    known = {row["id"]: row for row in rows}
    sales = known["D15"]["inputs"]["sales"]
    uncollected = ("0.7", "0.2", "0")
    cells = [
        cell(amount, Decimal(amount) * Decimal(share), age, after=after)
        for after, months in ((False, sales[:3]), (True, sales[3:]))
        for age, (amount, share) in enumerate(zip(months[::-1], uncollected, strict=True), 3)
    ]
    found = between(cells, days=known["D18"]["inputs"]["days"])
    assert (found.before["ar"], found.after["ar"]) == (
        known["D15"]["published"],
        known["D23"]["published"],
    )
    for end, published in ((found.before, known["D19"]), (found.after, known["D20"])):
        assert float(end["dso"]) == pytest.approx(published["published"], abs=published["tol"])
    assert money(found) == {"billing volume and timing": Decimal(-140)}
    assert {step["name"]: step["days"] for step in found.steps} == {
        **dict.fromkeys(STEPS, Decimal(0)),
        "billing volume and timing": Decimal("-21.23"),  # 140 of 600 in 91 days
        "rest": Decimal("-0.01"),  # 16.68 - 37.92: both ends are rounded, and that is shown
    }


def test_paying_sooner_at_the_same_billings_is_behaviour_alone() -> None:
    found = between([cell(900, 450), cell(900, 300, after=True)])
    assert money(found) == {"payment behaviour": Decimal(-150)}
    assert found.steps[0]["days"] == Decimal("-15.00")  # 150 of 10 a day


def test_twice_the_billings_make_twice_the_money_and_no_day() -> None:
    found = between([cell(900, 450), cell(1800, 900, after=True)])
    assert money(found) == {"billing volume and timing": Decimal(450)}
    assert {step["days"] for step in found.steps} == {Decimal(0)}


def test_what_is_disputed_or_credited_is_no_behaviour() -> None:
    # Of 1,000: 300 open before and after; then 100 of them disputed. Nobody pays otherwise.
    disputed = [cell(1000, 300), cell(1000, 400, after=True, disputed=100)]
    assert money(between(disputed)) == {"disputes": Decimal(100)}
    credited = [cell(1000, 300), cell(1000, 200, after=True, credited=100)]
    assert money(between(credited)) == {"credits and write-offs": Decimal(-100)}


def test_a_shift_to_slow_customers_is_mix() -> None:
    # Fast owe 10%, slow 50%. 500 each, then 200 and 800: 80 + 20 - 250 - 50 = 120 more.
    cells = [
        cell(500, 50, named="fast"),
        cell(500, 250, named="slow"),
        cell(200, 20, named="fast", after=True),
        cell(800, 400, named="slow", after=True),
    ]
    assert money(between(cells)) == {"customer mix": Decimal(120)}


def test_longer_terms_of_the_same_customers_are_terms() -> None:
    # Not yet due all of it is open, a week late a fifth. On the earlier terms it would be late.
    cells = [
        cell(500, 500, 2),
        cell(500, 100, 3),
        cell(800, 800, 2, after=True, earlier=3),
        cell(200, 200, 2, after=True),
    ]
    # 800 x (1 - 0.2) stay open by the terms; 300 fewer would be undue: -300 x 0.8 is timing.
    assert money(between(cells)) == {
        "terms": Decimal(640),
        "billing volume and timing": Decimal(-240),
    }


def test_a_class_with_cells_but_no_money_moves_nothing() -> None:
    cells = [cell(900, 450), cell(900, 450, after=True), cell(0, 0, named="new", after=True)]
    assert money(between(cells)) == {}


amounts = st.decimals("0", "99999", places=2)


@st.composite
def ledgers(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Cells of two days; something was billed lately before either."""
    cells = [cell(draw(st.integers(1, 9999)), 0, after=after) for after in (False, True)]
    for _ in range(draw(st.integers(0, 12))):
        billed = draw(amounts)
        open_amount = draw(st.decimals(0, billed, places=2))
        cells.append(
            cell(
                billed,
                open_amount,
                draw(st.integers(1, 12)),
                after=draw(st.booleans()),
                named=draw(st.sampled_from(["large", "other", "new"])),
                earlier=draw(st.integers(1, 11)),
                recent=draw(st.booleans()),
                disputed=draw(st.decimals(0, open_amount, places=2)),
                credited=draw(st.decimals(0, billed - open_amount, places=2)),
            )
        )
    # What is open and was never billed: a reversal before its invoice.
    cells.append(cell(0, draw(amounts), 12, after=draw(st.booleans())))
    return cells


@given(ledgers())
def test_any_ledger_s_steps_add_up_to_the_cent_and_to_a_hundredth_of_a_day(
    cells: list[dict[str, Any]],
) -> None:
    found = between(cells)
    changed = {name: found.after[name] - found.before[name] for name in ("ar", "dso")}
    assert sum(step["money"] for step in found.steps) == changed["ar"]
    assert sum(step["days"] for step in found.steps) == changed["dso"]
    # The rest is what was never billed, and cents of rounding; it hides nothing else.
    never = sum(c["open_amount"] * (1 if c["is_after"] else -1) for c in cells if c["place"] == 12)
    assert abs(found.steps[-1]["money"] - never) <= Decimal("0.04")


def test_without_billings_there_is_no_dso_to_bridge() -> None:
    with pytest.raises(ValueError, match="nothing was billed"):
        between([cell(900, 450), cell(900, 450, after=True, recent=False)])


# --- on a drawn pilot ----------------------------------------------------------------------


def _books() -> str:
    """A customer billed monthly, ten days late, on longer terms from February; and a new one."""
    invoices, paid = [], []
    for number in range(16):
        on = date(2024, 12, 10) + timedelta(days=30 * number)
        due = on + timedelta(days=60 if on > BEFORE else 30)
        invoices.append(f"A{number} | c1 | {on} | {due} | 1000.00 | USD")
        if due + timedelta(days=10) <= AFTER:
            paid.append(f"p{number} | A{number} | cash | {due + timedelta(days=10)} | 1000.00")
    invoices.append("N1 | c2 | 2026-03-20 | 2026-04-19 | 500.00 | USD")
    tables = (
        ("customers.csv", "customer_id | name | tier", "c1 | Acme | mid", "c2 | Nova | mid"),
        ("invoices.csv", "invoice_id | customer_id | issued_on | due_on | amount | currency"),
        ("applications.csv", "application_id | invoice_id | kind | effective_on | amount"),
    )
    rows = ((), invoices, paid)
    return "\n\n".join("\n".join((*head, *more)) for head, more in zip(tables, rows, strict=True))


def test_a_pilot_s_bridge_tells_terms_from_behaviour(drawn: Draw) -> None:
    pilot = drawn(_books(), SETTINGS)
    with pilot.day() as day:
        found = dso_bridge(day, pilot.settings)
    assert (found["before_on"], found["after_on"]) == (BEFORE, AFTER)
    bridge = found["arms"]["pilot"]["USD"]
    steps = {step["name"]: step["money"] for step in bridge["steps"]}
    # On 30 January only A13 (due 3 February) is open; on 31 March A14 and A15, which on the earlier
    # terms would have been paid or just due, and Nova's.
    assert (bridge["before"]["ar"], bridge["after"]["ar"]) == (Decimal(1000), Decimal(2500))
    assert steps["payment behaviour"] == 0
    assert steps["terms"] > 0
    assert sum(steps.values()) == Decimal(1500)
    assert bridge["cash_share"] == 1.0
    # A13, A14, A15 and Nova's 500 were billed in the last 90 days: 90 x 1,000 / 3,500.
    assert bridge["largest_open"]["amount"] == Decimal(1000)
    assert bridge["largest_open"]["days"] == 25.71
    assert found["arms"]["control"] == {}


def test_what_keeps_a_bridge_from_being_drawn_is_said(drawn: Draw) -> None:
    pilot = drawn(_books(), SETTINGS)
    with pilot.day() as day:
        with pytest.raises(WrongCall, match="60, 90 and 120 only"):
            dso_bridge(day, pilot.settings, 45)
        with pytest.raises(CountbackError, match="2026-04-30"):
            dso_bridge(day, pilot.settings, 120)
    with pilot.day(date(2026, 2, 1)) as day, pytest.raises(CountbackError, match="No read-out"):
        dso_bridge(day, pilot.settings)
    text = (pilot.folder / "pilot.toml").read_text()
    (pilot.folder / "pilot.toml").write_text(text.replace("started_on = 2026-01-01", ""))
    blank = Pilot.open(pilot.folder)
    with blank.day() as day, pytest.raises(WrongCall, match="started_on"):
        dso_bridge(day, blank.settings)


def test_a_bar_names_the_invoices_that_it_came_of() -> None:
    def row(name: str, before: int, after: int, **more: int) -> dict[str, Any]:
        disputed = {"disputed_before": 0, "disputed_after": 0, "longer_terms": 0}
        return {
            "currency": "USD", "invoice_id": name, "open_before": before, "open_after": after,
            **disputed, **more,
        }  # fmt: skip

    rows = [
        row("kept", 10, 10),
        row("paid", 10, 0),
        row("new", 0, 10),
        row("quarrel", 10, 10, disputed_after=4),
        row("later", 10, 10, longer_terms=15),
        {**row("abroad", 10, 0), "currency": "EUR"},
    ]
    named = {
        bar: [one["invoice_id"] for one in behind_bar(rows, bar, "USD")]
        for bar in ("before", *STEPS, "after")
    }
    assert named == {
        "before": ["kept", "paid", "quarrel", "later"],
        "payment behaviour": ["paid", "new"],
        "disputes": ["quarrel"],
        "credits and write-offs": ["paid"],
        "billing volume and timing": ["new"],
        "customer mix": ["new"],
        "terms": ["later"],
        "FX": [],
        "rest": [],
        "after": ["kept", "new", "quarrel", "later"],
    }
