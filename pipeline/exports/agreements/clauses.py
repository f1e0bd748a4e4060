"""From an agreement's sentences to its terms: payment days, PO clause, renewal, effective date.

A term is taken only when a sentence says it in so many words, and the sentence is quoted.
A blank ("within the Payment Period"), a dispute period, a notice period or a royalty says
nothing about when an invoice is due; two sentences that say different days leave it open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.exports.agreements.documents import Paragraph

#: A quoted sentence is no longer than this.
_LONGEST_QUOTE = 600
_SENTENCE_END = re.compile(r"(?<=[.;!?])\s+(?=[A-Z\u00c0-\u00dc(\"\u201c\u2018])")

_DAYS = r"(?:[a-zäöüß-]+\s+){0,3}\(?\s*(?P<days>\d{1,3})\s*\)?"
_INVOICE = r"(?:invoice|billing|bill|receipt)"
_AFTER = (
    r"(?:calendar\s+)?days?\s+(?:of|after|from|following)\s+[^.;]{0,60}?"
    rf"\b{_INVOICE}"
)
_TERMS = (
    # within thirty (30) days of (the date of / receipt of) the invoice
    rf"within\s+{_DAYS}\s+{_AFTER}",
    # due 30 days after the invoice date
    rf"(?:due|payable)\s+(?:in\s+full\s+)?(?:on\s+the\s+)?{_DAYS}\s+{_AFTER}",
    # payment terms: net 30 / net 30 days / net thirty (30)
    rf"\bnet[\s-]+{_DAYS}(?:\s+days?)?\b",
    rf"payment\s+(?:terms?|period)\s*[:=\u2013-]\s*{_DAYS}\s+days?",
    rf"innerhalb\s+von\s+{_DAYS}\s+(?:Kalendert|T)agen?\s+(?:nach|ab)\s+[^.;]{{0,40}}?Rechnung",
    rf"zahlbar\s+[^.;]{{0,40}}?{_DAYS}\s+Tagen?\b",
    rf"(?:paiement|payable|payée?s?|règlement)[^.;]{{0,60}}?{_DAYS}\s+jours",
    rf"(?:pago|pagar[áa]?|pagadera?)[^.;]{{0,60}}?{_DAYS}\s+días",
    rf"(?:betaal|betaling|voldaan|betalingstermijn)[^.;]{{0,60}}?{_DAYS}\s+dagen",
)
_PAYMENT_DAYS = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _TERMS)
_ON_RECEIPT = re.compile(
    rf"(?:due|payable|paid)\s+(?:immediately\s+)?(?:up)?on\s+receipt|"
    rf"immediately\s+upon\s+[^.;]{{0,30}}?{_INVOICE}",
    re.IGNORECASE,
)
_IS_PAYMENT = re.compile(
    r"\b(?:pay|pays|paid|payable|payment|payments|due|remit|settle|net|zahl\w*|fällig|paiement|"
    r"payée?s?|règlement|pag\w+|betal\w*|voldaan|betaal\w*)\b",
    re.IGNORECASE,
)
#: Periods of other things, told in the same words.
_OTHER_PERIOD = re.compile(
    r"disput|good[- ]faith|suspen|terminat|interest|late (?:fee|charge|payment)|royalt|licensor|"
    r"refund|reimburs|credit note|notify|notice|object to|withh[eo]ld|penalt",
    re.IGNORECASE,
)
_BUSINESS = re.compile(r"\b(?:business|working|banking)\s+days", re.IGNORECASE)
_PO_NEEDED = re.compile(
    r"(?:purchase order|\bPO\b|order) (?:numbers?|no\.?|references?)[^.;]{0,60}\b(?:is|are|"
    r"be) (?:required|mandatory|stated|shown|included|referenced|quoted)|"
    r"invoices?[^.;]{0,80}\b(?:must|shall|will|have to)\b[^.;]{0,40}\b(?:reference|include|"
    r"state|show|quote|bear|contain|cite|specify)[^.;]{0,60}\b(?:purchase order|PO\b|P\.O\.)|"
    r"(?:without|lacking|missing) (?:a |the )?(?:valid |corresponding )?(?:purchase order|"
    r"PO\b)[^.;]{0,80}\b(?:not|return|reject|refus)|"
    r"(?:valid |corresponding )(?:purchase order|PO\b)[^.;]{0,40}\b(?:is|are) required|"
    r"Bestellnummer[^.;]{0,60}\b(?:anzugeben|erforderlich|enthalten|angeben)|"
    r"(?:numéro|numero) de (?:bon de )?(?:commande|orden|pedido)[^.;]{0,60}(?:obligatoire|"
    r"mentionn|obligatori)",
    re.IGNORECASE,
)
_PO_NEGATED = re.compile(
    r"\b(?:not|no|never|without)\b[^.;]{0,60}\b(?:required|mandatory|necessary|need)|"
    r"nicht erforderlich",
    re.IGNORECASE,
)
_RENEWAL = re.compile(
    r"\b(?:auto(?:matically)?[- ]renew|renew(?:s|ed)? automatically|"
    r"automatically (?:be )?(?:renew|extend)|"
    r"renew for (?:successive|additional|further)|verlängert sich (?:automatisch|stillschweigend)|"
    r"tacite reconduction|renouvel\w+ (?:automatiquement|tacitement))",
    re.IGNORECASE,
)
_EFFECTIVE = re.compile(
    r"(?:effective date|start date|commencement date|effective as of|dated as of|"
    r"entered into (?:as of|on)|"
    r"(?:comes into|in) force on|Vertragsbeginn|date d.effet)[^\w.;]{0,12}(?:is |of |on |"
    r"the )?(?P<on>[^;]{4,40})",
    re.IGNORECASE,
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})\b")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b")
_DAY_FIRST = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.? (?:day of )?([A-Za-z]{3,9})\.?,? (\d{4})\b")


@dataclass(frozen=True)
class Clause:
    """One term: payment_terms, po_required, renewal or starts_on; its value as text."""

    term: str
    value: str
    """`NET30`, `NET0`, `true`, an ISO date; empty where the sentence says it is not plain."""
    quote: str
    place: str


def find_clauses(paragraphs: Sequence[Paragraph]) -> tuple[Clause, ...]:
    """Every sentence that states a term, in the order of the document."""
    return tuple(
        clause
        for paragraph in paragraphs
        for sentence in _sentences(paragraph.text)
        for clause in _stated(sentence, paragraph.place)
    )


def settled(clauses: Sequence[Clause], term: str) -> str:
    """The one value that all clauses of a term agree on; empty when none does or they differ."""
    values = {clause.value for clause in clauses if clause.term == term}
    return values.pop() if len(values) == 1 else ""


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(text):
        yield sentence.strip()[:2_000]


def _stated(sentence: str, place: str) -> Iterator[Clause]:
    quote = sentence[:_LONGEST_QUOTE]
    days = _payment_days(sentence)
    if days is not None:
        yield Clause("payment_terms", days, quote, place)
    if _PO_NEEDED.search(sentence):
        value = "" if _PO_NEGATED.search(sentence) else "true"
        yield Clause("po_required", value, quote, place)
    if _RENEWAL.search(sentence):
        yield Clause("renewal", "automatic", quote, place)
    effective = _effective(sentence)
    if effective:
        yield Clause("starts_on", effective, quote, place)


def _payment_days(sentence: str) -> str | None:
    """`NET30`; empty for days that are no calendar days; None when it is about something else."""
    if _OTHER_PERIOD.search(sentence) or not _IS_PAYMENT.search(sentence):
        return None
    for pattern in _PAYMENT_DAYS:
        found = pattern.search(sentence)
        if found:
            return f"NET{int(found['days'])}"
    if _BUSINESS.search(sentence) and re.search(_INVOICE, sentence, re.IGNORECASE):
        return ""
    return "NET0" if _ON_RECEIPT.search(sentence) else None


def _effective(sentence: str) -> str | None:
    found = _EFFECTIVE.search(sentence)
    return _written_day(found["on"]) if found else None


def _written_day(text: str) -> str | None:
    """A day whose month is a word or that is written in ISO; 01/02/2026 would be a guess."""
    iso = _ISO.search(text)
    if iso:
        return _day(int(iso[1]), int(iso[2]), int(iso[3]))
    named = _MONTH_FIRST.search(text)
    if named and named[1][:3].lower() in _MONTHS:
        return _day(int(named[3]), _MONTHS[named[1][:3].lower()], int(named[2]))
    named = _DAY_FIRST.search(text)
    if named and named[2][:3].lower() in _MONTHS:
        return _day(int(named[3]), _MONTHS[named[2][:3].lower()], int(named[1]))
    return None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat() if 1970 <= year < 2200 else None
    except ValueError:
        return None
