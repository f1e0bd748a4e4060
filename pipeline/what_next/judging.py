"""The answer: extend, hold or stop, by the rule as it was fixed; unknown is never permission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from pipeline.model import CountbackError, Entry
from pipeline.proving import latest_read_out
from pipeline.proving.cohorts import side
from pipeline.proving.dispute_hours import dispute_hours
from pipeline.proving.four_metrics import override_rate
from pipeline.settings import ProtocolSection, Settings
from pipeline.warehouse.day import Day, Scope
from pipeline.what_next.conditions import Condition, days_past_due, disputes, no_harm, seeds
from pipeline.what_next.extending import extension
from pipeline.what_next.harm import COUNTED, harm
from pipeline.what_next.rule import Fixed, fixed_rule

Found = Mapping[str, Any]
Result = Literal["extend", "hold", "stop"]


def what_next(
    day: Day, settings: Settings, entries: Sequence[Entry], found: Found
) -> dict[str, Any]:
    """The pilot judged at a read-out; `found` is what `before_after` says of it.

    The days are the read-out's; disputes, planted defects and harm are as of the day looked from,
    so that harm which came to light later still stops it. Keys: `result`, `is_fixed`, `sentence`,
    `rule`, `conditions`, `would_change`, `doubts` (guards that are not ok, which the rule does not
    ask about), `counted_as_harm`, and `next` when it is to extend.
    """
    fixed = fixed_rule(settings, entries, day.as_of)
    met = _conditions(day, settings, found, fixed.numbers)
    result = judged(met, has_risen(found))
    follows = _next(day, settings) if result == "extend" else None
    return {
        "as_of": day.as_of,
        "result": result,
        "is_fixed": fixed.fixed_on is not None,
        "sentence": sentence(result, met, fixed, risen=has_risen(found))
        + _superseded(settings, day.as_of, found["read_out_day"]),
        "rule": {
            "text": fixed.text,
            "fixed_on": fixed.fixed_on,
            "signed_by": fixed.by,
            "notes": list(fixed.notes),
        },
        "conditions": [one._asdict() for one in met],
        "would_change": [one.would_change for one in met if one.would_change],
        "doubts": [light["name"] for light in found["guards"] if light["state"] != "ok"],
        "counted_as_harm": COUNTED,
        "next": follows,
    }


def _conditions(
    day: Day, settings: Settings, found: Found, numbers: ProtocolSection | None
) -> list[Condition]:
    """Every part of the rule; of a rule that cannot be read, harm alone, which always counts."""
    scope: Scope = "SEGMENT" if settings.segment.where else "ALL"
    harmless = no_harm(harm(day, settings, scope))
    if numbers is None:
        said = "The rule's words are not ones that can be judged here."
        by_hand = "Judge it by hand, or record the change of the rule under Protocol."
        unread = Condition("rule", "as signed", "–", "", "", "not known", said, by_hand)
        return [unread, harmless]
    attention = override_rate(day, settings, scope).get("attention")
    shown = attention["seeded"] if attention else {"n": 0, "caught": 0}
    return [
        days_past_due(found, numbers.extend_days),
        disputes(dispute_hours(day, settings, scope), numbers.dispute_hours),
        seeds(shown, numbers.seeds_caught),
        harmless,
    ]


def has_risen(found: Found) -> bool:
    """Whether the days rose with an interval that excludes none, and can be believed."""
    line = found["rdpd30"]["count"] if found["rdpd30"] else None
    is_stopped = any(light["state"] == "stop" for light in found["guards"])
    return line is not None and not is_stopped and side(line["ci95"]) == "later"


def judged(conditions: Sequence[Condition], has_risen: bool) -> Result:
    """Stop when the days rose or a message did harm; extend when all is met; else hold."""
    did_harm = any(one.name == "harm" and one.state == "not met" for one in conditions)
    if has_risen or did_harm:
        return "stop"
    return "extend" if all(one.state == "met" for one in conditions) else "hold"


def sentence(result: Result, conditions: Sequence[Condition], fixed: Fixed, *, risen: bool) -> str:
    """The answer and its reason in one sentence."""
    whose = "By the rule" if fixed.fixed_on else "By today's settings, which nobody has signed"
    if result == "extend":
        return f"{whose}: extend; every condition is met."
    if result == "stop":
        why = [
            *(["the days rose"] if risen else []),
            *(one.value for one in conditions if one.name == "harm" and one.state == "not met"),
        ]
        return f"{whose}: stop; {' and '.join(why)}."
    lacks = [
        f"{state}: {', '.join(names)}"
        for state in ("not met", "not known")
        if (names := [one.name for one in conditions if one.state == state])
    ]
    return f"{whose}: hold; {'; '.join(lacks)}."


def _superseded(settings: Settings, as_of: date, read_out: int) -> str:
    """Which later read-out is the one to judge by; empty when it is this one."""
    latest = latest_read_out(settings, as_of)
    return (
        "" if latest in (None, read_out) else f" Day {latest} is over and is the one to judge by."
    )


def _next(day: Day, settings: Settings) -> dict[str, Any]:
    try:
        return extension(day, settings)
    except CountbackError as error:
        return {"segment": None, "to_mend": [], "lanes": [], "sentence": str(error)}
