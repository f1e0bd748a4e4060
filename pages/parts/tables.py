"""Rows of a metric as a table to read and a file to keep: names in words, amounts to the cent."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
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
        _laid_out(rows, shown) if isinstance(rows, tuple) else frame(rows, shown),
        key=key,
        hide_index=True,
        height=height,
        column_config={name: _column(rows, name) for name in shown},
        placeholder="–",
        alt=alt,
    )


#: So many tables are kept laid out, those shown longest ago are let go first.
_KEPT = 48
_LAID_OUT: OrderedDict[tuple[int, tuple[str, ...]], tuple[Sequence[Row], object]] = OrderedDict()
_GUARD = threading.Lock()


def _laid_out(rows: tuple[Row, ...], columns: Sequence[str]) -> object:
    """A metric's own rows as Arrow, the way they travel to the browser: the same at every click.

    They never change, and are kept beside the table, so that no others take their place.
    """
    key = (id(rows), tuple(columns))
    with _GUARD:
        found = _LAID_OUT.pop(key, None)
    if found is None:
        found = (rows, frame(rows[:SHOWN], columns).to_arrow(compat_level=pl.CompatLevel.oldest()))
    with _GUARD:
        _LAID_OUT[key] = found
        while len(_LAID_OUT) > _KEPT:
            _LAID_OUT.popitem(last=False)
    return found[1]


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
