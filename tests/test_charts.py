"""Charts draw what they are given: nothing added up, nothing hidden, everything said in words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import plotly.graph_objects as go
import pytest

from pipeline import charts
from pipeline.charts.style import AGE_COLOURS, CONTROL, PILOT, SIGNAL, apart
from pipeline.figures import BOUNDARIES
from pipeline.model import BUCKETS

FRIDAY = date(2026, 3, 6)
MARKS = [charts.Mark(date(2026, 3, 10), "go-live"), charts.Mark(date(2030, 1, 1), "far off")]


def fridays(n: int) -> list[date]:
    return [FRIDAY + timedelta(weeks=i) for i in range(n)]


def rolls(rates: list[float | None]) -> list[dict[str, Any]]:
    """Weeks in which 1,000 was scheduled, the rate of it rolled, all into 1-30."""
    return [
        {
            "week": week,
            "scheduled": Decimal("1000.00"),
            "rolled": Decimal(str(1000 * (rate or 0))),
            "rate": rate,
            "boundaries": {
                name: {
                    "scheduled": Decimal(1000 if name == BOUNDARIES[0] else 0),
                    "rolled": Decimal(str(1000 * (rate or 0) if name == BOUNDARIES[0] else 0)),
                }
                for name in BOUNDARIES
            },
        }
        for week, rate in zip(fridays(len(rates)), rates, strict=True)
    ]


def overrides(*counts: tuple[int, int]) -> list[dict[str, Any]]:
    return [
        {"week": w, "k": k, "n": n, "low": 0.1, "high": 0.6, "routing": k, "wording": 0}
        for w, (k, n) in zip(fridays(len(counts)), counts, strict=True)
    ]


def dispute(name: str, hours: float, *, accepted: bool) -> dict[str, Any]:
    flagged = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - the books hold naive UTC
    return {
        "dispute_id": name,
        "flagged_at": flagged,
        "accepted_at": flagged if accepted else None,
        "business_hours": hours,
    }


def effects(**rows: tuple[float | None, float | None, float | None]) -> list[dict[str, Any]]:
    return [
        {"label": label, "estimate": at, "low": low, "high": high}
        for label, (at, low, high) in rows.items()
    ]


def lines(arm: str, *values: float | None) -> list[dict[str, Any]]:
    return [
        {
            "as_of": day,
            "arm": arm,
            "countback": value,
            "period_end": value,
            "best_possible": value,
        }
        for day, value in zip(fridays(len(values)), values, strict=True)
    ]


CELLS = {"pilot_pre": 3.8, "pilot_post": 2.1, "control_pre": 3.2, "control_post": 4.8}
STUDY = [
    {
        "due_from": date(2026, month, 1),
        "due_before": date(2026, month, 28),
        "is_post": month > 2,
        "is_reference": month == 2,
        "estimate": 0.0 if month == 2 else 1.5,
        "ci95": None if month == 2 else [0.5, 2.5],
    }
    for month in (1, 2, 3)
]
PLACEBOS = [{"go_live_on": date(2026, 1, 1), "estimate": -0.5, "ci95": [-2.0, 1.0]}]
RUN = [
    {"week": w, "value": v, "n": n} for w, v, n in zip(fridays(2), (6.0, 5.5), (31, 3), strict=True)
]
STEPS = [
    {"hours": 1.0, "share": 0.25, "low": 0.1, "high": 0.5, "at_risk": 12},
    {"hours": 2.0, "share": 0.5, "low": 0.3, "high": 0.8, "at_risk": 9},
]
EVERY = {
    "run": charts.run_chart(RUN, title="Fewer minutes?", unit="min", marks=MARKS),
    "roll": charts.weekly_roll(rolls([0.5, 0.4]), "USD", marks=MARKS),
    "minutes": charts.minutes_by_kind(
        [
            {
                "week_end": FRIDAY,
                "prep_total": 5.0,
                "review_total": 1.0,
                "rework_total": 0.0,
                "reroute_total": None,
            }
        ]
    ),
    "disputes": charts.dispute_waits([dispute("D-1", 3.0, accepted=True)]),
    "owner_curve": charts.owner_curve(STEPS, STEPS[:1], "business hours", 2.0),
    "hand_offs": charts.hand_offs([{"hand_offs": 0, "n": 3}]),
    "overrides": charts.override_weeks(overrides((3, 20))),
    "effect": charts.effect_interval(effects(invoice=(-1.0, -2.0, 0.1)), 2.5),
    "cells": charts.four_cells(CELLS),
    "study": charts.event_study(STUDY, MARKS),
    "placebo": charts.placebo_dates(PLACEBOS, {**PLACEBOS[0], "go_live_on": date(2026, 3, 6)}),
    "dso": charts.dso_lines(lines("pilot", 30.0, 31.0), MARKS),
    "aging": charts.aging({"current": {"amount": Decimal("10.50"), "n": 2}}, "USD"),
}
NOTHING = {
    "run": charts.run_chart([], title="Fewer minutes?", unit="min"),
    "roll": charts.weekly_roll([], "USD"),
    "minutes": charts.minutes_by_kind([]),
    "disputes": charts.dispute_waits([]),
    "owner_curve": charts.owner_curve([], [], "business hours"),
    "hand_offs": charts.hand_offs([]),
    "overrides": charts.override_weeks([]),
    "cells": charts.four_cells(dict.fromkeys(CELLS)),
    "study": charts.event_study([]),
    "placebo": charts.placebo_dates([]),
    "dso": charts.dso_lines([]),
    "aging": charts.aging({"current": {"amount": Decimal(0), "n": 0}}, "USD"),
}


@pytest.mark.parametrize("figure", EVERY.values(), ids=EVERY)
def test_every_chart_asks_a_question_and_answers_it_in_words(figure: go.Figure) -> None:
    assert figure.layout.title.text.endswith("?")
    assert len(charts.alt(figure)) > 20
    assert figure.to_json()


@pytest.mark.parametrize("figure", NOTHING.values(), ids=NOTHING)
def test_no_rows_are_an_empty_chart_and_not_an_error(figure: go.Figure) -> None:
    assert charts.alt(figure)
    assert figure.to_json()


def test_there_is_no_mode_bar_and_nothing_to_drag() -> None:
    assert charts.CONFIG["displayModeBar"] is False
    assert all(figure.layout.dragmode is False for figure in EVERY.values())


def test_every_bucket_has_its_own_colour_and_older_is_darker() -> None:
    def light(colour: str) -> int:
        return sum(int(colour[i : i + 2], 16) for i in (1, 3, 5))

    ages = [AGE_COLOURS[bucket] for bucket in BUCKETS[:-1]]
    assert sorted(ages, key=light, reverse=True) == ages
    assert set(AGE_COLOURS) == set(BUCKETS)


def test_the_pilot_has_one_hue_and_the_control_is_grey() -> None:
    figure = charts.dso_lines([*lines("pilot", 30.0), *lines("control", 40.0)])
    hues = {trace.line.color for trace in figure.data}
    assert hues == {PILOT, CONTROL}
    solid = [trace for trace in figure.data if trace.line.dash == "solid"]
    assert [list(trace.y) for trace in solid] == [[30.0], [40.0]]


def test_best_possible_is_drawn_for_the_pilot_alone() -> None:
    figure = charts.dso_lines([*lines("pilot", 30.0), *lines("control", 40.0)])
    assert len(figure.data) == 5


def test_columns_show_exactly_what_rolled_by_boundary() -> None:
    figure = charts.weekly_roll(rolls([0.5, 0.25]), "USD")
    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert [list(bar.y) for bar in bars] == [[500.0, 250.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    assert bars[0].marker.color == AGE_COLOURS["1-30"]


def test_a_week_outside_its_limits_calls_and_noise_does_not() -> None:
    limits = {"low": 0.3, "centre": 0.5, "high": 0.7}
    figure = charts.weekly_roll(rolls([0.5, 0.9, None]), "USD", limits)
    rate = figure.data[-1]
    assert list(rate.marker.color) == [PILOT, SIGNAL, PILOT]
    assert list(rate.y) == [0.5, 0.9, None]
    assert "between 30% and 70%" in charts.alt(figure)


def test_limits_are_drawn_only_where_there_are_some() -> None:
    with_limits = charts.weekly_roll(rolls([0.5]), "USD", {"low": 0.3, "centre": 0.5, "high": 0.7})
    assert len(with_limits.layout.shapes) == 2
    assert not charts.weekly_roll(rolls([0.5]), "USD", None).layout.shapes


def test_few_counted_is_drawn_hollow() -> None:
    assert list(EVERY["run"].data[0].marker.symbol) == ["circle", "circle-open"]


def test_only_days_on_the_axis_are_marked() -> None:
    said = [note.text for note in EVERY["run"].layout.annotations]
    assert "go-live" in said
    assert "far off" not in said


def test_the_frozen_baseline_is_named_with_its_n() -> None:
    baseline = {"value": 21.4, "n": 63}
    figure = charts.run_chart(RUN, title="Fewer?", unit="min", baseline=baseline)
    assert "baseline 21.4 min" in [note.text for note in figure.layout.annotations]
    assert "n = 63" in charts.alt(figure)


def test_an_override_week_shows_k_of_n_within_its_interval() -> None:
    figure = charts.override_weeks(overrides((3, 20), (0, 0), (5, 10)))
    bars, dots = figure.data[0], figure.data[1]
    assert list(dots.text) == ["3/20", "5/10"], "a week without a draft is left blank"
    assert list(dots.y) == [0.15, 0.5]
    assert list(bars.y)[:3] == [0.1, 0.6, None]


def test_a_dispute_without_an_owner_is_hollow_and_says_so() -> None:
    figure = charts.dispute_waits(
        [dispute("D-1", 3.0, accepted=True), dispute("D-2", 30.5, accepted=False)]
    )
    assert list(figure.data[0].marker.symbol) == ["circle", "circle-open"]
    assert "D-2 30.5 h and waiting" in charts.alt(figure)


def test_what_would_often_be_missed_is_shaded_behind_the_main_estimate() -> None:
    figure = charts.effect_interval(effects(invoice=(-1, -2, 1), dollar=(0, -3, 3)), 2.5)
    band = figure.layout.shapes[0]
    assert (band.x0, band.x1) == (-2.5, 2.5)
    assert band.y0 > 0, "the second estimate has another error and no band"


def test_an_estimate_without_an_interval_is_named_and_has_no_bar() -> None:
    figure = charts.effect_interval(effects(invoice=(None, None, None), dollar=(1.0, None, None)))
    assert "invoice: no figure" in charts.alt(figure)
    assert "dollar: +1.0 d, no interval" in charts.alt(figure)
    assert [trace.mode for trace in figure.data] == ["markers"]


def test_the_four_cells_are_the_values_given() -> None:
    figure = EVERY["cells"]
    assert [list(trace.y) for trace in figure.data] == [[3.2, 4.8], [3.8, 2.1]]


def test_labels_keep_their_order_and_their_distance() -> None:
    assert apart([10.0, 10.5, 20.0], 2.0) == [10.0, 12.0, 20.0]
    assert apart([20.0, 10.0], 2.0) == [20.0, 10.0]
    assert apart([], 2.0) == []


def test_aging_draws_the_amounts_to_the_cent() -> None:
    assert list(EVERY["aging"].data[0].x) == [10.5]
    assert "Current: 10 USD, 2 invoices" in charts.alt(EVERY["aging"])


def test_the_event_study_says_every_cohort_but_the_one_it_is_told_from() -> None:
    words = charts.alt(EVERY["study"])
    assert "due from 1 Jan 2026: +0.5 to +2.5; due from 1 Mar 2026 (after go-live)" in words
    assert "1 Feb" not in words
    hollow = [t for t in EVERY["study"].data if t.mode == "markers" and t.marker.line.width]
    assert [t.marker.color == "rgba(0, 0, 0, 0)" for t in hollow] == [False, True, False]


def test_what_is_done_otherwise_stands_below_a_line() -> None:
    rows = effects(invoice=(-1.0, -2.0, 0.1), otherwise=(-0.9, -2.0, 0.2))
    parted = charts.effect_interval([rows[0], {**rows[1], "is_sensitivity": True}])
    plain = charts.effect_interval(rows)
    assert len(parted.layout.shapes) == len(plain.layout.shapes) + 1
