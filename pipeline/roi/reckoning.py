"""The sums of the case: one formula for exact money and for ten thousand draws alike.

Article form: minutes per account x open invoices / 60. Corrected form: accounts and invoices
apart, and what people still do afterwards counted (metrics 5.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.model import MINOR_UNITS

Draws = NDArray[np.float64]
N = TypeVar("N", Decimal, Draws)
#: Paid hours of a full-time year.
HOURS_A_YEAR = 2080
MONTHS, DAYS, MINUTES = 12, 365, 60


@dataclass(frozen=True)
class Sums(Generic[N]):
    """What follows from one set of inputs; hours, or money in the scenario's currency."""

    article_hours: N
    """A cycle by hand, as the article counts it."""
    hours_before: N
    """A cycle by hand, accounts and invoices apart."""
    hours_after: N
    """A cycle with drafts: preparing, reviewing, rework."""
    hours_saved: N
    """A month; below zero when the drafts take longer."""
    loaded_rate: N
    """An hour of a collector, benefits included."""
    labour: N
    """A year's worth of the freed hours that are put to use."""
    dso_day: N
    """One day of billings."""
    release: N
    """Cash that comes in once."""
    financing: N
    """What a year of not financing that cash is worth."""
    setup: N
    """Once."""
    tool: N
    """A year of running costs without the model."""
    model: N
    """A year of model cost."""
    owner: N
    """A year of the owner's time."""

    @property
    def benefit(self) -> N:
        """A year's labour and financing; the cash itself is never part of it."""
        return self.labour + self.financing

    @property
    def running(self) -> N:
        """A year's cost without set-up; review is inside the hours already."""
        return self.tool + self.model + self.owner

    @property
    def net(self) -> N:
        """First-year net, unrounded."""
        return self.benefit - self.running - self.setup


def reckon(values: Mapping[str, N]) -> Sums[N]:
    """The sums for one value of every input (`inputs.SORTS`)."""
    accounts, invoices, cycles = (
        values["accounts"],
        values["invoices"],
        values["cycles_per_month"],
    )
    by_hand = values["minutes_per_account"] * accounts + values["minutes_per_invoice"] * invoices
    per_account = (
        values["prep_minutes_after"]
        + values["review_minutes"]
        + values["override_rate"] * values["rework_minutes"]
    )
    afterwards = accounts * per_account + values["minutes_per_invoice_after"] * invoices
    before, after = by_hand / MINUTES, afterwards / MINUTES
    saved = (before - after) * cycles
    rate = values["wage"] / HOURS_A_YEAR / values["wage_share"]
    dso_day = values["billings_per_year"] / DAYS
    release = dso_day * values["dso_days"]
    return Sums(
        article_hours=values["minutes_per_account"] * invoices / MINUTES,
        hours_before=before,
        hours_after=after,
        hours_saved=saved,
        loaded_rate=rate,
        labour=saved * MONTHS * rate * values["realisation"],
        dso_day=dso_day,
        release=release,
        financing=release * values["cost_of_capital"],
        setup=values["setup_cost"],
        tool=values["run_cost_per_month"] * MONTHS,
        model=values["model_cost_per_draft"] * accounts * cycles * MONTHS,
        owner=values["owner_hours_per_month"] * values["owner_hourly_cost"] * MONTHS,
    )


def to_cent(amount: Decimal, currency: str) -> Decimal:
    """An amount in the currency's smallest unit; a negative zero becomes the plain one."""
    unit = Decimal("0.001") if currency in MINOR_UNITS else Decimal("0.01")
    return amount.quantize(unit, ROUND_HALF_UP) + 0


def first_year(sums: Sums[Decimal], currency: str) -> dict[str, Decimal]:
    """The first year line by line, each to the cent, and a net that is exactly their sum."""
    lines = {
        "labour": sums.labour,
        "financing": sums.financing,
        "setup": -sums.setup,
        "tool": -sums.tool,
        "model": -sums.model,
        "owner": -sums.owner,
    }
    exact = {name: to_cent(amount, currency) for name, amount in lines.items()}
    return {**exact, "net": sum(exact.values(), Decimal(0))}


def payback_months(sums: Sums[Decimal]) -> Decimal | None:
    """Months until set-up is earned back; None when a month earns nothing."""
    month = (sums.benefit - sums.running) / MONTHS
    return sums.setup / month if month > 0 else None


def break_even_days(values: Mapping[str, Decimal]) -> Decimal | None:
    """DSO days at which the first year comes out at nought, all else as it is.

    None when a day is worth nothing. Below zero: it pays even if cash comes later.
    """
    sums = reckon(values)
    day_worth = sums.dso_day * values["cost_of_capital"]
    return (sums.setup + sums.running - sums.labour) / day_worth if day_worth else None


def break_even_override(values: Mapping[str, Decimal]) -> Decimal | None:
    """The override rate at which the first year comes out at nought, all else as it is.

    Below 0: not even drafts that nobody overrides would pay. Above 1: any rate pays. None when
    overrides cost nothing.
    """
    free = reckon({**values, "override_rate": Decimal(0)}).net
    full = reckon({**values, "override_rate": Decimal(1)}).net
    return free / (free - full) if free != full else None
