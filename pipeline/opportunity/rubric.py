"""The rubric: components, weights, floor and bands, and the candidates that everybody has."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from pipeline.model import Noun

Band = Literal["go", "fix then go", "fix first", "not first", "unknown"]
#: From the best start to the worst.
BANDS: tuple[Band, ...] = ("go", "fix then go", "fix first", "not first", "unknown")
Unit = Literal["hours", "share", "money"]


class Component(Noun):
    """One line of the rubric, with its straight line from bad (0 points) to good (100)."""

    label: str
    weight: float = Field(ge=0, le=100)
    unit: Unit
    bad: float
    good: float
    meaning: str
    better: str

    def points(self, value: float) -> float:
        """0 to 100 for a value in the component's own unit."""
        return 100 * min(1.0, max(0.0, (value - self.bad) / (self.good - self.bad)))

    def value_for(self, points: float) -> float:
        """The value that earns these points."""
        return self.bad + (self.good - self.bad) * points / 100


class Process(Noun):
    """A candidate that most companies have."""

    label: str
    checkability: float = Field(ge=0, le=1)
    why: str


class Rubric(Noun):
    """The whole of `rubric.toml`."""

    floor: float = Field(ge=0, le=100)
    go: float = Field(ge=0, le=100)
    fix: float = Field(ge=0, le=100)
    components: dict[str, Component]
    processes: dict[str, Process]

    @model_validator(mode="after")
    def _fits(self) -> Rubric:
        total = sum(part.weight for part in self.components.values())
        if abs(total - 100) > 1e-9:
            raise ValueError(f"the weights add up to {total:g}, not to 100")
        if self.fix > self.go:
            raise ValueError(f"fix ({self.fix:g}) lies above go ({self.go:g})")
        for name, part in self.components.items():
            if part.good <= part.bad:
                raise ValueError(f"{name}: good ({part.good:g}) does not lie above bad")
        return self


@cache
def shipped() -> Rubric:
    """The rubric as it ships."""
    return Rubric.model_validate(
        tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    )
