"""The planted stories: what each one is, its ids, and what in the product should find it.

All are live on the last day of the exports. The ids hold for every seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

from .billing import credit_note
from .casting import DELIVERY_LEAD
from .company import TERM_DAYS
from .days import at
from .rows import Books, Customer, Dispute, Invoice, Payment, Ticket, money


class Story(NamedTuple):
    """One planted story."""

    told: str
    """What happened, in one sentence."""
    found_by: str
    """The part of the product that should show it, and what it should do."""
    ids: Mapping[str, str]
    """Role in the story -> id in the exports."""


def _story(told: str, found_by: str, **ids: str) -> Story:
    return Story(told, found_by, MappingProxyType(ids))


STORIES: Mapping[str, Story] = MappingProxyType({
    "missing_po": _story(
        "$60,000.00 stands 47 days past due because its PO number was only ever written in a chat, "
        "and its account manager left in January.",
        "routing: blocked (required PO missing, owner inactive); dossier: the PO in the chat",
        customer="C-1013", invoice="INV-79001", chat="MSG-90003", owner="P-08",
    ),
    "mid_renewal": _story(
        "A happy account, twelve days late, renews within 60 days.",
        "routing: relationship, a light nudge from the owner",
        customer="C-1014", invoice="INV-79002", owner="P-10",
    ),
    "open_delivery": _story(
        "The same age and the same amount, but a delivery complaint is open.",
        "routing: blocked, to the account executive and delivery; never a reminder",
        customer="C-1015", invoice="INV-79003", ticket="TK-90001", owner="P-11",
    ),
    "departed_clerk": _story(
        "The only contact for two late invoices has left, and her mailbox says so.",
        "data health and drafting: no draft until there is a verified contact",
        customer="C-1016", contact="K-1016-1", invoice="INV-79004", second_invoice="INV-79005",
        message="MSG-90006",
    ),
    "stale_contact": _story(
        "The contact was last confirmed in August.",
        "data health; drafting: a doubt about the contact",
        customer="C-1073", contact="K-1073-1", invoice="INV-79007",
    ),
    "weekend_due": _story(
        "Due on a Saturday: three days past due by the calendar, one business day.",
        "scoring: due dates rolled to the next business day; a quarter of all due dates are such",
        customer="C-1081", invoice="INV-79015",
    ),
    "whale": _story(
        "One customer is a quarter of all billings.",
        "segment choice: concentration, effective number of customers; routing: relationship",
        customer="C-1001",
    ),
    "thin_history": _story(
        "Customers with none, one, two or three invoices.",
        "scoring: thin history, mostly book average",
        none="C-1165", one="C-1166", two="C-1167", three="C-1168",
    ),
    "bank_fraud": _story(
        "Somebody with a look-alike address wants new bank details in our reminders.",
        "reading: bank-detail risk, never acted upon; routing: blocked until somebody has called",
        customer="C-1077", invoice="INV-79011", message="MSG-90020", question="MSG-90021",
    ),
    "already_paid": _story(
        "The customer says that it has paid, and the cash lies unapplied.",
        "routing: waiting until the cash is matched",
        customer="C-1076", invoice="INV-79010", payment="PAY-90001", message="MSG-90018",
    ),
    "promise_running": _story(
        "A promise to pay on 10 April is running; the collector noted it within the hour.",
        "record: the promise; routing: waiting until it and its grace have passed",
        customer="C-1148", invoice="INV-79008", message="MSG-90013",
    ),
    "promise_broken": _story(
        "A promise to pay by 20 March, noted when it came, was not kept.",
        "record: the promise; routing: waiting until 24 March, then back in review",
        customer="C-1149", invoice="INV-79009", message="MSG-90015",
    ),
    "missed_dispute": _story(
        "Billed for 60 seats, 45 live: said in a reply, flagged nowhere in the ERP.",
        "dispute signals from words: disputed, to the account executive, no reminder",
        customer="C-1017", invoice="INV-79006", message="MSG-90010", owner="P-13",
    ),
    "double_customer": _story(
        "Two customers that look like one: same mailbox, same clerk, almost the same name.",
        "data health: likely duplicate customers",
        customer="C-1079", twin="C-1080", invoice="INV-79013", twin_invoice="INV-79014",
    ),
    "open_disputes": _story(
        "One dispute has been flagged and nobody has accepted it; another is with its owner.",
        "routing: disputed; disputes: one unrouted and still counting, one routed",
        customer="C-1023", invoice="INV-79019", dispute="D-9001", accepted="D-9002",
        accepted_invoice="INV-79020",
    ),
    "old_debt": _story(
        "Three invoices outside pilot and control are 39, 68 and 121 days past due.",
        "aging: money in every bucket",
        invoice="INV-79021", older="INV-79022", oldest="INV-79023",
    ),
    "terms_conflict": _story(
        "The invoice says NET30, the signed contract NET60.",
        "data health and drafting: terms conflict, no draft until it is settled",
        customer="C-1078", invoice="INV-79012", contract="CT-1078",
    ),
    "re_aged": _story(
        "The due date was moved by six weeks after the invoice had fallen due.",
        "aging and rolls: stays on its first due date, shown as re-aged",
        customer="C-1143", invoice="INV-79016",
    ),
    "week_eight": _story(
        "Routine drafts are overridden less and less; those of the mid-renewal rule nearly always, "
        "and there are more of them, so that the whole rate cannot be told to fall.",
        "overrides: 'cannot tell', and the rule named that keeps being overridden",
        rule="mid-renewal",
    ),
    "stopped_for_a_call": _story(
        "On 27 March a customer asks about new bank details: the finance lead stops everything "
        "unsent until somebody has called, an hour and a half later.",
        "record: the kill switch on and off, by name",
        message="MSG-90021", person="P-01",
    ),
    "taken_back": _story(
        "One approval of February is taken back minutes later and sent in other words.",
        "record: the decision, its undoing and the new decision; overrides: counted once",
    ),
    "small_effect": _story(
        "The pilot really saves about half a day, less than this pilot could have seen.",
        "before/after: an interval that includes nought, and the words 'cannot tell'",
        effect="TRUE_SHRINK",
    ),
})  # fmt: skip


class _Bill(NamedTuple):
    invoice_id: str
    customer_id: str
    due_on: date
    cents: int
    note: str = "services"


_BILLS = (
    _Bill("INV-79001", "C-1013", date(2026, 2, 12), 6_000_000, "annual plan 2026"),
    _Bill("INV-79002", "C-1014", date(2026, 3, 19), 840_000, "subscription"),
    _Bill("INV-79003", "C-1015", date(2026, 3, 19), 840_000, "subscription"),
    _Bill("INV-79004", "C-1016", date(2026, 3, 20), 512_500, "subscription"),
    _Bill("INV-79005", "C-1016", date(2026, 3, 24), 98_640),
    _Bill("INV-79006", "C-1017", date(2026, 3, 15), 510_000, "60 seats"),
    _Bill("INV-79007", "C-1073", date(2026, 3, 20), 118_000, "subscription"),
    _Bill("INV-79008", "C-1148", date(2026, 3, 16), 164_500, "subscription"),
    _Bill("INV-79009", "C-1149", date(2026, 3, 9), 187_250, "subscription"),
    _Bill("INV-79010", "C-1076", date(2026, 3, 20), 214_500, "subscription"),
    _Bill("INV-79011", "C-1077", date(2026, 3, 23), 132_000, "subscription"),
    _Bill("INV-79012", "C-1078", date(2026, 3, 22), 156_000, "subscription"),
    _Bill("INV-79013", "C-1079", date(2026, 3, 25), 97_500, "subscription"),
    _Bill("INV-79014", "C-1080", date(2026, 3, 26), 89_500, "subscription"),
    _Bill("INV-79015", "C-1081", date(2026, 3, 28), 143_000, "subscription"),
    _Bill("INV-79016", "C-1143", date(2026, 3, 6), 455_000),
    _Bill("INV-79019", "C-1023", date(2026, 3, 27), 320_000),
    _Bill("INV-79020", "C-1147", date(2026, 3, 17), 276_000),
    _Bill("INV-79021", "C-1010", date(2026, 2, 20), 1_840_000),
    _Bill("INV-79022", "C-1152", date(2026, 1, 22), 132_000),
    _Bill("INV-79023", "C-1158", date(2025, 11, 30), 87_500),
    _Bill("INV-79017", "C-1021", date(2026, 4, 14), 12_500, "late payment fee"),
    _Bill("INV-79018", "C-1154", date(2026, 4, 20), 9_800, "late payment fee"),
)


def plant(books: Books) -> None:
    """Add the invoices, the cash, the ticket and the credit notes of the stories."""
    books.invoices += [_invoice(bill, books.customer(bill.customer_id)) for bill in _BILLS]
    books.payments.append(
        Payment(
            "PAY-90001", "C-1076", date(2026, 3, 18), money(214_500), "USD", money(214_500), "ach"
        )
    )
    books.tickets += _tickets()
    _contest_two(books)
    _leave_credits_open(books)


def _invoice(bill: _Bill, customer: Customer) -> Invoice:
    issued_on = bill.due_on - timedelta(days=TERM_DAYS[customer.terms])
    return Invoice(
        invoice_id=bill.invoice_id,
        customer_id=bill.customer_id,
        issued_on=issued_on,
        due_on=bill.due_on,
        amount=money(bill.cents),
        currency=customer.currency,
        kind="debit_note" if "fee" in bill.note else "invoice",
        terms=customer.terms,
        contract_id=f"CT-{customer.customer_id.removeprefix('C-')}",
        known_on=issued_on,
        re_aged_due_on=date(2026, 4, 17) if bill.invoice_id == "INV-79016" else None,
        note=bill.note,
    )


def _leave_credits_open(books: Books) -> None:
    """Three credit notes that nobody has matched yet."""
    for number, (customer_id, day, cents) in enumerate(
        (
            ("C-1008", date(2026, 3, 11), 425_000),
            ("C-1046", date(2026, 3, 18), 64_000),
            ("C-1118", date(2026, 3, 24), 21_500),
        ),
        9_001,
    ):
        latest = max(
            (i for i in books.invoices if i.customer_id == customer_id and i.kind == "invoice"),
            key=lambda i: (i.issued_on, i.invoice_id),
        )
        books.invoices.append(credit_note(latest, f"CN-{number}", day, cents))


def _contest_two(books: Books) -> None:
    accepted_at = at(date(2026, 3, 20), "15:35")
    books.disputes += [
        Dispute(
            "D-9001", "INV-79019", at(date(2026, 3, 30), "10:20"), at(date(2026, 3, 27), "14:02"),
            None, "", None, money(320_000), "SERVICE",
        ),
        Dispute(
            "D-9002", "INV-79020", at(date(2026, 3, 20), "09:10"), at(date(2026, 3, 19), "11:47"),
            accepted_at, DELIVERY_LEAD, None, money(69_000), "QTY_USAGE",
        ),
    ]  # fmt: skip
    for invoice in books.invoices:
        invoice.disputed |= invoice.invoice_id in ("INV-79019", "INV-79020")


def _tickets() -> list[Ticket]:
    return [
        Ticket(
            "TK-90001", "C-1015", "INV-79003", at(date(2026, 3, 5), "10:42"), None, "delivery",
            "high", "Warehouse connector still not delivered",
            "The connector in our order was promised for 27 February. Without it the scanners at "
            "our two warehouses cannot sync. Nobody has given us a date.",
        ),
        Ticket(
            "TK-90002", "C-1014", "", at(date(2026, 2, 3), "15:20"),
            at(date(2026, 2, 4), "09:05"), "how_to", "low", "How do we add a second approver?",
            "Found it in the guide, thank you. Great product by the way.",
        ),
        Ticket(
            "TK-90003", "C-1022", "", at(date(2026, 3, 30), "13:11"), None, "how_to", "low",
            "Renaming a workspace", "Can we rename a workspace without losing its links?",
        ),
        Ticket(
            "TK-90004", "C-1090", "", at(date(2026, 3, 26), "16:02"), None, "billing", "normal",
            "Wrong cost centre", "Please put cost centre 4410 on what you bill us from now on.",
        ),
    ]  # fmt: skip


def is_planted(invoice_id: str) -> bool:
    """Whether an invoice belongs to a story; the drawn mail and disputes leave it alone."""
    return invoice_id.startswith("INV-79")
