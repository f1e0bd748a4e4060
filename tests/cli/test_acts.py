"""Deciding, disputes, the kill switch and the record, through the command line."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.drawing import Said, call, refused

ALDER = "C-ALDER/routine/USD"
ENTRY = {
    *("seq", "event_id", "kind", "subject", "version", "by", "at", "on_day", "payload"),
    *("previous", "hash"),
}


def act(pilot: Path, *arguments: object) -> Said:
    return call(*arguments, "--pilot", pilot, "--json")


def done(said: Said) -> dict[str, object]:
    assert (said.status, said.err) == (0, ""), said
    assert set(said.data) == ENTRY
    return said.data


def routed(pilot: Path, invoice_id: str) -> str:
    invoices = act(pilot, "route").data["invoices"]
    return next(i["lane"] for i in invoices if i["invoice_id"] == invoice_id)


# --- decisions ---------------------------------------------------------------------------------


def test_an_approval_records_the_exact_message(pilot: Path) -> None:
    draft = act(pilot, "draft", ALDER).data
    entry = done(act(pilot, "decide", ALDER, "--verdict", "approve", "--by", "P-1"))
    assert (entry["kind"], entry["subject"], entry["by"]) == ("decision", ALDER, "P-1")
    assert (entry["seq"], entry["version"], entry["on_day"]) == (1, 1, "2026-03-31")
    payload = entry["payload"]
    assert isinstance(payload, dict)
    assert (payload["verdict"], payload["final_body"]) == ("approve", draft["body"])
    assert payload["invoice_ids"] == ["A-1", "A-2"]
    assert (payload["to"], payload["subject"]) == (draft["to"], draft["subject"])


def test_an_edit_is_measured_against_the_draft(pilot: Path, tmp_path: Path) -> None:
    body = act(pilot, "draft", ALDER).data["body"]
    edited = tmp_path / "message.txt"
    edited.write_text(body.replace("Kind regards", "With kind regards"), encoding="utf-8")
    call_ = ("decide", ALDER, "--verdict", "edit", "--by", "P-1", "--body-file", edited)
    payload = done(act(pilot, *call_))["payload"]
    assert isinstance(payload, dict)
    assert 0 < payload["edit_rate"] < 0.05
    assert payload["protected_change"] is False
    assert "With kind regards" in payload["final_body"]


def test_an_edit_is_countersigned_by_somebody_else(pilot: Path, tmp_path: Path) -> None:
    refused(act(pilot, "decide", ALDER, "--verdict", "countersign", "--by", "P-2"), 2, "Nothing")
    edited = tmp_path / "message.txt"
    body = act(pilot, "draft", ALDER).data["body"]
    edited.write_text(body.replace("Kind regards", "With kind regards"), encoding="utf-8")
    by_ana = ("decide", ALDER, "--verdict", "edit", "--by", "P-1", "--body-file", edited)
    edit = done(act(pilot, *by_ana))
    refused(act(pilot, "decide", ALDER, "--verdict", "countersign", "--by", "P-1"), 2, "P-1")
    entry = done(act(pilot, "decide", ALDER, "--verdict", "countersign", "--by", "P-2"))
    assert isinstance(entry["payload"], dict)
    assert entry["payload"]["event_id"] == edit["event_id"]


def test_an_edit_may_not_say_what_the_books_do_not(pilot: Path, tmp_path: Path) -> None:
    body = act(pilot, "draft", ALDER).data["body"]
    edited = tmp_path / "message.txt"
    edited.write_text(body.replace("$1,250.50", "$9,999.99"), encoding="utf-8")
    said = act(pilot, "decide", ALDER, "--verdict", "edit", "--by", "P-1", "--body-file", edited)
    refused(said, 1, ALDER, "9,999.99")
    assert act(pilot, "verify").data["entries"] == 0


def test_an_edit_that_changes_nothing_is_no_edit(pilot: Path, tmp_path: Path) -> None:
    same = tmp_path / "message.txt"
    same.write_text(act(pilot, "draft", ALDER).data["body"], encoding="utf-8")
    said = act(pilot, "decide", ALDER, "--verdict", "edit", "--by", "P-1", "--body-file", same)
    refused(said, 2, ALDER, "changes nothing")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00\xd8"])
def test_a_message_that_cannot_be_read(pilot: Path, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "message.txt"
    if content:
        path.write_bytes(content)
    said = act(pilot, "decide", ALDER, "--verdict", "edit", "--by", "P-1", "--body-file", path)
    refused(said, 2, path)


def test_a_reroute_moves_the_case_from_the_next_look_on(pilot: Path) -> None:
    decision = ("decide", ALDER, "--verdict", "reroute", "--lane", "relationship")
    payload = done(act(pilot, *decision, "--reason", "RELATIONSHIP", "--by", "P-2"))["payload"]
    assert isinstance(payload, dict)
    assert (payload["new_lane"], payload["reason"]) == ("relationship", "RELATIONSHIP")
    assert routed(pilot, "A-1") == "relationship"


def test_a_hold_keeps_the_case_waiting_until_its_day(pilot: Path) -> None:
    decision = ("decide", ALDER, "--verdict", "hold", "--until", "2026-04-10")
    payload = done(act(pilot, *decision, "--reason", "TIMING", "--by", "P-1"))["payload"]
    assert isinstance(payload, dict)
    assert payload["hold_until"] == "2026-04-10"
    assert routed(pilot, "A-1") == "waiting"


def test_a_rejection_needs_its_reason(pilot: Path) -> None:
    decision = ("decide", ALDER, "--verdict", "reject", "--by", "P-1")
    refused(act(pilot, *decision), 2, ALDER, "reason")
    refused(act(pilot, *decision, "--reason", "OTHER"), 2, "note")
    said = act(pilot, *decision, "--reason", "OTHER", "--note", "Merged with their parent")
    assert done(said)["version"] == 1


def test_a_colleagues_verdict_of_the_day_makes_the_next_one_stale(pilot: Path) -> None:
    decision = ("decide", ALDER, "--verdict", "reject", "--reason", "TONE", "--by")
    done(act(pilot, *decision, "P-1"))
    refused(act(pilot, *decision, "P-2"), 1, ALDER, "P-1")
    assert act(pilot, "verify").data["entries"] == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--verdict", "hold", "--reason", "TIMING"), "until"),
        (("--verdict", "hold", "--reason", "TIMING", "--until", "2026-03-31"), "2026-03-31"),
        (("--verdict", "reroute", "--reason", "TONE"), "lane"),
        (("--verdict", "reroute", "--reason", "TONE", "--lane", "routine"), "already"),
        (("--verdict", "reroute", "--lane", "waiting"), "reason"),
    ],
)
def test_a_verdict_says_what_it_lacks(pilot: Path, more: tuple[str, ...], words: str) -> None:
    refused(act(pilot, "decide", ALDER, "--by", "P-1", *more), 2, ALDER, words)


def test_nobody_may_decide_namelessly(pilot: Path) -> None:
    refused(act(pilot, "decide", ALDER, "--verdict", "approve", "--by", " "), 2, "who you are")


def test_a_case_that_is_not_open(pilot: Path) -> None:
    refused(act(pilot, "decide", "C-NOBODY/routine/USD", "--verdict", "approve", "--by", "P-1"), 2)
    refused(act(pilot, "draft", "C-NOBODY/routine/USD"), 2, "C-NOBODY/routine/USD")


LANES_WITHOUT_MESSAGE = (
    "C-BIRCH/disputed/USD",
    "C-CEDAR/blocked/USD",
    "C-DOGWOOD/hands_off/USD",
    "C-ELM/not_due/EUR",
    "C-FIR/blocked/USD",
)


@pytest.mark.parametrize("case_id", LANES_WITHOUT_MESSAGE)
def test_a_lane_without_a_message_has_no_draft_and_no_approval(pilot: Path, case_id: str) -> None:
    said = act(pilot, "draft", case_id)
    assert (said.status, said.err) == (1, "")
    assert (said.data["state"], said.data["body"]) == ("refused", "")
    assert said.data["why"].endswith(".")
    refused(act(pilot, "decide", case_id, "--verdict", "approve", "--by", "P-1"), 1, case_id)
    assert act(pilot, "verify").data["entries"] == 0


# --- disputes ----------------------------------------------------------------------------------


def test_a_dispute_goes_its_way(pilot: Path) -> None:
    flagged = done(act(pilot, "dispute", "A-1", "--flag", "--by", "P-1", "--reason", "price"))
    assert (flagged["kind"], flagged["subject"]) == ("dispute_flagged", "dispute:A-1")
    assert routed(pilot, "A-1") == "disputed"
    done(act(pilot, "dispute", "A-1", "--assign", "P-2", "--by", "P-1"))
    accepted = done(act(pilot, "dispute", "A-1", "--accept", "--by", "P-2"))
    assert accepted["version"] == 3
    done(act(pilot, "dispute", "A-1", "--close", "--by", "P-2", "--note", "credited"))
    assert routed(pilot, "A-1") == "routine"


def test_a_disputes_steps_keep_their_order(pilot: Path) -> None:
    refused(act(pilot, "dispute", "A-1", "--accept", "--by", "P-2"), 1, "A-1", "flag it first")
    done(act(pilot, "dispute", "A-1", "--flag", "--by", "P-1"))
    refused(act(pilot, "dispute", "A-1", "--flag", "--by", "P-1"), 1, "A-1")
    done(act(pilot, "dispute", "A-1", "--assign", "P-2", "--by", "P-1"))
    refused(act(pilot, "dispute", "A-1", "--accept", "--by", "P-1"), 1, "P-2")
    done(act(pilot, "dispute", "A-1", "--accept", "--by", "P-2"))
    refused(act(pilot, "dispute", "A-1", "--close", "--by", "P-2"), 2, "outcome")


def test_an_invoice_that_no_export_holds_cannot_be_disputed(pilot: Path) -> None:
    refused(act(pilot, "dispute", "A-9", "--flag", "--by", "P-1"), 2, "A-9")
    assert not (pilot / "ledger.sqlite").exists()


# --- the switch and the record -----------------------------------------------------------------


def test_the_kill_switch_is_an_entry_like_any_other(pilot: Path) -> None:
    on = done(act(pilot, "kill", "--on", "--by", "P-1"))
    assert (on["kind"], on["payload"]) == ("kill_switch", {"on": True})
    assert done(act(pilot, "kill", "--off", "--by", "P-1"))["payload"] == {"on": False}


def test_the_record_is_verified_against_a_head_written_down_elsewhere(pilot: Path) -> None:
    done(act(pilot, "kill", "--on", "--by", "P-1"))
    before = act(pilot, "verify").data
    assert (before["entries"], before["ok"], before["first_broken"]) == (1, True, None)
    done(act(pilot, "kill", "--off", "--by", "P-1"))
    assert act(pilot, "verify", "--head", act(pilot, "verify").data["head"]).status == 0
    said = act(pilot, "verify", "--head", "1" * 64)
    assert (said.status, said.data["ok"]) == (1, False)
    assert "ledger.sqlite" in said.err


def test_a_record_that_was_tampered_with_is_found_out(pilot: Path) -> None:
    for switch in ("--on", "--off", "--on"):
        done(act(pilot, "kill", switch, "--by", "P-1"))
    with closing(sqlite3.connect(pilot / "ledger.sqlite", isolation_level=None)) as record:
        for (guard,) in record.execute(
            "select name from sqlite_master where type = 'trigger'"
        ).fetchall():
            record.execute(f'drop trigger "{guard}"')
        changed = record.execute("update entries set by = 'somebody' where seq = 2")
        assert changed.rowcount == 1
    said = act(pilot, "verify")
    assert (said.status, said.data["ok"], said.data["first_broken"]) == (1, False, 2)
    assert said.err.count("\n") == 1
