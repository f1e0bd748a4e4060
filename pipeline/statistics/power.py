"""How small a change a pilot could see, by resampling the customers of the company's own ledger.

Formulas with a constant correlation mis-power panels of customers (Burlig, Preonas and Woerman
2020), so that the spread is read off the ledger itself.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from pipeline.statistics.before_after import minimum_detectable
from pipeline.statistics.cohort import Tally
from pipeline.statistics.intervals import Floats
from pipeline.statistics.survival import capped_area

DRAWS = 250
SEED = 2601
#: Control customers wanted for each pilot customer.
CONTROLS = 3
#: Draws that may come out without an invoice in a window before the answer is "cannot tell".
_EMPTY_DRAWS = 0.05


class Detectable(NamedTuple):
    """The smallest change seen in eighty of a hundred pilots, in days; None with the reason."""

    days: float | None
    se: float | None
    pilot_customers: int
    control_customers: int
    why: str = ""


def detectable(pilot: Tally, control: Tally, seed: int = SEED, draws: int = DRAWS) -> Detectable:
    """Minimum detectable change (days of RDPD) with these pilot and control customers.

    Both are day histograms, one entry a customer, of a past stretch cut into the read-out's
    windows, in which nothing was changed. Each draw takes as many pilot customers as there are,
    and up to three times as many controls, with replacement; the spread of the difference in
    differences, t on 1.2 (J - 1) degrees of freedom, power 80%, two-sided 5% (metrics 3.6).
    The same seed gives the same answer.
    """
    known = [len(side.leaving) for side in (pilot, control)]
    sizes = known[0], min(known[1], CONTROLS * known[0])
    if min(sizes) < 2:
        return Detectable(None, None, *sizes, "fewer than two customers with invoices on a side")
    rng = np.random.default_rng(seed)
    sides = zip((pilot, control), sizes, strict=True)
    spreads = [_variance(counts, size, rng, draws) for counts, size in sides]
    seen = [spread for spread in spreads if spread is not None]
    if len(seen) < 2:
        return Detectable(None, None, *sizes, "too few invoices fell due in one of the windows")
    if seen[0] <= 0.0:
        return Detectable(
            None, None, *sizes, "every customer of the segment pays alike: there is nothing to see"
        )
    se = float(sum(seen) ** 0.5)
    return Detectable(minimum_detectable(se, 1.2 * (sizes[0] - 1)), se, *sizes)


def _variance(counts: Tally, size: int, rng: np.random.Generator, draws: int) -> float | None:
    """Variance of (post - pre) over draws of `size` customers; None when windows come out empty.

    Drawing from J customers understates the spread by (J - 1) / J, which is put back.
    """
    n = len(counts.leaving)
    chosen = rng.multinomial(size, np.full(n, 1.0 / n), size=draws).astype(np.float64)
    changes = _drawn(chosen, counts)
    seen = changes[np.isfinite(changes)]
    if len(seen) < (1.0 - _EMPTY_DRAWS) * draws:
        return None
    return float(seen.var(ddof=1) * n / (n - 1))


def _drawn(chosen: Floats, counts: Tally) -> Floats:
    """Post less pre RDPD of each draw: shape (draws,)."""
    flat = [part.reshape(len(part), -1) for part in counts]
    leaving, ends = (
        (chosen @ part).reshape(len(chosen), *whole.shape[1:])
        for part, whole in zip(flat, counts, strict=True)
    )
    windows = capped_area(leaving, ends)
    change: Floats = windows[:, 1] - windows[:, 0]
    return change
