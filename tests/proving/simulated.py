"""Pilots made up so that the truth is known: what every customer would have paid, and when.

Customers pay so many days after the due date (negative: early): a level of their own, a shock a
month, and chance. 35% of invoices are late and days past due, capped at 30, are 3.4 on average.
The pilot shrinks whatever is left after go-live of the time past due by 40%. Both courses, with
and without the pilot, are drawn at once, so that the effect is no estimate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.statistics import Cohort
from tests.cli.drawing import write_csv

GO_LIVE = 30
CAP = 30
#: Spread of customers, of their months, and of single invoices, days; the level makes 35% late.
_CUSTOMER, _MONTH, _INVOICE, _LEVEL = 7.3, 3.65, 11.4, -5.45
_TERMS = 30
#: First day of issue: early enough for a segment to be chosen long before its baseline.
_FIRST = -300
Windows = tuple[tuple[int, int], tuple[int, int], int]
#: Read-out of day 90: due before and after go-live, and the last day that is known.
DAY_90: Windows = ((-30, 30), (30, 90), 90)


@dataclass(frozen=True)
class Scenario:
    """What is made up: sizes, effect, season, billing and how the segment was chosen."""

    pilot: int = 60
    control: int = 60
    effect: float = 0.4
    """Share by which the pilot shrinks the time past due that is left after go-live."""
    season: float = 0.0
    """Days that every customer pays later from go-live on."""
    billing_from: int | None = None
    """From this day on every second invoice of the pilot is not written."""
    chosen_on: tuple[int, int] | None = None
    """The worst third by days past due of invoices due in these days is the pilot."""


S0 = Scenario(effect=0.0)
S1 = Scenario()
S2 = Scenario(season=4.0)
S3C = Scenario(effect=0.0, billing_from=65)
#: A third of 180 customers, as they paid in the days that are compared with; and long before.
S4 = Scenario(pilot=60, control=120, effect=0.0, chosen_on=(-30, 30))
S4C = replace(S4, chosen_on=(-210, -120))
S5 = Scenario(pilot=12, control=12)


@dataclass(frozen=True, eq=False)
class Ledger:
    """Invoices, one row each; days count from day 0 of the pilot."""

    customer: np.ndarray
    is_pilot: np.ndarray
    issued: np.ndarray
    due: np.ndarray
    amount: np.ndarray
    paid: np.ndarray
    paid_without: np.ndarray
    """When it would have been paid had there been no pilot."""

    def cohort(self, windows: Windows = DAY_90) -> Cohort:
        """What is known of it at the read-out, as the estimator takes it."""
        pre, post, cut = windows
        is_post = (self.due >= post[0]) & (self.due < post[1])
        kept = is_post | ((self.due >= pre[0]) & (self.due < pre[1]))
        until = np.where(is_post, cut, GO_LIVE)
        observed = self.paid < until
        days = np.where(observed, np.maximum(self.paid - self.due, 0), until - self.due)
        return Cohort(
            customer=self.customer[kept],
            is_pilot=self.is_pilot[kept],
            is_post=is_post[kept],
            days=days[kept].astype(float),
            observed=observed[kept],
            weight=np.ones(int(kept.sum())),
            followed=(until - self.due)[kept].astype(float),
        )

    def truth(self, windows: Windows = DAY_90) -> float:
        """Days of RDPD30 that the pilot took off its own invoices due after go-live."""
        _, (first, last), _ = windows
        mine = self.is_pilot & (self.due >= first) & (self.due < last)
        return float(_capped(self.paid, self.due)[mine].mean()) - float(
            _capped(self.paid_without, self.due)[mine].mean()
        )

    def exports(self, folder: Path, start: date, settings: str) -> None:
        """Writes it as exports and a pilot.toml, to be loaded; `start` is day 0."""
        named = [f"C{code:03d}" for code in self.customer]
        arms = dict(zip(named, self.is_pilot, strict=True))
        tiers = [(name, name, "pilot" if arms[name] else "control") for name in arms]
        write_csv(folder, "customers.csv", "customer_id,name,segment", tiers)
        days = [[start + timedelta(days=int(d)) for d in c] for c in (self.issued, self.due)]
        invoices = zip(named, *days, self.amount, strict=True)
        write_csv(
            folder,
            "invoices.csv",
            "invoice_id,customer_id,issued_on,due_on,amount,currency",
            [(f"I{n}", *row, "USD") for n, row in enumerate(invoices)],
        )
        paid = [start + timedelta(days=int(d)) for d in self.paid]
        write_csv(
            folder,
            "applications.csv",
            "application_id,invoice_id,kind,effective_on,amount",
            [
                (f"A{n}", f"I{n}", "cash", on, amount)
                for n, (on, amount) in enumerate(zip(paid, self.amount, strict=True))
            ],
        )
        (folder / "pilot.toml").write_text(settings, encoding="utf-8")

    def rdpd_without(self) -> tuple[float, float]:
        """Share late, and days past due capped at 30, had there been no pilot."""
        late = self.paid_without > self.due
        return float(late.mean()), float(_capped(self.paid_without, self.due).mean())


def _capped(paid: np.ndarray, due: np.ndarray) -> np.ndarray:
    return np.minimum(np.maximum(paid - due, 0), CAP)


def draws(scenario: Scenario, count: int, seed: int) -> Iterator[Ledger]:
    """`count` pilots of a scenario; the same seed gives the same pilots."""
    chance = np.random.default_rng(seed)
    for _ in range(count):
        yield _drawn(scenario, chance)


def _drawn(scenario: Scenario, chance: np.random.Generator) -> Ledger:
    size = scenario.pilot + scenario.control
    first = _FIRST + chance.integers(0, 15, size)
    issued = (first[:, None] + 15 * np.arange(26)).ravel()
    customer = np.repeat(np.arange(size), 26)
    due = issued + _TERMS
    month = (due - _FIRST) // 30
    shock = chance.normal(0.0, _MONTH, (size, int(month.max()) + 1))
    late = _LEVEL + chance.normal(0.0, _CUSTOMER, size)[customer] + shock[customer, month]
    late = late + chance.normal(0.0, _INVOICE, len(due)) + scenario.season * (due >= GO_LIVE)
    without = np.maximum(np.ceil(due + late), issued + 1).astype(int)
    is_pilot = _chosen(scenario, customer, due, without)
    starts = np.maximum(due, GO_LIVE)
    shrunk = np.ceil(starts + (1.0 - scenario.effect) * (without - starts)).astype(int)
    paid = np.where(is_pilot & (without > starts), shrunk, without)
    amount = chance.lognormal(8.0, 0.8, size).round(2)[customer]
    ledger = Ledger(customer, is_pilot, issued, due, amount, paid, without)
    return ledger if scenario.billing_from is None else _halved(ledger, scenario.billing_from)


def _chosen(
    scenario: Scenario, customer: np.ndarray, due: np.ndarray, paid: np.ndarray
) -> np.ndarray:
    if scenario.chosen_on is None:
        return customer < scenario.pilot
    first, last = scenario.chosen_on
    seen = (due >= first) & (due < last)
    late = np.bincount(customer[seen], _capped(paid, due)[seen], customer.max() + 1)
    worst = np.argsort(-late, kind="stable")[: scenario.pilot]
    return np.isin(customer, worst)


def _halved(ledger: Ledger, day: int) -> Ledger:
    """Without every second of the pilot's invoices from the day on."""
    gone = ledger.is_pilot & (ledger.issued >= day) & ((ledger.issued // 15) % 2 == 0)
    return Ledger(**{name: column[~gone] for name, column in vars(ledger).items()})


def override_weeks(
    rates: np.ndarray, drafts: int, icc: float, count: int, seed: int
) -> Iterator[tuple[list[int], list[int]]]:
    """(k, n) by week of `count` pilots; with `icc` weeks differ by more than drafts do."""
    chance = np.random.default_rng(seed)
    spread = (1.0 - icc) / icc if icc else None
    for _ in range(count):
        p: Any = chance.beta(rates * spread, (1.0 - rates) * spread) if spread else rates
        yield chance.binomial(drafts, p).tolist(), [drafts] * len(rates)
