"""The first rows of a file: as it has them, and as they will be loaded."""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from pages.parts.downloads import csv_bytes
from pages.parts.tables import frame, in_words
from pipeline.exports import KINDS
from pipeline.unknown_exports import SHOWN, Draft, Trial


def before_and_after(draft: Draft, trial: Trial | None) -> None:
    """Two tables of the same rows, one under the other: refused ones say which cell and why."""
    st.markdown(f"**The first {min(SHOWN, len(draft.proposal.look.rows))} rows**")
    if trial is None:
        _before(draft)
        return
    after, before = st.tabs(["As they will be loaded", "As they are in the file"])
    with after:
        _after(draft, trial)
    with before:
        _before(draft)


def _before(draft: Draft) -> None:
    look = draft.proposal.look
    names = _apart(look.columns)
    rows = [(number, *cells) for number, cells in look.rows[:SHOWN]]
    st.dataframe(
        pl.DataFrame(rows, schema=["Row", *names], orient="row", infer_schema_length=None),
        hide_index=True,
        key="mapping_before",
        placeholder="",
        alt="The first rows as they are in the file.",
    )


def _apart(columns: tuple[str, ...]) -> list[str]:
    """Headers that a table can hold side by side, even when two differ in spaces only."""
    found: list[str] = []
    for name in columns:
        bare = name.strip() or name
        found.append(bare if bare not in (*found, "Row") else f"{bare} ({len(found) + 1})")
    return found


def _after(draft: Draft, trial: Trial) -> None:
    rows = [_told(trial, number) for number, _ in draft.proposal.look.rows[:SHOWN]]
    st.dataframe(
        frame(rows, list(rows[0])),
        hide_index=True,
        key="mapping_after",
        placeholder="",
        column_config={
            "amount": st.column_config.NumberColumn("Amount", format="accounting"),
            **{name: _column(draft, name) for name in trial.columns if name != "amount"},
        },
        alt="The first rows as they will be loaded, with what is refused or skipped and why.",
    )
    st.download_button(
        "Save these rows as CSV",
        partial(csv_bytes, list(rows[0]), rows),
        file_name="mapping-preview.csv",
        mime="text/csv",
        key="mapping_csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def _column(draft: Draft, name: str) -> Any:
    if KINDS[draft.proposal.kind].columns[name].type == "date":
        return st.column_config.DateColumn(in_words(name), format="D MMM YYYY")
    return st.column_config.Column(in_words(name))


def _told(trial: Trial, number: int) -> dict[str, Any]:
    outcome = trial.outcomes.get(number)
    columns = trial.columns
    if outcome is None:
        return {"Row": number, "State": "skipped", "Why": "blank", **dict.fromkeys(columns)}
    state = "refused" if outcome.is_refused else "skipped" if outcome.why else "loaded"
    values = {name: outcome.values.get(name) for name in columns}
    return {"Row": number, "State": state, "Why": outcome.why or None, **values}
