"""One customer with one sound invoice, drawn: no check fails; tests replace a table to see one."""

from __future__ import annotations

from pipeline.pilot import Pilot
from tests.drawn import Draw

ON = "2026-03-20"
SETTINGS = '[pilot]\ncurrency = "USD"\nstarted_on = 2026-02-10\n'

SOUND = {
    "customers.csv": """
        customer_id | name     | terms | owner_id | po_required
        c1          | Harbor   | NET30 | p1       | false
        """,
    "contacts.csv": """
        contact_id | customer_id | name       | email           | verified_on | status
        k1         | c1          | Judit Novak | jn@c1.example  | 2026-03-01  | active
        """,
    "people.csv": """
        person_id | name      | email           | team    | active
        p1        | Rita Moss | rita@us.example | finance | true
        p2        | Ben Vale  | ben@us.example  | sales   | false
        """,
    "invoices.csv": """
        invoice_id | customer_id | issued_on  | due_on     | amount | currency | terms | po_number
        A-1001     | c1          | 2026-01-10 | 2026-02-09 | 100.00 | USD      | NET30 |
        """,
}


def sound(draw: Draw, settings: str = SETTINGS, **tables: str) -> Pilot:
    """The sound pilot with some tables drawn anew: `invoices` stands for invoices.csv."""
    drawn = {**SOUND, **{f"{name}.csv": text for name, text in tables.items()}}
    blocks = [
        "\n".join([name, *(line.strip() for line in text.strip().splitlines())])
        for name, text in drawn.items()
        if text.strip()
    ]
    return draw("\n\n".join(blocks), settings)


def mail(said: str, sender: str = "jn@c1.example", at: str = "2026-03-18T10:00:00Z") -> str:
    """A messages table with one message of the customer."""
    return (
        "message_id | customer_id | direction | sent_at | sender | recipients | subject | body\n"
        f"m1 | c1 | in | {at} | {sender} | rita@us.example | Re: A-1001 | {said}"
    )
