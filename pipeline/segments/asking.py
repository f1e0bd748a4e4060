"""Choosing asked from outside, for a pilot that is not opened yet."""

from __future__ import annotations

from datetime import date
from typing import Any

from pipeline.pilot import Pilot
from pipeline.segments.choosing import choose


def segments(pilot: Pilot, as_of: date | None = None) -> dict[str, Any]:
    """Every candidate segment of a pilot; raises CountbackError as `choose` does."""
    with pilot.day(as_of) as day:
        return choose(day, pilot.settings)
