"""Review: decisions are named, checked on what stands now, written once, and can be taken back."""

from __future__ import annotations

import csv
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.casework import Shown
from pages.parts.presence import Room
from pipeline.acting import Moment, blocking, decide_case, draft_case
from pipeline.attention import is_drawn, plant
from pipeline.model import Entry, fingerprint
from pipeline.pilot import Pilot
from pipeline.sending import send
from tests.pages.conftest import Open, said

CLEAN = "C-1143/routine/USD"
BLOCKED = "C-1013/blocked/USD"
NOW = datetime(2026, 3, 31, 9, tzinfo=UTC)


def decisions(folder: Path) -> list[Entry]:
    return [entry for entry in Pilot.open(folder).entries() if entry.kind == "decision"]


def body(app: AppTest) -> str:
    return str(app.text_area[0].value)


def edit(app: AppTest, old: str, new: str) -> None:
    assert old in body(app)
    app.text_area[0].set_value(body(app).replace(old, new, 1)).run()


def test_approving_records_the_exact_bytes_and_moves_on(open_app: Open, folder: Path) -> None:
    app = open_app("work/review", case=CLEAN)
    text, before = body(app), app.title[0].value
    app.button(key="approve").click().run()
    assert app.title[0].value != before
    assert "approved" in app.toast[0].value
    [entry] = decisions(folder)
    said_of = entry.payload
    assert (entry.by, entry.subject, said_of["verdict"]) == ("Ana Ruiz", CLEAN, "approve")
    exact = fingerprint(said_of["to"], said_of["subject"], text)
    assert (said_of["final_body"], said_of["approved_hash"]) == (text, exact)
    assert said_of["review_seconds"] >= 0


def test_an_approved_case_waits_and_is_not_shown_again(open_app: Open, folder: Path) -> None:
    app = open_app("work/review", case=CLEAN)
    app.button(key="approve").click().run()
    approved = decisions(folder)[0].payload["invoice_ids"]
    pilot = Pilot.open(folder)
    with pilot.day() as day:
        lanes = {route.invoice_id: route.lane for route in pilot.desk(day).routes}
    assert {lanes[name] for name in approved} == {"waiting"}
    assert CLEAN not in app.session_state["walk"]


def test_the_time_it_took_is_on_the_record(open_app: Open, folder: Path) -> None:
    open_app("work/review", case=CLEAN).button(key="approve").click().run()
    [timing] = [entry for entry in Pilot.open(folder).entries() if entry.kind == "timing"]
    assert (timing.payload["case_id"], timing.payload["kind"]) == (CLEAN, "review")
    assert 0 <= timing.payload["active_minutes"] < 1


def test_a_pause_and_idle_time_are_no_work() -> None:
    shown = Shown("C-1", started=0.0, last=0.0)
    with pytest.MonkeyPatch.context() as patched:
        for at, act in ((10.0, shown.touch), (20.0, shown.pause), (900.0, shown.pause)):
            patched.setattr("pages.parts.casework.time.time", lambda at=at: at)
            act()
        assert shown.active == 20.0  # up to the pause
        patched.setattr("pages.parts.casework.time.time", lambda: 2000.0)
        shown.touch()
        assert shown.active == 200.0  # of 1,100 idle seconds three minutes count
        assert shown.active_at == {60: 80.0, 120: 140.0, 300: 320.0}  # or one, two, five


def test_the_clock_is_paused_and_goes_on(open_app: Open) -> None:
    app = open_app("work/review", case=CLEAN)
    app.button(key="pause").click().run()
    assert app.button(key="pause").label == "Go on"
    app.button(key="pause").click().run()
    assert app.button(key="pause").label == "Pause"


def test_nobody_unnamed_decides(open_app: Open, folder: Path) -> None:
    app = open_app("work/review", by="", case=CLEAN)
    app.button(key="approve").click().run()
    assert app.error[0].value.startswith("Say who you are first")
    assert decisions(folder) == []


def test_an_edit_is_shown_word_by_word_and_kept_with_both_texts(
    open_app: Open, folder: Path
) -> None:
    app = open_app("work/review", case=CLEAN)
    draft = body(app)
    edit(app, "Hi ", "Dear ")
    assert ":gray[~~Hi~~] :blue-background[**Dear**]" in said(app)
    assert app.button(key="approve").disabled
    app.button(key="edit").click().run()
    [entry] = decisions(folder)
    assert entry.payload["verdict"] == "edit"
    assert entry.payload["reason"] == "TONE"
    assert entry.payload["draft_body"] == draft
    assert entry.payload["final_body"] == draft.replace("Hi ", "Dear ", 1)


