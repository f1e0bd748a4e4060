"""What the customer said, in short and in their own words: whole sentences, nothing reworded.

A sentence is taken because a rule of the reply labels found its words in it; no model is asked,
and nothing is put together from two sentences.
"""

from __future__ import annotations

from datetime import datetime

from pipeline.model import Dossier, Exchange, Noun, SourceCell
from pipeline.replies.sentences import sentences
from pipeline.replies.understanding import understand

#: Sentences of a gist, and of one message in it.
MOST, MOST_OF_ONE = 4, 2
#: What says nothing about paying.
_EMPTY = frozenset({"UNCLEAR", "OUT_OF_OFFICE", "BOUNCE"})


class Said(Noun):
    """One sentence of the customer, verbatim."""

    sent_at: datetime
    text: str
    label: str
    """The label that its words carry."""
    source: SourceCell


def gist(dossier: Dossier) -> tuple[Said, ...]:
    """The telling sentences of the messages that came in, newest message first; may be none."""
    found: list[Said] = []
    heard = [one for one in dossier.exchanges if one.direction == "in" and not one.automatic]
    for one in sorted(heard, key=lambda exchange: exchange.sent_at, reverse=True):
        found += _told(one)
    return tuple(found[:MOST])


def _told(one: Exchange) -> list[Said]:
    """The sentences of one message that carry a label, in the order in which they stand."""
    parts = sentences(one.text)
    taken: dict[int, Said] = {}
    for span in understand(one.text, one.subject).spans:
        part = next((part for part in parts if span.text in part.text), None)
        if span.label in _EMPTY or part is None or part.start in taken:
            continue
        text = " ".join(part.text.split())
        taken[part.start] = Said(
            sent_at=one.sent_at, text=text, label=span.label, source=one.source
        )
    return [taken[start] for start in sorted(taken)][:MOST_OF_ONE]
