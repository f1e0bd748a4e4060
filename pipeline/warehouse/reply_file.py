"""One file of messages, read without a pilot: what each means, by the rules that the books use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipeline.exports import Reading, load_layouts
from pipeline.exports.confined import ConfinedReader, lent_reader
from pipeline.exports.layouts import SHIPPED
from pipeline.model import CountbackError, WrongCall
from pipeline.replies import Span, Understood
from pipeline.warehouse.books import connect
from pipeline.warehouse.conversions import INTAKE_NEEDS
from pipeline.warehouse.intake import Intake, create_tables

_MESSAGES = """
select it.message_id, it.direction, texts.labels, texts.label_words, texts.dispute_reason,
    texts.is_unread
from intake_messages as it
inner join loads
    on it.file_id = loads.file_id and loads.kind = 'messages' and not loads.is_derived
inner join message_texts as texts
    on it.file_id = texts.file_id and it.rowid - loads.first_row = texts.place
order by texts.place
"""
_REFUSALS = """
select "row", column_name, value, reason
from refusals
where is_whole_row or column_name not in ('subject', 'body') or trim(coalesce(value, '')) <> ''
order by "row", column_name
"""


@dataclass(frozen=True)
class ReplyFile:
    """What a file of messages says, message by message, and what is wrong with it."""

    messages: tuple[dict[str, Any], ...]
    """One for each row, in the order of the file; our own messages have no label."""
    faults: tuple[str, ...]
    """One sentence for each cell or row that is not as it should be."""


def read_reply_file(path: Path) -> ReplyFile:
    """Reads the messages of one export.

    A row with a faulty cell is told of and its words are read all the same; a row that could
    not be taken apart at all is only told of. A reply without a word is a reply. Raises
    WrongCall when there is no such file, and CountbackError when it holds no messages.
    """
    if not path.is_file():
        raise WrongCall(f"{path}: there is no such file: name a messages.csv.")
    with lent_reader(load_layouts(SHIPPED)) as reader, closing(connect(":memory:")) as books:
        reading = _reading(reader, path)
        create_tables(books)
        books.execute("; ".join(INTAKE_NEEDS))
        Intake(books, "USD").add(0, reading)
        rows = books.execute(_MESSAGES).fetchall()
        faults = _faults(path.name, books)
    return ReplyFile(tuple(_message(*row) for row in rows), faults)


def _reading(reader: ConfinedReader, path: Path) -> Reading:
    reading = reader.read(path, path.name, {})
    if reading.question:
        # Which way round the dates are written changes no word of any message.
        reading = reader.read(path, path.name, {path.name: reading.question.choices[0]})
    if reading.refusal:
        raise CountbackError(reading.refusal)
    if reading.layout is None or reading.layout.kind != "messages":
        raise CountbackError(
            f"{path.name}: holds no messages that we can read: its header should name message_id, "
            "sent_at, sender, recipients, subject and body."
        )
    return reading


def _faults(name: str, books: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    return tuple(
        f"{name}, row {row}, {column} {value or ''!r}: {reason}: correct the cell and read the "
        "file again."
        for row, column, value, reason in books.execute(_REFUSALS).fetchall()
    )


def _message(
    message_id: str | None,
    direction: str | None,
    labels: Sequence[str],
    words: Sequence[str],
    reason: str | None,
    is_unread: bool,
) -> dict[str, Any]:
    if direction == "out":
        return _entry(message_id, None, ())
    spans = tuple(Span(*pair) for pair in zip(labels, words, strict=True))
    return _entry(message_id, Understood(tuple(labels), spans, reason, is_unread), spans)


def _entry(
    message_id: str | None, found: Understood | None, spans: Sequence[Span]
) -> dict[str, Any]:
    return {
        "message_id": message_id,
        "labels": list(found.labels) if found else [],
        "governing": found.governing if found else None,
        "sensitive": found is not None and found.is_sensitive,
        "stops_drafts": found is not None and found.stops_drafts,
        "reason": found.reason if found else None,
        "spans": [{"label": s.label, "text": s.text} for s in spans if s.text],
    }


def told_replies(result: dict[str, Any]) -> Iterator[str]:
    """The result for people: a line for each message, sensitive ones marked, then the count."""
    messages = result["messages"]
    for message in messages:
        mark = "!" if message["sensitive"] else " "
        reason = f" ({message['reason']})" if message["reason"] else ""
        words = next((" ".join(s["text"].split()) for s in message["spans"]), "")
        label = message["governing"] or "our own"
        yield f"{mark} {message['message_id'] or '?'}  {label}{reason}  {words[:100]}".rstrip()
    marked = [message for message in messages if message["sensitive"]]
    stopping = [message for message in messages if message["stops_drafts"]]
    yield (
        f"{len(messages)} message(s): {len(marked)} for a person to read first (!), "
        f"{len(stopping)} that stop drafts."
    )
