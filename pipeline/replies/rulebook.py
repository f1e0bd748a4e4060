"""The rules of one language, read from rules/*.toml and ready to be held against sentences."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import Field

from pipeline.model import Noun, fingerprint
from pipeline.replies.phrases import pattern

_RULES = Path(__file__).parent / "rules"


class _WrittenRule(Noun):
    label: str
    reason: str | None = None
    find: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    is_pair: bool = False


class _Written(Noun):
    """One file of rules/, as written."""

    markers: tuple[str, ...]
    concepts: dict[str, tuple[str, ...]]
    fillers: tuple[str, ...] = Field(default=())
    denials: tuple[str, ...] = Field(default=())
    contrasts: tuple[str, ...] = Field(default=())
    troubles: tuple[str, ...] = Field(default=())
    rule: tuple[_WrittenRule, ...]


@dataclass(frozen=True)
class LabelRule:
    """Gives a label to a sentence that holds one of the phrases and all of the concepts.

    The concepts of `unless` are taken out of the sentence before; the rest of it still counts.
    """

    label: str
    reason: str | None
    find: re.Pattern[str] | None
    all: tuple[str, ...]
    unless: tuple[str, ...]
    is_pair: bool
    """Whether it looks at two sentences that follow each other as if they were one."""


@dataclass(frozen=True)
class Rulebook:
    """One language's rules."""

    name: str
    markers: frozenset[str]
    """Words that this language, and no other that is read here, is full of."""
    concepts: Mapping[str, re.Pattern[str]]
    rules: tuple[LabelRule, ...]
    fillers: re.Pattern[str]
    """What a sentence may say without meaning anything: greetings, thanks, names."""
    denials: re.Pattern[str]
    """A dispute that is denied: the words are left out before disputes are looked for."""
    contrasts: re.Pattern[str]
    troubles: re.Pattern[str]
    """Words that make a sentence worth a person's eyes when no rule understood it."""


@cache
def rulebooks() -> tuple[Rulebook, ...]:
    """Every language that is read, English first."""
    paths = sorted(_RULES.glob("*.toml"), key=lambda path: (path.stem != "english", path.stem))
    return tuple(_read(path) for path in paths)


@cache
def rules_fingerprint() -> str:
    """SHA-256 of the rules and of the code that applies them: other rules, other labels."""
    files = sorted([*_RULES.glob("*.toml"), *Path(__file__).parent.glob("*.py")])
    return fingerprint(*(path.read_text(encoding="utf-8") for path in files))


def _read(path: Path) -> Rulebook:
    written = _Written.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    concepts = written.concepts
    return Rulebook(
        name=path.stem,
        markers=frozenset(written.markers),
        concepts={name: pattern(phrases, concepts) for name, phrases in concepts.items()},
        rules=tuple(_rule(rule, concepts) for rule in written.rule),
        fillers=_any_of(written.fillers, concepts),
        denials=_any_of(written.denials, concepts, between=" +"),
        contrasts=_any_of(written.contrasts, concepts),
        troubles=_any_of(written.troubles, concepts),
    )


def _any_of(
    phrases: tuple[str, ...], concepts: Mapping[str, tuple[str, ...]], between: str = r"[\s,]+"
) -> re.Pattern[str]:
    return pattern(phrases, concepts, between) if phrases else re.compile(r"(?!)")


def _rule(written: _WrittenRule, concepts: Mapping[str, tuple[str, ...]]) -> LabelRule:
    return LabelRule(
        label=written.label,
        reason=written.reason,
        find=pattern(written.find, concepts) if written.find else None,
        all=written.all,
        unless=written.unless,
        is_pair=written.is_pair,
    )
