"""The inputs of the ROI page: every value with its tag and source, changed by hand, kept here.

What a person changes counts as given, and stays for the session; all else follows the pilot.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import streamlit as st

from pages.parts.wording import escaped
from pipeline.roi import GRADES, GROUPS, SORTS, Given, Input, Scenario, given_inputs

#: The session's own values: input -> low, base, high as exact numbers.
_KEPT = "roi_given"
_ENDS = ("low", "base", "high")
_TAGS = {"measured": "blue", "given": "green", "assumed": "orange"}
_UNITS = {"share": "%", "minutes": "min", "hours": "h", "days": "days", "number": ""}


def given() -> Given:
    """What was changed on this page, over whatever was measured."""
    data = {
        name: {**ends, "replaces_measured": True, "source": "Set on this page"}
        for name, ends in _kept().items()
    }
    return given_inputs(data, "this page")


def _kept() -> dict[str, dict[str, Decimal]]:
    kept: dict[str, dict[str, Decimal]] = st.session_state.setdefault(_KEPT, {})
    return kept


def reset() -> None:
    """Forgets every change."""
    st.session_state.pop(_KEPT, None)


def inputs(scenario: Scenario, currency: str) -> None:
    """All inputs by group, with their tags; ranges on request."""
    with_ranges = st.toggle(
        "Show ranges",
        key="roi_ranges",
        help="Low and high of each input: what the band draws from.",
    )
    for group in GROUPS:
        own = [given for given in scenario.values() if given.sort.group == group]
        label = f"{group} · {_tally(own)}"
        with st.expander(label, expanded=group in GROUPS[:2], key=f"roi_group_{group}"):
            for one in own:
                _one(one, currency, with_ranges=with_ranges)


def _tally(own: list[Input]) -> str:
    """4 measured, 1 assumed."""
    tags = [one.tag for one in own]
    return ", ".join(f"{tags.count(tag)} {tag}" for tag in _TAGS if tag in tags)


def _one(one: Input, currency: str, *, with_ranges: bool) -> None:
    ends = _ENDS if with_ranges else ("base",)
    widths = [1.0, 1.3, 1.0] if with_ranges else [1.0]
    st.markdown(f"**{escaped(one.sort.label)}** {_unit(one, currency)}", help=_help(one))
    for column, end in zip(st.columns(widths, gap="xsmall"), ends, strict=True):
        with column:
            _number(one, end)
    st.caption(_origin(one))


def _unit(one: Input, currency: str) -> str:
    unit = currency if one.sort.unit == "money" else _UNITS[one.sort.unit]
    return f":gray[{escaped(unit)}]" if unit else ""


def _help(one: Input) -> str:
    return escaped(f"{one.sort.meaning} Between {one.sort.limits[0]} and {one.sort.limits[1]}.")


def _origin(one: Input) -> str:
    """The chip: tag, source, date, grade."""
    grade = f"grade {one.grade}, {GRADES[one.grade]}" if one.grade else ""
    instead = f"instead of {one.replaces}" if one.replaces else ""
    said = " · ".join(part for part in (one.source, one.dated, grade, instead) if part)
    return f":{_TAGS[one.tag]}-badge[{one.tag}] {escaped(said)}"


def _number(one: Input, end: str) -> None:
    key = _key(one.name, end)
    scale = _scale(one.name)
    # The widget follows the scenario until a person changes it; then the change leads.
    st.session_state[key] = float(getattr(one, end) * scale)
    st.number_input(
        f"{one.sort.label}, {end}",
        min_value=float(one.sort.limits[0] * scale),
        max_value=float(one.sort.limits[1] * scale),
        step=_step(one),
        format="%.0f" if one.sort.unit == "money" and one.base >= 1000 else "%.2f",
        key=key,
        label_visibility="collapsed",
        on_change=_changed,
        args=(one, end),
        help=None,
    )


def _key(name: str, end: str) -> str:
    return f"roi_{name}" if end == "base" else f"roi_{name}_{end}"


def _scale(name: str) -> int:
    """Shares are shown as percent."""
    return 100 if SORTS[name].unit == "share" else 1


def _step(one: Input) -> float:
    if one.sort.unit == "money":
        return 100.0 if one.base >= 1000 else 1.0
    return 1.0 if one.sort.unit in ("share", "number", "hours") else 0.5


def _changed(one: Input, end: str) -> None:
    """Keeps what was typed; the other ends make room for it."""
    value = Decimal(str(round(st.session_state[_key(one.name, end)], 6))) / _scale(one.name)
    ends: Mapping[str, Any] = {name: getattr(one, name) for name in _ENDS} | {end: value}
    base = ends["base"] if end == "base" else min(max(ends["base"], ends["low"]), ends["high"])
    if end == "low" and value > one.high:
        ends, base = {**ends, "high": value}, value
    if end == "high" and value < one.low:
        ends, base = {**ends, "low": value}, value
    _kept()[one.name] = {
        "low": min(ends["low"], base),
        "base": base,
        "high": max(ends["high"], base),
    }
