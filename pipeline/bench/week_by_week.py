"""The same figures the way an analyst writes them in pandas: one pass over the books per week."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.bench.frames import read
from pipeline.bench.measuring import Measured
from pipeline.bench.span import AS_OF, DAYS, weeks

_EDGES = (-100_000, 0, 30, 60, 90, 100_000)
_BUCKETS = ("current", "1-30", "31-60", "61-90", "91+")


def measure(measured: Measured, folder: Path) -> None:
    """Reading both files, then aging, DSO and 52 weekly rolls."""
    with measured.lap("read"):
        invoices, applications = read(folder / "exports")
    with measured.lap("figures"):
        books = _books(invoices, applications, AS_OF)
        measured.figures = {"aging": _aging(books), "dso": _dso(invoices, books), "rolls": {}}
        for start, end in weeks():
            measured.figures["rolls"].update(_roll(invoices, applications, start, end))
    measured.add_up()


def _books(invoices: pd.DataFrame, applications: pd.DataFrame, on: date) -> pd.DataFrame:
    """Open invoices at the close of a day, with their bucket."""
    day = pd.Timestamp(on)
    paid = applications[applications["effective_on"] <= day].groupby("invoice_id")["amount"].sum()
    books = invoices[invoices["issued_on"] <= day].set_index("invoice_id")
    books["open"] = (books["amount"] - paid.reindex(books.index).fillna(0.0)).round(2)
    books = books[books["open"] > 0].copy()
    books["bucket"] = pd.cut((day - books["due_on"]).dt.days, _EDGES, labels=list(_BUCKETS))
    return books


def _aging(books: pd.DataFrame) -> dict[str, list[Any]]:
    grouped = books.groupby("bucket", observed=True)["open"].agg(["sum", "count"])
    return {str(name): [f"{row['sum']:.2f}", int(row["count"])] for name, row in grouped.iterrows()}


def _dso(invoices: pd.DataFrame, books: pd.DataFrame) -> dict[str, float]:
    today = pd.Timestamp(AS_OF)
    owed = books["open"].sum()
    known = invoices[invoices["issued_on"] <= today]
    billed = known.loc[known["issued_on"] > today - timedelta(days=DAYS), "amount"].sum()
    daily = known.groupby("issued_on")["amount"].sum().sort_index(ascending=False)
    countback, rest = 0.0, owed
    for day, amount in daily.items():
        countback = (today - day).days + min(1.0, rest / amount)
        rest -= amount
        if rest <= 0:
            break
    past_due = books.loc[books["bucket"] != "current", "open"].sum()
    return {
        "period_end": float(owed / billed * DAYS),
        "countback": float(countback),
        "add": float(past_due / billed * DAYS),
    }


def _roll(
    invoices: pd.DataFrame, applications: pd.DataFrame, start: date, end: date
) -> dict[str, str]:
    """Scheduled and rolled dollars of one week by boundary."""
    before = _books(invoices, applications, start)
    after = _books(invoices, applications, end)
    before["then"] = pd.cut(
        (pd.Timestamp(end) - before["due_on"]).dt.days, _EDGES, labels=list(_BUCKETS)
    )
    crossing = before[before["then"] != before["bucket"]].copy()
    crossing["boundary"] = crossing["bucket"].astype(str) + ">" + crossing["then"].astype(str)
    left = after["open"].reindex(crossing.index).fillna(0.0)
    crossing["rolled"] = crossing["open"].clip(upper=left)
    found = crossing.groupby("boundary")[["open", "rolled"]].sum()
    return {
        f"{end} {boundary} {name}": f"{row[column]:.2f}"
        for boundary, row in found.iterrows()
        for name, column in (("scheduled", "open"), ("rolled", "rolled"))
    }
