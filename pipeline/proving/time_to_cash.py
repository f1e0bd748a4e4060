"""How long money stays open: curves from the due date, ages by week, where it rolled, cohorts.

Reading order: `still_open` (from the due date, pilot and control, before and after),
`aging_by_week`, `rolled_forward`, `collected_by_month`, `promises_by_week`. Money is in the
invoices' own currency throughout; two currencies are never added.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pipeline.model import BUCKETS, WrongCall
from pipeline.proving.cohorts import cohort, due
from pipeline.proving.read_outs import windows
from pipeline.settings import Settings
from pipeline.statistics import wilson
from pipeline.statistics.still_open import StillOpen
from pipeline.statistics.still_open import still_open as curves
from pipeline.statistics.survival import CAP_DAYS
from pipeline.warehouse.day import Day, Metric, Row, Scope, Weeks, fridays

Found = dict[str, Any]

#: How far the aging goes back, in weeks: a year and a half.
WEEKS = 78
#: So long after the files' first day what is open is too little, because older invoices are
#: missing from them.
RAMP, FEWEST_WEEKS = 60, 8
#: Days past due that the curves are drawn to.
SHOWN_DAYS = 60
#: A row of the matrix with fewer invoices says little.
FEW = 30
#: Where money can go besides staying open.
EXITS = ("collected", "credited", "written_off")
#: Days after issue in the cohort matrix.
AGES = (15, 30, 45, 60, 90)
#: Months drawn as curves.
MONTHS = 6
STATES = ("kept", "partly", "broken", "renegotiated", "pending", "cancelled")

# --- from the due date ---------------------------------------------------------------------


def still_open(day: Day, settings: Settings, read_out: int) -> list[Found]:
    """The "still open" curve of each arm before and after, on the comparison's own invoices.

    Per group: arm, when, n (invoices), customers, rmst (days, = RDPD30), ci95, days (one row per
    day past due: day, share still open, at_risk, watched_no_longer). Empty without a control.
    """
    rows = due(day, windows(_start(settings), read_out))
    return [_group(found) for found in curves(cohort(rows, "count"))]


def behind_curves(day: Day, settings: Settings, read_out: int) -> Metric:
    """The rows that the curves are drawn from. Raises WrongCall without a day 0."""
    return day.metric("due_cohorts", windows=windows(_start(settings), read_out))


def _start(settings: Settings) -> date:
    start = settings.pilot.started_on
    if start is None:
        raise WrongCall("pilot.toml: [pilot] started_on not set: there is no before and after.")
    return start


def _group(found: StillOpen) -> Found:
    censored = dict(found.censored())
    return {
        "arm": "pilot" if found.is_pilot else "control",
        "when": "after" if found.is_post else "before",
        "n": found.rows,
        "customers": found.customers,
        "cap_days": CAP_DAYS,
        "rmst": found.mean,
        "ci95": list(found.ci95) if found.ci95 else None,
        "days": [
            {
                "day": number,
                "share": found.curve.at(number),
                "at_risk": round(found.at_risk(number)),
                "watched_no_longer": round(censored.get(number, 0.0)),
            }
            for number in range(_watched(found) + 1)
        ],
    }


def _watched(found: StillOpen) -> int:
    """The last day that is drawn: a curve ends where nobody is watched any more."""
    return int(min(SHOWN_DAYS, found.curve.times[-1]))


# --- ages by week --------------------------------------------------------------------------


def aging_by_week(day: Day, scope: Scope) -> Metric:
    """What was open by age at the close of each week, and at the close of the day itself."""
    weeks = fridays(day.as_of - timedelta(weeks=WEEKS), day.as_of)
    if not weeks or weeks[-1][1] != day.as_of:
        weeks.append((day.as_of - timedelta(days=7), day.as_of))
    return day.metric("aging_weeks", customers=scope, weeks=weeks)


def weeks_of(rows: Sequence[Row], currency: str) -> list[Found]:
    """One row per week of one currency: amount and disputed by bucket, total, share past due."""
    found: dict[date, Found] = {}
    for row in rows:
        if row["currency"] == currency:
            week = found.setdefault(row["week_end"], _blank(row["week_end"]))
            week[row["bucket"]] = row["amount"]
            week["disputed"] += row["disputed"]
            week["total"] += row["amount"]
            week["n"] += row["n"]
    return [found[end] for end in sorted(found)]


def whole_weeks(weeks: Sequence[Found], first_billed_on: date) -> list[Found]:
    """The weeks in which invoices from before the files' first day weigh little any more.

    All of them when too few would be left.
    """
    whole = [week for week in weeks if week["week"] >= first_billed_on + timedelta(days=RAMP)]
    return whole if len(whole) >= FEWEST_WEEKS else list(weeks)


def _blank(end: date) -> Found:
    nothing = Decimal(0)
    return {
        "week": end,
        "n": 0,
        "total": nothing,
        "disputed": nothing,
        **dict.fromkeys(BUCKETS, nothing),
    }


# --- where it rolled -----------------------------------------------------------------------


def span(day: Day, end: date | None = None, days: int = 30) -> Weeks:
    """The days (from, to] up to `end` (default: the day itself)."""
    to = end or day.as_of
    return ((to - timedelta(days=days), to),)


def rolled_forward(day: Day, scope: Scope, spans: Weeks) -> Found:
    """The roll-forward matrix of one span of days, per currency, with its identity.

    Per currency: rows (one per bucket at the start: bucket, n, opening, is_few, cells by outcome
    with amount, n and share), and identity (opening, billed, paid, credited, written_off,
    overpaid, closing, ok).
    """
    matrix = day.metric("roll_forward", customers=scope, weeks=spans).rows
    totals = day.metric("roll_forward_totals", customers=scope, weeks=spans).rows
    ((since, until),) = spans
    return {
        "from": since,
        "to": until,
        "currencies": {
            row["currency"]: {
                "rows": _matrix([r for r in matrix if r["currency"] == row["currency"]]),
                "identity": {
                    **{k: v for k, v in row.items() if k not in ("week_end", "currency")},
                    "ok": not row["gap"],
                },
            }
            for row in totals
        },
    }


def _matrix(rows: Sequence[Row]) -> list[Found]:
    found = []
    for bucket in BUCKETS:
        cells = [row for row in rows if row["from_bucket"] == bucket]
        if cells:
            found.append(
                {
                    "bucket": bucket,
                    "n": cells[0]["n_of_row"],
                    "opening": cells[0]["opening"],
                    "is_few": cells[0]["n_of_row"] < FEW,
                    "cells": {
                        row["outcome"]: {name: row[name] for name in ("amount", "n", "share")}
                        for row in cells
                    },
                }
            )
    return found


def behind(rows: Sequence[Row], currency: str, bucket: str, outcome: str) -> list[Row]:
    """The invoices of one cell: rows of `rolled_forward_invoices`."""
    own = [row for row in rows if row["currency"] == currency and row["from_bucket"] == bucket]
    if outcome in EXITS:
        return [row for row in own if row[outcome] > 0]
    return [row for row in own if row["to_bucket"] == outcome and row["still_open"] > 0]


def first_cell(row: Found) -> str:
    """The cell of a row that asks to be looked at: what got older; else the first."""
    older = BUCKETS.index(row["bucket"]) + 1
    names: list[str] = list(row["cells"])
    return next((name for name in names if name in BUCKETS[older:]), names[0])


# --- by invoice month ----------------------------------------------------------------------


def collected_by_month(day: Day, scope: Scope) -> Metric:
    """The share of each invoice month's value that came in, by days since issue."""
    return day.metric("invoice_cohorts", customers=scope)


