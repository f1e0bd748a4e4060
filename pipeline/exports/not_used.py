"""Files that are understood and not used: which table they hold, or why they hold none.

A file that fits no layout may still be known: a list of deals, the lines of documents, a licence.
Those are told with their reason, and nobody is asked to map them.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cache
from itertools import islice
from pathlib import Path

from pydantic import Field

from pipeline.exports.layouts import header_key
from pipeline.exports.shapes import Choices
from pipeline.model import Noun

_KNOWN = Path(__file__).with_suffix(".toml")
_DELIMITERS = (",", ";", "\t", "|")
#: What connectors mark the tables with that they land in a warehouse.
_LANDED = "_fivetran"
#: Records of a file that are looked at, and characters that a header's cell has at most.
_LOOKED_AT, _LONGEST_HEADER = 60, 80
#: Words that a header's cell has at most, where a clause of prose has more.
_MOST_WORDS = 6
#: Records below a header that say whether they are rows of one table.
_BELOW = 12
#: Share (0-1) of those records that are as wide as the header.
_SHARE = 0.6
_JSON = re.compile(r"\s*[\[{]\s*([\[{\"\]}\d-]|$)")
_RULE = re.compile(r"^\s*\|?[\s:|-]*-{3,}[\s:|-]*$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)


class NotUsed(Noun):
    """One table that Countback knows and does not use."""

    what: str = Field(min_length=1)
    why: str = Field(min_length=1)
    """A predicate such as "lists deals, …"."""
    headers: tuple[Choices, ...] = ()
    only: tuple[str, ...] = ()
    """Patterns, of which every header must fit one."""
    anywhere: bool = False
    """Whether the headers say enough by themselves; else the table must be a connector's."""

    def fits(self, present: frozenset[str]) -> bool:
        """Whether a file with these headers is such a table."""
        if not self.anywhere and not any(name.startswith(_LANDED) for name in present):
            return False
        if any(present.isdisjoint(map(header_key, names)) for names in self.headers):
            return False
        return not self.only or all(
            any(fnmatchcase(name, pattern) for pattern in self.only) for name in present
        )


@cache
def known() -> tuple[NotUsed, ...]:
    """The tables of `not_used.toml`, in their order."""
    told = tomllib.loads(_KNOWN.read_text(encoding="utf-8"))
    return tuple(NotUsed.model_validate(table) for table in told["table"])


def why_table(headers: Sequence[str]) -> str:
    """Why a table with these headers is not used; empty when it is none that we know."""
    present = frozenset(header_key(name) for name in headers) - {""}
    return next((table.why for table in known() if table.fits(present)), "") if present else ""


def why_text(text: str) -> str:
    """Why the beginning of a file of text holds nothing to read; empty when it may be a table."""
    if _JSON.match(text):
        return "is JSON: export it as CSV"
    if _HEADING.search(text) and (_RULE.search(text) or not _has_table(text)):
        return "is a text in Markdown, and no table"
    return "" if _has_table(text) else "is a text, and no table"


def _has_table(text: str) -> bool:
    return any(_is_table(_records(text, delimiter)) for delimiter in _DELIMITERS)


def _records(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    found: list[list[str]] = []
    try:
        found.extend(
            record for record in islice(reader, _LOOKED_AT) if any(cell.strip() for cell in record)
        )
    except csv.Error:
        # An over-long field: what came before it must do.
        return found
    return found


def _is_table(records: Sequence[Sequence[str]]) -> bool:
    """Whether some record reads like a header and most of those below are as wide."""
    for at, record in enumerate(records):
        filled = [cell for cell in record if cell.strip()]
        if len(filled) < 2 or any(map(_is_prose, record)):
            continue
        below = records[at + 1 : at + 1 + _BELOW]
        alike = sum(len(other) == len(record) for other in below)
        # In prose a space follows every comma, and two lines may well have as many.
        is_doubtful = all(cell.startswith(" ") for cell in record[1:])
        is_alone = at == 0 and not below and not is_doubtful
        if is_alone or (below and alike >= len(below) * (1 if is_doubtful else _SHARE)):
            return True
    return False


def _is_prose(cell: str) -> bool:
    return len(cell) > _LONGEST_HEADER or len(cell.split()) > _MOST_WORDS
