"""What prose says, beside the intake: a message's new words and their labels, a term's quote.

Computed once per file when it is read, and copied with the file's rows while it does not change.
A row of `message_texts` belongs to the message at the same place of the same file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import polars as pl

from pipeline.exports import FrameSource, Reading
from pipeline.exports.mail import Parts, all_addresses, looks_automatic, separate, strict_address
from pipeline.replies import understand, verbatim

#: Messages taken apart at a time: bounds the memory that their texts take.
_BATCH = 5_000
PROSE = ("message_texts", "agreement_clauses")
_TABLES = """
create table message_texts (
    file_id integer, place bigint, reply varchar, signature varchar, is_quoting boolean,
    automatic varchar, was_received boolean, is_mail boolean, sender_address varchar,
    recipient_addresses varchar[], labels varchar[], label_words varchar[], dispute_reason varchar,
    is_unread boolean
);
create table agreement_clauses (
    file_id integer, contract_id varchar, term varchar, value varchar, quote varchar,
    place varchar
);
"""
_SCHEMA = {
    "place": pl.Int64(),
    "reply": pl.String(),
    "signature": pl.String(),
    "is_quoting": pl.Boolean(),
    "automatic": pl.String(),
    "was_received": pl.Boolean(),
    "is_mail": pl.Boolean(),
    "sender_address": pl.String(),
    "recipient_addresses": pl.List(pl.String()),
    "labels": pl.List(pl.String()),
    "label_words": pl.List(pl.String()),
    "dispute_reason": pl.String(),
    "is_unread": pl.Boolean(),
}
#: (automatic, was_received) of one message, as the mail's headers tell.
Trace = tuple[str | None, bool]


def create_prose(connection: duckdb.DuckDBPyConnection) -> None:
    """The empty tables."""
    connection.execute(_TABLES)


def add_prose(connection: duckdb.DuckDBPyConnection, file_id: int, reading: Reading) -> None:
    """Takes apart what one file's rows hold in prose, after the rows were taken in."""
    kinds = {table.kind for table in reading.tables if not table.derived}
    if "messages" in kinds:
        _add_texts(connection, file_id, _traces(reading))
    if "contracts" in kinds:
        _add_clauses(connection, file_id, reading)


def _add_texts(
    connection: duckdb.DuckDBPyConnection, file_id: int, traces: Mapping[int, Trace]
) -> None:
    first, last = connection.execute(
        "select first_row, (select count(*) from intake_messages) from loads "
        "where file_id = ? and kind = 'messages' and not is_derived",
        [file_id],
    ).fetchall()[0]
    for start in range(first, last, _BATCH):
        rows = connection.execute(
            "select rowid - ?, row_no, sender, recipients, subject, body, direction "
            "from intake_messages "
            "where rowid >= ? and rowid < ? order by rowid",
            [first, start, start + _BATCH],
        ).fetchall()
        cells = [_text(row, traces.get(row[1])) for row in rows]
        frame = pl.DataFrame(cells, schema=_SCHEMA, orient="row")
        connection.register("incoming_texts", frame)
        connection.execute(f"insert into message_texts select {file_id}, * from incoming_texts")
        connection.unregister("incoming_texts")


def _traces(reading: Reading) -> dict[int, Trace]:
    """What the headers of mails told, by row; nothing for messages out of a table."""
    source = reading.source
    if not isinstance(source, FrameSource) or "was_received" not in source.frame.columns:
        return {}
    rows = source.frame.select("_row", "automatic", "was_received").iter_rows()
    return {row: (automatic, received) for row, automatic, received in rows}


def _text(row: Sequence[Any], trace: Trace | None) -> tuple[object, ...]:
    place, _, sender, recipients, subject, body, direction = row
    parts = separate(body)
    automatic = trace[0] if trace else looks_automatic(sender or "", subject or "", parts.reply)
    return (
        place,
        parts.reply,
        parts.signature,
        parts.is_quoting,
        automatic,
        trace[1] if trace else False,
        trace is not None,
        strict_address(sender),
        all_addresses(recipients),
        *_meaning(parts, subject or "", body or "", automatic, direction),
    )


def _meaning(
    parts: Parts, subject: str, body: str, automatic: str | None, direction: str | None
) -> tuple[list[str], list[str], str | None, bool]:
    """Labels, the words behind each, the reason of a dispute, whether something stayed unread.

    What the export calls our own message means nothing: only customers' words are read.
    """
    if direction == "out":
        return [], [], None, False
    found = understand(parts.reply, subject, automatic, parts.signature)
    words = [verbatim(s.text, body) or verbatim(s.text, subject) for s in found.spans]
    by_label = dict(zip((s.label for s in found.spans), words, strict=True))
    labels = [*found.labels]
    return labels, [by_label.get(label, "") for label in labels], found.reason, found.is_unread


def _add_clauses(connection: duckdb.DuckDBPyConnection, file_id: int, reading: Reading) -> None:
    source = reading.source
    if not isinstance(source, FrameSource) or "clauses" not in source.frame.columns:
        return
    rows = [
        (file_id, contract_id, c["term"], c["value"], c["quote"], c["place"])
        for contract_id, clauses in source.frame.select("contract_id", "clauses").iter_rows()
        for c in clauses
    ]
    if rows:
        connection.executemany("insert into agreement_clauses values (?, ?, ?, ?, ?, ?)", rows)


def copy_prose(connection: duckdb.DuckDBPyConnection, old_id: int, new_id: int) -> None:
    """One file's prose from the books before."""
    for table in PROSE:
        connection.execute(
            f"insert into {table} select {new_id}, * exclude (file_id) from before.{table} "
            "where file_id = ?",
            [old_id],
        )
