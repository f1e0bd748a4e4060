"""The same comparison done otherwise: what a doubter would ask for. None of it is the headline."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from pipeline.proving.cohorts import compared, due, interval
from pipeline.proving.read_outs import LONG_DAY, READ_OUTS, before_day_0, long_followed
from pipeline.statistics import DiffInDiff
from pipeline.warehouse.day import Day

Found = dict[str, Any]
#: Days past due at which the long-followed figure is capped.
LONG_CAP = 60
_BY_INVOICE = ["invoice_key", "is_post"]


def sensitivities(
    day: Day,
    start: date,
    read_out: int,
    rows: pl.DataFrame,
    traits: pl.DataFrame,
    more: list[tuple[str, str, str, DiffInDiff]],
) -> list[Found]:
    """Each line: `name`, `label`, `what` was done otherwise, and its interval in days.

    `more` are lines that were counted elsewhere: (name, label, what, result).
    """
    lines = [
        (
            "undisputed",
            "Without disputed invoices",
            "Invoices disputed before their window closed are left out on both sides.",
            compared(_without(rows, traits, "is_disputed")),
        ),
        (
            "before_day_0",
            "Baseline ends before day 0",
            "The earlier window is moved thirty days back: being measured may change people.",
            compared(due(day, before_day_0(start, read_out))),
        ),
        (
            "write_offs_out",
            "Written-off invoices left out",
            "The headline counts them as never paid.",
            compared(_without(rows, traits, "is_written_off")),
        ),
        *more,
    ]
    found = [
        {"name": name, "label": label, "what": what, **interval(result)}
        for name, label, what, result in lines
    ]
    return [*found, _long(day, start, read_out)]


def _without(rows: pl.DataFrame, traits: pl.DataFrame, trait: str) -> pl.DataFrame:
    """The rows of invoices that are not so."""
    return rows.join(traits.filter(pl.col(trait)), on=_BY_INVOICE, how="anti")


def without_largest(rows: pl.DataFrame) -> tuple[str, float, DiffInDiff] | None:
    """The pilot customer with most money due in both windows, its share (0-1), and all but it.

    None when the pilot has no money due.
    """
    money = (
        rows.filter((pl.col("basis") == "amount") & pl.col("is_pilot"))
        .group_by("cluster")
        .agg(pl.col("weight").sum())
        .sort(["weight", "cluster"], descending=[True, False])
    )
    if not money.height:
        return None
    largest = str(money["cluster"][0])
    share = float(money["weight"][0]) / float(money["weight"].sum())
    return largest, share, compared(rows.filter(pl.col("cluster") != largest))


def _long(day: Day, start: date, read_out: int) -> Found:
    """Capped at sixty days instead of thirty, once everything has been watched for sixty."""
    mature = start + timedelta(days=LONG_DAY - 1)
    line: Found = {
        "name": "rdpd60",
        "label": "Capped at 60 days, day 150",
        "what": "Days past due at payment, capped at 60 instead of 30.",
    }
    if day.as_of < mature or read_out != READ_OUTS[-1]:
        why = f"Belongs to the read-out of day {READ_OUTS[-1]}, from the close of {mature} on."
        blank = {"estimate": None, "ci95": None, "pilot_customers": 0, "control_customers": 0}
        return {**line, **blank, "permutation_p": None, "why": why}
    return {**line, **interval(compared(due(day, long_followed(start)), tau=LONG_CAP))}
