"""A text cut into sentences, and one form of their letters that rules can be held against.

The folded form is as long as the text, character by character, so that a place in the one is
the same place in the other and every quotation stays verbatim.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

#: Characters of a message that are read: more than anyone writes about an invoice.
MOST_TEXT = 20_000
#: A sentence is cut here, so that text without an end costs no more than its length.
MOST_SENTENCE = 600

_SAME = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4`", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        **dict.fromkeys("\t\n\r\u00a0\u2007\u202f", " "),
    }
)
#: Letters of other scripts that look like ours and are used to pass for them.
_LOOKALIKES = dict(
    zip(
        "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u03bf\u03b1\u03b9",
        "aeopcyxijsoai",
        strict=True,
    )
)
_END = re.compile(r"[.!?\u2026]+[\"')\]]*(?=\s|$)|\n\s*\n|\n(?=\s*[-*\u2022])|;(?=\s)")
#: A full stop after one of these ends no sentence.
_SHORT = re.compile(
    r"(?:\b(?:no|nr|mr|mrs|ms|dr|st|inc|ltd|co|e\.g|i\.e|approx|ref|inv|art|max|min|bzw|z\.b|ca|"
    r"m|mme|sr|sra|dhr|mevr|num|nos|attn|dept|vs|\w)|(?<!\d)\d{1,2})\.$",
    re.IGNORECASE,
)
#: Found word by word: a pattern that looks ahead takes minutes over one endless word.
_WORD = re.compile(r"\w+")
_LATIN = re.compile(r"[a-z]", re.IGNORECASE)
_OTHER_SCRIPT = re.compile(r"[\u0370-\u03ff\u0400-\u04ff]")


@dataclass(frozen=True)
class Sentence:
    """One sentence: where it lies in its text, as written and folded."""

    start: int
    text: str
    folded: str


class _Folds(dict[int, str]):
    """Code point -> its folded character, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        made = self[code] = _plain(chr(code))
        return made


_FOLDS = _Folds()


def folded(text: str) -> str:
    """Small letters, plain signs, one script; exactly as long as the text."""
    plain = text.translate(_FOLDS)
    if plain.isascii() or not _OTHER_SCRIPT.search(plain):
        return plain
    return _WORD.sub(_one_script, plain)


def _one_script(found: re.Match[str]) -> str:
    """A word of two scripts with its look-alikes in the first; every other word as it is."""
    word = found[0]
    if not (_LATIN.search(word) and _OTHER_SCRIPT.search(word)):
        return word
    return "".join(_LOOKALIKES.get(character, character) for character in word)


def _plain(character: str) -> str:
    same = character.translate(_SAME)
    composed = unicodedata.normalize("NFKC", same)
    small = (composed if len(composed) == 1 else same).lower()
    return small if len(small) == 1 else same


def sentences(text: str) -> list[Sentence]:
    """The sentences of a text in order; what cannot end is cut by length."""
    read = text[:MOST_TEXT]
    found: list[Sentence] = []
    start = 0
    for end in [*_ends(read), len(read)]:
        while start < end:
            stop = min(end, start + MOST_SENTENCE)
            _keep(found, read, start, stop)
            start = stop
    return found


def _ends(text: str) -> list[int]:
    ends = []
    for found in _END.finditer(text):
        before = text[max(0, found.end() - 12) : found.end()]
        if not (found[0] == "." and _SHORT.search(before) and text[found.end() :].strip()):
            ends.append(found.end())
    return ends


def _keep(found: list[Sentence], text: str, start: int, stop: int) -> None:
    piece = text[start:stop]
    words = piece.strip()
    if words:
        place = start + piece.index(words)
        found.append(Sentence(place, words, folded(words)))
