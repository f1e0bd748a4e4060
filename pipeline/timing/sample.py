"""How many manual follow-ups were timed before go-live, by whom, of which play; and what it takes.

Items a side for a change to show, at 80% power (metrics 1.8): 21 for a halving, 122 for a
quarter less, 906 for a tenth less.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from pipeline.settings import Settings
from pipeline.statistics import items_needed
from pipeline.warehouse.day import Day, Row, Scope

#: What could be shown -> minutes after over minutes before.
CHANGES = {"half the time": 0.5, "a quarter less": 0.75, "a tenth less": 0.9}
#: What the prep log, which knows no plays, is counted under.
NO_PLAY = "not stated"
#: Origins in the order in which they are shown.
ORIGINS = ("prep log", "stopwatch")


def timing_sample(day: Day, settings: Settings) -> dict[str, Any]:
    """The timed preparations from day 0 to go-live, of the segment or of all while none is set.

    `collectors`: person, n, from the log and from the stopwatch apart, target, missing; `classes`:
    person, play, n, median minutes; `shows`: which change the whole sample could show.
    """
    start, live = settings.pilot.started_on, settings.go_live_on
    if start is None or live is None:
        return {"n": 0, "collectors": [], "classes": [], "shows": _shows(0), "why": _NO_START}
    scope: Scope = "SEGMENT" if settings.segment.where else "ALL"
    rows = [
        row
        for row in day.metric("work_items", customers=scope).rows
        if row["kind"] == "prep" and start <= row["worked_on"] < live
    ]
    target = settings.phases.timed_items
    return {
        "n": len(rows),
        "target": target,
        "from": start,
        "before": live,
        "collectors": _collectors(rows, target),
        "classes": _classes(rows),
        "shows": _shows(len(rows)),
    }


_NO_START = "pilot.toml sets no [pilot] started_on: day 0 is not known"


def _collectors(rows: list[Row], target: int) -> list[dict[str, Any]]:
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(ORIGINS, 0))
    for row in rows:
        found[row["person_name"]].setdefault(row["origin"], 0)
        found[row["person_name"]][row["origin"]] += 1
    return [
        {
            "collector": name,
            "n": sum(counts.values()),
            **{origin.replace(" ", "_"): counts[origin] for origin in ORIGINS},
            "target": target,
            "missing": max(0, target - sum(counts.values())),
        }
        for name, counts in sorted(found.items())
    ]


def _classes(rows: list[Row]) -> list[dict[str, Any]]:
    minutes: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for row in rows:
        play = row["lane"] or NO_PLAY
        minutes[row["person_name"], play, row["origin"]].append(float(row["active_minutes"]))
    return [
        {
            "collector": name,
            "play": play,
            "origin": origin,
            "n": len(found),
            "median_minutes": round(float(np.median(found)), 1),
        }
        for (name, play, origin), found in sorted(minutes.items())
    ]


def _shows(n: int) -> list[dict[str, Any]]:
    return [
        {"change": name, "n": n, "needed": needed, "is_enough": n >= needed}
        for name, ratio in CHANGES.items()
        for needed in (items_needed(ratio),)
    ]
