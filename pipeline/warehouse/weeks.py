"""Weeks as metrics count them: seven days to the close of a day, usually a Friday."""

from __future__ import annotations

from datetime import date, timedelta


def week_ending(end: date) -> tuple[date, date]:
    """(start, end) of the week (start, end]: seven days to the close of `end`."""
    return (end - timedelta(days=7), end)


def fridays(first: date, last: date) -> list[tuple[date, date]]:
    """Every week that ends on a Friday between two days, both included."""
    friday = first + timedelta(days=(4 - first.weekday()) % 7)
    weeks = []
    while friday <= last:
        weeks.append(week_ending(friday))
        friday += timedelta(days=7)
    return weeks
