"""Days between two runs: kept with their tables, and never in two hands."""

from __future__ import annotations

import pytest

from pages.parts.session import IdleDays
from pipeline.pilot import Pilot
from pipeline.warehouse.day import Day
from tests.shipped import shipped

PLACE = ("books", "settings", "2026-01-01")


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    return Pilot.open(shipped(tmp_path_factory.mktemp("pilot") / "demo"))


def opened(pilot: Pilot) -> Day:
    return Day(pilot.books(), pilot.as_of(), pilot.lens(), pilot.entries()[:5])


def test_a_day_laid_aside_is_given_once(pilot: Pilot) -> None:
    idle, day = IdleDays(room=3), opened(pilot)
    idle.lay_aside(PLACE, day)
    assert idle.take(PLACE, pilot.entries()[:6]) is day
    assert idle.take(PLACE, pilot.entries()[:6]) is None
    day.close()


def test_a_day_of_other_settings_is_not_given(pilot: Pilot) -> None:
    idle = IdleDays(room=3)
    idle.lay_aside(PLACE, opened(pilot))
    assert idle.take(("books", "others", "2026-01-01"), pilot.entries()) is None
    idle.clear()


def test_a_day_that_saw_another_record_is_closed(pilot: Pilot) -> None:
    idle, day = IdleDays(room=3), opened(pilot)
    idle.lay_aside(PLACE, day)
    assert idle.take(PLACE, pilot.entries()[:2]) is None
    with pytest.raises(Exception, match="closed"):
        day.table("standing_decisions")


def test_the_one_idle_longest_makes_room(pilot: Pilot) -> None:
    idle, days = IdleDays(room=1), [opened(pilot), opened(pilot)]
    for day in days:
        idle.lay_aside(PLACE, day)
    with pytest.raises(Exception, match="closed"):
        days[0].table("standing_decisions")
    assert idle.take(PLACE, pilot.entries()) is days[1]
    days[1].close()
