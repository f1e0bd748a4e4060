"""Published examples and the golden pilot, as the statistics tests read them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.statistics import Cohort


@dataclass(frozen=True)
class Published:
    """One printed answer: what went in, what came out, how exactly it was printed."""

    id: str
    inputs: dict[str, Any]
    published: float
    tol: float
    kind: str

    def agrees(self, value: float) -> bool:
        return abs(value - self.published) <= self.tol + 1e-12


@pytest.fixture(scope="session")
def published(shared: Path) -> dict[str, Published]:
    """Every published example, by its id."""
    found = json.loads((shared / "oracles" / "published_examples.json").read_text("utf-8"))
    keys = ("id", "inputs", "published", "tol", "kind")
    return {row["id"]: Published(**{key: row[key] for key in keys}) for row in found}


@pytest.fixture(scope="session")
def golden(shared: Path) -> dict[str, Any]:
    """What the golden pilot must come to."""
    expected = json.loads((shared / "oracles" / "golden_expected.json").read_text("utf-8"))
    assert isinstance(expected, dict)
    return expected


@pytest.fixture(scope="session")
def golden_columns(shared: Path) -> dict[str, np.ndarray]:
    """The golden pilot's invoices as columns; an invoice never paid has `paid` infinite."""
    text = (shared / "oracles" / "golden_invoices.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    return {
        "customer": np.array([r["customer"] for r in rows]),
        "pilot": np.array([r["pilot"] == "1" for r in rows]),
        "issued": np.array([int(r["issue_day"]) for r in rows]),
        "due": np.array([int(r["due_day"]) for r in rows]),
        "amount": np.array([float(r["amount"]) for r in rows]),
        "paid": np.array([float(r["paid_day"] or "inf") for r in rows]),
    }


@pytest.fixture(scope="session")
def golden_cohort(golden_columns: dict[str, np.ndarray]) -> Callable[[str], Cohort]:
    """The due-date cohorts of the day-120 read-out, weighted by "count" or "dollar"."""

    def cohort(weighing: str) -> Cohort:
        c = golden_columns
        pre = (c["due"] >= -60) & (c["due"] < 0)
        post = (c["due"] >= 30) & (c["due"] < 90)
        kept = pre | post
        cut = np.where(post, 120, 30)
        observed = c["paid"] < cut
        days = np.where(observed, np.maximum(c["paid"] - c["due"], 0), cut - c["due"])
        weight = c["amount"] if weighing == "dollar" else np.ones(len(days))
        return Cohort(
            customer=c["customer"][kept],
            is_pilot=c["pilot"][kept],
            is_post=post[kept],
            days=days[kept],
            observed=observed[kept],
            weight=weight[kept],
            followed=(cut - c["due"])[kept].astype(float),
        )

    return cohort
