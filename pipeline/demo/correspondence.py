"""Tickets, reminders and replies around the drawn invoices, from July 2025 on."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from . import casting, wording
from .casting import CAST
from .days import GO_LIVE, LAST_DAY, after_business_hours, next_business_day, office_time
from .rows import Books, Contact, Customer, Dispute, Invoice, Message, Promised, Ticket
from .stories import is_planted
from .totals import balances

MAIL_SINCE = date(2025, 7, 1)
_REMINDED, _ANSWERED = 0.62, 0.58
_TICKETS = 110


class Mailbox:
    """Writes messages with running numbers, each in a thread."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._contacts: dict[str, Contact] = {}
        for contact in books.contacts:
            self._contacts.setdefault(contact.customer_id, contact)
        self._customers = {c.customer_id: c for c in books.customers}
        self._threads = 0

    def contact(self, invoice: Invoice) -> Contact:
        """The customer's first contact."""
        return self._contacts[invoice.customer_id]

    def collector(self, invoice: Invoice) -> str:
        """Who of us writes to this customer."""
        return casting.collector_of(invoice.customer_id)

    def customer(self, invoice: Invoice) -> Customer:
        """The customer of an invoice."""
        return self._customers[invoice.customer_id]

    def open_thread(self) -> str:
        """A thread id of its own."""
        self._threads += 1
        return f"TH-{10_000 + self._threads}"

    def write(
        self, thread: str, invoice: Invoice, way: str, sent_at: datetime, subject: str, body: str
    ) -> Message:
        """Add one message between the collector and the contact."""
        message = self.compose(thread, invoice, way, sent_at, subject, body)
        self._books.messages.append(message)
        return message

    def promise(self, message: Message, promised_on: date) -> None:
        """Remember what an answer promises."""
        self._books.promised.append(Promised(message, promised_on))

    def compose(
        self, thread: str, invoice: Invoice, way: str, sent_at: datetime, subject: str, body: str
    ) -> Message:
        """A message that the exports do not hold, or not yet."""
        ours = casting.own_mailbox(casting.name_of(self.collector(invoice)))
        theirs = self.contact(invoice).email
        sender, recipient = (theirs, ours) if way == "in" else (ours, theirs)
        return Message(
            "", thread, invoice.customer_id, invoice.invoice_id, way, sent_at, sender, recipient,
            subject, body,
        )  # fmt: skip


def correspond(books: Books, seed: int) -> None:
    """Reminders on what was late, the answers, and the disputes' own words; then tickets."""
    mailbox = Mailbox(books)
    contested = {dispute.invoice_id: dispute for dispute in books.disputes}
    settled = settled_on(books)
    for invoice in [i for i in books.invoices if _is_drawn(i)]:
        rng = Random(f"{seed}/mail/{invoice.invoice_id}")
        if invoice.invoice_id in contested:
            _complain(rng, mailbox, invoice, contested[invoice.invoice_id])
        else:
            _remind(rng, mailbox, invoice, settled[invoice.invoice_id])
    books.messages.sort(key=lambda m: (m.sent_at, m.invoice_id, m.direction))
    for number, message in enumerate(books.messages, 40_001):
        message.message_id = f"MSG-{number}"
    books.tickets += _tickets(books, seed)


def _is_drawn(invoice: Invoice) -> bool:
    recent = invoice.due_on >= MAIL_SINCE
    plain = invoice.kind == "invoice" and not is_planted(invoice.invoice_id)
    return plain and recent and invoice.customer_id not in CAST


def settled_on(books: Books) -> dict[str, date | None]:
    """The day of the last application of every invoice; None while it is open."""
    owed = balances(books, LAST_DAY)
    last: dict[str, date | None] = {i.invoice_id: None for i in books.invoices}
    for entry in books.applications:
        if not owed[entry.invoice_id]:
            last[entry.invoice_id] = max(last[entry.invoice_id] or date.min, entry.effective_on)
    return last


def _remind(rng: Random, mailbox: Mailbox, invoice: Invoice, settled: date | None) -> None:
    reminded = next_business_day(invoice.due_on + timedelta(rng.randrange(4, 9)))
    chance = rng.random()
    if reminded >= min(settled or LAST_DAY, LAST_DAY) or chance > _REMINDED:
        return
    sent_at = office_time(rng, reminded)
    subject = f"Invoice {invoice.invoice_id}"
    words = wording.REMINDER.format(**_fields(mailbox, invoice))
    # What went out through the pilot lies in its own record, not in the mail export.
    write = mailbox.compose if _in_copilot(mailbox, invoice, reminded) else mailbox.write
    asked = write(mailbox.open_thread(), invoice, "out", sent_at, subject, words)
    answered_at = after_business_hours(sent_at, rng.uniform(0.5, 14))
    if rng.random() < _ANSWERED and answered_at.date() < (settled or LAST_DAY):
        _answer(rng, mailbox, invoice, asked, answered_at, settled)


