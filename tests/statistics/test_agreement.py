"""Two judges: Cohen's kappa by hand, its interval, and when nothing can be told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.statistics.agreement import agreement, one_against_rest


def test_kappa_is_what_a_hand_computes() -> None:
    # 4 x yes/yes, 1 x yes/no, 5 x no/no: observed 0.9, by chance 0.5 x 0.4 + 0.5 x 0.6 = 0.5.
    found = agreement("yyyyy" + "nnnnn", "yyyyn" + "nnnnn")
    assert (found.n, found.k, found.share) == (10, 9, 0.9)
    assert found.kappa == pytest.approx(0.8)
    assert found.kappa_ci == pytest.approx((0.4356, 1.0), abs=1e-4)
    assert found.verdict == "cannot tell"
    assert found.why == "The interval holds values on both sides of 0.6."


def test_cohens_own_example() -> None:
    # Fleiss, Levin and Paik (2003), table 18.1: kappa 0.68 from 75/1/4, 5/4/1, 0/0/10 of 100.
    pairs = {"pp": 75, "pn": 1, "po": 4, "np": 5, "nn": 4, "no": 1, "op": 0, "on": 0, "oo": 10}
    first = "".join(pair[0] * count for pair, count in pairs.items())
    second = "".join(pair[1] * count for pair, count in pairs.items())
    found = agreement(first, second)
    assert found.kappa == pytest.approx(0.676, abs=5e-4)
    assert found.kappa_ci is not None
    assert found.kappa_ci[0] < 0.6 < found.kappa_ci[1]


def test_judges_who_never_differ_are_not_thereby_certain() -> None:
    found = agreement("ab" * 15, "ab" * 15)
    # Wilson's low end for 30 of 30 is 0.8865, and (0.8865 - 0.5) / 0.5 = 0.773.
    assert (found.kappa, found.kappa_ci) == (1.0, (pytest.approx(0.773, abs=1e-3), 1.0))
    assert found.verdict == "agree"
    assert agreement("abcde", "abcde").verdict == "cannot tell"


def test_one_answer_throughout_leaves_nothing_beyond_chance() -> None:
    found = agreement("a" * 20, "a" * 20)
    assert (found.share, found.kappa, found.verdict) == (1.0, None, "cannot tell")
    assert "chance explains that" in found.why


def test_judges_who_toss_coins_do_not_agree() -> None:
    found = agreement("abab" * 20, "aabb" * 20)
    assert found.kappa == pytest.approx(0.0)
    assert found.verdict == "do not agree"


def test_nothing_judged_is_nothing_told() -> None:
    found = agreement([], [])
    assert (found.n, found.share, found.kappa, found.verdict) == (0, None, None, "cannot tell")


def test_one_place_against_the_rest() -> None:
    # "b" and "c" are one here: both judges see "a" on the same two items.
    assert one_against_rest("aabc", "aacb", "a").kappa == 1.0


def test_both_must_judge_the_same_items() -> None:
    with pytest.raises(ValueError, match="3 and 2 answers"):
        agreement("abc", "ab")


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), max_size=60))
def test_an_interval_holds_its_kappa_and_order_of_judges_is_nothing(
    pairs: list[tuple[str, str]],
) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    found, swapped = agreement(first, second), agreement(second, first)
    assert found.verdict == swapped.verdict
    if found.kappa is not None and found.kappa_ci is not None:
        assert -1.0 <= found.kappa_ci[0] <= found.kappa + 1e-9
        assert found.kappa - 1e-9 <= found.kappa_ci[1] <= 1.0
        assert found.kappa == pytest.approx(swapped.kappa)
