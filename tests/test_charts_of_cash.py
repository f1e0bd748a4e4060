"""The charts of time to cash: bars add up, cells open, what is not known is not drawn."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import plotly.graph_objects as go
import pytest

from pipeline import charts
from pipeline.charts.style import CONTROL, PILOT
from pipeline.model import BUCKETS

FRIDAY = date(2026, 3, 6)
MARKS = [charts.Mark(FRIDAY, "go-live")]


def bridge(*steps: tuple[str, str, float]) -> dict[str, Any]:
    """Steps (name, money, days) from 100.00 and 30.00 days on."""
    moneys = sum(Decimal(money) for _, money, _ in steps)
    return {
        "before": {"ar": Decimal("100.00"), "dso": 30.0},
        "after": {"ar": Decimal("100.00") + moneys, "dso": 30.0 + sum(d for _, _, d in steps)},
        "steps": [{"name": n, "money": Decimal(m), "days": d} for n, m, d in steps],
    }


def group(arm: str, when: str, *shares: float) -> dict[str, Any]:
    return {
        "arm": arm,
        "when": when,
        "n": 10,
        "rmst": sum(shares),
        "ci95": [1.0, 2.0],
        "cap_days": 30,
        "days": [
            {"day": n, "share": share, "at_risk": 10 - n, "watched_no_longer": n % 2}
            for n, share in enumerate(shares)
        ],
    }


def week(n: int, current: int, late: int) -> dict[str, Any]:
    amounts = {**dict.fromkeys(BUCKETS, Decimal(0)), "current": Decimal(current)}
    return {
        **amounts,
        "1-30": Decimal(late),
        "week": FRIDAY + timedelta(weeks=n),
        "total": Decimal(current + late),
        "disputed": Decimal(5),
    }


def row(bucket: str, n: int, **cells: float) -> dict[str, Any]:
    """A row of 100.00, its shares by outcome (1_30 for 1-30)."""
    return {
        "bucket": bucket,
        "n": n,
        "opening": Decimal(100),
        "is_few": n < 30,
        "cells": {
            {"late": "1-30"}.get(name, name): {"amount": Decimal(100 * s), "n": 1, "share": s}
            for name, s in cells.items()
        },
    }


def month(n: int, *shares: float | None) -> dict[str, Any]:
    days = dict(zip((15, 30, 45, 60, 90), shares, strict=True))
    return {
        "month": date(2026, n, 1),
        "n": 3,
        "billed": Decimal(10),
        **{f"day_{age}": share for age, share in days.items()},
    }


def point(n: int, age: int, share: float, *, pilot: bool = False) -> dict[str, Any]:
    return {"month": date(2026, n, 1), "age_days": age, "share": share, "is_pilot": pilot}


def promised(n: int, *, mature: bool = True, **states: int) -> dict[str, Any]:
    names = ("kept", "partly", "broken", "renegotiated", "pending", "cancelled")
    return {
        "week": FRIDAY + timedelta(weeks=n),
        "is_mature": mature,
        **{name: Decimal(states.get(name, 0)) for name in names},
    }


BRIDGE = bridge(
    ("payment behaviour", "-20.00", -6.0), ("terms", "0.00", 0.0), ("rest", "1.00", 0.5)
)
ROLLED = [row("current", 40, late=0.25, collected=0.75), row("1-30", 3, written_off=1.0)]
SPAN = (FRIDAY, FRIDAY + timedelta(days=30))
EVERY = {
    "days": charts.dso_bridge(BRIDGE, "days", "USD"),
    "money": charts.dso_bridge(BRIDGE, "money", "USD"),
    "curves": charts.still_open([group("pilot", "before", 0.5, 0.2), group("pilot", "after", 0.4)]),
    "ages": charts.aging_weeks([week(0, 80, 20), week(1, 60, 0)], "USD", MARKS),
    "shares": charts.aging_weeks([week(0, 80, 20), week(1, 0, 0)], "USD", as_share=True),
    "matrix": charts.roll_matrix(ROLLED, "USD", *SPAN),
    "cohorts": charts.cohort_matrix([month(1, 0.0, 0.5, 0.996, 1.0, None)]),
    "months": charts.cohort_curves([point(1, 15, 0.5), point(2, 15, 0.6, pilot=True)]),
    "promises": charts.promise_weeks([promised(0, kept=5), promised(1, pending=2)], "USD", MARKS),
}
NOTHING = {
    "curves": charts.still_open([]),
    "ages": charts.aging_weeks([], "USD"),
    "matrix": charts.roll_matrix([], "USD", *SPAN),
    "cohorts": charts.cohort_matrix([]),
    "months": charts.cohort_curves([]),
    "promises": charts.promise_weeks([], "USD"),
}


@pytest.mark.parametrize("figure", EVERY.values(), ids=EVERY)
def test_every_chart_asks_a_question_and_answers_it_in_words(figure: go.Figure) -> None:
    assert figure.layout.title.text.endswith("?")
    assert len(charts.alt(figure)) > 40
    assert figure.to_json()


@pytest.mark.parametrize("figure", NOTHING.values(), ids=NOTHING)
def test_no_rows_are_an_empty_chart_and_not_an_error(figure: go.Figure) -> None:
    assert charts.alt(figure)
    assert figure.to_json()


def test_the_bars_of_the_bridge_add_up_and_begin_at_nought() -> None:
    (bars,) = EVERY["days"].data
    assert list(bars.y) == ["before", "payment behaviour", "terms", "rest", "after"]
    assert sum(bars.x[:-1]) == bars.x[-1] == 24.5
    assert list(bars.text) == ["30.00", "\N{MINUS SIGN}6.00", "0.00", "+0.50", "24.50"]
    assert EVERY["days"].layout.xaxis.range[0] == 0
    assert list(EVERY["money"].data[0].text)[1:4] == ["\N{MINUS SIGN}20", "0", "+1"]
    assert "add up exactly" in charts.alt(EVERY["days"])


def test_the_curves_carry_numbers_at_risk_ticks_and_the_gap() -> None:
    figure = charts.still_open(
        [group("pilot", "before", 0.5, 0.2), group("pilot", "after", 0.4, 0.1)]
    )
    texts = [trace.text for trace in figure.data if trace.mode == "text"]
    assert texts == [("pilot, before", "10"), ("pilot, after", "10")]
    assert sum(trace.fill == "tonexty" for trace in figure.data) == 1
    ticks = [trace for trace in figure.data if trace.mode == "markers"]
    assert [list(trace.x) for trace in ticks] == [[1], [1]]
    names = [trace.name for trace in figure.data if trace.name]
    assert names == ["pilot, before: 0.70 days", "pilot, after: 0.50 days"]
    alone = charts.still_open([group("pilot", "before", 0.5)])
    assert not any(trace.fill == "tonexty" for trace in alone.data), "no gap without its other side"


def test_shares_of_a_week_without_money_are_nought_and_not_an_error() -> None:
    current = next(trace for trace in EVERY["shares"].data if trace.name == "Current")
    assert list(current.y) == [0.8, 0.0]
    assert EVERY["shares"].data[-1].name == "of it in dispute"


def test_a_row_of_few_invoices_is_grey_and_every_cell_can_be_opened() -> None:
    blue, grey, points = EVERY["matrix"].data
    assert [list(line) for line in blue.z][1] == [None] * len(blue.x)
    assert grey.z[1][list(grey.x).index("Written off")] == 1.0
    assert set(blue.text[1]) == {""}
    assert blue.text[0][list(blue.x).index("Collected")] == "75%<br>75"
    assert [tuple(data[:2]) for data in points.customdata] == [
        ("current", "1-30"),
        ("current", "collected"),
        ("1-30", "written_off"),
    ]
    assert charts.in_columns(ROLLED)[0]["Collected"] == Decimal(75)
    assert charts.in_columns(ROLLED)[0]["Written off"] is None


def test_an_immature_cell_is_blank_and_nearly_all_is_not_all() -> None:
    assert list(EVERY["cohorts"].data[0].text[0]) == ["0%", "50%", ">99%", "100%", ""]
    assert EVERY["cohorts"].data[0].z[0][4] is None


def test_months_of_the_pilot_are_coloured() -> None:
    assert [trace.line.color for trace in EVERY["months"].data] == [CONTROL, PILOT]
    names = [note.text for note in EVERY["months"].layout.annotations]
    assert names == ["Feb 2026", "Jan 2026"]


def test_a_week_that_is_not_over_is_hatched() -> None:
    figure = charts.promise_weeks([promised(0, kept=5), promised(1, kept=1, mature=False)], "USD")
    (bars,) = figure.data
    assert list(bars.marker.pattern.shape) == ["", "/"]
    assert "(week not over)" in charts.alt(figure)
