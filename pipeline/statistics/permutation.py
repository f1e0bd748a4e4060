"""How often chance alone, dealing customers into arms, makes as large a difference."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import comb

import numpy as np

from pipeline.statistics.cohort import Tally
from pipeline.statistics.intervals import Bools, Floats
from pipeline.statistics.survival import capped_area

#: Deals computed at once: bounds memory at about this x customers x 8 bytes.
BATCH = 512


def permutation_p(counts: Tally, in_pilot: Bools, seed: int, draws: int = 4999) -> float | None:
    """Two-sided p value of the difference in differences under re-dealt arms.

    Exact over every deal when there are at most `draws` of them, else (1 + hits) /
    (1 + draws) over `draws` seeded ones. Deals that leave a cell empty are left out;
    None when the actual difference is undefined. Source: Fisher 1935; Phipson and Smyth
    2010 for the added one.
    """
    actual = _differences(counts, in_pilot[None, :])[0]
    if np.isnan(actual):
        return None
    every = comb(len(in_pilot), int(in_pilot.sum())) <= draws
    batches = _all_deals(in_pilot) if every else _random_deals(in_pilot, seed, draws)
    hits = known = 0
    for deals in batches:
        found = _differences(counts, deals)
        # A hair below counts as equal: the same deal summed in another order is no smaller.
        hits += int((np.abs(found) >= abs(actual) - 1e-9).sum())
        known += int((~np.isnan(found)).sum())
    return hits / known if every else (1 + hits) / (1 + known)


def _differences(counts: Tally, deals: Bools) -> Floats:
    """The difference in differences (days) of each deal; deals has shape (deals, customers)."""
    pilot, control = (_windows(counts, arm.astype(np.float64)) for arm in (deals, ~deals))
    found: Floats = (pilot[:, 1] - pilot[:, 0]) - (control[:, 1] - control[:, 0])
    return found


def _windows(counts: Tally, chosen: Floats) -> Floats:
    leaving, ends = (np.tensordot(chosen, part, axes=1) for part in counts)
    return capped_area(leaving, ends)


def _all_deals(in_pilot: Bools) -> Iterator[Bools]:
    size = len(in_pilot)
    picks = np.array(list(combinations(range(size), int(in_pilot.sum()))), dtype=np.intp)
    deals = np.zeros((len(picks), size), dtype=np.bool_)
    np.put_along_axis(deals, picks, True, axis=1)
    yield from np.array_split(deals, -(-len(deals) // BATCH))


def _random_deals(in_pilot: Bools, seed: int, draws: int) -> Iterator[Bools]:
    chance = np.random.default_rng(seed)
    for start in range(0, draws, BATCH):
        size = min(BATCH, draws - start)
        yield chance.permuted(np.tile(in_pilot, (size, 1)), axis=1)
