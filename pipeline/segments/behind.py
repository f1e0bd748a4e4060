"""The open invoices behind a candidate's waterfall, each with the step that takes it off."""

from __future__ import annotations

from pipeline.segments.spans import spans
from pipeline.settings import Settings
from pipeline.warehouse.day import Day, Row


def open_invoices(day: Day, settings: Settings, trait: str, value: str) -> list[Row]:
    """Every open invoice of a candidate's customers (the ten largest included), with its `step`."""
    looked_at = spans(settings, day.as_of).looked_at
    inside = {
        row["customer_key"]
        for row in day.metric("segment_members", windows=looked_at).rows
        if (row["trait"], row["member_of"]) == (trait, value)
    }
    rows = day.metric("segment_open_invoices", windows=looked_at).rows
    return [row for row in rows if row["customer_key"] in inside]
