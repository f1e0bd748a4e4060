"""On which rung of the ladder of designs a comparison stands, and what it lacks for it."""

from __future__ import annotations

from typing import Any

from pipeline.proving.guards import BASELINE_DAYS
from pipeline.settings import Settings
from pipeline.statistics.power import CONTROLS

_NAMES = {
    1: "Randomised holdout inside the segment",
    2: "Difference in differences against customers left as they were",
    4: "Before and after of the pilot alone",
}
_RUNGS = 4
_SHORT_OF = {
    "control size": f"{CONTROLS} control customers for each in the pilot",
    "baseline": f"{BASELINE_DAYS} days of baseline",
    "parallel trends": "two sides that moved alike before",
}


def rung(
    settings: Settings, lights: list[dict[str, str]] | None = None, drift: str = "either"
) -> dict[str, Any]:
    """Number (1 is best of 4), name, whether it is all there, and one sentence.

    `drift` is the side of the interval of the drift before go-live. A synthetic control (3) is
    not offered: with few donors it is worse than rung 2.
    """
    if not settings.control.where:
        return _rung(4, "Only an illustration: it cannot tell the pilot from the season.", [])
    warned = {light["name"] for light in lights or [] if light["state"] != "ok"}
    short: list[str]
    if settings.control.kind == "holdout":
        drawn = "Who waits was drawn by lot, so no trend of its own is left to doubt."
        short = [name for name in ("baseline",) if name in warned]
        return _rung(1, drawn, short)
    short = [name for name in ("control size", "baseline") if name in warned]
    if drift != "either":
        short.append("parallel trends")
    return _rung(2, "It rests on both sides moving alike without the pilot.", short)


def _rung(number: int, rests_on: str, short: list[str]) -> dict[str, Any]:
    lacks = ", ".join(_SHORT_OF[name] for name in short)
    missing = f" It falls short of what the rung asks for: {lacks}." if lacks else ""
    return {
        "number": number,
        "of": _RUNGS,
        "name": _NAMES[number],
        "is_complete": not short and number < _RUNGS,
        "sentence": f"Rung {number} of {_RUNGS}: {_NAMES[number]}. {rests_on}{missing}",
    }
