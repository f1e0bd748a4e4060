"""What a falling override rate is worth: planted defects caught, seconds of reading."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pipeline.proving.attention import attention
from pipeline.statistics import wilson

FIRST = date(2026, 2, 6)


def weeks(*given: tuple[int, int, float | None]) -> list[dict[str, object]]:
    """(caught, shown, seconds) by week."""
    return [
        {"week_end": FIRST + timedelta(days=7 * i), "k": k, "n": n, "review_seconds": seconds}
        for i, (k, n, seconds) in enumerate(given)
    ]


@pytest.mark.parametrize(
    ("rows", "trend", "share", "verdict", "words"),
    [
        ([(0, 0, 60.0)], "falling", 0.3, "cannot tell", "No draft with a planted defect"),
        ([(9, 9, 60.0)] * 2, "falling", 0.3, "cannot tell", "18 of 18"),
        ([(9, 10, 60.0)] * 2, "falling", 0.3, "reading", "18 of 20"),
        ([(8, 10, 60.0)] * 2, "falling", 0.3, "rubber-stamping suspected", "only 16 of 20"),
        ([(8, 10, 60.0)] * 2, "not falling", 0.3, "cannot tell", "Only 16 of 20"),
        (
            [(3, 3, 60.0)] * 4 + [(3, 3, 29.0)] * 4,
            "falling",
            0.3,
            "rubber-stamping suspected",
            "29 s instead of 60 s",
        ),
        ([(3, 3, 60.0)] * 4 + [(3, 3, 30.0)] * 4, "falling", 0.3, "reading", "24 of 24"),
        ([(10, 10, 9.0)] * 2, "not falling", 0.01, "rubber-stamping suspected", "9 s"),
        ([(10, 10, 9.0)] * 2, "not falling", 0.3, "reading", "20 of 20"),
    ],
)
def test_the_verdict_follows_from_catching_and_time(
    rows: list[tuple[int, int, float | None]],
    trend: str,
    share: float,
    verdict: str,
    words: str,
) -> None:
    found = attention(weeks(*rows), trend, share)
    assert found["verdict"] == verdict
    assert words in found["sentence"]


def test_the_share_comes_with_wilson_s_interval() -> None:
    found = attention(weeks((6, 7, 40.0), (8, 9, None)), "cannot tell", 0.2)
    assert (found["seeded"]["caught"], found["seeded"]["n"]) == (14, 16)
    assert (found["seeded"]["low"], found["seeded"]["high"]) == wilson(14, 16)
    assert found["seeded"]["low"] == pytest.approx(0.6398, abs=5e-4)
    assert found["seeded"]["high"] == pytest.approx(0.9650, abs=5e-4)
    assert found["review_seconds"] == {"first": 40.0, "last": 40.0}


def test_drafts_judged_faster_than_they_can_be_read_make_a_fall_suspect() -> None:
    rows = weeks((10, 10, 60.0), (10, 10, 60.0))
    assert attention(rows, "falling", 0.3, (5, 10))["verdict"] == "reading"
    assert attention(rows, "falling", 0.3, (5, 9))["verdict"] == "reading", "too few were timed"
    suspected = attention(rows, "falling", 0.3, (6, 10))
    assert suspected["verdict"] == "rubber-stamping suspected"
    assert "6 of 10 drafts were judged faster than they can be read" in suspected["sentence"]


def test_without_weeks_nothing_is_claimed() -> None:
    found = attention([], "cannot tell", None)
    assert found["seeded"]["rate"] is None
    assert found["review_seconds"] == {"first": None, "last": None}
    assert found["verdict"] == "cannot tell"
