"""What stands beside the override rate, from decisions in a real record."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pipeline.model import Event
from pipeline.pilot import Pilot
from pipeline.proving import four_metrics, override_parts
from pipeline.proving.reading import MATRIX, reading
from tests.cli.drawing import call
from tests.drawn import Draw
from tests.proving.reviewers import (
    BOOKS,
    CAREFUL,
    GO_LIVE,
    MOVED,
    RUBBER_STAMPING,
    SETTINGS,
    Week,
    judge,
    reviewed,
)


def rate_of(pilot: Pilot) -> dict[str, Any]:
    with pilot.day() as day:
        found = four_metrics(day, pilot.settings)["override_rate"]
    assert isinstance(found, dict)
    return found


def test_a_reviewer_who_stops_reading_is_called_out_everywhere_the_rate_is(drawn: Draw) -> None:
    pilot = reviewed(drawn, RUBBER_STAMPING)
    rate = rate_of(pilot)
    assert rate["verdict"] == "falling"
    assert rate["attention"]["verdict"] == "rubber-stamping suspected"
    assert rate["reading"]["name"] == "rubber-stamping"
    assert rate["reading"]["sentence"] == "Rubber-stamping is suspected: do not extend."
    # Six seconds for eighty words, four weeks of twenty drafts.
    assert (rate["under_the_floor"]["k"], rate["under_the_floor"]["n"]) == (80, 160)
    assert rate["under_the_floor"]["median_floor_seconds"] == 20.0
    said = call("metrics", "--pilot", pilot.folder, "--json").data["override_rate"]
    assert said["attention"]["sentence"] == rate["attention"]["sentence"]


def test_no_line_of_pilot_toml_takes_the_warning_off(drawn: Draw) -> None:
    pilot = reviewed(drawn, RUBBER_STAMPING)
    settings = pilot.folder / "pilot.toml"
    as_drawn = settings.read_text("utf-8")
    for line in ("rubber_stamp_warning = false", "attention = false", "warnings = false"):
        settings.write_text(as_drawn.replace("[pilot]", f"[pilot]\n{line}"), "utf-8")
        said = call("metrics", "--pilot", pilot.folder, "--json")
        assert said.status != 0 or (
            said.data["override_rate"]["attention"]["verdict"] == "rubber-stamping suspected"
        )


def test_the_same_fall_with_time_taken_and_defects_caught_is_an_improvement(drawn: Draw) -> None:
    rate = rate_of(reviewed(drawn, CAREFUL, caught=19, shown=20))
    assert rate["attention"]["verdict"] == "reading"
    assert rate["reading"]["name"] == "improving"
    assert rate["under_the_floor"]["k"] == 0


def test_the_same_fall_with_defects_missed_is_rubber_stamping(drawn: Draw) -> None:
    rate = rate_of(reviewed(drawn, CAREFUL, caught=16, shown=20))
    assert rate["reading"]["name"] == "rubber-stamping"
    assert "only 16 of 20" in rate["attention"]["sentence"]


def test_week_eight_is_read_twice_and_not_before_its_days_are_over(drawn: Draw) -> None:
    pilot = reviewed(drawn, [Week(k, 40) for k in (16, 14, 12, 10, 8, 6, 4, 2)])
    first, second = rate_of(pilot)["read_outs"]
    # Day 0 is 1 January: the pilot's eighth week ends with day 55, that of the drafts with day 85.
    assert (first["on"], second["on"]) == (date(2026, 2, 25), date(2026, 3, 27))
    assert (first["n"], second["n"]) == (160, 320)
    assert (first["k"], second["k"]) == (16 + 14 + 12 + 10, 72)
    assert second["verdict"] == "falling"
    with pilot.day(date(2026, 3, 26)) as day:
        waiting = four_metrics(day, pilot.settings)["override_rate"]["read_outs"][1]
    assert (waiting["verdict"], waiting["n"]) == (None, None)
    assert "2026-03-27" in waiting["sentence"]


def test_edits_count_by_their_share_of_words_at_four_thresholds(drawn: Draw) -> None:
    pilot = drawn(BOOKS, SETTINGS)
    on = GO_LIVE + timedelta(days=2)
    with closing(pilot.ledger()) as ledger:
        for number, share in enumerate((0.0, 0.05, 0.06, 0.10, 0.15, 0.25, 0.5)):
            judge(ledger, number, on, verdict="edit", edit_rate=share)
        judge(ledger, 7, on, verdict="edit", edit_rate=0.01, protected_change=True)
        judge(ledger, 8, on, **MOVED)
        judge(ledger, 9, on)
    rate = rate_of(pilot)
    counted = {row["hter"]: (row["k"], row["n"]) for row in rate["at_hter"]}
    assert counted == {0.05: (7, 10), 0.10: (5, 10), 0.20: (4, 10), 0.30: (3, 10)}
    assert (rate["k"], rate["n"]) == counted[0.10], "the rate itself is the one at .10"


def test_cases_that_become_easier_are_no_fall_at_the_first_weeks_mix(drawn: Draw) -> None:
    """Half of the large ones are overridden and none of the small; the large ones become rare."""
    pilot = drawn(BOOKS, SETTINGS)
    with closing(pilot.ledger()) as ledger:
        for week in range(8):
            on = GO_LIVE + timedelta(days=2 + 7 * week)
            large = 36 - 4 * week
            for number in range(40):
                is_large = number < large
                moved = is_large and number % 2 == 0
                judge(ledger, 0 if is_large else 1, on, **(MOVED if moved else {}))
    rate = rate_of(pilot)
    assert rate["verdict"] == "falling"
    assert rate["case_mix"]["verdict"] != "falling"
    # The first drafts to a customer are a class of their own; the rest stands at 18 of 40.
    assert [week["rate"] for week in rate["case_mix"]["weeks"]][1:] == pytest.approx(
        [0.45] * 7, abs=0.03
    )


def test_overrides_are_counted_by_team_and_never_by_person(drawn: Draw) -> None:
    pilot = drawn(BOOKS, SETTINGS)
    on = GO_LIVE + timedelta(days=2)
    with closing(pilot.ledger()) as ledger:
        for number, (by, said) in enumerate(
            (("Ana", {}), ("Ana", MOVED), ("Ben", MOVED), ("Nobody we know", {}))
        ):
            judge(ledger, number, on, by=by, **said)
    with pilot.day() as day:
        parts = override_parts(day, pilot.settings)
    found = {row["team"]: (row["k"], row["n"]) for row in parts.by("team")}
    assert found == {"collections": (1, 2), "sales": (1, 1), "no team": (0, 1)}
    assert all("Ana" not in row.values() for row in parts.shares.rows)


def test_a_message_that_left_and_should_not_have_is_a_defect(drawn: Draw) -> None:
    messages = """
    messages.csv
    message_id | customer_id | direction | sent_at          | sender | recipients | subject | body
    m1         | c1          | in        | 2026-02-04T09:00 | m@a.ex | ana@us.ex  | Re: A   | {gone}
    m2         | c2          | out       | 2026-02-06T09:00 | a@u.ex | bo@b.ex    | Re: B   | {said}

    disputes.csv
    dispute_id | invoice_id | flagged_at
    d1         | B          | 2026-02-05T09:00:00
    d2         | A          | 2026-04-05T09:00:00
