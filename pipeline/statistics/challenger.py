"""A logistic regression on what the score is made of: what a model would have to beat it with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from pipeline.statistics.intervals import Floats
from pipeline.statistics.ranking import ridge_logit

#: As much penalty as one row in five hundred: no term may run away on a small book.
_PENALTY = 0.002


@dataclass(frozen=True, eq=False)
class Challenger:
    """Fitted weights over standardised terms."""

    weights: Floats
    centre: Floats
    spread: Floats

    def score(self, terms: Floats) -> Floats:
        """The probability of each row; `terms` as it was fitted."""
        found: Floats = special.expit(_design((terms - self.centre) / self.spread) @ self.weights)
        return found


def fit(terms: Floats, happened: Floats) -> Challenger | None:
    """Logistic regression on (rows, terms); None where only one thing ever happened."""
    if len(happened) < 2 or happened.min() == happened.max():
        return None
    centre, spread = terms.mean(axis=0), terms.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    weights = ridge_logit(_design((terms - centre) / spread), happened, _PENALTY)
    return Challenger(weights, centre, spread)


def logits(shares: Floats) -> Floats:
    """Shares on the logit, kept off its ends."""
    found: Floats = special.logit(np.clip(shares, 0.01, 0.99))
    return found


def _design(terms: Floats) -> Floats:
    return np.concatenate([np.ones((len(terms), 1)), terms], axis=1)
