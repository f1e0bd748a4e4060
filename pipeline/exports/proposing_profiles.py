"""What the cells of one column say, whatever its header: days, money, addresses, ids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.exports.amounts import amount
from pipeline.exports.kinds import Column
from pipeline.model import CURRENCIES

#: Cells of a column that are looked at: enough to tell what it is.
_MOST = 800
_ISO = re.compile(r"\s*(?:19|20|21)\d{2}[-/]\d{1,2}[-/]\d{1,2}(?:[T ].*)?")
NUMBERED = re.compile(r"\s*(\d{1,2})([/.\-])(\d{1,2})\2(\d{4}|\d{2})(?:[ T]\d{1,2}:.*)?")
_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[A-Za-z]{2,}")
_FLAGS = frozenset("true false yes no y n ja nein oui non si sí x".split())
#: Days written with the name of their month, or without any sign.
WRITTEN_DAYS = (
    *("%d-%b-%y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%d %b %y", "%b %d, %Y", "%B %d, %Y"),
    *("%d. %b %Y", "%d. %B %Y", "%d/%b/%Y", "%Y%m%d", "%Y.%m.%d"),
)


@dataclass(frozen=True)
class Profile:
    """One column: every share is 0-1, of its filled cells."""

    filled: float
    """Share of all cells."""
    dates: float
    numbers: float
    """Cells that are an amount with one decimal sign or the other."""
    decimals: float
    """Cells with a decimal sign or a sign of thousands."""
    emails: float
    currencies: float
    flags: float
    unique: float
    words: float
    """Cells of several words, as names and sentences are."""
    codes: float
    """Cells without a space that hold a digit, as ids do."""
    zeros: float
    """Cells with leading zeros."""
    floats: float
    """Whole numbers that end in .0."""
    years: float
    """Cells that are a bare year."""
    length: float
    values: tuple[str, ...]
    """The different texts, in order, at most thirty."""


def profile(cells: Sequence[str]) -> Profile:
    """What a column's cells say; cells are text as the file has it."""
    # Evenly over the whole, since the first rows are often alike.
    seen = [cell.strip() for cell in cells[:: max(1, len(cells) // _MOST)]]
    full = [cell for cell in seen if cell]

    def share(holds: Sequence[bool]) -> float:
        return sum(holds) / len(full) if full else 0.0

    return Profile(
        filled=len(full) / len(seen) if seen else 0.0,
        dates=share([is_day(cell) for cell in full]),
        numbers=share([is_number(cell) for cell in full]),
        decimals=share([is_number(cell) and not cell.lstrip("+-").isdigit() for cell in full]),
        emails=share([_EMAIL.fullmatch(cell) is not None for cell in full]),
        currencies=share([cell.upper() in CURRENCIES for cell in full]),
        flags=share([cell.casefold() in _FLAGS for cell in full]),
        unique=len(set(full)) / len(full) if full else 0.0,
        words=share([" " in cell and any(mark.isalpha() for mark in cell) for cell in full]),
        codes=share([" " not in cell and any(mark.isdigit() for mark in cell) for cell in full]),
        zeros=share([cell.isdigit() and len(cell) > 1 and cell[0] == "0" for cell in full]),
        floats=share([re.fullmatch(r"\d+\.0", cell) is not None for cell in full]),
        years=share([re.fullmatch(r"(19|20)\d\d(\.0)?", cell) is not None for cell in full]),
        length=sum(map(len, full)) / len(full) if full else 0.0,
        values=tuple(dict.fromkeys(full))[:30],
    )


def is_number(text: str) -> bool:
    """Whether a cell is an amount with either decimal sign; INV-001 is none, EUR 12 is one."""
    letters = "".join(mark for mark in text if mark.isalpha()).upper()
    if letters not in ("", "CR", "DR") and letters not in CURRENCIES:
        return False
    return amount(text, ".") is not None or amount(text, ",") is not None


def is_day(text: str) -> bool:
    """Whether a cell is a day in one of the ways that exports write them."""
    if _ISO.fullmatch(text):
        return True
    if found := NUMBERED.fullmatch(text):
        return (
            1 <= min(int(found[1]), int(found[3])) <= 12 and max(int(found[1]), int(found[3])) < 32
        )
    return written_day(text) is not None


def written_day(text: str) -> str | None:
    """The way in which a day with a month's name, or without signs, is written."""
    if not 8 <= len(text) <= 18 or not text[-2:].strip().isdigit():
        return None
    return next((form for form in WRITTEN_DAYS if _reads(text, form)), None)


def _reads(text: str, form: str) -> bool:
    try:
        year = datetime.strptime(text, form).year  # noqa: DTZ007 - a day
    except ValueError:
        return False
    return 1970 <= year < 2100


def fit(column: Column, name: str, seen: Profile) -> float:
    """How well a column's cells fit a column of ours, 0-1."""
    if not seen.values:
        return 0.4 if not column.required else 0.25
    if name.endswith("email") or name in ("sender", "recipients"):
        return seen.emails if name.endswith("email") else max(seen.emails, 0.5)
    if name == "currency":
        return seen.currencies
    if column.type in ("date", "timestamp"):
        return seen.dates
    if column.type in ("money", "number"):
        return _money(seen)
    if column.type == "flag":
        return seen.flags
    if column.choices and name != "kind":
        return _listed(column, seen)
    return _text(column, name, seen)


def _money(seen: Profile) -> float:
    """Amounts: numbers, but no years, no ids with leading zeros, no days without signs."""
    if seen.dates > 0.6:
        return 0.1
    if seen.years > 0.8:
        return 0.4
    looks_like_ids = seen.zeros > 0.1 or (
        seen.decimals == 0.0 and seen.unique > 0.95 and seen.length >= 6
    )
    return seen.numbers * (0.3 if looks_like_ids else 1.0)


def _listed(column: Column, seen: Profile) -> float:
    fitting = [value.casefold().replace(" ", "_") in column.choices for value in seen.values]
    return sum(fitting) / len(fitting)


def _text(column: Column, name: str, seen: Profile) -> float:
    if seen.dates > 0.8 or (column.type == "id" and seen.emails > 0.8 and "contact" not in name):
        return 0.15
    if column.type != "id":
        is_name = name.endswith("name") and (seen.numbers > 0.5 or seen.emails > 0.5)
        return 0.2 if is_name else 1.0
    if seen.decimals > 0.5 and seen.floats < 0.5:
        return 0.2
    if name == "customer_id":
        return 0.9 if seen.words > 0.5 else 1.0
    return 0.6 if seen.words > 0.5 else 1.0
