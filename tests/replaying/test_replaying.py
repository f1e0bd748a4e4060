"""A replay by hand: what moves on which day, what becomes of decided drafts, and how it is said."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.demo import STORIES
from pipeline.model import WrongCall
from pipeline.pilot import Pilot
from pipeline.replaying import (
    NOT_A_CAUSE,
    Proposal,
    Replay,
    as_it_stands,
    changes,
    read_proposal,
    replay,
)
from pipeline.replaying.telling import sentences
from tests.drawn import draw
from tests.replaying.conftest import BOOKS, ON, SETTINGS, changed, shorter, with_decisions
from tests.shipped import shipped


def moves(pilot: Pilot, after: Proposal, days: int = 14) -> set[tuple[object, ...]]:
    return moved(replay(pilot, after, ON, days))


def moved(found: Replay) -> set[tuple[object, ...]]:
    return {
        (m.from_lane, m.to_lane, m.currency, m.n_cases, m.n_invoices, m.open_amount)
        for m in found.moves
    }


@pytest.fixture(scope="module")
def shortened(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """What thirty days instead of sixty change where three drafts are decided."""
    pilot = with_decisions(draw(tmp_path_factory.mktemp("books") / "pilot", BOOKS, SETTINGS))
    return replay(pilot, shorter(pilot), ON, 14)


def test_an_unchanged_policy_moves_nothing(decided: Pilot) -> None:
    found = replay(decided, as_it_stands(decided), ON, 14)
    assert found.moves == found.changes == ()
    assert {one.fate for one in found.decided} == {"same lane"}
    assert sentences(found)[0] == "Nothing is changed: both policies are the same."


def test_the_desk_is_looked_at_on_the_day_and_every_week_before(pilot: Pilot) -> None:
    found = replay(pilot, shorter(pilot), ON, 15)
    assert found.looked_at == (date(2026, 3, 6), date(2026, 3, 13), ON)


def test_what_moves_is_counted_once_in_its_own_currency(pilot: Pilot) -> None:
    """c1 is 65, 58 and 51 days before its renewal on the three days, c2 34, 27 and 20."""
    replayed = replay(pilot, shorter(pilot), ON, 14)
    assert moved(replayed) == {
        ("relationship", "routine", "USD", 2, 2, Decimal("300.00")),
        ("relationship", "routine", "EUR", 1, 1, Decimal("70.00")),
    }
    found = {m.latest.invoice_id: m for m in replayed.moved}
    assert (found["far"].first_on, found["far"].latest.on) == (date(2026, 3, 13), ON)
    assert found["far"].n_days == 2
    assert found["near"].first_on == found["near"].latest.on == date(2026, 3, 6)


def test_a_day_is_sorted_with_the_record_as_it_stood_then(shortened: Replay) -> None:
    """Held on the 16th, the invoice waits on the 20th by both policies, but not on the 13th."""
    found = {m.latest.invoice_id: m for m in shortened.moved}
    assert found["far"].latest.on == date(2026, 3, 13)
    assert found["far"].n_days == 1


def test_decided_drafts_are_told_apart_by_what_becomes_of_them(shortened: Replay) -> None:
    """On the days of the decisions c1 is 55 and 53 days before its renewal, c2 23."""
    found = shortened
    assert [(one.case_id, one.fate, one.to_lane) for one in found.decided] == [
        ("c1/relationship/USD", "other message", "routine"),
        ("c2/relationship/USD", "same lane", None),
        ("c1/relationship/EUR", "other message", "routine"),
    ]
    (rule,) = found.rules
    assert (rule.rule, rule.decided, rule.overridden) == ("mid-renewal", 3, 1)
    assert (rule.overridden_touched, rule.accepted_touched, rule.no_message) == (1, 1, 0)
    assert rule.reasons == {"RELATIONSHIP": 1}
    assert found.not_gone == ()


def test_the_result_is_one_sentence_and_claims_no_cause(shortened: Replay) -> None:
    said = (
        "If mid-renewal says 30 instead of 60: 1 of mid-renewal's 1 overridden draft and 1 of its "
        "2 accepted would not have been offered as an owner's nudge (2 a reminder); "
        "1 other case moves on the 3 days looked at, $200.00."
    )
    assert sentences(shortened) == (said, NOT_A_CAUSE)


def test_a_message_that_would_not_have_gone_is_named(decided: Pilot) -> None:
    found = replay(decided, changed(decided, "mid-renewal", lane="waiting"), ON, 14)
    assert [one.case_id for one in found.not_gone] == ["c2/relationship/USD", "c1/relationship/EUR"]
    assert "2 approved messages would not have gone." in sentences(found)


def test_a_rule_that_is_off_sorts_nothing(pilot: Pilot) -> None:
    off = changed(pilot, "mid-renewal", off=True)
    assert [c.words for c in changes(as_it_stands(pilot), off)] == ["is switched off"]
    assert moves(pilot, off, 0) == {
        ("relationship", "routine", "USD", 2, 2, Decimal("300.00")),
        ("relationship", "routine", "EUR", 1, 1, Decimal("70.00")),
    }


def test_an_account_that_is_named_hands_off_moves_to_a_person(pilot: Pilot) -> None:
    named = replace(as_it_stands(pilot), hands_off=("c3",))
    assert moves(pilot, named) == {("routine", "hands_off", "USD", 1, 1, Decimal("50.00"))}
    assert [c.words for c in changes(as_it_stands(pilot), named)] == ["the hands-off list gains c3"]


def test_a_decision_that_today_s_policy_sorts_otherwise_is_not_replayed(decided: Pilot) -> None:
    text = (decided.folder / "pilot.toml").read_text(encoding="utf-8")
    (decided.folder / "pilot.toml").write_text(text.replace("0 and 60", "0 and 30"), "utf-8")
    later = Pilot.open(decided.folder)
    found = replay(later, changed(later, "mid-renewal", off=True), ON, 14)
    assert [one.fate for one in found.decided] == ["not replayed", "other message", "not replayed"]
    assert any(said.startswith("2 decisions cannot be replayed") for said in sentences(found))


def test_a_column_that_there_is_not_is_named_with_its_rule(pilot: Pilot) -> None:
    wrong = changed(pilot, "mid-renewal", when="days_to_renewel < 30")
    with pytest.raises(WrongCall, match=r"changed.toml: rule 'mid-renewal'.*days_to_renewel"):
        replay(pilot, wrong, ON)


@pytest.mark.parametrize("days", [-1, 401])
def test_days_are_kept_within_reason(pilot: Pilot, days: int) -> None:
    with pytest.raises(WrongCall, match=f"--days {days}"):
        replay(pilot, shorter(pilot), ON, days)


# --- The command line ------------------------------------------------------------------------


def test_the_verb_prints_the_moves_as_json(
    decided: Pilot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (decided.folder / "pilot.toml").read_text(encoding="utf-8")
    (tmp_path / "shorter.toml").write_text(text.replace("0 and 60", "0 and 30"), encoding="utf-8")
    call = ["replay", "--policy", str(tmp_path / "shorter.toml"), "--pilot", str(decided.folder)]
    assert main([*call, "--as-of", "2026-03-20", "--days", "14", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"as_of", "days", "sentences", "moves", "moved", "rules", "decided"} <= set(found)
    assert [(m["currency"], m["open_amount"]) for m in found["moves"]] == [
        ("EUR", "70.00"),
        ("USD", "300.00"),
    ]
    assert main([*call, "--as-of", "2026-03-20", "--days", "14"]) == 0
    assert "mid-renewal: 1 of 3 overridden (1 Wrong play for this rel" in capsys.readouterr().out


def test_a_file_without_rules_is_refused(pilot: Pilot, tmp_path: Path) -> None:
    (tmp_path / "empty.toml").write_text("[pilot]\n", encoding="utf-8")
    for file, said in (("empty.toml", "it has no"), ("none.toml", "there is no such file")):
        with pytest.raises(WrongCall, match=said):
            read_proposal(tmp_path / file, pilot)


# --- The demo ----------------------------------------------------------------------------------


def test_week_eight_the_rule_that_keeps_being_overridden_is_named(tmp_path: Path) -> None:
    story = STORIES["week_eight"].ids["rule"]
    folder = shipped(tmp_path / "demo")
    pilot = Pilot.open(folder)
    rules = {rule["name"]: rule for rule in as_it_stands(pilot).rules}
    when = rules[story]["when"].replace("0 and 60", "0 and 30")
    found = replay(pilot, changed(pilot, story, when=when))
    worst = max(
        found.rules, key=lambda rule: rule.overridden / rule.decided if rule.decided > 4 else 0
    )
    assert worst.rule == story
    assert worst.overridden_touched > worst.overridden / 2
    assert {one.fate for one in found.decided} <= {"same lane", "other message"}
    assert f"of {story}'s" in sentences(found)[0]
