"""Prepare · Segment: which customers to pilot on, and why not the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.parts import choosing, session
from pages.parts.address import page_file
from pages.parts.behind import how_counted
from pages.parts.figures import figure
from pages.parts.session import Session
from pages.parts.tables import save, table
from pages.parts.wording import counted, day, escaped, money
from pipeline import charts
from pipeline.model import CountbackError
from pipeline.segments import LABELS, as_toml, choose, open_invoices
from pipeline.segments.spans import spans
from pipeline.warehouse.day import Metric

Found = Mapping[str, Any]
_NAMES = ("customers", "measures", "ties", "waterfall")


def page() -> None:
    """The recommendation first, then every candidate, then the chosen one in full."""
    here = session.here()
    st.title("Which customers should the pilot be?")
    if here.is_empty:
        st.info(
            "No invoice is loaded yet. A segment is chosen from invoices, customers, people, "
            "contacts and control totals: load those first."
        )
        st.page_link(
            page_file("pages/prepare/exports.py"), label="Load the exports", icon=":material/input:"
        )
        return
    try:
        with st.spinner("Weighing every way to cut a segment"):
            found = here.kept("segments", lambda: choose(here.day, here.pilot.settings))
    except CountbackError as error:
        st.info(escaped(error), icon=":material/currency_exchange:")
        return
    _claim(found)
    if not found["candidates"]:
        return
    choosing.own(found)
    _overview(found)
    _taken_off(here, found)
    _others(found)
    choosing.weights(found)
    st.divider()
    _one(here, found)
    st.divider()
    choosing.waiting(here)
    how_counted(*_sources(here), key="segments")


def _claim(found: Found) -> None:
    icon = {
        "recommended": ":material/check_circle:",
        "none": ":material/question_mark:",
        "refused": ":material/block:",
    }[found["verdict"]]
    with st.container(border=True, key="segment_claim"):
        st.markdown(f"#### {icon} {escaped(found['sentence'])}")
        windows = found["windows"]
        if windows:
            st.caption(_windows_said(windows, found["settings"]))


def _windows_said(windows: Found, settings: Found) -> str:
    selection, baseline = (
        f"{day(windows[name][0])} to {day(windows[name][1])}" for name in ("selection", "baseline")
    )
    whose = "proposed" if windows["is_proposed"] else "as pilot.toml sets them"
    assumed = " (assumed: finance has not said)" if settings["worthwhile_is_assumed"] else ""
    return escaped(
        f"Chosen by {selection}, measured against {baseline}, {whose}: sharing no day, because "
        "customers chosen by how they paid in the baseline drift back by themselves. A change of "
        f"{settings['worthwhile_days']:g} days would pay{assumed}."
    )


# --- all of them -------------------------------------------------------------------------------


def _overview(found: Found) -> None:
    rows = found["candidates"]
    chosen = rows[_looked_at(found)]["candidate"]
    left, right = st.columns([3, 2], gap="medium")
    with left:
        figure(
            charts.clean_against_headroom(rows, found["currency"], chosen),
            rows,
            key="segments_map",
            columns=("candidate", "score", "headroom", "invoices_due_60", "passes"),
            on_select=_pick,
        )
        st.caption(
            "Bubble: invoices due in 60 days. Ringed: fails a gate. Upper right is best; headroom "
            "is what payment on the due day would free, and is in no score."
        )
    with right:
        figure(
            charts.eligibility(found["waterfall"], found["currency"]),
            _steps(found["waterfall"]),
            key="segments_waterfall",
            on_select=_show_taken_off,
        )
        st.caption(
            "All customers. An invoice is taken off by the first step that fits it; click a step "
            "to see its invoices."
        )


def _show_taken_off() -> None:
    st.session_state["segments_step"] = _step_of(st.session_state.segments_waterfall)


def _step_of(event: Any) -> str | None:
    """The step that a click on a waterfall points at; all of them for its two ends."""
    points = event.selection.points
    name = str(points[0]["x"]).lower() if points else None
    return "all" if name == "all open" else name


def _taken_off(here: Session, found: Found) -> None:
    """The invoices of the step of the first waterfall that was clicked."""
    step = st.session_state.get("segments_step")
    if not step:
        return
    rows = here.kept(
        "segment rows everybody",
        lambda: open_invoices(here.day, here.pilot.settings, "everybody", "everybody"),
    )
    shown = [row for row in rows if step in ("all", row["step"])]
    amount = next((s for s in found["waterfall"] if s["step"] in (step, f"{step} open")), None)
    said = "" if amount is None or amount["reporting"] is None else _money_of(amount, found)
    st.markdown(f"**All customers, {escaped(step)}**: {counted(len(shown), 'invoice')}{said}")
    if shown:
        table(
            shown,
            key="segments_rows",
            alt="The open invoices behind the step",
            columns=("invoice_id", "customer_name", "open_amount", "currency", "due_on", "step"),
        )
        save(shown, key="segments_rows_csv", name="segments_invoices")


def _money_of(step: Found, found: Found) -> str:
    return f", {escaped(money(step['reporting'], found['currency']))}"


def _looked_at(found: Found) -> int:
    """The place of the candidate that is looked at: the first one unless another was chosen."""
    place = st.session_state.get("segment_candidate", 0)
    if place not in range(len(found["candidates"])):
        st.session_state["segment_candidate"] = place = 0
    return int(place)


def _pick() -> None:
    points = st.session_state.segments_map.selection.points
    if points:
        st.session_state["segment_candidate"] = int(points[0]["customdata"])


def _steps(steps: Sequence[Found]) -> list[dict[str, Any]]:
    """The steps with a column for each currency."""
    codes = list(steps[0]["amounts"])
    return [
        {
            "step": step["step"].capitalize(),
            "invoices": step["n"],
            **{code: step["amounts"].get(code) for code in codes},
            "reporting": step["reporting"],
        }
        for step in steps
    ]


def _others(found: Found) -> None:
    st.subheader("Why not the others", anchor=False)
    rows = [
        {
            "candidate": each["candidate"],
            "why": each["because"],
            "cleanliness": each["score"],
            "headroom": each["headroom"],
            "customers": each["customers"],
            "due_in_60_days": each["invoices_due_60"],
            "could_see_days": each["minimum_detectable_days"]["90"],
            "comes_first": _percent(each["first_share"]),
        }
        for each in found["candidates"]
    ]
    table(rows, key="segments_all", alt="Every candidate, recommended first, with its reason")
    save(rows, key="segments_all_csv", name="segments")
    for left in found["left_out"]:
        customers = counted(left["customers"], "customer")
        trait = left["trait"].removesuffix("_id")
        st.caption(f"{customers} without a {escaped(trait)}: in no candidate of it.")


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%}"


# --- one of them -------------------------------------------------------------------------------


def _one(here: Session, found: Found) -> None:
    rows = found["candidates"]
    _looked_at(found)
    place = st.selectbox(
        "Look at",
        range(len(rows)),
        key="segment_candidate",
        format_func=lambda number: rows[number]["candidate"],
    )
    each = rows[place]
    headroom = "unknown" if each["headroom"] is None else money(each["headroom"], found["currency"])
    st.markdown(
        f"**{escaped(each['candidate'])}**: {counted(each['customers'], 'customer')}, cleanliness "
        f"**{each['score']:.1f}** of 100; headroom {escaped(headroom)} beside it. "
        f"{escaped(each['because'])}"
    )
    left, right = st.columns([4, 5], gap="medium")
    with left:
        _gates(each)
        choosing.what_to_do(each)
        _power(each)
    with right:
        _components(each)
    _waterfall(here, found, each)
    _toml(found, each)


def _gates(each: Found) -> None:
    st.markdown("**Gates**")
    for gate in each["gates"]:
        icon = ":green[:material/check:]" if gate["ok"] else ":red[:material/block:]"
        name = f"**{gate['gate']} · {escaped(gate['name'].capitalize())}**"
        st.markdown(f"{icon} {name}: {escaped(gate['because'])}")


def _components(each: Found) -> None:
    st.markdown("**What the score is made of**")
    rows = [
        {
            "component": LABELS[part["name"]],
            "counted": None if part["n"] is None else f"{part['k']} of {part['n']}",
            "counts_as": _counts_as(part, "pessimistic"),
            "bad_to_good": f"{_counts_as(part, 'bad')} to {_counts_as(part, 'good')}",
            "points": part["points"],
            "weight": part["weight"],
        }
        for part in each["components"]
    ]
    table(rows, key="segment_parts", alt="Seven components with points and weights")
    st.caption(
        "Each share counts at the worse end of its 80% interval, so that a small spotless segment "
        "does not win by luck. Weights and anchors: \\[choosing\\] in pilot.toml."
    )


def _counts_as(part: Found, name: str) -> str | None:
    """A share in percent; effective customers, which have no n, as they are."""
    value = part[name]
    if value is None:
        return None
    return f"{value:.3g}" if part["n"] is None else f"{100 * value:.3g}%"


def _power(each: Found) -> None:
    st.markdown("**The smallest change it could see**")
    rows = [
        {
            "read_out": f"Day {row['read_out']}",
            "detectable_days": row["days"],
            "pilot": row["pilot_customers"],
            "control": row["control_customers"],
            "why_unknown": row["why"] or None,
        }
        for row in each["power"]
    ]
    table(rows, key="segment_power", alt="Minimum detectable days at each read-out")
    st.caption("Days past due at payment; eighty of a hundred such pilots would see it.")


def _waterfall(here: Session, found: Found, each: Found) -> None:
    left, right = st.columns([2, 3], gap="medium")
    with left:
        figure(
            charts.eligibility(each["waterfall"], found["currency"]),
            _steps(each["waterfall"]),
            key="segment_waterfall",
            on_select=_pick_step,
        )
    name = f"segment rows {each['trait']} {each['value']}"
    rows = here.kept(
        name, lambda: open_invoices(here.day, here.pilot.settings, each["trait"], each["value"])
    )
    with right:
        if not rows:
            st.caption("Nothing of it is open on this day.")
            return
        steps = list(dict.fromkeys(row["step"] for row in rows))
        if st.session_state.get("segment_step") not in ("all", *steps):
            st.session_state.segment_step = "all"
        step = st.selectbox("Invoices that are", ["all", *steps], key="segment_step")
        shown = [row for row in rows if step in ("all", row["step"])]
        table(
            shown,
            key="segment_rows",
            alt="The open invoices behind the steps",
            columns=("invoice_id", "customer_name", "open_amount", "currency", "due_on", "step"),
        )
        save(shown, key="segment_rows_csv", name="segment_invoices")


def _pick_step() -> None:
    st.session_state.segment_step = _step_of(st.session_state.segment_waterfall) or "all"


def _toml(found: Found, each: Found) -> None:
    st.markdown("**For pilot.toml**")
    if not each["passes"]:
        st.caption("It fails a gate: mend that first, or know what you are doing.")
    st.code(as_toml(each, found["windows"]), language="toml", wrap_lines=True)


def _sources(here: Session) -> tuple[Metric, ...]:
    def made() -> tuple[Metric, ...]:
        looked_at = spans(here.pilot.settings, here.as_of).looked_at
        return tuple(here.day.metric(f"segment_{name}", windows=looked_at) for name in _NAMES)

    sources: tuple[Metric, ...] = here.kept("segments sources", made)
    return sources


page()
