"""A small book whose lanes can be read off: two renewals, a dispute, a ticket, and plain ones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipeline.pilot import Pilot
from tests.drawn import draw

NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
ON = date(2026, 3, 20)

#: On 20 March c1 renews in 51 days, c2 in 20; c4's invoice is in dispute, c5 has a ticket.
BOOKS = """
    customers.csv
    customer_id | name  | renews_on
    c1          | One   | 2026-05-10
    c2          | Two   | 2026-04-09
    c3          | Three |
    c4          | Four  |
    c5          | Five  |

    contacts.csv
    contact_id | customer_id | name | email        | verified_on
    K1         | c1          | Ann  | a@c1.example | 2026-03-01
    K2         | c2          | Bob  | b@c2.example | 2026-03-01
    K3         | c3          | Cem  | c@c3.example | 2026-03-01
    K4         | c4          | Dee  | d@c4.example | 2026-03-01
    K5         | c5          | Eva  | e@c5.example | 2026-03-01

    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount | currency
    far        | c1          | 2026-01-10 | 2026-02-09 | 100.00 | USD
    near       | c2          | 2026-01-10 | 2026-02-09 | 200.00 | USD
    plain      | c3          | 2026-01-10 | 2026-02-09 | 50.00  | USD
    plain2     | c3          | 2026-01-11 | 2026-02-10 | 60.00  | USD
    contested  | c4          | 2026-01-10 | 2026-02-09 | 70.00  | USD
    unmet      | c5          | 2026-01-10 | 2026-02-09 | 80.00  | USD
    later      | c3          | 2026-03-10 | 2026-04-09 | 90.00  | USD

    disputes.csv
    dispute_id | invoice_id | flagged_at           | reason
    D1         | contested  | 2026-03-02T09:00:00Z | PRICE

    tickets.csv
    ticket_id | customer_id | opened_at            | subject            | kind
    T1        | c5          | 2026-03-05T09:00:00Z | Nothing was shipped | delivery
"""
SETTINGS = """
[pilot]
currency = "USD"
started_on = 2026-01-01

[[rule]]
name = "delivery complaint open"
lane = "blocked"
when = "open_delivery_tickets > 0"
because = "A delivery ticket is open."

[[rule]]
name = "mid-renewal"
lane = "relationship"
when = "days_to_renewal is not null and days_to_renewal between 0 and 60"
because = "Renews in {days_to_renewal} days."
"""


@pytest.fixture
def pilot(tmp_path: Path) -> Pilot:
    return draw(tmp_path / "pilot", BOOKS, SETTINGS)
