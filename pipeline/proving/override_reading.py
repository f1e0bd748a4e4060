"""What the override rate alone does not say: of which cases, at which threshold, read by whom.

All of it is counted from the decisions behind the rate, one row each (`judged_drafts`), and from
the messages that left (`post_send_defects`). Metrics 1.6.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from datetime import date, timedelta
from statistics import geometric_mean, median
from typing import Any

from pipeline.settings import GO_LIVE_DAY
from pipeline.statistics import override_trend, wilson
from pipeline.statistics.overrides import FEWEST_DRAFTS
from pipeline.statistics.standardising import standardised
from pipeline.warehouse.day import Row

#: Shares of words changed from which an edit counts as an override; .10 is the rate's own.
THRESHOLDS = (0.05, 0.10, 0.20, 0.30)
#: A quick reader's words a second (240 a minute): a draft judged faster was not read.
WORDS_PER_SECOND = 4.0
#: Week eight is read twice: of the pilot, which has seen four weeks of drafts, and of the drafts.
_WEEK_EIGHT = 8 * 7


def at_thresholds(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """The override rate had another share of changed words made an edit an override."""
    return [{"hter": limit, **_share(_over(rows, limit), len(rows))} for limit in THRESHOLDS]


def _over(rows: Sequence[Row], limit: float) -> int:
    return sum(
        row["verdict"] in ("reroute", "hold", "reject")
        or (
            row["verdict"] == "edit"
            and (row["has_protected_change"] or (row["edit_rate"] or 0.0) > limit)
        )
        for row in rows
    )


def _share(k: int, n: int) -> dict[str, Any]:
    """So many (k) of n, with Wilson's interval; None where nothing was counted."""
    interval = wilson(k, n)
    return {
        "k": k,
        "n": n,
        "rate": round(k / n, 6) if n else None,
        "low": interval[0] if interval else None,
        "high": interval[1] if interval else None,
    }


def case_mix(rows: Sequence[Row]) -> dict[str, Any]:
    """The same test on weekly rates standardised to the first weeks' mix of cases.

    A class is lane x size (over the geometric mean of money or not) x first message to the
    customer or not. Weeks with fewer than five drafts are pooled with the next, as in the test.
    """
    known = [row["amount"] for row in rows if row["amount"] is not None and row["amount"] > 0]
    middle = geometric_mean(known) if known else 0.0
    groups = _pooled(rows)
    weeks = standardised([_classes(group, middle) for _, group in groups])
    found = [
        (end, len(group), week)
        for (end, group), week in zip(groups, weeks, strict=True)
        if week is not None
    ]
    trend = override_trend([week.k for *_, week in found], [week.n for *_, week in found])
    return {
        "verdict": trend.verdict,
        "sentence": trend.sentence,
        "classes": len(_classes(rows, middle)),
        "weeks": [
            {"week": end, "rate": round(week.rate, 6), "n": n, "covered": round(week.covered, 6)}
            for end, n, week in found
        ],
    }


def _pooled(rows: Sequence[Row]) -> list[tuple[date, list[Row]]]:
    """Rows by week, a thin week with the next one (the last with the one before)."""
    groups: list[tuple[date, list[Row]]] = []
    gathered: list[Row] = []
    for end in sorted({row["week_end"] for row in rows}):
        gathered += [row for row in rows if row["week_end"] == end]
        if len(gathered) >= FEWEST_DRAFTS:
            groups.append((end, gathered))
            gathered = []
    if gathered and groups:
        last, there = groups.pop()
        groups.append((last, there + gathered))
    return groups


def _classes(rows: Sequence[Row], middle: float) -> Mapping[Hashable, tuple[int, int]]:
    n = Counter(_class(row, middle) for row in rows)
    k = Counter(_class(row, middle) for row in rows if row["is_override"])
    return {name: (k[name], count) for name, count in n.items()}


def _class(row: Row, middle: float) -> Hashable:
    amount = row["amount"]
    size = "unknown" if amount is None else "large" if amount > middle else "small"
    return row["lane"], size, bool(row["is_first_message"])


def read_outs(rows: Sequence[Row], start: date, as_of: date) -> list[dict[str, Any]]:
    """The verdict at week eight of the pilot and at week eight of the drafts.

    Weeks are counted from go-live, seven days each; the pilot's eighth has seen four of them, the
    last not whole. A read-out that the day has not reached has no verdict.
    """
    go_live = start + timedelta(days=GO_LIVE_DAY)
    return [
        _read_out(name, on, rows, go_live, as_of)
        for name, on in (
            ("pilot week 8", start + timedelta(days=_WEEK_EIGHT - 1)),
            ("copilot week 8", go_live + timedelta(days=_WEEK_EIGHT - 1)),
        )
    ]


def _read_out(
    name: str, on: date, rows: Sequence[Row], go_live: date, as_of: date
) -> dict[str, Any]:
    if as_of < on:
        return {
            "name": name,
            "on": on,
            "verdict": None,
            "sentence": f"Not reached: its days are over at the close of {on}.",
            "k": None,
            "n": None,
        }
    seen = [row for row in rows if go_live <= row["on_day"] <= on]
    weeks = range((on - go_live).days // 7 + 1)
    placed = [(row["on_day"] - go_live).days // 7 for row in seen]
    n = Counter(placed)
    k = Counter(week for week, row in zip(placed, seen, strict=True) if row["is_override"])
    trend = override_trend([k[week] for week in weeks], [n[week] for week in weeks])
    return {
        "name": name,
        "on": on,
        "verdict": trend.verdict,
        "sentence": trend.sentence,
        "k": k.total(),
        "n": n.total(),
    }


def under_the_floor(rows: Sequence[Row]) -> dict[str, Any]:
    """Drafts judged in less time than their words take to read, of those that were timed."""
    timed = [row for row in rows if row["review_seconds"] is not None and row["draft_words"]]
    below = sum(row["review_seconds"] < row["draft_words"] / WORDS_PER_SECOND for row in timed)
    floors = [row["draft_words"] / WORDS_PER_SECOND for row in timed]
    return {
        **_share(below, len(timed)),
        "median_floor_seconds": round(median(floors), 1) if floors else None,
        "words_per_second": WORDS_PER_SECOND,
    }


def defects(rows: Sequence[Row]) -> dict[str, Any]:
    """Messages that should not have left, per hundred that did, by what gave them away."""
    kinds = ("bounced", "wrong_person", "dispute_discovered", "apologised")
    found = _share(sum(row["is_defect"] for row in rows), len(rows))
    return {
        **found,
        "per_100": None if found["rate"] is None else round(100 * found["rate"], 4),
        **{kind: sum(row[f"is_{kind}"] for row in rows) for kind in kinds},
    }
