"""What the demo's record would say of a reviewer who only clicks: never written, only looked at.

From one day on every decision becomes an approval of the draft as it was, after a few seconds, and
every planted defect is missed. The rest of the record stays, and the product's own rules judge it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from pipeline.model import Entry

from .days import GO_LIVE

#: From this day on the reviewer only clicks: four weeks of honest work come first.
HURRIED_FROM: date = GO_LIVE + timedelta(days=28)
#: Active seconds of such a decision.
_SECONDS = 5.0


def hurried(entries: Iterable[Entry], since: date = HURRIED_FROM) -> list[Entry]:
    """The same record, its decisions of `since` and later taken without reading."""
    return [_clicked(entry) if entry.on_day >= since else entry for entry in entries]


def _clicked(entry: Entry) -> Entry:
    if entry.kind == "seeded_check_answered":
        return entry.model_copy(update={"payload": {**entry.payload, "is_caught": False}})
    if entry.kind != "decision":
        return entry
    as_drafted = {
        "verdict": "approve",
        "reason": None,
        "new_lane": None,
        "hold_until": None,
        "subject": entry.payload.get("draft_subject") or entry.payload.get("subject", ""),
        "final_body": entry.payload.get("draft_body", ""),
        "edit_rate": 0.0,
        "protected_change": False,
        "review_seconds": _SECONDS,
    }
    return entry.model_copy(update={"payload": {**entry.payload, **as_drafted}})
