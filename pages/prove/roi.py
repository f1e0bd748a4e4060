"""Prove · ROI: whether it pays; every input with its source left, the answer right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts import scenario, session
from pages.parts.behind import how_counted
from pages.parts.figures import figure
from pages.parts.session import Session
from pages.parts.tables import table
from pages.parts.wording import escaped, money
from pipeline import charts
from pipeline.roi import (
    GRADES,
    Scenario,
    as_toml,
    case,
    chase_weeks,
    chosen,
    dollar_in,
    measured,
    scope_of,
)
from pipeline.roi.case import whole
from pipeline.warehouse.day import Metric

Found = Mapping[str, Any]

_TITLES = {
    "pays": "It pays for itself in the first year",
    "does not pay": "It does not pay for itself in the first year",
    "cannot tell": "Whether it pays in the first year cannot be told yet",
}
_LINES = {
    "labour": "Freed hours put to use",
    "financing": "Financing saved",
    "setup": "Set-up, once",
    "tool": "Running cost",
    "model": "Model",
    "owner": "Owner's time",
    "net": "First-year net",
}


def page() -> None:
    """Inputs left, the case right."""
    here = session.here()
    if here.is_empty:
        st.title("Does it pay?")
        st.info(
            "No invoice is loaded yet: drop the exports on **Prepare → Exports** first. Then "
            "accounts, invoices and billings are measured, and minutes once prep_log.csv is there."
        )
        return
    currency = here.pilot.lens(check=False).currency
    counted = here.kept(
        "roi measured", lambda: measured(here.day, here.pilot.settings, here.pilot.folder)
    )
    now = chosen(scenario.given(), currency, counted, dollar_in(here.pilot))
    found = case(now, currency)
    st.title(_TITLES[found["verdict"]])
    st.markdown(_claim(found))
    left, right = st.columns([2, 3.6], gap="large")
    with left:
        _inputs(now, currency)
    with right:
        _result(found)
        _charts(found)
        _behind(here)


def _claim(found: Found) -> str:
    code = found["currency"]
    confidence = found["confidence"]
    low, high = (whole(confidence[end], code) for end in ("low", "high"))
    said = (
        f"First-year net **{escaped(money(found['first_year_net'], code))}**, in eighty of a "
        f"hundred draws between {escaped(low)} and {escaped(high)}."
    )
    if found["verdict"] == "does not pay":
        said += " One segment rarely pays for itself: the pilot buys information."
    return said


def _inputs(now: Scenario, currency: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader("What it rests on", anchor=False)
        st.button(
            "Reset",
            key="roi_reset",
            on_click=scenario.reset,
            type="tertiary",
            icon=":material/undo:",
        )
        st.download_button(
            "Save as TOML",
            data=as_toml(now.values(), currency),
            file_name="roi.toml",
            mime="application/toml",
            key="roi_toml",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            help="The same scenario for `python -m pipeline roi --inputs roi.toml`.",
        )
    scenario.inputs(now, currency)


# --- the answer ----------------------------------------------------------------------------


def _result(found: Found) -> None:
    code = found["currency"]
    months = found["payback_months"]
    shown = (
        (
            "Hours saved a year",
            f"{found['hours']['saved_per_year']:,.0f} h",
            "By accounts and invoices, less preparing, reviewing and rework afterwards.",
        ),
        (
            "Financing a year",
            whole(found["financing_per_year"], code),
            "What a year of not financing the released cash is worth.",
        ),
        (
            "Cash released once",
            whole(found["cash"]["released_once"], code),
            "Billings / 365 x DSO days. Comes once, and is in no sum on this page.",
        ),
        (
            "Payback",
            "Never" if months is None else f"{months:,.1f} months",
            "Set-up over what a month leaves after its costs.",
        ),
    )
    for column, (label, value, meaning) in zip(st.columns(4, gap="small"), shown, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.metric(label, value, help=escaped(meaning))
    st.caption(
        "Three kinds of number, never added together: hours, financing by the year, cash once."
    )
    for warning in found["warnings"]:
        st.warning(escaped(warning), icon=":material/warning:")
    forms, year = st.columns(2, gap="medium")
    with forms:
        _forms(found)
    with year:
        _year(found)


def _forms(found: Found) -> None:
    article, corrected = found["article"], found["corrected"]
    st.markdown("**Two ways to count the hours**")
    table(
        [
            {"form": "Article form", "by_hand": article["hours_per_cycle"], "with_drafts": None},
            {
                "form": "Corrected",
                "by_hand": corrected["hours_before"],
                "with_drafts": corrected["hours_after"],
            },
        ],
        key="roi_forms",
        alt="Hours a cycle by hand and with drafts, in both forms",
    )
    st.caption(f"Hours a cycle. {escaped(found['why_they_differ'])}")


def _year(found: Found) -> None:
    st.markdown("**The first year, line by line**")
    table(
        [{"line": label, "amount": found["first_year"][name]} for name, label in _LINES.items()],
        key="roi_year",
        alt="The first year line by line; the last line is the sum of the others",
        height="content",
    )
    cost = found["cost_per_follow_up"]
    code = found["currency"]
    each = (
        "" if cost is None else f" A follow-up costs {money(cost, code)}, people's time included."
    )
    st.caption(escaped(f"In {code}. Review and rework are inside the hours.{each}"))


def _charts(found: Found) -> None:
    code, net = found["currency"], found["first_year_net"]
    swings = found["tornado"]
    if swings:
        figure(charts.tornado(swings, net, code), swings, key="roi_tornado")
    else:
        st.info("No input has a range: nothing moves the net. **Show ranges** gives it one.")
    left, right = st.columns(2, gap="medium")
    with left:
        confidence = found["confidence"]
        figure(charts.net_band(confidence, net, code), confidence["histogram"], key="roi_band")
        st.caption(
            f"{confidence['share_above_zero']:.0%} of {confidence['draws']:,} draws do not lose "
            "money. Inputs are drawn apart from each other, by a fixed seed."
        )
    with right:
        even = found["break_even"]
        days = next(row for row in found["inputs"] if row["name"] == "dso_days")
        figure(charts.break_even(even, days, code), even["line"], key="roi_even")
        st.caption(escaped(f"{even['dso_sentence']} {even['override_sentence']}"))
    _cases(found)


def _cases(found: Found) -> None:
    st.markdown("**If everything went badly, or well**")
    table(
        [{"case": name.capitalize(), **one} for name, one in found["cases"].items()],
        key="roi_cases",
        alt="Cautious, base and hopeful case",
        columns=(
            *("case", "first_year_net", "hours_saved_per_year", "financing_per_year"),
            *("cash_released_once", "payback_months"),
        ),
        height="content",
    )
    st.caption("Every input at its worse end, at its base, at its better end: the outer walls.")


# --- behind it -----------------------------------------------------------------------------

_FORMULAS = """\
- **By hand** = (minutes per account × accounts + minutes per invoice × invoices) / 60; **with
  drafts** = (accounts × (prepare + review + override rate × minutes per override) + minutes per
  invoice × invoices) / 60; **saved** = the difference × cycles a month.
