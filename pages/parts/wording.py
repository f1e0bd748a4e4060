"""How things read on screen: the collector's words for lanes, money, days, and text made safe.

Streamlit renders Markdown in most labels, so that whatever a stranger wrote must pass through
`escaped`, or be shown by a widget for plain text.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from pipeline.drafting.tokens import day_text, money_text
from pipeline.ledger.entries import what_happened
from pipeline.model import Entry, Lane, SourceCell

#: The lanes in the order of a day's work, each with the words that collectors use.
LANE_TITLES: dict[Lane, str] = {
    "routine": "Reminder",
    "relationship": "Owner's nudge",
    "blocked": "We owe them first",
    "disputed": "In dispute",
    "hands_off": "Never a template",
    "waiting": "Waiting",
    "not_due": "Not due yet",
}

#: Why customers dispute, as a card says it.
DISPUTE_TITLES = {
    "PRICE": "Price",
    "QTY_USAGE": "Quantity or usage",
    "SERVICE": "Service",
    "DUPLICATE": "Billed twice",
    "NOT_OURS": "Not theirs",
    "CREDIT_DISCOUNT": "Credit or discount",
    "TERMS": "Terms",
    "TAX": "Tax",
}

_LINK = re.compile(r":/(?=/)|\bwww(?=\.)|(?<=\w)@(?=\w)", re.IGNORECASE)
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~$&!@]|:(?=\w|/)|^[-+=]|(?<=^\d)[.)])")


def escaped(text: object) -> str:
    """Any text as one line that Markdown leaves as it is; an address in it is no link."""
    line = _LINK.sub("\\g<0>\N{ZERO WIDTH SPACE}", " ".join(str(text).split()))
    return _MARKUP.sub(r"\\\1", line)


def money(amount: Decimal, currency: str) -> str:
    """An exact amount with its currency."""
    return money_text(amount, currency)


def day(on: date | None) -> str:
    """12 May 2026, or a dash when there is none."""
    return day_text(on) if on else "–"


def moment(at: datetime) -> str:
    """A moment of the record, in UTC."""
    return f"{day_text(at.date())}, {at:%H:%M} UTC"


def counted(n: int, noun: str, plural: str = "") -> str:
    """1 case, 2 cases, 1,204 invoices, 3 entries."""
    return f"{n:,} {noun if n == 1 else plural or f'{noun}s'}"


def disputed_for(reason: str | None) -> str:
    """Why a customer disputes, in words; a reason of the pilot's own as it stands."""
    return DISPUTE_TITLES.get(reason or "", reason or "No reason given")


def place(cell: SourceCell | None) -> str:
    """Where a value was read: file, sheet, row, column."""
    if cell is None:
        return "pilot.toml"
    parts = [cell.file, cell.sheet, f"row {cell.row}" if cell.row else None, cell.column]
    return " · ".join(part for part in parts if part)


_ISO = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def dated(sentence: str) -> str:
    """A sentence of the engine with its days as pages write them: 2026-05-12 is 12 May 2026."""
    return _ISO.sub(lambda found: _day_said(found[0]), sentence)


def _day_said(text: str) -> str:
    try:
        return day_text(date.fromisoformat(text))
    except ValueError:  # three numbers that are no day stay as they are
        return text


def happened(entry: Entry) -> str:
    """What an entry of the record says, in words."""
    return dated(_happened(entry))


def _happened(entry: Entry) -> str:
    if entry.kind == "timing":
        return f"{entry.payload['kind']} took {float(entry.payload['active_minutes']):.1f} min"
    if entry.kind == "kill_switch":
        return "everything unsent was stopped" if entry.payload["on"] else "sending was let go on"
    if entry.kind == "promise_recorded":
        return f"payment was promised by {entry.payload['promised_on']}"
    return what_happened(entry)
