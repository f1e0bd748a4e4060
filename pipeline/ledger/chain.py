"""The hash chain of the record: sealing one entry, checking them all, exporting them.

hash = SHA-256 over the previous hash and the canonical JSON of the entry's other fields
(`model.fingerprint`, `model.canonical_json`). The chain starts at sixty-four zeros.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.ledger.vouchers import Erasure, Vouchers, vouchers_in
from pipeline.model import Noun, canonical_json, fingerprint

GENESIS = "0" * 64
_SAID = ("seq", "event_id", "kind", "subject", "version", "by", "at", "on_day", "payload")
FIELDS = frozenset((*_SAID, "previous", "hash"))


class Head(Noun):
    """Where the chain ends: kept elsewhere, it bears witness to all that came before."""

    entries: int
    hash: str


class Verification(Noun):
    """What checking a chain found."""

    entries: int
    head: str
    """The last hash as it stands there, be the chain intact or not."""
    ok: bool
    first_broken: int | None
    """The `seq` of the first entry that is changed, missing or does not belong."""
    why: str
    erasures: tuple[Erasure, ...] = ()
    """Who took texts out of how many entries, and when; each is vouched for by the chain."""


class _Fault(Exception):
    """The first entry that does not hold, and the sentence saying so."""

    def __init__(self, seq: int | None, why: str) -> None:
        super().__init__(why)
        self.seq = seq


def seal(entry: Mapping[str, Any]) -> str:
    """The hash that belongs on the entry (hex)."""
    return fingerprint(entry["previous"], canonical_json({name: entry[name] for name in _SAID}))


class _Walk:
    """One pass along the chain, remembering where it has been."""

    def __init__(self, vouchers: Vouchers) -> None:
        self.vouchers = vouchers
        self.seq = 0
        self.hash = GENESIS
        self.passed = {GENESIS}
        self.versions: dict[str, int] = {}
        self.last: dict[str, int] = {}

    def step(self, row: Mapping[str, Any] | None) -> None:
        """Take the next entry (None: it is no longer readable), or raise its fault."""
        expected = self.seq + 1
        if row is None:
            raise _Fault(expected, f"Entry {expected} was changed: it is not as it was written.")
        self._check_place(row["seq"], expected)
        if row["previous"] != self.hash:
            raise _Fault(expected, f"Entry {expected} does not follow from the entry before it.")
        if not _is_sealed(row) and not self._is_erased(row):
            raise _Fault(expected, f"Entry {expected} was changed: its hash does not match it.")
        self._check_version(row["subject"], row["version"], expected)
        self.seq, self.hash = expected, row["hash"]
        self.passed.add(self.hash)

    def _is_erased(self, row: Mapping[str, Any]) -> bool:
        """Whether an entry whose texts are gone is what an erasure further on left of it."""
        voucher = self.vouchers.get(row["seq"])
        try:
            return voucher is not None and voucher.covers(row, seal(row))
        except (TypeError, ValueError, AttributeError):
            return False

    def _check_place(self, seq: object, expected: int) -> None:
        if isinstance(seq, int) and seq > expected:
            raise _Fault(expected, f"Entry {expected} is missing.")
        if seq != expected:
            raise _Fault(expected, f"Where entry {expected} belongs stands another.")

    def _check_version(self, subject: str, version: object, seq: int) -> None:
        following = self.versions.get(subject, 0) + 1
        if version != following:
            raise _Fault(
                seq, f"Entry {seq} gives {subject} version {version} where {following} is next."
            )
        self.versions[subject] = following
        self.last[subject] = seq

    def check_end(self, expected_head: str | None) -> None:
        """What was seen earlier must still be on the way."""
        if expected_head is not None and expected_head not in self.passed:
            raise _Fault(
                self.seq + 1,
                f"The {self.seq} entries never pass through the head {expected_head}: "
                "later entries were cut off, or the chain was written anew.",
            )

    def check_closing(self, closing: Mapping[str, Any] | None) -> None:
        """The last line of an export must tell this count and this head."""
        if closing is None or closing.keys() != {"entries", "head"}:
            why = f"The export has no closing line after entry {self.seq}: it was cut off."
            raise _Fault(self.seq + 1, why)
        if closing != {"entries": self.seq, "head": self.hash}:
            why = f"The closing line does not belong to the {self.seq} entries before it."
            raise _Fault(self.seq + 1, why)

    def check_versions(self, kept: Mapping[str, int]) -> None:
        """The versions kept beside the entries must agree with them."""
        for subject in sorted(self.versions.keys() | kept.keys()):
            told, found = kept.get(subject, 0), self.versions.get(subject, 0)
            if told > found:
                raise _Fault(
                    self.seq + 1,
                    f"{subject} has {found} entries where {told} were written: "
                    f"the record was cut off after entry {self.seq}.",
                )
            if told < found:
                seq = self.last[subject]
                raise _Fault(seq, f"Entry {seq} was not written by Countback.")


def _is_sealed(row: Mapping[str, Any]) -> bool:
    try:
        return bool(row["hash"] == seal(row))
    except (TypeError, ValueError, AttributeError):
        # A value of another type, or bytes that are no text: not what was sealed.
        return False


def verify_rows(
    rows: Iterable[Mapping[str, Any] | None],
    expected_head: str | None,
    versions: Mapping[str, int],
) -> Verification:
    """Check stored entries in order, and the versions of their subjects kept beside them."""
    standing = list(rows)
    walk = _walk(standing)
    try:
        for row in standing:
            walk.step(row)
        walk.check_end(expected_head)
        walk.check_versions(versions)
    except _Fault as fault:
        return _found(standing, fault.seq, str(fault))
    return _found(standing, None, "", walk.vouchers)


def _walk(rows: Sequence[Mapping[str, Any] | None]) -> _Walk:
    """A walk that knows which erasures the rows themselves tell of."""
    return _Walk(vouchers_in(row for row in rows if row is not None and _is_sealed(row)))


def _found(
    rows: Sequence[Mapping[str, Any] | None],
    broken: int | None,
    why: str,
    vouchers: Vouchers | None = None,
) -> Verification:
    last = rows[-1] if rows else {"hash": GENESIS}
    # Tampered bytes must still be printable.
    head = str(last["hash"]).encode(errors="backslashreplace").decode() if last else ""
    return Verification(
        entries=len(rows),
        head=head,
        ok=not why,
        first_broken=broken,
        why=why,
        erasures=Erasure.all_in(vouchers or {}),
    )


def export_lines(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Entries as JSON lines without line ends, closed by a line with count and head."""
    count, head = 0, GENESIS
    for entry in entries:
        count, head = count + 1, entry["hash"]
        yield canonical_json(entry)
    yield canonical_json({"entries": count, "head": head})


def verify_export(lines: Iterable[str], expected_head: str | None = None) -> Verification:
    """Check an export with nothing but itself (and a head noted earlier, when given)."""
    *read, closing = [_parsed(line.rstrip("\r\n")) for line in lines] or [None]
    rows = [row if row and row.keys() == FIELDS else None for row in read]
    walk = _walk(rows)
    try:
        for row in rows:
            walk.step(row)
        walk.check_closing(closing)
        walk.check_end(expected_head)
    except _Fault as fault:
        return _found(rows, fault.seq, str(fault))
    return _found(rows, None, "", walk.vouchers)


def _parsed(line: str) -> dict[str, Any] | None:
    """The object on one line, or None when the line is not canonical JSON of an object."""
    try:
        value = json.loads(line)
        return value if isinstance(value, dict) and canonical_json(value) == line else None
    except (TypeError, ValueError, RecursionError):
        return None
