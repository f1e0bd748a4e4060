"""The proposal as a table: a column of ours a row, with the header that feeds it to choose."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts.wording import escaped
from pipeline.exports.proposing import Proposal
from pipeline.exports.proposing_columns import Pick

_WIDTHS = (3, 3, 4)
_NONE = "– none –"


def chosen_columns(proposal: Proposal, prefix: str) -> dict[str, str | None]:
    """What a person has chosen otherwise than proposed: ours -> theirs, or none."""
    found = {}
    for pick in proposal.picks:
        key = column_key(prefix, pick.ours)
        if key in st.session_state and st.session_state[key] != (pick.header or ""):
            found[pick.ours] = st.session_state[key] or None
    return found


def columns_table(proposal: Proposal, chosen: Proposal, prefix: str) -> None:
    """Required columns and those that something feeds; all others folded away.

    `chosen` is the proposal with what a person chose.
    """
    with st.container(border=True):
        for place, title in zip(st.columns(_WIDTHS), _titles(proposal), strict=True):
            place.caption(title)
        pairs = list(zip(proposal.picks, chosen.picks, strict=True))
        shown = [(first, now) for first, now in pairs if first.is_required or first.header]
        for first, now in shown:
            _row(proposal, first, now, prefix)
        rest = [pair for pair in pairs if pair not in shown]
        if rest:
            _rest(proposal, rest, prefix)


def _titles(proposal: Proposal) -> tuple[str, str, str]:
    return (f"Ours, for {proposal.kind.replace('_', ' ')}", "The file's column", "Why")


def _rest(proposal: Proposal, rest: Sequence[tuple[Pick, Pick]], prefix: str) -> None:
    with st.expander(f"{len(rest)} more that this file seems not to have"):
        for first, now in rest:
            _row(proposal, first, now, prefix)


def _row(proposal: Proposal, first: Pick, pick: Pick, prefix: str) -> None:
    ours, theirs, why = st.columns(_WIDTHS, vertical_alignment="center")
    name = pick.ours
    needed = " :red[\\*]" if pick.is_required else ""
    ours.markdown(f"**{_in_words(name)}**{needed}  \n:small[:gray[{escaped(pick.purpose)}]]")
    headers = ["", *proposal.look.columns]
    theirs.selectbox(
        _in_words(name),
        headers,
        index=headers.index(first.header or ""),
        format_func=lambda header: header.strip() or _NONE,
        key=column_key(prefix, pick.ours),
        label_visibility="collapsed",
    )
    sure = f":{_colour(pick.confidence)}-badge[{min(pick.confidence, 0.99):.0%}] "
    why.markdown(f"{sure if pick.header else ''}:small[:gray[{escaped(pick.reason)}]]")


def _in_words(name: str) -> str:
    """Our column's name as people say it; of a further table with that table."""
    table, _, column = name.rpartition(".")
    words = {"customer_id": "Customer", "issued_on": "Issued on", "name": "Name"}
    said = words.get(column, column.replace("_id", " number").replace("_", " ").capitalize())
    further = {"customers": "Customer name", "applications": "Paid on", "contacts": "E-mail"}
    return further.get(table, said)


def _colour(confidence: float) -> str:
    return "green" if confidence >= 0.8 else "orange" if confidence >= 0.55 else "red"


def column_key(prefix: str, ours: str) -> str:
    """Where the choice for a column of ours is kept."""
    return f"{prefix}:column:{ours}"
