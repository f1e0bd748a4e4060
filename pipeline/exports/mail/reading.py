"""A file of mail from end to end: a mailbox, one message, a folder of messages, one .msg.

What comes out is a reading like any other: a row of `messages` per message, numbered by its
place in the file, and the messages that were not taken, each with why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import polars as pl

from pipeline.exports.layouts import Layout, Recognise
from pipeline.exports.mail.letters import Letter, TooMuch, read_letter
from pipeline.exports.mail.mailbox import is_mailbox, pieces
from pipeline.exports.mail.outlook import MAGIC, read_outlook
from pipeline.exports.results import FrameSource, Reading, RefusedRow, Table

#: Messages that one file may hold.
MOST_MESSAGES = 1_000_000
#: Doubts of one kind that are told one by one.
_TOLD = 20
_BATCH = 5_000
MAIL_COLUMNS = (
    "message_id",
    "thread_id",
    "sent_at",
    "sender",
    "recipients",
    "subject",
    "body",
)
#: What a mail tells besides the columns of `messages`; the warehouse reads it from the frame.
TRACES = ("automatic", "was_received")
_ROW = "_row"
#: A cell that a message may lack; the row is taken all the same.
_DEFAULTS = {
    "sender": "unclear: no sender",
    "recipients": "undisclosed recipients",
    "subject": "(no subject)",
    "body": "(no text)",
}
_TITLES = {
    "mail_mbox": "Mailbox (mbox, Google Takeout)",
    "mail_eml": "Mail (.eml)",
    "mail_msg": "Outlook message (.msg)",
}


@dataclass(frozen=True)
class _Found:
    """One message of the file, or why there is none."""

    place: int
    letter: Letter | None
    fault: str = ""
    doubts: tuple[str, ...] = ()


def read_mail(path: Path, name: str) -> Reading | None:
    """The file's messages; None when it holds no mail, so that another reader may look at it."""
    if path.is_dir():
        files = mails(path)
        return _gathered(name, "mail_eml", _each(files)) if files else None
    with path.open("rb") as handle:
        head = handle.read(65_536)
    if head.startswith(MAGIC) and _is(path, "msg"):
        return _gathered(name, "mail_msg", _single(path, read_outlook))
    if is_mailbox(head):
        return _gathered(name, "mail_mbox", _mailbox(path))
    if _is(path, "mbox"):
        why = "holds no message: a mailbox begins with a From line"
        return replace(_blank(name, "mail_mbox"), refusal=f"{name}: {why}.")
    if _is(path, "eml"):
        return _gathered(name, "mail_eml", _single(path, _from_file))
    return None


def _from_file(path: Path) -> Letter:
    return read_letter(path.read_bytes())


def _is(path: Path, ending: str) -> bool:
    return path.suffix.lower() == f".{ending}"


def _layout(name: str) -> Layout:
    """Mail has no header row to be recognised by; its layout only says what its cells mean."""
    return Layout(
        name=name,
        title=_TITLES[name],
        kind="messages",
        recognise=Recognise.model_validate({"headers": ["message-id", "from", "date"]}),
        columns={column: (column,) for column in MAIL_COLUMNS},
        defaults=_DEFAULTS,
    )


#: One layout for each way in which mail lies.
MAIL_LAYOUTS = tuple(_layout(name) for name in _TITLES)


def _blank(name: str, layout: str) -> Reading:
    (own,) = (one for one in MAIL_LAYOUTS if one.name == layout)
    return Reading(name, layout=own, columns=MAIL_COLUMNS)


def _mailbox(path: Path) -> Iterator[_Found]:
    for piece in pieces(path):
        if piece.is_too_large:
            yield _Found(piece.place, None, "is too large", piece.doubts)
        else:
            yield _read(piece.place, partial(read_letter, piece.data), piece.doubts)


def _single(path: Path, reader: Callable[[Path], Letter]) -> Iterator[_Found]:
    yield _read(1, partial(reader, path))


def mails(folder: Path) -> list[Path]:
    """The .eml files of one folder, in order of name; what else lies there is not mail."""
    return sorted(file for file in folder.iterdir() if file.is_file() and _is(file, "eml"))


def _each(files: Sequence[Path]) -> Iterator[_Found]:
    for place, file in enumerate(files, 1):
        yield _read(place, partial(_from_file, file))


def _read(place: int, reader: Callable[[], Letter], doubts: tuple[str, ...] = ()) -> _Found:
    try:
        return _Found(place, reader(), doubts=doubts)
    except TooMuch as fault:
        return _Found(place, None, str(fault), doubts)


@dataclass
class _Gathering:
    """Rows as they grow, moved into frames in batches so that memory stays bounded."""

    frames: list[pl.DataFrame] = field(default_factory=list)
    cells: list[tuple[object, ...]] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    rows: int = 0

    def take(self, found: _Found) -> None:
        self.rows += 1
        self.doubts += [f"Message {found.place} {doubt}." for doubt in found.doubts]
        if found.letter is None:
            self.refused.append(RefusedRow(found.place, "message_id", "", found.fault))
            return
        self.doubts += [f"Message {found.place} {fault}." for fault in found.letter.faults]
        self.cells.append(self._row(found.place, found.letter))
        if len(self.cells) == _BATCH:
            self.flush()

    def _row(self, place: int, letter: Letter) -> tuple[object, ...]:
        return (
            place,
            self._own_id(letter.message_id),
            letter.thread_id,
            letter.sent_at or None,
            letter.sender or None,
            letter.recipients or None,
            letter.subject or None,
            letter.body or None,
            letter.automatic,
            letter.was_received,
        )

    def _own_id(self, message_id: str) -> str:
        """Ids repeat by accident and on purpose: a later message must not replace an earlier."""
        times = self.seen[message_id] = self.seen.get(message_id, 0) + 1
        return message_id if times == 1 else f"{message_id}#{times}"

    def flush(self) -> None:
        schema = {
            _ROW: pl.Int64(),
            **dict.fromkeys(MAIL_COLUMNS, pl.String()),
            "automatic": pl.String(),
            "was_received": pl.Boolean(),
        }
        self.frames.append(pl.DataFrame(self.cells, schema=schema, orient="row"))
        self.cells = []

    def warnings(self) -> tuple[str, ...]:
        more = len(self.doubts) - _TOLD
        told = tuple(self.doubts[:_TOLD])
        return (*told, f"{more} more messages are in doubt in these ways.") if more > 0 else told


def _gathered(name: str, layout: str, found: Iterator[_Found]) -> Reading:
    gathering = _Gathering()
    for message in found:
        if gathering.rows >= MOST_MESSAGES:
            gathering.doubts.insert(0, f"Only the first {MOST_MESSAGES:,} messages were read.")
            break
        gathering.take(message)
    blank = _blank(name, layout)
    if gathering.rows == len(gathering.refused):
        why = gathering.refused[0].reason if gathering.refused else "holds no message"
        return replace(blank, refusal=f"{name}: {why}.", warnings=gathering.warnings())
    gathering.flush()
    return replace(
        blank,
        source=FrameSource(pl.concat(gathering.frames)),
        rows=gathering.rows,
        refused=tuple(gathering.refused),
        warnings=gathering.warnings(),
        tables=(_table(),),
    )


def _table() -> Table:
    return Table(
        kind="messages", columns={name: (name,) for name in MAIL_COLUMNS}, defaults=_DEFAULTS
    )
