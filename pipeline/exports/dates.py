"""Which comes first, the day or the month? Answered by the whole column, or asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipeline.exports.results import Question, Unreadable

DAY_FIRST, MONTH_FIRST = "day first", "month first"
_ANSWERS = {DAY_FIRST: "day_first", MONTH_FIRST: "month_first"}

_ISO = r"^\s*\d{4}-\d{1,2}-\d{1,2}"
_NUMBERED = r"^\s*(?<a>\d{1,2})[/.\-](?<b>\d{1,2})[/.\-]\d{4}(?:\D|$)"


@dataclass(frozen=True)
class _Seen:
    """A value that tells the order, and the column it is in."""

    value: str
    column: str


def date_order(
    name: str, text: pl.LazyFrame, columns: Sequence[str], answer: str | None
) -> str | Question:
    """The order of all of `columns` (iso, day_first or month_first), or the question to ask.

    Raises `Unreadable` when one value can only be day first and another only month first.
    """
    if not columns or _mostly_iso(text, columns):
        return "iso"
    dates = _numbered_dates(text, columns)
    if dates.is_empty():
        return "iso"
    return _judge(name, dates, answer)


def _mostly_iso(text: pl.LazyFrame, columns: Sequence[str]) -> bool:
    counts = text.select(
        pl.sum_horizontal(pl.col(c).str.contains(_ISO).sum() for c in columns).alias("iso"),
        pl.sum_horizontal(pl.col(c).count() for c in columns).alias("filled"),
    ).collect()
    iso, filled = counts.row(0)
    return bool(iso * 2 >= filled)


def _numbered_dates(text: pl.LazyFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The different values such as 03/04/2026, with their first two numbers as a and b."""
    values = text.select(columns).unpivot(variable_name="column").drop_nulls("value")
    return (
        values.unique("value", keep="first", maintain_order=True)
        .with_columns(pl.col("value").str.extract_groups(_NUMBERED).alias("parts"))
        .unnest("parts")
        .drop_nulls(["a", "b"])
        .with_columns(pl.col("a", "b").cast(pl.Int32))
        .collect()
    )


def _judge(name: str, dates: pl.DataFrame, answer: str | None) -> str | Question:
    a, b = pl.col("a"), pl.col("b")
    day_first = _first(dates.filter(a.is_between(13, 31), b <= 12))
    month_first = _first(dates.filter(b.is_between(13, 31), a <= 12))
    unsure = _first(dates.filter(a != b, a <= 12, b <= 12))
    if day_first and month_first:
        raise Unreadable(_contradiction(day_first, month_first))
    if day_first or unsure is None:
        # When day and month are the same number everywhere, either order is right.
        return "month_first" if month_first else "day_first"
    if month_first:
        return "month_first"
    return _ANSWERS.get(answer or "") or _ask(name, unsure)


def _first(dates: pl.DataFrame) -> _Seen | None:
    if dates.is_empty():
        return None
    row = dates.row(0, named=True)
    return _Seen(row["value"], row["column"])


def _contradiction(day_first: _Seen, month_first: _Seen) -> str:
    return (
        f'writes dates both ways: "{day_first.value}" in {day_first.column} is day first and '
        f'"{month_first.value}" in {month_first.column} is month first; export it with one way'
    )


def _ask(name: str, seen: _Seen) -> Question:
    return Question(
        file=name,
        question=f'Which comes first in "{seen.value}" ({seen.column}): the day or the month?',
        choices=(DAY_FIRST, MONTH_FIRST),
        sentence=(
            f'{name}: nothing in the file says whether "{seen.value}" in {seen.column} is'
            f" day first or month first; answer with {name}={DAY_FIRST} or {name}={MONTH_FIRST}."
        ),
    )
