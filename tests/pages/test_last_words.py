"""Last words on Review: a label is confirmed in one key, and what that does is said."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from pipeline.model import Entry
from pipeline.pilot import Pilot
from tests.pages.conftest import Open, said

PROMISED = "C-1149/routine/USD"
MESSAGE = "MSG-90015"
DISPUTED = "C-1017/disputed/USD"


def closings(folder: Path) -> list[Entry]:
    return [e for e in Pilot.open(folder).entries() if e.kind.startswith("reply_")]


def plain(app: AppTest) -> str:
    return "\n".join(text.value for text in app.text)


def test_the_message_shows_its_label_the_words_behind_it_and_that_it_stops_the_draft(
    open_app: Open,
) -> None:
    app = open_app("work/review", case=PROMISED)
    assert "⟦You will have the full amount by 20 March 2026.⟧" in plain(app)
    assert "**Promises to pay, In approval**" in said(app)
    assert "Stops every draft it may concern until you close it." in said(app)
    assert "hold the case until the day that they named" in said(app)


def test_accepting_is_one_key_written_once_and_u_takes_it_back(
    open_app: Open, folder: Path
) -> None:
    app = open_app("work/review", case=PROMISED)
    app.button(key="reply_accept").click().run()
    [entry] = closings(folder)
    assert (entry.subject, entry.by) == (f"message:{MESSAGE}", "Ana Ruiz")
    assert (entry.payload["verdict"], entry.payload["label"]) == ("accept", "PROMISE_TO_PAY")
    assert "Closed as **Promises to pay** by Ana Ruiz" in said(app)
    assert "(promises to pay). It goes on stopping what it may concern, until" in said(app)
    app.button(key="undo").click().run()
    assert [e.kind for e in closings(folder)] == ["reply_closed", "reply_reopened"]
    assert "Stops every draft it may concern until you close it." in said(app)


def test_what_is_settled_stops_nothing_more(open_app: Open, folder: Path) -> None:
    app = open_app("work/review", case=PROMISED)
    assert "no answer is on record" in said(app)
    app.button(key="reply_settled").click().run()
    assert closings(folder)[0].payload["is_settled"]
    assert "no answer is on record" not in said(app)
    assert "It stops nothing more." in said(app)


def test_a_label_is_changed_and_the_effect_is_said_before(open_app: Open, folder: Path) -> None:
    app = open_app("work/review", case=PROMISED)
    app.button(key="reply_change").click().run()
    assert "Choose the label" in app.error[0].value
    app.selectbox(key=f"reply_label:{MESSAGE}").set_value("HARDSHIP_OR_PLAN").run()
    assert "a person speaks with them" in said(app)
    app.button(key="reply_change").click().run()
    assert closings(folder)[0].payload["label"] == "HARDSHIP_OR_PLAN"


def test_a_rejected_suggestion_is_none_of_the_labels(open_app: Open, folder: Path) -> None:
    app = open_app("work/review", case=PROMISED)
    app.button(key="reply_reject").click().run()
    assert closings(folder)[0].payload["labels"] == ["UNCLEAR"]
    assert "no answer is on record" not in said(app)


def test_an_accepted_dispute_says_that_it_goes_to_the_board(open_app: Open) -> None:
    app = open_app("work/review", case=DISPUTED)
    app.button(key="reply_accept").click().run()
    assert "flag the invoice on the page Disputes" in said(app)
    assert "reply_settled" not in [button.key for button in app.button]


def test_a_message_about_another_invoice_says_so(open_app: Open) -> None:
    app = open_app("work/review", case="C-1152/routine/USD")
    assert "Stops drafts on INV-21827, which is not in this case." in said(app)


def test_nobody_unnamed_closes(open_app: Open, folder: Path) -> None:
    app = open_app("work/review", by="", case=PROMISED)
    app.button(key="reply_accept").click().run()
    assert app.error[0].value.startswith("Say who you are first")
    assert closings(folder) == []


def test_no_two_buttons_of_review_have_the_same_key(open_app: Open) -> None:
    app = open_app("work/review", case=PROMISED)
    keys = [button.proto.shortcut for button in app.button if button.proto.shortcut]
    assert len(keys) == len(set(keys))
    assert not {"r", "c"} & {key.casefold() for key in keys}


def test_the_queue_counts_the_messages_that_wait(open_app: Open) -> None:
    app = open_app("work/queue")
    counted = dict(zip(app.dataframe[0].value["Customer"], app.dataframe[0].value["Replies"],
                       strict=True))  # fmt: skip
    assert counted["Lanternfield Media"] == "1 to close"
    assert "" in counted.values()


def test_the_card_says_what_was_confirmed_and_keeps_it(open_app: Open) -> None:
    app = open_app("explain/method", part="Replies")
    assert "No message is closed yet" in said(app)
    app.switch_page("pages/work/review.py")
    app.query_params["case"] = PROMISED
    app.run()
    app.button(key="reply_accept").click().run()
    app.query_params["part"] = "Replies"
    app.switch_page("pages/explain/method.py").run()
    assert "1 of 1, too few to say" in said(app)
    kept = {element.proto.label for element in app.get("download_button")}
    assert "Confirmed labels as CSV" in kept