def cohort_matrix(rows: Sequence[Row], currency: str) -> list[Found]:
    """One row per invoice month: n, billed, and the share collected by day 15 … 90, or None."""
    months: dict[date, Found] = {}
    for row in rows:
        if row["currency"] == currency and row["age_days"] in AGES:
            month = months.setdefault(
                row["month_from"],
                {"month": row["month_from"], "n": row["n"], "billed": row["billed"]},
            )
            month[f"day_{row['age_days']}"] = row["share"]
    return [months[month] for month in sorted(months)]


def cohort_curves(rows: Sequence[Row], currency: str, settings: Settings) -> list[Found]:
    """The mature points of the last months: month, is_pilot (issued since go-live), age, share.

    A month counts as the pilot's once go-live lies on or before its first day.
    """
    own = [row for row in rows if row["currency"] == currency and row["is_mature"]]
    last = sorted({row["month_from"] for row in own if row["age_days"] >= AGES[0]})[-MONTHS:]
    go_live = settings.go_live_on
    return [
        {
            "month": row["month_from"],
            "is_pilot": go_live is not None and row["month_from"] >= _month_after(go_live),
            "age_days": row["age_days"],
            "share": row["share"],
            "n": row["n"],
        }
        for row in own
        if row["month_from"] in last
    ]