""".format(
        gone="I no longer handle payables, please contact Tom instead.",
        said="Our apologies, that was sent in error.",
    )
    pilot = drawn(BOOKS + messages, SETTINGS)
    on = GO_LIVE + timedelta(days=2)
    with closing(pilot.ledger()) as ledger:
        for number in (1, 2, 3):
            judge(ledger, number, on if number < 3 else on + timedelta(days=30))
        for entry in ledger.entries():
            ledger.append(
                Event(
                    kind="handed_over",
                    subject=entry.subject,
                    by="outbox",
                    at=datetime.combine(entry.on_day, datetime.min.time(), UTC),
                    on_day=entry.on_day,
                    payload={"event_id": entry.event_id},
                )
            )
    found = rate_of(pilot)["defects"]
    assert (found["k"], found["n"]) == (2, 3), "the third left a month later and nothing came of it"
    assert found["per_100"] == pytest.approx(200 / 3, abs=1e-3)
    kinds = ("bounced", "wrong_person", "dispute_discovered", "apologised")
    assert [found[kind] for kind in kinds] == [0, 1, 1, 1]


@pytest.mark.parametrize(
    ("trend", "k", "n", "routing", "partners", "name"),
    [
        ("falling", 20, 100, 5, ("reading", 60.0), "improving"),
        ("falling", 20, 100, 5, ("cannot tell", 60.0), None),
        ("falling", 20, 100, 5, ("rubber-stamping suspected", 20.0), "rubber-stamping"),
        ("not falling", 40, 100, 30, ("cannot tell", 60.0), "routing"),
        ("not falling", 40, 100, 10, ("reading", 60.0), "data or templates"),
        ("not falling", 40, 100, 20, ("reading", 60.0), None),
        ("cannot tell", 1, 100, 0, ("rubber-stamping suspected", 4.0), "not reading"),
        ("cannot tell", 40, 100, 30, ("reading", 60.0), None),
        ("cannot tell", 0, 0, 0, ("cannot tell", None), None),
    ],
)
def test_the_matrix_gives_one_reading_or_says_why_none(
    trend: str, k: int, n: int, routing: int, partners: tuple[str, float | None], name: str | None
) -> None:
    said = {"verdict": partners[0], "review_seconds": {"last": partners[1]}}
    found = reading(trend, k, n, routing, said)
    assert found["name"] == name
    assert [row["name"] for row in found["matrix"]] == [row.name for row in MATRIX]
    assert [row["name"] for row in found["matrix"] if row["is_it"]] == ([name] if name else [])
    assert found["sentence"].startswith("No reading yet") == (name is None)
