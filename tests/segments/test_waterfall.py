"""The waterfall adds up: on the demo, and on any book at all."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline.pilot import Pilot
from pipeline.segments import choose
from pipeline.segments.waterfall import STEPS, waterfall
from tests.drawn import draw
from tests.effort import a_book_each

REPOSITORY = Path(__file__).resolve().parents[2]
ZERO = Decimal(0)


def adds_up(steps: list[dict[str, Any]]) -> None:
    """First = the steps taken off + last, in invoices, in each currency and in reporting money."""
    first, *taken, last = steps
    assert [step["step"] for step in steps] == ["all open", *STEPS, "eligible"]
    assert first["n"] == sum(step["n"] for step in taken) + last["n"]
    for currency, amount in first["amounts"].items():
        off = sum((step["amounts"].get(currency, ZERO) for step in taken), ZERO)
        assert amount == off + last["amounts"][currency]
    if first["reporting"] is not None:
        off = sum((step["reporting"] for step in taken), ZERO)
        assert first["reporting"] == off + last["reporting"]
    assert all(step["n"] >= 0 for step in steps)


def test_every_waterfall_of_the_demo_adds_up_to_the_open_book() -> None:
    pilot = Pilot.open(REPOSITORY / "data" / "demo")
    with pilot.day() as day:
        found = choose(day, pilot.settings)
        open_now = day.table("open_invoices")
    for each in found["candidates"]:
        adds_up(each["waterfall"])
    adds_up(found["waterfall"])
    whole = found["waterfall"][0]
    assert whole["n"] == len(open_now)
    for currency, amount in whole["amounts"].items():
        rows = [row["open_amount"] for row in open_now if row["currency"] == currency]
        assert amount == sum(rows, ZERO)


invoice = st.tuples(
    st.integers(0, 14),
    st.integers(0, 270),
    st.integers(1, 9_999_99),
    st.sampled_from(("USD", "EUR", "GBP")),
    st.sampled_from(("NET30", "NET30", "NET45", "")),
    st.booleans(),
)
customer = st.tuples(
    st.sampled_from(("mid", "smb", "")), st.sampled_from(("P-1", "P-2", "")), st.booleans()
)


@a_book_each
@given(st.lists(invoice, min_size=1, max_size=40), st.lists(customer, min_size=15, max_size=15))
def test_the_waterfall_of_any_book_adds_up(invoices: list[Any], customers: list[Any]) -> None:
    bills = [
        f"I{n} | c{who} | {date(2025, 6, 1) + timedelta(day)} | {Decimal(cents) / 100} | {code} | "
        f"{terms} | {str(flag).lower()}"
        for n, (who, day, cents, code, terms, flag) in enumerate(invoices)
    ]
    masters = [
        f"c{n} | c{n} | {tier} | NET30 | {owner}" for n, (tier, owner, _) in enumerate(customers)
    ]
    text = "\n".join(
        [
            *("invoices.csv", "invoice_id|customer_id|issued_on|amount|currency|terms|disputed"),
            *bills,
            *("", "customers.csv", "customer_id | name | tier | terms | owner_id", *masters),
            *("", "people.csv", "person_id | name | email | active"),
            *("P-1 | Ana | ana@we.example | true", "P-2 | Bo | bo@we.example | false"),
        ]
    )
    toml = '[pilot]\ncurrency = "USD"\nas_of = 2026-03-31\n[rates]\nEUR = 1.137\nGBP = 1.2713\n'
    with TemporaryDirectory() as folder:
        pilot = draw(Path(folder) / "pilot", text, toml)
        with pilot.day() as day:
            window = [(False, date(2025, 6, 1), date(2025, 12, 1), date(2025, 12, 1))]
            rows = day.metric("segment_waterfall", windows=window).rows
            for name in {(row["trait"], row["member_of"]) for row in rows}:
                adds_up(waterfall(day, [r for r in rows if (r["trait"], r["member_of"]) == name]))
