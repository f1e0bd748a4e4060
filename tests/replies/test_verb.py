"""`replies FILE`: what it prints, how it ends, and what it says of rows that are not right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.drawing import call, refused
from tests.drawn import tables

HEADER = "message_id | direction | sent_at | sender | recipients | subject | body"
ENDS = "ap@c.example | ar@us.example"
AWAY = "I am on holiday until 9 March."
KEYS = ["message_id", "labels", "governing", "sensitive", "stops_drafts", "reason", "spans"]
BILLED = "We were billed for 70 desks but only 55 are in use."


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    drawn = f"""
        messages.csv
        {HEADER}
        m1 | in  | 2026-03-02T10:00:00Z | {ENDS} | Re: Reminder | {BILLED}
        m2 | in  | 2026-03-03T10:00:00Z | {ENDS} | Automatic reply: Reminder | {AWAY}
        m3 | out | 2026-03-04T10:00:00Z | {ENDS} | Reminder | You dispute it?
        m4 |     | 2026-03-05T10:00:00Z | {ENDS} | Re: Reminder |
    """
    path = tmp_path / "messages.csv"
    path.write_text(tables(drawn)["messages.csv"], encoding="utf-8")
    return path


def test_every_message_is_listed_with_its_labels_and_words(messages: Path) -> None:
    said = call("replies", messages, "--json")
    assert (said.status, said.err) == (0, "")
    assert [*said.data] == ["messages"]
    first, away, ours, empty = said.data["messages"]
    assert [*first] == KEYS
    assert first == {
        "message_id": "m1",
        "labels": ["DISPUTE"],
        "governing": "DISPUTE",
        "sensitive": True,
        "stops_drafts": True,
        "reason": "QTY_USAGE",
        "spans": [{"label": "DISPUTE", "text": BILLED}],
    }
    assert (away["labels"], away["stops_drafts"]) == (["OUT_OF_OFFICE"], False)
    assert (ours["labels"], ours["stops_drafts"]) == ([], False)
    assert (empty["labels"], empty["stops_drafts"]) == (["UNCLEAR"], True)


def test_people_get_a_line_for_each_message(messages: Path) -> None:
    said = call("replies", messages)
    assert said.status == 0
    assert said.out.splitlines()[0] == f"! m1  DISPUTE (QTY_USAGE)  {BILLED}"
    assert said.out.splitlines()[-1].startswith("4 message(s): 1 for a person to read first")


def test_a_bad_row_is_told_by_its_row_and_its_words_are_read_all_the_same(messages: Path) -> None:
    with messages.open("a", encoding="utf-8") as file:
        file.write("m5,in,31/31/2026,ap@c.example,ar@us.example,Re: x,Our lawyer will answer.\n")
    said = call("replies", messages, "--json")
    assert said.status == 1
    assert "row 6, sent_at '31/31/2026': not a date and time" in said.err
    assert said.data["messages"][-1]["governing"] == "ESCALATION_OR_LEGAL"


def test_a_file_of_something_else_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "invoices.csv"
    path.write_text("invoice_id,customer_id,issued_on,amount\nA,c1,2026-01-05,1.00\n")
    refused(call("replies", path), 1, "invoices.csv", "message_id")


def test_a_file_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    refused(call("replies", tmp_path / "none.csv"), 2, "none.csv")
