"""How well suggested labels agree with those that people confirmed: counts and 95% intervals.

Intervals are Wilson's. A person sees the suggestion before confirming, and only what was closed
counts, so the card flatters; it is no measure on messages labelled blind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.replies import LABELS, SENSITIVE
from pipeline.statistics.intervals import wilson
from pipeline.warehouse.day import Day, Row
from pipeline.warehouse.replies import closed_replies

#: Under this many messages a share is not told.
FEWEST = 20


def accuracy(day: Day) -> dict[str, Any]:
    """The `labels` verb's object: the card of every message that is closed on the day."""
    return {"as_of": day.as_of, **measure(closed_replies(day))}


def measure(closed: Sequence[Row]) -> dict[str, Any]:
    """The card of these closings: agreement, sensitive recall and precision, label by label.

    Of a row, `suggested`, `labels`, `label`, `was_unread` and `verdict` are read.
    """
    sensitive = [row for row in closed if SENSITIVE & set(row["labels"])]
    marked = [row for row in closed if _is_marked(row)]
    verdicts = Counter(row["verdict"] for row in closed)
    return {
        "n": len(closed),
        "verdicts": {name: verdicts[name] for name in ("accept", "change", "reject")},
        "agreement": _share(sum(_governing(r) == r["label"] for r in closed), len(closed)),
        "sensitive_recall": _share(sum(map(_is_marked, sensitive)), len(sensitive)),
        "sensitive_precision": _share(
            sum(bool(SENSITIVE & set(row["labels"])) for row in marked), len(marked)
        ),
        "labels": [_label(name, closed) for name in LABELS if _speaks_of(name, closed)],
        "confusion": _confusion(closed),
        "messages": [_gold(row) for row in closed],
    }


def _governing(row: Row) -> str:
    return str(row["suggested"][0]) if row["suggested"] else "UNCLEAR"


def _is_marked(row: Row) -> bool:
    """Whether the rules marked it for a person: a sensitive label, or words not understood."""
    return bool(row["was_unread"] or SENSITIVE & set(row["suggested"]))


def _speaks_of(name: str, closed: Sequence[Row]) -> bool:
    return any(name in row["labels"] or name in row["suggested"] for row in closed)


def _label(name: str, closed: Sequence[Row]) -> dict[str, Any]:
    confirmed = [row for row in closed if name in row["labels"]]
    suggested = [row for row in closed if name in row["suggested"]]
    both = sum(name in row["labels"] for row in suggested)
    return {
        "label": name,
        "confirmed": len(confirmed),
        "suggested": len(suggested),
        "both": both,
        "recall": _share(both, len(confirmed)),
        "precision": _share(both, len(suggested)),
    }


def _share(k: int, n: int) -> dict[str, Any]:
    """So many of n, and from 20 on the share with its interval."""
    found = wilson(k, n) if n >= FEWEST else None
    return {
        "k": k,
        "n": n,
        "share": k / n if found else None,
        "low": found[0] if found else None,
        "high": found[1] if found else None,
    }


def _confusion(closed: Sequence[Row]) -> list[dict[str, Any]]:
    """The governing label suggested and the one confirmed, each pair that occurs."""
    pairs = Counter((_governing(row), str(row["label"])) for row in closed)
    order: Mapping[str, int] = {name: place for place, name in enumerate(LABELS)}
    return [
        {"suggested": suggested, "confirmed": confirmed, "messages": n}
        for (suggested, confirmed), n in sorted(
            pairs.items(), key=lambda pair: (order[pair[0][0]], order[pair[0][1]])
        )
    ]


def _gold(row: Row) -> dict[str, Any]:
    """One confirmed message, without its words: the gold labels to keep."""
    names = ("message_id", "customer_id", "verdict", "label", "is_settled", "closed_by")
    return {
        **{name: row[name] for name in names},
        "labels": list(row["labels"]),
        "suggested": list(row["suggested"]),
        "closed_on": row["closed_on"],
    }
