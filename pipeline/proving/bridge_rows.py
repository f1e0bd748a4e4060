"""Which invoices a bar of the DSO bridge is about.

The two ends are their invoices to the cent. A step is a change of shares or of what was billed by
customer class and age, so that it names the invoices that it came of, and their amounts need not
add up to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.warehouse.day import Row

_Belongs = Callable[[Row], bool]


def _stayed(row: Row) -> bool:
    return bool(row["open_before"])


#: Bar -> (which of the invoices open on either day, what they have in common).
BARS: dict[str, tuple[_Belongs, str]] = {
    "before": (_stayed, "open on the earlier day; they add up to the bar"),
    "payment behaviour": (
        lambda row: row["open_before"] != row["open_after"],
        "of which more or less is open than on the earlier day",
    ),
    "disputes": (
        lambda row: row["disputed_before"] != row["disputed_after"],
        "of which more or less is in dispute than on the earlier day",
    ),
    "credits and write-offs": (
        lambda row: row["open_before"] > row["open_after"],
        "of which less is open, whether paid, credited or written off",
    ),
    "billing volume and timing": (
        lambda row: not row["open_before"],
        "that were not open on the earlier day",
    ),
    "customer mix": (
        lambda row: not row["open_before"],
        "that were not open on the earlier day, each with its customer class",
    ),
    "terms": (
        lambda row: bool(row["longer_terms"]),
        "of customers with other terms than before",
    ),
    "after": (lambda row: bool(row["open_after"]), "open on the later day; they add up to the bar"),
}


def behind_bar(rows: Sequence[Row], bar: str, currency: str) -> list[Row]:
    """The rows of `bridge_invoices` that a bar is about; none where a bar has no invoices."""
    if bar not in BARS:
        return []
    belongs = BARS[bar][0]
    return [row for row in rows if row["currency"] == currency and belongs(row)]
