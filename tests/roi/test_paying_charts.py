"""The case's three charts draw what they are given, and say it in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pipeline import charts
from pipeline.roi import Given, case, chosen

FOUND: dict[str, Any] = case(chosen(Given(), "USD"), "USD")
DAYS = next(row for row in FOUND["inputs"] if row["name"] == "dso_days")


def test_a_tornado_runs_from_the_base_to_both_ends_widest_on_top() -> None:
    figure = charts.tornado(FOUND["tornado"], FOUND["first_year_net"], "USD")
    widest = FOUND["tornado"][0]
    ends = sorted(bar.base[0] + bar.x[0] for bar in figure.data if bar.y[0] == widest["label"])
    assert ends == pytest.approx(sorted(float(widest[f"net_at_{end}"]) for end in ("low", "high")))
    assert figure.data[-1].y[0] == widest["label"]
    assert widest["label"] in charts.alt(figure)


def test_a_tornado_without_a_range_is_empty_and_says_so() -> None:
    figure = charts.tornado([], Decimal(5), "USD")
    assert not figure.data
    assert "None has one" in charts.alt(figure)


def test_the_band_is_dark_within_its_ends() -> None:
    confidence = FOUND["confidence"]
    figure = charts.net_band(confidence, FOUND["first_year_net"], "USD")
    (bars,) = figure.data
    dark = [
        x for x, colour in zip(bars.x, bars.marker.color, strict=True) if colour == charts.PILOT
    ]
    assert float(confidence["low"]) <= min(dark) <= max(dark) <= float(confidence["high"])
    assert "80% of draws between" in charts.alt(figure)


def test_the_line_is_marked_where_it_breaks_even() -> None:
    figure = charts.break_even(FOUND["break_even"], DAYS, "USD")
    line, mark = figure.data
    assert list(line.y) == [float(row["net"]) for row in FOUND["break_even"]["line"]]
    assert mark.x[0] == FOUND["break_even"]["dso_days"]
    assert FOUND["break_even"]["dso_sentence"] in charts.alt(figure)


def test_a_line_that_never_breaks_even_has_no_mark() -> None:
    none = {**FOUND["break_even"], "dso_days": None}
    assert len(charts.break_even(none, DAYS, "USD").data) == 1
