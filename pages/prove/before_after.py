"""Prove · Before and after: what changed against the control, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts import doubts, session
from pages.parts.behind import how_counted
from pages.parts.figures import figure
from pages.parts.phases import marks_of, reached, standing
from pages.parts.readout import readout_button
from pages.parts.ruling import rule_so_far, ruling
from pages.parts.session import Session
from pages.parts.wording import day, escaped
from pipeline import charts
from pipeline.model import CountbackError
from pipeline.proving import before_after, dso_lines, not_proven
from pipeline.proving.ladder import rung
from pipeline.warehouse.day import Metric
from pipeline.what_next import what_next

Found = Mapping[str, Any]

_VERDICTS = {
    "improved": ("green", ":material/trending_down:"),
    "worse": ("red", ":material/trending_up:"),
    "cannot tell": ("gray", ":material/question_mark:"),
    "refused": ("orange", ":material/block:"),
}
_SET_UP = """\
[pilot]
started_on = 2026-01-01          # day 0; go-live is day 30
[segment]
where = "tier = 'mid' and terms = 'NET30'"
[control]
where = "tier = 'smb' and terms = 'NET30'"
[windows]
selection = [2025-01-01, 2025-06-30]   # when the segment was chosen: before the baseline
baseline = [2025-07-05, 2025-12-31]"""


def page() -> None:
    """The verdict, its interval, its guards, and DSO beside it."""
    here = session.here()
    st.title("Did the cash come sooner?")
    if here.is_empty:
        st.info("No invoice is loaded yet: drop the exports on **Prepare → Exports** first.")
        return
    settings = here.pilot.settings
    if not (settings.pilot.started_on and settings.segment.where and settings.control.where):
        st.markdown(escaped(standing(settings, here.as_of, here.entries)))
        readout_button(here)
        _not_set_up(here)
        _dso(here)
        return
    read_out = _head(here)
    _comparison(here, read_out)
    _dso(here)
    _not_proven(here)


def _head(here: Session) -> int | None:
    """Where the pilot stands, which read-out is looked at, and the readout as a file."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(escaped(standing(here.pilot.settings, here.as_of, here.entries)))
        read_out = _read_out(here)
        readout_button(here)
    return read_out


def _not_set_up(here: Session) -> None:
    settings = here.pilot.settings
    wanted = {
        "a day 0 ([pilot] started_on)": settings.pilot.started_on,
        "a segment ([segment] where)": settings.segment.where,
        "a control ([control] where)": settings.control.where,
    }
    missing = " and ".join(name for name, value in wanted.items() if not value)
    st.info(
        f"**Nothing to compare yet.** pilot.toml does not set {escaped(missing)}. A before/after "
        "without a control cannot tell the pilot from the season. For example:",
        icon=":material/compare_arrows:",
    )
    if settings.pilot.started_on and settings.segment.where:
        st.caption(escaped(rung(settings)["sentence"]))
    st.code(_SET_UP, language="toml")


def _comparison(here: Session, read_out: int | None) -> None:
    name = f"before and after {read_out}"
    try:
        with st.spinner("Comparing both sides, before and after"):
            found = here.kept(name, lambda: before_after(here.day, here.pilot.settings, read_out))
    except CountbackError as error:
        st.info(escaped(error), icon=":material/schedule:")
        rule_so_far(here)
        return
    _verdict(found)
    _what_next(here, found)
    if found["rdpd30"] is None:
        doubts.guards(found)
        return
    _intervals(found)
    doubts.guards(found)
    doubts.history(here, found)
    doubts.mix(found)
    how_counted(*_sources(here, found), key="comparison")


def _what_next(here: Session, found: Found) -> None:
    settings, entries = here.pilot.settings, here.entries
    with st.spinner("Judging by the rule"):
        judged = here.kept(
            f"what next {found['read_out_day']}",
            lambda: what_next(here.day, settings, entries, found),
        )
    ruling(here, judged)


def _read_out(here: Session) -> int | None:
    """Which read-out to show; None lets the comparison say which one comes first."""
    done = reached(here.pilot.settings, here.as_of)
    if not done:
        return None
    if st.session_state.get("read_out") not in done:
        st.session_state["read_out"] = done[-1]
    chosen: int = st.segmented_control(
        "Read-out",
        done,
        key="read_out",
        required=True,
        format_func=lambda number: f"Day {number}",
        label_visibility="collapsed",
        help="Three fixed looks, so that nobody stops on a lucky week.",
    )
    return chosen


def _verdict(found: Found) -> None:
    colour, icon = _VERDICTS[found["verdict"]]
    with st.container(border=True, key="verdict"):
        st.badge(escaped(found["verdict"].capitalize()), color=colour, icon=icon)
        st.markdown(f"#### {escaped(found['sentence'])}")
        _few_customers(found)
        if found.get("windows"):
            st.caption(f"{escaped(found['rung']['sentence'])} {_windows_said(found)}")


def _few_customers(found: Found) -> None:
    """The chance of as much by lot, when a side has too few customers for an interval alone."""
    p = found["rdpd30"]["count"]["permutation_p"] if found["rdpd30"] else None
    if p is not None:
        st.markdown(
            "Few customers: dealt into pilot and control by lot, they differ as much in "
            f"**{p:.0%}** of all deals (permutation p = {p:.3f})."
        )


def _windows_said(found: Found) -> str:
    spans = {is_post: (first, before, cut) for is_post, first, before, cut in found["windows"]}
    (first, before, cut), (pre_first, pre_before, pre_cut) = spans[True], spans[False]
    return escaped(
        f"Invoices due from {day(first)} up to {day(before)}, "
        f"followed up to {day(cut)}, against those due from {day(pre_first)} up to "
        f"{day(pre_before)}, followed up to {day(pre_cut)}."
    )


