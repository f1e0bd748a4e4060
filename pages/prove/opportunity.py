"""Prove · Where to start: whether collections is the best start, and what to start with if not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import streamlit as st

from pages.parts import session
from pages.parts.address import REPOSITORY
from pages.parts.notices import one_sentence
from pages.parts.tables import save, table
from pages.parts.wording import escaped
from pipeline.model import WrongCall
from pipeline.opportunity import (
    FIELDS,
    OURS,
    Described,
    as_toml,
    candidates,
    described,
    in_unit,
    measured,
    opportunity,
    read_processes,
    shipped,
)
from pipeline.opportunity.scoring import Candidate

Found = Mapping[str, Any]

#: What was typed on this page: process -> its keys as in an inputs file.
_KEPT = "opportunity_given"
_EXAMPLE = REPOSITORY / "docs" / "opportunity-example.toml"
_COMPONENTS = {component: key for key, component in FIELDS.items()}
#: Column heads of the table.
_SHORT = {
    "volume": "volume",
    "data_trust": "data",
    "routing_clarity": "routing",
    "checkability": "checks",
    "ownership": "owner",
    "money": "money",
}
_TAGS = {"measured": "blue", "given": "green", "assumed": "orange"}
_BADGES = {
    "go": ("green", ":material/check:"),
    "fix then go": ("blue", ":material/build:"),
    "fix first": ("orange", ":material/warning:"),
    "not first": ("gray", ":material/block:"),
    "unknown": ("gray", ":material/question_mark:"),
}


def page() -> None:
    """The form left, the answer in words right."""
    here = session.here()
    st.title("Where to start?")
    currency = here.pilot.lens(check=False).currency
    facts = {}
    if here.is_empty:
        st.info(
            "No invoice is loaded yet: drop the exports on **Prepare → Exports** first, and what "
            "they know about collections is filled in. The others can be described right away."
        )
    else:
        facts = here.kept(
            "opportunity", lambda: measured(here.day, here.pilot.settings, here.entries)
        )
    said = described({"process": _kept()}, "this page")
    found = opportunity(said, currency, facts)
    left, right = st.columns([2, 3.4], gap="large")
    with left:
        _form(candidates(said, facts), said, currency)
    with right:
        _answer(found)
        _everybody(found)
        _rubric()


def _kept() -> dict[str, dict[str, Any]]:
    kept: dict[str, dict[str, Any]] = st.session_state.setdefault(_KEPT, {})
    return kept


# --- the form ------------------------------------------------------------------------------


def _form(listed: list[Candidate], said: Described, currency: str) -> None:
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Reset",
            key="opportunity_reset",
            on_click=_reset,
            type="tertiary",
            icon=":material/undo:",
        )
        st.button(
            "Worked company",
            key="opportunity_example",
            on_click=_fill,
            type="tertiary",
            icon=":material/lightbulb:",
            help="A distributor of 40 people whose answer is “not collections first”.",
        )
        st.download_button(
            "Save as TOML",
            data=as_toml(said, currency),
            file_name="opportunity.toml",
            mime="application/toml",
            key="opportunity_toml",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            help="For `python -m pipeline opportunity --inputs opportunity.toml`.",
        )
    by_name = {one.name: one for one in listed}
    if st.session_state.get("opportunity_process") not in by_name:
        st.session_state["opportunity_process"] = OURS
    chosen = st.selectbox(
        "Process",
        list(by_name),
        key="opportunity_process",
        format_func=lambda name: by_name[name].label,
    )
    _process(by_name[chosen], currency)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input("A process of your own", key="opportunity_own", placeholder="Freight claims")
        st.button("Add", key="opportunity_add", on_click=_add)


def _process(one: Candidate, currency: str) -> None:
    parts = shipped().components
    for component, part in parts.items():
        unit = {"share": "%", "hours": "hours a month", "money": f"{currency} a year"}[part.unit]
        named = f"**{escaped(part.label)}**"
        if component == "ownership":
            st.markdown(named, help=escaped(part.meaning))
            _flags(one)
        else:
            st.markdown(f"{named} :gray[{escaped(unit)}]", help=escaped(part.meaning))
            _number(one, component, 100 if part.unit == "share" else 1)
        st.markdown(f":small[{_origin(one, component)}]")


def _number(one: Candidate, component: str, scale: int) -> None:
    field = _COMPONENTS[component]
    key = f"opportunity_{one.name}_{field}"
    fact = one.known.get(component)
    st.session_state[key] = None if fact is None else round(fact.value * scale, 2)
    st.number_input(
        field,
        min_value=0.0,
        max_value=100.0 if scale == 100 else 1e12,
        step=1000.0 if component == "money" else 1.0,
        format="%.0f",
        key=key,
        value=None,
        placeholder="unknown",
        label_visibility="collapsed",
        on_change=_changed,
        args=(one.name, one.label, field, scale),
    )


def _flags(one: Candidate) -> None:
    """Owner and baseline are one component: answering either answers both."""
    fact = one.known.get("ownership")
    own = _kept().get(one.name, {})
    half = fact.value if fact else 0.0
    now = {
        "owner_named": own.get("owner_named", half >= 0.5),
        "baseline_measured": own.get("baseline_measured", half >= 1),
    }
    labels = {"owner_named": "An owner is named", "baseline_measured": "The baseline was timed"}
    for field, label in labels.items():
        key = f"opportunity_{one.name}_{field}"
        st.session_state[key] = now[field]
        st.checkbox(label, key=key, on_change=_ticked, args=(one.name, one.label))


def _origin(one: Candidate, component: str) -> str:
    fact = one.known.get(component)
    if fact is None:
        return ":gray-badge[unknown] Unknown is never taken for good: nothing is scored without it."
    return f":{_TAGS[fact.tag]}-badge[{fact.tag}] {escaped(fact.source)}"


def _keep(name: str, label: str, facts: Mapping[str, Any]) -> None:
    own = _kept().setdefault(
        name, {"label": label, "source": "Set on this page", "replaces_measured": True}
    )
    own.update(facts)


def _changed(name: str, label: str, field: str, scale: int) -> None:
    value = st.session_state[f"opportunity_{name}_{field}"]
    if value is None:
        _kept().get(name, {}).pop(field, None)
    else:
        _keep(name, label, {field: Decimal(str(round(value, 6))) / scale})


def _ticked(name: str, label: str) -> None:
    fields = ("owner_named", "baseline_measured")
    _keep(name, label, {f: st.session_state[f"opportunity_{name}_{f}"] for f in fields})


def _reset() -> None:
    st.session_state.pop(_KEPT, None)


def _fill() -> None:
    """Puts the worked company's facts in place of everything on the page."""
    example = read_processes(_EXAMPLE)
    _reset()
    for name, one in example.candidates.items():
        facts: dict[str, Any] = {
            field: Decimal(str(one.known[component].value))
            for field, component in FIELDS.items()
            if component in one.known
        }
        _keep(name, one.label, {**facts, **one.flags, "source": "The worked company"})


