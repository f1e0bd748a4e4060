"""The case for people who read it in a terminal: the claim first, then what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from pipeline.drafting.tokens import money_text
from pipeline.roi.inputs import plain

Result = dict[str, Any]
_LINES = {
    "labour": "labour put to use",
    "financing": "financing saved",
    "setup": "set-up, once",
    "tool": "running cost",
    "model": "model",
    "owner": "owner's time",
    "net": "first-year net",
}


def told(found: Result) -> Iterator[str]:
    """The result of `roi` in plain lines."""
    currency = found["currency"]
    yield found["sentence"]
    yield from _forms(found)
    yield "First year"
    for name, label in _LINES.items():
        yield f"  {label:<20} {money_text(found['first_year'][name], currency):>16}"
    yield from _beside(found, currency)
    yield "Inputs (low, base, high)"
    for given in found["inputs"]:
        ends = ", ".join(number(given[end]) for end in ("low", "base", "high"))
        yield f"  {given['name']:<26} {ends:<28} {_origin(given)}"
    yield "What moves the net most"
    for swing in found["tornado"][:6]:
        ends = " to ".join(money_text(swing[f"net_at_{end}"], currency) for end in ("low", "high"))
        yield f"  {swing['label']:<32} {ends}"
    for warning in found["warnings"]:
        yield f"Note: {warning}"


def _forms(found: Result) -> Iterator[str]:
    article, corrected = found["article"], found["corrected"]
    yield f"Article form    {article['hours_per_cycle']:8.2f} h a cycle by hand"
    yield (
        f"Corrected form  {corrected['hours_before']:8.2f} h a cycle by hand, "
        f"{corrected['hours_after']:.2f} h with drafts, "
        f"{corrected['hours_saved_per_month']:.2f} h saved a month"
    )
    yield f"  {found['why_they_differ']}"


def _beside(found: Result, currency: str) -> Iterator[str]:
    months = found["payback_months"]
    yield "Payback: " + ("never at this rate" if months is None else f"{months:.1f} months")
    cash = money_text(found["cash"]["released_once"], currency)
    yield f"Cash released once: {cash} (in no sum above; its yearly financing is)"
    if found["cost_per_follow_up"] is not None:
        cost = money_text(found["cost_per_follow_up"], currency)
        yield f"Cost per follow-up, people included: {cost}"
    yield f"Break-even: {found['break_even']['dso_sentence']}"
    yield f"            {found['break_even']['override_sentence']}"
    for name, case in found["cases"].items():
        yield f"  {name:<10} {money_text(case['first_year_net'], currency):>16}"
    yield f"  {found['confidence']['share_above_zero']:.0%} of draws do not lose money"


def number(value: Decimal | float) -> str:
    """A number as briefly as it can be said: 6478863.95, 0.25, 18."""
    return plain(Decimal(str(value)).quantize(Decimal("0.0001")))


def _origin(given: Result) -> str:
    parts = [
        given["tag"],
        given["source"],
        given["dated"],
        given["grade"] and f"({given['grade']})",
    ]
    return " · ".join(part for part in parts if part)