def _in_copilot(mailbox: Mailbox, invoice: Invoice, day: date) -> bool:
    customer = mailbox.customer(invoice)
    return day >= GO_LIVE and (customer.tier, customer.terms) == ("mid", "NET30")


def _answer(
    rng: Random, mailbox: Mailbox, invoice: Invoice, asked: Message, sent_at: datetime,
    settled: date | None,
) -> None:  # fmt: skip
    kinds = list(wording.REPLY_WEIGHTS)
    kind = rng.choices(kinds, list(wording.REPLY_WEIGHTS.values()))[0]
    if kind == "order" and not mailbox.customer(invoice).po_required:
        kind = "in_approval"
    promised_on = _promised(rng, sent_at, settled)
    fields = _fields(mailbox, invoice) | {"day": _spoken(promised_on)}
    text = rng.choice(wording.REPLIES[kind]).format(**fields)
    automatic = kind == "away"
    subject = ("Automatic reply: " if automatic else "Re: ") + asked.subject
    is_exported = not _in_copilot(mailbox, invoice, asked.sent_at.date())
    quoted = _quote(asked, fields["ours"]) if is_exported and not automatic else ""
    answer = mailbox.write(asked.thread_id, invoice, "in", sent_at, subject, text + quoted)
    if kind == "promise":
        mailbox.promise(answer, promised_on)
    _acknowledge(rng, mailbox, invoice, answer)


def _acknowledge(rng: Random, mailbox: Mailbox, invoice: Invoice, heard: Message) -> None:
    """Our own short answer, within a day."""
    sent_at = after_business_hours(heard.sent_at, rng.uniform(0.2, 7))
    if sent_at.date() > LAST_DAY:
        return
    automatic = heard.subject.startswith("Automatic reply: ")
    choices = (wording.TRY_AGAIN,) if automatic else wording.ACKNOWLEDGEMENTS
    words = rng.choice(choices).format(**_fields(mailbox, invoice))
    subject = f"Re: Invoice {invoice.invoice_id}"
    mailbox.write(heard.thread_id, invoice, "out", sent_at, subject, words)


def _promised(rng: Random, sent_at: datetime, settled: date | None) -> date:
    """The day they name: mostly the day that they keep, at times two days before it."""
    kept = settled or LAST_DAY + timedelta(days=6)
    day = next_business_day(kept - timedelta(days=rng.choice((0, 0, 0, 2))))
    return max(day, sent_at.date() + timedelta(days=1))


def _complain(rng: Random, mailbox: Mailbox, invoice: Invoice, dispute: Dispute) -> None:
    fields = _fields(mailbox, invoice)
    words = rng.choice(wording.DISPUTES[dispute.reason]).format(**fields)
    body = f"Hello {fields['ours']},\n\n{words}\n\n{fields['contact']}"
    subject = f"Invoice {invoice.invoice_id}"
    heard = mailbox.write(mailbox.open_thread(), invoice, "in", dispute.received_at, subject, body)
    _acknowledge(rng, mailbox, invoice, heard)


def _quote(asked: Message, author: str) -> str:
    lines = "\n".join(f"> {line}".rstrip() for line in asked.body.split("\n"))
    return f"\n\nOn {_spoken(asked.sent_at.date())}, {author} wrote:\n{lines}"


def _fields(mailbox: Mailbox, invoice: Invoice) -> dict[str, str]:
    sign = {"USD": "$", "EUR": "€", "GBP": "£"}[invoice.currency]
    return {
        "invoice": invoice.invoice_id,
        "amount": f"{sign}{invoice.amount:,.2f}",
        "due": _spoken(invoice.due_on),
        "contact": mailbox.contact(invoice).name.split()[0],
        "ours": casting.name_of(mailbox.collector(invoice)).split()[0],
    }


def _spoken(day: date) -> str:
    months = "January February March April May June July August September October November December"
    return f"{day.day} {months.split()[day.month - 1]}"


def _tickets(books: Books, seed: int) -> list[Ticket]:
    rng = Random(f"{seed}/tickets")
    others = [c for c in books.customers if c.customer_id not in CAST]
    tickets = [_ticket(rng, rng.choice(others)) for _ in range(_TICKETS)]
    tickets.sort(key=lambda t: (t.opened_at, t.customer_id))
    for number, ticket in enumerate(tickets, 6_001):
        ticket.ticket_id = f"TK-{number}"
    return tickets


def _ticket(rng: Random, customer: Customer) -> Ticket:
    kind, priority, subject, body = rng.choices(wording.TICKETS, wording.TICKET_WEIGHTS)[0]
    span = (LAST_DAY - MAIL_SINCE).days
    day = next_business_day(MAIL_SINCE + timedelta(rng.randrange(span - 2)))
    opened_at = office_time(rng, day)
    closed_at = after_business_hours(opened_at, rng.lognormvariate(2.2, 1.0))
    still_open = closed_at.date() > LAST_DAY
    return Ticket(
        "", customer.customer_id, "", opened_at, None if still_open else closed_at, kind, priority,
        subject, body,
    )  # fmt: skip
