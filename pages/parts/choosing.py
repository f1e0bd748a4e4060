"""What Segment says beyond the choice: what to do about a gate, other weights, and who waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts import health, session
from pages.parts.address import page_file
from pages.parts.allowed import allowed
from pages.parts.notices import one_sentence, say
from pages.parts.session import Session, named
from pages.parts.tables import save, table
from pages.parts.wording import counted, dated, day, escaped
from pipeline.holdout import RATIOS, draw, holdout, withdraw
from pipeline.model import CountbackError
from pipeline.segments import LABELS, reweighed
from pipeline.segments.remedies import CHECKS, REMEDIES

Found = Mapping[str, Any]


# --- gates that are not passed -----------------------------------------------------------------


def own(found: Found) -> None:
    """Whether the segment that pilot.toml sets may be piloted on; if not, what to do, first."""
    for each in found["candidates"]:
        failed = [gate for gate in each["gates"] if not gate["ok"]]
        if each["trait"] != "pilot_segment" or not failed:
            continue
        said = " ".join(f"Gate {gate['gate']}: {gate['because']}" for gate in failed)
        todo = " ".join(REMEDIES[gate["gate"]] for gate in failed)
        st.warning(
            escaped(f"The segment that pilot.toml sets is not fit yet. {said} {todo}"),
            icon=":material/block:",
        )


def what_to_do(each: Found) -> None:
    """For each gate that is not passed: what it takes, and the way there."""
    failed = [gate["gate"] for gate in each["gates"] if not gate["ok"]]
    if not failed:
        return
    with st.container(border=True, key="segment_remedies"):
        st.markdown("**What to do**")
        for number in failed:
            st.markdown(f"Gate {number}: {escaped(REMEDIES[number])}")
            if number in CHECKS:
                st.button(
                    "Open it on Data health",
                    key=f"segment_mend_{number}",
                    icon=":material/health_and_safety:",
                    type="tertiary",
                    on_click=_to_health,
                    args=(CHECKS[number],),
                )
    if st.session_state.pop("go_to_health", False):
        st.switch_page(page_file("pages/prepare/data_health.py"))


def _to_health(check: str) -> None:
    health.open_finding(check)
    st.session_state.go_to_health = True


# --- other weights -----------------------------------------------------------------------------


def weights(found: Found) -> None:
    """Sliders over the components; who would lead, and how often within half of these weights."""
    with st.expander("Try other weights", icon=":material/balance:", key="segment_weights"):
        st.caption(
            "Nothing is saved: weights that hold stand in \\[choosing\\] of pilot.toml. Gates do "
            "not depend on them."
        )
        given = found["settings"]["weights"]
        for column, (name, usual) in zip(st.columns(len(given)), given.items(), strict=True):
            column.number_input(
                LABELS[name], 0.0, 100.0, float(usual), 5.0, key=f"weight_{name}", format="%.0f"
            )
        chosen = {name: float(st.session_state[f"weight_{name}"]) for name in given}
        try:
            rows = reweighed(found["candidates"], chosen)
        except CountbackError as error:
            st.info(escaped(error))
            return
        shown = [{**row, "first_share": _percent(row["first_share"])} for row in rows]
        table(shown, key="segment_reweighed", alt="Candidates under these weights")
        save(shown, key="segment_reweighed_csv", name="segments-reweighed")
        first = rows[0]
        if first["passes"]:
            st.caption(
                escaped(
                    f"{first['candidate']} is the cleanest, first under "
                    f"{_percent(first['first_share'])} of weightings within half of these."
                )
            )


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.0%}"


# --- who waits ---------------------------------------------------------------------------------


def waiting(here: Session) -> None:
    """The holdout, drawn or to be drawn, and how alike pilot and control are."""
    st.subheader("Whom the pilot is compared with", anchor="holdout")
    found = here.kept("holdout", lambda: holdout(here.day, here.pilot, here.entries))
    st.markdown(escaped(dated(found["sentence"])))
    if found["is_drawn"]:
        _drawn(found)
    elif _may_draw(here, found):
        _to_draw(found)
    _alike(found["likeness"], here.day.lens.currency)


def _may_draw(here: Session, found: Found) -> bool:
    known = max(here.as_of, here.usual_day)
    return bool(found["likeness"]) and found["go_live"] is not None and known < found["go_live"]


def _to_draw(found: Found) -> None:
    st.caption(
        "Customers of one parent stay together; size and past lateness are spread evenly by lot. "
        f"Those drawn stay on the old process until {day(found['until'])}: no draft of theirs is "
        "made or approved. The draw is recorded with its seed and list; after go-live nobody draws."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "Pilot to holdout", list(RATIOS), default="2:1", key="holdout_ratio", required=True
        )
        allowed(st.button, "holdout_drawn")(
            "Draw the holdout",
            key="holdout_draw",
            type="primary",
            icon=":material/casino:",
            on_click=_draw,
        )


def _drawn(found: Found) -> None:
    st.caption(
        escaped(
            f"Seed {found['seed']}, list {found['fingerprint'][:16]}; drawn "
            f"{counted(found['draws'], 'time')}."
        )
    )
    left, right = st.columns([2, 3], gap="medium")
    with left:
        table(found["strata"], key="holdout_strata", alt="Families of each stratum by arm")
        save(found["strata"], key="holdout_strata_csv", name="holdout-strata")
    with right:
        rows = [
            {"customer": name, "arm": arm}
            for arm, key in (("holdout", "customers"), ("pilot", "pilot_customers"))
            for name in found[key]
        ]
        table(rows, key="holdout_list", alt="Every customer with its arm")
        save(rows, key="holdout_list_csv", name="holdout")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Why it is withdrawn", key="holdout_reason", placeholder="For the record")
        allowed(st.button, "holdout_withdrawn")(
            "Withdraw it", key="holdout_withdraw", type="tertiary", on_click=_withdraw
        )


def _figure(value: float | None, unit: str, currency: str) -> str | None:
    if value is None:
        return None
    return {
        "money": f"{value:,.0f} {currency}",
        "share": f"{value:.0%}",
        "days": f"{value:.1f} days",
        "invoices": f"{value:.1f}",
    }[unit]


def _apart(value: float | None) -> str | None:
    return None if value is None else f"{value:+.2f} sd".replace("-", "−")


def _alike(found: Found | None, currency: str) -> None:
    if found is None or not found["rows"]:
        st.info("How alike both are is shown once a segment and a control are chosen.")
        return
    st.markdown("**How alike they are, over the year before day 0**")
    shown = [
        {
            "trait": row["trait"],
            "pilot": _figure(row["pilot"], row["unit"], currency),
            "control": _figure(row["control"], row["unit"], currency),
            "standardised_difference": _apart(row["standardised_difference"]),
            "alike": {True: "yes", False: "no", None: None}[row["is_alike"]],
        }
        for row in found["rows"]
    ]
    table(shown, key="likeness", alt="Pilot and control by trait")
    save(found["rows"], key="likeness_csv", name="likeness")
    st.caption(
        f"{counted(found['pilot_customers'], 'pilot customer')}, "
        f"{counted(found['control_customers'], 'control customer')}. Standardised difference: "
        "pilot less control, in standard deviations (of the logarithm, for what was billed); up to "
        "0.25 either way counts as alike. Differences are no reason to match on the baseline: the "
        "comparison takes each arm's own before."
    )
    for names, why in (
        (found["siblings"], "share a parent with a pilot customer, so they are no yardstick"),
        (found["in_both"], "are named by segment and control both, so they count in neither"),
    ):
        if names:
            st.warning(escaped(f"{', '.join(names)} {why}: carve them out of [control] where."))


@one_sentence
def _draw() -> None:
    by, here = named(), session.again()
    ratio = st.session_state.get("holdout_ratio") or "2:1"
    entry = draw(here.pilot, ratio=ratio, by=by, now=session.now(), on_day=here.as_of)
    say(f"Drawn: {counted(len(entry.payload['customers']), 'customer')} wait until day 90.")


@one_sentence
def _withdraw() -> None:
    by, here = named(), session.again()
    reason = str(st.session_state.get("holdout_reason") or "")
    withdraw(here.pilot, reason=reason, by=by, now=session.now(), on_day=here.as_of)
    say("Withdrawn: pilot.toml names the control that it named before.")
