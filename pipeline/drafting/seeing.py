"""What the books said when a message was approved, and in words what of it has changed since.

Only what a message rests on: invoices with balance, due day and terms, whom it goes to, and the
terms that customer and contract state. A change of any of it makes the approval void.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.drafting.tokens import day_text, money_text
from pipeline.model import Dossier

_UNKNOWN = "unknown"


def seen(dossier: Dossier) -> dict[str, str]:
    """The books behind one case as plain texts by name, such as "INV-1 is due on"."""
    found = {
        "the contact is": dossier.contact.name if dossier.contact else _UNKNOWN,
        "the address is": (dossier.contact.email if dossier.contact else None) or _UNKNOWN,
    }
    for place, terms in dossier.terms_sources.items():
        if place != "invoice":
            found[f"the {place}'s terms are"] = terms or _UNKNOWN
    for line in dossier.invoices:
        name = line.invoice_id
        found[f"{name} is open with"] = money_text(line.open_amount, line.currency)
        found[f"{name} is due on"] = day_text(line.due_on) if line.due_on else _UNKNOWN
        found[f"{name} has the terms"] = line.terms or _UNKNOWN
        found[f"{name} has the PO number"] = line.po_number or _UNKNOWN
    return found


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What reads differently now, one sentence each; nothing when nothing was noted before."""
    return [
        f"When it was approved, {name} {before[name]}; now it is {now.get(name, 'gone')}."
        for name in before
        if now.get(name) != before[name]
    ]
