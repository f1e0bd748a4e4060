"""What became of cases held and cases sent, fourteen days later, and how much overrides mattered.

Held back is finance's high-side override, sent all the same its low-side one. A decision younger
than the fourteen days is told but not counted: it has not been watched long enough.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from pipeline.settings import Settings
from pipeline.statistics import wilson
from pipeline.warehouse.day import Day, Metric, Row, Scope

#: Days after a decision on which its outcome is read, as in `decision_outcomes.sql`.
FOLLOWED_DAYS = 14
SIDES = ("held back", "sent all the same", "as proposed")
_OUTCOMES = ("is_settled", "is_disputed", "is_complained")


def outcomes(day: Day, settings: Settings) -> Metric:
    """Every decision that holds or sends a message, with what came of it; the segment's, or all."""
    scope: Scope = "SEGMENT" if settings.segment.where else "ALL"
    return day.metric("decision_outcomes", customers=scope)


def followed(rows: Sequence[Row], settings: Settings) -> list[dict[str, Any]]:
    """One row a side, since go-live: how many, how many watched, and of those each outcome.

    Shares have Wilson's 95% interval; they are None where nothing was watched long enough.
    """
    go_live = settings.go_live_on
    since = [row for row in rows if go_live is None or row["on_day"] >= go_live]
    return [_side(side, [row for row in since if row["side"] == side]) for side in SIDES]


def _side(side: str, rows: Sequence[Row]) -> dict[str, Any]:
    watched = [row for row in rows if row["is_watched"]]
    counts = {name: len([row for row in watched if row[name]]) for name in _OUTCOMES}
    ends = wilson(counts["is_settled"], len(watched)) if watched else None
    return {
        "side": side,
        "decided": len(rows),
        "watched": len(watched),
        "settled": counts["is_settled"],
        "settled_rate": counts["is_settled"] / len(watched) if watched else None,
        "settled_low": ends[0] if ends else None,
        "settled_high": ends[1] if ends else None,
        "disputed": counts["is_disputed"],
        "complained": counts["is_complained"],
    }


def severities(drafts: Sequence[Row]) -> dict[str, int]:
    """How many overrides a person has marked as what; "not marked" are the rest."""
    found = Counter(row["severity"] or "not marked" for row in drafts)
    return {
        name: found[name]
        for name in ("would_have_harmed", "material", "cosmetic", "did_harm", "not marked")
    }
