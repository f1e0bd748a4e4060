"""Every Monday's past-due invoices with the score of that day, and what became of them since.

The score is taken from the very query that orders the queue, asked as of each Monday: what was
learned later is not in those books, so nothing can leak.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from pipeline.pilot import Pilot, Progress
from pipeline.statistics.intervals import Floats
from pipeline.statistics.ranking import Outcomes
from pipeline.warehouse.day import Day, Lens

WEEKS = 52


@dataclass(frozen=True, eq=False)
class Snapshots:
    """One row per Monday and invoice whose outcome is known; arrays of one length."""

    day: np.ndarray
    """The Monday, as an ordinal."""
    known_on: np.ndarray
    """The day on which the outcome was known, as an ordinal: the age boundary's."""
    customer: np.ndarray
    score: Floats
    own_n: Floats
    own_k: Floats
    book_rate: Floats
    age: Floats
    """Days past due."""
    to_edge: Floats
    """Days to the next age boundary."""
    amount: Floats
    """Open, in reporting currency; NaN where there is no rate."""
    still_open: Floats
    """1 where it was still open at the boundary."""

    @property
    def outcomes(self) -> Outcomes:
        """What happened, customer by customer."""
        return Outcomes.of(self.still_open, self.customer)

    def where(self, chosen: np.ndarray) -> Snapshots:
        """The chosen rows alone."""
        return Snapshots(**{name: value[chosen] for name, value in vars(self).items()})


def mondays(as_of: date, weeks: int = WEEKS) -> list[date]:
    """The Mondays up to a day, oldest first."""
    last = as_of - timedelta(days=as_of.weekday())
    return [last - timedelta(weeks=n) for n in reversed(range(weeks))]


def snapshots(pilot: Pilot, as_of: date, progress: Progress) -> Snapshots:
    """The last year's Mondays; an outcome counts once its boundary has passed by `as_of`."""
    books, lens = pilot.books(), pilot.lens()
    with Day(books, as_of, lens) as day:
        settled = day.metric_frame("settled_documents")
    parts = [*_parts(pilot, as_of, lens, progress)]
    together = pl.concat(parts) if parts else pl.DataFrame()
    if together.is_empty():
        return _arrays(pl.DataFrame(schema=_SCHEMA))
    known = together.filter(pl.col("edge_on") <= as_of).join(settled, on="invoice_key", how="left")
    rates = pl.DataFrame(
        {"currency": list(lens.all_rates), "rate": [float(r) for r in lens.all_rates.values()]}
    )
    return _arrays(
        known.join(rates, on="currency", how="left").select(
            day=pl.col("monday").to_physical(),
            known_on=pl.col("edge_on").to_physical(),
            customer="customer_key",
            score="score",
            own_n=pl.col("own_n").cast(pl.Float64),
            own_k=pl.col("own_k").cast(pl.Float64),
            book_rate=pl.col("book_rate").fill_null(0.5),
            age=pl.col("days_past_due").cast(pl.Float64),
            to_edge=(pl.col("edge") - pl.col("days_past_due")).cast(pl.Float64),
            amount=pl.col("open_amount").cast(pl.Float64) * pl.col("rate"),
            still_open=(
                pl.col("settled_on").is_null() | (pl.col("settled_on") >= pl.col("edge_on"))
            ).cast(pl.Float64),
        )
    )


_SCHEMA = dict.fromkeys(
    (
        *("day", "known_on", "customer", "score", "own_n", "own_k", "book_rate", "age"),
        *("to_edge", "amount", "still_open"),
    ),
    pl.Float64,
)


def _parts(pilot: Pilot, as_of: date, lens: Lens, progress: Progress) -> Iterator[pl.DataFrame]:
    books, days = pilot.books(), mondays(as_of)
    for n, monday in enumerate(days, 1):
        progress(f"Scoring {monday} with what was known then, {n} of {len(days)}")
        with Day(books, monday, lens) as day:
            rows = day.metric_frame("score_snapshot")
        if not rows.is_empty():
            yield rows.with_columns(monday=pl.lit(monday))


def _arrays(rows: pl.DataFrame) -> Snapshots:
    return Snapshots(**{name: rows[name].to_numpy() for name in _SCHEMA})
