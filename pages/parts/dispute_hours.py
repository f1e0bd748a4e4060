"""The third metric in full: how soon disputes reach the right owner, and who still waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts.figures import figure
from pages.parts.phases import marks_of
from pages.parts.session import Session
from pages.parts.tables import save, table
from pages.parts.wording import counted, disputed_for
from pipeline import charts
from pipeline.statistics.hours import FEWEST_DISPUTES

Found = Mapping[str, Any]

_CLOCKS = {"business": "Business hours", "clock": "Clock hours"}
_COLUMNS = (
    "dispute_id",
    "invoice_id",
    "customer_id",
    "reason",
    "amount",
    "received_at",
    "flagged_at",
    "accepted_at",
    "accepted_by",
    "business_hours",
    "clock_hours",
    "hand_offs",
    "is_provisional",
)


def dispute_section(here: Session, hours: Found) -> None:
    """The curve and what belongs to it; with few disputes, the disputes themselves."""
    disputes = hours["disputes"]
    if not disputes:
        st.info(
            "No dispute was flagged since go-live. They come from disputes.csv, and from **Flag a "
            "dispute** on the Review page."
        )
    elif hours["n"] < FEWEST_DISPUTES:
        st.markdown(f"{counted(hours['n'], 'dispute')}: too few for a curve, so here they are.")
        shown = [{**row, "reason": disputed_for(row["reason"])} for row in disputes]
        table(shown, key="dispute_list", alt="Disputes since go-live", columns=_COLUMNS)
        save(disputes, key="dispute_list_csv", name="disputes")
    else:
        st.markdown(_said(hours))
        _curve(hours)
        _beside(hours)
        drawn = charts.dispute_waits(disputes, hours["median_business"], marks_of(here))
        figure(drawn, disputes, key="disputes", columns=_COLUMNS)
        st.caption("Hollow: no owner has accepted yet; it counts for the time it has waited.")
    _waiting(hours)


def _said(hours: Found) -> str:
    shares = ", ".join(
        f"{hours[f'within_{limit}']:.0%} within {limit}"
        for limit in (4, 8, 24)
        if hours[f"within_{limit}"] is not None
    )
    return (
        f"{counted(hours['n'], 'dispute')} since go-live, {hours['unrouted']} without an owner. "
        f"In business hours: {shares or 'none routed in the time watched'}. On the customer's "
        f"clock half waited {median_said(hours, 'clock')} or more."
    )


def median_said(hours: Found, clock: str, part: str = "") -> str:
    """A median in hours with its interval; "more than" where half has not been reached."""
    found = hours[part] if part else hours
    middle, ends = found[f"median_{clock}"], found[f"ci95_{clock}"]
    if middle is None:
        longest = found[f"longest_{clock}"]
        return "not known" if longest is None else f"> {longest:.1f} h"
    low, high = ("?" if end is None else f"{end:.1f}" for end in ends)
    return f"{middle:.1f} h ({low} to {high})"


def _curve(hours: Found) -> None:
    clock = st.segmented_control(
        "Hours",
        list(_CLOCKS),
        default="business",
        required=True,
        format_func=_CLOCKS.__getitem__,
        key="dispute_clock",
        label_visibility="collapsed",
    )
    before = hours["before"]
    earlier = before["curve"][clock] if before else []
    left, right = st.columns([2, 1], gap="medium")
    with left:
        since = hours["curve"][clock]
        drawn = charts.owner_curve(since, earlier, _CLOCKS[clock].lower(), hours[f"median_{clock}"])
        rows = [
            {"period": period, **step}
            for period, steps in (("since go-live", since), ("before go-live", earlier))
            for step in steps
        ]
        figure(drawn, rows, key="owner_curve")
    with right:
        figure(charts.hand_offs(hours["hand_offs"]), hours["hand_offs"], key="hand_offs")
    st.caption(
        "Kaplan-Meier steps with 95% bands: who still waits counts for the time waited, and who "
        "was paid or credited first has left without an owner (Aalen-Johansen). Hand-offs are "
        "known for disputes worked on in the record; an export names the last owner only."
    )


def _beside(hours: Found) -> None:
    """What keeps the median from flattering, since go-live and before."""
    before = hours["before"]
    rows = [
        {"measure": name, "since_go_live": told(hours), "before": told(before) if before else "–"}
        for name, told in _MEASURES.items()
    ]
    table(rows, key="dispute_measures", alt="What belongs to the hours", height="content")
    save(rows, key="dispute_measures_csv", name="dispute_measures")


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"


def _within(found: Found) -> str:
    return " · ".join(_share(found[f"within_{limit}"]) for limit in (4, 8, 24))


def _first_asked(found: Found) -> str:
    first = found["first_assignment"]
    if first["median_business"] is None:
        return f"– (n = 0, {first['unassigned']} not asked)"
    return f"{first['median_business']:.1f} h (n = {first['n']}, {first['unassigned']} not asked)"


def _first_right(found: Found) -> str:
    first = found["first_touch_right"]
    if not first["n"]:
        return "– (n = 0)"
    return f"{first['k']} of {first['n']} ({first['low']:.0%} to {first['high']:.0%})"


def _detected(found: Found) -> str:
    lag = found["detection"]
    if lag["median_clock"] is None:
        return "– (n = 0)"
    return f"{lag['median_clock']:.1f} h, at most {lag['longest_clock']:.1f} (n = {lag['n']})"


_MEASURES = {
    "Median, business hours (95%)": lambda found: median_said(found, "business"),
    "Median, clock hours (95%)": lambda found: median_said(found, "clock"),
    "Within 4 · 8 · 24 business hours": _within,
    "Strict median: owners of under 5 business days may still change": lambda found: (
        f"{median_said(found, 'business', 'strict')}, {found['strict']['provisional']} provisional"
    ),
    "First person asked after, median business hours": _first_asked,
    "First owner was the right one": _first_right,
    "Detection lag, clock hours from the customer's words to the flag": _detected,
    "Paid or credited before anyone accepted": lambda found: (
        f"{found['settled_unrouted']} of {found['n']} ({_share(found['settled_share'])})"
    ),
}


def _waiting(hours: Found) -> None:
    """Who waits for an owner now, oldest first, whenever it was flagged."""
    waiting = hours["open"]
    if not waiting:
        st.caption("No dispute waits for an owner now.")
        return
    st.subheader("Who waits for an owner?", anchor=False)
    ages = " · ".join(f"{row['business_hours']}: {row['n']}" for row in hours["open_by_age"])
    st.markdown(f"{counted(len(waiting), 'dispute')} by business hours waited: {ages}.")
    columns = (*_COLUMNS[:7], "assigned_to", "business_hours", "clock_hours", "hand_offs")
    shown = [{**row, "reason": disputed_for(row["reason"])} for row in waiting]
    table(shown, key="disputes_waiting", alt="Disputes without an owner", columns=columns)
    save(waiting, key="disputes_waiting_csv", name="disputes_waiting")
