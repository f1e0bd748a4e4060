"""Killed at any numbered step: nothing leaves twice by machine, nothing acknowledged is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from pipeline.acting import Moment
from pipeline.deciding import flag_dispute, undo
from pipeline.model import CountbackError, WrongCall
from pipeline.pilot import Pilot
from pipeline.sending import by_mail_program, send, settle
from tests.conftest import REPOSITORY
from tests.outbox.mail_server import mail_server
from tests.outbox.test_mail_server import BY_SERVER
from tests.outbox.world import (
    ALDER,
    DAY,
    NOW,
    approve,
    entries,
    files,
    ledger_of,
    replaced,
    run,
    sentences,
    why,
    world,
)

BEN = Moment(by="Ben Cho", now=NOW)


def send_and_die(folder: str, now: str, at: str) -> None:
    """A run of its own process that is killed right after a step."""

    def step(number: int) -> None:
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        if number == int(at):
            os.kill(os.getpid(), signal.SIGKILL)

    moment = Moment(by="outbox", now=datetime.fromisoformat(now))
    send(Path(folder), moment, environment={}, step=step)


def killed(pilot: Pilot, at: int) -> None:
    task = "tests.outbox.test_interrupted"
    code = f"import sys; from {task} import send_and_die; send_and_die(*sys.argv[1:])"
    child = subprocess.run(
        [sys.executable, "-c", code, str(pilot.folder), NOW.isoformat(), str(at)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    assert child.stdout.split()[-1] == str(at)


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5, 6])
def test_a_run_killed_at_any_step_leaves_one_file_in_the_end(pilot: Pilot, step: int) -> None:
    approve(pilot)
    killed(pilot, step)
    acknowledged = entries(pilot)
    assert len(files(pilot)) == (1 if step >= 5 else 0)
    left = [one.read_bytes() for one in files(pilot)]

    run(pilot)
    run(pilot)

    [path] = files(pilot)
    assert left in ([], [path.read_bytes()])
    assert entries(pilot)[: len(acknowledged)] == acknowledged
    assert len(entries(pilot, "handed_over")) == 1
    assert list((pilot.folder / "outbox" / ".coming").iterdir()) == []
    with ledger_of(pilot) as ledger:
        assert ledger.verify().ok


def test_killed_after_the_file_was_there_and_somebody_took_it_nobody_can_know(
    pilot: Pilot,
) -> None:
    approve(pilot)
    killed(pilot, 5)
    files(pilot)[0].unlink()
    for _ in range(2):
        report = run(pilot)
        assert (report.handed_over, why(report), files(pilot)) == ((), ["unknown"], [])
    assert "say whether it arrived" in sentences(report)


def test_killed_after_the_claim_and_disputed_since_it_does_not_leave(pilot: Pilot) -> None:
    approve(pilot)
    killed(pilot, 4)
    with ledger_of(pilot) as ledger:
        flag_dispute(ledger, "A-1", reason="price", by="Ben", now=NOW, on_day=DAY)
    report = run(pilot)
    assert (report.handed_over, files(pilot), set(why(report))) == ((), [], {"void"})


@pytest.mark.parametrize("step", [3, 4, 5, 6])
def test_by_mail_server_it_arrives_at_most_once(tmp_path: Path, step: int) -> None:
    with mail_server() as server:
        pilot = world(tmp_path / "pilot", outbox=BY_SERVER.format(port=server.port))
        approve(pilot)
        killed(pilot, step)
        report = run(pilot)
        run(pilot)
    # Only after 4 nobody can know that it has not left: then it is better not sent than twice.
    assert len(server.messages) == (0 if step == 4 else 1)
    assert why(report) == (["unknown"] if step in (4, 5) else [])


# --- what only a person can say -------------------------------------------------------------------


@pytest.fixture
def in_doubt(pilot: Pilot) -> Pilot:
    """A message of which nobody can know whether it left."""
    approve(pilot)
    with pytest.raises(KeyboardInterrupt):
        run(pilot, step=_interrupt)
    (pilot.folder / "outbox" / ".coming" / _name(pilot)).unlink()
    run(pilot)
    return pilot


def _interrupt(step: int) -> None:
    if step == 4:
        raise KeyboardInterrupt


def _name(pilot: Pilot) -> str:
    claim = entries(pilot, "handing_over")[0]
    return Path(claim.payload["file"]).stem + ".tmp"


def approval_of(pilot: Pilot) -> str:
    return entries(pilot, "decision")[0].event_id


def test_it_arrived(in_doubt: Pilot) -> None:
    with ledger_of(in_doubt) as ledger:
        entry = settle(ledger, approval_of(in_doubt), has_left=True, moment=BEN, on_day=DAY)
        with pytest.raises(CountbackError, match="not in doubt: it is sent"):
            settle(ledger, approval_of(in_doubt), has_left=False, moment=BEN, on_day=DAY)
    assert (entry.kind, entry.by) == ("handed_over", "Ben Cho")
    assert entry.payload["said"] == "Ben Cho says that it has left."
    report = run(in_doubt)
    assert (report.handed_over, report.kept, files(in_doubt)) == ((), (), [])


def test_it_did_not_arrive_so_it_may_go_again(in_doubt: Pilot) -> None:
    with ledger_of(in_doubt) as ledger:
        settle(ledger, approval_of(in_doubt), has_left=False, moment=BEN, on_day=DAY)
    assert len(run(in_doubt).handed_over) == 1
    assert len(files(in_doubt)) == 1


def test_only_a_named_person_settles_a_doubt(in_doubt: Pilot) -> None:
    with ledger_of(in_doubt) as ledger:
        for event_id, moment in (("nothing", BEN), (approval_of(in_doubt), Moment(" ", NOW))):
            with pytest.raises(WrongCall):
                settle(ledger, event_id, has_left=True, moment=moment, on_day=DAY)


def test_what_is_in_doubt_cannot_be_taken_back(in_doubt: Pilot) -> None:
    with ledger_of(in_doubt) as ledger, pytest.raises(CountbackError, match="may have left"):
        undo(ledger, approval_of(in_doubt), by="Ana Ruiz", now=NOW, on_day=DAY)


def test_what_is_not_in_doubt_is_not_settled(pilot: Pilot) -> None:
    approval = approve(pilot)
    with ledger_of(pilot) as ledger, pytest.raises(CountbackError, match="it is waiting"):
        settle(ledger, approval.event_id, has_left=True, moment=BEN, on_day=DAY)


def test_a_person_s_own_mail_program_takes_it_from_the_machine(pilot: Pilot) -> None:
    approval = approve(pilot)
    link = by_mail_program(pilot, approval.event_id, BEN, DAY)
    assert link.startswith("mailto:maria@alder.test?subject=")
    assert why(run(pilot)) == ["unknown"]
    with pytest.raises(CountbackError, match=ALDER):
        by_mail_program(pilot, approval.event_id, BEN, DAY)
    with ledger_of(pilot) as ledger:
        settle(ledger, approval.event_id, has_left=True, moment=BEN, on_day=DAY)
    assert run(pilot).kept == ()


def test_a_void_message_opens_in_no_mail_program(pilot: Pilot) -> None:
    approval = approve(pilot)
    replaced(pilot, "contacts.csv", "maria@alder.test", "ap@alder.test")
    with pytest.raises(CountbackError, match=r"ap@alder\.test"):
        by_mail_program(pilot, approval.event_id, BEN, DAY)
    with pytest.raises(WrongCall, match="who you are"):
        by_mail_program(pilot, approval.event_id, Moment("", NOW), DAY)
    with pytest.raises(WrongCall, match="no standing approval"):
        by_mail_program(pilot, "nothing", BEN, DAY)
