"""The two charts of choosing draw what they are given, and say it in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pipeline import charts
from pipeline.charts.style import SIGNAL


def row(name: str, score: float, headroom: str | None, due: int, *, ok: bool) -> dict[str, Any]:
    return {
        "candidate": name,
        "score": score,
        "headroom": None if headroom is None else Decimal(headroom),
        "invoices_due_60": due,
        "passes": ok,
        "gates": [{"gate": 2, "ok": ok}],
    }


ROWS = [
    row("Tier mid", 80.0, "5000", 400, ok=True),
    row("Tier <b>smb</b>", 90.0, "100", 100, ok=False),
    row("Country NL", 10.0, None, 2, ok=False),
]


def test_a_bubble_is_as_large_as_its_invoices_and_ringed_when_it_fails() -> None:
    figure = charts.clean_against_headroom(ROWS, "USD", "Tier mid")
    (bubbles,) = figure.data
    # What fails is drawn first, so that the chosen one lies on top.
    assert (list(bubbles.x), list(bubbles.y)) == ([90.0, 80.0], [100.0, 5000.0])
    # A quarter of the invoices: a quarter of the area, half the diameter.
    assert bubbles.marker.size[1] == 2 * bubbles.marker.size[0]
    assert [colour == SIGNAL for colour in bubbles.marker.line.color] == [True, False]
    assert list(bubbles.customdata) == [1, 0]
    assert "1 pass every gate" in charts.alt(figure)


def test_a_strangers_name_is_no_markup_in_a_chart() -> None:
    figure = charts.clean_against_headroom(ROWS, "USD", "Tier mid")
    assert "<b>" not in figure.data[0].text[0]


def test_no_candidate_is_an_empty_chart_that_says_so() -> None:
    figure = charts.clean_against_headroom([], "USD", "")
    assert not figure.data
    assert "None passes" in charts.alt(figure)


def steps(reporting: tuple[str | None, str | None, str | None]) -> list[dict[str, Any]]:
    return [
        {"step": name, "n": n, "reporting": None if amount is None else Decimal(amount)}
        for name, n, amount in zip(
            ("all open", "disputed", "eligible"), (5, 2, 3), reporting, strict=True
        )
    ]


def test_the_waterfall_goes_down_by_each_step() -> None:
    figure = charts.eligibility(steps(("100", "30", "70")), "USD")
    assert list(figure.data[0].y) == [100, -30, 70]
    assert list(figure.data[0].measure) == ["absolute", "relative", "total"]
    assert "Disputed 30 USD on 2 invoices" in charts.alt(figure)


def test_without_a_rate_it_counts_invoices() -> None:
    figure = charts.eligibility(steps((None, None, None)), "USD")
    assert list(figure.data[0].y) == [5, -2, 3]
