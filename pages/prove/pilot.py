"""Prove · Pilot: the four metrics, by week, each with everything behind it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from pages.parts import session
from pages.parts.behind import definition, how_counted
from pages.parts.dispute_hours import dispute_section
from pages.parts.figures import figure
from pages.parts.metric_cards import cards
from pages.parts.override_reading import partners, strip, taken_apart, week_eight
from pages.parts.phases import marks_of, standing
from pages.parts.session import Session
from pages.parts.tables import save, table
from pages.parts.wording import counted, dated, day, escaped, money
from pipeline import charts
from pipeline.proving import four_metrics
from pipeline.warehouse.day import Metric, Scope, week_ending

Found = Mapping[str, Any]

NO_START = (
    "**No day 0 is set.** Write `started_on = 2026-01-01` (your own day) under `[pilot]` in "
    "pilot.toml: the first thirty days measure the old process, day 30 is go-live. Until then "
    "only the dollars can be shown, because invoices remember and minutes do not."
)


def page() -> None:
    """The four cards, then each metric with its weeks."""
    here = session.here()
    st.title("Is the pilot working?")
    if here.is_empty:
        st.info("No invoice is loaded yet: drop the exports on **Prepare → Exports** first.")
        return
    settings = here.pilot.settings
    st.markdown(escaped(standing(settings, here.as_of, here.entries)))
    found = here.kept("four metrics", lambda: four_metrics(here.day, settings))
    st.caption(_whose(here, found))
    if settings.pilot.started_on is None:
        st.info(NO_START, icon=":material/flag:")
    cards(here, found)
    for section in (_minutes, _dollars, _disputes, _overrides):
        section(here, found)


def _whose(here: Session, found: Found) -> str:
    if found["customers"] == "ALL":
        return (
            "Every customer is counted: no segment is set. Name one with `where = …` under "
            "`[segment]` in pilot.toml."
        )
    segment = here.pilot.settings.segment
    return f"Customers of the segment {escaped(segment.name or segment.where)}."


def _metric(here: Session, found: Found, name: str, weeks: list[Found] | None = None) -> Metric:
    """A metric as it was counted for this page: same customers, same weeks."""
    scope: Scope = found["customers"]
    spans = [week_ending(week["week"]) for week in weeks or []]
    ends = ",".join(end.isoformat() for _, end in spans)
    made: Metric = here.kept(
        f"metric {name} {scope} {ends}",
        lambda: here.day.metric(name, customers=scope, weeks=spans),
    )
    return made


# --- 1: minutes to prepare -----------------------------------------------------------------


def _minutes(here: Session, found: Found) -> None:
    st.header("1 · Minutes to prepare", anchor="minutes")
    prep = found["prep_minutes"]
    if not prep["weeks"]:
        st.info(_no_minutes(prep))
        return
    st.markdown(escaped(dated(prep["human_minutes_per_resolved"]["sentence"])))
    weeks = _metric(here, found, "prep_weeks", prep["weeks"])
    left, right = st.columns(2, gap="medium")
    with left:
        drawn = charts.run_chart(
            prep["weeks"],
            title="Does a follow-up take fewer minutes to prepare?",
            unit="min",
            baseline=prep["baseline"],
            marks=marks_of(here),
        )
        figure(drawn, prep["weeks"], key="minutes")
    with right:
        drawn = charts.minutes_by_kind(weeks.rows, marks_of(here))
        figure(drawn, weeks.rows, key="minutes_by_kind")
    st.caption(
        "Hollow points count fewer than five items. The dashed line is the old process, timed by "
        "the same instrument in days 0 to 29 and frozen then."
    )
    _pauses(prep)
    how_counted(
        weeks,
        _metric(here, found, "work_items"),
        _metric(here, found, "cash_collected"),
        _metric(here, found, "idle_sensitivity"),
        key="minutes",
    )


def _pauses(prep: Found) -> None:
    """Minutes per thousand collected, and what they would be had other gaps counted as idle."""
    money = prep["human_minutes_per_resolved"]["per_1000_collected"]
    then, now = (
        "unknown" if money[side] is None else f"{money[side]:.1f}" for side in ("before", "after")
    )
    st.markdown(
        f"All human minutes for every 1,000 {money['currency']} collected: {now} since go-live, "
        f"{then} before."
    )
    rows = prep["idle_sensitivity"]
    if not rows:
        st.caption("How minutes depend on the length of a pause is known once items are reviewed.")
        return
    table(rows, key="idle_sensitivity", alt="Minutes by the gap that counts as idle")
    save(rows, key="idle_sensitivity_csv", name="idle_sensitivity")


def _no_minutes(prep: Found) -> str:
    if prep.get("why"):
        return "Minutes are compared from go-live on, and no day 0 is set in pilot.toml."
    timed = counted(prep["baseline"]["n"], "item")
    return (
        f"Before go-live nothing is compared: the old process is being timed, {timed} so far (60 "
        "are worth having). Timings come from prep_log.csv and from the Review page."
    )


# --- 2: dollars aging into the next bucket -------------------------------------------------


def _dollars(here: Session, found: Found) -> None:
    st.header("2 · Dollars aging into the next bucket", anchor="dollars")
    aging = found["dollars_aging"]
    weeks, currency = aging["weeks"], aging["currency"]
    if not weeks:
        st.info("No whole week is in the books yet: the first is over at a Friday's close.")
        return
    drawn = charts.weekly_roll(weeks, currency, aging["limits"], marks_of(here))
    figure(drawn, weeks, key="dollars", columns=_ROLL_COLUMNS, on_select=_choose_week)
    st.caption(_limits_note(aging["limits"]))
    signals = aging["signals"]
    st.markdown(escaped(dated(signals["sentence"])))
    if signals["rule"]:
        st.caption(escaped(signals["rule"]))
    _one_week(here, found, weeks, currency)
    how_counted(
        _metric(here, found, "weekly_roll", weeks),
        _metric(here, found, "past_due_entries", weeks),
        key="dollars",
    )


_ROLL_COLUMNS = (
    "week",
    "n",
    "scheduled",
    "rolled",
    "rate",
    "rolled_undisputed",
    "cash",
    "credits",
    "write_offs",
    "entered_directly",
    "reopened",
    "re_aged",
    "identity_ok",
)


def _limits_note(limits: Found | None) -> str:
    bars = "Columns: what rolled, by the bucket it rolled into; the pale shape is what could have."
    if not limits:
        return f"{bars} No limits are drawn: they need eight weeks before the pilot."
    return (
        f"{bars} The grey band is where a week lay before the pilot ({limits['n']} weeks, mean ± "
        "2.66 mean moving ranges): a point inside it is noise."
    )


def _choose_week() -> None:
    """A click on the chart opens that week below."""
    points = st.session_state["dollars"]["selection"]["points"]
    if points:
        st.session_state["roll_week"] = date.fromisoformat(str(points[0]["x"])[:10])


def _one_week(here: Session, found: Found, weeks: list[Found], currency: str) -> None:
    ends = [week["week"] for week in weeks][::-1]
    if st.session_state.get("roll_week") not in ends:
        st.session_state["roll_week"] = ends[0]
    st.subheader("Which invoices rolled?", anchor=False)
    end = st.selectbox(
        "Week to", ends, key="roll_week", format_func=day, width=220, label_visibility="collapsed"
    )
    chosen = next(week for week in weeks if week["week"] == end)
    st.markdown(_exits(chosen, currency))
    rows = _metric(here, found, "rolled_invoices", [chosen])
    if not rows.rows:
        st.caption("No invoice was due to cross a bucket edge in that week.")
        return
    table(
        [{**row, "boundary": row["boundary"].replace(">", " → ")} for row in rows.rows],
        key="rolled_invoices",
        alt=f"Invoices scheduled to cross a bucket edge in the week to {day(end)}",
        columns=[name for name in rows.columns if name != "week_end"],
    )
    save(rows.rows, key="rolled_invoices_csv", name=f"rolled_{end.isoformat()}")


def _exits(week: Found, currency: str) -> str:
    """The week's identity in words: what could have rolled, and where it went instead."""

    def said(name: str) -> str:
        return escaped(money(week[name], currency))

    ties = "ties to the cent" if week["identity_ok"] else "**does not tie**: see the rows"
    return (
        f"**{said('scheduled')}** could have rolled = **{said('rolled')} rolled** + "
        f"{said('cash')} cash + {said('credits')} credits + {said('write_offs')} written off "
        f"({ties}). Of what rolled, {said('rolled_undisputed')} is undisputed and "
        f"{said('re_aged')} re-aged. Beside it: {said('entered_directly')} entered past due, "
        f"{said('reopened')} re-opened."
    )


