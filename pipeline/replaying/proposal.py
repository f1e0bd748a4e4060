"""A changed policy before it is anybody's: its rules, its hands-off list, and what is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from pipeline.model import Rule, WrongCall, canonical_json, fingerprint
from pipeline.pilot import Pilot
from pipeline.replaying.conditions import masked, thresholds
from pipeline.routing import Policy, policy, shipped_rules
from pipeline.settings import read_settings
from pipeline.warehouse.day import Day
from pipeline.warehouse.policy import bind

RuleTable = Mapping[str, Any]


@dataclass(frozen=True)
class Proposal:
    """The `[[rule]]` list and the hands-off list as somebody would have them."""

    rules: tuple[RuleTable, ...]
    """As in pilot.toml: name, lane, when, because, and `off` for one kept but not applied."""
    hands_off: tuple[str, ...]
    place: str
    """The file that errors name."""

    @cached_property
    def policy(self) -> Policy:
        """The policy they make, guards in their places; raises WrongCall for what is no rule."""
        return policy(self.rules, self.place)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that is written: rules, those that are off, and the hands-off list."""
        rules = [{**rule, "off": rule.get("off", False)} for rule in self.rules]
        return fingerprint(canonical_json([rules, list(self.hands_off)]))

    def check(self, day: Day) -> None:
        """Binds every rule to the books; raises WrongCall naming the rule and the column."""
        bind(day, self.policy, self.place)


@dataclass(frozen=True)
class Change:
    """One difference between two policies; `rule` is empty when it is none of a rule."""

    rule: str
    words: str


def as_it_stands(pilot: Pilot) -> Proposal:
    """The pilot's policy of today as a proposal: where every change begins."""
    rules = pilot.settings.rule or tuple(rule.model_dump() for rule in shipped_rules())
    return Proposal(tuple(rules), pilot.settings.lists.hands_off, str(pilot.folder / "pilot.toml"))


def read_proposal(path: Path, pilot: Pilot) -> Proposal:
    """The changed policy in a file of `[[rule]]`s; the pilot's lists, unless it has its own.

    Raises WrongCall when there is no such file, when it is no policy, or when it has no rule.
    """
    if not path.is_file():
        raise WrongCall(f"{path}: there is no such file: write the changed [[rule]] list into one.")
    settings = read_settings(path)
    if not settings.rule:
        raise WrongCall(
            f"{path}: it has no [[rule]]: write the whole list as it would stand in pilot.toml."
        )
    own_lists = "lists" in settings.model_fields_set
    lists = settings.lists if own_lists else pilot.settings.lists
    return Proposal(settings.rule, lists.hands_off, str(path))


def changes(before: Proposal, after: Proposal) -> tuple[Change, ...]:
    """What is different, rule by rule in words; nothing when they sort alike."""
    old = {rule.name: rule for rule in _applied(before)}
    new = {rule.name: rule for rule in _applied(after)}
    found = [Change(name, "is switched off") for name in old if name not in new]
    was_off = {rule.get("name") for rule in before.rules}
    found += [
        Change(name, "is switched on" if name in was_off else _added(rule))
        for name, rule in new.items()
        if name not in old
    ]
    for name, rule in new.items():
        if name in old:
            found += [Change(name, words) for words in _differences(old[name], rule)]
    found += _moved([name for name in old if name in new], [name for name in new if name in old])
    return (*found, *_lists(before.hands_off, after.hands_off))


def _applied(proposal: Proposal) -> Sequence[Rule]:
    """The rules that are on, in order; guards and `routine` are in every policy alike."""
    return proposal.policy.rules


def _added(rule: Rule) -> str:
    return f"is added ({rule.lane}: {rule.when})"


def _differences(old: Rule, new: Rule) -> list[str]:
    found = []
    if old.when != new.when:
        found.append(_other_condition(old.when, new.when))
    if old.lane != new.lane:
        found.append(f"sends to {new.lane} instead of {old.lane}")
    if old.because != new.because:
        found.append("has another sentence")
    return found


def _other_condition(old: str, new: str) -> str:
    """Only the numbers, when only they differ."""
    was, now = thresholds(old), thresholds(new)
    if len(was) == len(now) and masked(old) == masked(new):
        pairs = [(a.text, b.text) for a, b in zip(was, now, strict=True) if a.text != b.text]
        return "says " + " and ".join(f"{new} instead of {old}" for old, new in pairs)
    return f"has `{new}` instead of `{old}`"


def _moved(old: list[str], new: list[str]) -> list[Change]:
    """Rules that changed places: fewest words, so the ones that now stand before an earlier one."""
    if old == new:
        return []
    place = {name: n for n, name in enumerate(old)}
    found = []
    for before, after in pairwise(new):
        if place[before] > place[after]:
            found.append(Change(before, f"stands before {after}"))
    return found


def _lists(old: Sequence[str], new: Sequence[str]) -> list[Change]:
    joined = [c for c in new if c not in old]
    left = [c for c in old if c not in new]
    found = []
    if joined:
        found.append(Change("", f"the hands-off list gains {', '.join(joined)}"))
    if left:
        found.append(Change("", f"the hands-off list loses {', '.join(left)}"))
    return found
