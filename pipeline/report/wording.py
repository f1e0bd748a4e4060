"""How every value of a readout reads: the one place where its numbers become text.

Money is exact, to the cent; days, minutes and hours have one decimal; shares are whole percent.
A value that is not known is a dash, never nought.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pipeline.drafting.tokens import day_text, money_text
from pipeline.report.shapes import Cell

UNKNOWN = Cell("–")
MINUS = "\N{MINUS SIGN}"


def true_minus(text: str) -> str:
    """A number's text with a minus as wide as its plus; the value in a spreadsheet stays one."""
    return text.replace("-", MINUS)


def words(text: object) -> Cell:
    """Text as it is; nothing is counted in it."""
    return Cell(str(text))


def money(amount: Decimal | None, currency: str) -> Cell:
    """An exact amount with its currency; in a spreadsheet the currency is in the format."""
    if amount is None:
        return UNKNOWN
    text = money_text(amount, currency)
    _, point, cents = text.partition(".")
    form = f"#,##0{point}{'0' * len(cents)}"
    return Cell(true_minus(text), amount, f'"{currency}" {form};"{MINUS}{currency}" {form}')


def days(value: float | None, *, signed: bool = False) -> Cell:
    """Days with one decimal."""
    if value is None:
        return UNKNOWN
    # A rounded nought has no sign: −0.0 days would be read as a gain.
    sign = "+" if signed and round(value, 1) else ""
    form = f'+0.0" days";"{MINUS}"0.0" days";0.0" days"' if signed else '0.0" days"'
    return Cell(f"{_one(value, sign)} days", value, form)


def minutes(value: float | None) -> Cell:
    """Minutes with one decimal."""
    return UNKNOWN if value is None else Cell(f"{_one(value)} min", value, '0.0" min"')


def hours(value: float | None) -> Cell:
    """Hours with one decimal."""
    return UNKNOWN if value is None else Cell(f"{_one(value)} h", value, '0.0" h"')


def share(value: float | None) -> Cell:
    """A share in whole percent."""
    return UNKNOWN if value is None else Cell(f"{value:.0%}", value, "0%")


def count(n: int | None) -> Cell:
    """How many."""
    return UNKNOWN if n is None else Cell(f"{n:,}", n, "#,##0")


def number(value: float) -> Cell:
    """An input of any unit, with as many decimals as it was given."""
    return Cell(true_minus(f"{value:,.10g}"), value, "General")


def on(day: date | None) -> Cell:
    """12 May 2026."""
    return UNKNOWN if day is None else Cell(day_text(day), day, "d mmm yyyy")


def between_days(low: float | None, high: float | None) -> str:
    """An interval of days in words: `1.7 days sooner to 1.6 days later`."""
    if low is None or high is None:
        return UNKNOWN.text
    return f"{_moved(low)} to {_moved(high)}"


def _moved(value: float) -> str:
    if not round(value, 1):
        return "0.0 days"
    return f"{abs(value):.1f} days {'sooner' if value < 0 else 'later'}"


def _one(value: float, sign: str = "") -> str:
    text = f"{value:{sign},.1f}"
    return text.lstrip("-") if not round(value, 1) else true_minus(text)
