"""Rates at the mix of the first week, by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.statistics.standardising import standardised

counts = st.integers(1, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_a_rate_that_falls_by_easier_cases_alone_does_not_fall() -> None:
    # Easy cases 1 of 10, hard ones 5 of 10; then the hard ones become rare, 40 to 12%.
    first, second = standardised(
        [{"easy": (1, 10), "hard": (10, 20)}, {"easy": (3, 30), "hard": (2, 4)}]
    )
    assert first is not None
    assert second is not None
    assert (first.rate, first.k, first.n) == (pytest.approx(11 / 30), 11, 30)
    assert second.rate == pytest.approx(first.rate)
    # 1 / ((1/3)^2 / 30 + (2/3)^2 / 4): the few hard ones carry two thirds of the weight.
    assert second.n == 9
    assert second.covered == 1.0


def test_a_class_that_a_week_lacks_is_left_out_and_said() -> None:
    _, second, third = standardised(
        [{"easy": (1, 10), "hard": (5, 30)}, {"easy": (2, 10), "new": (9, 9)}, {"new": (1, 9)}]
    )
    assert second is not None
    assert (second.rate, second.n, second.covered) == (pytest.approx(0.2), 10, 0.25)
    assert third is None


def test_impossible_counts_are_refused_and_no_weeks_are_none() -> None:
    with pytest.raises(ValueError, match="week 2, easy: 6 overrides of 5"):
        standardised([{"easy": (1, 5)}, {"easy": (6, 5)}])
    assert standardised([]) == ()


@given(st.dictionaries(st.sampled_from("abcd"), counts, min_size=1))
def test_with_the_first_weeks_mix_it_is_the_week_itself(
    classes: dict[str, tuple[int, int]],
) -> None:
    ((only),) = standardised([classes])
    k, n = (sum(part) for part in zip(*classes.values(), strict=True))
    assert only is not None
    assert (only.k, only.n, only.covered) == (k, n, pytest.approx(1.0))
