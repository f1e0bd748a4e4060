"""The override rate taken apart: by rule, lane, reason and week, with every override behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from pipeline.settings import Settings
from pipeline.warehouse.day import Day, Metric, Row, Scope, fridays


@dataclass(frozen=True)
class OverrideParts:
    """The same decisions as the override rate's: counted by part, and one by one."""

    shares: Metric
    drafts: Metric

    def by(self, part: str) -> tuple[Row, ...]:
        """The rows of one part: rule, lane, reason, week, rule and reason, or rule and week."""
        return tuple(row for row in self.shares.rows if row["part"] == part)

    def of(self, rule: str) -> tuple[Row, ...]:
        """The overrides of one rule's drafts, newest first."""
        return tuple(row for row in self.drafts.rows if row["rule"] == rule)


def override_parts(day: Day, settings: Settings) -> OverrideParts:
    """Overrides since go-live, of the pilot's segment or of all while none is set."""
    scope: Scope = "SEGMENT" if settings.segment.where else "ALL"
    go_live = settings.go_live_on
    end = day.as_of + timedelta(days=(4 - day.as_of.weekday()) % 7)
    weeks = fridays(go_live, end) if go_live else []
    return OverrideParts(
        day.metric("override_shares", customers=scope, weeks=weeks),
        day.metric("overridden_drafts", customers=scope, weeks=weeks),
    )
