"""How far two groups are apart, in standard deviations: for tables of likeness."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

#: Groups further apart than this are not alike (Austin 2009 suggests 0.1; 0.25 is common).
ALIKE = 0.25


def standardised_difference(one: Sequence[float], other: Sequence[float]) -> float | None:
    """(mean of one - mean of other) / pooled standard deviation; None where it is undefined.

    Shares are given as 0 and 1. Two groups without any spread differ by 0 when they are equal.
    """
    if len(one) < 2 or len(other) < 2:
        return None
    apart = float(np.mean(one)) - float(np.mean(other))
    spread = math.sqrt((float(np.var(one, ddof=1)) + float(np.var(other, ddof=1))) / 2)
    if spread > 0:
        return apart / spread
    return 0.0 if apart == 0 else None
