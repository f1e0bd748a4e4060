r"""Where one message of a mailbox (mbox) ends and the next begins, in one pass over the file.

A message begins with a line `From address date` after a blank line and headers after it. The
text of a message may hold such a line too, by chance or to forge a message. What does not begin
like a whole mail stays with the text it stands in; what does is a message of its own, so that no
message can swallow the next one; both are reported when in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.exports.mail.letters import MOST_BYTES

_CHUNK = 4_000_000
#: The line, and the header that must follow it.
_LINE = re.compile(rb"From [^\r\n]{0,260}\r?\n(?=>?[A-Za-z][A-Za-z0-9-]{0,60}:| )")
_AFTER_A_BLANK_LINE = (b"\n\n", b"\n\r\n")
#: The longest such line with its header; a block's end may have cut it.
_REACH = 400
_BOM = b"\xef\xbb\xbf"
_LENGTH = re.compile(rb"^Content-Length:[ \t]*(\d{1,9})\r?$", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(
    rb"^Content-Type:[ \t]*multipart/[^\n]*(?:\n[ \t][^\n]*)*?boundary\s*=\s*\"?([^\";\r\n]{1,80})",
    re.IGNORECASE | re.MULTILINE,
)
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)
#: Bytes from the start of a chunk in which its headers are looked for.
_HEAD = 65_536


@dataclass(frozen=True)
class Piece:
    """The bytes of one message, its place in the mailbox (1 = first), and what is in doubt."""

    place: int
    data: bytes
    doubts: tuple[str, ...] = ()
    is_too_large: bool = False


def is_mailbox(head: bytes) -> bool:
    """Whether a file that begins so is a mailbox."""
    return bool(_LINE.match(head.removeprefix(_BOM)))


def pieces(path: Path) -> Iterator[Piece]:
    """Every message of the mailbox, in order; one above the limit is cut and marked."""
    gathered: _Gathered | None = None
    place = 0
    for chunk in _chunks(path):
        if gathered and not _begins_a_mail(chunk):
            gathered.absorb(chunk)
            continue
        is_inside = bool(gathered and gathered.is_open(len(chunk)))
        if gathered:
            yield gathered.piece(place)
        place += 1
        gathered = _Gathered(chunk, is_inside=is_inside)
    if gathered:
        yield gathered.piece(place)


class _Gathered:
    """One message as its chunks come in."""

    def __init__(self, chunk: bytes, *, is_inside: bool) -> None:
        self._chunks = [chunk]
        self._size = len(chunk)
        self._absorbed = 0
        self._is_inside = is_inside

    def absorb(self, chunk: bytes) -> None:
        """Takes text that a From line cut off and that is no mail by itself."""
        self._size += len(chunk)
        self._absorbed += 1
        if self._size <= MOST_BYTES:
            self._chunks.append(chunk)

    def is_open(self, following: int) -> bool:
        """Whether this message says that it goes on, or its last part has not been closed."""
        data = b"".join(self._chunks)
        headers = _headers(data)
        stated = _LENGTH.search(headers)
        if stated:
            body = len(_after_first_line(data)) - len(headers)
            return body + 200 < int(stated[1]) <= body + following + 200
        boundary = _BOUNDARY.search(headers)
        return bool(boundary and b"--" + boundary[1] + b"--" not in data)

    def piece(self, place: int) -> Piece:
        """The message, its escaped From lines as they were written."""
        doubts = []
        if self._is_inside:
            doubts.append(f"begins before message {place - 1} has ended: one of them may be forged")
        if self._absorbed:
            doubts.append(
                f"holds {self._absorbed} line(s) that begin with From and start no message of "
                "their own: what follows them was left in its text"
            )
        whole = _after_first_line(b"".join(self._chunks))
        return Piece(place, _ESCAPED.sub(rb"\1", whole), tuple(doubts), self._size > MOST_BYTES)


def _begins_a_mail(chunk: bytes) -> bool:
    """Headers at once: who wrote it, when, and a name or a trace of its way."""
    names = {line.split(b":", 1)[0].strip().lower() for line in _headers(chunk).split(b"\n")}
    signs = (
        names & {b"from", b"sender"},
        names & {b"date", b"received"},
        names & {b"message-id", b"received", b"x-gm-thrid", b"delivered-to"},
    )
    return all(signs)


def _headers(data: bytes) -> bytes:
    return re.split(rb"\r?\n\r?\n", _after_first_line(data[:_HEAD]), maxsplit=1)[0]


def _after_first_line(data: bytes) -> bytes:
    return data[data.find(b"\n") + 1 :] if data.startswith(b"From ") else data


def _chunks(path: Path) -> Iterator[bytes]:
    """The file cut before every line that may begin a message."""
    kept, looked_at = b"", 0
    with path.open("rb") as handle:
        if handle.read(len(_BOM)) != _BOM:
            handle.seek(0)
        while block := handle.read(_CHUNK):
            kept += block
            start = 0
            for cut in _cuts(kept, looked_at):
                yield kept[start:cut]
                start = cut
            kept = kept[start:]
            looked_at = max(1, len(kept) - _REACH)
            if len(kept) > 2 * MOST_BYTES:
                yield kept
                kept, looked_at = b"", 0
    if kept.strip():
        yield from _last(kept)


def _last(kept: bytes) -> Iterator[bytes]:
    """The end of the file, in which the last lines have not been looked at."""
    start = 0
    for cut in [*_cuts(kept, 1, reach=0), len(kept)]:
        yield kept[start:cut]
        start = cut


def _cuts(data: bytes, begin: int, *, reach: int = _REACH) -> Iterator[int]:
    """Where messages may begin, except in the last bytes, which may have been read in part."""
    place = data.find(b"\nFrom ", max(0, begin - 1))
    while 0 <= place < len(data) - reach:
        if data.endswith(_AFTER_A_BLANK_LINE, max(0, place - 2), place + 1) and _LINE.match(
            data, place + 1
        ):
            yield place + 1
        place = data.find(b"\nFrom ", place + 1)