def _month_after(go_live: date) -> date:
    """The first of the month that begins on the day or after it."""
    if go_live.day == 1:
        return go_live
    return (go_live.replace(day=1) + timedelta(days=32)).replace(day=1)


# --- promises ------------------------------------------------------------------------------


def promises_by_week(day: Day, scope: Scope) -> Metric:
    """What came of promises to pay, by the week in which they mature."""
    return day.metric("promise_weeks", customers=scope)


def promise_weeks(rows: Sequence[Row], currency: str, as_of: date) -> list[Found]:
    """One row per week of one currency: money promised by state, and whether it is mature."""
    found: dict[date, Found] = {}
    for row in rows:
        if row["currency"] == currency:
            week = found.setdefault(
                row["week_end"],
                {
                    "week": row["week_end"],
                    "is_mature": row["week_end"] <= as_of,
                    "n": 0,
                    **dict.fromkeys(STATES, Decimal(0)),
                },
            )
            week[row["state"]] += row["amount"]
            week["n"] += row["n"]
    return [found[end] for end in sorted(found)]


def promises_kept(rows: Sequence[Row], currency: str) -> Found:
    """How many matured promises were kept, by count with Wilson's interval, and by money.

    By money partly kept ones count with what came in; a renegotiated one is a promise not kept.
    """
    own = [row for row in rows if row["currency"] == currency]
    judged = [r for r in own if r["state"] in ("kept", "partly", "broken", "renegotiated")]
    n = sum(row["n"] for row in judged)
    kept = sum(row["n"] for row in judged if row["state"] == "kept")
    promised = sum((row["amount"] for row in judged), Decimal(0))
    came = sum((r["paid"] for r in judged if r["state"] in ("kept", "partly")), Decimal(0))
    interval = wilson(kept, n) if n else None
    return {
        "n": n,
        "kept": kept,
        "rate": kept / n if n else None,
        "ci95": list(interval) if interval else None,
        "promised": promised,
        "came_in": came,
        "rate_by_money": float(came / promised) if promised else None,
        "pending": sum(row["n"] for row in own if row["state"] == "pending"),
        "cancelled": sum(row["n"] for row in own if row["state"] == "cancelled"),
    }


# --- for the command line ------------------------------------------------------------------


def cohorts(day: Day, scope: Scope) -> Found:
    """Cohort matrix, roll-forward of the last 30 days and promises, per currency."""
    months = collected_by_month(day, scope).rows
    promised = promises_by_week(day, scope).rows
    rolled = rolled_forward(day, scope, span(day))
    return {
        "as_of": day.as_of,
        "customers": scope,
        "from": rolled["from"],
        "to": rolled["to"],
        "currencies": {
            currency: {
                "collected": cohort_matrix(months, currency),
                "roll_forward": rolled["currencies"].get(currency),
                "promises": promises_kept(promised, currency),
            }
            for currency in sorted({row["currency"] for row in months} | {*rolled["currencies"]})
        },
    }
