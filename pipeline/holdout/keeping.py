"""Whose drafts stay on the old process: the holdout's, from go-live until day 90."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from pipeline.model import Entry, Noun
from pipeline.settings import Settings

SUBJECT = "holdout"
#: The holdout waits until the close of the day before this one.
LAST_DAY = 90


class Held(Noun):
    """The holdout that stands."""

    entry: Entry
    families: frozenset[str]
    customer_ids: frozenset[str]


def held(entries: Iterable[Entry]) -> Held | None:
    """The holdout as it was drawn last and not withdrawn; None while there is none."""
    found = None
    for entry in entries:
        if entry.kind == "holdout_drawn":
            found = entry
        elif entry.kind == "holdout_withdrawn":
            found = None
    if found is None:
        return None
    said = found.payload
    return Held(
        entry=found,
        families=frozenset(said["families"]),
        customer_ids=frozenset(said["customers"]),
    )


def why_held(
    entries: Iterable[Entry],
    settings: Settings,
    as_of: date,
    customer_id: str,
    parent_id: str | None = None,
) -> str:
    """Why a customer gets no draft on a day, as one sentence; empty when nothing holds it back.

    A customer that joined a drawn family later waits with it.
    """
    start, live = settings.pilot.started_on, settings.go_live_on
    if start is None or live is None or not live <= as_of < start + timedelta(days=LAST_DAY):
        return ""
    stands = held(entries)
    if stands is None:
        return ""
    if customer_id in stands.customer_ids or {customer_id, parent_id} & stands.families:
        return (
            f"{customer_id} is in the holdout until day {LAST_DAY} "
            f"({start + timedelta(days=LAST_DAY)}): it stays on the old process, so that there is "
            "something to compare with."
        )
    return ""