def _intervals(found: Found) -> None:
    rows = _rows(found)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        drawn = charts.effect_interval(rows, found["minimum_detectable_days"])
        figure(drawn, rows, key="effect")
    with right:
        cells = found["rdpd30"]["count"]
        figure(charts.four_cells(cells), _four(found), key="four_cells")
    customers = found["rdpd30"]["count"]
    st.caption(
        f"n = {customers['pilot_customers']} pilot and {customers['control_customers']} control "
        f"customers. {_invoices_said(found['invoices'])}"
    )
    st.caption(
        "Days past due at payment, capped at 30; what is still open counts for exactly what is "
        "known of it. Only “by invoice” is tested; the others show whether it holds by money and "
        "within the same customers. Below the dotted line the same is done otherwise: never the "
        "headline."
    )
    _said_of_lines(rows)


def _said_of_lines(rows: list[dict[str, Any]]) -> None:
    with st.expander("What each line does otherwise", icon=":material/alt_route:", type="compact"):
        for row in rows:
            said = " ".join(part for part in (row["what"], row["why"]) if part)
            if said:
                st.markdown(f"**{escaped(row['label'])}**: {escaped(said)}")


def _invoices_said(n: Found) -> str:
    return (
        f"Invoices: pilot {n['pilot_pre']} before and {n['pilot_post']} after, control "
        f"{n['control_pre']} before and {n['control_post']} after."
    )


_TESTED = "The one that is tested."
_WITHIN = "Customers with mature invoices in both windows: a change of mix cannot move it."


def _rows(found: Found) -> list[dict[str, Any]]:
    lines = (
        ("By invoice", _TESTED, found["rdpd30"]["count"], False),
        ("By dollar", "Each dollar counts, not each invoice.", found["rdpd30"]["amount"], False),
        ("Same customers only", _WITHIN, found["within_customer"], False),
        *((line["label"], line["what"], line, True) for line in found["sensitivities"]),
    )
    return [
        {
            "label": label,
            "estimate": line["estimate"],
            "low": (line["ci95"] or (None, None))[0],
            "high": (line["ci95"] or (None, None))[1],
            "pilot_customers": line["pilot_customers"],
            "control_customers": line["control_customers"],
            "permutation_p": line.get("permutation_p"),
            "is_sensitivity": is_sensitivity,
            "what": what,
            "why": line.get("why", ""),
        }
        for label, what, line, is_sensitivity in lines
    ]


def _four(found: Found) -> list[dict[str, Any]]:
    """The four values of the comparison, with their n."""
    levels = found["rdpd30"]
    return [
        {
            "side": name,
            "invoices": found["invoices"][cell],
            "days_past_due_by_invoice": levels["count"][cell],
            "days_past_due_by_dollar": levels["amount"][cell],
        }
        for cell, name in (
            ("pilot_pre", "Pilot, before"),
            ("pilot_post", "Pilot, after"),
            ("control_pre", "Control, before"),
            ("control_post", "Control, after"),
        )
    ]


_BEHIND = (
    *("due_cohorts", "billing_windows", "cohort_traits", "control_siblings", "sent_messages"),
)


def _sources(here: Session, found: Found) -> tuple[Metric, ...]:
    """The rows that the comparison and its guards were counted from."""

    def made() -> tuple[Metric, ...]:
        here.day.metric_frame("due_cohorts", windows=found["windows"])
        return tuple(here.day.metric(name) for name in _BEHIND)

    sources: tuple[Metric, ...] = here.kept(f"sources {found['read_out_day']}", made)
    return sources


# --- DSO -----------------------------------------------------------------------------------


def _dso(here: Session) -> None:
    st.header("DSO beside it", anchor="dso")
    lines = here.kept("dso lines", lambda: dso_lines(here.day, here.pilot.settings))
    known = sorted({line["currency"] for line in lines})
    if not known:
        st.info("No billing is known in the last twelve months: DSO is undefined.")
        return
    currency = _currency(here, known)
    rows = [line for line in lines if line["currency"] == currency]
    drawn = charts.dso_lines(rows, marks_of(here))
    figure(drawn, rows, key="dso", columns=_DSO_COLUMNS)
    st.caption(
        "Countback takes daily billings off what is open, newest first; period-end divides by "
        "the billings of 90 days, so that a good or bad sales month moves it though nobody pays "
        "sooner. Best possible is what is not yet due. DSO is shown and never tested: at this "
        "size a true gain of two days hides in its noise."
    )
    name = f"dso {currency}"
    scope = "SEGMENT" if here.pilot.settings.segment.where else "ALL"
    how_counted(here.kept(name, lambda: here.day.metric("dso", customers=scope)), key="dso")


_DSO_COLUMNS = (
    "as_of",
    "arm",
    "currency",
    "ar",
    "billings",
    "countback",
    "period_end",
    "best_possible",
    "add",
)


def _currency(here: Session, known: list[str]) -> str:
    own = here.pilot.lens(check=False).currency
    if len(known) == 1:
        return known[0]
    if st.session_state.get("dso_currency") not in known:
        st.session_state["dso_currency"] = own if own in known else known[0]
    chosen: str = st.segmented_control(
        "Currency of the invoices", known, key="dso_currency", required=True
    )
    return chosen


# --- What it does not prove ----------------------------------------------------------------


def _not_proven(here: Session) -> None:
    st.header("What this does not prove", anchor="limits")
    doubts = not_proven(here.pilot.settings)
    st.markdown("\n".join(f"- **{doubt}** {why}" for doubt, why in doubts))


page()
