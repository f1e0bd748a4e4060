"""A policy compiled into one query over `open_invoices`, so that a whole book sorts in one pass."""

from __future__ import annotations

import re

from pipeline.routing import Policy
from pipeline.warehouse.conversions import quoted
from pipeline.warehouse.day import Day, Row

_SLOT = re.compile(r"\{([a-z_]+)\}")


def bind(day: Day, policy: Policy, place: str) -> None:
    """Checks every condition and every slot against `open_invoices`.

    Raises WrongCall naming `place`, the rule and the column that does not exist.
    """
    for rule in policy.rules:
        day.check_predicate(rule.when, "open_invoices", f"{place}: rule {rule.name!r}")
        for slot in _SLOT.findall(rule.because):
            day.check_predicate(
                f"{slot} is null", "open_invoices", f"{place}: rule {rule.name!r}: because"
            )


def routed(day: Day, policy: Policy) -> list[Row]:
    """Every open invoice with the rules that fired, in order, and all its blockers."""
    fired = ", ".join(_fired(rule.when, rule.lane, rule.name, rule.because) for rule in policy.rules)
    blockers = ", ".join(
        f"case when coalesce(({when}), true) then {{'code': {quoted(code)}, "
        f"'sentence': {_sentence(sentence)}}} end"
        for code, when, sentence in policy.blockers
    )
    return day.select(
        f"select *, list_filter([{fired}], lambda x: x is not null) as fired, "
        f"list_filter([{blockers}], lambda x: x is not null) as blockers "
        "from open_invoices order by value_amount desc, invoice_id"
    )


def _fired(when: str, lane: str, name: str, because: str) -> str:
    """What one rule leaves on a row: itself and its sentence, or nothing."""
    unknown = "false" if lane == "routine" else "true"
    sentence = (
        f"case when ({when}) is null then 'unknown: ' || {_sentence(because or name)} "
        f"else {_sentence(because or name)} end"
    )
    return (
        f"case when coalesce(({when}), {unknown}) then {{'rule': {quoted(name)}, "
        f"'lane': {quoted(lane)}, 'because': {sentence}}} end"
    )


def _sentence(template: str) -> str:
    """The sentence with its {columns} filled in, as a SQL expression."""
    parts = []
    for n, part in enumerate(_SLOT.split(template)):
        if n % 2:
            parts.append(f"coalesce(readable({part}), 'unknown')")
        elif part:
            parts.append(quoted(part))
    return "(" + " || ".join(parts or ["''"]) + ")"
