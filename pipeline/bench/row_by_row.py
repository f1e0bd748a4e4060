"""An aging as of a day the way many reports do it: invoice by invoice, over its movements.

Exact, plain Python, nothing checked; and of all the figures only this one.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.bench.measuring import Measured
from pipeline.bench.span import AS_OF

Movements = dict[str, list[tuple[date, Decimal]]]


def measure(measured: Measured, folder: Path) -> None:
    """Reading both files, then the aging."""
    exports = folder / "exports"
    with measured.lap("read"):
        invoices, movements = _read(exports)
    with measured.lap("figures"):
        measured.figures = {"aging": _aging(invoices, movements)}
    measured.add_up()


def _read(exports: Path) -> tuple[list[dict[str, str]], Movements]:
    with (exports / "invoices.csv").open(encoding="utf-8", newline="") as lines:
        invoices = list(csv.DictReader(lines))
    movements: Movements = defaultdict(list)
    with (exports / "applications.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            paid = (date.fromisoformat(row["effective_on"]), Decimal(row["amount"]))
            movements[row["invoice_id"]].append(paid)
    return invoices, movements


def _aging(invoices: list[dict[str, str]], movements: Movements) -> dict[str, list[Any]]:
    found: dict[str, tuple[Decimal, int]] = {}
    for row in invoices:
        if date.fromisoformat(row["issued_on"]) > AS_OF:
            continue
        balance = Decimal(row["amount"])
        for day, amount in movements.get(row["invoice_id"], ()):
            if day <= AS_OF:
                balance -= amount
        if balance > 0:
            name = _bucket((AS_OF - date.fromisoformat(row["due_on"])).days)
            amount, n = found.get(name, (Decimal(0), 0))
            found[name] = (amount + balance, n + 1)
    return {name: [f"{amount:.2f}", n] for name, (amount, n) in found.items()}


def _bucket(days: int) -> str:
    if days <= 0:
        return "current"
    if days <= 30:
        return "1-30"
    if days <= 60:
        return "31-60"
    return "61-90" if days <= 90 else "91+"
