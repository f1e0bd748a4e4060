"""Small dossiers for tests: one customer, a few invoices, every figure with its cell."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from pipeline.model import (
    Case,
    Dossier,
    Exchange,
    InvoiceLine,
    Lane,
    Payment,
    Person,
    SourceCell,
)

TODAY = date(2026, 4, 30)
COLUMNS = ("invoice_id", "issued_on", "due_on", "amount", "po_number")
MARIA = Person(
    person_id="K1",
    name="Maria Lopez",
    email="maria.lopez@harbor.example",
    verified_on=date(2026, 3, 1),
    status="active",
    cell=SourceCell(file="contacts.csv", row=2, column="name"),
)
DANA = Person(
    person_id="P1",
    name="Dana Whitfield",
    email="dana@northlight.example",
    status="active",
    cell=SourceCell(file="people.csv", row=2, column="name"),
)


def invoice(
    invoice_id: str = "INV-1001",
    days: int = 20,
    amount: str = "60000.00",
    opened: str | None = None,
    currency: str = "USD",
    po: str | None = None,
    terms: str | None = "NET30",
    row: int = 2,
) -> InvoiceLine:
    """An invoice that is so many days past due on the tests' day."""
    due = TODAY - timedelta(days=days)
    return InvoiceLine(
        invoice_id=invoice_id,
        issued_on=due - timedelta(days=30),
        due_on=due,
        amount=Decimal(amount),
        open_amount=Decimal(opened or amount),
        currency=currency,
        days_past_due=days,
        terms=terms,
        po_number=po,
        file="invoices.csv",
        row=row,
        columns={c: SourceCell(file="invoices.csv", row=row, column=c) for c in COLUMNS},
    )


def dossier(*lines: InvoiceLine, lane: Lane = "routine", **other: Any) -> Dossier:
    """A case of these invoices (one of $60,000.00 when none are given)."""
    lines = lines or (invoice(),)
    case = Case(
        case_id="C-1",
        customer_id="HARBOR",
        customer_name="Harbor Analytics Inc.",
        lane=lane,
        currency=lines[0].currency,
        invoice_ids=tuple(line.invoice_id for line in lines),
        open_amount=sum((line.open_amount for line in lines), Decimal(0)),
        value=Decimal(1),
        days_past_due=max(line.days_past_due or 0 for line in lines),
        rule="the rule",
        because="The rule says so.",
    )
    known: dict[str, Any] = {
        "case": case,
        "as_of": TODAY,
        "customer_name": case.customer_name,
        "standing": {"tier": "mid", "terms": "Net 30"},
        "invoices": lines,
        "facts": (),
        "exchanges": (),
        "payments": tuple(payment(n) for n in range(5)),
        "contact": MARIA,
        "owner": DANA,
        "doubts": (),
        "score_sentence": "",
        "sender_name": "Northlight Software",
    }
    return Dossier(**{**known, **other})


def payment(n: int, days_late: int = 20, paid_on: date = date(2026, 1, 15)) -> Payment:
    """An earlier invoice that was paid so many days late."""
    return Payment(
        invoice_id=f"OLD-{n}",
        amount=Decimal("777.77"),
        currency="USD",
        due_on=paid_on - timedelta(days=days_late),
        paid_on=paid_on,
        days_late=days_late,
    )


def heard(
    text: str, direction: str = "in", day: int = 20, subject: str = "Re: invoice"
) -> Exchange:
    """A message on a day of April."""
    return Exchange(
        sent_at=datetime(2026, 4, day, 9, 0, tzinfo=UTC),
        direction=direction,  # type: ignore[arg-type]
        sender="maria.lopez@harbor.example",
        subject=subject,
        text=text,
        source=SourceCell(file="messages.csv", row=2),
    )


_IDS = ["INV-{}", "{}", "SI/26/{}", "2026-{}", "F{}A", "NL 26.{}"]
_NAMES = [
    "Maria Lopez",
    "Tom van der Berg",
    "ACCOUNTS PAYABLE",
    "Lopez, Maria",
    "Dr. Ana Ruiz",
    "Li",
]
_NAMES += ["José Núñez", "May April", "O'Neil Brady-Smith", "anna kowalska"]


@st.composite
def dossiers(draw: st.DrawFn) -> Dossier:
    """Any case that may get a message: lanes, ages, currencies, PO numbers, part payments."""
    currency = draw(st.sampled_from(["USD", "EUR", "GBP", "CHF", "JPY"]))
    shape = draw(st.sampled_from(_IDS))
    numbers = draw(st.lists(st.integers(10_000, 99_999), min_size=1, max_size=5, unique=True))
    lines = [_line(draw, shape.format(n), currency, row) for row, n in enumerate(numbers, start=2)]
    person = MARIA.model_copy(update={"name": draw(st.sampled_from(_NAMES))})
    return dossier(
        *lines,
        lane=draw(st.sampled_from(["routine", "relationship"])),
        contact=person,
        po_required=draw(st.booleans()),
        payments=tuple(payment(n, draw(st.integers(-3, 30))) for n in range(6)),
    )


def _line(draw: st.DrawFn, invoice_id: str, currency: str, row: int) -> InvoiceLine:
    cents = draw(st.integers(100, 99_999_999))
    amount = Decimal(cents // 100 if currency == "JPY" else cents) / (
        1 if currency == "JPY" else 100
    )
    part = draw(st.sampled_from([None, None, (amount / 4).quantize(amount)]))
    opened = str(part) if part else None
    po = draw(st.sampled_from([None, "4500012345", "PO-7781", "88123"]))
    days = draw(st.integers(1, 150))
    return invoice(invoice_id, days, str(amount), opened, currency, po, row=row)
