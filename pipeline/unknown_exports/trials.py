"""What loading a file with a layout gives: tried in books of its own, which are thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline import figures
from pipeline.exports import KINDS, Layout, content_digest
from pipeline.exports.proposing_layouts import checked
from pipeline.unknown_exports.drafts import Draft
from pipeline.warehouse.books import ExportFile, Ingredients, build
from pipeline.warehouse.day import Day, Lens
from pipeline.warehouse.intake_report import FileReport, load_report, net_receivables
from pipeline.warehouse.intake_rows import Outcome, outcomes
from pipeline.warehouse.opening import OpenBooks, open_books

#: Rows shown before and after.
SHOWN = 20


@dataclass(frozen=True, eq=False)
class Trial:
    """What loading a file with a layout gives."""

    file: FileReport
    as_of: date | None
    """The last day that the file knows of; None when it holds no invoices."""
    aged: Mapping[str, Mapping[str, Any]]
    """Currency -> its aging, as `figures.aging` gives it."""
    net: Mapping[str, Decimal]
    """Currency -> open invoices less credits and unapplied cash."""
    outcomes: Mapping[int, Outcome]
    """Row -> what became of it, of the first rows."""
    columns: tuple[str, ...]
    """Our columns that the layout fills."""


def tried(draft: Draft, **other: str) -> Trial:
    """The file loaded into books of its own; `other` holds other answers.

    Raises `CountbackError` when the mapping lacks what its kind needs.
    """
    with TemporaryDirectory(prefix="trial-") as folder:
        layout = checked(draft.layout(**other))
        books = books_of(draft, layout, Path(folder))
        try:
            return _trial(draft, layout, books)
        finally:
            books.close()


def books_of(draft: Draft, layout: Layout, folder: Path) -> OpenBooks:
    """Books of this one file, read with the layout."""
    file = ExportFile(draft.path, draft.proposal.look.name, content_digest(draft.path))
    made = Ingredients((file,), (layout,), {}, draft.currency)
    return open_books(build(made, folder))


def _trial(draft: Draft, layout: Layout, books: OpenBooks) -> Trial:
    lens = Lens(currency=draft.currency)
    [file] = load_report(books, lens).files
    as_of = last_day(books)
    aged, net = aged_on(books, as_of, lens) if as_of else ({}, {})
    kinds = (layout.kind, *(also.kind for also in layout.also if also.own_rows))
    numbers = [number for number, _ in draft.proposal.look.rows[:SHOWN]]
    return Trial(
        file=file,
        as_of=as_of,
        aged=aged,
        net=net,
        outcomes=outcomes(books, kinds, numbers),
        columns=tuple(name for name in KINDS[layout.kind].columns if name in layout.columns),
    )


def last_day(books: OpenBooks) -> date | None:
    """The last day that the books know of; None when they hold no invoice."""
    return books.last_known_day() if books.currencies() else None


def aged_on(books: OpenBooks, as_of: date, lens: Lens) -> tuple[dict[str, Any], dict[str, Decimal]]:
    """Currency -> its aging on a day, and currency -> what is open less credits and cash."""
    with Day(books, as_of, lens) as day:
        return figures.aging(day)["currencies"], net_receivables(day)
