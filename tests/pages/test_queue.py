"""The queue: every open invoice in exactly one split, in the order of the money at stake."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pages.parts import session
from pages.parts.splits import needing_a_person, splits
from pages.parts.wording import escaped
from pipeline.acting import Moment, decide_case
from pipeline.context import score_sentence
from pipeline.pilot import Pilot
from tests.pages.conftest import Open, said

NOW = datetime(2026, 3, 31, 9, tzinfo=UTC)


@pytest.mark.parametrize("as_of", [date(2026, 1, 15), date(2026, 3, 31)])
def test_every_open_invoice_is_in_exactly_one_split(folder: Path, as_of: date) -> None:
    reject_the_first(folder, as_of)
    here = session.open_session(folder, as_of, "Ana", lambda _: None)
    found = splits(here)
    listed = Counter(
        name for cases in found.values() for case in cases for name in case.invoice_ids
    )
    assert set(listed.values()) == {1}
    assert listed.keys() == here.desk.rows.keys()
    assert len(found["decided"]) == 1
    here.close()
    session.forget_everything()


def reject_the_first(folder: Path, as_of: date) -> None:
    pilot = Pilot.open(folder)
    with pilot.day(as_of) as day:
        case = next(case for case in pilot.desk(day).cases if case.lane != "not_due")
        moment = Moment(by="Ben", now=NOW)
        decide_case(pilot, day, case.case_id, verdict="reject", moment=moment, reason="PAID")


def test_the_most_money_at_stake_comes_first(folder: Path) -> None:
    here = session.open_session(folder, None, "Ana", lambda _: None)
    values = [case.value for case in needing_a_person(splits(here))]
    assert values == sorted(values, reverse=True)
    here.close()
    session.forget_everything()


def test_the_splits_say_how_many_cases_they_hold(open_app: Open) -> None:
    options = open_app().pills(key="lane").options
    assert options[0].startswith("Needs you ")
    assert any(option.startswith("In dispute ") for option in options)


def test_a_split_is_in_the_address_and_comes_from_it(open_app: Open) -> None:
    app = open_app(lane="disputed")
    assert app.pills(key="lane").value == "disputed"
    table = app.dataframe[0].value
    assert set(table["Play"]) == {"In dispute"}
    app.pills(key="lane").set_value("blocked").run()
    assert app.query_params["lane"] == "blocked"
    app.pills(key="lane").set_value("today").run()
    assert "lane" not in app.query_params


def test_a_search_finds_customer_invoice_and_rule(open_app: Open) -> None:
    app = open_app()
    for words in ("harborline", "INV-79001", "purchase order missing"):
        app.text_input(key="search").set_value(words).run()
        assert "Harborline Logistics" in set(app.dataframe[0].value["Customer"])
    app.text_input(key="search").set_value("no such customer").run()
    assert "No case matches" in said(app)
    assert not app.exception


def test_one_arm_of_the_pilot_alone(open_app: Open) -> None:
    app = open_app(arm="SEGMENT")
    everybody = open_app()
    assert 0 < len(app.dataframe[0].value) < len(everybody.dataframe[0].value)


def test_a_ticked_row_says_why_it_is_there_and_opens_review(open_app: Open) -> None:
    app = open_app()
    customers = list(app.dataframe[0].value["Customer"])
    row = customers.index("Harborline Logistics")
    app.session_state["queue_table"] = {"selection": {"rows": [row], "columns": []}}
    app.run()
    assert app.subheader[0].value == "Harborline Logistics"
    assert "pays only against a PO number, and INV-79001 has none." in said(app)
    app.button(key="review_selected").click().run()
    assert app.title[0].value == "Harborline Logistics"


def test_the_order_is_told_in_counts_and_a_thin_history_says_so(open_app: Open) -> None:
    app = open_app()
    assert re.search(
        r"\d+ of \d+ earlier invoices that got \d+ days? late were still open at \d+ days; whole "
        r"book \d+%; blended \d+%, own history weighs \d+%\.",
        said(app),
    )
    row = {"days_past_due": 12, "score_n": 2, "score_k": 1, "score_edge": 31}
    thin = score_sentence([{**row, "score_book_rate": 0.38, "score": 0.42}])
    assert thin == (
        "Thin history, mostly book average: 1 of 2 earlier invoices that got 12 days late were "
        "still open at 31 days; whole book 38%; blended 42%, own history weighs 33%."
    )


def test_amounts_are_exact_and_in_their_own_currency(open_app: Open) -> None:
    table = open_app(search="harborline").dataframe[0].value
    row = table[table["Customer"] == "Harborline Logistics"].iloc[0]
    assert (str(row["Open"]), row["Currency"]) == ("60000.000", "USD")


def test_a_day_on_which_nothing_is_asked_says_so(open_app: Open, folder: Path) -> None:
    for path in (folder / "exports").glob("*.csv"):
        if path.name not in ("customers.csv", "invoices.csv"):
            path.unlink()
    invoices = folder / "exports" / "invoices.csv"
    lines = invoices.read_text("utf-8").splitlines()
    invoices.write_text("\n".join(lines[:2]) + "\n", encoding="utf-8")
    day_of_issue = lines[1].split(",")[2]
    assert "Nothing needs you" in "\n".join(
        element.value for element in open_app(as_of=day_of_issue).success
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![x](http://evil.example)", "\\!\\[x\\](http\\:/\u200b/evil.example)"),
        ("# Approved\n- all", "\\# Approved - all"),
        ("$5 and :red[x]", "\\$5 and \\:red\\[x\\]"),
        ("a.b@c.example wrote", "a.b\\@\u200bc.example wrote"),
        ("- a list", "\\- a list"),
        ("1. a list", "1\\. a list"),
        ("A sentence, with 1,204.50 in it.", "A sentence, with 1,204.50 in it."),
    ],
)
def test_markup_in_what_strangers_wrote_stays_text(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_clean_routine_cases_are_offered_together_in_the_cadence_phase(open_app: Open) -> None:
    app = open_app("work/queue", lane="routine")
    offered = app.dataframe(key="batch_table").value
    assert 2 <= len(offered) <= 10
    assert app.button(key="batch_approve").disabled  # nothing is ticked yet
    assert set(offered["Currency"]) <= {"USD", "EUR", "GBP"}
    app = open_app("work/queue", lane="routine", as_of="2026-02-20")
    assert "Approve several together" not in [one.label for one in app.expander]


def test_approving_together_leaves_the_drawn_case_to_be_decided_alone(
    open_app: Open, folder: Path
) -> None:
    app = open_app("work/queue", lane="routine")
    app.session_state["batch_table"] = {"selection": {"rows": [0, 1, 2], "columns": []}}
    app.run()
    app.button(key="batch_approve").click().run()
    pilot = Pilot.open(folder)
    [batch] = [e for e in pilot.entries() if e.kind == "batch_approved"]
    approved = [e.subject for e in pilot.entries() if e.kind == "decision"]
    [alone] = batch.payload["sampled"]
    assert {alone, *approved} == set(batch.payload["cases"])
    assert len(approved) == 2
    assert app.session_state["case"] == alone
