"""The same figures by pandas and NumPy, vectorised as well as they can be.

Floats are allowed here and nothing is checked: this is the fastest honest script, not a product.
Every balance is one binary search in a sorted column of (invoice, day).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.bench.measuring import Measured
from pipeline.bench.span import AS_OF, DAYS, EDGES, weeks

Whole: TypeAlias = npt.NDArray[np.int64]
Real: TypeAlias = npt.NDArray[np.float64]

_WIDTH = 100_000  # More days than any calendar here: (invoice, day) becomes one sortable number.
_BUCKETS = ("current", "1-30", "31-60", "61-90", "91+")


@dataclass(frozen=True)
class Ledger:
    """Invoices and applications as columns; days count from 1970-01-01."""

    amount: Real
    issued: Whole
    due: Whole
    paid_invoice: Whole
    paid_on: Whole
    paid: Real


@dataclass(frozen=True)
class Balances:
    """Every change of a balance, sorted; `after` is what was open from that day on."""

    key: Whole
    invoice: Whole
    day: Whole
    after: Real

    def at(self, invoice: Whole, day: Whole) -> Real:
        """What was open at the close of the day, never below zero."""
        place = np.searchsorted(self.key, invoice * _WIDTH + day, side="right") - 1
        found = np.where(self.invoice[place] == invoice, self.after[place], 0.0)
        return np.where((place >= 0) & (found > 0.004), found, 0.0)


def measure(measured: Measured, folder: Path) -> None:
    """Reading both files, then aging, DSO and 52 weekly rolls."""
    with measured.lap("read"):
        invoices, applications = read(folder / "exports")
    with measured.lap("figures"):
        ledger = _ledger(invoices, applications)
        balances = _balances(ledger)
        measured.figures = {
            "aging": _aging(ledger, balances),
            "dso": _dso(ledger, balances),
            "rolls": _rolls(ledger, balances),
            "entries": _entries(ledger, balances),
        }
    measured.add_up()


def read(exports: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Invoices and applications, only the columns that the figures need."""
    invoices = pd.read_csv(
        exports / "invoices.csv",
        usecols=["invoice_id", "issued_on", "due_on", "amount"],
        parse_dates=["issued_on", "due_on"],
    )
    applications = pd.read_csv(
        exports / "applications.csv",
        usecols=["invoice_id", "effective_on", "amount"],
        parse_dates=["effective_on"],
    )
    return invoices, applications


def number(day: Any) -> int:
    """Days from 1970-01-01 to a date."""
    return int(np.datetime64(day, "D").astype(np.int64))


def _days(column: pd.Series[Any]) -> Whole:
    days: Whole = column.to_numpy().astype("datetime64[D]").astype(np.int64)
    return days


def _ledger(invoices: pd.DataFrame, applications: pd.DataFrame) -> Ledger:
    return Ledger(
        amount=invoices["amount"].to_numpy(),
        issued=_days(invoices["issued_on"]),
        due=_days(invoices["due_on"]),
        paid_invoice=pd.Index(invoices["invoice_id"]).get_indexer(
            pd.Index(applications["invoice_id"])
        ),
        paid_on=_days(applications["effective_on"]),
        paid=applications["amount"].to_numpy(),
    )


def _balances(ledger: Ledger) -> Balances:
    invoice = np.concatenate([np.arange(len(ledger.amount)), ledger.paid_invoice])
    key = invoice * _WIDTH + np.concatenate([ledger.issued, ledger.paid_on])
    order = np.argsort(key, kind="stable")
    key, invoice = key[order], invoice[order]
    running = np.cumsum(np.concatenate([ledger.amount, -ledger.paid])[order])
    first = np.flatnonzero(np.diff(invoice, prepend=-1))
    before = np.concatenate([[0.0], running[first[1:] - 1]])
    after = running - np.repeat(before, np.diff(first, append=len(invoice)))
    return Balances(key, invoice, key % _WIDTH, after)


def _aging(ledger: Ledger, balances: Balances) -> dict[str, list[Any]]:
    today = number(AS_OF)
    everyone = np.arange(len(ledger.amount))
    is_open, late, open_amount = _open(ledger, balances, everyone, today)
    bucket = np.searchsorted([0, 30, 60, 90], late[is_open], side="left")
    amounts = np.bincount(bucket, open_amount[is_open], len(_BUCKETS))
    counts = np.bincount(bucket, minlength=len(_BUCKETS))
    return {
        name: [f"{amount:.2f}", int(n)]
        for name, amount, n in zip(_BUCKETS, amounts, counts, strict=True)
        if n
    }


