"""Which decision rule holds: the signed one as it stood by the day, whatever pilot.toml says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from pipeline.model import Entry
from pipeline.protocol import RULE, Signed, decision_rule, rule_numbers, signed
from pipeline.proving import READ_OUTS
from pipeline.settings import ProtocolSection, Settings


class Fixed(NamedTuple):
    """The rule to judge by, and how firmly it stands."""

    text: str
    numbers: ProtocolSection | None
    """None when its words are not ones that can be judged here."""
    fixed_on: date | None
    """The day on which these words were fixed; None while nothing is signed."""
    by: str
    notes: tuple[str, ...]
    """What whoever reads the rule must know of it, as sentences."""


def fixed_rule(settings: Settings, entries: Sequence[Entry], as_of: date) -> Fixed:
    """The rule as it was signed by the day; what today's settings say while nothing is."""
    today = decision_rule(settings)
    stands = signed(entry for entry in entries if entry.on_day <= as_of)
    if stands is None:
        said = (
            "The rule was never fixed: nobody has signed the protocol, so this is only what "
            "today's settings would say."
        )
        return Fixed(today, settings.protocol, None, "", (said,))
    says = {clause.heading: clause.says for clause in stands.charter.clauses}
    text = says.get(RULE, "")
    on, by, notes = _since(stands, settings)
    if text != today:
        notes.append("pilot.toml now says other numbers; the signed ones are judged by.")
    numbers = rule_numbers(text)
    if numbers is None:
        notes.append("Its words are not ones that can be judged here: judge it by hand.")
    return Fixed(text, numbers, on, by, tuple(notes))


def _since(stands: Signed, settings: Settings) -> tuple[date, str, list[str]]:
    """Since when and by whom the words stand, and whether that was late."""
    changes = [e for e in stands.changes if any(name == RULE for name, *_ in e.payload["differs"])]
    on, by, notes = stands.on_day, stands.by, []
    if changes:
        last = changes[-1]
        notes.append(
            f"Signed by {by} on {on} with other words; changed by {last.by} on {last.on_day}: "
            f"{last.payload['reason']}"
        )
        on, by = last.on_day, last.by
    start = settings.pilot.started_on
    first = start + timedelta(days=READ_OUTS[0] - 1) if start else None
    if first and on >= first:
        notes.append(f"It was fixed on {on}, when the first read-out ({first}) was already over.")
    return on, by, notes
