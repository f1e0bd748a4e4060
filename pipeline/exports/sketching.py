"""A first look at a file: its encoding, delimiter, header and layout, from its beginning."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipeline.exports.layouts import Layout, recognise
from pipeline.exports.results import Unreadable

#: A header row that does not fit in this many bytes is not one.
_HEAD_BYTES = 65_536
#: A report's title lines end before this record.
_TITLE_RECORDS = 12
_DELIMITERS = (",", ";", "\t", "|")

#: First bytes of what people upload instead of a CSV, and what to do about it.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "is a PDF: export the report as CSV"),
    (b"PK\x03\x04", "is a workbook or a ZIP archive: save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "is an old Office file: save the sheet as CSV"),
    (b"SQLite format 3", "is a database: export its table as CSV"),
    (b"\x1f\x8b", "is a compressed file: unpack it first"),
)


@dataclass(frozen=True)
class Sketch:
    """What the first lines of a file say."""

    encoding: str
    delimiter: str
    header_at: int
    """How many records (title lines) stand before the header."""
    header: tuple[str, ...]
    layout: Layout | None
    crlf: bool


def sketch(path: Path, layouts: Sequence[Layout]) -> Sketch:
    """The first look; raises `Unreadable` when the file is empty or no text."""
    with path.open("rb") as handle:
        head = handle.read(_HEAD_BYTES)
    encoding = _encoding(head)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    if not text.strip("\ufeff \t\r\n"):
        raise Unreadable("is empty: export it again")
    delimiter, header_at, header, layout = _best(text, layouts)
    return Sketch(encoding, delimiter, header_at, header, layout, b"\r\n" in head)


def _encoding(head: bytes) -> str:
    for magic, sentence in _MAGIC:
        if head.startswith(magic):
            raise Unreadable(sentence)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head:
        raise Unreadable("is not text (it holds NUL bytes): export it as CSV")
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    return "utf-8" if _is_utf8(head) else "cp1252"


def _is_utf8(head: bytes) -> bool:
    """Whether the beginning is UTF-8; a character cut off at its end does not count."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _best(text: str, layouts: Sequence[Layout]) -> tuple[str, int, tuple[str, ...], Layout | None]:
    """The delimiter and header under which a layout is recognised, else the widest header."""
    looks = [
        (delimiter, at, tuple(record), recognise(record, layouts))
        for delimiter in _DELIMITERS
        for at, record in enumerate(_records(text, delimiter))
        if any(record)
    ]
    if not looks:
        return ",", 0, (), None
    known = [look for look in looks if look[3] is not None]
    if known:
        return min(known, key=lambda look: (look[1], -len(look[2])))
    first = min(at for _, at, _, _ in looks)
    return max((look for look in looks if look[1] == first), key=lambda look: len(look[2]))


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from islice(reader, _TITLE_RECORDS)
    except csv.Error:
        # An over-long field: no header is that long, so what came before it must do.
        return
