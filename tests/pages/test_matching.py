"""Messages and agreements: what nobody can place is listed with why, and a person says whose."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.pilot import Pilot
from tests.pages.conftest import Open, said

PAGE = "prepare/matching"
MAIL = """From - Tue Mar 10 10:00:00 2026
From: Someone <new@elsewhere.example>
To: grace.adeyemi@northlight.example
Subject: *Your* bill
Message-ID: <m1@x>
Date: Tue, 10 Mar 2026 10:00:00 +0000

We dispute this: the hours were **never** delivered.

"""
AGREEMENT = """# Master agreement

This agreement is effective as of March 1, 2026.

Invoices are payable within 45 days of receipt.
"""
TICKETS = "ticket_id,customer_id,opened_at,kind,subject\nT-X,nobody,1900-01-01,Claim,Wrong price\n"


@pytest.fixture
def strangers(folder: Path) -> Path:
    """The demo with a message, a ticket and an agreement of nobody's."""
    (folder / "exports" / "inbox.mbox").write_text(MAIL)
    (folder / "exports" / "more tickets.csv").write_text(TICKETS)
    (folder / "exports" / "contracts").mkdir()
    (folder / "exports" / "contracts" / "scan-0042.md").write_text(AGREEMENT)
    return folder


def texts(app: AppTest) -> str:
    return "\n".join(element.value for element in app.text)


def file_under(app: AppTest, customer_id: str) -> None:
    is_anew = "matching_form" in app.session_state
    number = app.session_state["matching_form"] if is_anew else 0
    app.selectbox(key=f"matching_customer_{number}").set_value(customer_id).run()
    app.button(key="matching_file").click().run()
    assert not app.exception


def test_a_message_of_nobodys_is_shown_with_why_and_filed_and_taken_back(
    strangers: Path, open_app: Open
) -> None:
    app = open_app(PAGE)
    assert "Nobody knows whose these are: 1 message, 1 ticket, 1 agreement" in said(app)
    [listed] = [frame.value for frame in app.dataframe if "Subject" in frame.value]
    assert listed["Why it matches nobody"].to_list() == [
        "No contact has its address, and it names no invoice"
    ]
    assert "**never**" in texts(app), "as plain text"
    file_under(app, "C-1014")
    assert "1 ticket, 1 agreement" in said(app)
    made = Pilot.open(strangers).entries()[-1]
    assert (made.kind, made.by, made.payload["customer_id"]) == (
        "item_filed",
        "Ana Ruiz",
        "C-1014",
    )
    app.button(key="matching_undo").click().run()
    assert "1 message, 1 ticket" in said(app)


def test_what_was_filed_stops_the_customers_drafts(strangers: Path, open_app: Open) -> None:
    file_under(open_app(PAGE), "C-1014")
    pilot = Pilot.open(strangers)
    with pilot.day(None) as day:
        lanes = {r.invoice_id: r.lane for r in pilot.desk(day).routes}
    assert lanes["INV-79002"] == "disputed"


def test_a_ticket_without_an_opening_day_has_an_unknown_age(
    strangers: Path, open_app: Open
) -> None:
    app = open_app(PAGE, matching_view="tickets")
    [listed] = [frame.value for frame in app.dataframe if "Ticket" in frame.value]
    first = listed.to_dicts()[0] if hasattr(listed, "to_dicts") else listed.iloc[0].to_dict()
    assert (first["Ticket"], first["Days open"], first["Customer"]) == (
        "T-X",
        "unknown",
        "nobody’s",
    )
    assert first["Means"] == "Dispute: stops the invoice"
    file_under(app, "C-1014")
    assert "1 message, 1 agreement" in said(app)


def test_an_agreement_shows_its_sentences_and_filed_its_conflict(
    strangers: Path, open_app: Open
) -> None:
    app = open_app(PAGE, matching_view="agreements")
    assert "“Invoices are payable within 45 days of receipt.”" in texts(app)
    file_under(app, "C-1014")
    assert "the terms disagree" in said(app)
    app.button(key="matching_settle").click().run()
    assert not app.exception
    assert "Payment terms disagree" in said(app)


def test_nothing_is_filed_without_a_name(strangers: Path, open_app: Open) -> None:
    app = open_app(PAGE, by="")
    file_under(app, "C-1014")
    assert "Say who you are first" in app.error[0].value
    assert Pilot.open(strangers).entries() == []


def test_empty_views_say_what_to_do(open_app: Open) -> None:
    app = open_app(PAGE)
    assert "Everything that came in has its customer" in said(app)
    assert "No agreement is loaded" in said(open_app(PAGE, matching_view="agreements"))
    assert "Nobody has filed anything yet" in said(open_app(PAGE, matching_view="filed"))
