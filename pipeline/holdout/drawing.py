"""The lot: families of customers, stratified by size and past lateness, drawn by a seed.

A family (all customers of one parent) is drawn as one. In every stratum the holdout's share is
the asked one to within one family; the same seed gives the same list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.model import fingerprint

#: Pilot families for one in the holdout.
RATIOS = {"1:1": 1, "2:1": 2}
#: Bands of equal number, by what was billed.
SIZES = ("large", "middle", "small")
LATENESS = ("late", "punctual", "no history")


class Family(NamedTuple):
    """The customers of one parent, or one customer alone."""

    name: str
    customer_ids: tuple[str, ...]
    billed: float
    """In the year before day 0, in reporting currency."""
    days_late: float | None
    """Mean of its customers' median days late; None without an invoice due."""


class Lot(NamedTuple):
    """One family's stratum and where the lot put it."""

    family: Family
    size: str
    lateness: str
    is_held: bool


def draw_lots(families: Sequence[Family], ratio: str, seed: str) -> list[Lot]:
    """Every family with its lot, by stratum and then by name."""
    share = 1 / (1 + RATIOS[ratio])
    strata: dict[tuple[str, str], list[Family]] = defaultdict(list)
    sizes, middle = _sizes(families), _middle(families)
    for family in families:
        strata[sizes[family.name], _lateness(family, middle)].append(family)
    # Where the rounding starts is the seed's, so that no stratum order favours an arm.
    passed, taken = 0, 0
    offset = int(fingerprint("offset", seed)[:8], 16) / 2**32
    found = []
    for (size, lateness), members in sorted(strata.items()):
        passed += len(members)
        wanted = int(passed * share + offset) - taken
        taken += wanted
        order = sorted(members, key=lambda one: fingerprint("holdout", seed, one.name))
        held = {one.name for one in order[:wanted]}
        found += [
            Lot(one, size, lateness, one.name in held)
            for one in sorted(members, key=lambda one: one.name)
        ]
    return found


def _sizes(families: Sequence[Family]) -> dict[str, str]:
    ranked = sorted(families, key=lambda one: (-one.billed, one.name))
    n = max(len(ranked), 1)
    return {one.name: SIZES[place * len(SIZES) // n] for place, one in enumerate(ranked)}


def _middle(families: Sequence[Family]) -> float:
    """The days late that half of the families stay below."""
    known = sorted(one.days_late for one in families if one.days_late is not None)
    return known[len(known) // 2] if known else 0.0


def _lateness(family: Family, middle: float) -> str:
    if family.days_late is None:
        return LATENESS[2]
    return LATENESS[0] if family.days_late >= middle and family.days_late > 0 else LATENESS[1]
