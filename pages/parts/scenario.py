"""The inputs of the ROI page: every value with its tag and source, changed by hand, kept here.

What a person changes counts as given, and stays for the session; all else follows the pilot.
"""

from __future__ import annotations

from decimal import Decimal

import streamlit as st

from pages.parts.wording import dated, escaped
from pipeline.roi import GROUPS, SORTS, Given, Input, Scenario, given_inputs

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
    st.markdown(f":small[{_origin(one)}]")


def _unit(one: Input, currency: str) -> str:
    unit = currency if one.sort.unit == "money" else _UNITS[one.sort.unit]
    return f":gray[{escaped(unit)}]" if unit else ""


def _help(one: Input) -> str:
    return escaped(f"{one.sort.meaning} Between {one.sort.limits[0]} and {one.sort.limits[1]}.")


def _origin(one: Input) -> str:
    """The chip: tag, range, source, date, grade."""
    grade = f"grade {one.grade}" if one.grade else ""
    instead = f"instead of {one.replaces}" if one.replaces else ""
    parts = (_range(one), one.source, one.dated, grade, instead)
    return f":{_TAGS[one.tag]}-badge[{one.tag}] {escaped(dated(' · '.join(filter(None, parts))))}"


def _range(one: Input) -> str:
    """6 to 22; empty for a single value."""
    if one.low == one.high:
        return ""
    scale = _scale(one.name)
    low, high = (
        f"{float(end * scale):,.2f}".rstrip("0").rstrip(".") for end in (one.low, one.high)
    )
    return f"{low} to {high}"


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
        format=_format(one, float(st.session_state[key])),
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


def _format(one: Input, shown: float) -> str:
    """Whole numbers as such: nobody has 14.00 accounts."""
    is_large = one.sort.unit == "money" and one.base >= 1000
    return "%.0f" if is_large or shown == round(shown) else "%.2f"


def _step(one: Input) -> float:
    if one.sort.unit == "money":
        return 100.0 if one.base >= 1000 else 1.0
    return 1.0 if one.sort.unit in ("share", "number", "hours") else 0.5


def _changed(one: Input, end: str) -> None:
    """Keeps what was typed; the other ends make room for it.

    A base outside its old range is a number of its own, without a range.
    """
    value = Decimal(str(round(st.session_state[_key(one.name, end)], 6))) / _scale(one.name)
    low, base, high = one.low, one.base, one.high
    if end == "base":
        inside = low <= value <= high
        low, base, high = (low, value, high) if inside else (value, value, value)
    elif end == "low":
        low, base, high = value, max(base, value), max(high, value)
    else:
        low, base, high = min(low, value), min(base, value), value
    _kept()[one.name] = {"low": low, "base": base, "high": high}