# --- 3: hours from dispute flag to the right owner -----------------------------------------


def _disputes(here: Session, found: Found) -> None:
    st.header("3 · Hours from dispute flag to the right owner", anchor="disputes")
    dispute_section(here, found["dispute_hours"])
    how_counted(_metric(here, found, "dispute_routing"), key="disputes")


# --- 4: override rate ----------------------------------------------------------------------


def _overrides(here: Session, found: Found) -> None:
    st.header("4 · Override rate", anchor="overrides")
    rate = found["override_rate"]
    st.markdown(f"**{escaped(rate['sentence'])}**")
    weeks = rate["weeks"]
    if not rate.get("n"):
        st.info(
            "No draft has been decided yet: work the **Queue** and every approval, edit, re-route, "
            "hold or rejection counts here from its week on."
        )
    else:
        partners(rate)
        drawn = charts.override_weeks(weeks, [*marks_of(here), *week_eight(rate)])
        figure(drawn, weeks, key="overrides")
        st.caption(
            "Bars are 95% Wilson intervals; hollow points count fewer than five drafts; the grey "
            "band is where a week lies by chance (p-chart, three standard errors). If the routing "
            "overrides do not fall by week eight, the rules are wrong, not the words."
        )
        taken_apart(rate)
        strip(rate)
    if weeks:
        how_counted(
            _metric(here, found, "override_weeks", weeks),
            _metric(here, found, "judged_drafts", weeks),
            _metric(here, found, "override_decisions"),
            _metric(here, found, "post_send_defects"),
            key="overrides",
        )
    else:
        blank = _metric(here, found, "override_weeks")
        definition(blank.title, blank.unit, blank.better, blank.meaning)


page()
