"""What other systems call the columns that we know, and how alike two headers are."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rapidfuzz import fuzz

from pipeline.exports.kinds import KINDS, Column
from pipeline.exports.layouts import Layout

_FILE = Path(__file__).with_name("proposing_words.toml")
_NUMBER_WORDS = frozenset("number num nr nummer numero numer nbr numéro no n".split())
_COMPOUND = re.compile(r"^(\w{3,}?)(?:nummern?|nr)$")
#: Words that make another column of one that is otherwise alike: an amount's tax, a date's delay.
_OTHERS = frozenset(
    "tax vat mwst ust steuer tva iva btw gst discount rabatt skonto remise fee rate kurs days tage "
    "jours percent qty quantity menge unit price delay predict converted refunded limit opening "
    "subtotal sub item line counts count bucket modified updated created create key website url "
    "phone fax zip street city state vendor supplier status type kind group is".split()
)
#: Below this, two headers are not alike.
ALIKE = 0.55


@cache
def _file() -> Mapping[str, dict[str, dict[str, list[str] | str]]]:
    found: Mapping[str, dict[str, dict[str, list[str] | str]]] = tomllib.loads(
        _FILE.read_text(encoding="utf-8")
    )
    return found


@cache
def columns_of(kind: str) -> Mapping[str, tuple[str, ...]]:
    """Ours, further tables' by a dot -> the meanings that may feed it, the best first."""
    table = _file()["columns"].get(kind, {})
    return {ours: tuple(meanings) for ours, meanings in table.items()}


@cache
def hints() -> Mapping[str, tuple[str, ...]]:
    """Kind -> words in a file's name or titles that say so."""
    return {kind: tuple(words) for kind, words in _file()["hints"].items()}


def purpose(ours: str) -> str:
    """What a column of ours is for, in a collector's words."""
    return str(_file()["purpose"].get(ours, ""))


@cache
def words_of(meaning: str) -> tuple[str, ...]:
    """The headers known for a meaning, as they are compared."""
    return tuple(dict.fromkeys(normal(word) for word in _file()["meaning"][meaning]["words"]))


def known_kinds() -> tuple[str, ...]:
    """The kinds that can be proposed."""
    return tuple(kind for kind in KINDS if kind in _file()["columns"])


def column(kind: str, ours: str) -> Column:
    """The column of ours, or of a further table when the name has a dot."""
    table, _, name = ours.rpartition(".")
    return KINDS[table or kind].columns[name]


@cache
def normal(header: str) -> str:
    """A header as it is compared: words without case, accents and signs; numbers are `no`."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", header.strip().lstrip("*\ufeff"))
    text = unicodedata.normalize("NFKD", text.replace("#", " no ").replace("№", " no "))
    text = "".join(mark for mark in text if not unicodedata.combining(mark)).casefold()
    return " ".join(_word(word) for word in re.sub(r"[\W_]+", " ", text).split())


def _word(word: str) -> str:
    if word in _NUMBER_WORDS:
        return "no"
    compound = _COMPOUND.match(word)
    return f"{compound[1]} no" if compound else word


@cache
def is_known(header: str) -> bool:
    """Whether a text is one of the headers that we know, word for word."""
    return normal(header) in _all_words()


@cache
def _all_words() -> frozenset[str]:
    return frozenset(word for meaning in _file()["meaning"] for word in words_of(meaning))


@dataclass(frozen=True)
class Likeness:
    """How alike a header is to what we know, 0-1, and the word that it is like."""

    score: float
    word: str


NOT_ALIKE = Likeness(0.0, "")


def is_another(header: str) -> bool:
    """Whether a word of a header says tax, rate, count and the like: never what is owed."""
    return bool(_OTHERS & set(normal(header).split()))


@cache
def likeness(header: str, meaning: str) -> Likeness:
    """How alike a header is to the words for a meaning."""
    mine = normal(header)
    # Of words equally alike the earlier one is the usual one.
    rated = (
        Likeness(like.score * (1 - place / 2_000), like.word)
        for place, word in enumerate(words_of(meaning))
        if (like := _alike(mine, word)).score
    )
    best = max(rated, key=lambda like: like.score, default=NOT_ALIKE)
    strange = set(mine.split()) & _OTHERS - set(best.word.split())
    return Likeness(best.score * (0.55 if strange else 1.0), best.word)


def _alike(mine: str, word: str) -> Likeness:
    if mine == word:
        return Likeness(1.0, word)
    if not mine:
        return NOT_ALIKE
    if mine.replace(" ", "") == word.replace(" ", ""):
        return Likeness(0.97, word)
    ratio = fuzz.token_sort_ratio(mine, word) / 100
    if ratio >= 0.88 and min(len(mine), len(word)) > 3:
        return Likeness(ratio * 0.95, word)
    return Likeness(_contained(mine.split(), word.split()), word)


def _contained(mine: Sequence[str], word: Sequence[str]) -> float:
    """How much of a known word stands inside a longer header."""
    if not set(word) <= set(mine) or word in (["no"], ["id"], ["date"], ["name"], ["total"]):
        return 0.0
    if len(word) > 1:
        return 0.84
    return 0.62 if len(word[0]) > 3 else 0.0


def learned(kind: str, layouts: Iterable[Layout]) -> dict[str, dict[str, str]]:
    """Ours -> headers as they are compared -> the layout of the same kind that names them so."""
    found: dict[str, dict[str, str]] = {}
    for layout in layouts:
        if layout.kind != kind:
            continue
        tables = [("", layout.columns), *((f"{also.kind}.", also.columns) for also in layout.also)]
        for prefix, columns in tables:
            for ours, theirs in columns.items():
                known = found.setdefault(f"{prefix}{ours}", {})
                known.update({normal(name): layout.title for name in theirs if name[:1] != "("})
    return found
