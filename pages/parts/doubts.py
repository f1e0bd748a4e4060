"""What could make a comparison lie: guards, the months before, dates when nothing happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts.figures import figure
from pages.parts.phases import marks_of
from pages.parts.session import Session
from pages.parts.tables import save, table
from pages.parts.wording import dated, escaped
from pipeline import charts

Found = Mapping[str, Any]
_LIGHTS = {
    "stop": ("red", ":material/block:"),
    "warn": ("orange", ":material/warning:"),
    "ok": ("green", ":material/check:"),
}
#: Days that a narrow axis has no room to name beside go-live.
_CROWDED = frozenset({"day 0", "day 60", "day 90", "day 120"})


def guards(found: Found) -> None:
    """Every light with its sentence, what calls for doubt on top."""
    st.subheader("What could make this lie", anchor=False)
    for state, (colour, icon) in _LIGHTS.items():
        for light in found["guards"]:
            if light["state"] == state:
                name, said = st.columns([1, 5], gap="small")
                name.badge(escaped(light["name"].capitalize()), color=colour, icon=icon)
                said.markdown(escaped(dated(light["sentence"])))


def history(here: Session, found: Found) -> None:
    """The event study and the made-up go-live dates, side by side."""
    left, right = st.columns(2, gap="medium")
    with left:
        _event_study(here, found["event_study"])
    with right:
        _placebo(found)


def _event_study(here: Session, study: Found) -> None:
    rows = [_study_row(row) for row in study["cohorts"]]
    if not rows:
        st.info(escaped(dated(study["sentence"])), icon=":material/history:")
        return
    started = [mark for mark in marks_of(here) if mark.label not in _CROWDED]
    drawn = charts.event_study(study["cohorts"], started)
    figure(drawn, rows, key="event_study")
    st.caption(escaped(dated(study["sentence"])))


def _study_row(row: Found) -> dict[str, Any]:
    low, high = row["ci95"] or (None, None)
    return {
        "due_from": row["due_from"],
        "due_before": row["due_before"],
        "after_go_live": row["is_post"],
        "change_days": row["estimate"],
        "from_days": low,
        "to_days": high,
        "pilot_days": row["pilot"],
        "control_days": row["control"],
        "pilot_invoices": row["pilot_invoices"],
        "control_invoices": row["control_invoices"],
        "why": row["why"],
    }


def _placebo(found: Found) -> None:
    placebos = found["placebo"]
    if not placebos["dates"]:
        st.info(escaped(dated(placebos["sentence"])), icon=":material/event_busy:")
        return
    line = found["rdpd30"]["count"]
    live = found["windows"][0][1]
    real = {"go_live_on": live, "estimate": line["estimate"], "ci95": line["ci95"]}
    rows = [
        {"go_live": one["go_live_on"], "is_real": is_real, **_ends(one)}
        for is_real, ones in ((False, placebos["dates"]), (True, [real]))
        for one in ones
    ]
    figure(charts.placebo_dates(placebos["dates"], real), rows, key="placebo")
    st.caption(escaped(dated(placebos["sentence"])))


def _ends(one: Found) -> dict[str, Any]:
    low, high = one["ci95"] or (None, None)
    return {"change_days": one["estimate"], "from_days": low, "to_days": high}


def mix(found: Found) -> None:
    """What the pilot's invoices were made of before and after."""
    with st.expander("What the pilot's invoices are made of", icon=":material/category:"):
        rows = [
            {
                **part,
                "share_before": _percent(part["share_before"]),
                "share_after": _percent(part["share_after"]),
            }
            for part in found["mix"]
        ]
        if not rows:
            st.caption("The pilot has no invoice in either window.")
            return
        table(
            rows, key="mix", alt="The pilot's invoices by class, terms and size, before and after"
        )
        save(rows, key="mix_csv", name="mix")


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%}"
