"""What a phase locks holds in the engine and on the command line, not only on a page.

Wherever something is recorded, it is so on either database.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipeline.acting import Moment, decide_case
from pipeline.deciding import decide, standing_decision
from pipeline.model import CountbackError, Decision, Entry, Event
from pipeline.phases import SUBJECT, standing
from pipeline.pilot import Pilot
from pipeline.sending.batches import approve_batch
from pipeline.settings import Settings
from tests.cli.drawing import call
from tests.outbox.world import (
    ALDER,
    ANA,
    BIRCH,
    COPILOT,
    DAY,
    NOW,
    approve,
    ledger_of,
    run,
    sentences,
    why,
    world,
)
from tests.postgres import Server

Opened = Callable[[str, str], Pilot]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pilot = world(tmp_path_factory.mktemp("phases") / "pilot")
    pilot.books()
    return pilot.folder


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(
    drawn: Path,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Opened:
    """Makes a pilot of the test's own, by name, with another line for its day 0."""

    def make(name: str, start: str) -> Pilot:
        folder = Path(shutil.copytree(drawn, tmp_path / name))
        settings = folder / "pilot.toml"
        settings.write_text(settings.read_text().replace(COPILOT, start))
        if request.param == "postgresql":
            # Two pilots in one schema would be one record: each has a schema of its own.
            server: Server = request.getfixturevalue("postgres")
            monkeypatch.setenv("COUNTBACK_LEDGER", server.url())
        return Pilot.open(folder)

    return make


def step(pilot: Pilot, to: str, on: date = DAY) -> None:
    """A step that is on the record, whoever allowed it."""
    with ledger_of(pilot) as ledger:
        payload = {"from": "", "to": to, "reason": "", "unmet": []}
        event = Event(
            kind="phase_changed", subject=SUBJECT, by="Eva", at=NOW, on_day=on, payload=payload
        )
        ledger.append(event)


def steps(*said: tuple[str, str]) -> list[Entry]:
    """(phase, day) of steps on a record."""
    return [
        Entry(
            seq=n,
            event_id=str(n),
            kind="phase_changed",
            subject=SUBJECT,
            version=n,
            by="Eva",
            at=NOW,
            on_day=date.fromisoformat(on),
            payload={"from": "", "to": to, "reason": "", "unmet": []},
            previous="",
            hash="",
        )
        for n, (to, on) in enumerate(said, 1)
    ]


def settings(**phases: str) -> Settings:
    return Settings.model_validate(
        {"pilot": {"started_on": date(2026, 1, 1)}, "phases": phases or {}}
    )


@pytest.mark.parametrize(
    ("recorded", "on", "phase", "freedom"),
    [
        ([], "2025-12-31", "before the pilot", 0),
        ([], "2026-01-30", "instrument", 0),
        ([], "2026-01-31", "copilot", 1),
        ([], "2026-03-02", "cadence", 2),
        ([], "2026-04-01", "after day 90", 1),
        # What was recorded only tightens the dates, never frees them.
        ([("cadence", "2026-01-10")], "2026-01-20", "instrument", 0),
        ([("copilot", "2026-01-31")], "2026-03-10", "copilot", 1),
        ([("copilot", "2026-01-31"), ("cadence", "2026-03-04")], "2026-03-03", "copilot", 1),
        ([("copilot", "2026-01-31"), ("cadence", "2026-03-04")], "2026-03-04", "cadence", 2),
        ([("instrument", "2026-03-05")], "2026-03-10", "instrument", 0),
        ([("copilot", "2026-03-05")], "2026-04-02", "after day 90", 1),
        ([("whatever", "2026-03-05")], "2026-03-10", "instrument", 0),
    ],
)
def test_the_tighter_of_dates_and_record_holds(
    recorded: list[tuple[str, str]], on: str, phase: str, freedom: int
) -> None:
    found = standing(settings(), steps(*recorded), date.fromisoformat(on))
    assert (found.phase, found.freedom, bool(found.locked)) == (phase, freedom, freedom == 0)


