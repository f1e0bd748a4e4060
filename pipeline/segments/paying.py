"""How a candidate's customers pay: what perfect payment would free, and what a pilot could see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
import polars as pl

from pipeline.proving.before_after import READ_OUTS
from pipeline.segments.candidates import Candidate
from pipeline.segments.spans import Spans, untouched
from pipeline.settings import Settings
from pipeline.statistics import Cohort, Detectable, detectable
from pipeline.statistics.cohort import Tally, tally
from pipeline.statistics.survival import CAP_DAYS
from pipeline.warehouse.day import Day, Row, Windows


class Payments:
    """Day histograms of every customer of the company, for several windows; made once."""

    def __init__(self, day: Day, settings: Settings, found: Spans) -> None:
        lens = replace(day.lens, segment_where="true", control_where="", is_holdout=False)
        with Day(day.books, day.as_of, lens) as whole:
            payers = whole.metric_frame("segment_payers")
            self._chosen = _Customers(whole, payers, found.looked_at, "amount")
            self._read_outs = {
                read_out: _Customers(
                    whole, payers, untouched(settings, day.as_of, read_out), "count"
                )
                for read_out in READ_OUTS
            }
        self._days = found.days

    def headroom(self, candidate: Candidate) -> dict[str, float | Decimal | None]:
        """RDPD30 (days) and money due a day in the selection window; their product is headroom.

        Headroom is the money that payment on the due day itself would free, in reporting currency.
        """
        counts = self._chosen.of(candidate.pilot)
        due = float(counts.leaving[:, 0].sum()) / self._days
        late = float(counts.windows()[0])
        if not np.isfinite(late):
            return {"rdpd30": None, "due_per_day": None, "headroom": None}
        return {"rdpd30": late, "due_per_day": _cents(due), "headroom": _cents(due * late)}

    def detectable(self, candidate: Candidate) -> Mapping[int, Detectable]:
        """Read-out day -> the smallest change that a pilot on these customers could see."""
        return {
            read_out: detectable(
                customers.families(candidate.pilot), customers.families(candidate.control)
            )
            for read_out, customers in self._read_outs.items()
        }


def _cents(amount: float) -> Decimal:
    return Decimal(str(round(amount, 2)))


class _Customers:
    """The day histograms of all customers over one pair of windows."""

    def __init__(self, whole: Day, payers: pl.DataFrame, windows: Windows, basis: str) -> None:
        rows = whole.metric_frame("due_cohorts", windows=windows)
        rows = rows.filter(pl.col("basis") == basis).join(payers, on="invoice_key", how="left")
        cohort = Cohort(
            customer=rows["customer_key"].to_numpy(),
            is_pilot=np.ones(rows.height, dtype=np.bool_),
            is_post=rows["is_post"].to_numpy(),
            days=rows["days"].to_numpy(),
            observed=rows["is_observed"].to_numpy(),
            weight=rows["weight"].to_numpy(),
        )
        self._counts = tally(cohort, CAP_DAYS)
        self._places = {int(key): place for place, key in enumerate(cohort.customers)}

    def _known(self, customers: Iterable[Row]) -> list[Row]:
        return [row for row in customers if row["customer_key"] in self._places]

    def of(self, customers: Sequence[Row]) -> Tally:
        """The histograms of some customers, one entry each; none for who has no invoice there."""
        places = [self._places[row["customer_key"]] for row in self._known(customers)]
        chosen = np.array(places, dtype=np.intp)
        return Tally(self._counts.leaving[chosen], self._counts.ends[chosen])

    def families(self, customers: Sequence[Row]) -> Tally:
        """The same with customers of one parent together: they are not independent."""
        known = self._known(customers)
        each = self.of(known)
        names, codes = np.unique(
            np.array([row["cluster"] for row in known], dtype=np.str_), return_inverse=True
        )
        parts = []
        for part in each:
            together = np.zeros((len(names), *part.shape[1:]))
            np.add.at(together, codes, part)
            parts.append(together)
        return Tally(*parts)