- **Freed hours put to use** = saved hours × wage / 2,080 / wage share × share put to use. No
  headcount and no bad debt is booked.
- **Cash released** = billings / 365 × DSO days, once; **financing** = that × cost of capital,
  each year.
- **First-year net** = freed hours + financing − set-up − running cost − model − owner's time;
  each line to the cent.
- **DSO days** are nought until the pilot has an interval; then its range, with the end nearest to
  no effect as base.
- **Band**: 10th to 90th percentile of first-year net, each input drawn from its triangle."""


def _behind(here: Session) -> None:
    with st.expander(
        "How this is calculated", icon=":material/rule:", key="roi_formulas", type="compact"
    ):
        st.markdown(_FORMULAS)
        graded = " · ".join(f"{grade} {words}" for grade, words in GRADES.items() if grade)
        st.caption(f"Grades of sources: {graded}. C and X never prefill.")
    how_counted(*_sources(here), key="roi", label="How the measured inputs are counted")


def _sources(here: Session) -> tuple[Metric, ...]:
    scope = scope_of(here.pilot.settings)

    def made() -> tuple[Metric, ...]:
        return (
            chase_weeks(here.day, scope),
            here.day.metric("dso", customers=scope, days=365),
            here.day.metric("work_items", customers=scope),
            here.day.metric("override_decisions", customers=scope),
        )

    sources: tuple[Metric, ...] = here.kept("roi sources", made)
    return sources


page()
