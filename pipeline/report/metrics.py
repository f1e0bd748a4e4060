"""The four metrics in a readout: now, before, n, and what keeps each from flattering."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from pipeline.model import CountbackError
from pipeline.proving.dispute_hours import dispute_hours
from pipeline.proving.four_metrics import dollars_aging, override_rate, prep_minutes
from pipeline.report.shapes import Cell, Chart, Level, Section, Series, Table
from pipeline.report.wording import UNKNOWN, count, hours, minutes, money, on, share, words
from pipeline.settings import GO_LIVE_DAY, Settings
from pipeline.warehouse.day import Day, Scope

Found = Mapping[str, Any]
Row = tuple[Cell, ...]
_HEADINGS = ("Metric", "Latest", "Week to", "n", "Before", "n before", "Read it with")


def four(day: Day, settings: Settings) -> tuple[dict[str, Found], dict[str, str]]:
    """Each metric that the books allow, and for each of the others what it lacks."""
    scope: Scope = "SEGMENT" if settings.segment.where else "ALL"
    counted: dict[str, Callable[[Day, Settings, Scope], dict[str, Any]]] = {
        "minutes": prep_minutes,
        "dollars": dollars_aging,
        "disputes": dispute_hours,
        "overrides": override_rate,
    }
    found: dict[str, Found] = {}
    lacking: dict[str, str] = {}
    for name, metric in counted.items():
        try:
            found[name] = metric(day, settings, scope)
        except CountbackError as error:
            lacking[name] = str(error)
    return found, lacking


def metrics_section(
    found: Mapping[str, Found], lacking: Mapping[str, str], settings: Settings, as_of: date
) -> Section:
    """The four in one table, with their run charts."""
    rows = (
        _minutes(found["minutes"]),
        _dollars(found["dollars"]) if "dollars" in found else _missing(lacking["dollars"]),
        _disputes(found["disputes"]),
        _overrides(found["overrides"], as_of),
    )
    charts = (
        _minutes_chart(found["minutes"], settings),
        _dollars_chart(found["dollars"], settings) if "dollars" in found else None,
    )
    return Section(
        title="The four metrics",
        told=(_whose(settings),),
        tables=(Table("The four metrics, latest week and before", _HEADINGS, rows),),
        charts=tuple(chart for chart in charts if chart),
    )


def _whose(settings: Settings) -> str:
    segment = settings.segment
    if not segment.where:
        return "Every customer is counted: pilot.toml names no segment."
    return f"Customers of the segment {segment.name or segment.where}."


def _missing(why: str) -> Row:
    return (words("Dollars aging a week"), *(UNKNOWN,) * 5, words(why))


def _minutes(prep: Found) -> Row:
    weeks = [week for week in prep["weeks"] if week["value"] is not None]
    base, whole = prep["baseline"], prep.get("human_minutes_per_resolved")
    last = weeks[-1] if weeks else None
    beside = whole["sentence"] if whole else prep.get("why", "No follow-up is timed yet.")
    return (
        words("Minutes to prepare a follow-up"),
        minutes(last["value"] if last else None),
        on(last["week"] if last else None),
        count(last["n"] if last else 0),
        minutes(base["value"]),
        count(base["n"]),
        words(_sentence(beside)),
    )


def _dollars(aging: Found) -> Row:
    weeks, limits = aging["weeks"], aging["limits"]
    last = weeks[-1] if weeks else None
    if last is None:
        return _missing("No whole week is in the books yet.")
    rate = share(last["rate"]).text
    beside = f"{rate} of {money(last['scheduled'], aging['currency']).text} that could."
    if limits:
        beside += (
            f" Before the pilot a week lay between {share(limits['low']).text} and "
            f"{share(limits['high']).text}."
        )
    return (
        words("Dollars aging a week"),
        money(last["rolled"], aging["currency"]),
        on(last["week"]),
        count(last["n"]),
        share(limits["centre"] if limits else None),
        count(limits["n"] if limits else 0),
        words(beside),
    )


def _disputes(found: Found) -> Row:
    before = found["before"] or {"median_business": None, "n": 0}
    interval = found["ci95_business"]
    beside = _sentence(found.get("why") or "Median, business hours.")
    if interval:
        low, high = (hours(end).text for end in interval)
        beside += f" 95% interval {low} to {high}."
    return (
        words("Hours from dispute flag to the right owner"),
        hours(found["median_business"]),
        words("since go-live" if found["before"] is not None else "all known"),
        count(found["n"]),
        hours(before["median_business"]),
        count(before["n"]),
        words(f"{beside} {count(found['unrouted']).text} without an owner."),
    )


def _overrides(rate: Found, as_of: date) -> Row:
    decided = [week for week in rate["weeks"] if week["n"]]
    weeks = [week for week in decided if week["week"] <= as_of] or decided
    last = weeks[-1] if weeks else None
    beside = _sentence(rate["sentence"])
    if last:
        low, high = share(last["low"]).text, share(last["high"]).text
        total = f"{count(rate['k']).text} of {count(rate['n']).text}"
        read = rate["attention"]["sentence"]
        beside = f"95% interval {low} to {high}; {total} since go-live. {beside} {read}"
    return (
        words("Override rate"),
        share(last["k"] / last["n"] if last else None),
        on(last["week"] if last else None),
        count(last["n"] if last else 0),
        words("no drafts"),
        count(0),
        words(beside),
    )


def _sentence(text: str) -> str:
    """As a sentence: a capital first and a full stop last."""
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")


# --- the run charts ------------------------------------------------------------------------


def _minutes_chart(prep: Found, settings: Settings) -> Chart | None:
    weeks = [week for week in prep["weeks"] if week["value"] is not None]
    if len(weeks) < 2:
        return None
    base = prep["baseline"]["value"]
    level = None if base is None else Level(f"before {minutes(base).text}", base)
    return Chart(
        kind="lines",
        title="Does a follow-up take fewer minutes to prepare?",
        unit="minutes a follow-up, by week",
        categories=tuple(on(week["week"]).text for week in weeks),
        series=(Series("minutes", tuple(week["value"] for week in weeks)),),
        alt=_run_words(weeks, "value", lambda v: minutes(v).text, level),
        level=level,
        marks=_marks(weeks, settings),
        days=tuple(week["week"] for week in weeks),
    )


def _dollars_chart(aging: Found, settings: Settings) -> Chart | None:
    weeks = aging["weeks"]
    if len(weeks) < 2:
        return None
    limits = aging["limits"]
    level = Level(f"before {share(limits['centre']).text}", limits["centre"]) if limits else None
    return Chart(
        kind="lines",
        title="Do fewer dollars age into the next bucket?",
        unit="share of what could age, by week",
        categories=tuple(on(week["week"]).text for week in weeks),
        series=(Series("share", tuple(week["rate"] for week in weeks)),),
        alt=_run_words(weeks, "rate", lambda v: share(v).text, level),
        number_format="0%",
        level=level,
        marks=_marks(weeks, settings),
        days=tuple(week["week"] for week in weeks),
    )


def _run_words(
    weeks: Sequence[Found], key: str, text: Callable[[float | None], str], level: Level | None
) -> str:
    first, last = weeks[0], weeks[-1]
    said = (
        f"{len(weeks)} weeks: {text(first[key])} in the week to {on(first['week']).text}, "
        f"{text(last[key])} in the week to {on(last['week']).text}"
    )
    return f"{said}; {level.name}." if level else f"{said}."


def _marks(weeks: Sequence[Found], settings: Settings) -> tuple[tuple[int, str], ...]:
    """The week of day 0 and of go-live, where they are among the weeks drawn."""
    start = settings.pilot.started_on
    if start is None:
        return ()
    days = {"day 0": start, "go-live": start + timedelta(days=GO_LIVE_DAY)}
    return tuple(
        (place, name)
        for name, day in days.items()
        for place, week in enumerate(weeks)
        if week["week"] - timedelta(days=7) < day <= week["week"]
    )
