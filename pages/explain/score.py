"""Explain · Score: what the queue's order rests on, and how it did on weeks it could not know."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.parts import session
from pages.parts.figures import figure
from pages.parts.session import Session
from pages.parts.tables import save, table
from pages.parts.wording import counted, dated, day, escaped
from pipeline import charts
from pipeline.back_test import back_test

_STATES = {
    True: ":green[:material/check_circle:]",
    False: ":gray[:material/cancel:]",
    None: ":gray[:material/help:]",
}


def page() -> None:
    """The definition, the verdict, and the figures behind it."""
    here = session.here()
    st.title("Does the queue's order find the money that gets stuck?")
    if here.is_empty:
        st.info("No invoice is loaded yet: drop the exports on **Prepare → Exports** first.")
        return
    found = _tested(here)
    if "score" not in found:
        st.info(escaped(dated(found["sentence"])))
        _definition()
        return
    st.markdown(f"**{escaped(found['sentence'])}**")
    _span(found)
    left, right = st.columns(2, gap="large")
    with left:
        figure(
            charts.reliability_plot(found["reliability"]),
            found["reliability"],
            key="reliability",
            columns=("said", "happened", "low", "high", "n"),
        )
    with right:
        _figures(found)
        _definition()
    _orders(found["orders"], found["against_oldest"]["sentence"])
    _gate(found["challenger"])


def _tested(here: Session) -> dict[str, Any]:
    """The card of the day, made once: some fifty Mondays are looked at."""
    key = (*here.key[:2], here.as_of)
    kept = st.session_state.get("back_test")
    if kept is None or kept[0] != key:
        place = st.empty()
        with place.status("Scoring the Mondays of the last year") as status:
            found = back_test(
                here.pilot, here.as_of, lambda step: status.update(label=escaped(step))
            )
        place.empty()
        kept = st.session_state.back_test = (key, found)
    return dict(kept[1])


def _span(found: dict[str, Any]) -> None:
    judged = found["judged"]
    st.caption(
        escaped(
            f"{counted(found['weeks'], 'Monday')} from {day(found['from'])}; judged on those from "
            f"{day(found['split_on'])}: {counted(judged['n'], 'row')}, {judged['still_open']} of "
            "them still open at their next age boundary. Each Monday is scored with what was known "
            "that day; an outcome counts once its boundary has passed. Intervals resample whole "
            "customers."
        )
    )


def _figures(found: dict[str, Any]) -> None:
    score = found["score"]
    base = found["judged"]["rate"]
    brier, skill, slope = st.columns(3)
    brier.metric("Brier", _number(score["brier"], 3), help="0 is perfect; a coin earns 0.25.")
    skill.metric(
        "Better than the base rate",
        "–" if score["brier_skill"] is None else f"{score['brier_skill']:.0%}",
        help=f"Of always saying {base:.0%}: Brier skill.",
    )
    slope.metric(
        "Calibration slope",
        _number(score["slope"], 2),
        help="1 is as sure as it should be; under 1 the score is too sure of itself.",
    )


def _number(value: float | None, places: int) -> str:
    return "–" if value is None else f"{value:.{places}f}"


def _definition() -> None:
    st.markdown(
        "**The score**, to be checked by hand: of this customer's earlier invoices that got as "
        "late as this one, how many were still open at the next age boundary? Drawn towards the "
        "whole book by four imaginary invoices: (k + 4 r) / (n + 4). It orders work and nothing "
        "else: never tone, never credit, never whether a message may go."
    )
    st.caption(
        "Not tested: chasing changes what is paid, so a history under chasing says less about "
        "what nobody chases."
    )


def _orders(orders: list[dict[str, Any]], against_oldest: str) -> None:
    st.subheader("The first fifth of the list", anchor=False)
    if not orders:
        st.info("No money that stuck has a rate: add [rates] for its currency to pilot.toml.")
        return
    rows = [
        {
            "order": one["order"],
            "finds": f"{one['share']:.0%}",
            "queue_finds_more": _points(one["queue_finds_more"]),
            "from": _points(one["low"]),
            "to": _points(one["high"]),
        }
        for one in orders
    ]
    st.markdown(f"**{escaped(against_oldest)}**")
    st.caption("Share of the money still open at its boundary that lay in each Monday's top 20%.")
    table(rows, key="score_orders", alt="What each order finds", height="content")
    save(orders, key="score_orders_csv", name="score-orders")


def _points(value: float | None) -> str:
    if value is None:
        return "–"
    points = round(100 * value)
    said = f"{points:+d} points" if points else "0 points"
    return said.replace("-", "\N{MINUS SIGN}")


def _gate(challenger: dict[str, Any]) -> None:
    st.subheader("May a model take its place?", anchor=False)
    st.markdown(
        f"Tried against it: {escaped(challenger['what'])}. {escaped(challenger['sentence'])}"
    )
    for one in challenger["conditions"]:
        name, sentence = escaped(one["name"]), escaped(dated(one["sentence"]))
        st.markdown(f"{_STATES[one['is_met']]} **{name}.** {sentence}")


page()
