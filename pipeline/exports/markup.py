"""XML answers of accounting systems as rows: one row per record, one column per leaf."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from pipeline.exports.results import Unreadable

_LARGEST = 100_000_000
_START = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<(?:\?xml\b|Response\b)")


def is_markup(path: Path) -> bool:
    """Whether the file begins as XML does."""
    with path.open("rb") as handle:
        return _START.match(handle.read(200)) is not None


def rows(path: Path) -> list[list[str]]:
    """The header, then one row per record; raises `Unreadable` when it is no list of records.

    Columns are named by their path below the record, e.g. `Contact.Name`. Lists inside a
    record (lines, payments) are left out: they are records of another kind.
    """
    try:
        records = [dict(_leaves(record, "")) for record in _records(path)]
    except RecursionError as error:
        raise Unreadable("is XML nested deeper than any list of records") from error
    columns = list(dict.fromkeys(name for record in records for name in record))
    return [columns, *([record.get(name, "") for name in columns] for record in records)]


def _records(path: Path) -> list[ET.Element]:
    if path.stat().st_size > _LARGEST:
        raise Unreadable("is XML above 100 MB: export a shorter period")
    data = path.read_bytes()
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise Unreadable("is XML with definitions of its own, which we do not follow")
    try:
        root = ET.fromstring(data)  # noqa: S314 - no entities can be left
    except (ET.ParseError, ValueError, RecursionError) as error:
        raise Unreadable("is no whole XML document: export it again") from error
    lists = [list(part) for part in root if len({record.tag for record in part}) == 1]
    return max(lists, key=len, default=[])


def _leaves(part: ET.Element, path: str) -> Iterator[tuple[str, str]]:
    for child in part:
        name = f"{path}{child.tag.rpartition('}')[2]}"
        if not len(child):
            yield name, (child.text or "").strip()
        elif not _is_list(child):
            yield from _leaves(child, f"{name}.")


def _is_list(part: ET.Element) -> bool:
    """A list names its parts in the singular (Payments, Payment), or holds a tag twice."""
    tags = [child.tag for child in part]
    return len(set(tags)) < len(tags) or part.tag.rstrip("s") == tags[0].rstrip("s")
