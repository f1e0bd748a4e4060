"""A first look at a file: its encoding, delimiter, header and layout, from its beginning."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from pipeline.exports.layouts import Layout, recognise
from pipeline.exports.results import Unreadable

#: A header row that does not fit in this many bytes is not one.
SKETCHED = 65_536
#: A report's title lines end before this record.
_TITLE_RECORDS = 20
_DELIMITERS = (",", ";", "\t", "|")

#: First bytes of what people upload instead of a CSV, and what to do about it.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "is a PDF: export the report as CSV"),
    (b"\xd0\xcf\x11\xe0", "is an old Office file: save it as a workbook of today or as CSV"),
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
    crlf: bool = False
    titles: tuple[str, ...] = ()
    """The text of each line above the header."""


def sketch(path: Path, layouts: Sequence[Layout]) -> Sketch:
    """The first look; raises `Unreadable` when the file is empty or no text."""
    with path.open("rb") as handle:
        head = handle.read(SKETCHED)
    encoding = _encoding(head)
    text = _decoded(head, encoding)
    if not text.strip("\ufeff \t\r\n"):
        raise Unreadable("is empty: export it again")
    return replace(_best(text, layouts, _DELIMITERS), encoding=encoding, crlf=b"\r\n" in head)


def beginning(path: Path, encoding: str) -> str:
    """The text that a file begins with, without a mark of its encoding."""
    with path.open("rb") as handle:
        return _decoded(handle.read(SKETCHED), encoding).removeprefix("\ufeff")


def _decoded(head: bytes, encoding: str) -> str:
    return codecs.getincrementaldecoder(encoding)("replace").decode(head)


def sketch_rows(text: str, layouts: Sequence[Layout]) -> Sketch:
    """The first look at text that we wrote ourselves, with commas and in UTF-8."""
    return _best(text, layouts, _DELIMITERS[:1])


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


def _best(text: str, layouts: Sequence[Layout], delimiters: Sequence[str]) -> Sketch:
    """The delimiter and header under which a layout is recognised, else the widest header."""
    looks = [look for delimiter in delimiters for look in _looks(text, delimiter, layouts)]
    if not looks:
        return Sketch("utf-8", ",", 0, (), None)
    known = [look for look in looks if look.layout is not None]
    if known:
        return min(known, key=lambda look: (look.header_at, -len(look.header)))
    first = min(look.header_at for look in looks)
    return max(
        (look for look in looks if look.header_at == first), key=lambda look: len(look.header)
    )


def _looks(text: str, delimiter: str, layouts: Sequence[Layout]) -> Iterator[Sketch]:
    """Each of the first lines taken for the header, under one delimiter."""
    titles: list[str] = []
    for at, record in enumerate(_records(text, delimiter)):
        if any(record):
            layout = recognise(record, layouts, "\n".join(titles))
            yield Sketch("utf-8", delimiter, at, tuple(record), layout, titles=tuple(titles))
        titles.append(" ".join(cell.strip() for cell in record if cell.strip()))


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from islice(reader, _TITLE_RECORDS)
    except csv.Error:
        # An over-long field: no header is that long, so what came before it must do.
        return
