"""Small tables drawn as text in a test, written as a pilot, and opened.

    invoices.csv
    invoice_id | customer_id | issued_on  | amount
    A          | c1          | 2026-01-05 | 100.00

Tables stand apart by a blank line; the line before a header names the file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import Any

from pipeline.model import Entry
from pipeline.pilot import Pilot
from pipeline.warehouse.day import Day

#: Draws tables (and a pilot.toml) as a pilot folder and opens it.
Draw = Callable[..., Pilot]


def as_csv(lines: Sequence[str]) -> str:
    """Rows of cells between bars as CSV; cells lose their outer spaces, except inside quotes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for line in lines:
        cells = [cell.strip() for cell in line.split("|")]
        writer.writerow([c[1:-1] if c[:1] == c[-1:] == '"' and len(c) > 1 else c for c in cells])
    return out.getvalue()


def tables(text: str) -> dict[str, str]:
    """File name -> its CSV text."""
    found = {}
    for block in dedent(text).strip().split("\n\n"):
        name, *lines = block.strip().splitlines()
        found[name.strip()] = as_csv(lines)
    return found


def draw(folder: Path, text: str = "", settings: str = "") -> Pilot:
    """Writes the drawn tables into a pilot folder (existing files stay) and opens it."""
    pilot = Pilot.create(folder)
    for name, content in tables(text).items() if text.strip() else ():
        (pilot.exports / name).write_text(content, encoding="utf-8")
    if settings:
        (folder / "pilot.toml").write_text(dedent(settings), encoding="utf-8")
    return Pilot.open(folder)


def seen(pilot: Pilot, on: date | str, entries: Sequence[Entry] = ()) -> Day:
    """The books and these entries of a record as of a day."""
    day = date.fromisoformat(on) if isinstance(on, str) else on
    return Day(pilot.books(), day, pilot.lens(), entries)


def balances(day: Day, flavour: str = "restated") -> dict[str, Decimal]:
    """invoice_id -> open balance on the day, of every document that still has one."""
    rows = day.select(
        "select invoices.invoice_id, balances.balance from balances "
        "join invoices on balances.invoice_key = invoices.invoice_key "
        "where balances.flavour in ('both', ?) and balances.from_on <= ? and balances.to_on > ? "
        "and balances.balance > 0",
        [flavour, day.as_of, day.as_of],
    )
    return {row["invoice_id"]: row["balance"] for row in rows}


def open_row(day: Day, invoice_id: str) -> dict[str, Any]:
    """One row of `open_invoices`."""
    (row,) = day.select("select * from open_invoices where invoice_id = ?", [invoice_id])
    return row


def money(**amounts: str | int) -> dict[str, Decimal]:
    """invoice_id -> amount, for comparing."""
    return {name: Decimal(str(amount)) for name, amount in amounts.items()}
