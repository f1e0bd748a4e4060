"""The disputes board in the browser: columns, steps by button, undo, and the empty state."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from pipeline.pilot import Pilot
from tests.pages.conftest import Open, said

PAGE = "work/disputes"
#: Flagged on 31 March and accepted by nobody.
INVOICE = "INV-73686"


def opened(open_app: Open, by: str = "Ana Ruiz") -> AppTest:
    app = open_app(PAGE, by=by)
    app.session_state["dispute"] = INVOICE
    app.run()
    assert not app.exception
    return app


def kinds(folder: Path) -> list[str]:
    return [entry.kind for entry in Pilot.open(folder).entries()]


def test_the_board_names_its_columns_and_who_waits(open_app: Open) -> None:
    shown = said(open_app(PAGE))
    for title in ("Flagged", "Owner accepted", "Evidence", "Decision", "Closed"):
        assert f"**{title}**" in shown
    assert "without an owner" in shown
    assert "never only until somebody was asked" in shown


def test_a_dispute_is_asked_accepted_worked_decided_and_closed(
    open_app: Open, folder: Path
) -> None:
    app = opened(open_app)
    owner = app.selectbox(key=f"dispute_owner:{INVOICE}")
    assert owner.value == "Priya Raman"  # terms go to finance
    app.button(key="dispute_assign").click().run()
    assert "Priya Raman was asked and has not accepted yet" in said(app)
    app.button(key="dispute_accept").click().run()
    assert "assigned to Priya Raman, not to Ana Ruiz" in "\n".join(e.value for e in app.error)
    app = opened(open_app, by="Priya Raman")
    app.button(key="dispute_accept").click().run()
    app.text_input(key=f"dispute_note:{INVOICE}").set_value("Net 60 in the order form").run()
    app.button(key="dispute_evidence").click().run()
    assert "Evidence, 1 note" in said(app)
    app.selectbox(key=f"dispute_decision:{INVOICE}").set_value("uphold").run()
    app.button(key="dispute_decide").click().run()
    app.button(key="dispute_close").click().run()
    assert not app.exception
    assert kinds(folder) == [
        "dispute_flagged",
        "dispute_assigned",
        "dispute_accepted",
        "dispute_evidence",
        "dispute_decided",
        "dispute_closed",
    ]
    app.button(key="dispute_undo").click().run()
    assert kinds(folder)[-1] == "dispute_undone"
    assert "Decided. Do in the books what was decided" in said(app)


def test_an_invoice_is_flagged_in_part_and_the_rest_stays_owed(
    open_app: Open, folder: Path
) -> None:
    app = open_app(PAGE)
    app.text_input(key="dispute_new_invoice").set_value("INV-79001")
    app.selectbox(key="dispute_new_reason").set_value("QTY_USAGE")
    app.text_input(key="dispute_new_amount").set_value("10,000")
    app.button(key="dispute_flag").click().run()
    assert not app.exception
    shown = said(app).replace("\\", "")
    assert "Of $60,000.00 open, $10,000.00 is disputed; $50,000.00 is not" in shown
    assert kinds(folder) == ["dispute_flagged"]


def test_what_is_no_amount_or_no_invoice_is_one_sentence(open_app: Open, folder: Path) -> None:
    app = open_app(PAGE)
    app.button(key="dispute_flag").click().run()
    assert "Say which invoice" in app.error[0].value
    app.text_input(key="dispute_new_invoice").set_value("INV-0")
    app.text_input(key="dispute_new_amount").set_value("ten")
    app.button(key="dispute_flag").click().run()
    assert "is no amount" in app.error[0].value
    assert kinds(folder) == []


def test_a_pilot_without_disputes_says_so_and_lets_one_be_flagged(
    open_app: Open, folder: Path
) -> None:
    (folder / "exports" / "disputes.csv").unlink()
    app = open_app(PAGE)
    assert "Nothing is in dispute" in "\n".join(element.value for element in app.success)
    assert app.button(key="dispute_flag").label == "Flag"


def test_the_table_is_tried_on_pasted_words_and_nothing_is_recorded(
    open_app: Open, folder: Path
) -> None:
    app = open_app(PAGE)
    message = "Please note that you have billed 60 seats but our contract is for 45 seats."
    app.text_area(key="dispute_try_text").set_value(message).run()
    assert not app.exception
    assert "Quantity or usage" in said(app)
    assert f"“{message}”" in [text.value for text in app.text]
    assert "Owner: the account's owner" in said(app)
    assert "within 8 business hours" in said(app)
    app.text_area(key="dispute_try_text").set_value("We will pay on Friday.").run()
    assert "Not read as a dispute" in said(app)
    assert kinds(folder) == []
