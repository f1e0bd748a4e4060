"""What can be read, as a table for a page of text; and what a reading adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from pipeline.exports.amounts import amount
from pipeline.exports.layouts import Layout
from pipeline.exports.results import FrameSource, Reading, Table

_SUPPORTED = ("layout", "of", "gives", "columns of ours", "handled on the way")


def supported(layouts: Iterable[Layout]) -> str:
    """A Markdown table of the layouts: what each gives, and which traps it handles."""
    ordered = sorted(layouts, key=lambda layout: layout.name)
    return _markdown(_SUPPORTED, [_described(layout) for layout in ordered])


def _described(layout: Layout) -> tuple[str, ...]:
    kinds = [layout.kind, *(also.kind for also in layout.also)]
    return (
        f"`{layout.name}`",
        layout.title,
        ", ".join(dict.fromkeys(kinds)),
        ", ".join((*layout.columns, *layout.defaults)),
        "; ".join(_traps(layout)) or "—",
    )


def _traps(layout: Layout) -> list[str]:
    """What the layout's own words ask of the reader."""
    rules, report = layout.reading, layout.report
    told = {
        "titles, headings, totals and footers": report is not None,
        "headings that name the customer": "(heading)" in layout.columns.get("customer_id", ()),
        "headings below headings": report is not None and report.nested,
        "a header of several rows": report is not None and report.header_rows > 1,
        "subtotals without a word": report is not None and report.bare_totals,
        "one row per line": layout.lines is not None,
        "continuation rows": bool(layout.carried),
        "a sign in its own column": layout.sign is not None,
        "documents without a number": bool(layout.unnumbered),
        "a decimal comma": rules.decimal == ",",
        "cents": bool(rules.minor_units),
        "rows of several kinds": any(also.own_rows for also in layout.also),
    }
    skipped = dict.fromkeys(rule.skip for rule in layout.rows if rule.skip)
    return [*(trap for trap, is_so in told.items() if is_so), *(f"skips: {why}" for why in skipped)]


def total(reading: Reading) -> Decimal | None:
    """The sum of the main table's amounts as the file writes them, whatever their currency.

    None where no amounts are, and for a plain file, which the database adds up itself.
    """
    if reading.layout is None or not isinstance(reading.source, FrameSource) or not reading.tables:
        return None
    decimal = reading.layout.reading.decimal
    amounts = [amount(text, decimal) for text in _texts(reading.source, reading.tables[0])]
    return sum((part for part in amounts if part is not None), Decimal(0)) if amounts else None


def _texts(source: FrameSource, table: Table) -> list[str | None]:
    rows = source.frame.iter_rows(named=True)
    names = table.columns.get("amount", ())
    if not names:
        return []
    return [
        next((row[name] for name in names if row[name]), None)
        for row in rows
        if table.present is None or row[table.present] is not None
    ]


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in lines)
