"""From everything open to what a pilot may handle, step by step; the steps add up to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from pipeline.figures import reporting_total
from pipeline.warehouse.day import Day, Row

#: In the order in which they are taken off; the rest is eligible.
STEPS = ("top ten", "disputed", "unclear terms", "stale owner", "chronic")
Result = dict[str, Any]
ZERO = Decimal(0)


def waterfall(day: Day, rows: Sequence[Row]) -> list[Result]:
    """One candidate's rows of `segment_waterfall` as steps: all open, minus each, eligible.

    A step holds `n`, its amounts by currency, and `reporting` at the constant rates. What remains
    is converted and rounded after each step, and a step is the difference: so reporting amounts add
    up as exactly as the currencies do.
    """
    left = dict.fromkeys(sorted({row["currency"] for row in rows}), ZERO)
    for row in rows:
        left[row["currency"]] += row["amount"]
    n = sum(row["n"] for row in rows)
    found = [_level("all open", n, left, day)]
    for step in STEPS:
        taken = [row for row in rows if row["step"] == step]
        before = reporting_total(day, left)["total"]
        amounts = {row["currency"]: row["amount"] for row in taken}
        left = {name: amount - amounts.get(name, ZERO) for name, amount in left.items()}
        off = sum(row["n"] for row in taken)
        n -= off
        after = reporting_total(day, left)["total"]
        share = None if before is None or after is None else before - after
        found.append({"step": step, "n": off, "amounts": amounts, "reporting": share})
    return [*found, _level("eligible", n, left, day)]


def _level(step: str, n: int, amounts: dict[str, Decimal], day: Day) -> Result:
    total = reporting_total(day, amounts)["total"]
    return {"step": step, "n": n, "amounts": amounts, "reporting": total}
