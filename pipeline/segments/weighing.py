"""The candidates under other weights: who would lead, and whether that is the weights' doing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.model import WrongCall
from pipeline.settings import COMPONENTS
from pipeline.statistics import first_place_shares


def reweighed(
    candidates: Sequence[Mapping[str, Any]], weights: Mapping[str, float]
) -> list[dict[str, Any]]:
    """Candidates of `choose` by their score under other weights, those that pass first.

    `score` and `score_before` are 0-100; `first_share` is the share of weightings within 50% of
    these under which a passing candidate leads. Gates do not depend on weights. Raises WrongCall
    when every weight is nought.
    """
    chosen = [float(weights[name]) for name in COMPONENTS]
    total = sum(chosen)
    if total <= 0:
        raise WrongCall("Every weight is nought: give one of them a weight above 0.")
    points = [[part["points"] for part in each["components"]] for each in candidates]
    passing = [place for place, each in enumerate(candidates) if each["passes"]]
    shares = first_place_shares([points[place] for place in passing], chosen) if passing else []
    firsts = dict(zip(passing, shares, strict=True))
    rows = [
        {
            "candidate": each["candidate"],
            "passes": each["passes"],
            "score": sum(p * w for p, w in zip(points[place], chosen, strict=True)) / total,
            "score_before": each["score"],
            "first_share": firsts.get(place),
        }
        for place, each in enumerate(candidates)
    ]
    return sorted(rows, key=lambda row: (not row["passes"], -row["score"], row["candidate"]))
