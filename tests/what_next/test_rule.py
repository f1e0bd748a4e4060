"""The rule that holds is the signed one, read back from its own words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.ledger import Ledger
from pipeline.protocol import Charter, Clause, amend, charter, decision_rule, rule_numbers, sign
from pipeline.settings import Settings
from pipeline.what_next import fixed_rule

EARLY, LATE = date(2026, 1, 2), date(2026, 3, 5)
NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)


def settings(**rule: float) -> Settings:
    return Settings.model_validate(
        {
            "pilot": {"name": "Spring", "started_on": date(2026, 1, 1)},
            "segment": {"where": "tier = 'mid'"},
            "control": {"where": "tier = 'smb'"},
            "protocol": rule,
        }
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger.open(tmp_path / "ledger.sqlite")) as opened:
        yield opened


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"extend_days": 2.5, "dispute_hours": 6, "seeds_caught": 0.9},
        {"extend_days": 0.1, "dispute_hours": 999.5, "seeds_caught": 0.55},
    ],
)
def test_the_numbers_of_a_rule_are_read_back_from_its_words(rule: dict[str, float]) -> None:
    agreed = settings(**rule)
    assert rule_numbers(decision_rule(agreed)) == agreed.protocol


def test_a_rule_in_other_words_is_not_guessed_at() -> None:
    assert rule_numbers("Extend if everybody is happy.") is None
    ours = decision_rule(settings())
    assert rule_numbers(ours.replace("stop if", "go on if")) is None
    assert rule_numbers(ours.replace("85%", "850%")) is None
    assert rule_numbers(ours.replace("3 days", "three days")) is None


def test_while_nothing_is_signed_the_rule_was_never_fixed() -> None:
    found = fixed_rule(settings(), [], EARLY)
    assert (found.fixed_on, found.by) == (None, "")
    assert found.numbers == settings().protocol
    assert "never fixed" in found.notes[0]


def test_the_signed_rule_is_judged_by_whatever_pilot_toml_says_now(ledger: Ledger) -> None:
    agreed = settings(extend_days=2.0)
    sign(ledger, charter(agreed), agreed, by="Ana", now=NOW, on_day=EARLY)
    same = fixed_rule(agreed, ledger.entries(), LATE)
    assert (same.fixed_on, same.by, same.notes) == (EARLY, "Ana", ())
    later = fixed_rule(settings(extend_days=0.5), ledger.entries(), LATE)
    assert later.text == decision_rule(agreed)
    assert later.numbers == agreed.protocol
    assert "the signed ones are judged by" in later.notes[0]
    assert fixed_rule(agreed, ledger.entries(), date(2026, 1, 1)).fixed_on is None


def test_a_rule_that_was_changed_says_so_and_when(ledger: Ledger) -> None:
    agreed, later = settings(), settings(extend_days=1.0)
    sign(ledger, charter(agreed), agreed, by="Ana", now=NOW, on_day=EARLY)
    amend(ledger, charter(later), "Finance asked", by="Ben", now=NOW, on_day=LATE)
    found = fixed_rule(later, ledger.entries(), LATE)
    assert (found.fixed_on, found.by) == (LATE, "Ben")
    assert found.notes[0] == (
        "Signed by Ana on 2026-01-02 with other words; changed by Ben on 2026-03-05: Finance asked"
    )
    # The first read-out is over at the close of 1 March: these words saw the data.
    assert "already over" in found.notes[1]


def test_signed_words_that_cannot_be_judged_here_are_left_to_people(ledger: Ledger) -> None:
    own = Charter(clauses=(Clause(heading="Decision rule", says="Ask Priya."),))
    sign(ledger, own, settings(), by="Ana", now=NOW, on_day=EARLY)
    found = fixed_rule(settings(), ledger.entries(), LATE)
    assert (found.text, found.numbers) == ("Ask Priya.", None)
    assert "by hand" in found.notes[-1]
