"""Any ledger at all: what the bridge, the rolls and the ages say ties to plain loops over it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.proving.bridge import between, sides
from pipeline.warehouse.day import Day, Flavour
from tests.books.test_any_ledger import FLAVOURS, Document, aged, documents, written
from tests.drawn import seen

FIRST = date(2025, 12, 20)
spans = st.tuples(st.integers(0, 120), st.integers(1, 95)).map(
    lambda drawn: (
        FIRST + timedelta(days=drawn[0]),
        FIRST + timedelta(days=drawn[0] + drawn[1]),
    )
)
Span = tuple[date, date]


@settings(
    max_examples=5,
    # Each example builds books: shrinking one by hand is quicker than a thousand builds.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(ledger=documents(), span=spans)
def test_every_sum_on_the_way_to_cash_ties_to_plain_loops(
    tmp_path_factory: pytest.TempPathFactory, ledger: tuple[Document, ...], span: Span
) -> None:
    pilot = written(tmp_path_factory.mktemp("any"), ledger)
    with seen(pilot, span[1] + timedelta(days=200)) as day:
        for flavour in FLAVOURS:
            check_rolls(ledger, day, flavour, span)
            check_ages(ledger, day, flavour, span)
        check_bridge(ledger, day, span)


def open_on(ledger: tuple[Document, ...], on: date, flavour: Flavour, currency: str) -> Decimal:
    return sum(
        (amount for (name, _), amount in aged(ledger, on, flavour).items() if name == currency),
        Decimal(0),
    )


def check_rolls(ledger: tuple[Document, ...], day: Day, flavour: Flavour, span: Span) -> None:
    start, end = span
    for row in day.metric("roll_forward_totals", flavour=flavour, weeks=[span]).rows:
        own = [d for d in ledger if d.currency == row["currency"] and not d.is_credit]
        assert row["gap"] == 0
        assert row["opening"] == open_on(ledger, start, flavour, row["currency"])
        assert row["closing"] == open_on(ledger, end, flavour, row["currency"])
        billed = [d.amount for d in own if start < d.start(flavour) <= end]
        assert row["billed"] == sum(billed, Decimal(0))
    still: dict[tuple[str, str], Decimal] = {}
    for cell in day.metric("roll_forward", flavour=flavour, weeks=[span]).rows:
        assert cell["amount"] > 0
        place = cell["currency"], cell["from_bucket"]
        still[place] = still.get(place, Decimal(0)) + cell["amount"]
    assert still == aged(ledger, start, flavour), "every row is what was open"
    for row in day.metric("rolled_forward_invoices", flavour=flavour, weeks=[span]).rows:
        (own_one,) = (d for d in ledger if d.name == row["invoice_id"])
        was, left = own_one.balance(start, flavour), own_one.balance(end, flavour)
        assert row["still_open"] == min(was, left)
        parts = [row[name] for name in ("still_open", "collected", "credited", "written_off")]
        assert min(parts) >= 0
        assert sum(parts) == row["open_at_start"] == was


def check_ages(ledger: tuple[Document, ...], day: Day, flavour: Flavour, span: Span) -> None:
    weeks = [(on - timedelta(days=7), on) for on in span]
    rows = day.metric("aging_weeks", flavour=flavour, weeks=weeks).rows
    for on in span:
        found = {(r["currency"], r["bucket"]): r["amount"] for r in rows if r["week_end"] == on}
        assert found == aged(ledger, on, flavour)


def check_bridge(ledger: tuple[Document, ...], day: Day, span: Span) -> None:
    cells = day.metric("bridge_cells", weeks=sides(span)).rows
    for currency in {row["currency"] for row in cells}:
        own = [row for row in cells if row["currency"] == currency]
        for is_after, on in enumerate(span):
            side = [row for row in own if row["is_after"] == bool(is_after)]
            assert {row["on_day"] for row in side} <= {on}
            total = sum((row["open_amount"] for row in side), Decimal(0))
            assert total == open_on(ledger, on, "restated", currency)
        recent = [row for row in own if row["is_recent"] and row["billed"]]
        if {row["is_after"] for row in recent} == {False, True}:
            found = between(own, currency)
            for unit, end in (("money", "ar"), ("days", "dso")):
                changed = found.after[end] - found.before[end]
                assert sum(step[unit] for step in found.steps) == changed
