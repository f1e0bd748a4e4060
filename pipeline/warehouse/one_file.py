"""What loading one file alone would give: read as always, counted in memory, kept nowhere."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pipeline.exports import Reading
from pipeline.exports.confined import ConfinedReader
from pipeline.warehouse.books import connect
from pipeline.warehouse.conversions import MACROS
from pipeline.warehouse.day import Row
from pipeline.warehouse.intake import Intake, create_tables, prepare, state_of
from pipeline.warehouse.intake_report import FileReport, file_reports
from pipeline.warehouse.reconciling import reconcile
from pipeline.warehouse.statements import folder

#: The tables that say what became of a file, in the order in which they read each other.
_TOLD = ("invoices", "file_summary", "file_totals")


@dataclass(frozen=True)
class OneFile:
    """One file, as if it were all that there is."""

    report: FileReport
    reading: Reading


def read_alone(path: Path, name: str, reader: ConfinedReader, currency: str) -> OneFile:
    """One file, whatever it holds: a fault in it is told in the report, never raised.

    `name` is what the file is called; `currency` is that of an invoice that states none.
    Raises CountbackError when the file changes while it is read.
    """
    reading = reader.read(path, name, {})
    return OneFile(counted(reading, currency), reading)


def counted(reading: Reading, currency: str) -> FileReport:
    """What became of a reading's rows: accepted, refused, skipped, and its totals."""
    if reading.source is None:
        return _without_rows(reading)
    with closing(connect(":memory:")) as connection:
        prepare(connection)
        connection.execute("; ".join(MACROS))
        create_tables(connection)
        Intake(connection, currency).add(0, reading)
        reconcile(connection)
        statements = folder("tables")
        for found in (statements[name] for name in _TOLD):
            what = "view" if found.is_view else "table"
            connection.execute(f"create {what} {found.name} as {found.select}")

        def rows(query: str) -> list[Row]:
            result = connection.execute(query)
            columns = [column[0] for column in result.description]
            return [dict(zip(columns, row, strict=True)) for row in result.fetchall()]

        return file_reports(rows)[0]


def _without_rows(reading: Reading) -> FileReport:
    """A file of which no row was read: refused, unknown, of no use, or waiting for an answer."""
    layout, question = reading.layout, reading.question
    return FileReport(
        file=reading.name,
        format=layout.name if layout else None,
        title=layout.title if layout else None,
        kind=layout.kind if layout else None,
        rows=0,
        accepted=0,
        refused=0,
        skipped=0,
        reasons=(),
        totals={},
        warnings=reading.warnings,
        state=state_of(reading),
        note=reading.refusal or reading.not_used or None,
        question=question.question if question else None,
        choices=question.choices if question else (),
    )
