"""The routing table tried on pasted words: reason, people and hours, and nothing written."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.disputing.trying import tried
from pipeline.settings import Settings

PEOPLE: list[dict[str, Any]] = [
    {"person_id": "P1", "name": "Ana Ruiz", "team": "sales", "is_active": True},
    {"person_id": "P2", "name": "Ben Cho", "team": "tax", "is_active": False},
    {"person_id": "P3", "name": "Cleo Diaz", "team": "finance", "is_active": True},
]
PRICE = "Hello,\nthe price on INV-1 is wrong, our contract says 40. \nRegards, Maria"


def settings(**lines: dict[str, Any]) -> Settings:
    return Settings.model_validate({"disputes": lines})


def test_a_reason_goes_to_its_owner_with_the_words_that_say_it() -> None:
    found = tried(PRICE, settings(), PEOPLE, "Ana Ruiz")
    assert (found.is_dispute, found.reason) == (True, "PRICE")
    assert found.words
    assert found.words in PRICE
    assert found.taker is not None
    assert (found.taker.owner, found.taker.backup, found.taker.sla_hours) == (
        "Ana Ruiz",
        "Cleo Diaz",
        8,
    )


def test_without_an_account_its_owner_is_not_named() -> None:
    found = tried(PRICE, settings(), PEOPLE)
    assert found.taker is not None
    assert (found.taker.owner, found.taker.backup) == (None, "Cleo Diaz")


def test_the_pilots_own_line_is_the_one_that_is_tried() -> None:
    own = settings(PRICE={"owner": "Cleo Diaz", "sla_hours": 3})
    found = tried(PRICE, own, PEOPLE)
    assert found.taker is not None
    assert (found.taker.owner, found.taker.sla_hours) == ("Cleo Diaz", 3)


def test_who_has_left_gets_nothing() -> None:
    found = tried("You charged us VAT although we are exempt.", settings(), PEOPLE)
    assert found.reason == "TAX"
    assert found.line is not None
    assert found.line.owner == "tax"
    assert found.taker is not None
    assert (found.taker.owner, found.taker.backup) == ("Cleo Diaz", None)


@pytest.mark.parametrize("text", ["We will pay on Friday.", "xyzzy", ""])
def test_what_is_no_dispute_is_routed_nowhere(text: str) -> None:
    found = tried(text, settings(), PEOPLE)
    assert (found.is_dispute, found.reason, found.line, found.taker) == (False, None, None, None)
    assert found.labels
