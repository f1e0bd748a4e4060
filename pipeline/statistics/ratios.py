"""The ratios of receivables management, as their sources print them.

Amounts are of one currency; a ratio that has no meaning (nothing billed, say) is None,
never 0. See each function for its unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import ArrayLike

from pipeline.statistics.intervals import Floats

Amount = Decimal | float


@dataclass(frozen=True)
class Countback:
    """Countback DSO in days; None when it is unknown, `why` then says why.

    `counted` is the days that were counted off, so an unknown DSO is at least that.
    """

    days: float | None
    counted: float
    why: str = ""


def dso(ar: Amount, billings: Amount, days: float) -> float | None:
    """Days sales outstanding: ar / billings * days, billings being those of the `days`."""
    share = _share(ar, billings)
    return None if share is None else share * days


def dso_average(balances: Sequence[Amount], billings: Amount, days: float) -> float | None:
    """DSO on the mean of `balances` (daily ones if there are; first and last at least)."""
    if not balances:
        return None
    return dso(_total(balances) / len(balances), billings, days)


def countback(
    ar: Amount,
    sales_newest_first: Sequence[Amount],
    days_by_period: Sequence[float],
    *,
    quiet_periods: bool = False,
) -> Countback:
    """DSO by exhaustion: sales are struck off, newest period first, until `ar` is used up.

    Full periods count their days, the last one pro rata. It stops at a period without
    positive sales (Oracle Hyperion Financial Management's rule); `quiet_periods` lets
    periods of exactly 0 count their days, as single days without an invoice must.
    Raises ValueError when the two sequences differ in length.
    """
    left, counted = float(ar), 0.0
    for sales, days in zip(map(float, sales_newest_first), days_by_period, strict=True):
        if left <= 0.0:
            break
        if sales < 0.0 or (sales == 0.0 and not quiet_periods):
            return Countback(None, counted, f"No sales in the period {counted:g} days back.")
        if sales >= left:
            counted += days * left / sales
            left = 0.0
        else:
            counted += days
            left -= sales
    if left > 0.0:
        return Countback(None, counted, f"More than the {counted:g} days of history are unpaid.")
    return Countback(counted, counted)


def best_possible_dso(current: Amount, billings: Amount, days: float) -> float | None:
    """DSO (days) on the part of receivables that is not yet past its original due date."""
    return dso(current, billings, days)


def average_days_delinquent(dso_days: float | None, best: float | None) -> float | None:
    """DSO less best possible DSO, in days: a past-due stock, not the lateness of payments."""
    return None if dso_days is None or best is None else dso_days - best


def receivables_turnover(yearly_sales: Amount, average_ar: Amount) -> float | None:
    """How often a year receivables turn over: yearly sales / average receivables."""
    return _share(yearly_sales, average_ar)


def collection_effectiveness(
    beginning: Amount, sales: Amount, end_total: Amount, end_current: Amount
) -> float | None:
    """CEI in %: (B + S - end total) / (B + S - end current) * 100, all of one period.

    Over 100 is possible with prepayments. Sales are those of the period itself, undivided.
    """
    owed = float(beginning) + float(sales)
    share = _share(owed - float(end_total), owed - float(end_current))
    return None if share is None else 100 * share


def weighted_days(amounts: Sequence[Amount], days: Sequence[float]) -> float | None:
    """Mean days weighted by amounts (of applications, so that part payments count alone).

    Raises ValueError when lengths differ.
    """
    products = (float(a) * d for a, d in zip(amounts, days, strict=True))
    return _share(sum(products), _total(amounts))


def aging_mix(buckets: Sequence[Amount]) -> tuple[float, ...] | None:
    """Each bucket's share (0-1) of the total; None without a positive total."""
    total = _total(buckets)
    return tuple(float(b) / total for b in buckets) if total > 0.0 else None


def roll_rate(at_start: Amount, rolled: Amount) -> float | None:
    """Share (0-1) of a cohort's opening balance that stands in the later bucket at the end.

    `rolled` must be of that same cohort: the ratio of two month-end stocks is not a roll
    rate, because it mixes in new money.
    """
    return _share(rolled, at_start)


def absorbing_chain(between: ArrayLike, out: ArrayLike) -> Floats:
    """Where money of each bucket ends at last: (I - Q)^-1 R, shape (buckets, exits).

    `between` Q (buckets, buckets) and `out` R (buckets, exits) are shares per step; the
    rows of the answer add to 1 as those of [Q R] do. An estimate: it takes the rates as
    constant. Raises ValueError unless rows add to 1 and every bucket leads out.
    """
    q, r = np.asarray(between, dtype=np.float64), np.asarray(out, dtype=np.float64)
    rows = q.sum(axis=1) + r.sum(axis=1)
    if q.min() < 0.0 or r.min() < 0.0 or not np.allclose(rows, 1.0, atol=1e-6):
        raise ValueError("every row of rates must be 0 or more and add to 1")
    if not (np.linalg.matrix_power(q, len(q)).sum(axis=1) < 1.0).all():
        raise ValueError("money in some bucket never leaves it")
    return np.asarray(np.linalg.solve(np.eye(len(q)) - q, r), dtype=np.float64)


def _share(part: Amount, whole: Amount) -> float | None:
    return float(part) / float(whole) if whole > 0 else None


def _total(amounts: Sequence[Amount]) -> float:
    """Added as given (exactly, where Decimal), then made a float."""
    return float(sum(amounts))
