r"""Rows to files: CSV in our own layout, and the pilot's settings.

Always UTF-8 with `\n` line ends and rows in the order given, so that the same
books are the same bytes.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

from .casting import COMPANY
from .days import BASELINE, SELECTION, STARTED_ON
from .rows import (
    Application,
    Books,
    Contact,
    Contract,
    ControlTotal,
    Customer,
    Dispute,
    Invoice,
    Message,
    Payment,
    Person,
    PrepItem,
    Ticket,
)

FILES: dict[str, type[Any]] = {
    "invoices": Invoice,
    "applications": Application,
    "payments": Payment,
    "customers": Customer,
    "contacts": Contact,
    "people": Person,
    "contracts": Contract,
    "tickets": Ticket,
    "messages": Message,
    "disputes": Dispute,
    "prep_log": PrepItem,
    "control_totals": ControlTotal,
}
"""File name without `.csv` -> the class whose fields are its columns."""

SETTINGS = f"""\
# The settings of the demo pilot. Everything in this folder is synthetic: no person,
# company or invoice in it exists.
[pilot]
name = "Mid-tier net-30, spring"
company = "{COMPANY}"
currency = "USD"
started_on = {STARTED_ON}
synthetic = true

[segment]
name = "Mid-tier net-30"
where = "tier = 'mid' and terms = 'NET30'"

[control]
kind = "comparison"
where = "tier = 'smb' and terms = 'NET30'"

[windows]
selection = [{SELECTION[0]}, {SELECTION[1]}]
baseline = [{BASELINE[0]}, {BASELINE[1]}]

[rates]
EUR = 1.10
GBP = 1.27
"""


def write_books(folder: Path, books: Books) -> None:
    """Write all twelve exports into `folder/exports`, and `folder/pilot.toml`."""
    exports = write_settings(folder)
    for name, row_type in FILES.items():
        text = _csv([f.name for f in fields(row_type)], getattr(books, name))
        (exports / f"{name}.csv").write_text(text, encoding="utf-8", newline="")


def write_settings(folder: Path) -> Path:
    """Create the pilot folder with its settings; return its exports folder."""
    exports = folder / "exports"
    exports.mkdir(parents=True, exist_ok=True)
    (folder / "pilot.toml").write_text(SETTINGS, encoding="utf-8", newline="")
    return exports


def _csv(columns: Sequence[str], rows: Sequence[object]) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(getattr(row, column)) for column in columns] for row in rows)
    return out.getvalue()


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case _:
            return str(value)
