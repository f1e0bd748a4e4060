"""The back-test card: the score in use on later weeks, the order it makes, and a challenger."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np

from pipeline.back_test.snapshots import Snapshots, snapshots
from pipeline.pilot import Pilot, Progress
from pipeline.statistics.challenger import fit, logits
from pipeline.statistics.gate import FEWEST_CUSTOMERS, FEWEST_OF_EACH, gate
from pipeline.statistics.intervals import Floats, Interval
from pipeline.statistics.ranking import (
    Outcomes,
    auc,
    auc_interval,
    brier,
    calibration_slope,
    first_fifth,
    reliability,
    share_found,
    share_gain,
)

_ORDERS = {
    "score x amount": "as the queue has it",
    "oldest first": "what most lists do",
    "largest first": "by open amount",
    "amount x age": "by both",
}


def back_test(pilot: Pilot, as_of: date | None, progress: Progress) -> dict[str, Any]:
    """The `score` verb's object. Half of the Mondays are for fitting, the later half for judging.

    The score in use is fitted to nothing; the challenger sees only outcomes known before the split.
    """
    on = pilot.as_of(as_of)
    return card(snapshots(pilot, on, progress), on)


def card(rows: Snapshots, as_of: date) -> dict[str, Any]:
    """The same from snapshots at hand; a share of money is over all its currencies at rates."""
    if not len(rows.day):
        why = "no past-due invoice had reached its next age boundary by the day."
        return {"as_of": as_of, "verdict": "cannot tell", "sentence": f"Cannot tell: {why}"}
    days = np.unique(rows.day)
    split = int(days[len(days) // 2])
    before, after = rows.where(rows.known_on < split), rows.where(rows.day >= split)
    verdict, sentence = _verdict(after)
    orders = _orders(after)
    return {
        "as_of": as_of,
        "from": date.fromordinal(_ordinal(days[0])),
        "split_on": date.fromordinal(_ordinal(split)),
        "weeks": len(days),
        "verdict": verdict,
        "sentence": sentence,
        "fitted": _counts(before),
        "judged": _counts(after),
        "score": _judged(after.outcomes, after.score),
        "reliability": [asdict(one) for one in reliability(after.outcomes, after.score)],
        "orders": orders,
        "against_oldest": _against_oldest(orders),
        "challenger": _challenger(before, after),
    }


def _ordinal(physical: Any) -> int:
    """Days since 1970, as Polars counts them, as Python's ordinal."""
    return int(physical) + date(1970, 1, 1).toordinal()


def _counts(rows: Snapshots) -> dict[str, Any]:
    n = len(rows.day)
    return {
        "n": n,
        "customers": rows.outcomes.customers,
        "still_open": int(rows.still_open.sum()),
        "rate": float(rows.still_open.mean()) if n else None,
        "without_rate": int(np.isnan(rows.amount).sum()),
    }


def _enough(rows: Snapshots) -> bool:
    yes = int(rows.still_open.sum())
    few = min(yes, len(rows.day) - yes)
    return rows.outcomes.customers >= FEWEST_CUSTOMERS and few >= FEWEST_OF_EACH


def _verdict(rows: Snapshots) -> tuple[str, str]:
    """Whether the score orders better than chance, in one sentence with its interval."""
    found = _judged(rows.outcomes, rows.score)
    ends = found["auc_low"], found["auc_high"]
    if found["auc"] is None or None in ends:
        return "cannot tell", "Cannot tell: the later weeks hold too few of either outcome."
    said = f"AUC {found['auc']:.2f} (95% from {ends[0]:.2f} to {ends[1]:.2f})"
    said += f" on {len(rows.day)} rows of {rows.outcomes.customers} customers"
    if not _enough(rows):
        return "cannot tell", f"Cannot tell yet: {said}, which are too few."
    if ends[0] > 0.5:
        return "orders better than chance", f"The score orders better than chance: {said}."
    return "cannot tell", f"Cannot tell from chance: {said}."


def _judged(outcomes: Outcomes, score: Floats) -> dict[str, Any]:
    if not outcomes.n:
        return dict.fromkeys(("auc", "auc_low", "auc_high", "brier", "brier_skill", "slope"))
    base = float(outcomes.happened.mean())
    flat = brier(outcomes, np.full(outcomes.n, base))
    found = brier(outcomes, score)
    area = auc(outcomes, score)
    low, high = _ends(auc_interval(outcomes, score))
    return {
        "auc": None if np.isnan(area) else area,
        "auc_low": low,
        "auc_high": high,
        "brier": found,
        "brier_skill": 1 - found / flat if flat > 0 else None,
        "slope": calibration_slope(outcomes, score),
    }


