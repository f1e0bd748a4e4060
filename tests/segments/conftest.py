"""A company drawn by rule, with a year and a half of invoices, to cut segments out of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from pipeline.pilot import Pilot
from tests.drawn import draw

AS_OF = date(2026, 3, 31)
FIRST = date(2024, 12, 2)
SETTINGS = """
[pilot]
currency = "USD"
as_of = 2026-03-31
"""


class Company:
    """Customers by tier, each billed every so many days, paying so many days late in turn."""

    def __init__(self) -> None:
        self.customers: list[str] = []
        self.contacts: list[str] = []
        self.invoices: list[str] = []
        self.payments: list[str] = []
        self.disputes: list[str] = []

    def add(
        self,
        tier: str,
        number: int,
        *,
        every: int = 15,
        late: tuple[int, ...] = (0, 3, 9),
        amount: int = 1000,
        owner: str = "P-1",
        parent: str = "",
        terms: str = "NET30",
    ) -> None:
        """So many customers of a tier, with everything that makes them fit."""
        for n in range(number):
            name = f"{tier}-{n:02}"
            self.customers.append(f"{name} | {name} | {parent} | {tier} | US | {terms} | {owner}")
            self.contacts.append(f"K-{name} | {name} | Kim | kim@{name}.example | 2026-03-01")
            self._bill(name, n, every, late, amount, terms)

    def _bill(
        self, name: str, n: int, every: int, late: tuple[int, ...], amount: int, terms: str
    ) -> None:
        day, number = FIRST + timedelta(n % every), 0
        while day <= AS_OF:
            due = day + timedelta(30)
            invoice = f"{name}.{number}"
            self.invoices.append(f"{invoice} | {name} | {day} | {due} | {amount + n} | {terms}")
            paid = due + timedelta(late[(number + n) % len(late)])
            if paid <= AS_OF:
                self.payments.append(f"A-{invoice} | {invoice} | cash | {paid} | {amount + n}")
            day, number = day + timedelta(every), number + 1

    def text(self) -> str:
        """Its exports as drawn tables."""
        tables = {
            "customers.csv": (
                "customer_id | name | parent_id | tier | country | terms | owner_id",
                self.customers,
            ),
            "people.csv": ("person_id | name | email | active", _PEOPLE),
            "contacts.csv": (
                "contact_id | customer_id | name | email | verified_on",
                self.contacts,
            ),
            "invoices.csv": (
                "invoice_id | customer_id | issued_on | due_on | amount | terms",
                self.invoices,
            ),
            "applications.csv": (
                "application_id | invoice_id | kind | effective_on | amount",
                self.payments,
            ),
            "disputes.csv": ("dispute_id | invoice_id | flagged_at | closed_at", self.disputes),
        }
        return "\n\n".join(_table(name, *rows) for name, rows in tables.items() if rows[1])


_PEOPLE = ["P-1 | Ana Ruiz | ana@we.example | true", "P-2 | Gone | gone@we.example | false"]


def _table(name: str, header: str, rows: Iterable[str]) -> str:
    return "\n".join([name, header, *rows])


def opened(folder: Path, company: Company, settings: str = "", *, ties: bool = True) -> Pilot:
    """The company as a pilot; with `ties`, its control totals are those of its own books."""
    text = company.text()
    pilot = draw(folder, text, SETTINGS + settings)
    if not ties:
        return pilot
    ends = (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31))
    totals = [f"{on} | USD | {_owed(company, on)}" for on in ends]
    return draw(folder, _table("control_totals.csv", "as_of | currency | ar_amount", totals))


def _owed(company: Company, on: date) -> int:
    """What is open at the close of a day, by plain loops over the drawn rows."""
    bills = [row.split(" | ") for row in company.invoices]
    cash = [row.split(" | ") for row in company.payments]
    billed = [int(row[4]) for row in bills if row[2] <= str(on)]
    return sum(billed) - sum(int(row[4]) for row in cash if row[3] <= str(on))
