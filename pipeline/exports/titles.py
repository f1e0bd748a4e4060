"""What the lines above a report's header say: the day as of which it was written."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

#: Words before the day of a report, in the languages whose reports we read.
_BEFORE = re.compile(
    r"\b(?:as (?:of|at|on)|aged as of|open (?:items )?(?:at|on)(?: key date)?|key date|per|"
    r"zum|stichtag|arr[eê]t[eé]e? au|au|date de r[eé]f[eé]rence|to|bis|a fecha de|op)\b"
    r"[\s:]*(.{6,30})",
    re.IGNORECASE,
)
#: Months by their first letters, in English, German, French, Spanish, Dutch and Italian.
_MONTHS = (
    ("jan", "jän", "ene", "gen"),
    ("feb", "fév", "fev"),
    ("mar", "mär", "mrz", "maa"),
    ("apr", "avr", "abr"),
    ("may", "mai", "mei", "mag"),
    ("jun", "juin", "giu"),
    ("jul", "juil", "lug"),
    ("aug", "aoû", "aou", "ago"),
    ("sep", "set"),
    ("oct", "okt", "ott"),
    ("nov",),
    ("dec", "dez", "déc", "dic"),
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_NAMED = re.compile(r"(\d{1,2})\.?[ \-]([^\W\d]{3,})\.?,?[ \-](\d{4}|\d{2})\b")
_NAMED_DAY = re.compile(r"([^\W\d]{3,})\.? (\d{1,2}),? (\d{4})")
_NUMBERED = re.compile(r"(\d{1,2})([./\-])(\d{1,2})[./\-](\d{4})")


def report_day(titles: Iterable[str], order: str) -> date | None:
    """The day a report was written for, None when its titles name none.

    `order` (day_first or month_first) reads a day such as 03/04/2026; with neither such a
    day counts only when one of its numbers can be no month, or its signs are dots.
    """
    for title in titles:
        for found in _BEFORE.finditer(title):
            if day := _day(found.group(1), order):
                return day
    return None


def _day(text: str, order: str) -> date | None:
    """The first day that the text names."""
    if iso := _ISO.match(text):
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    if named := _DAY_NAMED.match(text):
        return _date(int(named[3]), _month(named[2]), int(named[1]))
    if named := _NAMED_DAY.match(text):
        return _date(int(named[3]), _month(named[1]), int(named[2]))
    if numbered := _NUMBERED.match(text):
        return _numbered(int(numbered[1]), int(numbered[3]), int(numbered[4]), numbered[2], order)
    return None


def _numbered(first: int, second: int, year: int, sign: str, order: str) -> date | None:
    if sign == "." or first > 12 or order == "day_first":
        return _date(year, second, first)
    if second > 12 or order == "month_first" or first == second:
        return _date(year, first, second)
    return None


def _month(word: str) -> int:
    """The number of a month's name, 0 when it is none; juin and juillet need four letters."""
    lower = word.casefold()
    for length in (4, 3):
        for number, names in enumerate(_MONTHS, 1):
            if lower[:length] in names:
                return number
    return 0


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None
