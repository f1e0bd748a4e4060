"""Which rows of a report are records, and what the others are: headings, totals, footers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.exports.amounts import amount
from pipeline.exports.layouts import Layout, header_key
from pipeline.exports.shapes import Report

_TOTAL = re.compile(
    r"(?:(?:grand|report|overall|sub)[ -]?totals?|totals?|(?:zwischen|end|gesamt)?summe|gesamt|"
    r"sous[- ]total|total g[eé]n[eé]ral|somme|totale|totaal|subtotaal|totales|suma|"
    r"total geral|soma|razem|celkem|összesen|totalt|summa|sum|i alt|yhteensä|toplam|"
    r"всего|итого|合計|総計|小計|合计|总计|\*+)"
    r"(?=$|[\s:,\-–(])",
    re.IGNORECASE,
)
#: What may stand between the word and the name of what is added up.
_JOINT = re.compile(r"^[\s:\-–]*(?:(?:for|of|f[uü]r|de|du|voor)\s+)?", re.IGNORECASE)
_FOOTER = re.compile(
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? .*\d{4}|.*\d{1,2}:\d{2}(?::\d{2})?\s*[ap]m\b|"
    r"(?:report )?(?:generated|printed|created|run|exported) (?:on|by|at|date)\b|"
    r"(?:accrual|cash) basis\b|page \d+|seite \d+|gedruckt |copyright |confidential\b).*",
    re.IGNORECASE,
)
_RULER = re.compile(r"[-=_+|.\s]{3,}")


@dataclass
class Judge:
    """Reads a report from top to bottom; `role` is asked for each row once and in order."""

    layout: Layout
    columns: Sequence[str]
    """The header, by which also its blank columns have a name."""
    titles: Sequence[str] = ()
    """The text of each line above the header, where the first heading may stand."""
    open: list[str] = field(default_factory=list)
    """The headings above the row, the innermost last."""
    grand_total: str | None = None
    """The text of the last total of everything."""

    def __post_init__(self) -> None:
        keys = {header_key(name): place for place, name in enumerate(self.columns)}
        report = self._report
        self._header = [header_key(name) for name in self.columns]
        self._anchor = _places(keys, report.anchor or self.layout.columns.get("issued_on", ()))
        self._ids = set(_places(keys, _id_columns(self.layout)))
        self._total = next(iter(_places(keys, self._names(report.total))), None)
        self._heading = next(iter(_places(keys, (report.heading or "",))), 0)
        self._pattern = re.compile(report.heading_pattern) if report.heading_pattern else None
        for title in self.titles:
            self._opens(title)

    def _names(self, name: str) -> Sequence[str]:
        return self.layout.columns.get(name[1:], ()) if name.startswith("@") else (name,)

    @property
    def _report(self) -> Report:
        assert self.layout.report is not None  # noqa: S101 - only reports have a judge
        return self.layout.report

    @property
    def heading(self) -> str | None:
        """What stands above the row."""
        return ":".join(self.open) or None

    def role(self, record: Sequence[str]) -> str | None:
        """Why the row is no record; None when it is one."""
        filled = [(place, text.strip()) for place, text in enumerate(record) if text.strip()]
        if not filled or _RULER.fullmatch("".join(text for _, text in filled)):
            return "blank" if not filled else "a line"
        if all(self._header[place : place + 1] == [header_key(text)] for place, text in filled):
            return "the header again"
        if len(filled) == 1 and _FOOTER.fullmatch(filled[0][1]):
            return "a footer"
        if any(place < len(record) and record[place].strip() for place in self._anchor):
            return None
        return self._around(record, filled)

    def _around(self, record: Sequence[str], filled: list[tuple[int, str]]) -> str | None:
        first = filled[0][1]
        if self._opens(" ".join(text for _, text in filled)):
            return "a heading"
        if self._is_total(filled):
            return self._close(record, first)
        if len(filled) == 1:
            return self._lone(*filled[0])
        return "a subtotal" if self._is_bare_total(record) else None

    def _opens(self, text: str) -> bool:
        found = self._pattern.search(text) if self._pattern else None
        if found:
            self.open = [found.group(1).strip()]
        return found is not None

    def _is_total(self, filled: list[tuple[int, str]]) -> bool:
        """A customer may be called Total: its heading stands alone, and no total closes it yet."""
        place, first = filled[0]
        if (word := _TOTAL.match(first)) is None:
            return False
        if any(other in self._ids and other != place for other, _ in filled[1:]):
            return False
        name = _JOINT.sub("", first[word.end() :]).casefold()
        return len(filled) > 1 or not name or name in map(str.casefold, self.open)

    def _close(self, record: Sequence[str], first: str) -> str:
        word = _TOTAL.match(first)
        name = _JOINT.sub("", first[word.end() :]) if word else ""
        folded = [heading.casefold() for heading in self.open]
        if name.casefold() in folded:
            del self.open[folded.index(name.casefold()) :]
            return "a subtotal"
        if name:
            return "a subtotal"
        self.grand_total = self._cell(record)
        return "a total"

    def _lone(self, place: int, text: str) -> str | None:
        if place not in (0, self._heading):
            return None
        if self._pattern:
            return "a line of text"
        self.open = [*self.open, text] if self._report.nested else [text]
        return "a heading"

    def _is_bare_total(self, record: Sequence[str]) -> bool:
        text = self._cell(record)
        found = amount(text, self.layout.reading.decimal)
        return self._report.bare_totals and found is not None

    def _cell(self, record: Sequence[str]) -> str | None:
        if self._total is None or self._total >= len(record):
            return None
        return record[self._total]


def says_total(cells: Sequence[str]) -> bool:
    """Whether the first text of a row is a word for a total."""
    first = next((cell.strip() for cell in cells if cell.strip()), "")
    return _TOTAL.match(first) is not None


def _id_columns(layout: Layout) -> tuple[str, ...]:
    ids = ("invoice_id", "payment_id", "contact_id")
    return tuple(name for ours in ids for name in layout.columns.get(ours, ()))


def _places(keys: dict[str, int], names: Sequence[str]) -> tuple[int, ...]:
    """Where those of the names stand that the file has."""
    return tuple(keys[header_key(name)] for name in names if header_key(name) in keys)
