"""What a draft is unsure about: concrete, few, and blocking where an error would harm.

A doubt that blocks switches approval off until it is resolved or overridden with a
reason. What is unknown counts as a doubt, never as permission.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from pipeline.drafting.tokens import counted, day_text, money_text
from pipeline.model import Dossier, Doubt, Exchange, InvoiceLine
from pipeline.replies import understand
from pipeline.replies.closing import TITLES, effect

#: More than this is not read (attention, not completeness, is what a reviewer runs out of).
SHOWN = 5
#: A contact confirmed longer ago than this may have left; as in checks/25_contact_stale.sql.
DAYS_VERIFIED = 90
#: With fewer paid invoices than this, the past says little about the customer.
THIN_HISTORY = 5
#: A deal known to close later than this is not disturbed by a reminder.
DAYS_DEAL = 30
#: A receipt this fresh may not be matched to its invoice yet.
DAYS_RECENT_PAYMENT = 7
#: Words older than this speak of other invoices, as in sql/day/30_words.sql.
DAYS_SPOKEN = 90
GONE = frozenset({"left", "bounced"})

#: Labels of a reply that ask whether the invoice is contested.
_CONTESTS = ("DISPUTE", "ESCALATION_OR_LEGAL")
#: Longest quotation inside a sentence, in characters.
_QUOTED = 90


def doubts(dossier: Dossier) -> tuple[Doubt, ...]:
    """At most five doubts of a case, those that block first."""
    return every_doubt(dossier)[:SHOWN]


def every_doubt(dossier: Dossier) -> tuple[Doubt, ...]:
    """All doubts of a case, those that block first, one for each code."""
    found: dict[str, Doubt] = {}
    for doubt in [*dossier.doubts, *_found(dossier)]:
        found.setdefault(doubt.code, doubt)
    return tuple(sorted(found.values(), key=lambda doubt: not doubt.blocking))


def smells_of_dispute(exchange: Exchange) -> str | None:
    """The words of a message that contest what is owed, as the rules of replies read them.

    None where a person has closed it as something else; where as this, its own first words.
    """
    if exchange.confirmed and not set(_CONTESTS) & set(exchange.confirmed):
        return None
    read = understand(exchange.text, exchange.subject, exchange.automatic or None)
    words = next((span.text for span in read.spans if span.label in _CONTESTS), None)
    if words is None and exchange.confirmed:
        words = exchange.text
    if words is None:
        return None
    words = " ".join(words.split()).rstrip(" .!")
    return words if len(words) <= _QUOTED else f"{words[: _QUOTED - 1]}…"


def _found(dossier: Dossier) -> Iterator[Doubt]:
    yield from _contact(dossier)
    yield from _words(dossier)
    yield from _terms(dossier)
    yield from _po(dossier)
    yield from _cash(dossier)
    yield from _promise(dossier)
    yield from _deal(dossier)
    yield from _owner(dossier)
    yield from _history(dossier)


def _contact(dossier: Dossier) -> Iterator[Doubt]:
    contact = dossier.contact
    if contact is None or not contact.email:
        yield _blocking("no_contact", "No contact with an email address is known.")
        return
    if contact.status in GONE:
        yield _blocking(
            f"contact_{contact.status}",
            f"{contact.name}: the contact is marked “{contact.status}”.",
        )
    days = days_since(contact.verified_on, dossier.as_of)
    if days is None:
        yield _blocking("contact_unverified", f"Nobody has ever verified {contact.name}'s address.")
    elif days > DAYS_VERIFIED:
        yield _note("contact_stale", f"{contact.name}'s address was last verified {days} days ago.")


def days_since(day: date | None, as_of: date) -> int | None:
    """Days from a day to the books' day; None when it is unknown or still to come."""
    return None if day is None or day > as_of else (as_of - day).days


def _words(dossier: Dossier) -> Iterator[Doubt]:
    # An absence notice needs no answer, and is none; but whatever it says is read all the same.
    # What a person has closed, and settled where it asked for something, is over.
    going_on = [e for e in dossier.exchanges if not e.is_set_aside]
    # Nor does a mail answer that only says of itself that it is ours.
    written = [e for e in going_on if not e.automatic and not e.is_claimed]
    newest = max(written, key=lambda e: e.sent_at, default=None)
    heard = [e for e in going_on if e.direction != "out"]
    last_heard = max(heard, key=lambda e: e.sent_at, default=None)
    is_answered = newest is not None and newest.direction == "out"
    if last_heard is not None and (words := smells_of_dispute(last_heard)):
        when = _when(last_heard)
        if is_answered and _is_past(last_heard, dossier):
            earlier = f"An answered message of {when}, about something else, says “{words}”."
            yield _note("dispute_words", earlier)
        else:
            said = f"The message of {when} says “{words}”"
            yield _blocking("dispute_words", f"{said}: is this disputed?")
    if newest is not None and newest.direction != "out":
        yield _blocking("unanswered", _unanswered(newest))


def _unanswered(newest: Exchange) -> str:
    said = f"{newest.sender} wrote on {_when(newest)}"
    if newest.confirmed:
        title = TITLES[newest.confirmed[0]].lower()
        return f"{said} ({title}). {effect(newest.confirmed)}"
    return f"{said}, and no answer is on record."


