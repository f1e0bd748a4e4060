"""Which figures the loaded files cannot feed, and what would: an aging report alone is a start."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from pipeline.exports import KINDS
from pipeline.warehouse.opening import OpenBooks


@dataclass(frozen=True)
class Gap:
    """One figure that the files cannot feed."""

    figure: str
    why: str
    load: str
    """What to load for it."""

    @property
    def sentence(self) -> str:
        """The gap as one sentence."""
        return f"{self.figure}: {self.why}; load {self.load}."


#: Kinds of which none is loaded -> the gap that this leaves.
_GAPS: tuple[tuple[frozenset[str], Gap], ...] = (
    (
        frozenset({"applications"}),
        Gap(
            "DSO, paying behaviour and the dollars aging of past weeks",
            "the files list what is still open, and nothing of what was paid before",
            "invoices with the days on which they were paid, or payments with their invoices",
        ),
    ),
    (
        frozenset({"contacts"}),
        Gap("Follow-ups", "no file says who pays the invoices", "contacts"),
    ),
    (
        frozenset({"disputes"}),
        Gap("Disputed amounts", "no file lists disputes", "disputes, or flag them on the record"),
    ),
    (
        frozenset({"prep_log"}),
        Gap(
            "Minutes of preparation before the pilot",
            "no file says how long preparing took",
            "prep_log.csv",
        ),
    ),
    (
        frozenset({"control_totals"}),
        Gap("The tie-out", "no file states the ledger's total", "control_totals.csv"),
    ),
)


def gaps(books: OpenBooks) -> tuple[Gap, ...]:
    """What the books cannot tell for want of a file; nothing while there is no invoice."""
    held = _held(books)
    if "invoices" not in held:
        return ()
    return tuple(gap for kinds, gap in _GAPS if kinds.isdisjoint(held))


def is_open_items_only(books: OpenBooks) -> bool:
    """Whether nothing is known of what was paid: past weeks then show survivors only."""
    held = _held(books)
    return "invoices" in held and "applications" not in held


def _held(books: OpenBooks) -> Collection[str]:
    """The kinds of which at least one row was taken."""
    parts = " union all ".join(
        f"select '{kind}' as kind where exists (select 1 from intake_{kind} where fate = 0)"
        for kind in KINDS
    )
    return frozenset(row["kind"] for row in books.rows(parts))
