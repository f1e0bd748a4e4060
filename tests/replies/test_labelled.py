"""The labelled messages: what they must hold, and how well the rules must read them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from pipeline.replies import LABELS, REASONS, SENSITIVE
from pipeline.statistics.intervals import wilson
from tests.replies.measuring import labelled, readings, table

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "replies.md"
SETS = ("held_out", "development")


def test_the_sets_share_no_message_and_name_only_known_labels() -> None:
    texts = [" ".join(m.text.lower().split()) for name in SETS for m in labelled(name)]
    assert len(texts) == len(set(texts))
    for message in (m for name in SETS for m in labelled(name)):
        assert message.labels, message
        assert message.labels <= set(LABELS), message
        assert message.reason is None or message.reason in REASONS, message
        assert message.reason is None or "DISPUTE" in message.labels, message


def test_the_held_out_set_is_large_and_holds_every_hard_kind() -> None:
    held_out = labelled("held_out")
    traits = Counter(message.trait for message in held_out)
    labels = Counter(label for message in held_out for label in message.labels)
    reasons = Counter(message.reason for message in held_out)
    assert len(held_out) >= 300
    assert sum(message.is_sensitive for message in held_out) >= 100
    for trait in ("negation", "condition", "one_line", "language", "new_person", "soft"):
        assert traits[trait] >= 5, trait
    for label in LABELS:
        assert labels[label] >= 8, label
    for reason in REASONS:
        assert reasons[reason] >= 4, reason


def test_sensitive_messages_are_marked_with_their_interval_above_nine_in_ten() -> None:
    meant = [found for message, found in readings("held_out") if message.is_sensitive]
    caught = sum(found.is_sensitive for found in meant)
    interval = wilson(caught, len(meant))
    assert interval is not None
    assert caught / len(meant) >= 0.95
    assert interval[0] >= 0.90


def test_at_least_half_of_what_is_marked_is_sensitive() -> None:
    marked = [message for message, found in readings("held_out") if found.is_sensitive]
    assert sum(message.is_sensitive for message in marked) / len(marked) >= 0.5


@pytest.mark.parametrize("label", LABELS)
def test_each_label_is_found_nine_times_in_ten(label: str) -> None:
    found = [label in f.labels for m, f in readings("held_out") if label in m.labels]
    assert sum(found) / len(found) >= 0.9


@pytest.mark.parametrize("trait", ["negation", "condition", "one_line", "language", "new_person"])
def test_hard_messages_are_governed_by_what_they_mean(trait: str) -> None:
    pairs = [(m, f) for m, f in readings("held_out") if m.trait == trait]
    right = sum(message.governing == found.governing for message, found in pairs)
    assert right / len(pairs) >= 0.8


@pytest.mark.parametrize("language", ["de", "fr", "es", "nl"])
def test_sensitive_messages_in_other_languages_are_marked(language: str) -> None:
    meant = [f for m, f in readings("held_out") if m.language == language and m.is_sensitive]
    assert len(meant) >= 5
    assert sum(not SENSITIVE.isdisjoint(found.labels) for found in meant) / len(meant) >= 0.8


def test_the_document_shows_what_is_measured() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for line in table("held_out"):
        assert line in text, f"print the table anew (python -m tests.replies.measuring): {line}"
