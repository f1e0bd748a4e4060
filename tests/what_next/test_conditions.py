"""Each part of the rule against figures made up by hand; unknown is never met."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.what_next.conditions import Condition, days_past_due, disputes, no_harm, seeds
from pipeline.what_next.extending import lane_rates
from pipeline.what_next.harm import Harm, counted
from pipeline.what_next.judging import has_risen, judged

DISPUTES: dict[str, Any] = {
    "n": 12,
    "unrouted": 1,
    "median_business": 6.0,
    "ci95_business": (4.0, None),
    "longest_business": 40.0,
}


def compared(
    estimate: float, low: float, high: float, stop: str = "", read_out: int = 90
) -> dict[str, Any]:
    line = {"estimate": estimate, "ci95": [low, high]}
    customers = {"pilot_customers": 60, "control_customers": 180}
    return {
        "read_out_day": read_out,
        "rdpd30": {"count": {**line, **customers}},
        "minimum_detectable_days": 2.0,
        "guards": [{"name": "customers", "state": "stop", "sentence": stop}] if stop else [],
    }


def message(**more: object) -> dict[str, Any]:
    blank: dict[str, Any] = dict.fromkeys(
        ("complaints", "unread_complaints", "in_dispute", "disputed_later", "paid_before"), 0
    )
    flags: dict[str, Any] = {"is_marked_harmful": False, "is_in_doubt": False, "bounces": 0}
    return {"left_on": None, "case_id": "c1/routine/USD", **blank, **flags, **more}


@pytest.mark.parametrize(
    ("estimate", "low", "high", "state", "words"),
    [
        (-3.2, -5.5, -1.0, "met", "its middle is 3.2 days sooner"),
        (-2.9, -4.0, -1.8, "not met", "its middle is 2.9 days sooner, short of 3"),
        (-3.5, -7.1, 0.1, "not met", "no change at all is as possible"),
        (2.0, 0.5, 3.5, "not met", "the days rose"),
    ],
)
def test_the_days_fell_by_enough_and_surely(
    estimate: float, low: float, high: float, state: str, words: str
) -> None:
    found = days_past_due(compared(estimate, low, high), 3.0)
    assert (found.state, found.measured, found.low, found.high) == (state, estimate, low, high)
    assert words in found.sentence
    assert bool(found.would_change) == (state != "met")


def test_a_change_that_cannot_be_told_from_none_is_never_given_as_a_number_of_days() -> None:
    found = days_past_due(compared(-3.5, -7.1, 0.1), 3.0)
    assert "3.5" not in found.sentence + found.value + found.interval


def test_days_that_nobody_can_tell_are_not_known() -> None:
    few = days_past_due(compared(-5.0, -6.0, -4.0, "2 pilot customers: too small."), 3.0)
    assert (few.state, few.sentence) == (
        "not known",
        "Nobody can tell: 2 pilot customers: too small.",
    )
    refused = {"read_out_day": 120, "rdpd30": None, "minimum_detectable_days": None}
    light = {"name": "overlap", "state": "stop", "sentence": "The windows overlap."}
    none = days_past_due({**refused, "guards": [light]}, 3.0)
    assert (none.state, none.measured) == ("not known", None)
    assert none.would_change == "More customers, by a larger pilot: the last read-out is over."


def test_half_of_the_disputes_at_their_owner_in_time() -> None:
    assert disputes(DISPUTES, 8.0).state == "met"
    late = disputes(DISPUTES, 5.0)
    assert (late.state, late.n) == ("not met", "12 disputes, 1 unrouted")
    assert late.interval == "from 4.0 h on"
    assert disputes({"n": 0, "unrouted": 0, "median_business": None}, 8.0).state == "not known"


def test_disputes_that_wait_are_not_met_once_they_waited_too_long() -> None:
    waiting = {**DISPUTES, "median_business": None, "why": "half are not routed yet"}
    assert disputes({**waiting, "longest_business": 9.0}, 8.0).state == "not met"
    unknown = disputes({**waiting, "longest_business": 7.0}, 8.0)
    assert (unknown.state, unknown.would_change) == (
        "not known",
        "Route what waits on the page Disputes.",
    )
    few = disputes({**waiting, "unrouted": 0, "longest_business": 3.0}, 8.0)
    assert few.would_change == "More disputes, routed."


@pytest.mark.parametrize(
    ("n", "caught", "state"), [(19, 19, "not known"), (20, 17, "met"), (20, 16, "not met")]
)
def test_planted_defects_say_nothing_below_twenty(n: int, caught: int, state: str) -> None:
    found = seeds({"n": n, "caught": caught, "low": 0.6, "high": 0.9}, 0.85)
    assert found.state == state
    assert found.measured == caught / n
    assert seeds({"n": 0, "caught": 0}, 0.85).state == "not known"


def test_harm_is_a_confirmed_complaint_a_chased_dispute_or_a_mark_and_nothing_else() -> None:
    beside = [message(bounces=1), message(paid_before=1), message(disputed_later=2)]
    assert counted(beside, None).harmed == 0
    assert "1 bounced, 1 chased what had just been paid, 1 were followed" in (
        counted(beside, None).beside
    )
    harmful = [message(complaints=1), message(in_dispute=1), message(is_marked_harmful=True)]
    assert counted([*beside, *harmful], None)[:2] == (6, 3)


def test_no_harm_needs_messages_and_their_answers_read() -> None:
    assert no_harm(Harm(0, 0, 0, 0, (), "")).state == "not known"
    assert no_harm(counted([message()], None)).state == "met"
    assert no_harm(counted([message(), message(unread_complaints=1)], None)).state == "not known"
    assert no_harm(counted([message(is_in_doubt=True)], None)).state == "not known"
    harmed = no_harm(counted([message(complaints=1, is_in_doubt=True)], None))
    assert (harmed.state, harmed.measured) == ("not met", 1)


def parts(*states: str) -> list[Condition]:
    names = ("days past due", "disputes", "planted defects", "harm")
    return [
        Condition(name, "", "", "", "", state, "")  # type: ignore[arg-type]
        for name, state in zip(names, states, strict=True)
    ]


def test_all_met_extends_harm_or_a_rise_stops_and_all_else_holds() -> None:
    met = ("met", "met", "met", "met")
    assert judged(parts(*met), has_risen=False) == "extend"
    assert judged(parts(*met), has_risen=True) == "stop"
    assert judged(parts("met", "met", "met", "not met"), has_risen=False) == "stop"
    for place in range(4):
        unknown = ["not known" if at == place else "met" for at in range(4)]
        assert judged(parts(*unknown), has_risen=False) == "hold"
    assert judged(parts("not met", "met", "met", "met"), has_risen=False) == "hold"


def test_a_rise_among_too_few_customers_stops_nothing() -> None:
    assert has_risen(compared(2.0, 0.5, 3.5))
    assert not has_risen(compared(2.0, 0.5, 3.5, "2 pilot customers: too small."))
    assert not has_risen(compared(2.0, -0.5, 4.5))


def test_a_lane_goes_by_its_own_overrides() -> None:
    lanes = lane_rates(
        [{"lane": "relationship", "k": 3, "n": 20}, {"lane": "routine", "k": 0, "n": 40}]
    )
    assert [lane["lane"] for lane in lanes] == ["routine", "relationship"]
    # Wilson: 3 of 20 lies between 5.2% and 36.0%, none of 40 below 8.8%.
    assert [round(lanes[1][end], 3) for end in ("low", "high")] == [0.052, 0.360]
    assert [round(lanes[0][end], 3) for end in ("low", "high")] == [0.0, 0.088]
    assert lane_rates([{"lane": "routine", "k": 0, "n": 0}])[0]["high"] is None