def _ends(ends: Interval | None) -> tuple[float | None, float | None]:
    return ends or (None, None)


def _orders(rows: Snapshots) -> list[dict[str, Any]]:
    """The first fifth of each Monday's list: how much of the money that stuck lies in it."""
    priced = rows.where(~np.isnan(rows.amount))
    if not len(priced.day) or not priced.still_open.any():
        return []
    orders = {
        "score x amount": priced.score * priced.amount,
        "oldest first": priced.age,
        "largest first": priced.amount,
        "amount x age": priced.amount * priced.age,
    }
    outcomes = priced.outcomes
    chosen = {name: first_fifth(priced.day, values) for name, values in orders.items()}
    return [_order(name, outcomes, priced.amount, chosen) for name in orders]


def _order(
    name: str, outcomes: Outcomes, amount: Floats, chosen: dict[str, Floats]
) -> dict[str, Any]:
    ours = chosen["score x amount"]
    gain, ends = share_gain(outcomes, amount, chosen[name], ours)
    low, high = _ends(ends) if name != "score x amount" else (None, None)
    return {
        "order": name,
        "what": _ORDERS[name],
        "share": share_found(outcomes, amount, chosen[name]),
        "queue_finds_more": gain if name != "score x amount" else None,
        "low": low,
        "high": high,
    }


def _against_oldest(orders: list[dict[str, Any]]) -> dict[str, str]:
    """Whether the queue's first fifth holds more of the money that stuck than the oldest fifth."""
    if not orders:
        why = "no money that stuck has a rate in the reporting currency"
        return {"verdict": "cannot tell", "sentence": f"Cannot tell: {why}."}
    ours, oldest = orders[0], orders[1]
    low, high = oldest["low"], oldest["high"]
    said = (
        f"the first fifth of the queue held {ours['share']:.0%} of the money that stuck, the "
        f"oldest fifth {oldest['share']:.0%}"
    )
    if low is None or high is None:
        return {"verdict": "cannot tell", "sentence": f"Cannot tell: {said}; too few customers."}
    ends = f"{_points(oldest['queue_finds_more'])} points, 95% from {_points(low)} to "
    said = f"{said} ({ends}{_points(high)})"
    if low > 0:
        return {"verdict": "finds more", "sentence": f"More than oldest first: {said}."}
    if high < 0:
        return {"verdict": "finds less", "sentence": f"Less than oldest first: {said}."}
    return {
        "verdict": "cannot tell",
        "sentence": f"Whether it beats oldest first cannot be told: {said}.",
    }


def _points(share: float) -> str:
    """Percentage points with a true sign; nought has none."""
    points = round(100 * share)
    return f"{points:+d}".replace("-", "\N{MINUS SIGN}") if points else "0"


def _terms(rows: Snapshots) -> Floats:
    """What the score is made of, each by itself."""
    own = logits((rows.own_k + 1.0) / (rows.own_n + 2.0))
    size = np.log1p(np.nan_to_num(rows.amount))
    columns = [own, np.log1p(rows.own_n), logits(rows.book_rate), rows.age, rows.to_edge, size]
    return np.stack(columns, axis=1)


def _challenger(before: Snapshots, after: Snapshots) -> dict[str, Any]:
    """A logistic regression fitted on the earlier weeks, and whether the gate lets it in."""
    told = "logistic regression on own history, book rate, age, days to the boundary and amount"
    fitted = fit(_terms(before), before.still_open)
    if fitted is None or not len(after.day):
        why = "Not fitted: the earlier weeks hold too few of either outcome."
        return {"what": told, "passes": False, "sentence": why, "conditions": []}
    score = fitted.score(_terms(after))
    found = gate(after.outcomes, after.score, score)
    said = "passes the gate: it may be proposed" if found.passes else "does not pass the gate"
    return {
        "what": told,
        **_judged(after.outcomes, score),
        "passes": found.passes,
        "sentence": f"The challenger {said}; the transparent score stays in use.",
        "conditions": [asdict(one) for one in found.conditions],
    }
