"""How far the answer may lie off: one input at a time, all at their worst, and many draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from pipeline.roi.inputs import SORTS, Input, Scenario
from pipeline.roi.reckoning import Draws, reckon

#: Draws of the Monte-Carlo band: its ends then stand still to about a hundredth of the band.
DRAWS = 10_000
SEED = 7
#: Ends of the 80% band.
BAND = (0.10, 0.90)
BINS = 30


@dataclass(frozen=True)
class Swing:
    """First-year net at both ends of one input, all others at their base."""

    name: str
    at_low: Decimal
    at_high: Decimal

    @property
    def size(self) -> Decimal:
        """How much this input alone can move the answer."""
        return abs(self.at_high - self.at_low)


@dataclass(frozen=True)
class Spread:
    """What the draws say about first-year net."""

    low: float
    high: float
    above_zero: float
    """Share of draws that do not lose money."""
    edges: tuple[float, ...]
    shares: tuple[float, ...]
    """Share of draws between an edge and the next."""


def bases(scenario: Scenario) -> dict[str, Decimal]:
    """The likeliest value of every input."""
    return {name: given.base for name, given in scenario.items()}


def tornado(scenario: Scenario) -> list[Swing]:
    """Every uncertain input's swing, widest first."""
    base = bases(scenario)
    swings = [
        Swing(
            name,
            reckon({**base, name: given.low}).net,
            reckon({**base, name: given.high}).net,
        )
        for name, given in scenario.items()
        if given.low != given.high
    ]
    return sorted(swings, key=lambda swing: (-swing.size, swing.name))


def extreme(scenario: Scenario, *, is_hopeful: bool) -> dict[str, Decimal]:
    """Every input at the end that helps (or hurts), chosen one after the other.

    Each step keeps or improves on the one before, so that the cautious case is never above the
    base, nor the hopeful one below it.
    """
    values = bases(scenario)
    best = max if is_hopeful else min
    for name, given in scenario.items():
        ends = (given.base, given.low, given.high)
        values[name] = best(ends, key=lambda end: reckon({**values, name: end}).net)
    return values


def triangular(given: Input, uniform: Draws) -> Draws:
    """Draws of a triangular distribution by its inverse; a range of nought is its own value."""
    low, base, high = (float(end) for end in (given.low, given.base, given.high))
    width = high - low
    if width <= 0:
        return np.full_like(uniform, base)
    rising = low + np.sqrt(uniform * width * (base - low))
    falling = high - np.sqrt((1.0 - uniform) * width * (high - base))
    return np.where(uniform < (base - low) / width, rising, falling)


def spread(scenario: Scenario, seed: int = SEED, draws: int = DRAWS) -> Spread:
    """The 80% band of first-year net by Monte Carlo.

    Inputs are drawn apart from each other and always in the same order, so that one seed gives
    one answer, and changing an input leaves the draws of the others as they were.
    """
    dice = np.random.default_rng(seed)
    drawn = {name: triangular(scenario[name], dice.random(draws)) for name in SORTS}
    net = reckon(drawn).net
    low, high = (float(end) for end in np.quantile(net, BAND))
    shares, edges = np.histogram(net, bins=BINS)
    return Spread(
        low=low,
        high=high,
        above_zero=float((net >= 0).mean()),
        edges=tuple(float(edge) for edge in edges),
        shares=_shares(shares.tolist(), draws),
    )


def _shares(counts: Sequence[int], draws: int) -> tuple[float, ...]:
    return tuple(count / draws for count in counts)
