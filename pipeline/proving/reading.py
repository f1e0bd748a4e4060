"""What to make of the override rate: its trend, the defects caught and the time taken, together.

One of five readings, or that nobody can tell yet. A rate is never read alone, and no setting
takes the warning off.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from pipeline.proving.attention import CATCHES, COLLAPSED, FLOOR_SECONDS, NEAR_ZERO, SUSPECTED
from pipeline.statistics import wilson

Name = Literal["improving", "rubber-stamping", "routing", "data or templates", "not reading"]


class Reading(NamedTuple):
    """One row of the matrix: what must be seen, and what it means."""

    name: Name
    rate: str
    caught: str
    time: str
    verdict: str


MATRIX = (
    Reading(
        "improving",
        "falling",
        f"{CATCHES:.0%} or more",
        "stable",
        "Drafts and routing are improving: a lighter touch may be considered.",
    ),
    Reading(
        "rubber-stamping",
        "falling",
        f"under {CATCHES:.0%}, or the time",
        f"falls below {COLLAPSED:.0%} of the first weeks, or under the time to read",
        "Rubber-stamping is suspected: do not extend.",
    ),
    Reading(
        "routing",
        "not falling, most overrides change the play",
        "any",
        "any",
        "The routing rules are wrong, not the words.",
    ),
    Reading(
        "data or templates",
        "not falling, most overrides change words or facts",
        "any",
        "any",
        "Data or templates are wrong, not the routing.",
    ),
    Reading(
        "not reading",
        f"under {NEAR_ZERO:.0%} from the first week",
        "any",
        f"under {FLOOR_SECONDS:.0f} s",
        "Reviewers are not reading: do not extend.",
    ),
)


def reading(
    trend: str, k: int, n: int, routing: int, partners: Mapping[str, Any]
) -> dict[str, Any]:
    """The row of the matrix that fits, with every row for whoever wants to check.

    `k` of `n` drafts overridden since go-live, `routing` of those k changed the play; `partners`
    is what `attention` says.
    """
    name, why = _fits(trend, k, n, routing, partners)
    chosen = next((row for row in MATRIX if row.name == name), None)
    return {
        "name": name,
        "sentence": chosen.verdict if chosen else f"No reading yet: {why}.",
        "matrix": [{**row._asdict(), "is_it": row.name == name} for row in MATRIX],
    }


def _fits(
    trend: str, k: int, n: int, routing: int, partners: Mapping[str, Any]
) -> tuple[Name | None, str]:
    if partners["verdict"] == SUSPECTED:
        return ("not reading" if n and k / n < NEAR_ZERO else "rubber-stamping"), ""
    if trend == "falling":
        if partners["verdict"] == "reading" and partners["review_seconds"]["last"] is not None:
            return "improving", ""
        return None, "the rate falls, but too little is known of whether drafts are still read"
    if trend == "not falling":
        low, high = wilson(routing, k) or (0.0, 1.0)
        if low > 0.5:
            return "routing", ""
        if high < 0.5:
            return "data or templates", ""
        return None, "the rate does not fall, and overrides of play and words are too even"
    return None, "the drafts so far do not say whether the rate falls"
