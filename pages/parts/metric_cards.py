"""The four cards of a pilot, always in the same order: value, n, baseline, definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import streamlit as st

from pages.parts.override_reading import partner_line
from pages.parts.session import Session
from pages.parts.wording import counted, day, escaped
from pipeline.warehouse.statements import folder
from pipeline.what_next import Target, targets
from pipeline.what_next.targets import NOT_SIGNED

Found = Mapping[str, Any]


class Card(NamedTuple):
    """What one card says."""

    key: str
    label: str
    metric: str
    """The file of `sql/metrics` that defines it."""
    value: str
    lines: tuple[str, ...]
    """Which week and n; the baseline; what to make of it."""
    weeks: Sequence[float]
    """For the sparkline: the weeks, or one point for each dispute."""


def cards(here: Session, found: Found) -> None:
    """Four in a row, of one height."""
    agreed = targets(here.pilot.settings, here.entries, found, here.as_of)
    shown = (
        _minutes(found["prep_minutes"]),
        _dollars(found["dollars_aging"]),
        _disputes(found["dispute_hours"]),
        _overrides(found["override_rate"], here),
    )
    for column, card in zip(st.columns(4, gap="small"), shown, strict=True):
        with column, st.container(border=True, height="stretch", key=f"card_{card.key}"):
            _show(card, target_said(card.key, agreed[card.key]))


def target_said(metric: str, target: Target) -> str:
    """What was agreed for a metric, where that stands, and whether the newest figure keeps it."""
    if target.at_most is None:
        return "No target was agreed"
    since = f"signed {day(target.agreed_on)}" if target.agreed_on else NOT_SIGNED
    so_far = {True: ": reached", False: ": not reached", None: ""}[target.is_reached]
    return f"Target {_AT_MOST[metric](target.at_most)} ({since}){so_far}"


_AT_MOST: Mapping[str, Callable[[float], str]] = {
    "prep_minutes": "at most {:g} min".format,
    "dollars_aging": "at most {:.0%} of what could".format,
    "dispute_hours": "half within {:g} h".format,
    "override_rate": "at most {:.0%}".format,
}


def _show(card: Card, target: str) -> None:
    statement = folder("metrics")[card.metric]
    st.metric(
        card.label,
        card.value,
        chart_data=list(card.weeks) if len(card.weeks) > 1 else None,
        help=escaped(statement.meaning),
    )
    for line in (*card.lines[:2], target, *card.lines[2:]):
        st.caption(escaped(line))


def _minutes(prep: Found) -> Card:
    weeks = [week for week in prep["weeks"] if week["value"] is not None]
    base = prep["baseline"]
    lines = [
        f"Week to {day(weeks[-1]['week'])}, n = {weeks[-1]['n']}" if weeks else "No week yet",
        "No baseline timed yet"
        if base["value"] is None
        else f"Baseline {base['value']:.1f} min (n = {base['n']})",
    ]
    whole = prep.get("human_minutes_per_resolved")
    if weeks and whole:
        lines.append(f"All human minutes: {whole['verdict']}")
    return Card(
        "prep_minutes",
        "Minutes to prepare",
        "prep_weeks",
        f"{weeks[-1]['value']:.1f} min" if weeks else "–",
        tuple(lines),
        [week["value"] for week in weeks],
    )


def _dollars(aging: Found) -> Card:
    weeks, limits = aging["weeks"], aging["limits"]
    lines = ["No whole week in the books yet"]
    if weeks:
        last = weeks[-1]
        rate = "nothing was due to" if last["rate"] is None else f"{last['rate']:.0%} of what could"
        lines = [f"Week to {day(last['week'])}, {counted(last['n'], 'invoice')}, {rate}"]
    lines.append(
        f"Baseline {limits['centre']:.0%}, weeks between {limits['low']:.0%} and "
        f"{limits['high']:.0%} (n = {limits['n']} weeks)"
        if limits
        else "No baseline: it needs eight weeks before the pilot"
    )
    return Card(
        "dollars_aging",
        "Dollars aging a week",
        "weekly_roll",
        f"{weeks[-1]['rolled']:,.0f} {aging['currency']}" if weeks else "–",
        tuple(lines),
        [float(week["rolled"]) for week in weeks],
    )


def _disputes(hours: Found) -> Card:
    before = hours["before"]
    n = hours["n"]
    said = f"n = {counted(n, 'dispute')} since go-live, {hours['unrouted']} unrouted"
    lines = [said if n else "No dispute since go-live"]
    if before and before["median_business"] is not None:
        lines.append(f"Baseline {before['median_business']:.1f} h (n = {before['n']})")
    else:
        why = "no dispute was routed before go-live" if before else "no day 0 is set"
        lines.append(f"No baseline: {why}")
    if len(hours["disputes"]) > 1:
        lines.append("The line: one dispute after the other, in business hours")
    if n and hours.get("why"):
        why = hours["why"]
        lines.append(f"{why[:1].upper()}{why[1:]}")
    return Card(
        "dispute_hours",
        "Hours to the right owner",
        "dispute_routing",
        _hours(hours),
        tuple(lines),
        _each(hours["disputes"]),
    )


def _each(disputes: Sequence[Found]) -> list[float]:
    """Business hours of every dispute, in the order of the flags; the waiting ones so far."""
    return [row["business_hours"] for row in sorted(disputes, key=itemgetter("flagged_at"))]


def _hours(found: Found) -> str:
    """The median; how long was watched where half has no owner yet; – for too few disputes."""
    if found["median_business"] is not None:
        return f"{found['median_business']:.1f} h"
    longest = found["longest_business"]
    return "–" if longest is None else f"> {longest:.1f} h"


def _overrides(rate: Found, here: Session) -> Card:
    decided = [week for week in rate["weeks"] if week["n"]]
    weeks = [week for week in decided if week["week"] <= here.as_of] or decided
    lines = ["No draft decided yet"]
    if weeks:
        last = weeks[-1]
        between = f"95% between {last['low']:.0%} and {last['high']:.0%}"
        lines = [
            f"Week to {day(last['week'])}: {last['k']} of {last['n']} drafts, {between}",
            f"Since go-live {rate['k']} of {rate['n']}; before it there were no drafts",
        ]
    lines.append(f"Falling? {rate['verdict'].capitalize()}")
    if said := partner_line(rate):
        lines.append(said)
    return Card(
        "override_rate",
        "Override rate",
        "override_weeks",
        f"{weeks[-1]['k'] / weeks[-1]['n']:.0%}" if weeks else "–",
        tuple(lines),
        [week["k"] / week["n"] for week in weeks],
    )
