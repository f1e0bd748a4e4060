"""Each part of the rule against what was measured: met, not met, or not known.

Pure: numbers in, sentences out. What nobody knows is never met.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from pipeline.proving.attention import ENOUGH
from pipeline.proving.cohorts import between, side
from pipeline.what_next.harm import Harm

State = Literal["met", "not met", "not known"]
Found = Mapping[str, Any]
_ROUTE = "Route what waits on the page Disputes."


class Condition(NamedTuple):
    """One part of the rule."""

    name: str
    asks: str
    value: str
    """What was measured, with its unit."""
    interval: str
    """Its 95% interval in words; empty when there is none."""
    n: str
    state: State
    sentence: str
    would_change: str = ""
    """What would make it met; empty when it is."""
    measured: float | None = None
    """As a number in the unit that the rule speaks of; None when it is not known."""
    low: float | None = None
    high: float | None = None


def days_past_due(found: Found, least: float) -> Condition:
    """The days fell by at least `least`, with an interval that excludes none."""
    told = _Told("days past due", f"{least:g} days or more sooner, and surely sooner at all")
    line = found["rdpd30"]["count"] if found["rdpd30"] else None
    stops = [light["sentence"] for light in found["guards"] if light["state"] == "stop"]
    if line is None or line["ci95"] is None or stops:
        why = stops[0] if stops else (line or {}).get("why", "")
        return told("–", "", "", "not known", f"Nobody can tell: {_lower(why)}", _later(found))
    ends, lies = line["ci95"], side(line["ci95"])
    # The middle moves with the draw: it is told only where the rule asks for it.
    middle = f"{abs(line['estimate']):.1f} days {lies}"
    n = f"{line['pilot_customers']} pilot, {line['control_customers']} control customers"
    figures = (line["estimate"], *ends)
    said = f"With 95% the change lies {between(ends)}"
    if lies == "either":
        said = f"{said}: no change at all is as possible."
        value = "cannot be told from none"
        return told(value, between(ends), n, "not met", said, _later(found), *figures)
    value = f"{middle} at the middle of its interval"
    if lies == "sooner" and line["estimate"] <= -least:
        said = f"{said}, and its middle is {middle}."
        return told(value, between(ends), n, "met", said, "", *figures)
    why = "the days rose" if lies == "later" else f"its middle is {middle}, short of {least:g}"
    return told(value, between(ends), n, "not met", f"{said}: {why}.", _later(found), *figures)


def disputes(found: Found, limit: float) -> Condition:
    """Half of the disputes reach their owner within `limit` business hours."""
    told = _Told("disputes", f"half at their owner within {limit:g} business hours")
    n, median = found["n"], found["median_business"]
    if not n:
        said = "No dispute was flagged since go-live, so nobody knows how fast one is routed."
        return told("–", "", "n = 0", "not known", said, "A first dispute, routed.")
    counted = f"{n} dispute{'' if n == 1 else 's'}, {found['unrouted']} unrouted"
    if median is None:
        waited = found["longest_business"]
        state: State = "not met" if waited is not None and waited >= limit else "not known"
        said = f"No median yet: {found['why'].rstrip('.')}."
        more = _ROUTE if found["unrouted"] else "More disputes, routed."
        return told("–", "", counted, state, said, more)
    ends, value = found["ci95_business"], f"{median:.1f} h"
    interval = _hours(*ends) if ends else ""
    figures = (median, *(ends or (None, None)))
    if median <= limit:
        said = f"Half of them were there after {value}."
        return told(value, interval, counted, "met", said, "", *figures)
    said, more = f"Half of them took {value}; {limit:g} are allowed.", _ROUTE
    return told(value, interval, counted, "not met", said, more, *figures)


def seeds(found: Found, least: float) -> Condition:
    """At least this share of the planted defects is caught, of enough to say so."""
    told = _Told("planted defects", f"{least:.0%} caught, of {ENOUGH} or more")
    n, k = found["n"], found["caught"]
    counted, value = f"{n} shown", f"{k} of {n} caught" if n else "–"
    interval = f"{found['low']:.0%} to {found['high']:.0%}" if n else ""
    figures = (k / n, found["low"], found["high"]) if n else ()
    if n < ENOUGH:
        said = f"{k} of {n} planted defects were caught: fewer than {ENOUGH} say nothing."
        more = f"{ENOUGH - n} more planted defects answered on the page Review."
        return told(value, interval, counted, "not known", said, more, *figures)
    if k / n >= least:
        return told(value, interval, counted, "met", f"{k / n:.0%} were caught.", "", *figures)
    said = f"{k / n:.0%} were caught; {least:.0%} are asked for."
    more = "Look together at what was missed, then answer more of them."
    return told(value, interval, counted, "not met", said, more, *figures)


def no_harm(found: Harm) -> Condition:
    """No message that left did harm."""
    told = _Told("harm", "no message did harm")
    n = f"{found.n} message{'' if found.n == 1 else 's'} handed over"
    if found.harmed:
        cases = ", ".join(found.cases[:3])
        said = f"{found.harmed} of {found.n} did harm ({cases}). {found.beside}".rstrip()
        value = f"{found.harmed} did harm"
        return told(value, "", n, "not met", said, "Nothing: the pilot stops.", found.harmed)
    if not found.n:
        said = "No approved message has been handed over, so nobody knows what one does."
        return told("–", "", n, "not known", said, "Approved messages that leave by the outbox.")
    unread = found.open
    if unread or found.in_doubt:
        said = (
            f"None is known to have done harm, but {unread} had an answer that sounds like trouble "
            f"and that nobody has closed, and {found.in_doubt} may or may not have left."
        )
        more = "Close these answers on the page Review, and settle the doubtful hand-overs."
        return told("none known", "", n, "not known", said, more)
    said = f"None of {found.n} did harm. {found.beside}".rstrip()
    return told("none", "", n, "met", said, "", 0.0)


class _Told(NamedTuple):
    """What a condition is called and asks for; called with what was found, the condition."""

    name: str
    asks: str

    def __call__(
        self,
        value: str,
        interval: str,
        n: str,
        state: State,
        said: str,
        more: str = "",
        *figures: float | None,
    ) -> Condition:
        return Condition(self.name, self.asks, value, interval, n, state, said, more, *figures)


def _later(found: Found) -> str:
    """What another look may bring: the next read-out, or nothing more by waiting."""
    after = {60: 90, 90: 120}.get(found["read_out_day"])
    seen = found["minimum_detectable_days"]
    small = f" This pilot can see a change of {seen:.1f} days." if seen else ""
    if after:
        return f"The read-out of day {after}.{small}"
    return f"More customers, by a larger pilot: the last read-out is over.{small}"


def _hours(low: float | None, high: float | None) -> str:
    """An interval of hours; an end that is not known yet is left open."""
    if low is None or high is None:
        return f"from {low:.1f} h on" if low is not None else "not known yet"
    return f"{low:.1f} h to {high:.1f} h"


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:] if sentence else "there is no interval."