def _open(
    ledger: Ledger, balances: Balances, everyone: Whole, today: int
) -> tuple[npt.NDArray[np.bool_], Whole, Real]:
    open_amount = balances.at(everyone, np.full(len(everyone), today))
    return open_amount > 0, today - ledger.due, open_amount


def _dso(ledger: Ledger, balances: Balances) -> dict[str, float]:
    today = number(AS_OF)
    everyone = np.arange(len(ledger.amount))
    is_open, late, open_amount = _open(ledger, balances, everyone, today)
    owed = float(open_amount.sum())
    known = ledger.issued <= today
    billed = float(ledger.amount[known & (ledger.issued > today - DAYS)].sum())
    past_due = float(open_amount[is_open & (late > 0)].sum())
    return {
        "period_end": owed / billed * DAYS,
        "countback": _countback(ledger, known, today, owed),
        "add": past_due / billed * DAYS,
    }


def _countback(ledger: Ledger, known: npt.NDArray[np.bool_], today: int, owed: float) -> float:
    daily = np.bincount(today - ledger.issued[known], ledger.amount[known])
    used = np.cumsum(daily)
    last = int(np.searchsorted(used, owed))
    return last + 1 - float((used[last] - owed) / daily[last])


def _friday(day: Whole) -> Whole:
    """The Friday on which the day's week ends."""
    return day + (1 - day) % 7


def _rolls(ledger: Ledger, balances: Balances) -> dict[str, str]:
    invoice, cross, edge = _crossings(ledger)
    end = _friday(cross)
    kept = balances.at(invoice, end - 7) > 0
    invoice, cross, edge, end = (column[kept] for column in (invoice, cross, edge, end))
    before = balances.at(invoice, end - 7)
    lines = pd.DataFrame(
        {
            "end": end,
            "edge": edge,
            "scheduled": before,
            "rolled": np.minimum(before, balances.at(invoice, end)),
            "event_version": balances.at(invoice, cross - 1),
            "cash": _cash(ledger, invoice, end),
        }
    )
    totals = lines.groupby(["end", "edge"]).sum()
    days = {number(end): end for _, end in weeks()}
    return {
        f"{days[end]} {EDGES[edge]} {name}": f"{amount + 0.0:.2f}"
        for (end, edge), row in totals.iterrows()
        for name, amount in row.items()
    }


def _crossings(ledger: Ledger) -> tuple[Whole, Whole, Whole]:
    """(invoice, day, edge) of every crossing inside the 52 weeks."""
    first, last = number(weeks()[0][0]), number(weeks()[-1][1])
    found = []
    for edge in EDGES:
        cross = ledger.due + edge
        inside = np.flatnonzero((cross > first) & (cross <= last))
        found.append((inside, cross[inside], np.full(len(inside), edge)))
    invoice, cross, edges = (np.concatenate(part) for part in zip(*found, strict=True))
    return invoice, cross, edges


def _cash(ledger: Ledger, invoice: Whole, end: Whole) -> Real:
    """Cash on each crossing invoice in the week of its crossing."""
    crossing = invoice * _WIDTH + end
    order = np.argsort(crossing)
    paying = ledger.paid_invoice * _WIDTH + _friday(ledger.paid_on)
    place = np.minimum(np.searchsorted(crossing[order], paying), len(crossing) - 1)
    hits = crossing[order][place] == paying
    cash: Real = np.zeros(len(crossing))
    np.add.at(cash, order[place[hits]], ledger.paid[hits])
    return cash


def _entries(ledger: Ledger, balances: Balances) -> dict[str, str]:
    """Past due at a week's end without having been open at its start."""
    end = _friday(balances.day)
    due = ledger.due[balances.invoice]
    late = (due < end) & (balances.after > 0.004)
    late &= (end > number(weeks()[0][0])) & (end <= number(weeks()[-1][1]))
    lasting = np.append(balances.key[1:] > balances.invoice[:-1] * _WIDTH + end[:-1], True)
    chosen = np.flatnonzero(late & lasting)
    invoice, end = balances.invoice[chosen], end[chosen]
    fresh = balances.at(invoice, end - 7) == 0
    lines = pd.DataFrame({"end": end, "amount": balances.after[chosen]})[fresh]
    direct = (ledger.issued[invoice] > end - 7)[fresh]
    days = {number(end): end for _, end in weeks()}
    totals = {
        name: lines[chosen].groupby("end")["amount"].sum()
        for name, chosen in (("entered_directly", direct), ("reopened", ~direct))
    }
    return {
        f"{days[end]} {name}": f"{totals[name].get(end, 0.0):.2f}"
        for end in sorted(lines["end"].unique())
        for name in totals
    }