def test_a_pilot_that_goes_by_its_record_takes_no_step_that_nobody_recorded() -> None:
    strict = settings(goes_by="record")
    on = date(2026, 3, 10)
    assert standing(strict, [], on).phase == "instrument"
    assert "Nobody has recorded" in standing(strict, [], on).locked
    assert standing(strict, steps(("cadence", "2026-03-02")), on).phase == "cadence"


def test_without_a_day_0_nothing_is_free() -> None:
    found = standing(Settings(), [], date(2026, 3, 10))
    assert (found.freedom, found.may_approve, found.may_batch) == (0, False, False)
    assert "set started_on" in found.locked


def test_looking_back_does_not_undo_that_somebody_tightened_it() -> None:
    recorded = steps(("instrument", "2026-03-20"))
    on = date(2026, 3, 10)
    assert standing(settings(), recorded, on).phase == "cadence"
    assert standing(settings(), recorded, on, later=True).phase == "instrument"


@pytest.mark.parametrize("start", ["started_on = 2026-03-15", "started_on = 2026-04-15", ""])
def test_where_nothing_leaves_nothing_is_approved(opened: Opened, start: str) -> None:
    pilot = opened("pilot", start)
    with pytest.raises(CountbackError, match=r"cannot be approved: .*nothing leaves"):
        approve(pilot)
    with pilot.day(DAY) as day, pytest.raises(CountbackError, match="cadence phase"):
        approve_batch(pilot, day, (ALDER, BIRCH), ANA)
    assert pilot.entries() == []
    refused = call("decide", ALDER, "--verdict", "approve", "--by", "Ana", "--pilot", pilot.folder)
    assert (refused.status, "nothing leaves" in refused.err) == (1, True)
    # To hold a case frees nothing: that is always possible.
    with pilot.day(DAY) as day:
        moment = Moment(by="Ana", now=NOW)
        until = date(2026, 4, 7)
        decide_case(pilot, day, ALDER, verdict="hold", moment=moment, reason="TIMING", until=until)


def test_an_approval_from_a_locked_phase_never_leaves(opened: Opened) -> None:
    pilot = opened("pilot", COPILOT)
    approve(pilot)
    [given] = pilot.entries()
    # The same approval, written below the engine on a day on which nothing was approved.
    other = opened("other", "started_on = 2026-02-26")
    with ledger_of(other) as ledger:
        said = Decision(**given.payload)
        decide(ledger, said, by="Ana Ruiz", now=NOW, on_day=date(2026, 3, 27))
    report = run(other)
    assert (report.handed_over, why(report)) == ((), ["phase"])
    assert "approve it anew" in sentences(report)


def test_whoever_goes_back_to_instrument_stops_what_was_approved(opened: Opened) -> None:
    pilot = opened("pilot", COPILOT)
    approve(pilot)
    step(pilot, "instrument", on=date(2026, 4, 30))  # however late the day of the books
    said = call("send", "--pilot", pilot.folder, "--json")
    assert said.data["handed_over"] == []
    reasons = said.data["not_handed_over"][0]["reasons"]
    assert [reason["code"] for reason in reasons] == ["phase"]
    assert "Eva put the pilot into the instrument phase" in reasons[0]["sentence"]
    with pytest.raises(CountbackError, match="Eva put the pilot"):
        approve(pilot, BIRCH)


def test_a_batch_is_for_a_cadence_that_holds(opened: Opened) -> None:
    pilot = opened("pilot", "started_on = 2026-01-20")
    with pilot.day(DAY) as day:
        batch = approve_batch(pilot, day, (ALDER, BIRCH), ANA)
    approve(pilot, batch.payload["sampled"][0])
    step(pilot, "copilot")
    report = run(pilot)
    assert [one.entry.subject for one, _ in report.handed_over] == batch.payload["sampled"]
    assert "cadence phase only" in sentences(report)
    with pilot.day(DAY) as day, pytest.raises(CountbackError, match="this is “copilot”"):
        approve_batch(pilot, day, (ALDER, BIRCH), ANA)
    assert standing_decision(pilot.entries()) is not None
