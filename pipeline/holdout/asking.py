"""The holdout and the likeness of both arms, in the shape that the `holdout` verb prints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from pipeline.holdout.keeping import LAST_DAY, held
from pipeline.holdout.likeness import likeness
from pipeline.model import Entry
from pipeline.pilot import Pilot
from pipeline.warehouse.day import Day


def holdout(day: Day, pilot: Pilot, entries: Sequence[Entry]) -> dict[str, Any]:
    """Whether a holdout stands, its list, its strata, and how alike pilot and control are."""
    settings = pilot.settings
    stands = held(entries)
    start = settings.pilot.started_on
    found: dict[str, Any] = {
        "as_of": day.as_of,
        "is_drawn": stands is not None,
        "go_live": settings.go_live_on,
        "until": start + timedelta(days=LAST_DAY) if start else None,
        "draws": len([entry for entry in entries if entry.kind == "holdout_drawn"]),
        "likeness": likeness(day, settings) if settings.segment.where else None,
    }
    if stands is None:
        return {**found, "sentence": _without(pilot, day)}
    said = stands.entry.payload
    n, rest = len(said["customers"]), len(said["pilot_customers"])
    is_control = settings.control.kind == "holdout" and all(
        name.replace("'", "''") in settings.control.where for name in said["families"]
    )
    sentence = (
        f"Drawn {said['ratio']} by {stands.entry.by} on {stands.entry.on_day}: {n} customers wait "
        f"until day {LAST_DAY}, {rest} are in the pilot."
    )
    if not is_control:
        sentence += " pilot.toml names another [control]: put the drawn one back."
    return {
        **found,
        "sentence": sentence,
        "by": stands.entry.by,
        "on": stands.entry.on_day,
        "is_control": is_control,
        **{
            name: said[name]
            for name in ("ratio", "seed", "fingerprint", "customers", "pilot_customers", "strata")
        },
    }


def _without(pilot: Pilot, day: Day) -> str:
    settings = pilot.settings
    live = settings.go_live_on
    if live is None or not settings.segment.where:
        return "No holdout can be drawn yet: set a day 0 and choose a segment first."
    if max(day.as_of, pilot.as_of()) >= live:
        return (
            f"No holdout was drawn before go-live ({live}), and none can be any more: the pilot is "
            f"compared with {settings.control.where or 'nobody'}."
        )
    return (
        f"No holdout is drawn. Until go-live ({live}) a third or half of the segment can be drawn "
        "by lot to wait: that removes most doubts of a comparison."
    )
