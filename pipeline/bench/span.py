"""The day and the weeks that every contestant computes."""

from __future__ import annotations

from datetime import date, timedelta

from pipeline.demo import LAST_DAY
from pipeline.warehouse.day import fridays

AS_OF = LAST_DAY
ANOTHER_DAY = LAST_DAY - timedelta(days=31)
DAYS = 90
EDGES = {1: "current>1-30", 31: "1-30>31-60", 61: "31-60>61-90", 91: "61-90>91+"}


def weeks() -> list[tuple[date, date]]:
    """The last 52 weeks that end on a Friday, as (start, end] pairs."""
    return fridays(AS_OF - timedelta(days=53 * 7), AS_OF)[-52:]
