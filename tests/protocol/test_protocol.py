"""What is agreed before the data is signed once; any later change is an event with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.ledger import Ledger
from pipeline.model import CountbackError, WrongCall
from pipeline.protocol import (
    Step,
    amend,
    charter,
    decision_rule,
    document_path,
    path_of,
    printed,
    sign,
    signed,
)
from pipeline.settings import Settings

ON = date(2026, 1, 2)
ACT = {"now": datetime(2026, 1, 2, 9, tzinfo=UTC), "on_day": ON}


def settings(**more: object) -> Settings:
    given: dict[str, object] = {
        "pilot": {"name": "Spring", "company": "Northlight", "started_on": date(2026, 1, 1)},
        "segment": {"name": "Mid", "where": "tier = 'mid'"},
        "control": {"where": "tier = 'smb'"},
    }
    return Settings.model_validate({**given, **more})


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger.open(tmp_path / "ledger.sqlite")) as opened:
        yield opened


def test_the_rule_says_its_numbers_before_the_data() -> None:
    said = decision_rule(
        settings(protocol={"extend_days": 2.5, "dispute_hours": 6, "seeds_caught": 0.9})
    )
    assert "at least 2.5 days" in said
    assert "within 6 business hours" in said
    assert "at least 90% of" in said


def test_what_is_signed_stands_whatever_pilot_toml_says_later(ledger: Ledger) -> None:
    agreed = charter(settings())
    sign(ledger, agreed, settings(), by="Ana", **ACT)
    stands = signed(ledger.entries())
    assert stands is not None
    assert (stands.charter, stands.by, stands.changes) == (agreed, "Ana", ())
    later = charter(settings(segment={"name": "Mid", "where": "tier = 'top'"}))
    [(heading, was, now_says)] = stands.charter.differs(later)
    assert heading == "Segment"
    assert ("tier = 'mid'" in was, "tier = 'top'" in now_says) == (True, True)


def test_a_change_is_an_event_with_what_differs_and_why(ledger: Ledger) -> None:
    sign(ledger, charter(settings()), settings(), by="Ana", **ACT)
    later = charter(settings(protocol={"extend_days": 1.0}))
    entry = amend(ledger, later, "  finance  says so ", by="Ben", **ACT)
    assert entry.payload["reason"] == "finance says so"
    assert [name for name, *_ in entry.payload["differs"]] == ["Decision rule"]
    stands = signed(ledger.entries())
    assert stands is not None
    assert (stands.by, stands.charter, stands.changes) == ("Ana", later, (entry,))


def test_it_is_signed_once_and_changed_only_when_something_differs(ledger: Ledger) -> None:
    agreed = charter(settings())
    with pytest.raises(CountbackError, match="Nothing is signed yet"):
        amend(ledger, agreed, "x", by="Ana", **ACT)
    sign(ledger, agreed, settings(), by="Ana", **ACT)
    with pytest.raises(CountbackError, match="signed by Ana on 2026-01-02"):
        sign(ledger, agreed, settings(), by="Ben", **ACT)
    with pytest.raises(CountbackError, match="Nothing differs"):
        amend(ledger, agreed, "x", by="Ben", **ACT)
    with pytest.raises(WrongCall, match="needs its reason"):
        amend(ledger, charter(settings(rates={"EUR": 1}, segment={})), " ", by="Ben", **ACT)


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ({"pilot": {"name": "x"}}, "started_on"),
        ({"segment": {}}, "the page Segment"),
        ({"control": {}}, "compared with"),
        (
            {
                "windows": {
                    "selection": (date(2025, 1, 1), date(2025, 8, 1)),
                    "baseline": (date(2025, 7, 1), date(2025, 12, 31)),
                }
            },
            "overlaps",
        ),
    ],
)
def test_what_cannot_carry_a_comparison_is_not_signed(
    ledger: Ledger, missing: dict[str, object], words: str
) -> None:
    chosen = settings(**missing)
    with pytest.raises(CountbackError, match=words):
        sign(ledger, charter(chosen), chosen, by="Ana", **ACT)
    with pytest.raises(WrongCall, match="Nobody is named"):
        sign(ledger, charter(settings()), settings(), by=" ", **ACT)
    assert ledger.entries() == []


def test_the_path_to_paid_is_the_one_written_down_last(ledger: Ledger) -> None:
    with pytest.raises(WrongCall, match="no step"):
        document_path(ledger, [Step(step=" ")], by="Ana", **ACT)
    assert path_of(ledger.entries()) == ()
    document_path(ledger, [Step(step="Look it up", minutes=4)], by="Ana", **ACT)
    steps = [Step(step="Look it up", who="Ben", where="ERP", minutes=6), Step(step="Write")]
    document_path(ledger, steps, by="Ben", **ACT)
    assert path_of(ledger.entries()) == tuple(steps)


def test_the_page_to_print_holds_every_clause_and_runs_nothing(ledger: Ledger) -> None:
    chosen = settings(segment={"name": "<b>Mid</b>", "where": "name <> '<script>'"})
    agreed = charter(chosen)
    sign(ledger, agreed, chosen, by="Ana <x>", **ACT)
    steps = [Step(step="Call & ask", who="Ben", minutes=3)]
    stands = signed(ledger.entries())
    page = printed("Spring", agreed, stands, steps, synthetic=True)
    assert "<script" not in page
    assert "&lt;b&gt;Mid&lt;/b&gt;" in page
    assert "Signed by Ana &lt;x&gt;, 2026-01-02 09:00 UTC" in page
    assert "Call &amp; ask" in page
    assert "Synthetic data" in page
    assert page.count("<h2>") == len(agreed.clauses) + 1
    assert page == printed("Spring", agreed, stands, steps, synthetic=True)
