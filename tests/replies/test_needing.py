"""What a phrase needs: passing a pattern over must never lose what it would have found."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.replies.needing import Needing, Needs, Sieve, Stretch
from pipeline.replies.phrases import pattern
from pipeline.replies.rulebook import Phrases, Rulebook, rulebooks
from pipeline.replies.sentences import folded

_HERE = Path(__file__).parent


def _needs(phrase: str, **concepts: tuple[str, ...]) -> Needs:
    return Needing(concepts).of_phrase(phrase)


def _letters(phrase: str, **concepts: tuple[str, ...]) -> set[str] | None:
    found = _needs(phrase, **concepts)
    return None if found is None else {one.letters for one in found}


def test_a_phrase_needs_its_most_telling_word() -> None:
    assert _letters("not … received") == {"received"}
    assert _letters("re-?charg*") == {"charg"}
    assert _letters("bills?") == {"bill"}
    assert _letters("*preis") == {"preis"}


def test_a_group_needs_one_of_its_choices_and_an_optional_one_none() -> None:
    assert _letters("on (hold|a stop)") == {"hold", "stop"}
    assert _letters("(please )?pay") == {"pay"}
    assert _letters("no <bill>", bill=("invoice*", "fee")) == {"invoice", "fee"}


def test_a_phrase_of_numbers_alone_needs_nothing_and_is_always_searched() -> None:
    assert _letters("# %") is None
    assert _letters("(#|invoice)") is None
    assert Sieve([_needs("#")]).may_match("") == 1


def test_a_whole_word_is_not_seen_inside_another() -> None:
    assert _needs("no") == {Stretch("no", opens=True, closes=True)}
    sieve = Sieve([_needs("no"), _needs("no*")])
    assert sieve.may_match("say no.") == 0b11
    assert sieve.may_match("a note") == 0b10
    assert sieve.may_match("piano") == 0
    assert sieve.may_match("'no'") == 0b11


@pytest.mark.parametrize(
    "phrase",
    [
        "(n'|ne )(pay*|régl*)",
        "\\w+n't pay",
        "(wei|fro)ght",
        "pay(s|ing)? (the )?bill",
        "(a|b) ?day",
        "w-?[89]\\w*",
        "(very |too ){0,2}?late",
        "until … (paid|done)",
    ],
)
def test_whatever_a_pattern_finds_the_sieve_has_seen(phrase: str) -> None:
    texts = (
        "n'paye ne réglons",
        "we don't pay",
        "fro weight froght",
        "pays bill paying the bill",
        "bday, a day b  day",
        "w-8ben w9",
        "too late very late late",
        "until it is paid, 'done'",
    )
    found = pattern([phrase], {})
    assert any(found.search(text) for text in texts)
    for text in texts:
        if found.search(text):
            assert Sieve([_needs(phrase)]).may_match(text), text


def _said() -> Iterator[str]:
    for name in ("development.csv", "held_out.csv"):
        with (_HERE / name).open(encoding="utf-8", newline="") as handle:
            for row in csv.reader(handle):
                yield from (cell for cell in row if " " in cell)


def _all_phrases(book: Rulebook) -> set[Phrases]:
    rules = [*book.alone, *book.pairs]
    named = {words for rule in rules for words in (*rule.all, *rule.unless)}
    finds = {rule.find for rule in rules if rule.find}
    others = {book.fillers, book.denials, book.contrasts, book.troubles}
    return {one for one in {*named, *finds, *others} if one.phrases}


@pytest.mark.parametrize("book", rulebooks(), ids=lambda book: book.name)
def test_the_sieve_loses_nothing_of_the_rules_over_the_labelled_replies(book: Rulebook) -> None:
    phrases = _all_phrases(book)
    matched = 0
    for text in map(folded, _said()):
        seen = book.sieve.may_match(text)
        for one in phrases:
            is_there = one.pattern.search(text) is not None
            assert one.is_in(text, seen) == is_there, (text, one.phrases)
            matched += is_there
    assert matched
