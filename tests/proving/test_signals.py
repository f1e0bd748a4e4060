"""A run chart that calls when something moved and keeps still when nothing did."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from pipeline.proving.signals import run_signals
from pipeline.statistics import shift_length

FIRST = date(2026, 2, 6)


def weeks(*values: float) -> list[tuple[date, float]]:
    return [(FIRST + timedelta(days=7 * place), value) for place, value in enumerate(values)]


def test_the_length_of_a_shift_grows_with_the_weeks() -> None:
    assert [shift_length(n) for n in (0, 1, 8, 9, 13, 16, 17, 32)] == [4, 4, 7, 8, 8, 8, 9, 9]


def test_eight_weeks_below_among_thirteen_are_a_shift() -> None:
    before = [0.5, 0.6] * 12
    found = run_signals(before, weeks(0.7, 0.5, 0.7, 0.5, 0.7, *[0.5] * 8))
    assert (found["median"], found["shift_length"], found["any"]) == (0.55, 8, True)
    assert found["shifts"] == [
        {"first": date(2026, 3, 13), "last": date(2026, 5, 1), "side": "below"}
    ]
    assert "more than noise" in found["sentence"]
    assert found["rule"].startswith("A signal is 8 weeks in a row on one side")


def test_seven_weeks_below_among_thirteen_are_noise() -> None:
    found = run_signals([0.5, 0.6] * 12, weeks(0.7, 0.5, 0.7, 0.5, 0.7, 0.7, *[0.5] * 7))
    assert (found["shifts"], found["any"]) == ([], False)
    assert found["sentence"].startswith("Noise:")


def test_few_weeks_before_freeze_no_median() -> None:
    found = run_signals([0.5] * 23, weeks(0.7))
    assert (found["any"], found["median"]) == (None, None)
    assert "the books hold 23" in found["sentence"]


@pytest.mark.parametrize("since", [8, 13, 17])
def test_noise_calls_in_fewer_than_one_chart_of_ten(since: int) -> None:
    chance = np.random.default_rng(2026)
    called = [
        run_signals(chance.normal(size=26).tolist(), weeks(*chance.normal(size=since)))["any"]
        for _ in range(1000)
    ]
    assert np.mean(called) < 0.10
