"""Two hand-over runs and a person at once, in ten thousand orders, with deaths: one copy at most.

The turn, the recovery, the claim, the file and the record are the real ones. What is left out is
the reading of the books, which takes a hundred times longer than all of them and is not what the
order is about: an approval may leave here as long as the record says nothing against it.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from datetime import date, datetime
from pathlib import Path
from random import Random
from tempfile import mkdtemp

import pytest

from pipeline.deciding import flag_dispute, kill_switch, undo
from pipeline.deciding.cases import is_stopped
from pipeline.ledger import Ledger
from pipeline.model import CountbackError, Entry
from pipeline.outbox import Outcome, folder
from pipeline.pilot import Pilot
from pipeline.sending import handing, settle
from pipeline.sending.judging import Reason, _approvals
from tests.outbox.world import ALDER, ANA, BIRCH, BOX, DAY, NOW, approve, world
from tests.soak.bounds import Clock, seed, share, tell
from tests.soak.stage import Actor, Died, Stage

pytestmark = pytest.mark.soak

ORDERS, MINUTES = 10_000, 15.0
INVOICE = {ALDER: "A-1", BIRCH: "B-1"}
#: What says against an approval, wherever it stands later in the record.
AGAINST = ("undone", "dispute_flagged", "kill_switch")
SAYS = Reason(code="no", sentence="No.")


def by_the_record(pilot: Pilot, as_of: date, entries: Sequence[Entry], now: datetime) -> object:
    """Every approval, held back by a dispute or the kill switch."""
    disputed = {e.subject.partition(":")[2] for e in entries if e.kind == "dispute_flagged"}
    found = []
    for judged in _approvals(entries).values():
        no = is_stopped(entries) or disputed & set(judged.decision.invoice_ids)
        found.append(judged.model_copy(update={"reasons": (SAYS,) if no else ()}))
    return tuple(found)


@pytest.fixture
def approved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A pilot of two approvals without exports, in memory where there is such a place."""
    pilot = world(tmp_path / "pilot")
    for case_id in (ALDER, BIRCH):
        approve(pilot, case_id)
    with closing(pilot.ledger()) as ledger:
        ledger.close(compact=True)
    memory = Path("/dev/shm")
    place = Path(mkdtemp(prefix="countback-", dir=memory if memory.is_dir() else tmp_path))
    bare = place / "approved"
    bare.mkdir()
    for name in ("pilot.toml", "ledger.sqlite"):
        shutil.copyfile(pilot.folder / name, bare / name)
    monkeypatch.setattr(handing, "judge", by_the_record)
    monkeypatch.setattr(handing, "_seen", lambda pilot: "")
    yield bare
    shutil.rmtree(place)


