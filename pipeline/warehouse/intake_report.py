"""What became of every file and every row, and whether the books tie to the control totals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipeline.warehouse.day import Day, Lens, Row
from pipeline.warehouse.opening import OpenBooks


@dataclass(frozen=True)
class Reason:
    """One refused row: which cell, what it says, and why it was not taken."""

    row: int | None
    column: str
    value: str | None
    reason: str


@dataclass(frozen=True)
class FileReport:
    """One file: rows = accepted + refused + skipped, always."""

    file: str
    format: str | None
    title: str | None
    kind: str | None
    rows: int
    accepted: int
    refused: int
    skipped: int
    reasons: tuple[Reason, ...]
    totals: dict[str, Decimal]
    """Currency -> sum of the accepted amounts, for kinds that hold money."""
    warnings: tuple[str, ...]
    state: str
    """read, refused, question, unrecognised, or not_used: known, and of no use to us."""
    note: str | None
    question: str | None
    choices: tuple[str, ...]


@dataclass(frozen=True)
class TieOut:
    """The books against one control total; `books` is net of credits and unapplied cash."""

    as_of: date
    currency: str
    books: Decimal
    control: Decimal

    @property
    def difference(self) -> Decimal:
        """Books less control, in the currency."""
        return self.books - self.control

    @property
    def is_ok(self) -> bool:
        """Whether they agree to the cent."""
        return self.difference == 0


@dataclass(frozen=True)
class LoadReport:
    """Everything that a load has to say."""

    files: tuple[FileReport, ...]
    tie_out: tuple[TieOut, ...]

    @property
    def rows(self) -> int:
        """The rows of all files: accepted + refused + skipped."""
        return sum(file.rows for file in self.files)

    @property
    def accepted(self) -> int:
        """The rows of all files that are in the books."""
        return sum(file.accepted for file in self.files)

    @property
    def refused(self) -> int:
        """The rows of all files that a person must mend."""
        return sum(file.refused for file in self.files)

    @property
    def skipped(self) -> int:
        """The rows of all files that hold nothing new: blank, or repeated word for word."""
        return sum(file.skipped for file in self.files)

    @property
    def read(self) -> tuple[FileReport, ...]:
        """The files whose layout was recognised."""
        return tuple(f for f in self.files if f.state not in ("unrecognised", "not_used"))

    @property
    def unrecognised(self) -> tuple[str, ...]:
        """The files that fit no layout."""
        return tuple(file.file for file in self.files if file.state == "unrecognised")

    @property
    def not_used(self) -> tuple[FileReport, ...]:
        """The files that are known and of no use to us; their note says why."""
        return tuple(file for file in self.files if file.state == "not_used")

    @property
    def questions(self) -> tuple[FileReport, ...]:
        """The files that wait for an answer."""
        return tuple(file for file in self.files if file.state == "question")


def load_report(books: OpenBooks, lens: Lens) -> LoadReport:
    """The report on the books as they were built."""
    return LoadReport(files=file_reports(books.rows), tie_out=tuple(_tie_out(books, lens)))


def file_reports(rows: Callable[[str], list[Row]]) -> tuple[FileReport, ...]:
    """What became of every file; `rows` answers a question to the books."""
    files = rows("select * from file_summary order by file")
    reasons = _by_file(rows('select * from refusals order by file_id, "row"'))
    totals = _by_file(rows("select * from file_totals order by file_id, currency"))
    return tuple(_file(row, reasons, totals) for row in files)


def _by_file(rows: Sequence[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row["file_id"], []).append(row)
    return found


def _file(row: Row, reasons: dict[int, list[Row]], totals: dict[int, list[Row]]) -> FileReport:
    rounded = row["rounded"]
    more = (
        (f"{rounded} amount(s) had more decimals than the currency and were rounded.",)
        if rounded
        else ()
    )
    return FileReport(
        file=row["file"],
        format=row["layout"],
        title=row["layout_title"],
        kind=row["kind"],
        rows=row["rows"],
        accepted=row["accepted"],
        refused=row["refused"],
        skipped=row["skipped"],
        reasons=tuple(
            Reason(r["row"], r["column_name"], r["value"], r["reason"])
            for r in reasons.get(row["file_id"], ())
        ),
        totals={t["currency"]: t["amount"] for t in totals.get(row["file_id"], ())},
        warnings=(*row["warnings"], *more, *_repeat_warning(row)),
        state=row["state"],
        note=row["note"],
        question=row["question"],
        choices=tuple(row["choices"] or ()),
    )


def _repeat_warning(row: Row) -> tuple[str, ...]:
    told = (
        (row["repeated"], "repeat an earlier row word for word and were skipped."),
        (row["shortened"], "repeat another but for lost leading zeros of the number: skipped."),
    )
    return tuple(f"{n} row(s) {what}" for n, what in told if n)


def _tie_out(books: OpenBooks, lens: Lens) -> list[TieOut]:
    """Every control total against the books rebuilt as of its own day."""
    controls = books.rows(
        "select as_of, currency, ar_amount from intake_control_totals where fate = 0 "
        "order by as_of, currency"
    )
    found = []
    for day in sorted({control["as_of"] for control in controls}):
        with Day(books, day, Lens(currency=lens.currency, rates=lens.rates)) as then:
            net = net_receivables(then)
        found += [
            TieOut(day, c["currency"], net.get(c["currency"], Decimal(0)), c["ar_amount"])
            for c in controls
            if c["as_of"] == day
        ]
    return found


def net_receivables(day: Day) -> dict[str, Decimal]:
    """Currency -> open invoices less open credits less unapplied cash, as the control account."""
    net: dict[str, Decimal] = {}
    for row in day.metric("aging").rows:
        net[row["currency"]] = net.get(row["currency"], Decimal(0)) + row["amount"]
    for row in day.metric("credits_and_cash").rows:
        less = row["credits"] + row["unapplied"]
        net[row["currency"]] = net.get(row["currency"], Decimal(0)) - less
    return net