def test_a_draft_with_an_altered_amount_cannot_be_approved(open_app: Open, folder: Path) -> None:
    app = open_app("work/review", case=CLEAN)
    amount = re.search(r"\$[\d,]+\.\d\d", body(app))
    assert amount
    edit(app, amount[0], "$9" + amount[0][1:])
    assert app.button(key="edit").disabled
    assert app.button(key="approve").disabled
    assert re.search(r"block:\] \*\*amounts\*\*", said(app))
    assert decisions(folder) == []


def test_a_case_that_we_hold_up_ourselves_shows_the_hand_off_and_no_message(
    open_app: Open,
) -> None:
    app = open_app("work/review", case=BLOCKED)
    assert not app.text_area
    assert any("Fix first, then collect" in code.value for code in app.code)
    assert app.button(key="approve").disabled
    assert "pays only against a PO number, and INV-79001 has none." in said(app)


def test_doubts_stand_above_the_message(open_app: Open) -> None:
    # Invoice, customer and contract disagree on the terms: told above the text, approval off.
    app = open_app("work/review", case="C-1078/routine/USD")
    assert "terms" in said(app).lower()
    assert app.button(key="approve").disabled


def test_rejecting_needs_a_reason_and_writes_nothing_without(open_app: Open, folder: Path) -> None:
    app = open_app("work/review", case=CLEAN)
    app.button(key="reject").click().run()
    assert "needs a reason" in app.error[0].value
    assert decisions(folder) == []
    app.selectbox(key="reason").set_value("PAID").run()
    app.button(key="reject").click().run()
    assert [entry.payload["reason"] for entry in decisions(folder)] == ["PAID"]


def test_rejecting_with_its_reason_is_one_act_like_approving(open_app: Open, folder: Path) -> None:
    app = open_app("work/review", case=CLEAN)
    app.button(key="reject_TIMING").click().run()
    (entry,) = decisions(folder)
    assert (entry.payload["verdict"], entry.payload["reason"]) == ("reject", "TIMING")


def test_the_keys_are_told_where_they_work(open_app: Open) -> None:
    app = open_app("work/review", case=CLEAN)
    app.button(key="keys").click().run()
    assert not app.exception
    (told,) = (table.value for table in app.table if "Key" in table.value.columns)
    assert {"A", "1 to 7", "U"} <= set(told["Key"])


def test_something_else_needs_words(open_app: Open, folder: Path) -> None:
    app = open_app("work/review", case=CLEAN)
    app.selectbox(key="reason").set_value("OTHER").run()
    app.button(key="reject").click().run()
    assert "needs a note" in app.error[0].value
    app.text_input(key="note").set_value("Their CFO asked for a call.").run()
    app.button(key="reject").click().run()
    assert decisions(folder)[0].payload["note"] == "Their CFO asked for a call."


def test_a_hold_is_a_week_unless_said_otherwise_and_counts_as_timing(
    open_app: Open, folder: Path
) -> None:
    app = open_app("work/review", case=CLEAN)
    app.button(key="hold").click().run()
    payload = decisions(folder)[0].payload
    assert (payload["hold_until"], payload["reason"]) == ("2026-04-07", "TIMING")


def test_a_hold_into_the_past_is_refused(open_app: Open, folder: Path) -> None:
    app = open_app("work/review", case=CLEAN)
    app.date_input(key="hold_until").set_value(date(2026, 3, 30)).run()
    app.button(key="hold").click().run()
    assert "name a day after" in app.error[0].value
    assert decisions(folder) == []


def test_moving_to_the_dispute_lane_says_that_a_complaint_was_missed(
    open_app: Open, folder: Path
) -> None:
    app = open_app("work/review", case=CLEAN)
    app.selectbox(key="new_lane").set_value("disputed").run()
    app.button(key="reroute").click().run()
    payload = decisions(folder)[0].payload
    assert (payload["new_lane"], payload["reason"]) == ("disputed", "DISPUTE_MISSED")


def test_moving_needs_a_lane(open_app: Open, folder: Path) -> None:
    app = open_app("work/review", case=CLEAN)
    app.button(key="reroute").click().run()
    assert "needs the lane" in app.error[0].value
    assert decisions(folder) == []


