"""What the chain itself says of entries whose texts are gone: nothing else explains them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from pipeline.model import Noun

ERASED = "erased"
"""The kind of entry that vouches for others."""
MARK = "[erased]"
WORD = "▮"
"""One more word, after the mark."""
_MARKED = re.compile(rf"{re.escape(MARK)}( {WORD})*")


class Voucher(Noun):
    """What one erasure says of one entry."""

    by_seq: int
    by: str
    on_day: str
    kept: str
    """The hash that the entry keeps: of what it said when it was written."""
    now: str
    """The hash of what stands there now."""
    fields: tuple[str, ...]
    """Which places of its payload are marks."""

    def covers(self, row: Mapping[str, Any], now: str) -> bool:
        """Whether the row, whose fields hash to `now`, is exactly what the erasure left."""
        is_said = (self.kept, self.now) == (row["hash"], now) and self.by_seq > row["seq"]
        return is_said and all(is_marked(value_at(row["payload"], place)) for place in self.fields)


#: seq -> the last erasure that tells of it.
Vouchers = Mapping[int, Voucher]


class Erasure(Noun):
    """One person's erasures of one day."""

    by: str
    on_day: str
    entries: int

    @property
    def told(self) -> str:
        """One sentence of it."""
        were = "entry was" if self.entries == 1 else "entries were"
        return f"{self.entries} {were} erased by {self.by} on {self.on_day}."

    @classmethod
    def all_in(cls, vouchers: Vouchers) -> tuple[Self, ...]:
        """The erasures that vouchers tell of, in the order they were made."""
        counted: dict[tuple[str, str], int] = {}
        for voucher in sorted(vouchers.values(), key=lambda each: each.by_seq):
            who = (voucher.by, voucher.on_day)
            counted[who] = counted.get(who, 0) + 1
        return tuple(cls(by=by, on_day=on_day, entries=n) for (by, on_day), n in counted.items())


def vouchers_in(rows: Iterable[Mapping[str, Any]]) -> dict[int, Voucher]:
    """What the entries of kind `erased` say of others; the last word on each counts."""
    found: dict[int, Voucher] = {}
    for row in rows:
        if row["kind"] == ERASED:
            for said in _said_by(row):
                found[said["seq"]] = Voucher(
                    by_seq=row["seq"],
                    by=row["by"],
                    on_day=row["on_day"],
                    **{name: said[name] for name in ("kept", "now", "fields")},
                )
    return found


def _said_by(row: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Its words about entries; what is put otherwise vouches for nothing."""
    said = row["payload"].get("entries")
    wanted = {"seq", "kept", "now", "fields"}
    return [
        each
        for each in (said if isinstance(said, list) else [])
        if isinstance(each, dict)
        and each.keys() == wanted
        and isinstance(each["seq"], int)
        and isinstance(each["fields"], list)
        and each["fields"]
        and all(isinstance(text, str) for text in (each["kept"], each["now"], *each["fields"]))
    ]


def value_at(payload: Any, place: str) -> Any:
    """What stands at a place of a payload, such as `note` or `changes.0.new`; None: nothing."""
    found = payload
    for step in place.split("."):
        if isinstance(found, Mapping):
            found = found.get(step)
        elif isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


def is_marked(value: object) -> bool:
    """Whether a value is nothing but marks."""
    if isinstance(value, list):
        return bool(value) and all(is_marked(each) for each in value)
    return isinstance(value, str) and _MARKED.fullmatch(value) is not None
