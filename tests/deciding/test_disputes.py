"""A dispute goes from flag to owner to acceptance to close, in that order and no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.deciding import (
    accept_dispute,
    assign_dispute,
    close_dispute,
    dispute_state,
    dispute_subject,
    flag_dispute,
)
from pipeline.ledger import Ledger, Stale
from pipeline.model import CountbackError, Entry, WrongCall
from tests.histories import DAY, NOON, note

WHEN: dict[str, Any] = {"now": NOON, "on_day": DAY}


def flag(ledger: Ledger, **more: Any) -> Entry:
    return flag_dispute(ledger, "INV-7", **{"by": "ana", "reason": "price", **WHEN, **more})


def assign(ledger: Ledger, owner: str = "ben") -> Entry:
    return assign_dispute(ledger, "INV-7", by="ana", owner=owner, **WHEN)


def accept(ledger: Ledger, by: str = "ben") -> Entry:
    return accept_dispute(ledger, "INV-7", by=by, **WHEN)


def close(ledger: Ledger, outcome: str = "credited") -> Entry:
    return close_dispute(ledger, "INV-7", by="ben", outcome=outcome, **WHEN)


STEPS: dict[str, Callable[[Ledger], Entry]] = {
    "flag": flag,
    "assign": assign,
    "accept": accept,
    "close": close,
}
#: Which step may follow, told apart from the code under test.
MAY_FOLLOW = {
    "": {"flag"},
    "flag": {"assign"},
    "assign": {"assign", "accept"},
    "accept": {"assign", "close"},
    "close": {"flag"},
}


def stage(ledger: Ledger) -> tuple[str | None, str | None, bool]:
    state = dispute_state(ledger.about(dispute_subject("INV-7")))
    return state.stage, state.owner, state.is_open


def test_a_dispute_goes_its_way(ledger: Ledger) -> None:
    assert stage(ledger) == (None, None, False)
    flag(ledger)
    assert stage(ledger) == ("flagged", None, True)
    assign(ledger)
    assert stage(ledger) == ("assigned", "ben", True)
    accept(ledger)
    assert stage(ledger) == ("accepted", "ben", True)
    close(ledger)
    assert stage(ledger) == ("closed", "ben", False)
    flag(ledger)
    assert stage(ledger) == ("flagged", None, True)


def test_every_step_names_its_invoice_and_what_was_said(ledger: Ledger) -> None:
    received = NOON - timedelta(hours=3)
    written = [
        flag(ledger, amount=Decimal("120.50"), received_at=received, note="see ticket 4"),
        assign(ledger),
        accept(ledger),
        close(ledger),
    ]
    assert [entry.payload for entry in written] == [
        {
            "invoice_id": "INV-7",
            "reason": "price",
            "amount": "120.50",
            "received_at": "2026-03-02T09:00:00+00:00",
            "note": "see ticket 4",
        },
        {"invoice_id": "INV-7", "owner": "ben"},
        {"invoice_id": "INV-7"},
        {"invoice_id": "INV-7", "outcome": "credited"},
    ]
    assert {entry.subject for entry in written} == {"dispute:INV-7"}
    assert [entry.version for entry in written] == [1, 2, 3, 4]


def test_a_dispute_that_is_handed_on_waits_for_its_new_owner(ledger: Ledger) -> None:
    for step in (flag, assign, accept):
        step(ledger)
    assign(ledger, owner="cleo")
    assert stage(ledger) == ("assigned", "cleo", True)
    with pytest.raises(CountbackError, match="assigned to cleo, not to ben"):
        accept(ledger, by="ben")
    accept(ledger, by="cleo")
    assert stage(ledger) == ("accepted", "cleo", True)


def test_another_invoice_is_another_dispute(ledger: Ledger) -> None:
    flag(ledger)
    with pytest.raises(CountbackError, match="INV-8 is not disputed"):
        assign_dispute(ledger, "INV-8", by="ana", owner="ben", **WHEN)


@given(st.lists(st.sampled_from(sorted(STEPS)), max_size=9))
def test_only_the_step_whose_turn_it_is_is_taken(attempts: list[str]) -> None:
    with TemporaryDirectory() as folder:
        ledger = Ledger.open(Path(folder) / "ledger.sqlite")
        last, taken = "", 0
        for attempt in attempts:
            if attempt in MAY_FOLLOW[last]:
                STEPS[attempt](ledger)
                last, taken = attempt, taken + 1
            else:
                with pytest.raises(CountbackError, match="so its dispute cannot be"):
                    STEPS[attempt](ledger)
        assert len(ledger.entries()) == taken
        assert ledger.verify().ok
        ledger.close()


WRONG_ORDER = [
    ([], accept, "INV-7 is not disputed, so its dispute cannot be accepted now: flag it first."),
    (
        [flag],
        flag,
        (
            "INV-7 is disputed, flagged, so its dispute cannot be flagged now: "
            "assign it to an owner next."
        ),
    ),
    (
        [flag],
        accept,
        (
            "INV-7 is disputed, flagged, so its dispute cannot be accepted now: "
            "assign it to an owner next."
        ),
    ),
    (
        [flag, assign],
        close,
        (
            "INV-7 is disputed, assigned, so its dispute cannot be closed now: "
            "let its owner accept it next."
        ),
    ),
    (
        [flag, assign, accept],
        accept,
        (
            "INV-7 is disputed, accepted, so its dispute cannot be accepted now: "
            "hand it on or close it next."
        ),
    ),
    (
        [flag, assign, accept, close],
        close,
        (
            "INV-7 is no longer disputed, so its dispute cannot be closed now: "
            "flag it again if it is disputed anew."
        ),
    ),
]


@pytest.mark.parametrize(("before", "step", "sentence"), WRONG_ORDER)
def test_the_wrong_order_is_one_sentence(
    ledger: Ledger,
    before: list[Callable[[Ledger], Entry]],
    step: Callable[[Ledger], Entry],
    sentence: str,
) -> None:
    for earlier in before:
        earlier(ledger)
    with pytest.raises(CountbackError) as refused:
        step(ledger)
    assert str(refused.value) == sentence


def test_only_the_assigned_person_accepts(ledger: Ledger) -> None:
    flag(ledger)
    assign(ledger, owner="ben")
    with pytest.raises(CountbackError) as refused:
        accept(ledger, by="ana")
    assert str(refused.value) == (
        "The dispute on INV-7 is assigned to ben, not to ana: "
        "ben accepts it, or assign it to ana first."
    )


def test_two_who_assign_at_once_do_not_overwrite_each_other(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    flag(ledger)
    seen = ledger.about(dispute_subject("INV-7"))
    assign(ledger, owner="ben")
    monkeypatch.setattr(ledger, "about", lambda subject: seen)
    with pytest.raises(Stale, match="dispute:INV-7 was assigned to ben by ana"):
        assign(ledger, owner="cleo")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"reason": " "}, "Flagging INV-7 as disputed needs a reason"),
        ({"amount": Decimal(0)}, "0 cannot be the disputed amount of INV-7: give more than 0"),
        ({"amount": Decimal(-5)}, "-5 cannot be the disputed amount"),
        ({"amount": Decimal("NaN")}, "NaN cannot be the disputed amount"),
        ({"received_at": NOON + timedelta(1)}, "INV-7 cannot have been received at 2026-03-03T12"),
        ({"received_at": NOON.replace(tzinfo=None)}, "The receipt 2026-03-02T12:00:00 has no time"),
        ({"by": ""}, "Nobody is named"),
    ],
)
def test_a_flag_that_cannot_be_is_refused(
    ledger: Ledger, said: dict[str, object], sentence: str
) -> None:
    with pytest.raises(WrongCall) as refused:
        flag(ledger, **said)
    assert sentence in str(refused.value)
    assert ledger.entries() == []


def test_an_owner_and_an_outcome_are_needed(ledger: Ledger) -> None:
    flag(ledger)
    with pytest.raises(WrongCall, match="Assigning the dispute on INV-7 needs the person"):
        assign(ledger, owner="")
    assign(ledger)
    accept(ledger)
    with pytest.raises(WrongCall, match="Closing the dispute on INV-7 needs its outcome"):
        close(ledger, outcome=" ")


def test_other_entries_on_a_dispute_change_nothing_but_its_version(ledger: Ledger) -> None:
    flag(ledger)
    ledger.append(note(dispute_subject("INV-7")))
    assert stage(ledger) == ("flagged", None, True)
    assert assign(ledger).version == 3
