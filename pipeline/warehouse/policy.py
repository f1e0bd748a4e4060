"""A policy compiled into one query over `open_invoices`, so that a whole book sorts in one pass."""

from __future__ import annotations

import re

import duckdb

from pipeline.model import Rule, WrongCall
from pipeline.routing import Policy
from pipeline.warehouse.checks import gathered
from pipeline.warehouse.conversions import quoted
from pipeline.warehouse.day import Day, Row, enclosed, told

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


def routed(day: Day, policy: Policy, place: str = "policy") -> list[Row]:
    """Every open invoice with the rules that fired, in order, and all its blockers.

    A blocker is a guard that fires, or a check that blocks; one that a person has exempted for
    a time stands apart in `exempted`. Raises WrongCall naming `place` and the rule that cannot
    be worked out for some invoice.
    """
    fired = ", ".join(_fired(rule) for rule in policy.rules)
    blockers = ", ".join(
        f"case when coalesce({enclosed(when)}, true) then {{'code': {quoted(code)}, "
        f"'sentence': {_sentence(sentence)}}} end"
        for code, when, sentence in policy.blockers
    )
    try:
        return day.select(
            f"with failed as ({gathered()}), judged as (select open_invoices.*, "
            "coalesce(failed.blockers, []) as failed_checks, "
            "coalesce(failed.exempted, []) as exempted from open_invoices "
            "left join failed on open_invoices.invoice_id = failed.invoice_id) "
            f"select * exclude (failed_checks), list_filter([{fired}], lambda x: x is not null) "
            f"as fired, list_concat(list_filter([{blockers}], lambda x: x is not null), "
            "failed_checks) as blockers from judged order by value_amount desc, invoice_id"
        )
    except (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException):
        _name_the_rule(day, policy, place)
        raise


def sorted_by(day: Day, policy: Policy, place: str) -> list[Row]:
    """Every open invoice with the rules that fired and little else: enough to name its lane.

    Raises WrongCall naming `place` and the rule that cannot be worked out for some invoice.
    """
    fired = ", ".join(_fired(rule) for rule in policy.rules)
    try:
        return day.select(
            "select invoice_id, customer_id, customer_name, currency, open_amount, rerouted_to, "
            f"list_filter([{fired}], lambda x: x is not null) as fired "
            "from open_invoices order by invoice_id"
        )
    except (duckdb.ConversionException, duckdb.OutOfRangeException, duckdb.InvalidInputException):
        _name_the_rule(day, policy, place)
        raise


def _name_the_rule(day: Day, policy: Policy, place: str) -> None:
    """Raises WrongCall for the first rule that fails on some invoice by itself."""
    day.select("select count(*) as n from open_invoices")
    for rule in policy.rules:
        try:
            day.select(f"select count({_fired(rule)}) as n from open_invoices")
        except duckdb.Error as error:
            raise WrongCall(
                f"{place}: rule {rule.name!r}: {rule.when!r} cannot be worked out for every "
                f"invoice: {told(error)}."
            ) from error


def _fired(rule: Rule) -> str:
    """What one rule leaves on a row: itself and its sentence, or nothing."""
    when, sentence = enclosed(rule.when), _sentence(rule.because or rule.name)
    unknown = "false" if rule.lane == "routine" else "true"
    return (
        f"case when coalesce({when}, {unknown}) then {{'rule': {quoted(rule.name)}, "
        f"'lane': {quoted(rule.lane)}, 'because': "
        f"case when {when} is null then 'unknown: ' || {sentence} else {sentence} end}} end"
    )


def _sentence(template: str) -> str:
    """The sentence with its {columns} filled in, as a SQL expression."""
    parts = []
    for n, part in enumerate(_SLOT.split(template)):
        if n % 2:
            parts.append(f"coalesce(readable({part}), 'unknown')")
        elif part:
            parts.append(quoted(part))
    said = "(" + " || ".join(parts or ["''"]) + ")"
    return _counted(said) if "(s)" in template else said


def _counted(sentence: str) -> str:
    """One day, two days: a “(s)” goes, or becomes an s, by the number that stands before it."""
    one = rf"regexp_replace({sentence}, '\b1 ((?:\w+ ){{0,2}}\w+)\(s\)', '1 \1', 'g')"
    return f"replace({one}, '(s)', 's')"
