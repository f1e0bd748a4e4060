"""Tickets of helpdesks: whose they are, and what their kinds mean for collecting."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.pilot import Pilot
from tests.drawn import Draw, seen

BOOKS = """
    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount
    A          | c1          | 2026-01-05 | 2026-02-04 | 100.00

    customers.csv
    customer_id | name
    c1          | Acme Ltd
    c2          | Twin
    c3          | Twin

    contacts.csv
    contact_id | customer_id | name  | email
    k1         | c1          | Maria | ap@acme.example
"""


@pytest.mark.parametrize(
    ("file", "rows"),
    [("helpdesk_600_multilang", 600), ("support_tickets_8469", 8469), ("cfpb_131", 131)],
)
def test_real_ticket_files_are_taken_whole(drawn: Draw, shared: Path, file: str, rows: int) -> None:
    pilot = drawn(BOOKS)
    shutil.copy(shared / "data/tickets" / f"{file}.csv", pilot.exports)
    report = Pilot.open(pilot.folder).load()
    (found,) = [one for one in report.files if one.kind == "tickets"]
    assert (found.rows, found.accepted, found.refused) == (rows, rows, 0), found.reasons[:3]


@pytest.mark.parametrize(
    ("kind", "concern"),
    [
        *(("Refund request", "dispute"), ("Reklamation", "dispute"), ("Réclamation", "dispute")),
        *(("Reclamação", "dispute"), ("Returns and Exchanges", "dispute")),
        *(("Lieferung", "delivery"), ("Panne", "delivery"), ("Technical issue", "delivery")),
        *(("Rechnung", "billing"), ("Facturación", "billing"), ("Billing and Payments", "billing")),
        *(("Human Resources", "other"), ("", "unclear")),
    ],
)
def test_a_kind_means_a_concern_in_any_language(drawn: Draw, kind: str, concern: str) -> None:
    pilot = drawn(f"""{BOOKS}
    tickets.csv
    ticket_id | customer_id | opened_at  | kind   | subject
    t1        | c1          | 2026-02-01 | {kind} | x
    """)
    (row,) = seen(pilot, "2026-03-01").table("open_tickets")
    assert row["concern"] == concern


def test_a_ticket_finds_its_customer_by_id_address_or_name(drawn: Draw) -> None:
    pilot = drawn(f"""{BOOKS}
    tickets.csv
    ticket_id | customer_id     | invoice_id | opened_at  | subject
    t1        | C1              |            | 2026-02-01 | x
    t2        | AP@acme.example |            | 2026-02-01 | x
    t3        | acme ltd        |            | 2026-02-01 | x
    t4        | Twin            |            | 2026-02-01 | x
    t5        | nobody          | A          | 2026-02-01 | x
    """)
    day = seen(pilot, "2026-03-01")
    whose = {r["ticket_id"]: r["customer_id"] for r in day.table("open_tickets") if r["is_matched"]}
    assert whose == {"t1": "c1", "t2": "c1", "t3": "c1", "t5": "c1"}
    assert [row["ticket_id"] for row in day.table("unmatched_tickets")] == ["t4"]
