"""The same figures by plain Polars: exact cents, nothing checked, one sorted join per balance."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from pipeline.bench.measuring import Measured
from pipeline.bench.span import AS_OF, DAYS, EDGES, weeks

_CENTS = pl.col("amount").cast(pl.Decimal(18, 2))
_BUCKETS = ("current", "1-30", "31-60", "61-90", "91+")


def measure(measured: Measured, folder: Path) -> None:
    """Reading both files, then aging, DSO and 52 weekly rolls."""
    with measured.lap("read"):
        invoices, applications = _read(folder / "exports")
    with measured.lap("figures"):
        balances = _balances(invoices, applications)
        books = _at(invoices.with_columns(day=pl.lit(AS_OF)), balances)
        measured.figures = {
            "aging": _aging(books),
            "dso": _dso(invoices, books),
            "rolls": _rolls(invoices, balances),
        }
    measured.add_up()


def _read(exports: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Invoices and applications, only the columns that the figures need; amounts are exact."""
    days = {"issued_on": pl.Date(), "due_on": pl.Date(), "effective_on": pl.Date()}
    read = [
        pl.scan_csv(exports / name, schema_overrides={**days, "amount": pl.String()})
        for name in ("invoices.csv", "applications.csv")
    ]
    invoices = read[0].select("invoice_id", "issued_on", "due_on", _CENTS).with_row_index("key")
    applications = read[1].select("invoice_id", pl.col("effective_on").alias("day"), _CENTS)
    return invoices.collect(), applications.collect()


def _balances(invoices: pl.DataFrame, applications: pl.DataFrame) -> pl.DataFrame:
    """Every change of a balance, sorted; `open` is what was owed from that day on."""
    keys = invoices.select("invoice_id", "key")
    issued = invoices.select("key", pl.col("issued_on").alias("day"), "amount")
    paid = applications.join(keys, on="invoice_id").select("key", "day", -pl.col("amount"))
    moved = pl.concat([issued, paid]).group_by("key", "day").agg(pl.col("amount").sum())
    return moved.sort("day", "key").with_columns(open=pl.col("amount").cum_sum().over("key"))


def _at(asked: pl.DataFrame, balances: pl.DataFrame, name: str = "open") -> pl.DataFrame:
    """What was open at the close of `day`, never below zero."""
    found = asked.sort("day").join_asof(
        balances.select("key", "day", pl.col("open").alias(name)),
        on="day",
        by="key",
        check_sortedness=False,
    )
    return found.with_columns(pl.max_horizontal(pl.col(name).fill_null(0), 0))


def _aging(books: pl.DataFrame) -> dict[str, list[Any]]:
    late = (AS_OF - pl.col("due_on")).dt.total_days()
    bucket = pl.lit(_BUCKETS[-1])
    for name, last in zip(_BUCKETS[-2::-1], (90, 60, 30, 0), strict=True):
        bucket = pl.when(late <= last).then(pl.lit(name)).otherwise(bucket)
    found = (
        books.filter(pl.col("open") > 0)
        .group_by(bucket.alias("bucket"))
        .agg(pl.col("open").sum().alias("amount"), pl.len().alias("n"))
    )
    return {name: [f"{amount:.2f}", n] for name, amount, n in found.iter_rows()}


def _dso(invoices: pl.DataFrame, books: pl.DataFrame) -> dict[str, float]:
    owed: Any = books["open"].sum()
    known = invoices.filter(pl.col("issued_on") <= AS_OF)
    billed: Any = known.filter(pl.col("issued_on") > AS_OF - timedelta(days=DAYS))["amount"].sum()
    past_due: Any = books.filter(pl.col("due_on") < AS_OF)["open"].sum()
    daily = known.group_by("issued_on").agg(pl.col("amount").sum()).sort("issued_on")
    countback, rest = 0.0, owed
    for day, amount in daily.reverse().iter_rows():
        countback = (AS_OF - day).days + min(1.0, float(rest / amount))
        rest -= amount
        if rest <= 0:
            break
    return {
        "period_end": float(owed / billed * DAYS),
        "countback": countback,
        "add": float(past_due / billed * DAYS),
    }


def _rolls(invoices: pl.DataFrame, balances: pl.DataFrame) -> dict[str, str]:
    """Scheduled and rolled dollars of each week and boundary."""
    first, last = weeks()[0][0], weeks()[-1][1]
    crossings = pl.concat(
        invoices.select(
            "key",
            cross=pl.col("due_on") + timedelta(days=edge),
            boundary=pl.lit(boundary),
        ).filter((pl.col("cross") > first) & (pl.col("cross") <= last))
        for edge, boundary in EDGES.items()
    )
    ends = crossings.with_columns(end=_friday(pl.col("cross")))
    start = ends.with_columns(day=pl.col("end") - timedelta(days=7))
    before = _at(start, balances, "scheduled").filter(pl.col("scheduled") > 0)
    after = _at(before.with_columns(day=pl.col("end")), balances, "left")
    found = (
        after.with_columns(rolled=pl.min_horizontal("scheduled", "left"))
        .group_by("end", "boundary")
        .agg(pl.col("scheduled", "rolled").sum())
    )
    return {
        f"{_iso(end)} {boundary} {name}": f"{amount:.2f}"
        for end, boundary, *amounts in found.iter_rows()
        for name, amount in zip(("scheduled", "rolled"), amounts, strict=True)
    }


def _friday(day: pl.Expr) -> pl.Expr:
    """The Friday on which the day's week ends."""
    return day + pl.duration(days=(5 - day.dt.weekday()) % 7)


def _iso(day: date) -> str:
    return day.isoformat()
