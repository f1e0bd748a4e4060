"""An edit is shown word by word, measured, and told apart: wording, figures, recipient."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.drafting.edits import Segment, edit_rate, protected_change, suggest_reason, word_diff
from pipeline.drafting.messages import draft
from pipeline.prompts import load_prompt
from tests.dossiers import dossier, invoice

REMINDER = load_prompt(Path(__file__).resolve().parents[2] / "prompts", "reminder")
CASE = dossier(invoice(days=20, po="4500012345"))
WORDS = st.lists(st.sampled_from(["pay", "us", "now", "$5.00", "please"]), max_size=12).map(
    " ".join
)


def test_the_diff_shows_what_was_taken_out_and_put_in() -> None:
    assert word_diff("Please pay now.\n\nThanks", "Kindly pay now.\n\nThanks") == [
        Segment("delete", "Please "),
        Segment("insert", "Kindly"),
        Segment("equal", " pay now.\n\nThanks"),
    ]


@given(WORDS, WORDS)
def test_kept_and_inserted_words_are_the_final_text_kept_and_deleted_the_draft(
    before: str, after: str
) -> None:
    segments = word_diff(before, after)
    final = "".join(s.text for s in segments if s.op != "delete")
    assert final == after
    assert "".join(s.text for s in segments if s.op != "insert").split() == before.split()


@pytest.mark.parametrize(
    ("before", "after", "rate"),
    [
        ("a b c d", "a b c d", 0.0),
        ("a b c d", "a x c d", 0.25),
        ("a b", "a b c d", 0.5),
        ("a b c d", "a b", 1.0),
        ("a b c d", "a", 3.0),
        ("a", "", 1.0),
        ("", "", 0.0),
    ],
)
def test_the_edit_rate_is_word_edits_over_words_of_the_final_text(
    before: str, after: str, rate: float
) -> None:
    assert edit_rate(before, after) == rate


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("Could you tell us", "Would you kindly tell us", False),
        ("$60,000.00 was", "60,000 was", False),
        ("$60,000.00 was", "$60,000.01 was", True),
        ("20 days past due", "twenty days past due", False),
        ("20 days past due", "21 days past due", True),
        ("10 April 2026", "2026-04-10", False),
        ("10 April 2026", "11 April 2026", True),
        ("4500012345", "4500012346", True),
        ("INV-1001 for", "INV-1007 for", True),
        ("Hi Maria", "Hi Bob", True),
        ("Kind regards,", "Write to x@attacker.example.\n\nKind regards,", True),
        ("Kind regards,", "See www.attacker.example\n\nKind regards,", True),
    ],
)
def test_a_protected_change_is_a_change_of_value_not_of_wording(
    old: str, new: str, changed: bool
) -> None:
    made = draft(CASE, REMINDER)
    assert old in made.body
    final = made.model_copy(update={"body": made.body.replace(old, new)})
    assert protected_change(made, final, CASE) is changed


def test_another_recipient_is_a_protected_change() -> None:
    made = draft(CASE, REMINDER)
    assert protected_change(made, made.model_copy(update={"to": "x@harbor.example"}), CASE)


def test_the_likely_reason_is_preselected_from_the_edit() -> None:
    body = draft(CASE, REMINDER).body
    assert suggest_reason(body, body, "a@x.example", "b@x.example") == "CONTACT"
    assert suggest_reason(body, body.replace("60,000.00", "50,000.00"), "a", "a") == "FACT"
    assert suggest_reason(body, body.replace("10 April", "12 April"), "a", "a") == "FACT"
    assert suggest_reason(body, body.replace("$60,000.00", "60,000"), "a", "a") == "TONE"
    assert suggest_reason(body, body.replace("Could", "Can"), "a", "a") == "TONE"
