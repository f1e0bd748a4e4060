"""A changed policy in pilot.toml and on the record, and put back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.ledger.entries import what_happened
from pipeline.model import CountbackError, Entry, WrongCall
from pipeline.pilot import Pilot
from pipeline.replaying import as_it_stands
from pipeline.replaying.conditions import in_words, thresholds, with_numbers
from pipeline.replaying.proposal import Proposal
from pipeline.replaying.saving import changed_text, save, undo_change
from tests.replaying.conftest import NOW, ON, SETTINGS, changed, shorter


def saved(pilot: Pilot, after: Proposal, by: str = "Ana") -> Entry:
    seen = as_it_stands(pilot).fingerprint
    return save(pilot, after, seen=seen, by=by, now=NOW, on_day=ON)


def written(pilot: Pilot) -> str:
    return (pilot.folder / "pilot.toml").read_text(encoding="utf-8")


def test_a_saved_policy_is_the_pilots_own_and_on_the_record(pilot: Pilot) -> None:
    entry = saved(pilot, shorter(pilot))
    now = Pilot.open(pilot.folder)
    assert now.policy.fingerprint == shorter(pilot).policy.fingerprint
    assert now.policy.fingerprint != pilot.policy.fingerprint
    assert (entry.kind, entry.by, entry.subject) == ("policy_changed", "Ana", "policy")
    assert entry.payload["before"]["policy"] == pilot.policy.fingerprint
    assert entry.payload["after"]["policy"] == now.policy.fingerprint
    assert entry.payload["after"]["rules"][0]["when"].endswith("0 and 30")
    assert what_happened(entry) == "changed (mid-renewal says 30 instead of 60)"


def test_the_rest_of_the_file_stays_as_it_was_written(pilot: Pilot) -> None:
    saved(pilot, shorter(pilot))
    text = written(pilot)
    for kept in ("# Ours, and to stay.", "# What leaves, and how.", "gap_days = 9", "EUR = 1.10"):
        assert kept in text
    assert text.count("[[rule]]") == 2
    assert Pilot.open(pilot.folder).settings.outbox == pilot.settings.outbox


def test_undo_puts_the_policy_back_and_both_acts_stay_on_the_record(pilot: Pilot) -> None:
    first = saved(pilot, shorter(pilot))
    back = undo_change(pilot, first.event_id, by="Ben", now=NOW, on_day=ON)
    assert Pilot.open(pilot.folder).policy.fingerprint == pilot.policy.fingerprint
    assert [entry.by for entry in pilot.entries()] == ["Ana", "Ben"]
    assert back.payload["undoes"] == first.event_id
    with pytest.raises(CountbackError, match="changed again since"):
        undo_change(pilot, first.event_id, by="Ben", now=NOW, on_day=ON)


def test_undoing_the_first_rules_of_its_own_returns_to_the_shipped_ones(pilot: Pilot) -> None:
    (pilot.folder / "pilot.toml").write_text("[pilot]\nname = 'P'\n", encoding="utf-8")
    shipped = Pilot.open(pilot.folder)
    entry = saved(shipped, changed(shipped, "mid-renewal", off=True))
    assert "off = true" in written(pilot)
    undo_change(shipped, entry.event_id, by="Ana", now=NOW, on_day=ON)
    assert "[[rule]]" not in written(pilot)
    assert Pilot.open(pilot.folder).policy == shipped.policy


def test_every_rule_may_be_off_and_the_guards_still_stand(pilot: Pilot) -> None:
    now = as_it_stands(pilot)
    saved(pilot, replace(now, rules=tuple({**rule, "off": True} for rule in now.rules)))
    names = [rule.name for rule in Pilot.open(pilot.folder).policy.rules]
    assert names == [
        *("hands-off list", "dispute open", "no due date", "not yet due", "on hold", "routine")
    ]


def test_a_policy_changed_by_somebody_since_is_not_written_over(pilot: Pilot) -> None:
    seen = as_it_stands(pilot).fingerprint
    saved(pilot, shorter(pilot))
    again = changed(pilot, "large", off=True)
    with pytest.raises(CountbackError, match="changed by somebody since"):
        save(pilot, again, seen=seen, by="Ben", now=NOW, on_day=ON)


def test_an_account_put_on_the_hands_off_list_since_is_not_taken_off_again(pilot: Pilot) -> None:
    seen = as_it_stands(pilot).fingerprint
    saved(pilot, replace(as_it_stands(pilot), hands_off=("c3",)))
    with pytest.raises(CountbackError, match="changed by somebody since"):
        save(pilot, shorter(pilot), seen=seen, by="Ben", now=NOW, on_day=ON)
    assert Pilot.open(pilot.folder).settings.lists.hands_off == ("c3",)


@pytest.mark.parametrize(
    ("rule", "by", "said"),
    [
        ({"when": "no_such_column > 1"}, "Ana", r"'large'.*no_such_column"),
        ({}, "Ana", "Nothing is changed"),
        ({"off": True}, " ", "Nobody is named"),
    ],
)
def test_what_is_refused_leaves_no_trace(
    pilot: Pilot, rule: dict[str, object], by: str, said: str
) -> None:
    with pytest.raises(WrongCall, match=said):
        saved(pilot, changed(pilot, "large", **rule), by=by)
    assert written(pilot) == SETTINGS
    assert pilot.entries() == []


def test_a_record_that_cannot_be_written_puts_the_file_back(pilot: Pilot) -> None:
    (pilot.folder / "ledger.sqlite").mkdir()
    seen = as_it_stands(pilot).fingerprint
    with pytest.raises(CountbackError):
        save(pilot, shorter(pilot), seen=seen, by="Ana", now=NOW, on_day=ON)
    assert written(pilot) == SETTINGS


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[lists]\nhands_off = ["c1"]\n'),
        ("[lists]\n[outbox]\n", '[lists]\nhands_off = ["c1"]\n[outbox]\n'),
        (
            '[lists]\nhands_off = [ # ours\n  "c9",\n]\n[outbox]\n',
            '[lists]\nhands_off = ["c1"]\n[outbox]\n',
        ),
    ],
)
def test_the_hands_off_list_is_written_where_it_belongs(before: str, after: str) -> None:
    assert changed_text(before, (), ("c1",)) == after


def test_a_file_that_only_a_person_can_change_is_left_alone() -> None:
    inline = 'rule = [{ name = "a", lane = "waiting", when = "true" }]\n'
    with pytest.raises(CountbackError, match="by hand"):
        changed_text(inline, ({"name": "b", "lane": "waiting", "when": "true"},), ())


def test_numbers_of_a_condition_are_found_and_replaced_one_by_one() -> None:
    when = "days_past_due > 12 and tier <> 'top 10' and score1 < 0.5"
    assert [(t.text, t.column) for t in thresholds(when)] == [
        ("12", "days_past_due"),
        ("0.5", "days_past_due"),
    ]
    assert with_numbers(when, {1: "0.75"}) == when.replace("0.5", "0.75")
    with pytest.raises(WrongCall, match="'1; drop' is no number"):
        with_numbers(when, {0: "1; drop"})


def test_a_condition_is_read_out_in_words() -> None:
    assert in_words("days_to_renewal is not null and days_to_renewal between 0 and 60") == (
        "days to renewal is known and days to renewal is between 0 and 60"
    )
    assert in_words("is_po_missing and not is_po_waived and tier = 'a_b'") == (
        "it is po missing and it is not po waived and tier is 'a_b'"
    )
