"""What a model says a customer's message means: labels, each with words that stand in it.

The message is given redacted, and one at a time. A label without words that stand in the message,
letter by letter, is refused; so is one that nobody knows. What is left can only add a stop: the
rules' own labels stay whatever a model says (sql/day/30_words.sql, 32_inbound_replies.sql).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from pipeline.drafting.locking import LOCK, redacted
from pipeline.drafting.tokens import plain
from pipeline.llm import Question
from pipeline.model import Dossier
from pipeline.prompts import Prompt, fill
from pipeline.replies import LABELS, Span, verbatim

#: Characters of a message that are given at most; words behind a label, at least.
_LONGEST, _FEWEST_WORDS = 1_500, 2
_WORD = re.compile(r"[^\W\d_]+")


class Labelled(BaseModel):
    """One label with the words behind it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    label: str = Field(max_length=60)
    words: str = Field(max_length=600)


class Labelling(BaseModel):
    """What a model may answer about a message."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    labels: tuple[Labelled, ...] = Field(max_length=12)


class Given(NamedTuple):
    """A message as a model gets it, and as it stands."""

    text: str
    original: str


class Meant(NamedTuple):
    """What of an answer stands, and why the rest does not."""

    spans: tuple[Span, ...]
    """In order of precedence, one for a label; the words as they stand in the message."""
    refused: tuple[str, ...]


def given(text: str, dossier: Dossier, *, names: bool) -> Given:
    """The message, redacted; `names` lets names stand."""
    [hidden] = redacted([text], dossier, names=names)
    return Given(hidden.strip()[:_LONGEST], text)


def labels_question(asked: Given, prompt: Prompt) -> Question:
    """What a model is asked about one message."""
    values = {"labels": prompt.section("labels"), "message": asked.text}
    text = fill(prompt.section("question"), values).strip()
    return Question(prompt.label, prompt.section("system"), text)


def meant(answer: Labelling, asked: Given) -> Meant:
    """The labels whose words stand in the message, and a sentence for every other."""
    spans: dict[str, Span] = {}
    refused = []
    for one in answer.labels:
        words = _standing(one.words, asked)
        if one.label not in LABELS or one.label == "UNCLEAR":
            refused.append("It gave a label that nobody knows.")
        elif not words:
            refused.append(f"{one.label}: the words behind it do not stand in the message.")
        else:
            spans.setdefault(one.label, Span(one.label, words))
    ordered = tuple(spans[label] for label in LABELS if label in spans)
    return Meant(ordered, tuple(refused))


def _standing(words: str, asked: Given) -> str:
    """The words as they stand in the message; empty when they do not."""
    said = words.strip()
    if said not in asked.text or len(_WORD.findall(LOCK.sub(" ", said))) < _FEWEST_WORDS:
        return ""
    # What stood in a placeholder's place is short, and none of it was left out.
    loosely = r"[^\n]{1,200}?".join(
        re.escape(part) for part in re.split(r"\{\{[A-Z]+_\d+\}\}", said)
    )
    found = re.search(loosely, plain(asked.original))
    return (verbatim(found[0], asked.original) or found[0]) if found else ""
