"""What became of cases that were held and of those that were sent, side by side and one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.parts.behind import how_counted
from pages.parts.override_marks import SHORT, marking
from pages.parts.session import Session
from pages.parts.tables import in_words, save, table
from pages.parts.wording import LANE_TITLES, escaped
from pipeline.model import REASONS
from pipeline.proving.following import FOLLOWED_DAYS, SIDES, followed, outcomes

Row = Mapping[str, Any]

_SIDES = {
    "held back": "Held back (high side): proposed, and a person held it",
    "sent all the same": "Sent all the same (low side): stopped, and a person sent it",
    "as proposed": "As proposed: approved, as it was or edited",
}


def section(here: Session) -> None:
    """The three sides with their outcomes, and every decision behind them."""
    st.header("What became of what was held, and of what was sent?", anchor="outcomes")
    found = here.kept("decision outcomes", lambda: outcomes(here.day, here.pilot.settings))
    sides = followed(found.rows, here.pilot.settings)
    rows = [_told(row) for row in sides]
    table(rows, key="outcome_sides", alt="Outcomes by side", height="content")
    save(sides, key="outcome_sides_csv", name="held_and_sent")
    st.caption(
        f"Read {FOLLOWED_DAYS} days after the decision; younger ones are not watched long enough. "
        "Held back and settled soon: holding it cost nothing, or the reminder was not needed. Sent "
        "and disputed or complained of: it should have been held. What came after is not proof "
        "that it came of it."
    )
    _one_by_one(found.rows)
    how_counted(found, key="outcomes")


def _told(row: Row) -> dict[str, Any]:
    share, n = row["settled_rate"], row["watched"]
    between = f" ({row['settled_low']:.0%} to {row['settled_high']:.0%})" if n else ""
    return {
        "side": _SIDES[row["side"]],
        "decided": row["decided"],
        "watched_14_days": n,
        "paid_or_credited": f"{row['settled']} of {n}, {share:.0%}{between}" if n else "–",
        "disputed": row["disputed"],
        "complained": row["complained"],
    }


def _one_by_one(rows: Sequence[Row]) -> None:
    side = st.segmented_control(
        "Side",
        SIDES,
        default=SIDES[0],
        required=True,
        key="outcome_side",
        format_func=str.capitalize,
        label_visibility="collapsed",
    )
    chosen = [row for row in rows if row["side"] == side]
    if not chosen:
        st.caption(_NONE[str(side)])
        return
    shown = [
        {
            "on": row["on_day"],
            "customer": row["customer_name"],
            "case": row["case_id"],
            "what": _what(row),
            "reason": REASONS.get(row["reason"] or "", ""),
            "came_of_it": _came(row),
            "left_on": row["left_on"],
            "mattered": SHORT[row["severity"]],
            "by": row["decided_by"],
        }
        for row in chosen
    ]
    event = st.dataframe(
        shown,
        key=f"outcome_list_{side}",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={name: in_words(name) for name in shown[0]}
        | {
            "on": st.column_config.DateColumn("Decided on", format="D MMM YYYY"),
            "left_on": st.column_config.DateColumn("Left on", format="D MMM YYYY"),
            "case": None,
        },
        placeholder="–",
        alt="Decisions of this side with what came of them, newest first",
    )
    save(shown, key="outcome_list_csv", name=f"decisions_{str(side).replace(' ', '_')}")
    picked = event["selection"]["rows"]
    if picked and picked[0] < len(chosen):
        st.markdown(f"**{escaped(chosen[picked[0]]['case_id'])}**")
        marking(chosen[picked[0]], "outcome")


_NONE = {
    "held back": "Nobody has held or rejected a proposed message yet.",
    "sent all the same": "Nobody has sent what the rules held back.",
    "as proposed": "No proposed message was approved yet.",
}


def _what(row: Row) -> str:
    if row["verdict"] == "reroute":
        return f"re-routed to {LANE_TITLES[row['new_lane']]}"
    return {"hold": "held", "reject": "rejected", "approve": "approved", "edit": "edited"}[
        row["verdict"]
    ]


def _came(row: Row) -> str:
    came = [
        words
        for name, words in (
            ("is_settled", "paid or credited"),
            ("is_disputed", "disputed"),
            ("is_complained", "complained"),
        )
        if row[name]
    ]
    return ", ".join(came) or ("still open, quiet" if row["is_watched"] else "not watched yet")
