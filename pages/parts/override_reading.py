"""What stands beside the override rate wherever it is shown; there is no switch to take it off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts.tables import save, table
from pages.parts.wording import dated, day, escaped
from pipeline.charts import Mark
from pipeline.proving.attention import SUSPECTED

Found = Mapping[str, Any]

_READINGS = {
    "improving": "Improving",
    "rubber-stamping": "Rubber-stamping",
    "routing": "Routing",
    "data or templates": "Data or templates",
    "not reading": "Not reading",
}


def partners(rate: Found) -> None:
    """Whether the drafts are still read, and what rate, defects and time mean together."""
    said = rate.get("attention")
    if not said:
        return
    if said["verdict"] == SUSPECTED:
        st.warning(escaped(dated(said["sentence"])), icon=":material/visibility_off:")
    else:
        st.markdown(f"Are the drafts still read? {escaped(said['sentence'])}")
    st.markdown(escaped(dated(rate["reading"]["sentence"])))


def partner_line(rate: Found) -> str:
    """The same in one line, for a card; empty while no draft was decided."""
    said = rate.get("attention")
    return said["sentence"] if said and rate.get("n") else ""


def week_eight(rate: Found) -> list[Mark]:
    """Both week eights, for the time axis."""
    names = {"pilot week 8": "week 8", "copilot week 8": "week 8 of drafts"}
    return [Mark(one["on"], names[one["name"]]) for one in rate.get("read_outs", ())]


def taken_apart(rate: Found) -> None:
    """The verdicts by part, at either week eight and at the same mix of cases; then the words."""
    parts = {
        "Routing overrides": rate["routing"],
        "Wording overrides": rate["wording"],
        "Same mix of cases": rate["case_mix"],
    }
    told = [f"{name}: **{part['verdict']}**" for name, part in parts.items()]
    for one in rate["read_outs"]:
        said = "not due yet" if one["verdict"] is None else one["verdict"]
        told.append(f"{_week_named(one)}: **{said}**")
    st.markdown(" · ".join(told))
    with st.expander("In words: by part, at week eight, at the same mix of cases"):
        for name, part in parts.items():
            st.markdown(f"{name}: {escaped(part['sentence'])}")
        for one in rate["read_outs"]:
            _week_eight_said(one)


def _week_named(one: Found) -> str:
    return {"pilot week 8": "Pilot week 8", "copilot week 8": "Week 8 of drafts"}[one["name"]]


def _week_eight_said(one: Found) -> None:
    counts = "" if one["n"] is None else f", {one['k']} of {one['n']} drafts"
    sentence = f"Due at the close of {day(one['on'])}."
    if one["verdict"] is not None:
        sentence = one["sentence"]
    st.markdown(f"{_week_named(one)} ({day(one['on'])}{counts}): {escaped(sentence)}")


def strip(rate: Found) -> None:
    """Four figures that a falling rate must be read with."""
    seeded, seconds = rate["attention"]["seeded"], rate["attention"]["review_seconds"]
    floor, sent = rate["under_the_floor"], rate["defects"]
    boxes = (
        (
            "Planted defects caught",
            f"{seeded['caught']} of {seeded['n']}",
            _between(seeded) or "none shown yet",
        ),
        (
            "Active seconds per draft",
            "–" if seconds["last"] is None else f"{seconds['last']:.0f} s",
            None if seconds["first"] is None else f"{seconds['first']:.0f} s in the first weeks",
        ),
        (
            "Judged faster than it reads",
            f"{floor['k']} of {floor['n']}",
            None
            if floor["median_floor_seconds"] is None
            else f"reading takes {floor['median_floor_seconds']:.0f} s",
        ),
        (
            "Defects per 100 sent",
            "–" if sent["per_100"] is None else f"{sent['per_100']:.1f}",
            _between(sent) if sent["n"] else "nothing was handed over yet",
        ),
    )
    for column, (label, value, below) in zip(st.columns(4, gap="small"), boxes, strict=True):
        column.metric(label, value, below, delta_color="off", delta_arrow="off", border=True)
    st.caption(
        "Now and then a draft is shown with one thing wrong, and cannot leave; the answer is told "
        "at once and counted for the team, never for a person. Reading takes a quick reader a "
        f"second for {floor['words_per_second']:.0f} words. A message that left is a defect when "
        "it bounced, reached the wrong person, was disputed within 30 days or had to be "
        "apologised for."
    )


def _between(found: Found) -> str:
    return "" if found["low"] is None else f"95%: {found['low']:.0%} to {found['high']:.0%}"


def in_depth(rate: Found) -> None:
    """The rate at other thresholds and at the first weeks' mix; the matrix; what left."""
    tabs = st.tabs(["What it means", "Other thresholds", "Same mix of cases", "After sending"])
    with tabs[0]:
        rows = [
            {
                "reading": _READINGS[row["name"]],
                "here": "this one" if row["is_it"] else "",
                "then": row["verdict"],
                "override_rate": row["rate"],
                "planted_defects_caught": row["caught"],
                "review_time": row["time"],
            }
            for row in rate["reading"]["matrix"]
        ]
        table(rows, key="reading_matrix", alt="What rate, defects and time mean", height="content")
        save(rows, key="reading_matrix_csv", name="override_reading")
    with tabs[1]:
        st.markdown("Had another share of changed words made an edit an override:")
        table(rate["at_hter"], key="at_hter", alt="Override rate by threshold", height="content")
        save(rate["at_hter"], key="at_hter_csv", name="override_rate_by_threshold")
    with tabs[2]:
        _case_mix(rate["case_mix"])
    with tabs[3]:
        _after_sending(rate["defects"])


def _case_mix(mix: Found) -> None:
    st.markdown(escaped(dated(mix["sentence"])))
    st.caption(
        "The same test on weekly rates at the first weeks' mix of lane, size and first message to "
        "the customer: easier cases alone cannot make it fall. `covered` is the share of that mix "
        "which a week has."
    )
    if mix["weeks"]:
        table(mix["weeks"], key="case_mix", alt="Override rate at the first weeks' mix")
        save(mix["weeks"], key="case_mix_csv", name="override_rate_same_mix")


def _after_sending(sent: Found) -> None:
    if not sent["n"]:
        st.markdown("No approved message was handed over by the outbox yet.")
        return
    rows = [
        {"what": words, "messages": sent[kind], "of": sent["n"]}
        for kind, words in (
            ("bounced", "bounced"),
            ("wrong_person", "reached the wrong person"),
            ("dispute_discovered", "a dispute came to light"),
            ("apologised", "we had to apologise"),
            ("k", "any of these"),
        )
    ]
    table(rows, key="after_sending", alt="Defects among messages sent", height="content")
    save(rows, key="after_sending_csv", name="defects_after_sending")
