"""Whether a model may take the transparent score's place: only by what is stated here.

The score that everybody can check by hand stays unless another one orders clearly better on the
client's own later invoices, is no less honest about its probabilities, and is neither too sure
nor too timid.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.statistics.intervals import Floats
from pipeline.statistics.ranking import Outcomes, auc_gain, brier, calibration_slope

SLOPES = (0.8, 1.25)
#: Fewer customers, or fewer rows of either outcome, decide nothing.
FEWEST_CUSTOMERS, FEWEST_OF_EACH = 20, 30


@dataclass(frozen=True)
class Condition:
    """One thing that must hold; `is_met` is None where it cannot be told."""

    name: str
    is_met: bool | None
    sentence: str


@dataclass(frozen=True)
class Gate:
    """Every condition; the challenger passes when each is known to hold."""

    conditions: tuple[Condition, ...]

    @property
    def passes(self) -> bool:
        """Whether the challenger may replace the score; unknown is never permission."""
        return all(condition.is_met for condition in self.conditions)


def gate(outcomes: Outcomes, score: Floats, challenger: Floats) -> Gate:
    """The challenger against the score on rows that neither was fitted on.

    AUC gain: its paired 95% interval over customers lies above 0. Brier: not higher.
    Calibration slope within 0.8 to 1.25. And enough customers and outcomes to say any of it.
    """
    return Gate(
        (
            _enough(outcomes),
            _orders_better(outcomes, score, challenger),
            _no_less_honest(outcomes, score, challenger),
            _slope(outcomes, challenger),
        )
    )


def _enough(outcomes: Outcomes) -> Condition:
    yes = int(outcomes.happened.sum())
    few = min(yes, outcomes.n - yes)
    is_met = outcomes.customers >= FEWEST_CUSTOMERS and few >= FEWEST_OF_EACH
    said = (
        f"{outcomes.customers} customers (at least {FEWEST_CUSTOMERS}); {yes} rows still open, "
        f"{outcomes.n - yes} paid (at least {FEWEST_OF_EACH} of each)."
    )
    return Condition("enough to tell", is_met, said)


def _orders_better(outcomes: Outcomes, score: Floats, challenger: Floats) -> Condition:
    gain, ends = auc_gain(outcomes, score, challenger)
    if ends is None:
        return Condition("orders better", None, "The gain has no interval: too few customers.")
    said = f"AUC gain {gain:+.3f} (95% from {ends[0]:+.3f} to {ends[1]:+.3f}); all above 0."
    return Condition("orders better", ends[0] > 0, said)


def _no_less_honest(outcomes: Outcomes, score: Floats, challenger: Floats) -> Condition:
    old, new = brier(outcomes, score), brier(outcomes, challenger)
    said = f"Brier {new:.3f} against {old:.3f}: not above it."
    return Condition("no less honest", new <= old, said)


def _slope(outcomes: Outcomes, challenger: Floats) -> Condition:
    slope = calibration_slope(outcomes, challenger)
    low, high = SLOPES
    if slope is None:
        return Condition("as sure as it should be", None, "No calibration slope can be fitted.")
    said = f"Calibration slope {slope:.2f}: between {low} and {high}."
    return Condition("as sure as it should be", low <= slope <= high, said)
