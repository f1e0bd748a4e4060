"""What is kept between clicks: the same for the same, and never anybody else's."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pages.parts.tables import SHOWN, laid_out
from pipeline import charts


def buckets(current: str) -> dict[str, dict[str, object]]:
    return {
        name: {"amount": Decimal(current if name == "current" else "1.00"), "n": 1}
        for name in ("current", "1-30", "31-60", "61-90", "91+", "no_due_date")
    }


def test_the_same_figures_are_one_drawing_and_others_another() -> None:
    first = charts.aging(buckets("100.00"), "USD")
    assert charts.aging(buckets("100.00"), "USD") is first
    assert charts.aging(buckets("100.01"), "USD") is not first
    assert charts.aging(buckets("100.00"), "EUR") is not first


def test_rows_of_a_metric_arelaid_out_once_and_by_their_columns() -> None:
    rows = tuple({"day": date(2026, 3, n % 28 + 1), "n": n} for n in range(SHOWN + 5))
    first = laid_out(rows, ("day", "n"))
    assert laid_out(rows, ("day", "n")) is first
    assert laid_out(tuple(dict(row) for row in rows), ("day", "n")) is not first
    alone = laid_out(rows, ("n",))
    assert alone.column_names == ["n"]  # type: ignore[attr-defined]
    assert alone.num_rows == SHOWN  # type: ignore[attr-defined]
