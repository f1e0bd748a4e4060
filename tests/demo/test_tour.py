"""The guided demo: what each stop says is what the product finds there, worked out on the spot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.acting import Made, Moment, blocking, checked, draft_case
from pipeline.demo import LAST_DAY
from pipeline.demo.hurrying import HURRIED_FROM, hurried
from pipeline.demo.tour import GUIDE, OTHER_ACCOUNT, TOUR, Stop, arrange, offered
from pipeline.pilot import Pilot
from pipeline.proving import before_after, four_metrics
from pipeline.sending import judge
from pipeline.warehouse.day import Day
from tests.conftest import REPOSITORY
from tests.shipped import shipped

NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)
STOPS = {stop.title: stop for stop in TOUR}
Look = Callable[[str], Made]


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    pilot = Pilot.open(shipped(tmp_path_factory.mktemp("tour") / "demo"))
    for stop in TOUR:
        arrange(stop, pilot, Moment(by=GUIDE, now=NOW))
    return pilot


@pytest.fixture(scope="module")
def look(pilot: Pilot) -> Look:
    def at(title: str) -> Made:
        stop = STOPS[title]
        with pilot.day(stop.as_of) as day:
            return draft_case(pilot, day, stop.case_id, pilot.desk(day, stop.case_id))

    return at


def test_it_takes_seven_minutes_and_every_page_is_there() -> None:
    assert 6.5 * 60 <= sum(stop.seconds for stop in TOUR) <= 7.5 * 60
    assert all((REPOSITORY / "pages" / f"{stop.page}.py").is_file() for stop in TOUR)


def test_the_clerk_who_left_gets_no_draft(look: Look) -> None:
    assert any("left" in stop for stop in blocking(look("The clerk who left")))


def test_sixty_thousand_wait_for_a_po(look: Look) -> None:
    made = look("Sixty thousand dollars and a missing PO")
    assert f"{made.case.open_amount:,.0f}" == "60,000"
    assert "PO" in made.note


def test_the_same_age_and_amount_get_opposite_plays(look: Look) -> None:
    one, other = look("Twelve days late, first case"), look("Twelve days late, second case")
    assert one.case.days_past_due == other.case.days_past_due == 12
    assert one.case.open_amount == other.case.open_amount
    assert (one.draft.state, other.draft.state) == ("draft", "refused")


def test_the_complaint_takes_the_draft_away(look: Look) -> None:
    assert not blocking(look("The day before the complaint"))
    after = look("The day after the complaint")
    assert after.draft.state == "refused"
    assert any("60 seats" in stop for stop in blocking(after)) or "60 seats" in str(after.dossier)


def test_the_payment_makes_the_approval_lapse(pilot: Pilot) -> None:
    stop = STOPS["An approval lapses"]
    (approval,) = (
        one
        for one in judge(pilot, LAST_DAY, pilot.entries(), NOW)
        if one.decision.case_id == stop.case_id and one.entry.by == GUIDE
    )
    assert not approval.may_leave
    assert any("no longer open" in reason.sentence for reason in approval.reasons)


def test_it_approves_once_however_often_it_is_shown(pilot: Pilot) -> None:
    before = len(pilot.entries())
    arrange(STOPS["An approval lapses"], pilot, Moment(by=GUIDE, now=NOW))
    assert len(pilot.entries()) == before


def test_other_bank_details_are_refused(look: Look) -> None:
    made = look("New bank details are refused")
    assert not blocking(made), "nothing else stands in the way"
    body = f"{made.draft.body}\n\n{OTHER_ACCOUNT}"
    assert any(not check.ok and "bank" in check.name for check in checked(made, "S", body))


def test_reviewers_who_only_click_are_suspected_by_the_same_rules(pilot: Pilot) -> None:
    entries = pilot.entries()
    with Day(pilot.books(), LAST_DAY, pilot.lens(), hurried(entries)) as day:
        found = four_metrics(day, pilot.settings)["override_rate"]
    assert found["verdict"] == "falling"
    assert found["attention"]["verdict"] == "rubber-stamping suspected"
    assert hurried(entries)[0] == entries[0], "what came before stays as it was"
    assert all(
        one == was
        for one, was in zip(hurried(entries), entries, strict=True)
        if was.on_day < HURRIED_FROM
    )
    assert pilot.entries() == entries, "and nothing is written"


def test_week_eight_and_the_verdict_say_cannot_tell(pilot: Pilot) -> None:
    with pilot.day(LAST_DAY) as day:
        assert four_metrics(day, pilot.settings)["override_rate"]["verdict"] == "cannot tell"
        assert before_after(day, pilot.settings)["verdict"] == "cannot tell"


def test_it_is_offered_in_the_demo_alone(pilot: Pilot, tmp_path: Path) -> None:
    assert offered(pilot)
    assert not offered(Pilot.create(tmp_path / "own"))


@pytest.mark.parametrize("stop", TOUR, ids=lambda stop: stop.title)
def test_every_stop_says_what_to_look_at_in_one_sentence(stop: Stop) -> None:
    assert stop.look.endswith(".")
    assert len(stop.look) < 110, "one line at the foot of the window"
    assert stop.notes
