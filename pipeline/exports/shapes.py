"""What a layout may say about the rows around its records, and about rows of several meanings.

All of it is data in the layout's TOML; the code only knows what a heading, a total, a rule
about rows and a group of lines is. Columns that we make ourselves are named in parentheses.
Where a rule names a column, `@amount` is the file's column that feeds our amount, and of
`Type|Document Type` the first that the file has is meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pipeline.model import Noun

#: The text that stood above the row: a customer, or a group of ages.
HEADING = "(heading)"
#: An id made from the row's own cells, for documents that have no number.
MADE_UP = "(made-up id)"
#: What a rule about rows says the row is.
KIND = "(kind)"
#: The main amount without its sign, e.g. a payment that a report shows below zero.
UNSIGNED = "(unsigned amount)"

#: Words for cells that a rule may ask for instead of a text.
BLANK, ANY, ZERO, NEGATIVE = "<blank>", "<any>", "<zero>", "<negative>"


def listed(value: Any) -> Any:
    """A single name is a list of one, so that every mapping reads the same."""
    return (value,) if isinstance(value, str) else value


def _pattern(text: str) -> str:
    try:
        groups = re.compile(text).groups
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression ({error})") from error
    if groups != 1:
        raise ValueError(f"{text!r} needs exactly one group, which is the heading")
    return text


def only(kind: str) -> str:
    """The column that is filled where a row belongs to this table of several."""
    return f"(is one of {kind})"


#: Their column, or several in order of preference: the first that is not blank is taken.
Choices = Annotated[tuple[str, ...], BeforeValidator(listed), Field(min_length=1)]
Values = Annotated[tuple[str, ...], BeforeValidator(listed), Field(min_length=1)]


class Report(Noun):
    """A report made for reading: titles, headings, totals and a footer stand around the records."""

    header_rows: int = Field(default=1, ge=1, le=3)
    """Rows that the header takes; the first one names the columns."""
    heading: str | None = None
    """Their column in which a heading stands alone; without it, the first column."""
    heading_pattern: Annotated[str, AfterValidator(_pattern)] | None = None
    """What a heading looks like in a report of free lines; its one group is the heading."""
    nested: bool = False
    """Whether a heading may stand below another: their texts are joined by a colon."""
    anchor: tuple[str, ...] = ()
    """Columns of which every record fills one; without it, the document's date."""
    bare_totals: bool = False
    """Whether a row with an amount and no anchor is a subtotal even without a word for it."""
    total: str = "@amount"
    """The column whose grand total is compared with the rows."""


class RowRule(Noun):
    """What rows with certain cells are. The first rule that fits a row decides."""

    where: Mapping[str, Values] = Field(default_factory=dict)
    """Column -> texts (in any case) or <blank>, <any>, <zero>, <negative>; all columns must fit."""
    skip: str = ""
    """Why the row is no record of ours."""
    refuse: str = ""
    """Why the row cannot be taken."""
    warn: str = ""
    """What to say about such rows; the next rules still decide what they are."""
    kind: str = ""
    """What the row is, in our words: the value of the column `(kind)`."""
    table: str = ""
    """The further table that the row belongs to instead of the main one."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        says = [self.skip, self.refuse, self.warn, self.kind, self.table]
        if sum(map(bool, says)) != 1:
            raise ValueError("a rule says exactly one of skip, refuse, warn, kind, table")
        if self.refuse and not self.where:
            raise ValueError("a rule that refuses names the cells it looks at")
        return self


class Lines(Noun):
    """One row per line: the rows of one document become the first of them."""

    group: Choices
    """The columns that the lines of one document share."""
    amount: str
    """Their amount column."""
    take: Literal["first", "sum"] = "first"
    """Whether each line repeats the document's amount, or holds its share of it."""


class Copied(Noun):
    """A column of our making that holds another's cell in some rows only."""

    column: str
    source: str
    where: Mapping[str, Values]
    """As in a rule about rows."""
    says: str = ""
    """What is written there instead of the cell, e.g. yes for a status that means it."""


class Sign(Noun):
    """The sign of an amount stands in a column of its own, e.g. Dr/Cr."""

    column: str
    minus: Values
    """Its texts (case does not matter) that make the amounts negative."""
    amounts: Choices
