"""The demo's calendar: every date that the fictional pilot turns on, and business days.

Day 0 is the pilot's first day, so go-live is day 30 and the exports end on day 89.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random

BOOKS_OPEN = date(2024, 11, 1)
STARTED_ON = date(2026, 1, 1)
GO_LIVE = date(2026, 1, 31)
LAST_DAY = date(2026, 3, 31)
SELECTION = (date(2025, 1, 1), date(2025, 6, 30))
BASELINE = (date(2025, 7, 5), date(2025, 12, 31))

HOLIDAYS = frozenset({(12, 25), (1, 1)})
"""Month and day of the days off that everybody shares."""
OPENS, CLOSES = 9, 17
"""Office hours of the fictional company, in UTC hours."""


def next_business_day(day: date) -> date:
    """The day itself, or the next one that is neither a weekend's nor a holiday."""
    while not _is_business_day(day):
        day += timedelta(days=1)
    return day


def _is_business_day(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS


def month_starts() -> list[date]:
    """The first of every month from the opening of the books to their end."""
    count = (LAST_DAY.year - BOOKS_OPEN.year) * 12 + LAST_DAY.month - BOOKS_OPEN.month + 1
    months = [BOOKS_OPEN.month - 1 + n for n in range(count)]
    return [date(BOOKS_OPEN.year + m // 12, m % 12 + 1, 1) for m in months]


def month_ends() -> list[date]:
    """Month-ends with books to tie to: the first is 2024-12-31, the last `LAST_DAY`."""
    ends = [start - timedelta(days=1) for start in month_starts()[2:]]
    return [*ends, LAST_DAY]


def business_days(first: date, last: date) -> list[date]:
    """Business days from `first` to `last`, both included."""
    span = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in span if _is_business_day(day)]


def office_time(rng: Random, day: date) -> datetime:
    """A moment within office hours of `day` (UTC)."""
    minutes = rng.randrange(OPENS * 60, CLOSES * 60)
    return datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=UTC)


def at(day: date, clock: str) -> datetime:
    """`day` at `clock` ("14:05"), UTC."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=UTC)


def after_business_hours(start: datetime, hours: float) -> datetime:
    """The moment when `hours` office hours have passed since `start`, whole minutes."""
    moment, left = _into_office(start), timedelta(minutes=round(hours * 60))
    while left > (room := _closing(moment) - moment):
        left -= room
        moment = _into_office(_closing(moment) + timedelta(hours=1))
    return moment + left


def _closing(moment: datetime) -> datetime:
    return moment.replace(hour=CLOSES, minute=0)


def _into_office(moment: datetime) -> datetime:
    if moment.hour >= CLOSES:
        moment = (moment + timedelta(days=1)).replace(hour=OPENS, minute=0)
    if moment.hour < OPENS:
        moment = moment.replace(hour=OPENS, minute=0)
    day = next_business_day(moment.date())
    return moment if day == moment.date() else at(day, f"{OPENS:02d}:00")
