"""What the case rests on: every input with its unit, its limits, and where its value came from.

A prefilled value names its source, date and trust grade; C (a vendor's) and X (sources that
contradict each other) never prefill.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import field_validator, model_validator

from pipeline.model import Noun

Tag = Literal["measured", "given", "assumed"]
Grade = Literal["A", "B", "C", "X", ""]
#: What a grade means, for whoever reads one.
GRADES: dict[str, str] = {
    "A": "official or first-hand",
    "B": "reputable, second-hand or old",
    "C": "a vendor's word",
    "X": "sources contradict each other",
    "": "not graded",
}
Unit = Literal["money", "share", "number", "minutes", "hours", "days"]


class Sort(Noun):
    """One input as the calculator knows it (`inputs.toml`): words, unit, limits, prefill."""

    name: str
    group: str
    label: str
    unit: Unit
    meaning: str
    limits: tuple[Decimal, Decimal]
    """Least and most that make sense."""
    prefill: tuple[Decimal, Decimal, Decimal]
    """Low, base and high that are assumed; money in US dollars."""
    source: str
    dated: str = ""
    grade: Literal["A", "B", ""] = ""


class Input(Noun):
    """One input of a scenario, with everything that lets a reader weigh it."""

    name: str
    low: Decimal
    base: Decimal
    high: Decimal
    tag: Tag
    source: str
    dated: str = ""
    grade: Grade = ""
    replaces: str = ""
    """The measurement that a given value stands in for, in words."""

    @field_validator("low", "base", "high")
    @classmethod
    def _is_finite(cls, value: Decimal) -> Decimal:
        if not value.is_finite():
            raise ValueError("is no finite number")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Input:
        sort = SORTS[self.name]
        if not self.low <= self.base <= self.high:
            raise ValueError(f"low {self.low}, base {self.base}, high {self.high} do not ascend")
        for value in (self.low, self.high):
            if not sort.limits[0] <= value <= sort.limits[1]:
                raise ValueError(f"{value} is not between {sort.limits[0]} and {sort.limits[1]}")
        return self

    @property
    def sort(self) -> Sort:
        """What this input is."""
        return SORTS[self.name]


def _sorts() -> dict[str, Sort]:
    data = tomllib.loads(
        Path(__file__).with_suffix(".toml").read_text("utf-8"), parse_float=Decimal
    )
    return {name: Sort(name=name, **table) for name, table in data.items()}


#: Every input by name, in the order of the table.
SORTS: dict[str, Sort] = _sorts()
#: Their groups: what is done by hand, what it takes afterwards, when the cash comes, what an hour
#: costs, and what it costs to build, run and own.
GROUPS: tuple[str, ...] = tuple(dict.fromkeys(sort.group for sort in SORTS.values()))
#: Inputs whose prefilled amounts are US dollars.
DOLLARS = tuple(sort.name for sort in SORTS.values() if sort.unit == "money")

Scenario = dict[str, Input]
"""Every input by name: a scenario lacks none."""


def plain(value: Decimal) -> str:
    """A number as one writes it: no exponent, no needless noughts."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def prefilled(name: str, rate: Decimal = Decimal(1)) -> Input:
    """The stated assumption for an input; money is turned from US dollars at `rate`."""
    sort = SORTS[name]
    factor = rate if sort.unit == "money" else Decimal(1)
    low, base, high = (value * factor for value in sort.prefill)
    converted = f" (US dollars at {plain(rate)})" if factor != 1 else ""
    return Input(
        name=name,
        low=low,
        base=base,
        high=high,
        tag="assumed",
        source=sort.source + converted,
        dated=sort.dated,
        grade=sort.grade,
    )
