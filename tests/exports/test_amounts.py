"""Amounts as reports write them: what is one, and what only looks like one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipeline.exports.amounts import amount


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("USD 12.50", "12.50"),
        ("12.50 eur", "12.50"),
        ("EUR-5", "-5"),
        ("USD -5.00", "-5"),
        ("(1,200.00)", "-1200.00"),
        ("12-", "-12"),
        ("5.00 Cr", "-5.00"),
    ],
)
def test_a_currencys_code_and_every_minus_are_read(text: str, value: str) -> None:
    assert amount(text, ".") == Decimal(value)


@pytest.mark.parametrize("text", ["INV-001", "INV 12", "12.50 INV", "PO-77", "SO.5", "Q1 2026"])
def test_a_documents_number_is_no_amount(text: str) -> None:
    assert amount(text, ".") is None
