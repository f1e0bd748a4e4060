"""Whether a ranking by weighted points is the weights' doing."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

DRAWS = 2000
SEED = 2602


def first_place_shares(
    points: ArrayLike,
    weights: ArrayLike,
    reach: float = 0.5,
    seed: int = SEED,
    draws: int = DRAWS,
) -> list[float]:
    """The share of weightings (0-1) under which each row has the highest weighted mean.

    `points` has one row per candidate and one column per component; every weight is drawn
    evenly from its value -/+ `reach` of it. Equals share a first place. The same seed gives the
    same answer. Raises ValueError when rows and weights do not fit.
    """
    table, base = np.asarray(points, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    if not len(table):
        return []
    if table.ndim != 2 or table.shape[1:] != base.shape:
        raise ValueError("points need one column for each weight")
    rng = np.random.default_rng(seed)
    drawn = base * rng.uniform(1.0 - reach, 1.0 + reach, size=(draws, len(base)))
    scores = drawn @ table.T
    first = np.isclose(scores, scores.max(axis=1, keepdims=True), rtol=0.0, atol=1e-9)
    shares = (first / first.sum(axis=1, keepdims=True)).mean(axis=0)
    return [float(share) for share in shares]
