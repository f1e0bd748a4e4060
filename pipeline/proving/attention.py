"""The partners of the override rate: a falling rate may mean better drafts, or nobody reading.

Planted defects caught and seconds of reading stand beside it (metrics 1.6). Fewer than twenty
planted defects carry no claim.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any, Literal

from pipeline.statistics import wilson
from pipeline.warehouse.day import Row

Verdict = Literal["reading", "rubber-stamping suspected", "cannot tell"]

#: Planted defects below which their share says nothing.
ENOUGH = 20
#: Share of planted defects that a reading team catches.
CATCHES = 0.85
#: A message cannot be read, and its evidence compared, in less.
FLOOR_SECONDS = 10.0
#: The newest weeks are pooled: one week's few drafts are noise.
POOLED = 4
#: Seconds of the newest weeks over the first ones: below it the reading has collapsed.
COLLAPSED = 0.5
#: An override rate below which hardly anything is overridden.
NEAR_ZERO = 0.02
#: Drafts timed in the newest weeks below which a share under the time to read says nothing.
ENOUGH_TIMED = 10
SUSPECTED: Verdict = "rubber-stamping suspected"


def attention(
    rows: Sequence[Row],
    trend: str,
    override_share: float | None,
    unread: tuple[int, int] = (0, 0),
) -> dict[str, Any]:
    """What the rows of `attention_weeks` say about an override rate whose verdict is `trend`.

    Seconds are medians of weekly medians; the share is over all weeks, with Wilson's interval.
    `unread`: of the drafts timed in the newest weeks, those judged faster than they can be read,
    and how many were timed.
    """
    n, k = sum(row["n"] for row in rows), sum(row["k"] for row in rows)
    timed = [row["review_seconds"] for row in rows if row["review_seconds"] is not None]
    first = median(timed[:POOLED]) if timed else None
    last = median(timed[-POOLED:]) if timed else None
    verdict, sentence = _verdict(n, k, first, last, trend, override_share, unread)
    interval = wilson(k, n) if n else None
    return {
        "seeded": {
            "n": n,
            "caught": k,
            "rate": round(k / n, 6) if n else None,
            "low": interval[0] if interval else None,
            "high": interval[1] if interval else None,
        },
        "review_seconds": {"first": _tenth(first), "last": _tenth(last)},
        "weeks": [
            {
                "week": row["week_end"],
                "caught": row["k"],
                "n": row["n"],
                "review_seconds": _tenth(row["review_seconds"]),
            }
            for row in rows
        ],
        "verdict": verdict,
        "sentence": sentence,
    }


def _verdict(
    n: int,
    k: int,
    first: float | None,
    last: float | None,
    trend: str,
    share: float | None,
    unread: tuple[int, int],
) -> tuple[Verdict, str]:
    if share is not None and share < NEAR_ZERO and last is not None and last < FLOOR_SECONDS:
        return SUSPECTED, (
            f"Hardly anything is overridden and a draft is looked at for {last:.0f} s: reviewers "
            "are not reading, so do not extend."
        )
    if n >= ENOUGH and k / n < CATCHES and trend == "falling":
        return SUSPECTED, (
            f"Overrides fall, but only {k} of {n} planted defects were caught: rubber-stamping is "
            "suspected, so do not extend."
        )
    if trend == "falling" and first and last is not None and last < COLLAPSED * first:
        return SUSPECTED, (
            f"Overrides fall while a draft is looked at for {last:.0f} s instead of {first:.0f} s: "
            "rubber-stamping is suspected, so do not extend."
        )
    quick, timed = unread
    if trend == "falling" and timed >= ENOUGH_TIMED and quick / timed > 0.5:
        return SUSPECTED, (
            f"Overrides fall while {quick} of {timed} drafts were judged faster than they can be "
            "read: rubber-stamping is suspected, so do not extend."
        )
    if not n:
        return "cannot tell", "No draft with a planted defect was shown yet, so nobody knows."
    if n < ENOUGH:
        return "cannot tell", (
            f"{k} of {n} planted defects were caught; from {ENOUGH} on that says whether reviewers "
            "still read."
        )
    if k / n < CATCHES:
        return "cannot tell", (
            f"Only {k} of {n} planted defects were caught, fewer than {CATCHES:.0%}: the drafts "
            "need more care before the rate says anything."
        )
    return "reading", f"{k} of {n} planted defects were caught: reviewers still read."


def _tenth(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
