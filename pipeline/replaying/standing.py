"""The policy as it stands on a day: rule by rule, what each does there and how people took it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.desk import Desk
from pipeline.model import Lane, Route
from pipeline.replaying.conditions import in_words
from pipeline.replaying.proposal import Proposal
from pipeline.routing import ROUTINE, guard_names
from pipeline.warehouse.day import Row


@dataclass(frozen=True)
class RuleStanding:
    """One rule in its place, and its counts on the day."""

    place: int
    """From 1, in the order in which rules are asked; 0 for a rule that is off."""
    name: str
    lane: Lane
    when: str
    words: str
    because: str
    is_fixed: bool
    """A guard or the last resort: no policy lifts it."""
    is_off: bool
    fires: int
    """Open invoices for which its condition holds or cannot be told."""
    wins: int
    """Open invoices whose lane it decides."""
    decided: int
    """Drafts of it that people decided since go-live."""
    overridden: int


def rule_standings(desk: Desk, policy: Proposal, shares: Sequence[Row]) -> tuple[RuleStanding, ...]:
    """Every rule in order, those that are off last; `shares` are rows of `override_shares`."""
    wins = Counter(route.rule for route in desk.routes)
    fires = Counter(name for route in desk.routes for name in _fired(route))
    fires[ROUTINE.name] = len(desk.routes)
    taken = {row["rule"]: row for row in shares if row["part"] == "rule"}
    fixed = guard_names() | {ROUTINE.name}

    def stands(place: int, rule: Mapping[str, str], *, is_off: bool = False) -> RuleStanding:
        name, row = rule["name"], taken.get(rule["name"], {"n": 0, "k": 0})
        return RuleStanding(
            place=place,
            name=name,
            lane=rule["lane"],  # type: ignore[arg-type]  # validated by Rule
            when=rule["when"],
            words=in_words(rule["when"]),
            because=rule.get("because", ""),
            is_fixed=name in fixed,
            is_off=is_off,
            fires=fires[name],
            wins=wins[name],
            decided=row["n"],
            overridden=row["k"],
        )

    on = [stands(n, rule.model_dump()) for n, rule in enumerate(policy.policy.rules, 1)]
    off = [stands(0, rule, is_off=True) for rule in policy.rules if rule.get("off")]
    return (*on, *off)


def _fired(route: Route) -> set[str]:
    return {route.rule, *(rule.rule for rule in route.also)}
