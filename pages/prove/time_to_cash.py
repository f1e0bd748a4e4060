"""Prove · Time to cash: where the days went, and how long money stays open on its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from pages.parts import session
from pages.parts.behind import how_counted
from pages.parts.bridge_bar import bar, choose_bar
from pages.parts.figures import figure
from pages.parts.phases import marks_of, reached, standing
from pages.parts.rolling import of_page, rolled
from pages.parts.session import Session
from pages.parts.tables import table
from pages.parts.wording import counted, day, escaped, money
from pipeline import charts, figures
from pipeline.model import CountbackError
from pipeline.proving import bridge, time_to_cash
from pipeline.warehouse.day import Metric, Scope
from pipeline.warehouse.feeding import gaps, is_open_items_only

Found = Mapping[str, Any]

_ARMS = {"pilot": "Segment", "control": "Control", "all customers": "All customers"}
_NO_START = (
    "**No day 0 is set**, so there is no before and no after. Write `started_on = 2026-01-01` "
    "(your own day) under `[pilot]` in pilot.toml; go-live is thirty days later."
)


def page() -> None:
    """One question a section; whom and which currency is chosen once for all of them."""
    here = session.here()
    st.title("Where did the days go?")
    if here.is_empty:
        st.info("No invoice is loaded yet: drop the exports on **Prepare → Exports** first.")
        return
    st.markdown(escaped(standing(here.pilot.settings, here.as_of, here.entries)))
    with st.container(horizontal=True, gap="large"):
        arm, scope = _whose(here)
        currency = _currency(here, scope)
    if not currency:
        st.info("Nothing was ever billed to these customers: choose others, or load invoices.")
        return
    if here.kept_for_books("open items only", lambda: is_open_items_only(here.pilot.books())):
        _open_items_only(here, scope, currency)
        return
    _bridge(here, arm, scope, currency)
    _curves(here)
    _ages(here, scope, currency)
    rolled(here, scope, currency)
    _cohorts(here, scope, currency)
    _promises(here, scope, currency)


def _whose(here: Session) -> tuple[str, Scope]:
    arms = bridge.arms(here.pilot.settings)
    if len(arms) == 1:
        (only,) = arms.items()
        if only[0] == "all customers":
            st.caption(
                "Every customer is counted: no segment is set. Name one with `where = …` under "
                "`[segment]` in pilot.toml."
            )
        return only
    if st.session_state.get("cash_arm") not in arms:
        st.session_state["cash_arm"] = next(iter(arms))
    chosen: str = st.segmented_control(
        "Whose invoices", list(arms), key="cash_arm", required=True, format_func=_ARMS.__getitem__
    )
    return chosen, arms[chosen]


def _billed(here: Session, scope: Scope) -> dict[str, date]:
    """The currencies in which these customers were billed, and since when the files know."""
    rows = here.kept(f"billed {scope}", lambda: here.day.metric("dso", customers=scope).rows)
    return {row["currency"]: row["first_billed_on"] for row in rows}


def _currency(here: Session, scope: Scope) -> str:
    """The currency of the invoices; two are never added."""
    known = list(_billed(here, scope))
    if len(known) < 2:
        return known[0] if known else ""
    own = here.pilot.lens(check=False).currency
    if st.session_state.get("cash_currency") not in known:
        st.session_state["cash_currency"] = own if own in known else known[0]
    chosen: str = st.segmented_control(
        "Currency of the invoices", known, key="cash_currency", required=True
    )
    return chosen


def _open_items_only(here: Session, scope: Scope, currency: str) -> None:
    """An aging report alone: today can be shown, the past would be of survivors only."""
    st.info(escaped(gaps(here.pilot.books())[0].sentence), icon=":material/history:")
    found = here.kept(f"aging {scope}", lambda: figures.aging(here.day, customers=scope))
    buckets = found["currencies"][currency]["buckets"]
    rows = [{"bucket": name, **bucket} for name, bucket in buckets.items()]
    figure(charts.aging(buckets, currency), rows, key="ages_now")
    how_counted(of_page(here, "aging", scope), key="ages_now")


# --- 1: the bridge -------------------------------------------------------------------------


def _bridge(here: Session, arm: str, scope: Scope, currency: str) -> None:
    st.header("1 · The DSO bridge", anchor="bridge")
    if not here.pilot.settings.pilot.started_on:
        st.info(_NO_START, icon=":material/flag:")
        return
    read_out = _read_out(here)
    try:
        found = here.kept(
            f"bridge {read_out}",
            lambda: bridge.dso_bridge(
                here.day,
                here.pilot.settings,
                read_out,
                lambda _, whose, days: _counted(here, whose, days),
            ),
        )
    except CountbackError as error:
        st.info(escaped(error), icon=":material/schedule:")
        return
    own = found["arms"][arm].get(currency, {"why": "nothing was billed by then"})
    st.caption(
        f"From the close of {day(found['before_on'])}, the day before go-live, to the close of "
        f"{day(found['after_on'])}."
    )
    if "why" in own:
        st.info(f"No bridge in {escaped(currency)}: {escaped(own['why'])}.")
        return
    parts = _counted(here, scope, (found["before_on"], found["after_on"]))
    _drawn_bridge(found, own, currency, parts.invoices.rows)
    how_counted(*parts, key="bridge")


def _counted(here: Session, scope: Scope, days: tuple[date, date]) -> bridge.Counted:
    """What the bridge is made of, counted once for the figure and for the rows behind it."""
    made: bridge.Counted = here.kept(
        f"bridge of {scope} {days[0]} {days[1]}", lambda: bridge.counted(here.day, scope, days)
    )
    return made


def _drawn_bridge(found: Found, own: Found, currency: str, invoices: Sequence[Found]) -> None:
    st.markdown(f"**{escaped(bridge.said(own))}** {_quality(own)}{_largest(own, currency)}")
    rows = bridge.as_rows(found["arms"], currency)
    left, right = st.columns(2, gap="medium")
    with left:
        drawn = charts.dso_bridge(own, "days", currency)
        figure(drawn, rows, key="bridge_days", on_select=partial(choose_bar, "bridge_days"))
    with right:
        drawn = charts.dso_bridge(own, "money", currency)
        figure(drawn, rows, key="bridge_money", on_select=partial(choose_bar, "bridge_money"))
    bar(invoices, currency)
    st.caption(
        "What is open = what was billed × the share of it still open, by customer class and age "
        "past due. Change = Σ billed after × (share after − share before) + Σ (billed after − "
        "billed before) × share before. The first sum is how customers paid: money newly in "
        "dispute, and money credited or written off, are taken out of it. The second is what "
        "they were billed: how much and when, to which class, on which terms. Days = money × 90 "
        "÷ billings of the last 90 days. Source: the uncollected balance schedule (Brigham and "
        "Ehrhardt, Financial Management, ch. 27). In the invoices’ own currency FX is nought; "
        "the rest is rounding, and what was open before it was billed."
    )


def _quality(own: Found) -> str:
    if own["cash_share"] is None:
        return "Nothing left the books between the two days."
    return f"Of what left the books between the two days, {own['cash_share']:.1%} was cash."


def _largest(own: Found, currency: str) -> str:
    one = own["largest_open"]
    if one is None:
        return ""
    return (
        f" The largest open invoice, {escaped(one['invoice_id'])} with "
        f"{escaped(money(one['amount'], currency))}, is {one['days']:.2f} days by itself."
    )


def _read_out(here: Session) -> int | None:
    done = reached(here.pilot.settings, here.as_of)
    if not done:
        return None
    if st.session_state.get("cash_read_out") not in done:
        st.session_state["cash_read_out"] = done[-1]
    chosen: int = st.segmented_control(
        "Read-out",
        done,
        key="cash_read_out",
        required=True,
        format_func=lambda number: f"Day {number}",
    )
    return chosen


# --- 2: from the due date ------------------------------------------------------------------


def _curves(here: Session) -> None:
    st.header("2 · Time to cash", anchor="curves")
    settings = here.pilot.settings
    if not (settings.pilot.started_on and settings.segment.where):
        st.info(
            "The curves compare a segment before and after go-live: set `started_on` under "
            "`[pilot]` and `where` under `[segment]` in pilot.toml."
        )
        return
    done = reached(settings, here.as_of)
    read_out = st.session_state.get("cash_read_out") or (done[-1] if done else None)
    if read_out is None:
        st.info("No read-out is due yet: the curves are drawn from day 60 on.")
        return
    groups = here.kept(
        f"still open {read_out}", lambda: time_to_cash.still_open(here.day, settings, read_out)
    )
    if not groups:
        st.info("No invoice of the segment or its control fell due in the days compared.")
        return
    if settings.overlap:
        st.warning(escaped(settings.overlap), icon=":material/block:")
    figure(charts.still_open(groups), _curve_rows(groups), key="still_open")
    table(_means(groups), key="rmst", alt="Mean days past due of each curve", height="content")
    st.caption(
        "Kaplan-Meier curves of the invoices of the before/after comparison, from their due date; "
        "what was paid by then is gone before day 0. A tick is an invoice watched no longer. The "
        "mean is the area under a curve up to day 30, in days: it is the comparison’s own RDPD30. "
        "Intervals: 95%, leaving out one customer at a time. Shaded: the pilot’s own gap; "
        "without the control it proves nothing."
        + ("" if settings.control.where else " No control is set: only the segment is drawn.")
    )
    how_counted(_due_cohorts(here, read_out), key="still_open")


def _due_cohorts(here: Session, read_out: int) -> Metric:
    kept: Metric = here.kept(
        f"due cohorts {read_out}",
        lambda: time_to_cash.behind_curves(here.day, here.pilot.settings, read_out),
    )
    return kept


def _curve_rows(groups: Sequence[Found]) -> list[dict[str, Any]]:
    return [
        {"arm": group["arm"], "when": group["when"], **row}
        for group in groups
        for row in group["days"]
    ]


def _means(groups: Sequence[Found]) -> list[dict[str, Any]]:
    return [
        {
            "curve": f"{group['arm']}, {group['when']}",
            "mean_days_to_day_30": f"{group['rmst']:.2f}",
            "95%_interval": "{:.2f} to {:.2f}".format(*group["ci95"]) if group["ci95"] else "–",
            "invoices": group["n"],
            "customers": group["customers"],
        }
        for group in groups
    ]


# --- 3: ages by week -----------------------------------------------------------------------


def _ages(here: Session, scope: Scope, currency: str) -> None:
    st.header("3 · Age of what is open", anchor="ages")
    metric = here.kept(f"aging weeks {scope}", lambda: time_to_cash.aging_by_week(here.day, scope))
    known = time_to_cash.weeks_of(metric.rows, currency)
    if not known:
        st.info(f"Nothing was open in {escaped(currency)} in the last eighteen months.")
        return
    first = _billed(here, scope)[currency]
    weeks = time_to_cash.whole_weeks(known, first)
    as_share = st.toggle("As shares of 100%", key="ages_share")
    drawn = charts.aging_weeks(weeks, currency, marks_of(here), as_share=as_share)
    figure(drawn, weeks, key="ages")
    last = weeks[-1]
    st.caption(
        f"At the close of {day(last['week'])}: {escaped(money(last['total'], currency))} open, of "
        f"it {escaped(money(last['disputed'], currency))} in dispute, as the aging of that day "
        "has it. By original due date; open credits and unapplied cash are not netted."
        + _left_out(len(known) - len(weeks), first)
    )
    how_counted(metric, key="ages")


def _left_out(n: int, first: date) -> str:
    if not n:
        return ""
    return (
        f" {counted(n, 'week')} before are not drawn: the files begin on {day(first)}, so that "
        "older invoices are missing from them."
    )


# --- 5: by invoice month -------------------------------------------------------------------


def _cohorts(here: Session, scope: Scope, currency: str) -> None:
    st.header("5 · Cohorts by invoice month", anchor="cohorts")
    metric = here.kept(f"cohorts {scope}", lambda: time_to_cash.collected_by_month(here.day, scope))
    months = time_to_cash.cohort_matrix(metric.rows, currency)
    if not months:
        st.info(f"No invoice in {escaped(currency)} was issued in the last eighteen months.")
        return
    points = time_to_cash.cohort_curves(metric.rows, currency, here.pilot.settings)
    left, right = st.columns(2, gap="medium")
    with left:
        figure(charts.cohort_matrix(months), months, key="cohort_matrix")
    with right:
        figure(charts.cohort_curves(points), points, key="cohort_curves")
    st.caption(
        "Read down a column: is the same share in sooner than it was? A cell is blank until the "
        "month’s last invoice is that old. Coloured lines are months that began after go-live, "
        "grey ones came before. Late-arriving cash is in every month, closed ones too."
    )
    how_counted(metric, key="cohorts")


# --- 6: promises ---------------------------------------------------------------------------


def _promises(here: Session, scope: Scope, currency: str) -> None:
    st.header("6 · Promises to pay", anchor="promises")
    metric = here.kept(f"promises {scope}", lambda: time_to_cash.promises_by_week(here.day, scope))
    weeks = time_to_cash.promise_weeks(metric.rows, currency, here.as_of)
    if not weeks:
        st.info(
            "No promise to pay is on the record. Put one down on the **Review** page when a "
            "customer names a day, and two business days after it counts as kept or broken here."
        )
        return
    st.markdown(_kept_said(time_to_cash.promises_kept(metric.rows, currency), currency))
    drawn = charts.promise_weeks(weeks, currency, marks_of(here))
    figure(drawn, weeks, key="promises")
    st.caption(
        "Kept: 95% or more of what was open on the promised invoices came in as cash by the "
        "promised day and two business days. Hatched weeks are not over; what is not due yet is "
        "in no rate. Credited or disputed before the day: cancelled, and in no rate either."
    )
    how_counted(metric, of_page(here, "promises_judged", scope), key="promises")


def _kept_said(kept: Found, currency: str) -> str:
    if not kept["n"]:
        return f"None of them is mature yet: {counted(kept['pending'], 'promise')} to come."
    low, high = kept["ci95"]
    return (
        f"**{kept['kept']} of {counted(kept['n'], 'promise')} kept** ({kept['rate']:.0%}, 95% "
        f"between {low:.0%} and {high:.0%}). By money "
        f"{escaped(money(kept['came_in'], currency))} of "
        f"{escaped(money(kept['promised'], currency))} came in time."
    )


page()
