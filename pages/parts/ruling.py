"""The box that says what next: extend, hold or stop, by the rule as it was fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.parts.address import page_file
from pages.parts.session import Session
from pages.parts.tables import save
from pages.parts.wording import day, escaped, money
from pipeline.what_next import Fixed, fixed_rule

Found = Mapping[str, Any]
_RESULTS = {
    "extend": ("green", ":material/arrow_forward:"),
    "hold": ("gray", ":material/pause:"),
    "stop": ("red", ":material/stop_circle:"),
}
_STATES = {
    "met": ":green[:material/check:]\N{NO-BREAK SPACE}met",
    "not met": ":red[:material/close:]\N{NO-BREAK SPACE}not\N{NO-BREAK SPACE}met",
    "not known": ":gray[**?**]\N{NO-BREAK SPACE}not\N{NO-BREAK SPACE}known",
}
#: On one line, so that the column is as wide as its answers.
_MET = "Is it met yet?".replace(" ", "\N{NO-BREAK SPACE}")
_COLUMNS = ("state", "name", "asks", "value", "interval", "n", "sentence", "would_change")


def ruling(here: Session, found: Found) -> None:
    """The answer, the rule it was judged by, each condition, and what would change it."""
    colour, icon = _RESULTS[found["result"]]
    with st.container(border=True, key="what_next"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(f"What next: {escaped(found['result'])}", color=colour, icon=icon)
            st.markdown(f"**{escaped(found['sentence'])}**")
        _quote(found["rule"]["text"], found["rule"]["fixed_on"], found["rule"]["signed_by"])
        _notes(found["rule"]["notes"], is_fixed=found["is_fixed"])
        st.markdown(_table(found["conditions"]))
        _follows(here, found)


def _quote(text: str, fixed_on: Any, by: str) -> None:
    since = f"fixed on {day(fixed_on)}, signed by {by}" if fixed_on else "never fixed"
    st.caption(f"“{escaped(text)}” ({escaped(since)})")


def _notes(notes: Sequence[str], *, is_fixed: bool) -> None:
    for note in notes:
        st.caption(f":orange[:material/warning:] {escaped(note)}")
    if not is_fixed:
        st.page_link(
            page_file("pages/prepare/protocol.py"),
            label="Sign the protocol",
            icon=":material/signature:",
        )


def _table(conditions: Sequence[Found]) -> str:
    """The conditions as a table whose words wrap."""
    lines = [
        f"| {_MET} | Condition | The rule asks | Measured | 95% interval | n |",
        "|-|-|-|-|-|-|",
    ]
    for one in conditions:
        cells = (one[key] or "–" for key in ("asks", "value", "interval", "n"))
        said = " | ".join(escaped(cell) for cell in (one["name"].capitalize(), *cells))
        lines.append(f"| {_STATES[one['state']]} | {said} |")
    return "\n".join(lines)


def _follows(here: Session, found: Found) -> None:
    """Where it goes on, or what would change the answer."""
    if found["next"]:
        _next(found["next"], here.day.lens.currency)
    elif found["would_change"]:
        st.markdown(f"**What would change it:** {escaped(' '.join(found['would_change']))}")
    if found["result"] == "extend" and found["doubts"]:
        st.markdown(
            ":orange[:material/warning:] The rule does not ask about the guards below; these call "
            f"for doubt: {escaped(', '.join(found['doubts']))}."
        )
    with st.expander("Each condition in words", icon=":material/gavel:", type="compact"):
        for one in found["conditions"]:
            st.markdown(f"{_STATES[one['state']]} · {escaped(one['sentence'])}")
        st.caption(escaped(found["counted_as_harm"]))
        st.caption(
            f"The days are those of the read-out; everything else is as of {day(found['as_of'])}."
        )
        rows = [{name: one[name] for name in _COLUMNS} for one in found["conditions"]]
        save(rows, key="what_next_csv", name="what-next")


def _next(follows: Found, currency: str) -> None:
    st.markdown(f"**{escaped(follows['sentence'])}**")
    card = follows["segment"]
    if card:
        headroom = money(card["headroom"], currency) if card["headroom"] is not None else "unknown"
        could = card["detectable_days"]
        seen = "unknown" if could is None else f"{could:.1f} days"
        st.markdown(
            f"Headroom {escaped(headroom)} · {card['invoices_due_60']} invoices due in 60 days · "
            f"could see {seen} at day 90"
        )
        for lane in follows["lanes"]:
            st.caption(
                f"Drafts overridden in this pilot, {escaped(lane['lane'])}: {lane['k']} of "
                f"{lane['n']}, {lane['low']:.0%} to {lane['high']:.0%} with 95%"
            )
    if follows["to_mend"]:
        st.markdown("Mend first:")
        st.markdown("\n".join(f"- {escaped(said)}" for said in follows["to_mend"]))
    st.page_link(
        page_file("pages/prepare/segment.py"), label="Fit cards", icon=":material/filter_alt:"
    )


def rule_so_far(here: Session) -> None:
    """Before there is anything to judge: the rule it will be judged by."""
    fixed: Fixed = fixed_rule(here.pilot.settings, here.entries, here.as_of)
    with st.container(border=True, key="what_next"):
        st.badge("What next: not judged yet", color="gray", icon=":material/schedule:")
        _quote(fixed.text, fixed.fixed_on, fixed.by)
        _notes(fixed.notes, is_fixed=fixed.fixed_on is not None)
