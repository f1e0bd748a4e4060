"""One pass over a file's bytes: may a database read it by itself, or must we read it exactly?"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from pipeline.exports.results import Unreadable

_BLOCK = 1_000_000
#: Longer lines are not read by a database's defaults: see `CsvSource`.
_LONGEST_PLAIN_LINE = 2 * _BLOCK
_LONGEST_LINE = 16 * _BLOCK


def digest(path: Path) -> str:
    """SHA-256 (hex) of the file's bytes."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


@dataclass(frozen=True)
class Scan:
    """What the whole file's bytes say."""

    plain: bool
    is_utf8: bool
    records: int
    """Lines, which are records only when the file is plain."""


class _Shape:
    """What every line of a plain file must look like once all other bytes are gone."""

    def __init__(self, delimiter: str, fields: int, crlf: bool) -> None:
        mark = delimiter.encode()
        self.end = b"\r\n" if crlf else b"\n"
        self.line = mark * (fields - 1) + self.end
        self.removed = bytes(set(range(256)) - set(mark + b'\r\n"\0'))
        # Where a line may begin when all its cells are blank.
        self.starts = np.frombuffer(mark + b" \t\r\n", dtype=np.uint8)
        self.blank = re.compile(rb"(?:^|\n)[ \t" + re.escape(mark) + rb"]*\r?\n")

    def lines(self, piece: bytes) -> int | None:
        """How many records the piece holds, or None when it is not plain."""
        marks = piece.translate(None, self.removed)
        count, rest = divmod(len(marks), len(self.line))
        if rest or marks != self.line * count or self._has_blank(piece):
            return None
        return count

    def _has_blank(self, piece: bytes) -> bool:
        text = np.frombuffer(piece, dtype=np.uint8)
        firsts = np.flatnonzero(text[:-1] == 10) + 1
        candidates = np.isin(text[firsts], self.starts)
        if not candidates.any() and text[0] not in self.starts:
            return False
        return self.blank.search(piece) is not None


def scan(path: Path, delimiter: str, fields: int, crlf: bool) -> Scan:
    """Checks every byte; raises `Unreadable` when the file is no text at all.

    A file is plain when each of its lines, reduced to delimiters, quotes, NULs and
    line ends, is the same: that one comparison rules out quotes, ragged rows and
    mixed line ends together, at memory speed.
    """
    shape = _Shape(delimiter, fields, crlf)
    plain, is_utf8, records = True, True, 0
    with path.open("rb") as handle:
        for piece in _pieces(handle):
            is_utf8 = is_utf8 and _decodes(piece)
            whole = piece if piece.endswith(b"\n") else piece + shape.end
            lines = shape.lines(whole) if plain and len(piece) <= _LONGEST_PLAIN_LINE else None
            plain = lines is not None
            records += lines or 0
            if not plain and b"\0" in piece:
                raise Unreadable("is not text (it holds NUL bytes): export it as CSV")
    return Scan(plain and is_utf8, is_utf8, records)


def _decodes(piece: bytes) -> bool:
    """Whether the piece is UTF-8: pieces end at line ends, so each can be judged alone."""
    try:
        return piece.isascii() or bool(piece.decode())
    except UnicodeDecodeError:
        return False


def _pieces(handle: BinaryIO) -> Iterator[bytes]:
    """The file in pieces of whole lines."""
    carried = b""
    while block := handle.read(_BLOCK):
        cut = block.rfind(b"\n") + 1
        if cut:
            yield carried + block[:cut]
            carried = block[cut:]
        else:
            carried += block
            if len(carried) > _LONGEST_LINE:
                raise Unreadable("has a line above 16 MB, so it is no export of rows")
    if carried:
        yield carried