def test_undo_takes_the_last_decision_back_and_shows_its_case(open_app: Open, folder: Path) -> None:
    app = open_app("work/review", case=CLEAN)
    shown = app.title[0].value
    app.button(key="approve").click().run()
    app.button(key="undo").click().run()
    assert app.title[0].value == shown
    assert [entry.kind for entry in Pilot.open(folder).entries()][-1] == "undone"
    app.button(key="undo").click().run()
    assert "has decided nothing on this day" in app.error[0].value


def test_what_a_colleague_decided_meanwhile_is_not_decided_again(
    open_app: Open, folder: Path
) -> None:
    app = open_app("work/review", case=CLEAN)
    pilot = Pilot.open(folder)
    with pilot.day() as day:
        moment = Moment(by="Ben Okafor", now=NOW)
        decide_case(pilot, day, CLEAN, verdict="reject", moment=moment, reason="PAID")
    app.button(key="approve").click().run()
    assert "rejected by Ben Okafor" in app.error[0].value
    assert [entry.by for entry in decisions(folder)] == ["Ben Okafor"]


def test_ten_clicks_of_one_button_are_one_decision(open_app: Open, folder: Path) -> None:
    app = open_app("work/review", case=CLEAN)
    app.button(key="approve").click()
    for _ in range(10):
        app.run()
    assert len(decisions(folder)) == 1


def test_a_payment_that_arrives_while_one_reads_stops_the_approval(
    open_app: Open, folder: Path
) -> None:
    app = open_app("work/review", case=CLEAN)
    pay(folder, CLEAN)
    app.button(key="approve").click().run()
    assert app.error
    assert decisions(folder) == []


def pay(folder: Path, case_id: str) -> None:
    """Every invoice of the case is paid in full on the day."""
    pilot = Pilot.open(folder)
    with pilot.day() as day:
        desk = pilot.desk(day)
        rows = [desk.rows[name] for name in desk.case(case_id).invoice_ids]
    path = folder / "exports" / "applications.csv"
    with path.open(encoding="utf-8", newline="") as file:
        columns = csv.DictReader(file).fieldnames or []
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        for row in rows:
            paid = {
                "application_id": f"NEW-{row['invoice_id']}",
                "invoice_id": row["invoice_id"],
                "kind": "cash",
                "effective_on": "2026-03-31",
                "amount": f"{row['open_amount']:.2f}",
                "currency": row["currency"],
            }
            writer.writerow({name: value for name, value in paid.items() if name in columns})


def test_before_go_live_nothing_is_approved(open_app: Open) -> None:
    app = open_app("work/queue", as_of="2026-01-15", lane="routine")
    app.button(key="review_selected").click().run()
    assert app.button(key="approve").disabled
    assert "The first thirty days only measure" in said(app)


def test_next_and_previous_walk_the_queue_as_it_was_filtered(open_app: Open) -> None:
    app = open_app(lane="disputed")
    app.button(key="review_selected").click().run()
    first = app.title[0].value
    assert "case 1 of" in said(app)
    assert app.button(key="previous").disabled
    app.button(key="next").click().run()
    assert "case 2 of" in said(app)
    app.button(key="previous").click().run()
    assert app.title[0].value == first


def test_each_verdict_has_one_key(open_app: Open) -> None:
    app = open_app("work/review", case=CLEAN)
    keys = ("approve", "edit", "reroute", "hold", "reject", "undo", "next", "previous")
    shortcuts = [app.button(key=key).proto.shortcut for key in keys]
    assert [key.upper() for key in shortcuts] == ["A", "E", "M", "H", "X", "U", "J", "K"]


def test_a_ticked_fact_shows_the_row_it_was_read_from(open_app: Open) -> None:
    app = open_app("work/review", case=CLEAN)
    app.session_state["facts"] = {"selection": {"rows": [0], "columns": []}}
    app.run()
    rows = [frame.value for frame in app.dataframe if list(frame.value) == ["Column", "Value"]]
    assert len(rows) == 1
    assert "invoice_id" in set(rows[0]["Column"])


def test_what_a_customer_wrote_is_never_rendered(open_app: Open, folder: Path) -> None:
    hostile = "![p](http://evil.example/p.png)"
    path = folder / "exports" / "messages.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Our system returned INV-79001", hostile), encoding="utf-8")
    app = open_app("work/review", case=BLOCKED)
    assert any(hostile in element.value for element in app.text)
    assert hostile not in said(app)


