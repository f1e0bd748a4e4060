"""Taking the texts about a customer out of entries, while the chain still shows any other change.

An erased entry keeps its place, its links, its figures and its hash; of its texts only a mark
stands, with as many words as there were, because some figures count words. A later entry of kind
`erased` says of each its number, the hash it keeps and the hash of what stands there now. The
chain covers that entry as any other, so what stands can be vouched for, and by nothing else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from pipeline.ledger.chain import seal
from pipeline.ledger.vouchers import ERASED, MARK, WORD, is_marked, value_at
from pipeline.model import canonical_json

#: What holds a person's own words, in every kind of entry …
_TEXTS = frozenset(
    {"subject", "body", "draft_subject", "draft_body", "final_body", "note", "quotes", "quote"}
)
#: … and what does in some kinds, where in others it is a code.
_TEXTS_OF = {
    "correction_proposed": frozenset({"source"}),
    "decision": frozenset({"to", "seen.the contact is", "seen.the address is"}),
    "dispute_closed": frozenset({"outcome"}),
    "exemption_granted": frozenset({"reason"}),
}
#: What a mail server answered; it may repeat the address.
_ANSWERED = frozenset({"handed_over", "hand_over_refused", "hand_over_unknown"})
#: Columns of a corrected contact that say who it is; days, states and ids stay.
_PERSONAL = frozenset({"name", "email", "role"})


def _marked(value: object) -> object:
    """The mark in place of a text, of as many words; None where there is nothing to erase."""
    if isinstance(value, list):
        return [MARK for _ in value] or None
    words = len(re.findall(r"\S+", value)) if isinstance(value, str) else 0
    return f"{MARK}{f' {WORD}' * (words - 1)}" if words else None


def without_texts(kind: str, payload: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The payload with marks in place of its texts, and the places that were marked.

    A place within a list is written with dots: `changes.0.new`.
    """
    marks = {
        place: mark
        for place in sorted(_places(kind, payload))
        if not is_marked(value := value_at(payload, place)) and (mark := _marked(value)) is not None
    }
    without = deepcopy(dict(payload))
    for place, mark in marks.items():
        within, _, last = place.rpartition(".")
        (value_at(without, within) if within else without)[last] = mark
    return without, tuple(marks)


def _places(kind: str, payload: Mapping[str, Any]) -> Iterator[str]:
    """Where an entry of a kind holds words, names or addresses."""
    if kind == ERASED:
        return
    yield from _TEXTS | _TEXTS_OF.get(kind, frozenset())
    if kind in _ANSWERED and "@" in str(payload.get("said")):
        yield "said"
    if kind == "correction_proposed" and payload.get("kind") == "contacts":
        for number, change in enumerate(payload.get("changes") or []):
            if change.get("column") in _PERSONAL:
                yield from (f"changes.{number}.{part}" for part in ("old", "new", "exported"))


class Marked(NamedTuple):
    """An entry with marks in place of its texts."""

    seq: int
    payload: str
    """As it is stored."""
    said: dict[str, Any]
    """What the erasure says of it."""


def marked_rows(rows: Iterable[Mapping[str, Any]]) -> list[Marked]:
    """Stored rows with their texts marked; those that hold none are left out."""
    return [found for row in rows if (found := _marked_row(row)) is not None]


def _marked_row(row: Mapping[str, Any]) -> Marked | None:
    payload, fields = without_texts(row["kind"], json.loads(row["payload"]))
    if not fields:
        return None
    now = seal({**row, "payload": payload})
    said = {"seq": row["seq"], "kept": row["hash"], "now": now, "fields": list(fields)}
    return Marked(row["seq"], canonical_json(payload), said)
