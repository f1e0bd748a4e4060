"""A process that loads, approves and sends, and tells each thing once it is done."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from pipeline.figures import aging
from pipeline.model import CountbackError
from pipeline.pilot import Pilot
from tests.outbox.world import ALDER, BIRCH, DAY, approve, run

Tell = Callable[[str], None]


def work(folder: Path, tell: Tell) -> None:
    """One morning: fresh exports, two approvals, one hand-over."""
    pilot = Pilot.open(folder)
    pilot.take_in(folder / "new")
    pilot.load()
    tell("loaded")
    for case_id in (ALDER, BIRCH):
        tell(f"approved {approve(pilot, case_id).event_id}")
    for _, entry in run(pilot).handed_over:
        tell(f"left {entry.payload['file']}")


def check(folder: Path, told: list[str], *, goes_on: bool) -> None:
    """Everything that was told is there and the record holds; the work can be done again."""
    pilot = Pilot.open(folder)
    entries = {entry.event_id: entry for entry in pilot.entries()}
    for line in told:
        what, _, name = line.partition(" ")
        if what == "approved":
            assert name in entries, f"{line} is lost"
        if what == "left":
            assert (folder / name).is_file(), f"{line} is lost"
    if "loaded" in told:
        assert total(pilot) == 2000, "the loaded exports are lost"
    with closing(pilot.ledger()) as ledger:
        assert ledger.verify().ok, "the chain is broken"
    if goes_on:
        again(pilot)


def again(pilot: Pilot) -> None:
    """The morning once more: in the end both letters are there, each once."""
    pilot.take_in(pilot.folder / "new")
    pilot.load()
    for case_id in (ALDER, BIRCH):
        try:
            approve(pilot, case_id)
        except CountbackError:
            continue  # it has left already
    run(pilot)
    letters = sorted((pilot.folder / "outbox").glob("*.eml"))
    ids = [one.read_bytes().split(b"Message-ID: ")[1].split(b"\r\n")[0] for one in letters]
    assert len(ids) == len(set(ids)), "a message left twice"
    assert total(pilot) == 2000
    with closing(pilot.ledger()) as ledger:
        assert ledger.verify().ok, "the chain is broken"


def total(pilot: Pilot) -> object:
    """What both owe in the pilot's exports."""
    with Pilot.open(pilot.folder).day(DAY) as day:
        return aging(day)["currencies"]["USD"]["total"]
