"""The accuracy card in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.reply_desk.card import FEWEST


def told(card: Mapping[str, Any]) -> Iterator[str]:
    """The card for people: what was confirmed, how it agrees, and label by label."""
    said = card["verdicts"]
    yield (
        f"{card['n']:,} message(s) closed by a person: {said['accept']:,} as suggested, "
        f"{said['change']:,} with another label, {said['reject']:,} with none that fits."
    )
    yield f"Governing label right: {in_words(card['agreement'])}."
    yield f"Sensitive messages that were marked: {in_words(card['sensitive_recall'])}."
    yield f"Marked messages that were sensitive: {in_words(card['sensitive_precision'])}."
    for row in card["labels"]:
        yield (
            f"  {row['label']}: recall {in_words(row['recall'])}; "
            f"precision {in_words(row['precision'])}"
        )
    yield "People saw the suggestion before they confirmed it, so these figures flatter."


def suggestions_told(asked: Mapping[str, Any]) -> Iterator[str]:
    """What a model said of a case's messages, for people."""
    if not asked["messages"] and not asked["summary"]:
        yield "There was nothing to ask: every message is closed, or was asked about before."
    for one in asked["messages"]:
        yield f"Message {one['message_id']}: {one['why'] or _labels(one['labels'])}"
        for why in one["refused"]:
            yield f"  refused: {why}"
    if asked["summary"]:
        yield from asked["summary"]["sentences"] or (f"No summary: {asked['summary']['why']}",)


def _labels(labels: Sequence[Mapping[str, Any]]) -> str:
    said = [f"{one['label']} (“{one['words']}”)" for one in labels]
    return ", ".join(said) if said else "no label that stands."


def in_words(share: Mapping[str, Any]) -> str:
    """A share with its interval, or its counts when they are too few to say."""
    if share["share"] is None:
        return f"{share['k']:,} of {share['n']:,}, too few to say (under {FEWEST})"
    return (
        f"{share['k']:,} of {share['n']:,}, {share['share']:.2f} "
        f"[{share['low']:.2f}, {share['high']:.2f}]"
    )
