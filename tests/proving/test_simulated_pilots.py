"""Pilots whose truth is known: what the comparison says of them, and when it says nothing."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.statistics import before_after, override_trend
from tests.cli.drawing import Said, call
from tests.proving import simulated as made

DRAWS, SEED = 200, 2026
START = date(2026, 1, 1)
SETTINGS = """
[pilot]
currency = "USD"
started_on = 2026-01-01
[segment]
where = "segment = 'pilot'"
[control]
where = "segment = 'control'"
[windows]
selection = [2025-03-01, 2025-05-31]
baseline = [2025-12-02, 2026-01-30]
"""


def estimates(scenario: made.Scenario) -> tuple[np.ndarray, np.ndarray, float]:
    """The product's own estimates and intervals, and the effect that there was on average."""
    found, truth = [], []
    for ledger in made.draws(scenario, DRAWS, SEED):
        result = before_after(ledger.cohort())
        assert result.estimate is not None
        assert result.ci95 is not None
        found.append((result.estimate, *result.ci95))
        truth.append(ledger.truth())
    table = np.array(found)
    return table[:, 0], table[:, 1:], float(np.mean(truth))


def test_the_made_up_books_are_as_late_as_real_ones() -> None:
    late, days = np.mean([led.rdpd_without() for led in made.draws(made.S0, 50, SEED)], axis=0)
    assert late == pytest.approx(0.35, abs=0.01)
    assert days == pytest.approx(3.4, abs=0.1)


@pytest.mark.parametrize(
    ("scenario", "truth"),
    [
        pytest.param(made.S0, 0.0, id="S0 nothing happens"),
        pytest.param(made.S1, -1.2, id="S1 the pilot works"),
        pytest.param(made.S2, -1.8, id="S2 the pilot works in a slow season"),
        pytest.param(made.S3C, 0.0, id="S3c nothing happens, billing halves"),
        pytest.param(made.S4C, 0.0, id="S4c nothing happens, the worst third, chosen earlier"),
    ],
)
def test_the_interval_covers_the_truth_and_the_estimate_is_not_biased(
    scenario: made.Scenario, truth: float
) -> None:
    found, intervals, effect = estimates(scenario)
    assert effect == pytest.approx(truth, abs=0.1)
    assert abs(found.mean() - effect) < 0.15
    covered = (intervals[:, 0] <= effect) & (effect <= intervals[:, 1])
    assert 0.92 <= covered.mean() <= 0.98


def test_the_worst_third_seems_to_improve_by_days_on_the_days_it_was_chosen_on() -> None:
    found, intervals, effect = estimates(made.S4)
    assert effect == 0.0
    assert found.mean() < -3.0
    assert (intervals[:, 1] < 0.0).mean() > 0.95, "and would be called a success nearly always"


# --- through the exports, the books and the command line -----------------------------------------


@pytest.fixture(scope="module")
def halved() -> made.Ledger:
    return next(made.draws(made.S3C, 1, SEED))


@pytest.fixture(scope="module")
def loaded(halved: made.Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pilot whose billing halves on day 65."""
    return load(halved, tmp_path_factory.mktemp("S3c"))


def load(ledger: made.Ledger, place: Path) -> Path:
    (place / "source").mkdir()
    ledger.exports(place / "source", START, SETTINGS)
    said = call("load", place / "source", "--pilot", place / "pilot", "--json")
    assert said.status == 0, said
    return place / "pilot"


def asked(pilot: Path) -> Said:
    day = START + timedelta(days=89)
    return call("before-after", "--read-out", 90, "--as-of", day, "--pilot", pilot, "--json")


def compared(pilot: Path) -> dict[str, Any]:
    said = asked(pilot)
    assert (said.status, said.err) == (0, "")
    return said.data


def lights(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {light["name"]: (light["state"], light["sentence"]) for light in found["guards"]}


def test_halved_billing_moves_dso_raises_its_light_and_leaves_the_comparison_alone(
    halved: made.Ledger, loaded: Path
) -> None:
    found = compared(loaded)
    state, sentence = lights(found)["billing"]
    assert state == "warn"
    assert "DSO moves with it though nobody pays sooner" in sentence
    pilot, control = (found["dso"][arm] for arm in ("pilot", "control"))
    moved = [
        arm["after"]["USD"]["period_end"] - arm["before"]["USD"]["period_end"]
        for arm in (pilot, control)
    ]
    assert moved[0] < moved[1] - 4.0, "DSO falls by days"
    in_memory, in_books = before_after(halved.cohort()), found["rdpd30"]["count"]
    assert in_books["estimate"] == pytest.approx(in_memory.estimate, abs=1e-9)
    assert in_books["ci95"] == pytest.approx(in_memory.ci95, abs=1e-9)
    assert found["verdict"] == "cannot tell"


def test_a_segment_chosen_on_the_days_it_is_compared_with_is_refused(loaded: Path) -> None:
    settings = loaded / "pilot.toml"
    as_loaded = settings.read_text("utf-8")
    overlapping = "selection = [2025-12-01, 2026-01-10]"
    settings.write_text(
        as_loaded.replace("selection = [2025-03-01, 2025-05-31]", overlapping), "utf-8"
    )
    said = asked(loaded)
    settings.write_text(as_loaded, "utf-8")
    assert said.status == 1
    assert (said.data["verdict"], said.data["rdpd30"]) == ("refused", None)
    assert "overlaps baseline" in said.err


def test_twelve_customers_an_arm_are_too_small_to_tell(tmp_path: Path) -> None:
    found = compared(load(next(made.draws(made.S5, 1, SEED)), tmp_path))
    state, sentence = lights(found)["customers"]
    assert state == "warn"
    assert "12 pilot and 12 control customers: too small to tell" in sentence
    assert 0.0 < found["rdpd30"]["count"]["permutation_p"] <= 1.0
    assert found["verdict"] == "cannot tell"
    assert lights(found)["billing"][0] == "ok", "nobody's billing moved here"


# --- the override rate ----------------------------------------------------------------------------


@pytest.mark.parametrize("weeks", [4, 8])
def test_weeks_that_differ_by_chance_are_called_falling_in_at_most_7_of_100_pilots(
    weeks: int,
) -> None:
    flat = np.full(weeks, 0.35)
    streams = made.override_weeks(flat, drafts=40, icc=0.05, count=600, seed=SEED)
    verdicts = [override_trend(k, n).verdict for k, n in streams]
    assert verdicts.count("falling") / len(verdicts) <= 0.07
