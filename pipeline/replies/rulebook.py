"""The rules of one language, read from rules/*.toml and ready to be held against sentences."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from pydantic import Field

from pipeline.model import Noun, fingerprint
from pipeline.replies.needing import Needing, Needs, Sieve
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


@dataclass(frozen=True, eq=False)
class Phrases:
    """Any of some phrases; each has a bit in what its rulebook's sieve says of a text."""

    first: int
    """The place of the first one's bit."""
    phrases: tuple[str, ...]
    concepts: Mapping[str, tuple[str, ...]]
    between: str = r"[\s,]+"

    @cached_property
    def bits(self) -> int:
        """All of theirs."""
        return (1 << len(self.phrases)) - 1 << self.first

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Made when a text may first hold one of them: most languages are never met."""
        return pattern(self.phrases, self.concepts, self.between)

    @cached_property
    def _patterns(self) -> dict[int, re.Pattern[str]]:
        """One for each phrase that a text may have held."""
        return {}

    def is_in(self, text: str, seen: int) -> bool:
        """Whether the text holds one; `seen` is what the sieve says of it, or of more."""
        maybe = (seen & self.bits) >> self.first
        while maybe:
            place = maybe.bit_length() - 1
            if self._one(place).search(text):
                return True
            maybe ^= 1 << place
        return False

    def _one(self, place: int) -> re.Pattern[str]:
        if place not in self._patterns:
            written = (self.phrases[place],)
            self._patterns[place] = pattern(written, self.concepts, self.between)
        return self._patterns[place]

    def blanked(self, text: str, seen: int) -> str:
        """The text without them, so that they alone are hidden and nothing beside them."""
        if not self.is_in(text, seen):
            return text
        return self.pattern.sub(lambda found: " " * len(found[0]), text)

    def left_out(self, text: str, seen: int) -> str:
        """The text with a space in the place of each."""
        return self.pattern.sub(" ", text) if self.is_in(text, seen) else text


@dataclass(frozen=True, eq=False)
class LabelRule:
    """Gives a label to a sentence that holds one of the phrases and all of the concepts.

    The concepts of `unless` are taken out of the sentence before; the rest of it still counts.
    """

    label: str
    reason: str | None
    find: Phrases | None
    all: tuple[Phrases, ...]
    unless: tuple[Phrases, ...]
    is_pair: bool
    """Whether it looks at two sentences that follow each other as if they were one."""
    must: tuple[int, ...]
    """Bits of the sieve: of each, one at least is set for a text that it can fire on."""


@dataclass(frozen=True, eq=False)
class Rulebook:
    """One language's rules."""

    name: str
    markers: frozenset[str]
    """Words that this language, and no other that is read here, is full of."""
    alone: tuple[LabelRule, ...]
    pairs: tuple[LabelRule, ...]
    """Those that look at two sentences together."""
    fillers: Phrases
    """What a sentence may say without meaning anything: greetings, thanks, names."""
    denials: Phrases
    """A dispute that is denied: the words are left out before disputes are looked for."""
    contrasts: Phrases
    troubles: Phrases
    """Words that make a sentence worth a person's eyes when no rule understood it."""
    sieve: Sieve
    """What a text may hold of all these, told from its words."""


@cache
def rulebooks() -> tuple[Rulebook, ...]:
    """Every language that is read, English first."""
    paths = sorted(_RULES.glob("*.toml"), key=lambda path: (path.stem != "english", path.stem))
    return tuple(_read(path) for path in paths)


@cache
def all_markers() -> frozenset[str]:
    """The telling words of every language that is read."""
    return frozenset[str]().union(*(book.markers for book in rulebooks()))


@cache
def rules_fingerprint() -> str:
    """SHA-256 of the rules and of the code that applies them: other rules, other labels."""
    files = sorted([*_RULES.glob("*.toml"), *Path(__file__).parent.glob("*.py")])
    return fingerprint(*(path.read_text(encoding="utf-8") for path in files))


class _Collected:
    """The phrases of one language as they are read, each with its bit and what it needs."""

    def __init__(self, concepts: Mapping[str, tuple[str, ...]]) -> None:
        self._concepts = concepts
        self._needing = Needing(concepts)
        self._needs: list[Needs] = []
        self._named: dict[str, Phrases] = {}

    def phrases(self, written: tuple[str, ...], between: str = r"[\s,]+") -> Phrases:
        first = len(self._needs)
        self._needs += map(self._needing.of_phrase, written)
        return Phrases(first, written, self._concepts, between)

    def concept(self, name: str) -> Phrases:
        if name not in self._named:
            self._named[name] = self.phrases(self._concepts[name])
        return self._named[name]

    def rule(self, written: _WrittenRule) -> LabelRule:
        find = self.phrases(written.find) if written.find else None
        concepts = tuple(map(self.concept, written.all))
        return LabelRule(
            label=written.label,
            reason=written.reason,
            find=find,
            all=concepts,
            unless=tuple(map(self.concept, written.unless)),
            is_pair=written.is_pair,
            must=tuple(one.bits for one in (*([find] if find else []), *concepts)),
        )

    def sieve(self) -> Sieve:
        return Sieve(self._needs)


def _read(path: Path) -> Rulebook:
    written = _Written.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    collected = _Collected(written.concepts)
    rules = [collected.rule(rule) for rule in written.rule]
    return Rulebook(
        name=path.stem,
        markers=frozenset(written.markers),
        alone=tuple(rule for rule in rules if not rule.is_pair),
        pairs=tuple(rule for rule in rules if rule.is_pair),
        fillers=collected.phrases(written.fillers),
        denials=collected.phrases(written.denials, between=" +"),
        contrasts=collected.phrases(written.contrasts),
        troubles=collected.phrases(written.troubles),
        sieve=collected.sieve(),
    )
