"""The record: everything about an invoice, a customer or a person in two clicks, and verified."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.acting import Moment, decide_case, switch_off
from pipeline.pilot import Pilot
from tests.pages.conftest import Open, said

PAGE = "explain/audit"
NOW = datetime(2026, 3, 31, 9, tzinfo=UTC)


@pytest.fixture
def decided(folder: Path) -> Path:
    """Ana rejected one case, Ben approved another and stopped everything."""
    pilot = Pilot.open(folder)
    with pilot.day() as day:
        ana, ben = Moment(by="Ana", now=NOW), Moment(by="Ben", now=NOW)
        case = "C-1013/blocked/USD"
        decide_case(pilot, day, case, verdict="reject", moment=ana, reason="PAID")
        decide_case(pilot, day, "C-1143/routine/USD", verdict="approve", moment=ben)
        switch_off(pilot, True, ben, day.as_of)
    return folder


def test_an_empty_record_says_how_it_starts(open_app: Open) -> None:
    assert "Nothing is on the record yet" in said(open_app(PAGE))


def test_entries_stand_newest_first_in_words(open_app: Open, decided: Path) -> None:
    table = open_app(PAGE).dataframe[0].value
    assert list(table["#"]) == [3, 2, 1]
    assert list(table["What"]) == ["everything unsent was stopped", "approved", "rejected"]
    assert table["Reason"][2] == "Already paid or cash unapplied"


@pytest.mark.parametrize("words", ["INV-79001", "harborline", "C-1013", "already paid ana"])
def test_an_invoice_a_customer_or_a_word_finds_its_entries(
    open_app: Open, decided: Path, words: str
) -> None:
    app = open_app(PAGE)
    app.text_input(key="record_search").set_value(words).run()
    assert list(app.dataframe[0].value["#"]) == [1]


def test_one_person_s_entries(open_app: Open, decided: Path) -> None:
    app = open_app(PAGE)
    app.selectbox(key="record_person").set_value("Ben").run()
    assert list(app.dataframe[0].value["#"]) == [3, 2]
    app.selectbox(key="record_kind").set_value("kill_switch").run()
    assert list(app.dataframe[0].value["#"]) == [3]


def test_a_ticked_entry_shows_both_texts(open_app: Open, decided: Path) -> None:
    app = open_app(PAGE)
    app.session_state["record"] = {"selection": {"rows": [1], "columns": []}}
    app.run()
    assert "**Entry 2**" in said(app)
    assert len(app.code) == 2
    assert app.json


def test_an_unchanged_record_verifies(open_app: Open, decided: Path) -> None:
    app = open_app(PAGE)
    app.button(key="verify").click().run()
    assert "Nothing was changed: 3 entries" in app.success[0].value


def test_a_later_change_is_found_and_named(open_app: Open, decided: Path) -> None:
    with closing(sqlite3.connect(decided / "ledger.sqlite")) as connection:
        connection.execute("drop trigger entries_no_update")
        connection.execute("update entries set by = 'Mallory' where seq = 2")
        connection.commit()
    app = open_app(PAGE)
    app.button(key="verify").click().run()
    assert app.error[0].value.startswith("Entry 2:")


def test_an_auditor_draws_decisions_by_a_seed(open_app: Open, decided: Path) -> None:
    app = open_app(PAGE)
    app.number_input(key="sample_n").set_value(1).run()
    assert "1 of 2 decisions, drawn by the seed “2026”" in said(app)
    first = list(app.dataframe[0].value["#"])
    app.run()
    assert list(app.dataframe[0].value["#"]) == first
    assert len(first) == 1


def test_what_is_listed_is_printed_with_its_head_and_how_it_was_chosen(
    open_app: Open, decided: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app(PAGE)
    assert "The seals hold no names" in said(app)
    app.selectbox(key="record_person").set_value("Ben").run()
    app.radio(key="record_print_format").set_value("html")
    app.button(key="record_print_make").click().run()
    assert not app.exception
    _, page = app.session_state["record_print_made"]
    words = page.decode()
    assert "2 of 3 entries are listed, newest first. They are those by Ben." in words
    with closing(Pilot.open(decided).ledger()) as ledger:
        assert ledger.verify().head in words
    monkeypatch.setattr(shutil, "which", lambda name: None)
    app.radio(key="record_print_format").set_value("pdf")
    app.button(key="record_print_make").click().run()
    assert "there is none: install it" in said(app)
