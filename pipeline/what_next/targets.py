"""What was agreed that each of the four metrics should come to; nothing is made up.

Hours to the right owner have a number in the decision rule. The other three have one only when
somebody wrote it into `[targets]` of pilot.toml, which nobody has signed, and are said to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from pipeline.model import Entry
from pipeline.settings import Settings
from pipeline.what_next.rule import fixed_rule

NOT_SIGNED = "pilot.toml, not signed"
#: The metrics in the order of their cards.
METRICS = ("prep_minutes", "dollars_aging", "dispute_hours", "override_rate")


class Target(NamedTuple):
    """The most that a metric may come to."""

    at_most: float | None
    """Minutes, a share of what could roll, business hours, a share of drafts; None: not agreed."""
    agreed_on: date | None
    """The day on which it was signed; None while it only stands in pilot.toml."""
    is_reached: bool | None
    """Whether the newest figure keeps it; None while there is none of both."""


def targets(
    settings: Settings, entries: Sequence[Entry], found: Mapping[str, Any], as_of: date
) -> dict[str, Target]:
    """Metric -> its target; `found` is what `four_metrics` says of the day."""
    own, (hours, signed_on) = settings.targets, _hours(settings, entries, as_of)
    agreed: tuple[tuple[float | None, date | None], ...] = (
        (own.prep_minutes, None),
        (own.rolled_share, None),
        (hours, signed_on),
        (own.override_rate, None),
    )
    newest = _newest(found, as_of)
    return {
        name: Target(most, on, _kept(newest[name], most))
        for name, (most, on) in zip(METRICS, agreed, strict=True)
    }


def _hours(
    settings: Settings, entries: Sequence[Entry], as_of: date
) -> tuple[float | None, date | None]:
    """The signed rule's hours; unsigned, those that pilot.toml names; never a default."""
    fixed = fixed_rule(settings, entries, as_of)
    if fixed.fixed_on is not None:
        return (fixed.numbers.dispute_hours if fixed.numbers else None), fixed.fixed_on
    is_written = "dispute_hours" in settings.protocol.model_fields_set
    return (settings.protocol.dispute_hours if is_written else None), None


def _newest(found: Mapping[str, Any], as_of: date) -> dict[str, float | None]:
    """The figure that a metric's card shows."""
    decided = [week for week in found["override_rate"]["weeks"] if week["n"]]
    drafts = [week for week in decided if week["week"] <= as_of] or decided
    timed = [w for w in found["prep_minutes"]["weeks"] if w["value"] is not None]
    rolled = found["dollars_aging"]["weeks"]
    return {
        "prep_minutes": timed[-1]["value"] if timed else None,
        "dollars_aging": rolled[-1]["rate"] if rolled else None,
        "dispute_hours": found["dispute_hours"]["median_business"],
        "override_rate": drafts[-1]["k"] / drafts[-1]["n"] if drafts else None,
    }


def _kept(value: float | None, most: float | None) -> bool | None:
    return None if value is None or most is None else value <= most
