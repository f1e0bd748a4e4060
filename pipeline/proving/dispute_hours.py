"""Hours from dispute flag to the right owner, with what keeps the median from flattering (1.7).

The right owner is the last one, and the clock stops at that person's acceptance. A dispute that
still waits counts for the time it has waited; one paid or credited first competes with routing. A
late flag shows as detection lag, an acceptance that may still move as provisional.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from statistics import median
from typing import Any

import numpy as np

from pipeline.settings import Settings
from pipeline.statistics import OwnerTime, business_hours, time_to_owner, wilson
from pipeline.warehouse.day import Day, Row, Scope

#: An owner who accepted less than so many business days ago may still hand it on.
SETTLED_AFTER = 5
#: Business hours (nine a day) at which a waiting dispute is a class older, and their names.
_AGES = (
    (4.0, "up to 4 h"),
    (8.0, "4 to 8 h"),
    (24.0, "8 to 24 h"),
    (45.0, "24 h to a week"),
    (float("inf"), "more than a week"),
)


def dispute_hours(day: Day, settings: Settings, scope: Scope) -> dict[str, Any]:
    """Hours from flag to the right owner, since go-live and before it (1.7).

    Hours are business hours (Monday to Friday, 8 to 17, UTC) or clock hours, as the key says.
    """
    rows = [_told(day, row) for row in day.metric("dispute_routing", customers=scope).rows]
    go_live = settings.go_live_on
    since = [r for r in rows if go_live is None or r["flagged_at"].date() >= go_live]
    before = [r for r in rows if go_live is not None and r["flagged_at"].date() < go_live]
    waiting = [row for row in rows if _waits(row)]
    return {
        **_routed(since),
        "before": _routed(before) if go_live else None,
        "disputes": since,
        "open": sorted(waiting, key=lambda row: -row["business_hours"]),
        "open_by_age": _by_age(waiting),
    }


def _told(day: Day, row: Row) -> dict[str, Any]:
    """A dispute with its business hours, its hand-offs and whether its owner may still change."""
    accepted = row["accepted_at"]
    is_fresh = (
        accepted is not None
        and np.busday_count(accepted.date(), day.as_of + timedelta(days=1)) - 1 < SETTLED_AFTER
    )
    known = row["assignments"] or row["origin"] == "record"
    return {
        **row,
        "business_hours": _business(day, row),
        "is_provisional": bool(is_fresh),
        # An export names the last owner only: who had it before is not known.
        "hand_offs": max(row["assignments"] - 1, 0) if known else None,
    }


def _business(day: Day, row: Row) -> float:
    """Hours on a Monday-to-Friday, 8-to-17 calendar (UTC) that the dispute has waited."""
    end = row["accepted_at"] or row["settled_at"]
    until = end or datetime.combine(day.as_of + timedelta(days=1), time(0))
    return business_hours(row["flagged_at"], max(row["flagged_at"], until))


def _waits(row: Row) -> bool:
    return row["accepted_at"] is None and not row["is_settled_unrouted"]


def _routed(rows: Sequence[Row]) -> dict[str, Any]:
    business, clock = (_timed(rows, name) for name in ("business_hours", "clock_hours"))
    strict = _timed(rows, "business_hours", is_strict=True)
    found: dict[str, Any] = {
        "median_business": business.median,
        "median_clock": clock.median,
        "n": len(rows),
        "unrouted": sum(1 for row in rows if _waits(row)),
        "ci95_business": business.median_ci,
        "ci95_clock": clock.median_ci,
        "longest_business": business.longest_watched,
        "longest_clock": clock.longest_watched,
        **_within(business),
        "settled_unrouted": sum(1 for row in rows if row["is_settled_unrouted"]),
        "settled_share": business.settled_share,
        "strict": {
            "provisional": sum(1 for row in rows if row["is_provisional"]),
            "median_business": strict.median,
            "ci95_business": strict.median_ci,
            "longest_business": strict.longest_watched,
            **_within(strict),
        },
        "first_assignment": _first_assignment(rows),
        "first_touch_right": _first_touch(rows),
        "hand_offs": _hand_offs(rows),
        "detection": _detection(rows),
        "curve": {
            name: [step._asdict() for step in timed.steps]
            for name, timed in (("business", business), ("clock", clock))
        },
    }
    if business.median is None:
        waited = business.longest_watched
        found["why"] = business.why or f"half are not routed yet after {waited:.1f} business hours"
    return found


def _timed(rows: Sequence[Row], hours: str, *, is_strict: bool = False) -> OwnerTime:
    """The time to the owner; strictly, a provisional acceptance is not yet one."""
    return time_to_owner(
        [max(0.0, float(row[hours])) for row in rows],
        [
            row["accepted_at"] is not None and not (is_strict and row["is_provisional"])
            for row in rows
        ],
        [bool(row["is_settled_unrouted"]) for row in rows],
    )


def _within(timed: OwnerTime) -> dict[str, float | None]:
    return {
        "within_4": timed.within_4,
        "within_8": timed.within_8,
        "within_24": timed.within_24,
    }


def _first_assignment(rows: Sequence[Row]) -> dict[str, Any]:
    """Business hours from flag to the first person asked, of disputes worked on in the record."""
    asked = [row for row in rows if row["first_assigned_at"] is not None]
    spent = [
        business_hours(row["flagged_at"], max(row["flagged_at"], row["first_assigned_at"]))
        for row in asked
    ]
    recorded = sum(1 for row in rows if row["hand_offs"] is not None)
    return {
        "median_business": median(spent) if spent else None,
        "n": len(asked),
        "unassigned": recorded - len(asked),
        "unknown": len(rows) - recorded,
    }


def _first_touch(rows: Sequence[Row]) -> dict[str, Any]:
    """Of the accepted disputes whose way is known: those whose first owner was the last."""
    known = [r for r in rows if r["accepted_at"] is not None and r["hand_offs"] is not None]
    k = sum(1 for row in known if row["hand_offs"] == 0)
    interval = wilson(k, len(known))
    return {
        "k": k,
        "n": len(known),
        "low": interval[0] if interval else None,
        "high": interval[1] if interval else None,
    }


def _hand_offs(rows: Sequence[Row]) -> list[dict[str, int]]:
    """How many disputes were handed on how often, as far as the record knows."""
    counts = Counter(row["hand_offs"] for row in rows if row["hand_offs"] is not None)
    return [
        {"hand_offs": number, "n": counts[number]} for number in range(max(counts, default=-1) + 1)
    ]


def _detection(rows: Sequence[Row]) -> dict[str, Any]:
    """Clock hours from the customer's words to the flag, where it is known when they came."""
    lags = [float(r["detection_hours"]) for r in rows if r["detection_hours"] is not None]
    return {
        "median_clock": median(lags) if lags else None,
        "longest_clock": max(lags) if lags else None,
        "n": len(lags),
        "unknown": len(rows) - len(lags),
    }


def _by_age(waiting: Sequence[Row]) -> list[dict[str, Any]]:
    ages = Counter(
        next(name for limit, name in _AGES if row["business_hours"] <= limit) for row in waiting
    )
    return [{"business_hours": name, "n": ages[name]} for _, name in _AGES]
