"""Sorting by instinct: a sample that can be drawn again, blind answers, and what they show."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest

from pipeline.ledger import Ledger
from pipeline.model import CountbackError, Entry, Lane, WrongCall
from pipeline.opportunity import measured
from pipeline.pilot import Pilot
from pipeline.sorting_session import (
    Clarity,
    answer,
    cards,
    close_part,
    look,
    open_session,
    result,
    routing_clarity,
    session_named,
    told,
    undo_answer,
)
from pipeline.sorting_session.sampling import sample
from tests.cli.drawing import call, refused
from tests.sorting_session.conftest import NOW, ON

POLICY: dict[str, Lane] = {
    "far": "relationship",
    "near": "relationship",
    "plain": "routine",
    "plain2": "routine",
    "contested": "disputed",
    "unmet": "blocked",
}


def opened(pilot: Pilot, seed: int = 7, size: int = 30) -> Entry:
    with pilot.day(ON) as day:
        return open_session(pilot, day, by="Ana", now=NOW, seed=seed, size=size)


@pytest.fixture
def ledger(pilot: Pilot) -> Iterator[Ledger]:
    opened(pilot)
    with closing(pilot.ledger()) as record:
        yield record


SESSION = "2026-03-20-1"


def sort_all(ledger: Ledger, by: str, changed: Mapping[str, Lane]) -> None:
    for name, lane in {**POLICY, **changed}.items():
        answer(ledger, SESSION, name, lane, by=by, now=NOW)
    close_part(ledger, SESSION, by=by, now=NOW)


def shown(pilot: Pilot) -> dict[str, Any]:
    entries = pilot.entries()
    return result(pilot, session_named(entries, None), entries)


# --- the sample --------------------------------------------------------------------------------


def test_every_rule_is_in_the_sample_and_nothing_not_yet_due(pilot: Pilot) -> None:
    entry = opened(pilot)
    drawn = {one["invoice_id"]: one["lane"] for one in entry.payload["sample"]}
    assert drawn == POLICY
    assert (entry.subject, entry.payload["seed"]) == (f"sorting:{SESSION}", 7)


def test_a_small_sample_still_takes_each_rule_once(pilot: Pilot) -> None:
    rules = {one["rule"] for one in opened(pilot, size=4).payload["sample"]}
    assert rules == {"routine", "mid-renewal", "dispute open", "delivery complaint open"}


def test_the_same_seed_draws_the_same_sample(pilot: Pilot) -> None:
    with pilot.day(ON) as day:
        desk = pilot.desk(day)
        drawn = [[one.invoice_id for one in sample(desk, 3, seed)] for seed in range(20)]
        again = [[one.invoice_id for one in sample(desk, 3, seed)] for seed in range(20)]
    assert drawn == again
    assert len({tuple(one) for one in drawn}) > 5


def test_the_odd_cases_come_first(pilot: Pilot) -> None:
    # In dispute and before a renewal: two lanes argue over it.
    path = pilot.exports / "customers.csv"
    path.write_text(path.read_text().replace("c4,Four,", "c4,Four,2026-04-01"))
    with Pilot.open(pilot.folder).day(ON) as day:
        desk = pilot.desk(day)
        assert {sample(desk, 6, seed)[0].invoice_id for seed in range(10)} == {"contested"}


@pytest.mark.parametrize("size", [0, 201])
def test_a_size_that_nobody_sorts_is_refused(pilot: Pilot, size: int) -> None:
    with pytest.raises(WrongCall, match="ask for 1 to 200"):
        opened(pilot, size=size)
    assert pilot.entries() == []


def test_a_day_with_nothing_past_due_is_said(pilot: Pilot) -> None:
    nothing = pytest.raises(CountbackError, match="No open invoice is past due on this day")
    with pilot.day(ON.replace(month=1, day=12)) as day, nothing:
        open_session(pilot, day, by="Ana", now=NOW, seed=1)


# --- answering ---------------------------------------------------------------------------------


def test_each_answer_is_an_entry_with_its_person(ledger: Ledger) -> None:
    written = answer(ledger, SESSION, "far", "routine", by="Ana", now=NOW)
    assert (written.kind, written.by, written.subject) == (
        "sorting_answered",
        "Ana",
        f"sorting:{SESSION}:Ana",
    )
    assert written.payload == {
        "session_id": SESSION,
        "person": "Ana",
        "invoice_id": "far",
        "lane": "routine",
    }
    assert ledger.verify().ok


def test_an_answer_is_taken_back_until_the_part_is_closed(ledger: Ledger) -> None:
    answer(ledger, SESSION, "far", "routine", by="Ana", now=NOW)
    answer(ledger, SESSION, "near", None, by="Ana", now=NOW)
    undo_answer(ledger, SESSION, by="Ana", now=NOW)
    found = session_named(ledger.entries(), SESSION)
    assert found.part("Ana").answers == {"far": "routine"}
    assert "near" in found.left("Ana")
    close_part(ledger, SESSION, by="Ana", now=NOW)
    for act in (undo_answer, close_part, look):
        with pytest.raises(CountbackError, match="Ana's part of session 2026-03-20-1 is closed"):
            act(ledger, SESSION, by="Ana", now=NOW)


def test_what_cannot_be_answered_is_one_sentence(ledger: Ledger) -> None:
    answer(ledger, SESSION, "far", "routine", by="Ana", now=NOW)
    for name, lane, words in (
        ("far", "blocked", "Ana has already sorted far"),
        ("later", "routine", "later is not in the sample"),
        ("near", "not_due", "'not_due' is no lane to sort into"),
    ):
        with pytest.raises(CountbackError, match=words):
            answer(ledger, SESSION, name, lane, by="Ana", now=NOW)  # type: ignore[arg-type]
    with pytest.raises(WrongCall, match="No sorting session 'x'"):
        answer(ledger, "x", "far", "routine", by="Ana", now=NOW)
    with pytest.raises(WrongCall, match="sort at least one"):
        close_part(ledger, SESSION, by="Ben", now=NOW)
    with pytest.raises(WrongCall, match="sorted nothing yet"):
        undo_answer(ledger, SESSION, by="Ben", now=NOW)


def test_who_looked_first_sorts_no_more(ledger: Ledger) -> None:
    look(ledger, SESSION, by="Cleo", now=NOW)
    with pytest.raises(CountbackError, match="would not be blind"):
        answer(ledger, SESSION, "far", "routine", by="Cleo", now=NOW)


def test_a_card_holds_facts_and_nothing_of_the_answer(pilot: Pilot) -> None:
    opened(pilot)
    entries = pilot.entries()
    found = cards(pilot, session_named(entries, None), entries)
    assert found.keys() == POLICY.keys()
    assert found["unmet"].on_record == ("1 open delivery ticket(s), the oldest for 15 days.",)
    assert found["contested"].on_record == ("Marked as disputed: 70.00 USD (PRICE).",)
    assert [line.invoice_id for line in found["plain"].dossier.invoices] == ["plain"]
    for card in found.values():
        assert not any(rule in str(card.on_record) for rule in ("mid-renewal", "complaint"))


# --- the result --------------------------------------------------------------------------------


def test_nothing_is_shown_of_a_part_that_is_open(pilot: Pilot, ledger: Ledger) -> None:
    answer(ledger, SESSION, "far", "routine", by="Ana", now=NOW)
    found = shown(pilot)
    assert (found["with_policy"], found["disagreements"]) == ([], [])
    assert all(one["sorted"] == {} for one in found["answers"])
    assert found["people"][0] == {
        "person": "Ana",
        "sorted": 1,
        "skipped": 0,
        "left": 5,
        "is_closed": False,
        "has_seen": False,
    }


def test_people_are_laid_beside_the_policy_and_each_other(pilot: Pilot, ledger: Ledger) -> None:
    sort_all(ledger, "Ana", {"far": "routine"})
    sort_all(ledger, "Ben", {"far": "routine", "unmet": "hands_off"})
    found = shown(pilot)
    ana, ben = found["with_policy"]
    assert (ana["k"], ana["n"], ben["k"], ben["n"]) == (5, 6, 4, 6)
    # Ana: 5/6 alike; by chance (3 x 2 + 1 x 2 + 1 + 1) / 36 = 10/36; kappa 20/26.
    assert ana["kappa"] == pytest.approx(20 / 26)
    assert ana["verdict"] == "cannot tell"
    assert "6 items are too few" in ana["sentence"]
    rules = {one["rule"]: (one["k"], one["n"]) for one in ana["by_rule"]}
    assert rules == {
        "mid-renewal": (1, 2),
        "routine": (2, 2),
        "dispute open": (1, 1),
        "delivery complaint open": (1, 1),
    }
    (pair,) = found["between_people"]
    assert (pair["first"], pair["second"], pair["k"], pair["n"]) == ("Ana", "Ben", 5, 6)
    assert json.loads(json.dumps(found, default=str))["seed"] == 7
    assert any("Ana says routine" in line for line in told(found))


def changes_of(found: Mapping[str, Any], invoice_id: str) -> list[str]:
    return next(one["changes"] for one in found["disagreements"] if one["invoice_id"] == invoice_id)


def test_a_number_that_would_move_the_case_is_named_with_what_else_moves(
    pilot: Pilot, ledger: Ledger
) -> None:
    sort_all(ledger, "Ana", {"far": "routine"})
    # 51 days: under 50 the rule lets go of it and keeps the one 20 days ahead.
    assert changes_of(shown(pilot), "far") == [
        "In “mid-renewal”, days to renewal: 60 to 50; moves nothing else that is open.",
        "In “mid-renewal”, days to renewal: 0 to 52; moves 1 other open invoice as well.",
        "Switch “mid-renewal” off; moves 1 other open invoice as well.",
    ]


def test_two_rules_may_change_places(pilot: Pilot, ledger: Ledger) -> None:
    path = pilot.exports / "customers.csv"
    path.write_text(path.read_text().replace("c5,Five,", "c5,Five,2026-04-01"))
    sort_all(ledger, "Ana", {"unmet": "relationship"})
    changed = changes_of(shown(Pilot.open(pilot.folder)), "unmet")
    assert (
        "Put “mid-renewal” above “delivery complaint open”; moves nothing else that is open."
        in (changed)
    )


def test_a_guard_is_no_matter_of_policy_and_a_missing_rule_is_to_be_written(
    pilot: Pilot, ledger: Ledger
) -> None:
    sort_all(ledger, "Ana", {"contested": "routine", "plain": "hands_off"})
    found = shown(pilot)
    assert changes_of(found, "contested")[0].startswith("Nothing: “dispute open” always stands")
    assert "would have to be written above “routine”" in changes_of(found, "plain")[0]


# --- where it goes -----------------------------------------------------------------------------


def test_two_people_say_how_clear_the_sorting_is_and_else_one_and_the_policy(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    sort_all(ledger, "Ana", {"far": "routine"})
    assert routing_clarity(ledger.entries()) is None  # six invoices measure nothing
    monkeypatch.setattr("pipeline.sorting_session.clarity.FEWEST_SORTED", 6)
    assert routing_clarity(ledger.entries()) == Clarity(SESSION, 5, 6, "Ana and the policy")
    sort_all(ledger, "Ben", {"far": "blocked", "near": "routine"})
    assert routing_clarity(ledger.entries()) == Clarity(SESSION, 4, 6, "Ana and Ben")


def test_the_opportunity_score_takes_it_from_the_record(
    pilot: Pilot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.sorting_session.clarity.FEWEST_SORTED", 6)
    sort_all(ledger, "Ana", {"far": "routine"})
    with pilot.day(ON) as day:
        found = measured(day, pilot.settings, pilot.entries())["routing_clarity"]
        assert "routing_clarity" not in measured(day, pilot.settings)
    # Wilson's 80% interval of 5/6 begins at 0.575.
    assert (found.tag, found.value) == ("measured", pytest.approx(0.5747, abs=1e-3))
    assert "Ana and the policy sorted 5 of 6 invoices alike in session" in found.source


def test_the_command_line_prints_the_newest_session(pilot: Pilot, ledger: Ledger) -> None:
    said = call("sorting", "--pilot", pilot.folder, "--json")
    assert (said.status, said.data["session"], said.data["with_policy"]) == (1, SESSION, [])
    sort_all(ledger, "Ana", {"far": "routine"})
    said = call("sorting", "--pilot", pilot.folder, "--json")
    assert (said.status, said.data["with_policy"][0]["person"]) == (0, "Ana")
    refused(call("sorting", "--session", "x", "--pilot", pilot.folder), 2, "'x'", SESSION)


def test_without_a_session_the_command_line_says_where_to_open_one(pilot: Pilot) -> None:
    refused(call("sorting", "--pilot", pilot.folder, "--json"), 1, "Work > Sorting session")
