"""A planted defect can be seen, is answered once, is nobody's, and never leaves."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.attention import Planted, answer, is_answered, is_drawn, plant
from pipeline.attention.planting import Defect
from pipeline.drafting.messages import draft
from pipeline.drafting.verifying import check_text
from pipeline.ledger import Ledger
from pipeline.model import (
    CountbackError,
    Dossier,
    Draft,
    Verdict,
    canonical_json,
    fingerprint,
)
from pipeline.prompts import load_prompt
from tests.dossiers import TODAY, dossier, dossiers, invoice

REMINDER = load_prompt(Path(__file__).resolve().parents[2] / "prompts", "reminder")
NOW = datetime(2026, 4, 30, 9, tzinfo=UTC)
ACT = {"review_seconds": 31.0, "now": NOW, "on_day": TODAY}


def planted(case: Dossier | None = None) -> Planted:
    case = case or dossier(invoice(days=47, po="4500012345"))
    found = plant(draft(case, REMINDER), case)
    assert found is not None
    return found


@given(case=dossiers())
def test_what_is_planted_differs_from_the_true_draft_in_what_it_says_it_does(
    case: Dossier,
) -> None:
    true = draft(case, REMINDER)
    found = plant(true, case)
    if found is None:
        return
    assert found.draft.fingerprint != true.fingerprint
    assert found.is_gone(true)
    assert not found.is_gone(found.draft)
    assert found.wrong in f"{found.draft.to}\n{found.draft.subject}\n{found.draft.body}"


def test_every_kind_of_defect_comes_up() -> None:
    seen = {
        planted(dossier(invoice(f"INV-{n}", days=40, amount=f"6{n}.50", po=f"45{n}"))).defect
        for n in range(1001, 1120)
    }
    assert seen == set(get_args(Defect))


def test_a_false_figure_or_recipient_is_one_that_the_machine_would_have_stopped() -> None:
    """So that no such text could leave even if it were written in by hand."""
    for n in range(1001, 1060):
        case = dossier(invoice(f"INV-{n}", days=40, amount=f"6{n}.50"))
        found = planted(case)
        if found.defect in ("amount", "due_on", "invoice", "recipient", "paid"):
            said = found.draft
            checks = check_text(said.to, said.subject, said.body, case, REMINDER)
            assert not all(check.ok for check in checks), found.sentence


def test_about_the_asked_share_is_drawn_the_same_for_everybody_and_anew_each_day() -> None:
    cases = [f"C-{n}/routine/USD" for n in range(5000)]
    drawn = {case for case in cases if is_drawn("Pilot", case, TODAY, 0.04)}
    assert 0.03 < len(drawn) / len(cases) < 0.05
    assert drawn == {case for case in cases if is_drawn("Pilot", case, TODAY, 0.04)}
    tomorrow = TODAY + timedelta(days=1)
    assert drawn != {case for case in cases if is_drawn("Pilot", case, tomorrow, 0.04)}
    assert not any(is_drawn("Pilot", case, TODAY, 0.0) for case in cases)


@pytest.mark.parametrize(
    ("verdict", "is_caught"),
    [("approve", False), ("reject", True), ("hold", True), ("reroute", True)],
)
def test_to_approve_is_to_miss_it_and_to_stop_it_is_to_catch_it(
    tmp_path: Path, verdict: str, is_caught: bool
) -> None:
    found = planted()
    with closing(Ledger.open(tmp_path / "ledger.db")) as ledger:
        said = answer(ledger, found, verdict, found.draft, **ACT)  # type: ignore[arg-type]
    assert said.is_caught is is_caught
    assert found.sentence in said.sentence


def test_an_edit_catches_it_only_when_the_defect_is_gone(tmp_path: Path) -> None:
    case = dossier(invoice(days=47, po="4500012345"))
    found, true = planted(case), draft(case, REMINDER)
    elsewhere = found.draft.model_copy(update={"body": f"Good day\n{found.draft.body}"})
    with closing(Ledger.open(tmp_path / "one.db")) as ledger:
        assert not answer(ledger, found, "edit", elsewhere, **ACT).is_caught  # type: ignore[arg-type]
    with closing(Ledger.open(tmp_path / "two.db")) as ledger:
        assert answer(ledger, found, "edit", true, **ACT).is_caught  # type: ignore[arg-type]


def test_an_answer_is_the_team_s_keeps_no_text_and_is_given_once(tmp_path: Path) -> None:
    found = planted()
    with closing(Ledger.open(tmp_path / "ledger.db")) as ledger:
        entry = answer(ledger, found, "approve", found.draft, **ACT).entry  # type: ignore[arg-type]
        assert (entry.by, entry.kind) == ("review team", "seeded_check_answered")
        assert is_answered([entry], found.draft.case_id, TODAY)
        assert not is_answered([entry], found.draft.case_id, date(2026, 5, 1))
        kept = canonical_json(entry.payload)
        assert found.draft.body not in kept
        assert found.draft.to not in kept
        with pytest.raises(CountbackError, match="a check that is over"):
            answer(ledger, found, "reject", found.draft, **ACT)  # type: ignore[arg-type]


def test_where_there_is_no_draft_there_is_nothing_to_plant() -> None:
    assert plant(Draft(case_id="C-1", state="refused", why="x"), dossier()) is None


@given(case=dossiers(), verdict=st.sampled_from(get_args(Verdict)))
def test_whatever_is_planted_and_answered_no_export_holds_it(
    case: Dossier, verdict: Verdict
) -> None:
    found = plant(draft(case, REMINDER), case)
    if found is None:
        return
    with TemporaryDirectory() as folder, closing(Ledger.open(Path(folder) / "l.db")) as ledger:
        answer(ledger, found, verdict, found.draft, **ACT)  # type: ignore[arg-type]
        written = canonical_json([entry.payload for entry in ledger.entries()])
        assert {entry.kind for entry in ledger.entries()} == {"seeded_check_answered"}
    # Neither a decision that could leave, nor its words, nor the bytes that stand for them.
    said = found.draft
    for words in (said.body, said.fingerprint, fingerprint(said.to, said.subject, said.body)):
        assert canonical_json(words).strip('"') not in written
