"""Before and after on a drawn pilot: the headline, the same done otherwise, and its guards."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from pipeline.pilot import Pilot
from pipeline.proving import before_after
from pipeline.proving.cohorts import between, side
from pipeline.proving.guards import baseline, largest
from pipeline.proving.history import cohorts, made_up, trend_light
from pipeline.proving.ladder import rung
from pipeline.proving.mix import composition, mix_light, moved, standardised, with_sizes
from pipeline.proving.read_outs import before_day_0, long_followed, windows
from pipeline.settings import Settings
from pipeline.statistics import DiffInDiff
from tests.drawn import draw

START = date(2026, 1, 1)
#: Day 90 is read out at the close of 31 March; invoices due from 31 January on are after.
SETTINGS = """
    [pilot]
    currency = "USD"
    started_on = 2026-01-01
    as_of = 2026-03-31
    [segment]
    where = "tier = 'mid'"
    [control]
    where = "tier = 'smb'"
"""
#: Days late, before then after: p1 10 4, p2 6 4, c1 5 5, c2 3 5. Then p2d, disputed, pays 20 days
#: late, c1w is written off, and s1 has its parent in the pilot.
BOOKS = """
    customers.csv
    customer_id | name | tier | terms | parent_id
    p1          | P1   | mid  | NET30 |
    p2          | P2   | mid  | NET30 |
    c1          | C1   | smb  | NET30 |
    c2          | C2   | smb  | NET30 |
    s1          | S1   | smb  | NET30 | p1

    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount | currency
    p1a        | p1          | 2025-11-10 | 2025-12-10 | 100.00 | USD
    p1b        | p1          | 2026-01-11 | 2026-02-10 | 100.00 | USD
    p2a        | p2          | 2025-11-10 | 2025-12-10 | 100.00 | USD
    p2b        | p2          | 2026-01-11 | 2026-02-10 | 100.00 | USD
    p2d        | p2          | 2026-01-11 | 2026-02-10 | 100.00 | USD
    c1a        | c1          | 2025-11-10 | 2025-12-10 | 100.00 | USD
    c1b        | c1          | 2026-01-11 | 2026-02-10 | 100.00 | USD
    c1w        | c1          | 2026-01-11 | 2026-02-10 | 100.00 | USD
    c2a        | c2          | 2025-12-06 | 2026-01-05 | 100.00 | USD
    c2b        | c2          | 2026-01-11 | 2026-02-10 | 100.00 | USD
    s1a        | s1          | 2025-11-10 | 2025-12-10 | 100.00 | USD
    s1b        | s1          | 2026-01-11 | 2026-02-10 | 100.00 | USD

    applications.csv
    application_id | invoice_id | kind      | effective_on | amount
    a1             | p1a        | cash      | 2025-12-20   | 100.00
    a2             | p1b        | cash      | 2026-02-14   | 100.00
    a3             | p2a        | cash      | 2025-12-16   | 100.00
    a4             | p2b        | cash      | 2026-02-14   | 100.00
    a5             | p2d        | cash      | 2026-03-02   | 100.00
    a6             | c1a        | cash      | 2025-12-15   | 100.00
    a7             | c1b        | cash      | 2026-02-15   | 100.00
    a8             | c1w        | write_off | 2026-03-01   | 100.00
    a9             | c2a        | cash      | 2026-01-08   | 100.00
    a10            | c2b        | cash      | 2026-02-15   | 100.00
    a11            | s1b        | cash      | 2026-02-10   | 100.00

    disputes.csv
    dispute_id | invoice_id | flagged_at          | accepted_at | accepted_by | closed_at
    d1         | p2d        | 2026-02-20T10:00:00 |             |             |
