"""Every figure, date, name and address of a finished message, held against the dossier.

A token is right where it stands, not merely somewhere in the ledger: in a line that
names an invoice only that invoice's figures pass, after “due” only a due date, after
“total” only the total. What cannot be read for certain does not pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from pipeline.drafting.naming import unknown_names
from pipeline.drafting.tokens import (
    Count,
    Day,
    Found,
    Known,
    Money,
    day_text,
    first_name_text,
    invisible,
    is_link,
    money_text,
    person_text,
    plain,
    read,
    real_iban,
)
from pipeline.model import Check, Dossier, InvoiceLine
from pipeline.prompts import Prompt

#: What is verified, in the order shown.
CHECKS = (
    "amounts",
    "dates",
    "numbers",
    "names",
    "addresses",
    "links and bank details",
    "recipient",
    "placeholders",
)
#: A longer text is no reminder, and would only be read slowly.
LONGEST = 20_000
#: How many characters back a label (“due”, “total”) still speaks of a figure.
_NEAR = 160

_UNFILLED = re.compile(
    r"\$\{?[A-Za-z_]\w*|\{[^}\n]*\}|\[[^\]\n]*\]|\b(?:TBD|TBC|TODO|XX+)\b|_{3,}|lorem ipsum"
)
_LABEL = re.compile(
    r"\b(total|original(?:ly)?|due|payable|issued|dated|invoiced|as (?:of|at)|oldest)\b",
    re.IGNORECASE,
)
_RECEIVED = re.compile(
    r"\b(?:received|paid|payments? of|credit of|payment on)\s+(?:of\s+)?$", re.IGNORECASE
)
_INVOICE_LABEL = re.compile(r"\binvoices?(?:\s+(?:number|no\.?))?\s*[:#]?\s*$", re.IGNORECASE)
_PO_LABEL = re.compile(
    r"(?:\bPO|\bpurchase order)(?:\s+(?:number|no\.?|reference))?(?:\s+(?:for it\s+)?is)?"
    r"\s*[:#]?\s*$",
    re.IGNORECASE,
)

_DAYS_LABEL = re.compile(r"\bdays (?:past due|overdue|late)\s*:?\s*$", re.IGNORECASE)
_LABEL_TERMS = re.compile(r"\bnet[ -]?\||\|[ -]?(?:payment )?terms\b", re.IGNORECASE)


class Place(NamedTuple):
    """One sentence or table row, and the invoices it speaks of."""

    text: str
    left: str
    start: int
    found: tuple[Found, ...]
    lines: tuple[InvoiceLine, ...]
    """The invoices it names; without a name the oldest if it says so, else all of the case."""
    named: bool

    def before(self, found: Found) -> str:
        """The nearest words of this place that stand before a token."""
        end = found.start - self.start
        return self.text[max(0, end - _NEAR) : end]

    @property
    def is_row(self) -> bool:
        """Whether this is a row of a table: an invoice and figures, but no words."""
        return self.named and not re.search(r"[^\W\d_]", self.left) and len(self.found) > 1


def check_text(
    to: str, subject: str, body: str, dossier: Dossier, prompt: Prompt
) -> tuple[Check, ...]:
    """All checks of a finished message, in the order of `CHECKS`, passed or not.

    Run after filling and after every edit; a check that fails names the figure and
    what the ledger says.
    """
    if len(subject) + len(body) > LONGEST:
        long = f"The message is longer than {LONGEST} characters: shorten it."
        return tuple(Check(name=name, ok=False, sentence=long) for name in CHECKS)
    text = plain(f"{subject}\n{body}")
    found, left = read(text, known_tokens(dossier))
    troubles: dict[str, list[str]] = {name: [] for name in CHECKS}
    for name, sentence in _troubles(text, left, found, dossier):
        troubles[name].append(sentence)
    troubles["names"] += unknown_names(text, left, found, dossier, prompt.words())
    troubles["recipient"] += _recipient(to, dossier)
    troubles["placeholders"] += _unfilled(subject, body)
    return tuple(
        Check(name=name, ok=not said, sentence=" ".join(dict.fromkeys(said)))
        for name, said in troubles.items()
    )


def known_tokens(dossier: Dossier) -> list[Known]:
    """What may be recognised in a message about this case: identifiers and names."""
    known = [Known("invoice", line.invoice_id) for line in dossier.invoices]
    known += [Known("po", line.po_number) for line in dossier.invoices if line.po_number]
    for person in (dossier.contact, dossier.owner):
        if person is not None:
            texts = {person.name, person_text(person.name), first_name_text(person.name)}
            known += [Known("person", text) for text in sorted(texts)]
    known += [Known("name", name) for name in {dossier.customer_name, dossier.case.customer_name}]
    return [*known, Known("company", dossier.sender_name)]


def places(text: str, left: str, found: list[Found], dossier: Dossier) -> Iterator[Place]:
    """The sentences and rows of a text that hold a token."""
    start = 0
    for cut in [*re.finditer(r"(?<=[.!?])[ \t]+|\n", left), None]:
        end = cut.start() if cut else len(left)
        inside = tuple(f for f in found if start <= f.start < end)
        if inside:
            yield _place(text[start:end], left[start:end], start, inside, dossier)
        start = cut.end() if cut else end


def _place(text: str, left: str, start: int, found: tuple[Found, ...], dossier: Dossier) -> Place:
    ids = {f.text for f in found if f.kind == "invoice"}
    lines = tuple(line for line in dossier.invoices if plain(line.invoice_id).strip() in ids)
    named = bool(lines)
    if not named and re.search(r"\boldest\b", left, re.IGNORECASE):
        oldest = max((line.days_past_due or 0 for line in dossier.invoices), default=0)
        lines = tuple(line for line in dossier.invoices if (line.days_past_due or 0) == oldest)
    return Place(text, left, start, found, lines or dossier.invoices, named)


def _troubles(
    text: str, left: str, found: list[Found], dossier: Dossier
) -> Iterator[tuple[str, str]]:
    rows: set[str] = set()
    for place in places(text, left, found, dossier):
        for one in place.found:
            yield from _judged(one, place, dossier)
        if place.is_row:
            yield from _row(place)
        yield from _twice(place, rows)


def _judged(one: Found, place: Place, dossier: Dossier) -> Iterator[tuple[str, str]]:
    sentence: str | None = None
    check = _CHECK_OF[one.kind]
    if check == "amounts":
        sentence = _amount(one, place, dossier)
    elif check == "dates":
        sentence = _date(one, place, dossier)
    elif check == "numbers":
        sentence = _number(one, place, dossier)
    elif check == "addresses":
        sentence = _address(one, dossier)
    elif check == "links and bank details":
        sentence = f"“{one.text}” looks like a link or bank details, which no message may carry."
    if sentence:
        yield check, sentence
    if one.kind in {"invoice", "po", "person", "name"} and _smuggled(one.text):
        yield "links and bank details", f"“{one.text}” reads like a link or an account number."


_CHECK_OF = {
    "amount": "amounts",
    "currency": "amounts",
    "date": "dates",
    "count": "numbers",
    "number": "numbers",
    "invoice": "numbers",
    "po": "numbers",
    "email": "addresses",
    "link": "links and bank details",
    "bank": "links and bank details",
    "person": "names",
    "company": "names",
    "name": "names",
}


def _amount(one: Found, place: Place, dossier: Dossier) -> str | None:
    currency = dossier.case.currency
    if isinstance(one.value, str):
        return None if one.value == currency else f"“{one.text}”: this case is in {currency}."
    if isinstance(one.value, Money) and one.value.currency in {None, currency}:
        allowed = _amounts(one, place, dossier)
        if one.value.amount in allowed.values() or _received(one, place, dossier):
            return None
        return f"“{one.text}” is not what the ledger says: {_said(allowed, currency)}."
    return f"“{one.text}” is no amount in {currency}: {_said(_opens(place.lines), currency)}."


def _amounts(one: Found, place: Place, dossier: Dossier) -> dict[str, Decimal]:
    """The amounts that may stand at this place, each with its words."""
    label = _label(one, place, {"total", "original", "originally"})
    if label == "total":
        return {"the total is": dossier.case.open_amount}
    if label is not None:
        return {f"{line.invoice_id} was issued for": line.amount for line in place.lines}
    total = {} if place.named else {"the total is": dossier.case.open_amount}
    return _opens(place.lines) | total


def _opens(lines: tuple[InvoiceLine, ...]) -> dict[str, Decimal]:
    return {f"the open amount of {line.invoice_id} is": line.open_amount for line in lines}


def _said(amounts: dict[str, Decimal], currency: str) -> str:
    return ", ".join(f"{words} {money_text(amount, currency)}" for words, amount in amounts.items())


def _date(one: Found, place: Place, dossier: Dossier) -> str | None:
    label = _label(one, place, {"due", "payable", "issued", "dated", "invoiced", "as of", "as at"})
    due = {line.due_on: f"{line.invoice_id} was due on" for line in place.lines if line.due_on}
    issued = {line.issued_on: f"{line.invoice_id} was issued on" for line in place.lines}
    allowed = {"due": due, "payable": due, "as of": {dossier.as_of: "today is"}}.get(
        label or "", issued if label in {"issued", "dated", "invoiced"} else issued | due
    )
    if label == "as at":
        allowed = {dossier.as_of: "the books are of"}
    if isinstance(one.value, Day) and any(one.value.matches(day) for day in allowed):
        return None
    if _received(one, place, dossier):
        return None
    says = ", ".join(f"{words} {day_text(day)}" for day, words in allowed.items())
    return f"“{one.text}” is no date of the ledger: {says or 'there is none'}."


def _number(one: Found, place: Place, dossier: Dossier) -> str | None:
    before = place.before(one)
    if isinstance(one.value, Count):
        return _count(one, one.value, place, dossier)
    if _DAYS_LABEL.search(before) and re.fullmatch(r"\d{1,5}", one.text):
        return _count(one, Count(int(one.text), "day"), place, dossier)
    wants_po, wants_invoice = _PO_LABEL.search(before), _INVOICE_LABEL.search(before)
    ids = {plain(line.invoice_id).strip() for line in dossier.invoices}
    orders = {plain(line.po_number).strip() for line in place.lines if line.po_number}
    if wants_po:
        return None if one.text in orders else _not_one(one, "PO", orders)
    if wants_invoice or one.kind == "invoice":
        return None if one.text in ids else _not_one(one, "invoice", ids)
    if one.kind == "po":
        return None if one.text in orders else _not_one(one, "PO", orders)
    return None if _bare(one, place, dossier) else _not_one(one, "invoice", ids)


def _not_one(one: Found, what: str, known: set[str]) -> str:
    there = ", ".join(sorted(known)) or "none"
    return f"“{one.text}” is no {what} number or figure of this case: the ledger has {there}."


def _bare(one: Found, place: Place, dossier: Dossier) -> bool:
    """Whether an unmarked figure is an amount, a year or another fact of the dossier."""
    if re.fullmatch(r"\d+", str(one.value)):
        if Decimal(str(one.value)) in _amounts(one, place, dossier).values():
            return True
        days = [day for line in place.lines for day in (line.issued_on, line.due_on) if day]
        if any(Day(int(str(one.value)), None, None).matches(day) for day in days):
            return True
    return one.text in {plain(fact.token).strip() for fact in dossier.facts}


def _count(one: Found, count: Count, place: Place, dossier: Dossier) -> str | None:
    after = place.text[one.end - place.start :]
    if count.unit in {"invoice", "item"}:
        there = len(dossier.invoices)
        return None if count.n == there else f"“{one.text}”: this case has {there} invoice(s)."
    if count.unit in {"day", "net"}:
        terms = count.unit == "net" or _LABEL_TERMS.search(f"{place.before(one)[-8:]}|{after[:20]}")
        allowed = _terms(place.lines) if terms else _days(place, dossier)
        says = ", ".join(str(n) for n in sorted(allowed)) or "unknown"
        what = "the terms in days are" if terms else "the days past due are"
        return None if count.n in allowed else f"“{one.text}”: {what} {says}."
    if one.text in {plain(fact.token).strip() for fact in dossier.facts}:
        return None
    return f"“{one.text}” is no figure of the ledger: write what it says, in figures."


def _terms(lines: tuple[InvoiceLine, ...]) -> set[int]:
    return {int(n) for line in lines for n in re.findall(r"\d+", line.terms or "")}


def _days(place: Place, dossier: Dossier) -> set[int]:
    days = {line.days_past_due for line in place.lines if line.days_past_due is not None}
    if place.named or not days:
        return days
    return {max(line.days_past_due or 0 for line in dossier.invoices)}


def _address(one: Found, dossier: Dossier) -> str | None:
    ours = {p.email.casefold() for p in (dossier.contact, dossier.owner) if p and p.email}
    if one.text.rstrip(".").casefold() in ours:
        return None
    return f"“{one.text}” is no address of the verified contact or the owner: {_listed(ours)}."


def _row(place: Place) -> Iterator[tuple[str, str]]:
    """A row of a table reads: invoice, issued, due, open amount; any may be left out."""
    line = place.lines[0]
    days = [f for f in place.found if f.kind == "date"]
    if len(days) > 1:
        expected = [line.issued_on, line.due_on]
        for one, day in zip(days, [*expected, *[None] * len(days)], strict=False):
            if day is None or not (isinstance(one.value, Day) and one.value.matches(day)):
                says = day_text(day) if day else "no date"
                yield "dates", f"“{one.text}” in the row of {line.invoice_id} should be {says}."


def _twice(place: Place, rows: set[str]) -> Iterator[tuple[str, str]]:
    ids = [f.text for f in place.found if f.kind == "invoice"]
    again = {one for one in ids if ids.count(one) > 1} | (
        rows & set(ids[:1] if place.is_row else [])
    )
    rows.update(ids if place.is_row else [])
    for one in sorted(again):
        yield "numbers", f"Invoice {one} is listed twice."


def _received(one: Found, place: Place, dossier: Dossier) -> bool:
    """Whether this is a payment that the ledger knows: “your payment of …”."""
    if not _RECEIVED.search(place.before(one)):
        return False
    facts = {plain(fact.token).strip() for fact in dossier.facts}
    paid = [p for p in dossier.payments if p.currency == dossier.case.currency]
    if isinstance(one.value, Money):
        return one.text in facts or one.value.amount in {p.amount for p in paid}
    days = {p.paid_on for p in paid} | {dossier.last_payment_on} - {None}
    written = one.value
    return isinstance(written, Day) and any(d is not None and written.matches(d) for d in days)


def _label(one: Found, place: Place, labels: set[str]) -> str | None:
    """The nearest label word before a token, unless an invoice is named in between."""
    before = place.before(one)
    matches = [m for m in _LABEL.finditer(before) if m[1].lower() in labels]
    if not matches:
        return None
    nearest = matches[-1]
    label, money = nearest[1].lower(), one.kind != "date"
    since = one.start - len(before) + nearest.end()
    between = [f for f in place.found if since <= f.start < one.start]
    if money and any(f.kind == "invoice" for f in between) and label == "total":
        return None
    if label.startswith("original") and any(f.kind in {"amount", "number"} for f in between):
        return None
    return label


def _smuggled(text: str) -> bool:
    return is_link(text) or real_iban(text)


def _recipient(to: str, dossier: Dossier) -> list[str]:
    contact = dossier.contact
    if contact is None or not contact.email or contact.verified_on is None:
        return ["There is no verified contact to send this to."]
    if to == contact.email:
        return []
    return [f"The recipient “{to}” is not the verified contact {contact.email}."]


def _unfilled(subject: str, body: str) -> list[str]:
    text = f"{plain(subject)}\n{plain(body)}"
    troubles = [f"“{m[0]}” was never filled in." for m in _UNFILLED.finditer(text)]
    if not subject.strip() or not body.strip():
        troubles.append("The subject or the text is empty.")
    if re.search(r"[\r\n]", subject):
        troubles.append("The subject has more than one line.")
    if hidden := invisible(subject + body):
        troubles.append(f"The text holds {hidden} invisible character(s): delete them.")
    return troubles


def _listed(texts: set[str]) -> str:
    return ", ".join(sorted(texts)) or "none is known"