@one_sentence
def _add() -> None:
    label = " ".join(st.session_state["opportunity_own"].split())
    name = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:60]
    if not name or not name[0].isalpha():
        raise WrongCall("Give your own process a name that begins with a letter, such as Claims.")
    _keep(name, label, {})
    st.session_state["opportunity_process"] = name
    st.session_state["opportunity_own"] = ""


# --- the answer ----------------------------------------------------------------------------


def _answer(found: Found) -> None:
    with st.container(border=True, key="opportunity_answer"):
        first = next((p for p in found["processes"] if p["name"] == found["first"]), None)
        if first:
            colour, icon = _BADGES[first["band"]]
            st.badge(escaped(first["band"].capitalize()), color=colour, icon=icon)
        st.markdown(f"#### {escaped(found['sentence'])}")
        for number, reason in enumerate(found["reasons"], 1):
            st.markdown(f"{number}. {escaped(reason)}")


def _everybody(found: Found) -> None:
    rows = [
        {
            "process": one["label"],
            "score": one["score"],
            "band": one["band"],
            **{_SHORT[part["name"]]: part["points"] for part in one["components"]},
        }
        for one in found["processes"]
    ]
    table(rows, key="opportunity_table", alt="Every process with its points", height="content")
    save(rows, key="opportunity_csv", name="where_to_start")
    st.caption("Points from 0 to 100 by component; a score only where all six are known.")
    st.subheader("What would change it", anchor=False)
    for one in found["processes"]:
        if one["score"] is not None:
            st.markdown(f"**{escaped(one['label'])}** · {escaped(one['what_would_change'])}")
    unknown = [one["label"] for one in found["processes"] if one["score"] is None]
    if unknown:
        st.caption(escaped(f"Not described yet: {', '.join(unknown)}."))


def _rubric() -> None:
    rubric = shipped()
    with st.expander(
        "How this is scored", icon=":material/rule:", key="opportunity_rubric", type="compact"
    ):
        st.markdown(
            f"From {rubric.go:.0f} points on “go”, from {rubric.fix:.0f} on “fix then go”, below "
            f"that “not first”. A component under {rubric.floor:.0f} makes it “fix first”."
        )
        table(
            [
                {
                    "component": part.label,
                    "weight": f"{part.weight:.0f}",
                    "nought_points": in_unit(part.bad, part),
                    "hundred_points": in_unit(part.good, part),
                    "meaning": part.meaning,
                }
                for part in rubric.components.values()
            ],
            key="opportunity_rubric_table",
            alt="The rubric: weights and the values for nought and a hundred points",
            height="content",
        )
        st.caption("All of it is judgement; an inputs file may set it anew (docs/roi.md).")


page()
