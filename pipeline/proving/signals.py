"""Is a run of weeks out of the ordinary? Shifts and crossings of a median frozen before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from statistics import median
from typing import Any

from pipeline.statistics import run_chart_signals, shift_length

#: Weeks before the pilot below which a frozen median is too uncertain to hold weeks against.
FEWEST_BEFORE = 24


def run_signals(before: Sequence[float], since: Sequence[tuple[date, float]]) -> dict[str, Any]:
    """What the weeks `since` (week, value) say against the median of those `before`, frozen.

    Noise calls in fewer than one chart of ten. Without 24 weeks before there is no answer.
    """
    if len(before) < FEWEST_BEFORE:
        return _none(
            f"a median to freeze needs 24 weeks before the pilot, and the books hold {len(before)}"
        )
    middle = median(before)
    length = shift_length(sum(value != middle for _, value in since))
    found = run_chart_signals([value for _, value in since], middle, length)
    return {
        "median": middle,
        "n_before": len(before),
        "weeks": len(since),
        "shift_length": length,
        "shifts": [
            {
                "first": since[shift.first][0],
                "last": since[shift.last][0],
                "side": "above" if shift.above else "below",
            }
            for shift in found.shifts
        ],
        "crossings": found.crossings,
        "fewest_expected": found.fewest_expected,
        "any": found.any,
        "sentence": _sentence(found.any, len(since)),
        "rule": (
            f"A signal is {length} weeks in a row on one side of the median that was frozen before "
            f"the pilot, or {_too_few(found.fewest_expected)} of it in "
            f"{len(since)} weeks. Noise gives one in fewer than one chart of ten."
        ),
    }


def _too_few(fewest: int) -> str:
    """Fewer crossings than chance leaves, in words: none at all where one is expected."""
    return "no crossing" if fewest == 1 else f"fewer than {fewest} crossings"


def _sentence(is_signal: bool, weeks: int) -> str:
    if is_signal:
        return "The weeks since go-live lie apart from those before: more than noise."
    return f"Noise: the {weeks} weeks since go-live lie about the median as chance would have it."


def _none(why: str) -> dict[str, Any]:
    return {
        "median": None,
        "n_before": None,
        "weeks": None,
        "shift_length": None,
        "shifts": [],
        "crossings": None,
        "fewest_expected": None,
        "any": None,
        "sentence": f"No signal can be read: {why}.",
        "rule": "",
    }
