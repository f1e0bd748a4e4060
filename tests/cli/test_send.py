"""`send` through the command line: what left, what did not and why, and the exit status."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.drawing import Said, call, refused
from tests.cli.test_acts import ALDER, done
from tests.conftest import REPOSITORY


def act(pilot: Path, *arguments: object) -> Said:
    return call(*arguments, "--pilot", pilot, "--json")


@pytest.fixture
def approved(pilot: Path) -> Path:
    done(act(pilot, "decide", ALDER, "--verdict", "approve", "--by", "P-1"))
    return pilot


def letters(pilot: Path) -> list[Path]:
    return sorted((pilot / "outbox").glob("*.eml"))


KEYS = {"case_id", "customer_id", "event_id", "approved_by", "approved_on", "to", "subject"}


def test_it_prints_what_it_handed_over(approved: Path) -> None:
    said = act(approved, "send", "--by", "P-2")
    assert (said.status, said.err) == (0, "")
    data = said.data
    assert (data["as_of"], data["kind"], data["dry_run"]) == ("2026-03-31", "eml", False)
    assert (data["ready"], data["not_handed_over"]) == ([], [])
    [left] = data["handed_over"]
    assert set(left) == KEYS | {"message_id", "file", "sha256", "said", "at"}
    assert (left["case_id"], left["approved_by"]) == (ALDER, "P-1")
    assert [f"outbox/{path.name}" for path in letters(approved)] == [left["file"]]
    again = act(approved, "send")
    assert (again.status, again.data["handed_over"], again.data["not_handed_over"]) == (0, [], [])
    assert act(approved, "verify").data["entries"] == 3


def test_a_dry_run_writes_nothing(approved: Path) -> None:
    data = act(approved, "send", "--dry-run").data
    assert ([one["case_id"] for one in data["ready"]], data["handed_over"]) == ([ALDER], [])
    assert set(data["ready"][0]) == KEYS
    assert letters(approved) == []
    assert act(approved, "verify").data["entries"] == 1


def test_stopped_it_hands_nothing_over_and_says_so(approved: Path) -> None:
    done(act(approved, "kill", "--on", "--by", "P-1"))
    said = act(approved, "send")
    [kept] = said.data["not_handed_over"]
    assert (said.status, said.data["handed_over"], letters(approved)) == (1, [], [])
    assert kept["state"] == "waiting"
    assert kept["reasons"] == [
        {
            "code": "stopped",
            "sentence": "The kill switch is on: nothing leaves.",
            "passes": False,
        }
    ]


def test_disputed_since_it_does_not_leave(approved: Path) -> None:
    done(act(approved, "dispute", "A-1", "--flag", "--by", "P-2", "--reason", "price"))
    said = act(approved, "send")
    assert (said.status, letters(approved)) == (1, [])
    sentences = [reason["sentence"] for reason in said.data["not_handed_over"][0]["reasons"]]
    assert any("A-1 is now in the lane disputed" in sentence for sentence in sentences)


@pytest.mark.parametrize("ended", ["undone", "closed"])
def test_a_dispute_voids_an_approval_for_good(approved: Path, ended: str) -> None:
    done(act(approved, "dispute", "A-1", "--flag", "--by", "P-2", "--reason", "price"))
    if ended == "undone":
        done(act(approved, "dispute", "A-1", "--undo", "--by", "P-2"))
    else:
        done(act(approved, "dispute", "A-1", "--assign", "P-2", "--by", "P-2"))
        done(act(approved, "dispute", "A-1", "--accept", "--by", "P-2"))
        done(act(approved, "dispute", "A-1", "--close", "--by", "P-2", "--note", "settled"))
    said = act(approved, "send")
    [kept] = said.data["not_handed_over"]
    assert (said.status, letters(approved)) == (1, [])
    assert [reason["code"] for reason in kept["reasons"]] == ["void"]
    assert "flagged as disputed by P-2 after the approval" in kept["reasons"][0]["sentence"]


def test_for_people_it_is_a_few_lines(approved: Path) -> None:
    out = call("send", "--pilot", approved).out
    assert out.startswith(f"handed over  {ALDER}  to ap@c-alder.example  approved by P-1  outbox/")
    assert call("send", "--pilot", approved).out == "Nothing is approved and waiting.\n"


def test_a_pilot_without_approvals_has_nothing_to_send(pilot: Path) -> None:
    said = act(pilot, "send")
    assert (said.status, said.data["handed_over"]) == (0, [])
    assert not (pilot / "ledger.sqlite").exists()


def test_a_mail_server_needs_its_name(approved: Path) -> None:
    with (approved / "pilot.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[outbox]\nkind = "smtp"\n')
    refused(act(approved, "send"), 2, "outbox.host")


def test_it_runs_as_a_program(approved: Path) -> None:
    command = [sys.executable, "-m", "pipeline", "send", "--pilot", str(approved), "--json"]
    done_by = subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, env={**os.environ}, check=False
    )
    assert (done_by.returncode, done_by.stderr) == (0, "")
    assert len(letters(approved)) == 1
