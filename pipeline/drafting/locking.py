"""Facts out, locked placeholders in: what a model is given holds nobody's name and no figure.

`locked` turns our `$placeholders` into `{{AMOUNT_1}}` and the like, `unlocked` turns them back;
`redacted` does the same to what other people wrote. Redaction goes by what it knows (the case's
names and numbers) and by shape (anything with a digit, an address, a capitalised word that
English does not know); it is careful, not complete, which is why such texts are off by default.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.drafting.naming import capitalised, ordinary
from pipeline.drafting.tokens import Kind, plain, read
from pipeline.drafting.verifying import known_tokens
from pipeline.model import Dossier
from pipeline.prompts import placeholders

#: Our placeholder -> what the model sees in its place, and what it is told that it means.
LOCKS: dict[str, tuple[str, str]] = {
    "first_name": ("PERSON_1", "the contact, by first name"),
    "contact_name": ("PERSON_2", "the contact, by full name"),
    "owner_name": ("PERSON_3", "our account owner"),
    "sender": ("COMPANY_1", "our company"),
    "invoice_no": ("INVOICE_1", "the invoice's number"),
    "invoices_without_po": ("INVOICE_2", "the invoices that lack a PO number"),
    "open_amount": ("AMOUNT_1", "the amount still open"),
    "invoiced_amount": ("AMOUNT_2", "the amount first invoiced"),
    "total_amount": ("AMOUNT_3", "the total still open"),
    "due_on": ("DATE_1", "the day on which it was due"),
    "days_past_due": ("COUNT_1", "how many days past due the oldest is"),
    "invoice_count": ("COUNT_2", "how many invoices there are"),
    "po_number": ("ORDER_1", "the customer's PO number"),
    "invoice_table": ("TABLE_1", "the table of invoices, on lines of its own"),
}
_OURS = {lock: name for name, (lock, _) in LOCKS.items()}
LOCK = re.compile(r"\{\{([A-Z]+_\d+)\}\}")
_LOCKED_AS: dict[Kind, str] = {
    "invoice": "INVOICE",
    "po": "ORDER",
    "person": "PERSON",
    "company": "COMPANY",
    "amount": "AMOUNT",
    "date": "DATE",
    "count": "COUNT",
    "email": "ADDRESS",
    "link": "LINK",
    "bank": "BANK",
    "name": "COMPANY",
}
#: Placeholders of redacted texts are numbered above those of the message itself.
_ABOVE = 10


def locked(text: str) -> str:
    """A skeleton's text with `{{AMOUNT_1}}` in the place of `$open_amount`."""
    for name in placeholders(text):
        text = re.sub(rf"\$\{{?{name}\b\}}?", f"{{{{{LOCKS[name][0]}}}}}", text)
    return text


def unlocked(text: str) -> str:
    """The same back again; a placeholder of nobody's stays as it is, and is refused later."""
    return LOCK.sub(lambda m: f"${{{_OURS[m[1]]}}}" if m[1] in _OURS else m[0], text)


def meanings(text: str) -> str:
    """What each locked placeholder of a text means, a line each."""
    names = dict.fromkeys(LOCK.findall(text))
    return "\n".join(f"{{{{{one}}}}}: {LOCKS[_OURS[one]][1]}" for one in names if one in _OURS)


def redacted(texts: Iterable[str], dossier: Dossier, *, names: bool) -> list[str]:
    """What other people wrote, with locked placeholders for every figure, address and name.

    The same value has the same placeholder in all of the texts; `names` lets names stand.
    """
    return taken_apart(texts, dossier, names=names)[0]


def taken_apart(
    texts: Iterable[str], dossier: Dossier, *, names: bool
) -> tuple[list[str], dict[str, str]]:
    """The redacted texts, and what each of their placeholders stands for where it first stood."""
    locks: dict[tuple[str, str], str] = {}
    meant: dict[str, str] = {}
    parts = [_redacted(plain(text), dossier, locks, meant, names=names) for text in texts]
    return parts, meant


def _redacted(
    text: str,
    dossier: Dossier,
    locks: dict[tuple[str, str], str],
    meant: dict[str, str],
    *,
    names: bool,
) -> str:
    found, left = read(text, known_tokens(dossier))
    spans = [
        (one.start, one.end, _lock(_LOCKED_AS.get(one.kind, "NUMBER"), one.text, locks))
        for one in found
        if not (names and one.kind in {"person", "company", "name"})
    ]
    if not names:
        spans += [
            (m.start(), m.end(), _lock("NAME", m[0], locks)) for m in _named(left, text, dossier)
        ]
    parts, at = [], 0
    for start, end, lock in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= at:
            parts += [text[at:start], lock]
            meant.setdefault(lock, text[start:end])
            at = end
    # Braces of a stranger's own would pass for ours.
    rest = "".join([*parts, text[at:]])
    return re.sub(r"\{\{(?![A-Z]+_\d+\}\})|(?<!\d)\}\}", "", rest)


def _lock(kind: str, text: str, locks: dict[tuple[str, str], str]) -> str:
    key = (kind, text.casefold())
    if key not in locks:
        locks[key] = f"{{{{{kind}_{_ABOVE + len(locks)}}}}}"
    return locks[key]


def _named(left: str, text: str, dossier: Dossier) -> Iterable[re.Match[str]]:
    """Every word of a name of the case in any case, and every name that English does not know."""
    own = [dossier.customer_name, dossier.sender_name]
    own += [p.name for p in (dossier.contact, dossier.owner) if p is not None]
    words = {w for name in own for w in re.findall(r"[^\W\d_]{2,}", plain(name))}
    words = {w for w in words if len(w) > 2 and not ordinary(w)}
    words |= {w for name in capitalised(left) for w in re.findall(r"[^\W\d_]+", name)}
    # A name may open a sentence, where its capital says nothing: what is no word counts as one.
    words |= {w for w in re.findall(r"(?<!\w)[A-Z][\w'’-]+", left) if not ordinary(w)}
    if not words:
        return []
    any_of = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.finditer(rf"(?<!\w)(?:{any_of})(?!\w)", text, re.IGNORECASE)
