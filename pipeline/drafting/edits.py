"""What a person changed in a draft: shown word by word, measured, and given a likely reason."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from rapidfuzz.distance import Levenshtein

from pipeline.drafting.naming import capitalised
from pipeline.drafting.tokens import Found, Money, plain, read
from pipeline.drafting.verifying import known_tokens, places
from pipeline.model import Dossier, Draft

Op = Literal["equal", "insert", "delete"]
_WORDS = re.compile(r"\s*\S+(?:\s+\Z)?")


class Segment(NamedTuple):
    """A run of words that was kept, put in or taken out, with the blanks before each word."""

    op: Op
    text: str


def word_diff(draft: str, final: str) -> list[Segment]:
    """The edit word by word; the kept and inserted runs together are the final text.

    Blanks and line breaks follow the final text and are no change in themselves.
    """
    before, after = _WORDS.findall(draft), _WORDS.findall(final)
    segments: list[Segment] = []
    for step in Levenshtein.opcodes(_bare(before), _bare(after)):
        if step.tag == "equal":
            segments.append(Segment("equal", "".join(after[step.dest_start : step.dest_end])))
            continue
        taken = "".join(before[step.src_start : step.src_end])
        put = "".join(after[step.dest_start : step.dest_end])
        if taken and not segments:
            taken += " "  # the final text's first word has no blank before it
        segments += [Segment("delete", taken)] if taken else []
        segments += [Segment("insert", put)] if put else []
    return segments


def edit_rate(draft: str, final: str) -> float:
    """Word-level HTER: token Levenshtein(draft, final) / words of the final text.

    0 for an untouched draft, above 1 when more was taken out than remains; an emptied
    text counts as 1 (Snover et al., A Study of Translation Edit Rate, 2006).
    """
    before, after = draft.split(), final.split()
    if not after:
        return 1.0 if before else 0.0
    return Levenshtein.distance(before, after) / len(after)


def protected_change(draft: Draft, final: Draft, dossier: Dossier) -> bool:
    """Whether a figure, date, name, address, number or the recipient differs, however slightly.

    Another way to write the same value ($60,000.00, 60,000) is no change.
    """
    if draft.to != final.to:
        return True
    texts = [f"{one.subject}\n{one.body}" for one in (draft, final)]
    return _protected(texts[0], dossier) != _protected(texts[1], dossier)


def suggest_reason(draft: str, final: str, to_before: str, to_after: str) -> str:
    """The reason code that an edit looks like: CONTACT, FACT or TONE; a person confirms it."""
    if to_before != to_after:
        return "CONTACT"
    currency = _currency(draft)
    same = _figures(draft, currency) == _figures(final, currency)
    return "TONE" if same else "FACT"


def _bare(words: list[str]) -> list[str]:
    return [word.strip() for word in words]


def _protected(text: str, dossier: Dossier) -> set[tuple[str, ...]]:
    """Each protected token by its value, together with the invoice it is said of."""
    seen = plain(text)
    found, left = read(seen, known_tokens(dossier))
    currency = dossier.case.currency
    tokens: set[tuple[str, ...]] = {("name", name) for name in capitalised(left)}
    for place in places(seen, left, found, dossier):
        said_of = ",".join(line.invoice_id for line in place.lines) if place.named else ""
        tokens |= {(one.kind, _value(one, currency), said_of) for one in place.found}
    return tokens


def _figures(text: str, currency: str) -> set[tuple[str, str]]:
    found, _ = read(plain(text), ())
    return {(one.kind, _value(one, currency)) for one in found}


def _currency(text: str) -> str:
    """The currency that a text speaks of first; an amount without a sign is taken for it."""
    found, _ = read(plain(text), ())
    written = (one.value.currency for one in found if isinstance(one.value, Money))
    return next((currency for currency in written if currency), "")


def _value(one: Found, currency: str) -> str:
    if isinstance(one.value, Money):
        return f"{one.value.currency or currency} {one.value.amount.normalize()}"
    return one.text if one.value is None else str(one.value)
