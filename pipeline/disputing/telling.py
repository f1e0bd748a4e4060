"""The disputes board as lines to read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.disputing.board import STAGES


def told(found: dict[str, Any]) -> Iterator[str]:
    """Column by column, one line a dispute."""
    if not found["disputes"]:
        yield "Nothing is in dispute, and nothing was in the last thirty days."
    for stage, title in STAGES.items():
        cards = [one for one in found["disputes"] if one["stage"] == stage]
        if cards:
            yield f"{title}: {len(cards)}"
            yield from (f"  {_line(one)}" for one in cards)
    for currency, part in found["currencies"].items():
        yield (
            f"Open disputes in {currency}: {part['disputed']:,.2f} disputed, "
            f"{part['undisputed']:,.2f} of the same invoices not disputed"
        )


def _line(one: dict[str, Any]) -> str:
    who = one["owner"] or (f"asked: {one['asked']}" if one["asked"] else "nobody asked")
    late = ", late" if one["is_late"] and not one["owner"] else ""
    money = f"{one['disputed_amount']:,.2f} {one['currency']}"
    return (
        f"{one['invoice_id']} ({one['customer']}), {money}, "
        f"{one['reason']}, {who}, {one['business_hours']:.1f} business hours "
        f"({one['clock_hours']:.1f} by the clock){late}"
    )
