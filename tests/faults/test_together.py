"""Two people at the pages, a command line and a worker that sends, all at once on one pilot."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pipeline.pilot import Pilot
from tests.conftest import REPOSITORY
from tests.outbox.world import ALDER, BIRCH, approve, entries, files, ledger_of, replaced, world

pytestmark = pytest.mark.soak

CASES = (ALDER, BIRCH)


def decide_all(folder: str, by: str) -> None:
    """One reviewer, with the app open on the pilot as well: approves whatever is left."""
    os.environ["COUNTBACK_PILOT"] = folder
    app = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=300)
    app.session_state["reviewer"] = by
    app.run()
    pilot = Pilot.open(folder)
    for case_id in CASES:
        try:
            sys.stdout.write(f"{approve(pilot, case_id, by=by).event_id}\n")
        except Exception as error:  # noqa: BLE001 - the test looks at what it was
            sys.stdout.write(f"refused: {type(error).__name__}: {error}\n")
        sys.stdout.flush()
    app.run()
    sys.stdout.write(f"traceback: {app.exception[0].message}\n" if app.exception else "shown\n")


def started(*command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_nothing_is_lost_or_doubled_when_all_work_at_once(tmp_path: Path) -> None:
    pilot = world(tmp_path / "pilot")
    pilot.books()
    task = (
        "import sys; from tests.faults.test_together import decide_all; decide_all(*sys.argv[1:])"
    )
    apps = [started("-c", task, str(pilot.folder), by) for by in ("Ana Ruiz", "Ben Cho")]
    verb = ("-m", "pipeline")
    at = ("--pilot", str(pilot.folder), "--json")
    others = [started(*verb, *words, *at) for words in (("load", str(pilot.folder)), ("send",))]
    told = [process.communicate(timeout=600) for process in (*apps, *others)]
    decided = [line for out, _ in told[:2] for line in out.splitlines()]
    assert [err for _, err in told if "Traceback" in err] == []
    assert decided.count("shown") == 2, decided
    refused = [line for line in decided if line.startswith("refused")]
    assert all(": Stale:" in line or "CountbackError" in line for line in refused), refused
    acknowledged = [line for line in decided if line[:4] not in ("refu", "show", "trac")]
    by_id = {entry.event_id for entry in entries(pilot, "decision")}
    assert set(acknowledged) <= by_id
    after = [started(*verb, "send", *at) for _ in range(2)]
    told = [process.communicate(timeout=600) for process in after]
    assert [err for _, err in told if "Traceback" in err] == []
    left = Counter(entry.payload["event_id"] for entry in entries(pilot, "handed_over"))
    assert set(left.values()) == {1}
    assert len(files(pilot)) == len(left) == 2
    with ledger_of(pilot) as ledger:
        assert ledger.verify().ok


def test_exports_that_change_while_a_worker_sends_void_or_leave_but_never_both(
    tmp_path: Path,
) -> None:
    pilot = world(tmp_path / "pilot")
    for case_id in CASES:
        approve(pilot, case_id)
    worker = started("-m", "pipeline", "send", "--pilot", str(pilot.folder), "--json")
    replaced(pilot, "contacts.csv", "maria@alder.test", "other@alder.test")
    _, said = worker.communicate(timeout=600)
    assert "Traceback" not in said
    [letter] = [one for one in files(pilot) if "birch" in one.name] or [None]
    assert letter is not None
    assert b"other@alder.test" not in b"".join(one.read_bytes() for one in files(pilot))
