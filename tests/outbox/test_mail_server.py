"""By mail server: once, with proof; and when the connection breaks, the truth about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.deciding import undo
from pipeline.model import WrongCall
from pipeline.outbox import Smtp
from pipeline.pilot import Pilot
from pipeline.settings import OutboxSection, read_settings
from tests.outbox.mail_server import Took, mail_server
from tests.outbox.world import (
    COPILOT,
    DAY,
    NOW,
    approve,
    entries,
    ledger_of,
    read,
    run,
    sentences,
    why,
    world,
)

BY_SERVER = """
kind = "smtp"
host = "127.0.0.1"
port = {port}
starttls = false
sender = "ar@northlight.test"
timeout_seconds = 5
"""
SIGNED_IN = {"COUNTBACK_SMTP_USER": "ar", "COUNTBACK_SMTP_PASSWORD": "s3cret"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "pilot"


def approved(folder: Path, server: Took) -> Pilot:
    pilot = world(folder, outbox=BY_SERVER.format(port=server.port))
    approve(pilot)
    return pilot


def test_the_server_gets_the_approved_message_once(folder: Path) -> None:
    with mail_server() as server:
        pilot = approved(folder, server)
        report = run(pilot, environment=SIGNED_IN)
        again = run(pilot, environment=SIGNED_IN)
    [message] = server.messages
    said = entries(pilot, "decision")[0].payload
    to, subject, body = read(message)
    assert (to, subject, body.removesuffix("\n")) == (
        said["to"],
        said["subject"],
        said["final_body"],
    )
    assert b"From: Northlight Software <ar@northlight.test>\r\n" in message
    assert b"X-Unsent" not in message
    [(_, proof)] = report.handed_over
    assert (proof.kind, proof.payload["said"]) == ("handed_over", "250 queued as 42")
    assert proof.payload["message_id"].encode() in message
    assert server.signed_in == ["\0ar\0s3cret"]
    assert (again.handed_over, again.kept) == ((), ())
    assert not list((folder / "outbox").glob("*.eml"))


def test_without_a_user_nobody_signs_in(folder: Path) -> None:
    with mail_server() as server:
        run(approved(folder, server))
    assert (server.signed_in, len(server.messages)) == ([], 1)


@pytest.mark.parametrize("at", ["connect", "EHLO", "AUTH"])
def test_a_server_that_is_not_there_changes_nothing(folder: Path, at: str) -> None:
    with mail_server(drop_at=at) as server:
        pilot = approved(folder, server)
        report = run(pilot, environment=SIGNED_IN)
        assert why(report) == ["unreachable"]
        assert [entry.kind for entry in entries(pilot)] == ["decision"]
        server.drop_at = ""
        assert len(run(pilot, environment=SIGNED_IN).handed_over) == 1
    assert len(server.messages) == 1


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA"])
def test_cut_before_the_text_it_has_not_left_and_may_go_again(folder: Path, at: str) -> None:
    with mail_server(drop_at=at) as server:
        pilot = approved(folder, server)
        assert why(run(pilot)) == ["refused"]
        assert server.messages == []
        server.drop_at = ""
        assert len(run(pilot).handed_over) == 1
    kinds = [entry.kind for entry in entries(pilot)]
    assert kinds == [
        "decision",
        *("handing_over", "hand_over_refused"),
        *("handing_over", "handed_over"),
    ]


@pytest.mark.parametrize(("at", "arrived"), [("text", 0), ("answer", 1)])
def test_cut_after_the_text_began_nobody_can_know_and_it_never_goes_again(
    folder: Path, at: str, arrived: int
) -> None:
    with mail_server(drop_at=at) as server:
        pilot = approved(folder, server)
        assert why(run(pilot)) == ["unknown"]
        server.drop_at = ""
        for _ in range(3):
            report = run(pilot)
            assert (report.handed_over, why(report)) == ((), ["unknown"])
    assert len(server.messages) == arrived
    assert "say whether it arrived" in sentences(report)


def test_refused_for_now_goes_again_and_for_good_does_not(folder: Path) -> None:
    with mail_server(RCPT="451 greylisted, try later") as server:
        pilot = approved(folder, server)
        assert "451 greylisted" in sentences(run(pilot))
        server.refuse = {"text": "552 too big"}
        assert "552 too big" in sentences(run(pilot))
        server.refuse = {}
        report = run(pilot)
    assert (report.handed_over, why(report), server.messages) == ((), ["refused"], [])
    assert "approve it anew" in sentences(report)


def test_what_was_refused_for_good_may_be_taken_back_and_approved_again(folder: Path) -> None:
    with mail_server(RCPT="550 no such user") as server:
        pilot = approved(folder, server)
        run(pilot)
        server.refuse = {}
        with ledger_of(pilot) as ledger:
            approval = entries(pilot, "decision")[0]
            undo(ledger, approval.event_id, by="Ana Ruiz", now=NOW, on_day=DAY)
        approve(pilot, by="Ben Cho")
        assert len(run(pilot).handed_over) == 1
    assert len(server.messages) == 1


# --- what the settings must say ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"host": ""}, "outbox.host is empty"),
        ({"sender": ""}, "outbox.sender is empty"),
        ({"host": "mail.north.test", "starttls": False}, "travel readable"),
    ],
)
def test_a_mail_server_needs_its_settings(changed: dict[str, object], words: str) -> None:
    settings = OutboxSection(kind="smtp", host="127.0.0.1", sender="ar@north.test")
    with pytest.raises(WrongCall, match=words):
        Smtp.of(settings.model_copy(update=changed), SIGNED_IN)


@pytest.mark.parametrize("key", ["user", "password"])
def test_the_password_has_no_place_in_the_settings(folder: Path, key: str) -> None:
    folder.mkdir()
    (folder / "pilot.toml").write_text(f'[outbox]\n{key} = "s3cret"\n')
    with pytest.raises(WrongCall, match="no setting"):
        read_settings(folder / "pilot.toml")


def test_a_made_up_pilot_never_uses_a_mail_server(folder: Path) -> None:
    with mail_server() as server:
        outbox = BY_SERVER.format(port=server.port)
        pilot = world(folder, outbox=outbox, pilot=f"{COPILOT}\nsynthetic = true")
        approve(pilot)
        with pytest.raises(WrongCall, match="made up"):
            run(pilot)
    assert (server.messages, server.said) == ([], [])