"""


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    return draw(tmp_path_factory.mktemp("before_after") / "pilot", BOOKS, SETTINGS)


@pytest.fixture(scope="module")
def found(pilot: Pilot) -> dict[str, Any]:
    with pilot.day() as day:
        return before_after(day, pilot.settings)


def light(found: dict[str, Any], name: str) -> dict[str, str]:
    (one,) = [each for each in found["guards"] if each["name"] == name]
    return one


def test_the_headline_counts_disputed_invoices_and_written_off_ones_as_never_paid(
    found: dict[str, Any],
) -> None:
    levels = found["rdpd30"]["count"]
    # Pilot: (10 + 6) / 2, then (4 + 4 + 20) / 3. Control: (5 + 3) / 2, then (5 + 5 + 30) / 3.
    cells = ("pilot_pre", "pilot_post", "control_pre", "control_post")
    assert [levels[cell] for cell in cells] == pytest.approx([8, 28 / 3, 4, 40 / 3])
    assert levels["estimate"] == pytest.approx(-8.0)
    assert levels["permutation_p"] is not None, "two customers a side: chance is told as well"


def test_the_same_done_otherwise_is_counted_by_hand(found: dict[str, Any]) -> None:
    lines = {line["name"]: line for line in found["sensitivities"]}
    expected = {
        "undisputed": (4 - 8) - (40 / 3 - 4),
        "write_offs_out": (28 / 3 - 8) - (5 - 4),
        # c2a fell due after day 0 and is no baseline then: 5 days instead of 4.
        "before_day_0": (28 / 3 - 8) - (40 / 3 - 5),
        # p2 has most money due; p1 alone went from 10 to 4 days.
        "without_largest": (4 - 10) - (40 / 3 - 4),
        "standardised": -8.0,
    }
    for name, estimate in expected.items():
        assert lines[name]["estimate"] == pytest.approx(estimate), name
    assert "p2" in lines["without_largest"]["what"]
    assert lines["rdpd60"]["estimate"] is None
    assert "from the close of 2026-05-30 on" in lines["rdpd60"]["why"]


def test_a_control_customer_with_its_parent_in_the_pilot_is_left_out_by_name(
    found: dict[str, Any],
) -> None:
    assert found["rdpd30"]["count"]["control_customers"] == 2
    shared = light(found, "shared parents")
    assert (shared["state"], "s1" in shared["sentence"]) == ("warn", True)


def test_what_a_small_young_pilot_lacks_is_said(found: dict[str, Any]) -> None:
    assert light(found, "control size")["sentence"].startswith("1.0 control customers for each")
    assert light(found, "baseline")["state"] == "warn"
    assert (
        "Nobody can tell whether the two sides moved alike"
        in (light(found, "parallel trends")["sentence"])
    )
    assert found["placebo"]["n"] == 0
    # Day 90 needs due dates from 60 + 30 days before day 0.
    assert "from 90 days before day 0 on" in found["placebo"]["sentence"]
    assert (found["rung"]["number"], found["rung"]["is_complete"]) == (2, False)
    assert "180 days of baseline" in found["rung"]["sentence"]


def test_the_event_study_tells_every_cohort_from_the_last_one_before(
    found: dict[str, Any],
) -> None:
    # Billed from 10 November on: thirty days later one whole cohort is left before go-live, and
    # after it those due by 2 March and by 1 April.
    shown = found["event_study"]["cohorts"]
    assert [(one["place"], one["pilot"], one["control"]) for one in shown] == [
        (0, None, 3.0),
        (1, pytest.approx(28 / 3), pytest.approx(40 / 3)),
        (2, None, None),
    ]
    assert [one["is_reference"] for one in shown] == [True, False, False]
    assert "fell due in one of the periods" in shown[1]["why"]
    assert found["event_study"]["slope"]["why"].startswith("Fewer than three periods")


def test_the_answer_is_the_same_without_its_checks(pilot: Pilot, found: dict[str, Any]) -> None:
    with pilot.day() as day:
        short = before_after(day, pilot.settings, with_checks=False)
    lights = short.pop("guards")
    assert short.items() <= found.items()
    assert lights == found["guards"][: len(lights)]
    # What stops a comparison is known without them.
    assert {"overlap", "customers"} <= {light["name"] for light in lights}


# --- which invoices ------------------------------------------------------------------------


def test_windows_are_moved_but_never_stretched() -> None:
    for read_out in (60, 90, 120):
        (post, pre), (same, earlier) = windows(START, read_out), before_day_0(START, read_out)
        assert same == post
        assert earlier[2] - earlier[1] == pre[2] - pre[1]
        assert earlier[3] - earlier[1] == pre[3] - pre[1]
        assert max(earlier[2], earlier[3]) == START
    long, before = long_followed(START)
    assert long[2] - long[1] == before[2] - before[1]
    assert (long[3] - long[2], before[3] - before[2]) == (before[3] - before[2],) * 2


def test_cohorts_reach_back_by_thirty_days_and_stop_at_go_live_and_read_out() -> None:
    spans = cohorts(START, 90, date(2025, 11, 15))
    assert [(post, str(opens), str(cut)) for post, opens, _, cut in spans] == [
        (False, "2025-12-02", "2026-01-31"),
        (False, "2026-01-01", "2026-01-31"),
        (True, "2026-01-31", "2026-04-01"),
        (True, "2026-03-02", "2026-04-01"),
    ]
    assert [post for post, *_ in cohorts(START, 60, None)] == [True]


def test_a_made_up_go_live_ends_before_the_real_one_and_starts_where_books_do() -> None:
    # Day 90 of a made-up pilot lies before the real go-live when its day 0 is 60 days earlier.
    assert made_up(START, 90, date(2025, 8, 1)) == [
        date(2025, 11, 2),
        date(2025, 10, 3),
        date(2025, 9, 3),
    ]
    assert made_up(START, 90, date(2025, 10, 4)) == []
    assert made_up(START, 120, date(2025, 7, 5)) == [date(2025, 10, 3), date(2025, 9, 3)]
    assert made_up(START, 120, None) == []


# --- guards --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends", "share", "state"),
    [
        ((-0.3, 0.2), 0.0, "ok"),
        ((-0.3, 0.2), 0.2, "ok"),
        ((-0.3, 0.2), 0.25, "warn"),
        ((0.1, 0.6), 0.0, "warn"),
        (None, 0.0, "warn"),
    ],
)
def test_a_drift_before_or_a_finding_where_nothing_was_calls_for_doubt(
    ends: tuple[float, float] | None, share: float, state: str
) -> None:
    study = {"slope": {"ci95": ends}, "sentence": "S."}
    assert trend_light(study, {"share": share, "sentence": "P."})["state"] == state


def test_a_baseline_is_what_both_sides_are_known_for_before_day_0() -> None:
    settings = Settings.model_validate(
        {"windows": {"baseline": (date(2025, 7, 5), date(2025, 12, 31))}}
    )
    assert baseline(settings, START, date(2025, 1, 1))["sentence"].startswith("180 days")
    assert baseline(settings, START, date(2025, 7, 6))["state"] == "warn"
    assert baseline(Settings(), START, date(2025, 7, 5))["state"] == "ok"
    assert baseline(Settings(), START, None)["state"] == "warn"


def test_an_answer_that_hangs_on_one_customer_calls_for_doubt() -> None:
    sooner, either = (
        DiffInDiff(1, 1, 1, 1, 20, 20, estimate=-2.0, ci95=ends) for ends in ((-3, -1), (-3, 1))
    )
    assert largest(("c1", 0.4, either), sooner)["state"] == "warn"
    same = largest(("c1", 0.4, sooner), sooner)
    assert same["state"] == "ok"
    assert (
        "40% of the pilot's money due, the change lies between 1.0 and 3.0 days sooner"
        in (same["sentence"])
    )
    assert largest(None, sooner)["state"] == "warn"


def test_sides_and_words_of_an_interval() -> None:
    assert [side(ends) for ends in ((-2, -1), (1, 2), (-1, 1), None)] == [
        *("sooner", "later", "either", "unknown"),
    ]
    assert between((1.0, 2.0)) == "between 1.0 and 2.0 days later"
    assert between((-1.0, 2.0)) == "between 1.0 days sooner and 2.0 days later"


# --- the kinds of invoices -----------------------------------------------------------------


def kinds(*rows: tuple[bool, bool, str, float]) -> pl.DataFrame:
    """(is_pilot, is_post, tier, amount) of invoices numbered from 0."""
    return pl.DataFrame(
        [(n, *row, "30 days") for n, row in enumerate(rows)],
        schema=["invoice_key", "is_pilot", "is_post", "tier", "reporting", "terms"],
        orient="row",
    )


def late(traits: pl.DataFrame, days: list[float]) -> pl.DataFrame:
    """Every invoice its own customer's, paid so many days late."""
    return traits.select("invoice_key", "is_pilot", "is_post").with_columns(
        basis=pl.lit("count"),
        cluster=pl.col("invoice_key").cast(pl.String),
        is_observed=pl.lit(value=True),
        weight=pl.lit(1.0),
        followed=pl.lit(60),
        days=pl.Series(days),
    )


