"""A message's own words in, its labels out: several detectors, each of which can only add.

Nothing that is written takes a label away that other sentences have earned: a denial ("we do
not dispute") hides only its own words, in its own sentence, and a sentence that no rule
understands counts as trouble when it sounds like any. Unknown is never permission.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.replies.labels import LABELS, REASONS, SENSITIVE, Span, Understood
from pipeline.replies.rulebook import (
    LabelRule,
    Phrases,
    Rulebook,
    all_markers,
    rulebooks,
)
from pipeline.replies.sentences import MOST_TEXT, Sentence, folded, sentences

#: Words of a text in no language known here, from which on a person must read it.
_FEWEST_WORDS = 4
#: So many words that no rule understood are trouble, whatever they are.
_MANY_WORDS = 5
#: As many in a text that is not only English, of which the rules know less.
_MANY_FOREIGN_WORDS = 3
#: Share of a text's words that tell its language, at least, for it to count as read.
_KNOWN_SHARE = 0.12
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_LATIN = re.compile(r"[a-z\u00df-\u024f]")
_SUBJECT_OF_ANSWER = re.compile(
    r"\s*(?:re|aw|sv|vs|rv|rif|odp|antw|tr|wg|fw|fwd)\s*(?:\[\d+\])?\s*:", re.IGNORECASE
)
#: What a program says of a message: the label that it earns by that alone.
_AUTOMATIC = {"reply": "OUT_OF_OFFICE", "bounce": "BOUNCE"}


@dataclass(frozen=True)
class _Heard:
    """What the rules of one language find in a sentence without the next one."""

    seen: int
    """What its words let it hold (see `needing`)."""
    undenied: str
    """The sentence, folded, without the disputes that it denies."""
    fired: tuple[LabelRule, ...]


@dataclass
class _Findings:
    """What has been found so far."""

    spans: dict[str, str] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    is_unread: bool = False

    def add(self, label: str, words: str, reason: str | None = None) -> None:
        self.spans.setdefault(label, words)
        if reason:
            self.reasons[reason] += 1


def understand(
    reply: str, subject: str = "", automatic: str | None = None, below: str = ""
) -> Understood:
    """The labels of one message from its newest own words.

    `automatic` is what its headers or its form say: reply, bounce, bulk, or None for a person's.
    The subject counts only where it is the writer's own, so not in an answer; what stands
    `below`, where a signature does, only where it is a sentence.
    """
    found = _Findings()
    _read(reply, found)
    if not _SUBJECT_OF_ANSWER.match(subject):
        _read(subject, found, is_aside=True)
    for line in below[:MOST_TEXT].splitlines():
        if len(_WORD.findall(line)) > _MANY_WORDS:
            _read(line, found, is_aside=True)
    first = next(iter(sentences(reply)), None)
    label = _AUTOMATIC.get(automatic or "")
    if label:
        found.add(label, first.text if first else subject.strip())
    found.is_unread = found.is_unread or len(reply) > MOST_TEXT
    return _understood(found, first.text if first else "")


def _understood(found: _Findings, first: str) -> Understood:
    if not found.spans:
        found.add("UNCLEAR", first)
    labels = tuple(label for label in LABELS if label in found.spans)
    return Understood(
        labels=labels,
        spans=tuple(Span(label, found.spans[label]) for label in labels if found.spans[label]),
        reason=max(REASONS, key=lambda r: found.reasons[r]) if found.reasons else None,
        is_unread=found.is_unread,
    )


def _read(text: str, found: _Findings, *, is_aside: bool = False) -> None:
    words = _WORD.findall(folded(text[:MOST_TEXT]))
    books = _spoken(words)
    parts = sentences(text)
    heard = [[_heard(part.folded, book) for book in books] for part in parts]
    for place, part in enumerate(parts):
        fired = list(_fired(parts, heard, place, books))
        for rule in fired:
            found.add(rule.label, part.text, rule.reason)
        understood = _is_understood(part, fired, heard[place], books)
        if not is_aside and not understood and _is_trouble(part, heard[place], books):
            found.is_unread = True
    if not is_aside and _is_foreign(words):
        found.is_unread = True


def _spoken(words: Sequence[str]) -> tuple[Rulebook, ...]:
    """English, and each other language of which at least one telling word is there."""
    known = set(words)
    return tuple(
        book for n, book in enumerate(rulebooks()) if n == 0 or not known.isdisjoint(book.markers)
    )


def _is_foreign(words: Sequence[str]) -> bool:
    """Whether the text is in a language that no rules are written in."""
    if any(not _LATIN.match(first) for first in {word[0] for word in words}):
        return True
    if len(words) < _FEWEST_WORDS:
        return False
    markers = all_markers()
    return sum(word in markers for word in words) < _KNOWN_SHARE * len(words)


def _fired(
    parts: Sequence[Sentence],
    heard: Sequence[Sequence[_Heard]],
    place: int,
    books: Sequence[Rulebook],
) -> Iterator[LabelRule]:
    """The rules that a sentence fires, alone or with the one that follows it."""
    for language, book in enumerate(books):
        own = heard[place][language]
        yield from own.fired
        if place + 1 < len(parts):
            # A word of either may be what the two together need.
            seen = own.seen | heard[place + 1][language].seen
            both = _Held(f"{own.undenied} {parts[place + 1].folded}", seen)
            yield from (rule for rule in book.pairs if _fires(rule, both))


# Mailboxes say much the same: greetings, subjects and short answers come thousands of times.
@lru_cache(maxsize=50_000)
def _heard(alone: str, book: Rulebook) -> _Heard:
    seen = book.sieve.may_match(alone)
    held = _Held(alone, seen)
    undenied = held.without(book.denials)
    fired = tuple(
        rule for rule in book.alone if _fires(rule, undenied if rule.label == "DISPUTE" else held)
    )
    return _Heard(seen, undenied.text, fired)


class _Held:
    """A text and which phrases it holds, each looked for once; `seen` is what the sieve says."""

    def __init__(self, text: str, seen: int) -> None:
        self.text = text
        self.seen = seen
        self._known: dict[int, bool] = {}

    def __contains__(self, words: Phrases) -> bool:
        known = self._known.get(words.first)
        if known is None:
            known = self._known[words.first] = words.is_in(self.text, self.seen)
        return known

    def without(self, words: Phrases) -> _Held:
        """The same, or with these words hidden and nothing beside them."""
        if words not in self:
            return self
        return _Held(words.blanked(self.text, self.seen), self.seen)


def _fires(rule: LabelRule, held: _Held) -> bool:
    for bits in rule.must:
        if not held.seen & bits:
            return False
    for words in rule.unless:
        held = held.without(words)
    return (rule.find is None or rule.find in held) and all(words in held for words in rule.all)


def _is_understood(
    part: Sentence,
    fired: Sequence[LabelRule],
    heard: Sequence[_Heard],
    books: Sequence[Rulebook],
) -> bool:
    """Whether the sentence had labels, and nothing in it speaks against them."""
    if any(rule.label in SENSITIVE for rule in fired):
        return True
    return bool(fired) and not any(
        book.contrasts.is_in(part.folded, own.seen) for book, own in zip(books, heard, strict=True)
    )


def _is_trouble(part: Sentence, heard: Sequence[_Heard], books: Sequence[Rulebook]) -> bool:
    """Whether a sentence that no rule understood sounds as if it might matter."""
    rest = part.folded
    for book, own in zip(books, heard, strict=True):
        rest = book.fillers.left_out(book.denials.left_out(rest, own.seen), own.seen)
    many = _MANY_WORDS if len(books) == 1 else _MANY_FOREIGN_WORDS
    return len(_WORD.findall(rest)) >= many or any(
        book.troubles.is_in(rest, own.seen) for book, own in zip(books, heard, strict=True)
    )
