"""The pilot's four metrics by week, each with what keeps it from flattering.

Weeks end on Friday's close. A figure that cannot be computed is None with a `why`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from pipeline.figures import require_rates, rolled
from pipeline.proving.attention import POOLED, attention
from pipeline.proving.dispute_hours import dispute_hours
from pipeline.proving.override_reading import (
    at_thresholds,
    case_mix,
    defects,
    read_outs,
    under_the_floor,
)
from pipeline.proving.reading import reading
from pipeline.proving.signals import run_signals
from pipeline.settings import GO_LIVE_DAY, Settings
from pipeline.statistics import (
    PerCustomer,
    Work,
    geometric_ratio,
    human_minutes,
    override_trend,
    wilson,
    xmr_limits,
)
from pipeline.warehouse.day import Day, Row, Scope, fridays

#: How far back the weekly roll is shown before the pilot starts.
BASELINE_WEEKS = 26


def four_metrics(day: Day, settings: Settings) -> dict[str, Any]:
    """Minutes to prepare, dollars aging, dispute hours and override rate as of the day.

    They cover the pilot's segment, or every customer while no segment is set.
    """
    scope: Scope = "SEGMENT" if settings.segment.where else "ALL"
    return {
        "as_of": day.as_of,
        "customers": scope,
        "prep_minutes": prep_minutes(day, settings, scope),
        "dollars_aging": dollars_aging(day, settings, scope),
        "dispute_hours": dispute_hours(day, settings, scope),
        "override_rate": override_rate(day, settings, scope),
    }


def _weeks(first: date, last: date) -> list[tuple[date, date]]:
    """Whole weeks that end by `last`, the one that holds `first` included."""
    return fridays(first, last)


# --- 1: minutes to prepare -----------------------------------------------------------------


def prep_minutes(day: Day, settings: Settings, scope: Scope) -> dict[str, Any]:
    """Minutes per follow-up by week, and all human minutes per invoice resolved (1.8)."""
    start, go_live = settings.pilot.started_on, settings.go_live_on
    if start is None or go_live is None:
        return {"weeks": [], "baseline": {"value": None, "n": 0}, "why": _NO_START}
    weeks = day.metric("prep_weeks", customers=scope, weeks=_weeks(go_live, day.as_of)).rows
    items = day.metric("work_items", customers=scope).rows
    before = [i for i in items if start <= i["worked_on"] < go_live]
    after = [i for i in items if i["worked_on"] >= go_live]
    baseline = [i["active_minutes"] for i in before if i["kind"] == "prep"]
    return {
        "weeks": [
            {"week": w["week_end"], "value": _rounded(w["prep_minutes"]), "n": w["n"]}
            for w in weeks
        ],
        "baseline": {
            "value": _rounded(float(np.mean(baseline))) if baseline else None,
            "n": len(baseline),
        },
        "idle_sensitivity": list(day.metric("idle_sensitivity", customers=scope).rows),
        "human_minutes_per_resolved": _human_minutes(day, before, after, (start, go_live), scope),
    }


_NO_START = "pilot.toml sets no [pilot] started_on: day 0 is not known"


def _human_minutes(
    day: Day, before: list[Row], after: list[Row], days: tuple[date, date], scope: Scope
) -> dict[str, Any]:
    start, go_live = days
    resolved = day.metric("resolved_invoices", customers=scope).rows
    result = human_minutes(
        _work(before, [r for r in resolved if start <= r["resolved_on"] < go_live]),
        _work(after, [r for r in resolved if r["resolved_on"] >= go_live]),
        geometric_ratio(_prep(before), _prep(after)),
    )
    return {
        "before": _rounded(result.before),
        "after": _rounded(result.after),
        "ci95_ratio": result.total_ci,
        "per_1000_collected": {
            "currency": day.lens.currency,
            "before": _per_thousand(day, before, scope, (start, go_live)),
            "after": _per_thousand(day, after, scope, (go_live, day.as_of + timedelta(days=1))),
        },
        "label": result.label,
        "verdict": result.verdict,
        "sentence": result.sentence,
    }


def _per_thousand(
    day: Day, items: list[Row], scope: Scope, days: tuple[date, date]
) -> float | None:
    """All human minutes per 1,000 of the reporting currency collected; None where none was."""
    rows = day.metric("cash_collected", customers=scope).rows
    cash = sum((r["cash"] for r in rows if days[0] <= r["on_day"] < days[1]), Decimal(0))
    minutes = sum(item["active_minutes"] for item in items)
    return _rounded(minutes / float(cash) * 1000.0) if cash > 0 else None


def _prep(items: list[Row]) -> list[float]:
    return [item["active_minutes"] for item in items if item["kind"] == "prep"]


def _work(items: list[Row], resolved: list[Row]) -> Work:
    minutes = dict.fromkeys(("prep", "review", "rework", "reroute", "supervision"), 0.0)
    for item in items:
        minutes[item["kind"]] = minutes.get(item["kind"], 0.0) + item["active_minutes"]
    return Work(
        follow_ups=len(_prep(items)),
        resolved=len(resolved),
        prep=minutes["prep"],
        review=minutes["review"],
        reroute=minutes["reroute"],
        rework=minutes["rework"],
        supervision=minutes["supervision"],
        by_customer=_per_customer(items, resolved),
    )


def _per_customer(items: list[Row], resolved: list[Row]) -> PerCustomer | None:
    """The same by customer; work that names none is shared by nobody and kept as its own."""
    minutes: dict[str, float] = {}
    count: dict[str, float] = {}
    for item in items:
        name = item["customer_id"] or ""
        minutes[name] = minutes.get(name, 0.0) + item["active_minutes"]
    for row in resolved:
        count[row["customer_id"]] = count.get(row["customer_id"], 0.0) + 1
    names = sorted({*minutes, *count})
    if not names:
        return None
    return PerCustomer(
        customer=np.array(names),
        minutes=np.array([minutes.get(name, 0.0) for name in names]),
        resolved=np.array([count.get(name, 0.0) for name in names]),
    )


# --- 2: dollars aging into the next bucket -------------------------------------------------


def dollars_aging(day: Day, settings: Settings, scope: Scope) -> dict[str, Any]:
    """The weekly roll, restated, from half a year before the pilot to the day (1.4)."""
    require_rates(day)
    start = settings.pilot.started_on or day.as_of - timedelta(weeks=BASELINE_WEEKS)
    weeks = _weeks(start - timedelta(weeks=BASELINE_WEEKS), day.as_of)
    rows = day.metric("weekly_roll", customers=scope, weeks=weeks).rows
    entries = {
        e["week_end"]: e for e in day.metric("past_due_entries", customers=scope, weeks=weeks).rows
    }
    found = [
        {
            "week": end,
            "phase": settings.phase(end),
            **rolled([r for r in rows if r["week_end"] == end], entries.get(end)),
        }
        for _, end in weeks
    ]
    for week in found:
        week["rate"] = week["crossing_rate"]
    return {
        "currency": day.lens.currency,
        "weeks": found,
        "limits": _limits(found, settings.pilot.started_on),
        "signals": _signals(found, settings),
    }


def _signals(weeks: Sequence[dict[str, Any]], settings: Settings) -> dict[str, Any]:
    """Shifts and crossings of the crossing rate since go-live, against the weeks before day 0."""
    start, go_live = settings.pilot.started_on, settings.go_live_on
    known = [week for week in weeks if week["rate"] is not None]
    return run_signals(
        [week["rate"] for week in known if start is not None and week["week"] < start],
        [(w["week"], w["rate"]) for w in known if go_live is not None and w["week"] >= go_live],
    )


def _limits(weeks: Sequence[dict[str, Any]], start: date | None) -> dict[str, float] | None:
    """XmR limits of the crossing rate over the weeks before the pilot."""
    rates = [
        w["rate"] for w in weeks if w["rate"] is not None and (start is None or w["week"] < start)
    ]
    limits = xmr_limits(rates) if len(rates) >= 8 else None
    if limits is None:
        return None
    return {
        "centre": limits.centre,
        "low": max(0.0, limits.low),
        "high": min(1.0, limits.high),
        "n": len(rates),
    }


# --- 4: override rate ----------------------------------------------------------------------


def override_rate(day: Day, settings: Settings, scope: Scope) -> dict[str, Any]:
    """The share of drafts that people changed or refused, by week since go-live (1.6)."""
    go_live = settings.go_live_on
    if go_live is None:
        return {"weeks": [], "verdict": "cannot tell", "sentence": f"Cannot tell: {_NO_START}."}
    end = day.as_of + timedelta(days=(4 - day.as_of.weekday()) % 7)
    spans = _weeks(go_live, end)
    rows = day.metric("override_weeks", customers=scope, weeks=spans).rows
    counted = [row for row in rows if row["n"]]
    trend, routing, wording = (
        override_trend([row[part] for row in counted], [row["n"] for row in counted])
        for part in ("k", "routing", "wording")
    )
    n, k = sum(r["n"] for r in rows), sum(r["k"] for r in rows)
    drafts = day.metric("judged_drafts", customers=scope, weeks=spans).rows
    partners = attention(
        day.metric("attention_weeks", weeks=spans).rows,
        trend.verdict,
        k / n if n else None,
        _unread(drafts, rows),
    )
    return {
        "weeks": [_override_week(row, k / n if n else 0.0) for row in rows],
        "n": n,
        "k": k,
        "verdict": trend.verdict,
        "sentence": trend.sentence,
        "odds_ratio": trend.odds_ratio,
        "p_one_sided": trend.p_one_sided,
        "bayes_probability": trend.bayes_probability,
        "phi": trend.phi,
        "routing": {"verdict": routing.verdict, "sentence": routing.sentence},
        "wording": {"verdict": wording.verdict, "sentence": wording.sentence},
        "attention": partners,
        "reading": reading(trend.verdict, k, n, sum(r["routing"] for r in rows), partners),
        "case_mix": case_mix(drafts),
        "at_hter": at_thresholds(drafts),
        "under_the_floor": under_the_floor(drafts),
        "read_outs": read_outs(drafts, go_live - timedelta(days=GO_LIVE_DAY), day.as_of),
        "defects": defects(day.metric("post_send_defects", customers=scope).rows),
    }


def _unread(drafts: Sequence[Row], weeks: Sequence[Row]) -> tuple[int, int]:
    """Of the drafts timed in the newest weeks: judged faster than they can be read, and all."""
    newest = {row["week_end"] for row in [row for row in weeks if row["n"]][-POOLED:]}
    found = under_the_floor([row for row in drafts if row["week_end"] in newest])
    return found["k"], found["n"]


def _override_week(row: Row, rate: float) -> dict[str, Any]:
    """A week with Wilson's interval, and where chance alone would put it (p-chart)."""
    interval = wilson(row["k"], row["n"]) if row["n"] else None
    reach = 3.0 * (rate * (1.0 - rate) / row["n"]) ** 0.5 if row["n"] else 0.0
    return {
        "week": row["week_end"],
        "k": row["k"],
        "n": row["n"],
        "low": interval[0] if interval else None,
        "high": interval[1] if interval else None,
        "chance_low": round(max(0.0, rate - reach), 6) if row["n"] else None,
        "chance_high": round(min(1.0, rate + reach), 6) if row["n"] else None,
        "routing": row["routing"],
        "wording": row["wording"],
    }


def _rounded(value: float | Decimal | None) -> float | None:
    return None if value is None else round(float(value), 6)
