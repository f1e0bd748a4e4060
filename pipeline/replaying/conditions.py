"""A rule's condition as people read and change it: its numbers, and the whole in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.model import WrongCall

#: A number that stands by itself: not within a name, a text in quotes, or another number.
_NUMBER = re.compile(r"'(?:[^']|'')*'|(?<![\w.])(?P<number>\d+(?:\.\d+)?)(?![\w.])")
_TEXT = re.compile(r"('(?:[^']|'')*')")
#: What stands before a number, as its name: the nearest column.
_COLUMN = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")

_WORDS: tuple[tuple[str, str], ...] = (
    (r"\(\s*select\s+as_of\s+from\s+pilot\s*\)", "the day"),
    (r"\bis\s+not\s+null\b", "is known"),
    (r"\bis\s+null\b", "is not known"),
    (r"\s*>=\s*", " is at least "),
    (r"\s*<=\s*", " is at most "),
    (r"\s*(<>|!=)\s*", " is not "),
    (r"\s*>\s*", " is more than "),
    (r"\s*<\s*", " is less than "),
    (r"\s*=\s*", " is "),
    (r"\s*\+\s*", " plus "),
    (r"(?<!not )\bbetween\b", "is between"),
    (r"\bnot\s+is_(\w+)", r"it is not \1"),
    (r"\bis_(\w+)", r"it is \1"),
    (r"\bnot\s+has_(\w+)", r"it has no \1"),
    (r"\bhas_(\w+)", r"it has \1"),
    (r"_", " "),
)


@dataclass(frozen=True)
class Threshold:
    """One number of a condition, by its place in it."""

    number: int
    """Counted from 0, left to right."""
    text: str
    column: str
    """The column that stands nearest before it; empty when none does."""


def thresholds(when: str) -> tuple[Threshold, ...]:
    """The numbers in a condition, left to right; those in quotes are words."""
    found = [match for match in _NUMBER.finditer(when) if match["number"]]
    return tuple(
        Threshold(n, match["number"], _column(when[: match.start()]))
        for n, match in enumerate(found)
    )


def _column(before: str) -> str:
    columns = _COLUMN.findall(before)
    return columns[-1] if columns else ""


def with_numbers(when: str, numbers: Mapping[int, str]) -> str:
    """The condition with some of its numbers replaced; raises WrongCall for what is none."""
    for text in numbers.values():
        if not re.fullmatch(r"\d{1,12}(\.\d{1,6})?", text):
            raise WrongCall(f"{text!r} is no number for {when!r}: write digits, such as 30 or 0.5.")
    place = -1

    def put(match: re.Match[str]) -> str:
        nonlocal place
        if not match["number"]:
            return match[0]
        place += 1
        return numbers.get(place, match[0])

    return _NUMBER.sub(put, when)


def masked(when: str) -> str:
    """The condition with every number left open: two that are alike in it differ in numbers."""
    return _NUMBER.sub(lambda match: "#" if match["number"] else match[0], when)


def in_words(when: str) -> str:
    """The condition as a sentence part; texts in quotes stay as they are written."""
    parts = [part if n % 2 else _spoken(part) for n, part in enumerate(_TEXT.split(when))]
    return " ".join("".join(parts).split())


def _spoken(part: str) -> str:
    for sign, words in _WORDS:
        part = re.sub(sign, words, part, flags=re.IGNORECASE)
    return part
