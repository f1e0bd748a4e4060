"""Days on which a customer is not written to: weekends and public holidays of their country."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

import holidays
from holidays.registry import COUNTRIES

#: What exports call a country beside its ISO 3166 codes and its English name.
_ALSO = {"uk": "GB", "england": "GB", "usa": "US", "unitedstatesofamerica": "US", "holland": "NL"}
_SATURDAY = 5


def rest_day(day: date, country: str | None, fallback: str = "") -> str:
    """Why nobody writes on that day there, such as "Christmas Day"; empty on a working day.

    Of a country that is not known, `fallback` counts; without one, Saturday and Sunday rest.
    """
    code = country_code(country) or country_code(fallback)
    if code is None:
        return f"{day:%A}" if day.weekday() >= _SATURDAY else ""
    # Made for the year it is asked about, so that no answer depends on earlier questions.
    there = holidays.country_holidays(code, years=day.year)
    if day in there:
        return str(there[day])
    return f"{day:%A}" if day.weekday() in there.weekend else ""


def country_code(country: str | None) -> str | None:
    """The ISO 3166 code of a country as an export writes it; None when nobody can tell."""
    packed = re.sub(r"[^a-z]", "", (country or "").casefold())
    return _codes().get(packed) if packed else None


@cache
def _codes() -> dict[str, str]:
    found = dict(_ALSO)
    for name, alpha_2, alpha_3, *_ in COUNTRIES.values():
        found |= dict.fromkeys((name.casefold(), alpha_2.casefold(), alpha_3.casefold()), alpha_2)
    return found