def _is_past(exchange: Exchange, dossier: Dossier) -> bool:
    """Whether a message is long ago, or is about other invoices than those of the case."""
    text = f"{exchange.subject}\n{exchange.text}"
    ids = [line.invoice_id for line in dossier.invoices]
    if any(one in text for one in ids):
        return False
    shapes = {re.sub(r"\\?\d+", r"\\d+", re.escape(one)) for one in ids}
    others = [one for one in shapes if re.search(rf"(?<!\w){one}(?!\w)", text)]
    old = (dossier.as_of - exchange.sent_at.date()).days > DAYS_SPOKEN
    return old or bool(others and any(not one.isdigit() for one in ids))


def _when(exchange: Exchange) -> str:
    return day_text(exchange.sent_at.date())


def _terms(dossier: Dossier) -> Iterator[Doubt]:
    by_source = dict(dossier.terms_sources)
    by_source.setdefault("customer", dossier.standing.get("terms"))
    known = {source: terms for source, terms in by_source.items() if terms}
    for line in dossier.invoices:
        if line.terms and not (len(dossier.invoices) == 1 and known.get("invoice")):
            known[f"invoice {line.invoice_id}"] = line.terms
    if len({_same_terms(terms) for terms in known.values()}) > 1:
        says = "; ".join(f"{source}: {terms}" for source, terms in sorted(known.items()))
        yield _blocking("terms_conflict", f"Payment terms disagree ({says}).")


def _same_terms(terms: str) -> str:
    """NET30, Net 30, 30 days and n/30 are the same terms."""
    packed = re.sub(r"[^a-z0-9]", "", terms.casefold())
    return re.sub(r"^(?:net|n)?(\d+)(?:days?|net)?$", r"net\1", packed)


def _po(dossier: Dossier) -> Iterator[Doubt]:
    missing = [line.invoice_id for line in invoices_without_po(dossier)]
    if missing:
        which = ", ".join(missing)
        yield _blocking("po_missing", f"The customer requires a PO number; {which} has none.")


def invoices_without_po(dossier: Dossier) -> tuple[InvoiceLine, ...]:
    """The invoices that lack a PO number although their customer requires one."""
    if not dossier.po_required:
        return ()
    return tuple(line for line in dossier.invoices if not (line.po_number or "").strip())


def _cash(dossier: Dossier) -> Iterator[Doubt]:
    case, unapplied = dossier.case, dossier.unapplied_amount
    if unapplied > 0:
        sentence = f"{money_text(unapplied, case.currency)} of this customer's cash is unapplied."
        yield Doubt(
            code="unapplied_cash", blocking=unapplied >= case.open_amount, sentence=sentence
        )
    days = days_since(dossier.last_payment_on, dossier.as_of)
    if days is not None and days <= DAYS_RECENT_PAYMENT:
        yield _recent(dossier, days)


def _recent(dossier: Dossier, days: int) -> Doubt:
    paid = [p for p in dossier.payments if p.paid_on == dossier.last_payment_on]
    same = [p.amount for p in paid if p.currency == dossier.case.currency]
    amount = sum(same, Decimal(0))
    what = money_text(amount, dossier.case.currency) if amount else "something"
    return Doubt(
        code="recent_payment",
        blocking=amount >= dossier.case.open_amount,
        sentence=f"The customer paid {what} {counted(days, 'day')} ago: was it for this?",
    )


def _promise(dossier: Dossier) -> Iterator[Doubt]:
    if dossier.promised_on is not None:
        day = day_text(dossier.promised_on)
        yield _blocking("promise_running", f"The customer promised to pay by {day}.")


def _deal(dossier: Dossier) -> Iterator[Doubt]:
    """The most pressing open deal: about to close, overdue to close, or nobody knows when."""
    closing = [deal.closes_on for deal in dossier.deals]
    days = [(day - dossier.as_of).days for day in closing if day is not None]
    ahead = min((n for n in days if 0 <= n <= DAYS_DEAL), default=None)
    past = max((n for n in days if n < 0), default=None)
    if ahead is not None:
        said = (
            f"An open deal closes in {counted(ahead, 'day')}"
            if ahead
            else "An open deal closes today"
        )
    elif past is not None:
        said = f"An open deal was to close {counted(-past, 'day')} ago"
    elif None in closing:
        said = "An open deal has no closing day"
    else:
        return
    yield _note("open_deal", f"{said}: does its owner agree to a reminder?")


def _owner(dossier: Dossier) -> Iterator[Doubt]:
    if dossier.owner is None:
        yield _note("owner_missing", "No account owner is known.")
    elif not is_active(dossier):
        yield _note("owner_gone", f"The account owner {dossier.owner.name} is no longer active.")


def is_active(dossier: Dossier) -> bool:
    """Whether the case has an account owner who is still with us."""
    return dossier.owner is not None and (dossier.owner.status or "active") == "active"


def _history(dossier: Dossier) -> Iterator[Doubt]:
    n = len(dossier.payments)
    if n < THIN_HISTORY:
        yield _note(
            "thin_history", f"Thin history: {counted(n, 'earlier paid invoice')} to judge by."
        )


def _blocking(code: str, sentence: str) -> Doubt:
    return Doubt(code=code, blocking=True, sentence=sentence)


def _note(code: str, sentence: str) -> Doubt:
    return Doubt(code=code, blocking=False, sentence=sentence)
