"""What a model may say around the locked placeholders: few words, no claim, no promise.

The words are a closed list (prompts/wording.md and the reminders themselves), so that a threat,
a discount, a link, another language or a second recipient has no words to be said in. What could
still be put together from harmless words (“no need to pay”, “we have received”) is refused by
sentence, unless our own wording says it in just that way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from pipeline.drafting.locking import LOCK

_ALLOWED = re.compile(r"[A-Za-z \n.,;:?'’()–—-]")
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_GLUED = re.compile(r"[\w'’-]\{\{|\}\}[\w'’-]|\}\}\s*\{\{|[A-Za-z][.,;:?()][A-Za-z]")
_SHOUTED = re.compile(r"\b(?!PO\b)[A-Z]{2,}\b")
_SENTENCE = re.compile(r"[^.?\n]+[.?]?")
_NO = re.compile(r"\b(?:no|not|never|nothing|none|nobody|without|cannot|\w+n['’]t)\b")
_MONEY = re.compile(
    r"\b(?:pay\w*|paid|due|ow(?:e|ed|es|ing)|open|outstanding|overdue|balance|amount|total|"
    r"need\w*|expect\w*|reply|respond|process\w*|act\w*)\b|\{\{(?:AMOUNT|TABLE)"
)
_DONE = re.compile(
    # What is yet to “be paid” is not done.
    r"(?<!\bbe )\b(?:paid|settled|cleared|received|matched|closed|credited|sorted|done|"
    r"processed|complete\w*)\b"
)
_IF = re.compile(r"\b(?:if|whether|once|when)\b")
_IGNORED = re.compile(r"\b(?:ignore|disregard|skip|forget|leave)\b")
_OURS_TO_GIVE = re.compile(r"\b(?:we|i|our side)\b.*\{\{(?:AMOUNT|TABLE)")
#: To pay is what the reader may expect or plan to do; never how, how much or to whom.
_PAY = re.compile(r"(?<!expect to )(?<!plan to )(?<!planning to )(?<!going to )\bpay\b")
_ORDERS = re.compile(
    r"\b(?:send|hold|make|share|add|copy|let|reply)\b[^{}]*\b(?:payments?|open|balance)\b"
)
_PRESSES = re.compile(r"\bor else\b|\bwe (?:\w+ )?know\b|\byou (?:\w+ )?(?:need|know|should)\b")

#: An answer may be so many times as long as what was given, and so many words longer.
_TIMES, _WORDS_MORE = 1.5, 25


def longest(text: str) -> int:
    """How many words a rewording of a text may have."""
    return int(len(text.split()) * _TIMES) + _WORDS_MORE


def troubles(given: str, said: str, words: frozenset[str], *, one_line: bool = False) -> list[str]:
    """Why a rewording is refused, a sentence each; both texts have locked placeholders."""
    return [*_form(given, said, one_line=one_line), *_foreign(said, words), *_claims(given, said)]


def _form(given: str, said: str, *, one_line: bool) -> Iterator[str]:
    wanted, there = Counter(LOCK.findall(given)), Counter(LOCK.findall(said))
    if wanted != there:
        odd = sorted((wanted - there) + (there - wanted))
        yield f"It does not use {{{{{odd[0]}}}}} as often as the wording does."
    bare = LOCK.sub(" ", said)
    odd_characters = _ALLOWED.sub("", bare)
    if odd_characters:
        yield f"It writes the character “{odd_characters[0]}”."
    if _GLUED.search(said):
        yield "It runs words or placeholders together."
    if shouted := _SHOUTED.search(bare):
        yield f"It writes “{shouted[0]}” in capitals."
    if not bare.strip() or (one_line and "\n" in said.strip()):
        yield "It is empty, or has lines where one belongs."
    if len(said.split()) > longest(given):
        yield f"It is longer than {longest(given)} words."


def _foreign(said: str, words: frozenset[str]) -> Iterator[str]:
    for word in _WORD.findall(LOCK.sub(" ", said)):
        base = re.sub(r"['’](?:s|d|m|re|ve|ll)$", "", word.casefold()).replace("’", "'")
        if base not in words and base not in _CONTRACTED:
            yield f"It uses the word “{word[:40]}”, which a reminder does not."
            return


_CONTRACTED = frozenset({"haven't", "hasn't"})


def _claims(given: str, said: str) -> Iterator[str]:
    own = {_bare(m[0]) for m in _SENTENCE.finditer(given)}
    for match in _SENTENCE.finditer(said):
        sentence = _bare(match[0])
        if sentence and sentence not in own and (why := _claim(sentence)):
            yield f"It says “{match[0].strip()[:90]}”, which {why}."
            return


def _claim(sentence: str) -> str:
    if _NO.search(sentence) and _MONEY.search(sentence):
        return "denies something about the payment"
    if _DONE.search(sentence) and not _IF.search(sentence):
        return "says that something is done"
    if _IGNORED.search(sentence) and not re.search(r"\bif\b.*\balready\b", sentence):
        return "tells the reader to do nothing"
    if _OURS_TO_GIVE.search(sentence) and re.search(r"\b(?:will|can|would|could|may)\b", sentence):
        return "promises something"
    if _PAY.search(sentence) or _ORDERS.search(sentence):
        return "orders something about the payment"
    return "presses" if _PRESSES.search(sentence) else ""


def _bare(sentence: str) -> str:
    """For comparing and reading: small letters, but for the placeholders."""
    text = " ".join(sentence.split()).strip(" .,;:?")
    parts = re.split(r"(\{\{[A-Z]+_\d+\}\})", text)
    return "".join(part if part.startswith("{{") else part.casefold() for part in parts)