def test_a_case_that_is_not_there_gives_the_first_of_the_queue(open_app: Open) -> None:
    app = open_app("work/review", case="nobody/routine/USD")
    assert "case 1 of" in said(app)
    assert not app.exception


@pytest.mark.parametrize("case", ["C-1006/hands_off/USD", "C-1010/not_due/USD"])
def test_every_lane_has_its_page(open_app: Open, case: str) -> None:
    app = open_app("work/review", case=case)
    assert app.query_params["case"] == case
    assert app.button(key="approve").disabled


def test_a_hold_shows_who_why_and_until_when_the_next_time(open_app: Open, folder: Path) -> None:
    app = open_app("work/review", case=CLEAN)
    app.text_input(key="note").set_value("AP is closed this week").run()
    app.date_input(key="hold_until").set_value(date(2026, 4, 8)).run()
    app.button(key="hold").click().run()
    app.button(key="undo").click().run()
    assert "Ana Ruiz: put on hold until 2026-04-08" in said(app)
    assert "AP is closed this week" in said(app)
    assert "Taken back since" in said(app)


def test_two_people_on_one_case_see_each_other(open_app: Open) -> None:
    first = open_app("work/review", by="Ana Ruiz", case=CLEAN)
    second = open_app("work/review", by="Ben Cho", case=CLEAN)
    assert "Ana Ruiz has this case open too" in said(second)
    first.run()
    assert "Ben Cho has this case open too" in said(first)
    second.button(key="previous").click().run()
    first.run()
    assert "has this case open" not in said(first)


def test_who_was_not_there_for_three_minutes_has_gone() -> None:
    room, key = Room(), ("pilot", "C-1")
    assert room.enter(key, "w1", "Ana", 0.0) == []
    assert room.enter(key, "w2", "Ben", 100.0) == ["Ana"]
    assert room.enter(key, "w2", "Ben", 181.0) == []
    assert room.enter(("pilot", "C-2"), "w2", "Ben", 182.0) == []
    assert room.enter(key, "w1", "Ana", 183.0) == []


# --- seeded checks -------------------------------------------------------------------------------


def shown_wrong(folder: Path) -> None:
    """Every draft carries a planted defect."""
    path = folder / "pilot.toml"
    path.write_text(f"{path.read_text()}\n[review]\nseeded_share = 0.2\n", encoding="utf-8")


def seeded_case(folder: Path) -> str:
    """A clean routine case that is drawn on the day."""
    pilot = Pilot.open(folder)
    with pilot.day() as day:
        desk = pilot.desk(day)
        for case in desk.cases:
            if case.lane == "routine" and is_drawn(pilot.name, case.case_id, day.as_of, 0.2):
                made = draft_case(pilot, day, case.case_id, desk)
                if not blocking(made) and plant(made.draft, made.dossier):
                    return case.case_id
    raise AssertionError("no clean case is drawn")


def test_a_seeded_check_is_told_at_once_and_decides_nothing(open_app: Open, folder: Path) -> None:
    shown_wrong(folder)
    case = seeded_case(folder)
    pilot = Pilot.open(folder)
    with pilot.day() as day:
        true = draft_case(pilot, day, case).draft
    app = open_app("work/review", case=case)
    app.button(key="approve").click().run()
    assert decisions(folder) == []
    [entry] = [e for e in pilot.entries() if e.kind == "seeded_check_answered"]
    assert (entry.by, entry.payload["is_caught"]) == ("review team", False)
    assert "This was a check" in app.warning[0].value
    assert body(app) == true.body
    app.button(key="approve").click().run()
    [decision] = decisions(folder)
    assert decision.payload["final_body"] == true.body
    kinds = [e.payload["kind"] for e in pilot.entries() if e.kind == "timing"]
    assert kinds == ["supervision", "review"]


def test_a_planted_defect_never_leaves_whatever_is_answered(open_app: Open, folder: Path) -> None:
    shown_wrong(folder)
    open_app("work/review", case=seeded_case(folder)).button(key="approve").click().run()
    report = send(folder, Moment("outbox", NOW))
    assert (report.handed_over, report.ready, report.kept) == ((), (), ())
    assert not list((folder / "outbox").glob("*.eml"))


def test_stopping_a_planted_defect_catches_it(open_app: Open, folder: Path) -> None:
    shown_wrong(folder)
    app = open_app("work/review", case=seeded_case(folder))
    app.selectbox(key="reason").set_value("FACT").run()
    app.button(key="reject").click().run()
    assert decisions(folder) == []
    assert "Well seen, this was a check" in app.success[0].value
