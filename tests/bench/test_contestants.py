"""Who is measured against whom: every contestant finds the same figures, and growth is told."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.bench import frames, ours, polars_frames, row_by_row, week_by_week
from pipeline.bench.comparing import growth, identical, ratios
from pipeline.bench.measuring import Measured
from pipeline.bench.table import table
from pipeline.demo.scale import write_large

CONTESTANTS = {
    "ours": ours,
    "frames": frames,
    "polars": polars_frames,
    "week_by_week": week_by_week,
    "row_by_row": row_by_row,
}


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Measured]:
    folder = tmp_path_factory.mktemp("bench")
    write_large(folder, seed=7, invoices=1_000)
    found = {name: Measured() for name in CONTESTANTS}
    for name, contestant in CONTESTANTS.items():
        contestant.measure(found[name], folder)
    return found


def test_every_contestant_finds_our_figures_to_the_cent(measured: dict[str, Measured]) -> None:
    agreed = identical({name: one.figures for name, one in measured.items()})
    assert set(agreed) == set(CONTESTANTS) - {"ours"}
    assert [found["different"] for found in agreed.values()] == [[]] * 4
    assert agreed["polars"]["compared"] > 100
    assert agreed["row_by_row"]["compared"] > 0


def test_a_cent_more_is_another_figure(measured: dict[str, Measured]) -> None:
    theirs = {"aging": dict(measured["row_by_row"].figures["aging"])}
    theirs["aging"]["91+"] = ["0.01", 1]
    found = identical({"ours": measured["ours"].figures, "row_by_row": theirs})
    assert found["row_by_row"]["different"] == ["aging: 91+"]


def size(invoices: int, seconds: float) -> dict[str, Any]:
    return {"invoices": invoices, "seconds": {"ours": {"total": seconds}}}


def test_growth_is_told_from_each_size_to_the_next() -> None:
    sizes = [size(1_000_000, 9.0), size(100_000, 1.0), size(10_000_000, 99.0)]
    assert growth(sizes) == [
        {"invoices": 10.0, "seconds": 9.0},
        {"invoices": 10.0, "seconds": 11.0},
    ]


def small() -> dict[str, dict[str, float]]:
    """Seconds of the laps that are measured at every size."""
    whole = {name: {"total": 2.0, "load": 1.5} for name in ("frames", "polars", "read_file")}
    return {
        **whole,
        "ours": {"total": 6.0, "load": 5.0},
        "read_memory": {"total": 2.0},
        "reload": {"one_small_file": 1.0},
    }


@pytest.mark.parametrize(("invoices", "goal"), [(1_000_000, 3.0), (10_000_000, 4.0)])
def test_above_a_million_the_load_may_take_four_times_the_typed_read(
    invoices: int, goal: float
) -> None:
    found = ratios(small(), small(), invoices)
    assert found["all / typed read"] == {"value": 3.0, "goal": goal}
    assert found["all / vectorised pandas"] == {"value": 3.0, "goal": 1.0}


def test_what_was_not_measured_at_a_size_is_a_dash() -> None:
    one = {
        "invoices": 10_000_000,
        "megabytes": 1.0,
        "seconds": small(),
        "cpu_seconds": small(),
        "peak_mb": {"ours": 900},
        "ratios": ratios(small(), small(), 10_000_000),
        "identical": {"frames": {"compared": 3, "same": True}},
    }
    lines = list(table({"machine": {}, "sizes": [one], "growth": []}))
    assert any(line.startswith("  row by row, exact") and line.endswith("–") for line in lines)
    assert any("all / typed read (goal 4)" in line for line in lines)
