"""What would have to change in the policy for an invoice to lie where a person put it.

A number in a rule, the order of two rules, or a rule switched off: each is tried on the session's
own day over the whole book, so that what else would move is known as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.desk import Desk
from pipeline.model import Lane, Rule
from pipeline.replaying.conditions import thresholds, with_numbers
from pipeline.routing import ROUTINE, Policy, guard_names
from pipeline.warehouse.day import Day, Row
from pipeline.warehouse.policy import sorted_by

#: Changes told of one invoice: those that move least else.
_TOLD = 3
Wanted = tuple[str, Lane]


@dataclass(frozen=True)
class Change:
    """One change of the policy that puts an invoice where a person had it."""

    words: str
    also_moves: int
    """Other open invoices of the day that would lie in another lane."""


@dataclass(frozen=True)
class _Trial:
    """The rules in some order; those of `variant` fire as that variant of their condition does."""

    words: str
    order: tuple[str, ...]
    variant: Mapping[str, str]


class _Book:
    """Which rules and variants fire on every open invoice of the day."""

    def __init__(self, day: Day, desk: Desk, variants: Sequence[Rule]) -> None:
        self.rules = {rule.name: rule for rule in desk.policy.rules}
        self.order = tuple(self.rules)
        place = "policy"
        self.fired = _fired(sorted_by(day, desk.policy, place))
        tried = Policy(rules=tuple(variants), blockers=()) if variants else None
        self.tried = _fired(sorted_by(day, tried, place)) if tried else {}

    def lane(self, invoice_id: str, trial: _Trial | None = None) -> Lane:
        """Where the invoice lies, under a trial or as things are."""
        variant = trial.variant if trial else {}
        for name in trial.order if trial else self.order:
            if name in variant:
                is_firing = variant[name] in self.tried.get(invoice_id, ())
            else:
                is_firing = name in self.fired[invoice_id]
            if is_firing:
                return self.rules[name].lane
        return ROUTINE.lane

    def also_moved(self, invoice_id: str, trial: _Trial) -> int:
        """How many other invoices the trial puts into another lane."""
        others = (name for name in self.fired if name != invoice_id)
        return sum(self.lane(name) != self.lane(name, trial) for name in others)


def _fired(rows: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    return {row["invoice_id"]: tuple(one["rule"] for one in row["fired"]) for row in rows}


def what_would_move(
    day: Day, desk: Desk, wanted: Sequence[Wanted]
) -> dict[Wanted, tuple[Change, ...]]:
    """(invoice, lane) -> the changes that would put it there, those that move least else first."""
    there = [one for one in wanted if one[0] in desk.rows]
    variants = {rule.name: rule for one in there for rule in _variants(desk, one)}
    book = _Book(day, desk, tuple(variants.values()))
    return {one: _changes(book, desk, one, variants) for one in there}


def _variants(desk: Desk, wanted: Wanted) -> Iterator[Rule]:
    """Rules with one number moved to just before, at, or just past the invoice's own value."""
    invoice_id, lane = wanted
    row, guards = desk.rows[invoice_id], guard_names()
    fired = {one["rule"] for one in row["fired"]}
    for rule in desk.policy.rules:
        is_of_use = (rule.name in fired) != (rule.lane == lane)
        if rule.name in guards or not is_of_use:
            continue
        for threshold in thresholds(rule.when):
            for number in _near(row.get(threshold.column)):
                when = with_numbers(rule.when, {threshold.number: number})
                if number != threshold.text:
                    words = f"{threshold.column.replace('_', ' ')}: {threshold.text} to {number}"
                    name = f"{rule.name}\t{threshold.number}\t{number}\t{words}"
                    yield Rule(name=name, lane=rule.lane, when=when)


def _near(value: object) -> list[str]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return []
    around = {math.floor(value) - 1, math.floor(value), math.ceil(value), math.ceil(value) + 1}
    return [str(number) for number in sorted(around) if number >= 0]


def _changes(
    book: _Book, desk: Desk, wanted: Wanted, variants: Mapping[str, Rule]
) -> tuple[Change, ...]:
    invoice_id, lane = wanted
    won = book.fired[invoice_id][0]
    if won in guard_names():
        return ()
    tried = (*_moved_numbers(book, desk, wanted, variants), *_moved_rules(book, wanted, won))
    found = {
        trial.words: Change(trial.words, book.also_moved(invoice_id, trial))
        for trial in tried
        if book.lane(invoice_id, trial) == lane
    }
    return tuple(sorted(found.values(), key=lambda one: (one.also_moves, one.words))[:_TOLD])


def _moved_numbers(
    book: _Book, desk: Desk, wanted: Wanted, variants: Mapping[str, Rule]
) -> Iterator[_Trial]:
    for rule in _variants(desk, wanted):
        name, _, _, words = rule.name.split("\t")
        if rule.name in variants:
            yield _Trial(f"In “{name}”, {words}", book.order, {name: rule.name})


def _moved_rules(book: _Book, wanted: Wanted, won: str) -> Iterator[_Trial]:
    invoice_id, lane = wanted
    guards, order = guard_names(), book.order
    without = tuple(name for name in order if name != won)
    if won != ROUTINE.name:
        yield _Trial(f"Switch “{won}” off", without, {})
    for name in book.fired[invoice_id]:
        if book.rules[name].lane == lane and name not in guards and name != ROUTINE.name:
            rest = [other for other in order if other != name]
            at = rest.index(won)
            yield _Trial(f"Put “{name}” above “{won}”", (*rest[:at], name, *rest[at:]), {})
