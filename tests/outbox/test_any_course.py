"""Whatever happens in whatever order: nothing leaves that nobody approved, nothing twice, no void.

One pilot lives through approvals, new exports, disputes, holds, undone decisions, the kill switch,
runs and interrupted runs; after every step the outbox is held against what ought to be.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pipeline.acting import Moment, decide_case
from pipeline.deciding import flag_dispute, kill_switch, undo
from pipeline.ledger import Ledger
from pipeline.model import CountbackError, Entry, fingerprint
from pipeline.pilot import Pilot
from tests.outbox.world import (
    ALDER,
    BIRCH,
    DAY,
    NOW,
    files,
    hash_of,
    ledger_of,
    read,
    redraw,
    run,
    world,
)

CASES = st.sampled_from([ALDER, BIRCH])
INVOICE = {ALDER: "A-1", BIRCH: "B-1"}
PEOPLE = st.sampled_from(["Ana Ruiz", "Ben Cho"])
ACT = {"now": NOW, "on_day": DAY}
_BUILT: list[Path] = []


class Died(BaseException):
    """The run ends here, as if the power had gone."""


def fresh() -> Pilot:
    """A copy of the world, its books built once for all."""
    if not _BUILT:
        pilot = world(Path(mkdtemp(prefix="outbox-")) / "pilot")
        pilot.books()
        _BUILT.append(pilot.folder)
    return Pilot.open(shutil.copytree(_BUILT[0], Path(mkdtemp(prefix="outbox-")) / "pilot"))


class Outbox(RuleBasedStateMachine):
    """What a pilot's outbox may hold, whatever people, exports and crashes do."""

    @initialize()
    def open(self) -> None:
        self.pilot = fresh()
        self.decided: dict[str, list[Entry]] = {ALDER: [], BIRCH: []}
        """Case -> its decisions that were not undone, oldest first."""
        self.void: set[str] = set()
        """Approvals that something has voided since."""
        self.payments: list[str] = []
        self.numbers = count(1)
        self.stopped = False
        self.left: dict[Path, bytes] = {}
        self.may_have_left: set[str] = set()

    @contextmanager
    def ledger(self) -> Iterator[Ledger]:
        with ledger_of(self.pilot) as ledger:
            yield ledger

    def decide(self, case_id: str, verdict: str, by: str) -> Entry | None:
        try:
            with self.pilot.day(DAY) as day:
                return decide_case(
                    self.pilot,
                    day,
                    case_id,
                    verdict=verdict,  # type: ignore[arg-type]
                    moment=Moment(by, NOW),
                    reason=None if verdict == "approve" else "TIMING",
                    until=DAY.replace(month=12),
                )
        except CountbackError:
            return None

    @rule(case_id=CASES, by=PEOPLE)
    def approve(self, case_id: str, by: str) -> None:
        self.keep(case_id, self.decide(case_id, "approve", by))

    @rule(case_id=CASES, verdict=st.sampled_from(["reject", "hold"]))
    def decide_otherwise(self, case_id: str, verdict: str) -> None:
        self.keep(case_id, self.decide(case_id, verdict, "Ana Ruiz"))

    def keep(self, case_id: str, entry: Entry | None) -> None:
        if entry is not None:
            self.decided[case_id].append(entry)

    def spoil(self, case_id: str) -> None:
        self.void |= {entry.event_id for entry in self.decided[case_id]}

    @precondition(lambda self: any(self.decided.values()))
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        case_id = data.draw(st.sampled_from([c for c, made in self.decided.items() if made]))
        try:
            with self.ledger() as ledger:
                undo(ledger, self.decided[case_id][-1].event_id, by="Ana Ruiz", **ACT)
        except CountbackError:
            return  # it has left, or may have
        self.decided[case_id].pop()

    @rule(on=st.booleans())
    def switch(self, on: bool) -> None:
        with self.ledger() as ledger:
            kill_switch(ledger, on, by="Ben Cho", **ACT)
        self.stopped = on

    @rule(case_id=CASES)
    def dispute(self, case_id: str) -> None:
        try:
            with self.ledger() as ledger:
                flag_dispute(ledger, INVOICE[case_id], reason="price", by="Ben Cho", **ACT)
        except CountbackError:
            return  # it is disputed already
        self.spoil(case_id)

    @rule(case_id=CASES)
    def pay_a_part(self, case_id: str) -> None:
        row = f"X-{next(self.numbers)} | {INVOICE[case_id]} | cash | 2026-03-30 | 1.00 | USD"
        self.payments.append(row)
        head = "application_id | invoice_id | kind | effective_on | amount | currency"
        redraw(self.pilot, "\n".join(["applications.csv", head, *self.payments]))
        self.spoil(case_id)

    @rule()
    def another_address(self) -> None:
        path = self.pilot.exports / "contacts.csv"
        new = f"maria{next(self.numbers)}@alder.test"
        path.write_text(re.sub(r"maria\d*@alder\.test", new, path.read_text()))
        self.spoil(ALDER)

    @rule(dies_at=st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6]))
    def send(self, dies_at: int) -> None:
        def step(number: int) -> None:
            if number == dies_at:
                raise Died

        before = set(files(self.pilot))
        allowed = {} if self.stopped else {e.payload["approved_hash"]: e for e in self.approved()}
        with suppress(Died):
            run(self.pilot, step=step)
        for path in set(files(self.pilot)) - before:
            approval = allowed.get(hash_of(path))
            assert approval is not None, f"{path.name} left without a standing approval"
            assert approval.by in ("Ana Ruiz", "Ben Cho")
            assert approval.event_id not in self.may_have_left, "the same approval left twice"
            self.may_have_left.add(approval.event_id)

    def approved(self) -> list[Entry]:
        """Approvals that stand: the last word on their case, and nothing has changed since."""
        last = [made[-1] for made in self.decided.values() if made]
        return [
            entry
            for entry in last
            if entry.payload["verdict"] == "approve" and entry.event_id not in self.void
        ]

    @invariant()
    def nothing_leaves_twice_and_every_file_is_an_approved_one(self) -> None:
        found = {path: path.read_bytes() for path in files(self.pilot)}
        assert {path: found.get(path) for path in self.left} == self.left
        self.left = found
        ids = [data.split(b"Message-ID: ")[1].split(b"\r\n")[0] for data in found.values()]
        assert len(set(ids)) == len(ids)
        recorded = [e for e in self.pilot.entries() if e.kind == "handed_over"]
        assert len({e.payload["event_id"] for e in recorded}) == len(recorded)
        assert {e.payload["event_id"] for e in recorded} <= self.may_have_left
        by_id = {e.event_id: e for e in self.pilot.entries()}
        for entry in recorded:
            approval = by_id[entry.payload["event_id"]]
            to, subject, body = read((self.pilot.folder / entry.payload["file"]).read_bytes())
            exact = fingerprint(to, subject, body.removesuffix("\n"))
            assert exact == approval.payload["approved_hash"]
            assert approval.seq < entry.seq

    @invariant()
    def the_record_holds(self) -> None:
        if self.pilot.record.exists():
            with self.ledger() as ledger:
                assert ledger.verify().ok

    def teardown(self) -> None:
        shutil.rmtree(self.pilot.folder.parent, ignore_errors=True)


TestAnyCourse = Outbox.TestCase
TestAnyCourse.settings = settings(max_examples=12, stateful_step_count=14, deadline=None)
