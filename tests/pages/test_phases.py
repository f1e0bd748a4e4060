"""Phases: what is missing is said, a step carries a name, and what is locked is locked."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pages.parts import session
from pages.parts.phases import marks_of
from pipeline.pilot import Pilot
from pipeline.protocol import amend, charter, sign
from pipeline.timing import is_prompted
from tests.pages.conftest import Open, said

PAGE = "prepare/phases"


def test_it_says_what_is_missing_and_takes_the_step_with_a_reason(
    open_app: Open, folder: Path
) -> None:
    app = open_app(PAGE, as_of="2026-02-02")
    words = said(app).replace("\\", "")
    assert "Copilot by the dates alone: nobody recorded the step" in words
    assert "C-1013 has no owner who is still here" in words
    assert "Still to be timed: Grace Adeyemi" in words
    app.button(key="phase_on").click().run()
    assert "mend it, or give the reason" in app.error[0].value
    app.text_input(key="phase_reason").set_value("the owner comes on Monday").run()
    app.button(key="phase_on").click().run()
    [entry] = Pilot.open(folder).entries()
    assert (entry.by, entry.payload["to"]) == ("Ana Ruiz", "copilot")
    assert "segment" in [one["name"] for one in entry.payload["unmet"]]
    assert "recorded by Ana Ruiz on 2026-02-02" in said(app).replace("\\", "")

    # Going back is one click, and locks the messages.
    app.button(key="phase_back_instrument").click().run()
    assert "Ana Ruiz put the pilot into the instrument phase" in said(app).replace("\\", "")
    app.switch_page("pages/work/review.py").run()
    assert not app.exception
    assert app.button(key="approve").disabled


def test_a_drawn_follow_up_is_timed_on_the_queue_and_taken_back(
    open_app: Open, folder: Path
) -> None:
    app = open_app(as_of="2026-01-20")
    assert "manual follow-ups timed so far" in said(app)
    pilot = Pilot.open(folder)
    with pilot.day(date(2026, 1, 20)) as day:
        desk = pilot.desk(day)
    drawn = next(
        case
        for case in desk.cases
        if is_prompted(pilot.settings, case) and case.lane in ("routine", "relationship")
    )
    app = open_app("work/review", as_of="2026-01-20", case=drawn.case_id)
    app.button(key="clock_start").click().run()
    assert "The clock runs" in said(app)
    clock = app.session_state["stopwatch"]
    clock.since -= timedelta(minutes=12)
    app.button(key="clock_pause").click().run()
    assert "Paused" in said(app)
    app.button(key="clock_stop").click().run()
    [entry] = Pilot.open(folder).entries()
    assert (entry.kind, round(entry.payload["active_minutes"])) == ("timing", 12)
    assert "This follow-up is timed" in said(app)
    app.button(key="clock_undo").click().run()
    assert Pilot.open(folder).entries()[-1].kind == "timing_undone"
    assert any(button.key == "clock_start" for button in app.button)


def test_a_change_of_the_protocol_is_marked_on_every_run_chart(folder: Path) -> None:
    pilot, now = Pilot.open(folder), datetime(2026, 1, 2, 9, tzinfo=UTC)
    agreed, changed_on = charter(pilot.settings), date(2026, 2, 3)
    fewer = pilot.settings.protocol.model_copy(update={"extend_days": 1.0})
    later = charter(pilot.settings.model_copy(update={"protocol": fewer}))
    with closing(pilot.ledger()) as ledger:
        sign(ledger, agreed, pilot.settings, by="Ana", now=now, on_day=now.date())
        when = {"now": now + timedelta(days=32), "on_day": changed_on}
        amend(ledger, later, "finance says so", by="Ben", **when)
    here = session.open_session(folder, None, "Ana", lambda _: None)
    marked = [mark for mark in marks_of(here) if mark.label == "protocol changed"]
    assert [mark.day for mark in marked] == [changed_on]
    here.close()
    session.forget_everything()