class World:
    """One interleaving: the pilot's copy, who acts in it, and what left."""

    def __init__(self, pilot: Path, rng: Random) -> None:
        self.pilot, self.rng = pilot, rng
        self.left: Counter[str] = Counter()
        # One for all, who share it as threads do: opening costs more than all else here.
        self.ledger = Ledger.open(pilot / "ledger.sqlite")

    def sender(self) -> Actor:
        """A run that may die at any step, or not at all; turned away, it comes again."""
        dies_at = self.rng.choice((0, 0, 1, 2, 3, 4, 5, 6))
        patience = self.rng.randrange(1, 4)

        def act(step: Callable[[int], None]) -> None:
            def stepping(number: int) -> None:
                step(number)
                if number == dies_at:
                    raise Died

            for _ in range(patience):
                try:
                    handing.send(self.pilot, BOX, environment={}, step=stepping)
                except CountbackError:
                    step(0)  # another run has the turn
                else:
                    return

        return act

    def person(self) -> Actor:
        """Somebody who takes back, disputes, stops, takes a file away, or settles a doubt."""
        case_id = self.rng.choice((ALDER, BIRCH))
        deed = self.rng.choice((self.undo, self.dispute, self.stop, self.take, self.settle))

        def act(step: Callable[[int], None]) -> None:
            for _ in range(self.rng.randrange(6)):
                step(0)
            with suppress(CountbackError):
                deed(self.ledger, case_id)

        return act

    def approval(self, ledger: Ledger, case_id: str) -> Entry:
        return next(e for e in ledger.about(case_id) if e.kind == "decision")

    def undo(self, ledger: Ledger, case_id: str) -> None:
        event_id = self.approval(ledger, case_id).event_id
        undo(ledger, event_id, by=ANA.by, now=NOW, on_day=DAY)

    def dispute(self, ledger: Ledger, case_id: str) -> None:
        flag_dispute(ledger, INVOICE[case_id], reason="price", by=ANA.by, now=NOW, on_day=DAY)

    def stop(self, ledger: Ledger, case_id: str) -> None:
        kill_switch(ledger, True, by=ANA.by, now=NOW, on_day=DAY)

    def take(self, ledger: Ledger, case_id: str) -> None:
        for file in (self.pilot / "outbox").glob("*.eml"):
            file.unlink(missing_ok=True)

    def settle(self, ledger: Ledger, case_id: str) -> None:
        event_id = self.approval(ledger, case_id).event_id
        settle(ledger, event_id, has_left=True, moment=ANA, on_day=DAY)

    def check(self) -> None:
        """One copy at most of each; nothing was claimed after what spoke against it."""
        assert all(count <= 1 for count in self.left.values()), self.left
        assert self.ledger.verify().ok
        entries = self.ledger.entries()
        for one in (e for e in entries if e.kind in AGAINST):
            later = [e for e in entries if e.kind == "handing_over" and e.seq > one.seq]
            assert not [e for e in later if self.speaks_against(one, e)], (one, later)
        sent = Counter(e.payload["event_id"] for e in entries if e.kind == "handed_over")
        assert all(count == 1 for count in sent.values()), sent
        if not [e for e in entries if e.kind in AGAINST]:
            doubts = {e.payload["event_id"] for e in entries if e.kind == "hand_over_unknown"}
            assert len(set(sent) | doubts) == 2, "an approval was forgotten"

    def speaks_against(self, one: Entry, claim: Entry) -> bool:
        if one.kind == "kill_switch":
            return True
        if one.kind == "undone":
            return bool(one.payload["event_id"] == claim.payload["event_id"])
        return INVOICE[claim.subject] == one.subject.partition(":")[2]


def counted(left: Counter[str]) -> Callable[[folder._Written], Outcome]:
    """The real giving of the name, with every success counted."""
    original = folder._Written.hand_over

    def hand_over(self: folder._Written) -> Outcome:
        data = self.waiting.read_bytes() if self.waiting.exists() else b""
        outcome = original(self)
        if outcome.state == "sent":
            left[data.split(b"Message-ID: ")[1].split(b"\r\n")[0].decode()] += 1
        return outcome

    return hand_over


def test_in_ten_thousand_orders_no_message_leaves_twice(
    approved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, clock, played, left, turns = seed(), Clock(MINUTES), 0, 0, 0
    for number in range(share(ORDERS)):
        if clock.is_up:
            break
        rng = Random(first + number)
        pilot = Path(shutil.copytree(approved, approved.parent / "now"))
        one = World(pilot, rng)
        with monkeypatch.context() as patched:
            patched.setattr(folder._Written, "hand_over", counted(one.left))
            patched.setattr(Pilot, "ledger", lambda _, one=one: one.ledger)
            patched.setattr(one.ledger, "close", lambda: None)
            stage = Stage(rng)
            stage.play([one.sender(), one.sender(), one.person()])
            try:
                assert stage.faults == []
                for _ in range(2):  # the runs of later days
                    handing.send(pilot, BOX, environment={})
                one.check()
            except BaseException:
                tell("interleavings BROKE", clock, seed=first + number, order=stage.order)
                raise
        one.ledger.close()
        played, left, turns = played + 1, left + sum(one.left.values()), turns + len(stage.order)
        shutil.rmtree(pilot)
    tell(
        "interleavings of hand-over",
        clock,
        seed=first,
        orders=played,
        turns=turns,
        messages_left=left,
        left_twice=0,
    )
