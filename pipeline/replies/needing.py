"""The letters that a phrase cannot do without: a text that lacks them all need not be searched.

Most sentences hold none of the words that most rules are about. Looking a sentence's words up
costs a small part of holding every pattern against it, and leaves what is found as it is: a
pattern is passed over only where it could not have matched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

#: Words of a text: what is needed is made of the same signs, so it lies within one of them.
_TOKEN = re.compile(r"(?:[^\W\d_]|')+")
_LETTER = re.compile(r"[^\W\d_]|'")
#: A piece of a phrase: what opens a group or a named concept, a letter, a gap between words, or
#: anything else of the language and of patterns.
_PIECE = re.compile(r"[(<]|[^\W\d_]|'|\s*…\s*| |\\.|\[[^\]]*\]|\{[^}]*\}|.", re.DOTALL)
_OPTIONAL = ("?", "*", "{")
#: One letter alone is in nearly every text.
_FEWEST = 2


@dataclass(frozen=True)
class Stretch:
    """Letters that stand next to each other in a word."""

    letters: str
    opens: bool
    """Whether no letter stands before them."""
    closes: bool
    """Whether no letter stands behind them."""


Needs = frozenset[Stretch] | None


class Needing:
    """What the phrases of one language need; `concepts` are those that they may name."""

    def __init__(self, concepts: Mapping[str, Sequence[str]]) -> None:
        self._concepts = concepts
        self._of_named = cache(self._of_concept)

    def of_phrase(self, phrase: str, *, opens: bool = True, closes: bool = True) -> Needs:
        """Stretches of letters of which every text that holds the phrase holds one.

        None when a text may hold it without any. `opens` and `closes` say whether the phrase
        begins and ends with a word. Raises KeyError for an unknown concept.
        """
        found = [need for need in self._parts(phrase, opens, closes) if need]
        return max(found, key=_telling, default=None)

    def _parts(self, phrase: str, opens: bool, closes: bool) -> Iterator[Needs]:
        """What each part needs: all of them are there where the phrase is."""
        run, is_open = "", opens
        for sign, following in _pieces(phrase):
            is_optional = following.startswith(_OPTIONAL)
            is_gap = not is_optional and sign.strip() in ("", "…")
            if _LETTER.fullmatch(sign):
                is_stem = following.startswith("*") and sign.isalpha()
                run += sign if is_stem or not is_optional else ""
                if not is_optional:
                    continue
            yield _of_run(run, is_open, is_gap)
            if sign[0] in "(<" and not is_optional:
                yield self._of_group(sign, is_open and not run, _ends_a_word(following, closes))
            run, is_open = "", is_gap
        yield _of_run(run, is_open, closes)

    def _of_group(self, sign: str, opens: bool, closes: bool) -> Needs:
        if sign[0] == "<":
            return self._of_named(sign[1:-1], opens, closes)
        return self._of_any(_choices(sign[1:-1]), opens, closes)

    def _of_concept(self, name: str, opens: bool, closes: bool) -> Needs:
        return self._of_any(self._concepts[name], opens, closes)

    def _of_any(self, phrases: Sequence[str], opens: bool, closes: bool) -> Needs:
        needs = [self.of_phrase(phrase, opens=opens, closes=closes) for phrase in phrases]
        known = [need for need in needs if need is not None]
        return frozenset[Stretch]().union(*known) if len(known) == len(needs) else None


def _telling(need: frozenset[Stretch]) -> tuple[int, int]:
    """Long stretches tell most, and few of them; a word's ends are as good as letters."""
    return min(len(one.letters) + one.opens + one.closes for one in need), -len(need)


def _pieces(phrase: str) -> Iterator[tuple[str, str]]:
    """Letters, gaps, groups and other signs one by one, each with what follows it."""
    place = 0
    while place < len(phrase):
        found = _PIECE.match(phrase, place)
        assert found is not None  # noqa: S101 - its last branch takes any character
        end = _closing(phrase, place) if found[0] in "(<" else found.end()
        yield phrase[place:end], phrase[end:]
        place = end


def _ends_a_word(following: str, closes: bool) -> bool:
    """Whether no letter can stand between a group and what follows it."""
    if not following:
        return closes
    return following[0] in " …" and not following[1:].startswith(_OPTIONAL)


def _of_run(run: str, opens: bool, closes: bool) -> Needs:
    if len(run.strip("'")) < _FEWEST:
        return None
    return frozenset({Stretch(run, opens and run[0] != "'", closes and run[-1] != "'")})


def _closing(phrase: str, place: int) -> int:
    """Where the group that opens here has ended."""
    if phrase[place] == "<":
        return phrase.index(">", place) + 1
    depth = 0
    for at in range(place, len(phrase)):
        depth += {"(": 1, ")": -1}.get(phrase[at], 0)
        if not depth:
            return at + 1
    raise ValueError(f"{phrase}: a bracket is not closed.")


def _choices(inner: str) -> list[str]:
    """A group's alternatives, those of groups inside it left together."""
    found, depth = [""], 0
    for sign in inner:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "|" and not depth:
            found.append("")
        else:
            found[-1] += sign
    return found


class Sieve:
    """Which of many patterns a text may match, as the bits of a number."""

    def __init__(self, needs: Sequence[Needs]) -> None:
        self._always = sum(1 << n for n, need in enumerate(needs) if need is None)
        bits: dict[Stretch, int] = {}
        for place, need in enumerate(needs):
            for stretch in need or ():
                bits[stretch] = bits.get(stretch, 0) | 1 << place
        self._by_start: dict[str, list[tuple[Stretch, int]]] = {}
        for stretch, of_patterns in bits.items():
            start = stretch.letters[:_FEWEST]
            self._by_start.setdefault(start, []).append((stretch, of_patterns))
        # A mailbox has few different words, and its numbers are left out.
        self._of_token = lru_cache(maxsize=50_000)(self._looked_up)

    def may_match(self, text: str) -> int:
        """Bit n is set unless the n-th pattern cannot match."""
        found = self._always
        for token in _TOKEN.findall(text):
            found |= self._of_token(token)
        return found

    def _looked_up(self, token: str) -> int:
        found = 0
        for place in range(len(token) - 1):
            for stretch, bits in self._by_start.get(token[place : place + _FEWEST], ()):
                if _is_at(stretch, token, place):
                    found |= bits
        return found


def _is_at(stretch: Stretch, token: str, place: int) -> bool:
    """Whether the letters stand there; beside an apostrophe a word may begin or end."""
    end = place + len(stretch.letters)
    return (
        token.startswith(stretch.letters, place)
        and not (stretch.opens and place and token[place - 1] != "'")
        and not (stretch.closes and token[end : end + 1] not in ("", "'"))
    )
