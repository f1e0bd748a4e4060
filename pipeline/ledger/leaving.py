"""The record on its way out of the house, and checked again by whoever gets it.

Two forms, both closed by their head: JSON lines, and a table for spreadsheets whose last column
holds those very lines. `verify --file` checks either with nothing but the file.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline.ledger.chain import Verification, verify_export
from pipeline.model import WrongCall, fingerprint

#: What a person reads; the last column is what is verified.
COLUMNS = ("seq", "at", "on_day", "by", "kind", "subject", "hash", "line")
#: What a spreadsheet takes for the start of a formula, or for what may hide one.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: What some of them leave out in front of it.
_UNSEEN = " \u00a0\u00ad\u200b\u200c\u200d\u2060\ufeff"


def harmless(value: object) -> object:
    """A text that a spreadsheet would run gets an apostrophe in front; all else stays."""
    if isinstance(value, str) and value.lstrip(_UNSEEN).startswith(_FORMULA):
        return f"'{value}"
    return value


def sealed_csv(lines: Iterable[str]) -> bytes:
    """The exported lines as a table (UTF-8 with a byte order mark); `line` is each as it was."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in lines:
        entry = json.loads(line)
        writer.writerow([*(harmless(entry.get(name)) for name in COLUMNS[:-1]), line])
    return text.getvalue().encode("utf-8-sig")


def verify_file(path: Path, expected_head: str | None = None) -> Verification:
    """Check an exported record, JSON lines or sealed CSV, with nothing but itself.

    Raises WrongCall when there is no such file, or it is neither.
    """
    return verify_export(lines_of(path), expected_head)


def lines_of(path: Path) -> list[str]:
    """The lines of an exported record, JSON lines or sealed CSV, as they stand.

    Raises WrongCall when there is no such file, or it is neither.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongCall(f"{path}: cannot be read as an exported record ({error}).") from error
    if text.startswith("{"):
        return text.splitlines()
    # One entry is one cell, and an entry holds two whole messages.
    csv.field_size_limit(2**27)
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise WrongCall(f"{path}: is no exported record ({error}).") from error
    if not rows or "line" not in rows[0]:
        raise WrongCall(
            f"{path}: is no exported record: it is neither JSON lines nor has a column “line”."
        )
    return [row["line"] or "" for row in rows]


def sample(event_ids: Sequence[str], n: int, seed: str) -> list[str]:
    """`n` of these ids, drawn by a seed that an auditor chooses: the same for everybody."""
    return sorted(event_ids, key=lambda event_id: fingerprint("sample", seed, event_id))[:n]
