"""The record's entries as rows beside the books: what was known by the day, on its calendar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from fnmatch import fnmatchcase
from functools import cache

import polars as pl

from pipeline.model import Entry, canonical_json
from pipeline.warehouse.statements import Statement, folder

_LEDGER_SCHEMA = {
    "seq": pl.Int64(),
    "event_id": pl.String(),
    "kind": pl.String(),
    "subject": pl.String(),
    "written_by": pl.String(),
    "written_at": pl.Datetime("us"),
    "on_day": pl.Date(),
    "payload": pl.String(),
}


#: How far the exports may lag behind the clock before a day counts as replayed.
_LAG_DAYS = 7


def _moment(entry: Entry) -> datetime:
    """When an entry was written (UTC), on the books' calendar.

    On a day that is being replayed the clock says another date: the day counts then, with the
    clock's time of day, so that hours between two entries stay what they were.
    """
    at = entry.at.replace(tzinfo=None)
    if abs((at.date() - entry.on_day).days) <= _LAG_DAYS:
        return at
    return datetime.combine(entry.on_day, at.time())


def ledger_rows(entries: Sequence[Entry], as_of: date) -> pl.DataFrame:
    """One row per entry written on the day or before, in the order of the record."""
    known = [entry for entry in entries if entry.on_day <= as_of]
    return pl.DataFrame(
        {
            "seq": [entry.seq for entry in known],
            "event_id": [entry.event_id for entry in known],
            "kind": [entry.kind for entry in known],
            "subject": [entry.subject for entry in known],
            "written_by": [entry.by for entry in known],
            "written_at": [_moment(entry) for entry in known],
            "on_day": [entry.on_day for entry in known],
            "payload": [canonical_json(entry.payload) for entry in known],
        },
        schema=_LEDGER_SCHEMA,
    )


#: The kinds of entry that a statement looks at: `kind = 'decision'`, `kind like 'dispute_%'`.
_KIND = re.compile(r"\bkind\s*(?:=|like)\s*'([^']+)'")


def continues(seen: Sequence[Entry], entries: Sequence[Entry]) -> bool:
    """Whether the entries begin with those already seen."""
    if len(entries) < len(seen):
        return False
    return not seen or entries[len(seen) - 1].hash == seen[-1].hash


@cache
def follow_from(kinds: frozenset[str]) -> frozenset[str]:
    """The day's tables that entries of these kinds can change, directly or through others.

    A statement that reads the record without naming the kinds it looks at is always among them.
    """
    tables = folder("day")
    found = {
        name
        for name, table in tables.items()
        if "ledger_entries" in table.words and _looks_at(table, kinds)
    }
    while True:
        more = found | {name for name, table in tables.items() if table.words & found}
        if more == found:
            return frozenset(found)
        found = more


def _looks_at(table: Statement, kinds: frozenset[str]) -> bool:
    named = [name.replace("%", "*") for name in _KIND.findall(table.select)]
    return not named or any(fnmatchcase(kind, name) for name in named for kind in kinds)