def test_kinds_are_weighted_as_they_were_before() -> None:
    # The pilot was half slow, and is three quarters slow afterwards; nobody changed.
    before = [(True, False, "quick", 1.0), (True, False, "slow", 1.0)]
    after = [(True, True, "quick", 1.0), *[(True, True, "slow", 1.0)] * 3]
    control = [(False, False, "any", 1.0)] * 2 + [(False, True, "any", 1.0)] * 2
    traits = with_sizes(kinds(*before, *after, *control))
    rows = late(traits, [2, 10, 2, 10, 10, 10, 4, 4, 4, 4])
    held, dropped = standardised(rows, traits)
    assert (held.pilot_pre, held.pilot_post, dropped) == (6.0, pytest.approx(6.0), 0)
    assert held.estimate == pytest.approx(0.0)
    parts = composition(traits)
    assert moved(parts, "class") == pytest.approx(0.25)
    assert moved(parts, "terms") == 0.0
    assert mix_light(parts, held, dropped, held)["state"] == "warn"


def test_a_kind_that_one_window_lacks_is_left_out_of_both() -> None:
    traits = with_sizes(
        kinds(
            (True, False, "a", 1.0),
            (True, True, "a", 1.0),
            (True, True, "new", 1.0),
            (False, False, "a", 1.0),
            (False, True, "a", 1.0),
        )
    )
    held, dropped = standardised(late(traits, [3, 5, 30, 2, 2]), traits)
    assert (held.pilot_post, dropped) == (5.0, 1)
    assert held.estimate == pytest.approx(2.0)


def test_sizes_are_thirds_of_the_pilots_invoices_before() -> None:
    before = [(True, False, "a", float(amount)) for amount in (10, 20, 30, 40, 50, 60)]
    found = with_sizes(kinds(*before, (False, True, "a", 1000.0), (False, True, "a", 1.0)))
    assert list(found["size"]) == [
        *["small"] * 2,
        *["middle"] * 2,
        *["large"] * 3,
        "small",
    ]


# --- the ladder ----------------------------------------------------------------------------


def test_the_rung_is_the_design_and_what_it_lacks() -> None:
    lights = [{"name": "control size", "state": "warn", "sentence": ""}]
    drawn = Settings.model_validate({"control": {"kind": "holdout", "where": "tier = 'smb'"}})
    other = Settings.model_validate({"control": {"where": "tier = 'smb'"}})
    assert (rung(drawn, lights)["number"], rung(drawn, lights)["is_complete"]) == (1, True)
    assert (rung(other)["number"], rung(other)["is_complete"]) == (2, True)
    assert "3 control customers for each" in rung(other, lights)["sentence"]
    assert "moved alike before" in rung(other, [], drift="later")["sentence"]
    assert (rung(Settings())["number"], rung(Settings())["is_complete"]) == (4, False)
