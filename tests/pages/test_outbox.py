"""Outbox: what may leave is shown with its approver, leaves by name, and is proved afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.acting import Moment, blocking, decide_case, draft_case, switch_off
from pipeline.desk import Desk
from pipeline.model import Entry
from pipeline.pilot import Pilot
from pipeline.warehouse.day import Day
from tests.pages.conftest import Open, said
from tests.pages.test_review import CLEAN, pay

PAGE = "work/outbox"
#: Once it is approved, the case waits.
APPROVED = "C-1143/waiting/USD"
NOW = datetime(2026, 3, 31, 9, tzinfo=UTC)
BEN = Moment(by="Ben Okafor", now=NOW)


@pytest.fixture
def approval(folder: Path) -> Entry:
    """Ben approved one message on the last day of the books."""
    pilot = Pilot.open(folder)
    with pilot.day() as day:
        return decide_case(pilot, day, CLEAN, verdict="approve", moment=BEN)


def files(folder: Path) -> list[Path]:
    return sorted((folder / "outbox").glob("*.eml"))


def kinds(folder: Path) -> list[str]:
    return [entry.kind for entry in Pilot.open(folder).entries()]


def write_files(app: AppTest) -> None:
    app.button(key="outbox_send").click().run()
    app.button(key="outbox_yes").click().run()


def test_an_empty_outbox_says_how_it_fills(open_app: Open) -> None:
    app = open_app(PAGE)
    assert "Nothing has been approved yet" in said(app)
    assert "The kill switch is off" in said(app)


def test_what_is_ready_is_shown_with_its_approver_and_its_text(
    open_app: Open, approval: Entry
) -> None:
    app = open_app(PAGE)
    assert "Ready to leave: 1 message" in said(app)
    [row] = app.dataframe[0].value.to_dict("records")
    assert (row["Approved by"], row["To"]) == ("Ben Okafor", approval.payload["to"])
    assert row["Can be taken back"] == "until it is handed over"
    assert approval.payload["final_body"] in app.code[0].value
    assert "Handed over: 0 messages" in said(app)


def test_nothing_leaves_before_the_question_is_answered(
    open_app: Open, folder: Path, approval: Entry
) -> None:
    app = open_app(PAGE)
    app.button(key="outbox_send").click().run()
    assert "cannot be taken back" in said(app)
    app.button(key="outbox_no").click().run()
    assert files(folder) == []
    assert app.button(key="outbox_send").label == "Write 1 .eml file"


def test_the_files_are_written_by_name_and_proved(
    open_app: Open, folder: Path, approval: Entry
) -> None:
    app = open_app(PAGE)
    write_files(app)
    [path] = files(folder)
    assert "1 file written to the outbox folder." in app.toast[0].value
    assert kinds(folder) == ["decision", "handing_over", "handed_over"]
    [row] = app.dataframe[0].value.to_dict("records")
    assert (row["By"], row["Proof"]) == ("Ana Ruiz", f"outbox/{path.name}")
    assert len(row["SHA-256"]) == 64
    path.unlink()
    assert "taken from the folder" in open_app(PAGE).dataframe[0].value["Proof"][0]


def test_nobody_unnamed_hands_over(open_app: Open, folder: Path, approval: Entry) -> None:
    app = open_app(PAGE, by="")
    write_files(app)
    assert app.error[0].value.startswith("Say who you are first")
    assert files(folder) == []


def test_a_payment_since_shows_what_changed_and_keeps_it_back(
    open_app: Open, folder: Path, approval: Entry
) -> None:
    pay(folder, APPROVED)
    app = open_app(PAGE)
    assert "Kept back: 1 message" in said(app)
    assert "is no longer open" in app.dataframe[0].value["Because"][0]
    assert not any(button.key == "outbox_send" for button in app.button)


def test_a_payment_that_arrives_after_the_page_was_drawn_stops_it_too(
    open_app: Open, folder: Path, approval: Entry
) -> None:
    app = open_app(PAGE)
    app.button(key="outbox_send").click().run()
    pay(folder, APPROVED)
    app.button(key="outbox_yes").click().run()
    assert "is no longer open" in app.error[0].value
    assert files(folder) == []


def test_the_kill_switch_stands_at_the_top(open_app: Open, folder: Path, approval: Entry) -> None:
    pilot = Pilot.open(folder)
    switch_off(pilot, True, BEN, pilot.as_of())
    app = open_app(PAGE)
    assert app.error[0].value.startswith("Stopped by Ben Okafor, 31 March 2026")
    assert "Kept back: 1 message" in said(app)
    assert "Ready to leave: 0 messages" in said(app)


def test_an_approval_is_taken_back_until_it_left(
    open_app: Open, folder: Path, approval: Entry
) -> None:
    app = open_app(PAGE)
    app.button(key=f"undo-{approval.event_id}").click().run()
    assert kinds(folder) == ["decision", "undone"]
    assert "Nothing has been approved yet" in said(app)


def test_one_s_own_mail_program_takes_it_and_asks_what_became_of_it(
    open_app: Open, folder: Path, approval: Entry
) -> None:
    app = open_app(PAGE)
    app.button(key=f"mailto-{approval.event_id}").click().run()
    assert "May have left: 1 message" in said(app)
    assert "Ana Ruiz took it into their own mail program" in said(app)
    app.button(key=f"left-{approval.event_id}").click().run()
    assert kinds(folder)[-1] == "handed_over"
    assert "Ana Ruiz says that it has left." in app.dataframe[0].value["Proof"][0]


def test_what_never_left_waits_again(open_app: Open, folder: Path, approval: Entry) -> None:
    app = open_app(PAGE)
    app.button(key=f"mailto-{approval.event_id}").click().run()
    app.button(key=f"never-{approval.event_id}").click().run()
    assert "Ready to leave: 1 message" in said(app)
    write_files(app)
    assert len(files(folder)) == 1


def test_from_an_earlier_day_nothing_may_leave(open_app: Open, folder: Path) -> None:
    pilot = Pilot.open(folder)
    day_before = "2026-03-30"
    with pilot.day(datetime.fromisoformat(day_before).date()) as day:
        desk = pilot.desk(day)
        decide_case(pilot, day, _a_clean_case(pilot, day, desk), verdict="approve", moment=BEN)
    app = open_app(PAGE, as_of=day_before)
    assert "look back" in app.warning[0].value


def _a_clean_case(pilot: Pilot, day: Day, desk: Desk) -> str:
    for case in desk.cases:
        if case.lane == "routine" and not blocking(draft_case(pilot, day, case.case_id, desk)):
            return str(case.case_id)
    raise AssertionError("no case is clean on that day")
