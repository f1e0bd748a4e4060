"""A small pilot drawn by hand, and the command line called from inside the process.

Every figure of it can be worked out on paper; the books end on 31 March 2026.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from pipeline.__main__ import main

Cells = Sequence[object]

SETTINGS = """
[pilot]
name = "Drawn by hand"
company = "Northlight Software"
currency = "USD"
started_on = 2026-01-01
[segment]
where = "tier = 'mid'"
[control]
where = "tier = 'smb'"
[rates]
EUR = 1.10
"""


@dataclass(frozen=True)
class Said:
    """What one call of the command line left behind."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """The one JSON object on stdout; anything else there is an error."""
        assert self.out.endswith("\n")
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


def call(*arguments: object) -> Said:
    """`python -m pipeline ARGUMENTS`, without another process."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main([str(argument) for argument in arguments])
    return Said(status, out.getvalue(), err.getvalue())


def refused(said: Said, status: int, *words: object) -> None:
    """One sentence on stderr that says these words, and nothing on stdout."""
    assert (said.status, said.out) == (status, ""), said
    assert_sentence(said.err)
    for word in words:
        assert str(word) in said.err, said.err


def assert_sentence(text: str) -> None:
    """One line that begins and ends as a sentence does, and is no traceback."""
    assert text.endswith(".\n"), text
    assert text.count("\n") == 1, text
    assert "Traceback" not in text
    assert not text[0].isspace()


def write_csv(folder: Path, name: str, header: str, rows: Iterable[Cells]) -> Path:
    """One export in our own layout."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(header.split(","))
        lines.writerows(rows)
    return path


CUSTOMERS = (
    ("C-ALDER", "Alder Works", "mid", "NET30", "", "", "P-1"),
    ("C-BIRCH", "Birch Labs", "mid", "NET30", "", "", "P-1"),
    ("C-CEDAR", "Cedar Freight", "mid", "NET30", "true", "", "P-1"),
    ("C-DOGWOOD", "Dogwood Clinic", "smb", "NET30", "", "true", "P-1"),
    ("C-ELM", "Elm Verlag", "smb", "NET30", "", "", "P-1"),
    ("C-FIR", "Fir Bakery", "smb", "", "", "", "P-1"),
)
INVOICES = (
    # Alder: two open and past due, one credit note, a settled past.
    ("A-1", "C-ALDER", "2026-01-10", "2026-02-09", "1000.00", "USD", "invoice", "NET30"),
    ("A-2", "C-ALDER", "2026-02-20", "2026-03-22", "250.50", "USD", "invoice", "NET30"),
    ("A-0", "C-ALDER", "2025-11-03", "2025-12-03", "400.00", "USD", "invoice", "NET30"),
    ("A-CN", "C-ALDER", "2026-03-02", "2026-03-02", "-50.00", "USD", "credit_note", "NET30"),
    # Birch: disputed for 200.00; Cedar: no PO number; Dogwood: hands off.
    ("B-1", "C-BIRCH", "2026-01-15", "2026-02-14", "700.00", "USD", "invoice", "NET30"),
    ("C-1", "C-CEDAR", "2025-12-20", "2026-01-19", "900.25", "USD", "invoice", "NET30"),
    ("D-1", "C-DOGWOOD", "2026-02-01", "2026-03-03", "120.00", "USD", "invoice", "NET30"),
    # Elm: euros, not due yet; Fir: nothing says when it is due.
    ("E-1", "C-ELM", "2026-03-16", "2026-04-15", "300.00", "EUR", "invoice", "NET30"),
    ("F-1", "C-FIR", "2026-03-10", "", "75.00", "USD", "invoice", ""),
)
APPLICATIONS = (("X-1", "A-0", "cash", "2025-12-05", "400.00", "USD", "2025-12-08"),)
GIANTS = range(1, 12)


def draw(folder: Path) -> Path:
    """Writes the exports and pilot.toml into a folder to load from."""
    write_csv(
        folder,
        "customers.csv",
        "customer_id,name,tier,terms,po_required,hands_off,owner_id",
        (*CUSTOMERS, *((f"G-{n}", f"Giant {n}", "top", "NET30", "", "", "P-1") for n in GIANTS)),
    )
    write_csv(
        folder,
        "invoices.csv",
        "invoice_id,customer_id,issued_on,due_on,amount,currency,kind,terms",
        (*INVOICES, *(_giant_invoice(n) for n in GIANTS)),
    )
    write_csv(
        folder,
        "applications.csv",
        "application_id,invoice_id,kind,effective_on,amount,currency,known_on",
        (*APPLICATIONS, *(_giant_cash(n) for n in GIANTS)),
    )
    _draw_the_rest(folder)
    (folder / "pilot.toml").write_text(SETTINGS, encoding="utf-8")
    return folder


def _giant_invoice(n: int) -> Cells:
    """Eleven customers above all others, so that the small ones are no top ten."""
    return (f"G-{n}-1", f"G-{n}", "2026-01-05", "2026-02-04", "10000.00", "USD", "invoice", "NET30")


def _giant_cash(n: int) -> Cells:
    return (f"XG-{n}", f"G-{n}-1", "cash", "2026-02-03", "10000.00", "USD", "2026-02-03")


def _draw_the_rest(folder: Path) -> None:
    write_csv(
        folder,
        "contacts.csv",
        "contact_id,customer_id,name,email,verified_on,status",
        (
            (f"K-{row[0]}", row[0], f"Payables of {row[1]}", _email(row[0]), "2026-03-01", "active")
            for row in CUSTOMERS
        ),
    )
    write_csv(
        folder,
        "people.csv",
        "person_id,name,email,team,active",
        [
            ("P-1", "Ana Ruiz", "ana@northlight.example", "sales", "true"),
            ("P-2", "Ben Cho", "ben@northlight.example", "billing", "true"),
        ],
    )
    write_csv(
        folder,
        "payments.csv",
        "payment_id,customer_id,received_on,amount,currency,unapplied_amount",
        [("M-1", "C-CEDAR", "2026-03-05", "80.00", "USD", "80.00")],
    )
    write_csv(
        folder,
        "disputes.csv",
        "dispute_id,invoice_id,flagged_at,amount,reason",
        [("Q-1", "B-1", "2026-03-02T09:00:00Z", "200.00", "price")],
    )
    write_csv(
        folder,
        "control_totals.csv",
        "as_of,currency,ar_amount",
        [("2026-03-31", "USD", "2915.75"), ("2026-03-31", "EUR", "300.00")],
    )
    write_csv(
        folder,
        "prep_log.csv",
        "item_id,invoice_id,person_id,kind,started_at,active_minutes",
        [
            ("W-1", "A-1", "P-1", "prep", "2026-01-20T09:00:00Z", "22"),
            ("W-2", "A-2", "P-1", "prep", "2026-02-24T09:00:00Z", "6.5"),
        ],
    )


def _email(customer_id: str) -> str:
    return f"ap@{customer_id.lower()}.example"
