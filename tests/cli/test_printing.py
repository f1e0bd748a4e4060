"""Money, days and unknowns as the command line writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.printing import as_json, lines, money, plain_data


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("60000", "USD", "60000.00"),
        ("5119.850", None, "5119.85"),
        ("-50", "EUR", "-50.00"),
        ("105.882", "EUR", "105.88"),
        ("105.885", "USD", "105.89"),
        ("60000.0004", "USD", "60000.00"),
        ("-0.001", "USD", "0.00"),
        ("1.5", "KWD", "1.500"),
        ("1.2345", "BHD", "1.235"),
        ("100000000000000.01", "USD", "100000000000000.01"),
    ],
)
def test_money_has_its_currencys_cents(amount: str, currency: str | None, text: str) -> None:
    assert money(Decimal(amount), currency) == text


def test_amounts_take_the_currency_that_stands_beside_or_above_them() -> None:
    half = Decimal("0.5")
    assert plain_data({"currencies": {"KWD": {"total": half}, "USD": {"total": half}}}) == {
        "currencies": {"KWD": {"total": "0.500"}, "USD": {"total": "0.50"}}
    }
    assert plain_data([{"currency": "JOD", "books": half}, {"currency": "USD", "books": half}]) == [
        {"currency": "JOD", "books": "0.500"},
        {"currency": "USD", "books": "0.50"},
    ]


def test_days_are_iso_and_unknown_is_null() -> None:
    assert as_json({"day": date(2026, 3, 31), "at": datetime(2026, 3, 31, 9, tzinfo=UTC)}) == (
        '{"day": "2026-03-31", "at": "2026-03-31T09:00:00+00:00"}'
    )
    assert as_json({"dso": None, "set": frozenset({1}), "path": Path("a/b")}) == (
        '{"dso": null, "set": [1], "path": "a/b"}'
    )


def test_what_is_no_json_is_never_printed_as_if_it_were() -> None:
    with pytest.raises(ValueError, match="JSON"):
        as_json({"rate": float("nan")})


def test_for_people_a_figure_stands_on_its_own_line() -> None:
    shown = list(
        lines({"total": Decimal("1.5"), "dso": None, "files": [{"file": "a.csv"}], "x": []})
    )
    assert shown == ["total: 1.50", "dso: unknown", "files", "  - file a.csv", "x: none"]
