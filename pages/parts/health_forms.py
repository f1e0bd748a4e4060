"""What can be done about the ticked rows of a finding: mend, take, give away, accept, judge."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import streamlit as st

from pages.parts import health, health_acts
from pages.parts.address import page_file
from pages.parts.allowed import allowed
from pages.parts.health_acts import form_key
from pages.parts.session import Session
from pages.parts.wording import counted, escaped
from pipeline.deciding.exemptions import LONGEST
from pipeline.health.findings import Finding
from pipeline.health.mending import preview
from pipeline.health.remedies import Remedy, remedies

Rows = list[dict[str, Any]]
#: Days that an acceptance lasts unless something else is said.
USUAL = 30
#: Findings about an address that is written to no more: two people open it again.
_STOPPED = frozenset({"contact_left", "contact_bounced"})
#: Findings that are mended by loading better exports.
_BY_EXPORTS = frozenset({"not_tied_out", "source_stale"})


def forms(here: Session, one: Finding, ticked: Rows) -> None:
    """The forms that fit; what was put in for other rows goes."""
    _forget_others(one, ticked)
    ways = _ways(here, one, ticked)
    if not ways:
        _elsewhere(one)
        return
    way = st.segmented_control(
        "What to do",
        list(ways),
        default=next(iter(ways)),
        required=True,
        key=f"health_way_{one.name}",
        format_func=ways.__getitem__,
        label_visibility="collapsed",
    )
    {
        "mend": _mend,
        "take": _take,
        "twins": _twins,
        "assign": _assign,
        "exempt": _exempt,
    }[str(way or next(iter(ways)))](here, one, ticked)


def _forget_others(one: Finding, ticked: Rows) -> None:
    about = (one.name, [(r["invoice_id"], r["customer_id"], r["fix_key"]) for r in ticked])
    if st.session_state.get("health_about") != about:
        health_acts.clear_inputs()
        st.session_state.health_about = about


def _ways(here: Session, one: Finding, ticked: Rows) -> dict[str, str]:
    """Way -> the words on its button, in the order of likelihood."""
    ways = {}
    if one.name == "customer_twins":
        ways["twins"] = "Same or different"
    elif ticked[0]["invoice_id"] and len(ticked) == 1 and _remedies(here, one, ticked[0]):
        ways["mend"] = "Mend"
    if len(ticked) > 1 and any(row["fix_value"] for row in ticked):
        ways["take"] = "Take what is proposed"
    if any(row["invoice_id"] or row["customer_id"] for row in ticked):
        ways["assign"] = "Give to somebody"
        if one.may_be_waived:
            ways["exempt"] = "Exempt" if one.is_blocking else "Accept"
    return ways


def _elsewhere(one: Finding) -> None:
    st.markdown("**Not mended here**")
    st.markdown(escaped(one.fix))
    if one.name in _BY_EXPORTS:
        st.page_link(
            page_file("pages/prepare/exports.py"), label="Load exports", icon=":material/input:"
        )


def _source() -> None:
    st.text_input(
        "How do you know?",
        key=form_key("health_source"),
        placeholder="Telephone, 14:10, Ms Novak · signed contract · CRM note",
        help="Kept with the correction; the second person reads it.",
    )


# --- mending one row -------------------------------------------------------------------------


def _remedies(here: Session, one: Finding, row: dict[str, Any]) -> list[Remedy]:
    invoice = here.desk.rows[row["invoice_id"]]
    name = f"health remedies/{one.name}/{row['invoice_id']}"
    return here.kept(name, lambda: remedies(here.day, one.name, row, invoice))


def _mend(here: Session, one: Finding, ticked: Rows) -> None:
    row = ticked[0]
    st.text(f"{row['because']}\n{row['proposed_fix']}")
    found = {remedy.name: remedy for remedy in _remedies(here, one, row)}
    name = st.selectbox(
        "What to mend",
        list(found),
        key=form_key("health_remedy"),
        format_func=lambda name: found[name].label,
    )
    remedy = found[name]
    {"cell": _cell, "address": _address, "confirm": _confirm, "add": _add}[remedy.act](here, remedy)
    _source()
    allowed(st.button, "correction_proposed")(
        "Record it",
        key="health_correct",
        type="primary",
        icon=":material/edit:",
        on_click=health_acts.correct,
        args=(remedy,),
    )
    st.caption(
        "Kept beside the export, never in it. Whom we write to is changed by two people: it "
        "counts once a second one has confirmed it."
        if remedy.act in ("address", "add") or one.name in _STOPPED
        else "Kept beside the export, never in it; the fix list takes it to the source system."
    )


def _cell(here: Session, remedy: Remedy) -> None:
    st.text(f"Says now: {remedy.says or 'nothing'}")
    if remedy.column == "owner_id":
        people = health.people(here)
        st.selectbox(
            "New owner",
            list(people),
            index=None,
            key=form_key("health_new"),
            format_func=people.__getitem__,
            placeholder="Choose" if people else "Load people.csv first",
        )
        return
    if remedy.column == "po_required":
        st.selectbox("New value", ["false", "true"], key=form_key("health_required"))
        return
    if remedy.proposed:
        st.session_state.setdefault(form_key("health_new"), remedy.proposed)
    st.text_input(
        "New value",
        key=form_key("health_new"),
        placeholder="NET30" if remedy.column == "terms" else "",
    )


def _address(here: Session, remedy: Remedy) -> None:
    st.text(f"Says now: {remedy.says or 'no address'}")
    st.text_input("New address", key=form_key("health_new"), placeholder="name@company.example")
    _reached(here)


def _confirm(here: Session, remedy: Remedy) -> None:
    st.text(f"Last confirmed: {remedy.says or 'never'}")
    _reached(here)


def _reached(here: Session) -> None:
    st.session_state.setdefault(form_key("health_on"), here.as_of)
    st.date_input(
        "Reached on", key=form_key("health_on"), max_value=here.as_of, format="YYYY-MM-DD"
    )


def _add(here: Session, _: Remedy) -> None:
    name, role = st.columns(2)
    with name:
        st.text_input("Name", key=form_key("health_name"))
    with role:
        st.text_input("Role", key=form_key("health_role"), placeholder="Accounts payable")
    st.text_input("Address", key=form_key("health_new"), placeholder="name@company.example")
    _reached(here)


# --- several rows ----------------------------------------------------------------------------


def _take(here: Session, _: Finding, ticked: Rows) -> None:
    changes = preview(here.day, ticked)
    without = len([row for row in ticked if row["fix_value"] is None])
    st.markdown(f"**{counted(len(changes), 'cell')} would change**")
    if without:
        st.caption(f"{counted(without, 'row')} of the ticked ones have no value to take.")
    st.dataframe(
        pl.DataFrame(
            {
                "Row": [change["id"] for change in changes],
                "Field": [change["field"].replace("_", " ") for change in changes],
                "Old": [change["old_value"] for change in changes],
                "New": [change["new_value"] for change in changes],
            },
            schema_overrides={"Old": pl.String()},
        ),
        hide_index=True,
        key="health_preview",
        placeholder="–",
        alt="Every cell that taking the proposals would change: old and new.",
    )
    _source()
    allowed(st.button, "correction_proposed")(
        f"Take {counted(len(changes), 'value')}",
        key="health_take",
        type="primary",
        icon=":material/done_all:",
        on_click=health_acts.take,
        args=(ticked,),
    )


def _assign(here: Session, one: Finding, ticked: Rows) -> None:
    names = sorted(name.partition(",")[0] for name in health.people(here).values())
    st.selectbox(
        "Who mends it",
        names,
        index=None,
        key=form_key("health_person"),
        accept_new_options=True,
        placeholder="Choose, or type a name",
    )
    allowed(st.button, "fix_assigned")(
        f"Give {counted(len(ticked), 'row')} away",
        key="health_assign",
        type="primary",
        icon=":material/person_add:",
        on_click=health_acts.assign,
        args=(one.name, ticked),
    )


def _exempt(here: Session, one: Finding, ticked: Rows) -> None:
    st.session_state.setdefault(form_key("health_until"), here.as_of + timedelta(days=USUAL))
    st.text_input("Why is it right as it is?", key=form_key("health_reason"))
    st.date_input(
        "Until",
        key=form_key("health_until"),
        min_value=here.as_of + timedelta(days=1),
        max_value=here.as_of + timedelta(days=LONGEST),
        format="YYYY-MM-DD",
    )
    verb = "Exempt" if one.is_blocking else "Accept"
    allowed(st.button, "exemption_granted")(
        f"{verb} {counted(len(ticked), 'row')}",
        key="health_exempt",
        type="primary",
        icon=":material/event_available:",
        on_click=health_acts.exempt,
        args=(one.name, ticked),
    )
    effect = "A draft can be made until then" if one.is_blocking else "It counts no more until then"
    st.caption(f"{effect}; afterwards it fails again by itself. Your name stands beside it.")


# --- two customers ---------------------------------------------------------------------------


def _twins(here: Session, _: Finding, ticked: Rows) -> None:
    for row in {row["fix_key"]: row for row in ticked}.values():
        pair = row["fix_key"]
        st.text(row["because"])
        _side_by_side(here, pair)
        with st.container(horizontal=True):
            for label, is_same in (("Same company", True), ("Different companies", False)):
                allowed(st.button, "twins_judged")(
                    label,
                    key=f"health_{'same' if is_same else 'different'}:{pair}",
                    on_click=health_acts.judge,
                    args=(pair, is_same),
                )
    st.caption("Nothing is merged here: the same company twice is merged in the ERP.")


def _side_by_side(here: Session, pair: str) -> None:
    ids = pair.split("|")
    sides = here.kept(f"health twins/{pair}", lambda: health.sides(here, ids))
    st.dataframe(
        pl.DataFrame(
            {"": list(sides[0]), **{i: list(s.values()) for i, s in zip(ids, sides, strict=True)}}
        ),
        hide_index=True,
        key=f"health_sides:{pair}",
        placeholder="–",
        height="content",
        alt="The two customers side by side.",
    )
