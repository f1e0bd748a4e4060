"""A message's own words in, its labels out: several detectors, each of which can only add.

Nothing that is written takes a label away that other sentences have earned: a denial ("we do
not dispute") hides only its own words, in its own sentence, and a sentence that no rule
understands counts as trouble when it sounds like any. Unknown is never permission.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from pipeline.replies.labels import LABELS, REASONS, SENSITIVE, Span, Understood
from pipeline.replies.rulebook import LabelRule, Rulebook, rulebooks
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
    parts = sentences(text)
    words = _WORD.findall(folded(text[:MOST_TEXT]))
    books = _spoken(words)
    for sentence, following in zip(parts, [*parts[1:], None], strict=False):
        understood = _label(sentence, following, books, found)
        if not is_aside and not understood and _is_trouble(sentence, books):
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
    if any(not _LATIN.match(word) for word in words):
        return True
    told = [word for word in words if any(word in book.markers for book in rulebooks())]
    return len(words) >= _FEWEST_WORDS and len(told) < _KNOWN_SHARE * len(words)


def _label(
    sentence: Sentence, following: Sentence | None, books: Iterable[Rulebook], found: _Findings
) -> bool:
    """Adds the sentence's labels; whether it had any, and nothing in it speaks against them."""
    labels: set[str] = set()
    for book in books:
        for rule in _fired(sentence, following, book):
            labels.add(rule.label)
            found.add(rule.label, sentence.text, rule.reason)
    has_contrast = any(book.contrasts.search(sentence.folded) for book in books)
    return bool(labels & SENSITIVE) or (bool(labels) and not has_contrast)


def _fired(sentence: Sentence, following: Sentence | None, book: Rulebook) -> Iterator[LabelRule]:
    yield from _fired_alone(sentence.folded, book.name)
    if following and (pairs := _pair_rules(book.name)):
        both = f"{_blanked(book.denials, sentence.folded)} {following.folded}"
        yield from (rule for rule in pairs if _fires(rule, both, book))


# Mailboxes say much the same: greetings, subjects and short answers come thousands of times.
@lru_cache(maxsize=50_000)
def _fired_alone(alone: str, name: str) -> tuple[LabelRule, ...]:
    """The rules of a language that a sentence fires without the next one."""
    book = _book(name)
    undenied = _blanked(book.denials, alone)
    return tuple(
        rule
        for rule in book.rules
        if not rule.is_pair
        and (text := undenied if rule.label == "DISPUTE" else alone)
        and _fires(rule, text, book)
    )


@cache
def _pair_rules(name: str) -> tuple[LabelRule, ...]:
    return tuple(rule for rule in _book(name).rules if rule.is_pair)


@cache
def _book(name: str) -> Rulebook:
    return next(book for book in rulebooks() if book.name == name)


def _fires(rule: LabelRule, text: str, book: Rulebook) -> bool:
    for name in rule.unless:
        text = _blanked(book.concepts[name], text)
    return (rule.find is None or rule.find.search(text) is not None) and all(
        book.concepts[name].search(text) for name in rule.all
    )


def _blanked(words: re.Pattern[str], text: str) -> str:
    """The text without these words, so that they alone are hidden and nothing beside them."""
    return words.sub(lambda found: " " * len(found[0]), text)


def _is_trouble(sentence: Sentence, books: Sequence[Rulebook]) -> bool:
    """Whether a sentence that no rule understood sounds as if it might matter."""
    rest = sentence.folded
    for book in books:
        rest = book.fillers.sub(" ", book.denials.sub(" ", rest))
    many = _MANY_WORDS if len(books) == 1 else _MANY_FOREIGN_WORDS
    return len(_WORD.findall(rest)) >= many or any(book.troubles.search(rest) for book in books)
