"""Rows of a metric as a table to read and a file to keep: names in words, amounts to the cent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, Literal

import polars as pl
import streamlit as st

from pages.parts.downloads import csv_bytes

Row = Mapping[str, Any]
#: Rows of a metric that are shown at most; the file has them all.
SHOWN = 2_000


def table(
    rows: Sequence[Row],
    *,
    key: str,
    alt: str,
    columns: Sequence[str] = (),
    height: Literal["auto", "content"] = "auto",
) -> None:
    """The rows as a quiet table; nothing is summed or sorted.

    Of a metric's own rows, which are a tuple, the first `SHOWN`.
    """
    shown = list(columns) or list(rows[0])
    st.dataframe(
        laid_out(rows, shown),
        key=key,
        hide_index=True,
        height=height,
        column_config={name: _column(rows, name) for name in shown},
        placeholder="–",
        alt=alt,
    )


@dataclass(frozen=True)
class _Shown:
    """Rows by what they are, which are kept with it: so no others can take their place."""

    place: int
    columns: tuple[str, ...]
    rows: tuple[Row, ...] = field(compare=False)


@lru_cache(maxsize=48)
def _laid_out(shown: _Shown) -> object:
    """A metric's own rows, which never change, as Arrow: the way they travel to the browser."""
    laid = frame(shown.rows[:SHOWN], shown.columns)
    return laid.to_arrow(compat_level=pl.CompatLevel.oldest())


def laid_out(rows: Sequence[Row], columns: Sequence[str]) -> object:
    """The rows as a grid takes them; those of a metric, a tuple, are laid out once and kept."""
    if isinstance(rows, tuple):
        return _laid_out(_Shown(id(rows), tuple(columns), rows))
    return frame(rows, columns)


def frame(rows: Sequence[Row], columns: Sequence[str]) -> pl.DataFrame:
    """The rows as a frame; exact amounts become floats here alone, for the grid to align."""
    return pl.DataFrame(
        {name: [_cell(name, row[name]) for row in rows] for name in columns}, strict=False
    )


def _cell(name: str, value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float) and name in _RATES:
        return round(value, 3)
    if isinstance(value, dict | list | tuple):
        return str(value)
    return value


def save(rows: Sequence[Row], *, key: str, name: str, label: str = "Save as CSV") -> None:
    """The same rows as a CSV file with exact amounts, written when somebody asks for it."""
    columns = [name for name, value in rows[0].items() if not isinstance(value, dict | list)]
    st.download_button(
        label,
        data=partial(csv_bytes, columns, rows),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=key,
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


_WORDS = {
    "k": "Overrides",
    "n": "n",
    "low": "95% from",
    "high": "95% to",
    "ci95": "95% interval",
}
#: Columns that are shares: shown in percent, to a tenth; the file keeps every digit.
_RATES = frozenset({"rate", "low", "high", "largest_share"})
#: Words that are written otherwise than a column's name can.
_SPELLED = {
    r"\bdso\b": "DSO",
    r"\badd\b": "ADD",
    r"\bar\b": "AR",
    r"\bpo\b": "PO",
    r"\brmst\b": "mean days",
    r"\b(read|write|hand) (outs?|offs?)\b": r"\1-\2",
    r"\bgo live\b": "go-live",
    r"\bre aged\b": "re-aged",
}


def in_words(name: str) -> str:
    """A column's name as people say it."""
    if name in _WORDS:
        return _WORDS[name]
    words = name.replace("_id", "").replace("_", " ").strip()
    for plain, spelled in _SPELLED.items():
        words = re.sub(plain, spelled, words)
    return words[:1].upper() + words[1:]


def _column(rows: Sequence[Row], name: str) -> Any:
    value = next((row[name] for row in rows if row[name] is not None), None)
    label = in_words(name)
    if isinstance(value, bool):
        return st.column_config.CheckboxColumn(label)
    if isinstance(value, Decimal):
        return st.column_config.NumberColumn(label, format="accounting")
    if isinstance(value, float):
        return st.column_config.NumberColumn(label, format=_places(name))
    if isinstance(value, datetime):
        return st.column_config.DatetimeColumn(label, format="D MMM YYYY, HH:mm")
    if isinstance(value, date):
        return st.column_config.DateColumn(label, format="D MMM YYYY")
    return st.column_config.Column(label)


def _places(name: str) -> str:
    """Rates as percent, all other fractions with one decimal."""
    return "percent" if name in _RATES else "%.1f"
