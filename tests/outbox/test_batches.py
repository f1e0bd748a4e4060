"""Approving together: routine cases under a cap, in the cadence phase, after a sample of them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from pipeline.attention import is_drawn
from pipeline.ledger import Stale
from pipeline.ledger.chain import Head
from pipeline.model import CountbackError, Entry, Event, WrongCall
from pipeline.pilot import Pilot
from pipeline.sending.batches import approve_batch, drawn, not_for_batches
from tests.outbox.world import (
    ALDER,
    ANA,
    BIRCH,
    DAY,
    NOW,
    approve,
    entries,
    run,
    sentences,
    why,
    world,
)

CADENCE = "started_on = 2026-01-20"  # the tests' day is day 70
OTHER = {ALDER: BIRCH, BIRCH: ALDER}


@pytest.fixture
def cadence(tmp_path: Path) -> Pilot:
    return world(tmp_path / "pilot", pilot=CADENCE)


def together(pilot: Pilot, *case_ids: str) -> Entry:
    with pilot.day(DAY) as day:
        return approve_batch(pilot, day, case_ids or (ALDER, BIRCH), ANA)


def test_a_batch_waits_for_its_sample_and_then_leaves(cadence: Pilot) -> None:
    batch = together(cadence)
    [sampled] = batch.payload["sampled"]
    [approved] = entries(cadence, "decision")
    assert (approved.subject, approved.payload["batch"]) == (OTHER[sampled], batch.payload["batch"])
    report = run(cadence)
    assert (report.handed_over, why(report)) == ((), ["batch"])
    assert sampled in sentences(report)
    approve(cadence, sampled)
    assert len(run(cadence).handed_over) == 2


@pytest.mark.parametrize("started", ["2026-02-15", "2025-12-20", "2026-03-20"])
def test_in_every_other_phase_there_are_no_batches(tmp_path: Path, started: str) -> None:
    pilot = world(tmp_path / "pilot", pilot=f"started_on = {started}")
    with pytest.raises(CountbackError, match="cadence phase"):
        together(pilot)
    assert not pilot.record.exists() or entries(pilot) == []


def test_a_batch_does_not_outlive_its_phase(cadence: Pilot) -> None:
    [sampled] = together(cadence).payload["sampled"]
    approve(cadence, sampled)
    settings = cadence.folder / "pilot.toml"
    settings.write_text(settings.read_text().replace("2026-01-20", "2025-12-20"))
    report = run(cadence)
    assert [one.entry.subject for one, _ in report.handed_over] == [sampled]
    assert "cadence phase only" in sentences(report)


def test_above_the_cap_a_case_is_approved_by_itself(tmp_path: Path) -> None:
    pilot = world(tmp_path / "pilot", pilot=CADENCE, outbox="batch_cap = 999.99")
    with pytest.raises(CountbackError, match=r"alder/routine/USD is above the cap of 999\.99 USD"):
        together(pilot)


def test_a_cap_lowered_since_holds_it_back(cadence: Pilot) -> None:
    [sampled] = together(cadence).payload["sampled"]
    approve(cadence, sampled)
    settings = cadence.folder / "pilot.toml"
    settings.write_text(settings.read_text().replace("[outbox]", "[outbox]\nbatch_cap = 1"))
    report = run(cadence)
    assert [one.entry.subject for one, _ in report.handed_over] == [sampled]
    assert why(report) == ["batch"]


def test_only_routine_cases_with_a_rate_go_by_batch(cadence: Pilot) -> None:
    with cadence.day(DAY) as day:
        case = cadence.desk(day).case(ALDER)
        assert not_for_batches(cadence, case, day.lens) == ""
        nudge = case.model_copy(update={"lane": "relationship"})
        assert "only routine" in not_for_batches(cadence, nudge, day.lens)
        foreign = case.model_copy(update={"currency": "CHF"})
        assert "no rate" in not_for_batches(cadence, foreign, day.lens)


@pytest.mark.parametrize("n", [0, 1, 11])
def test_a_batch_has_two_to_ten_cases(cadence: Pilot, n: int) -> None:
    with cadence.day(DAY) as day, pytest.raises(WrongCall, match="2 to 10"):
        approve_batch(cadence, day, [f"c{i}/routine/USD" for i in range(n)], ANA)


def test_one_in_ten_and_at_least_one_is_drawn_by_the_record_s_head() -> None:
    cases = [f"c{i}/routine/USD" for i in range(10)]
    heads = [Head(entries=1, hash=str(n)) for n in range(40)]
    assert {len(drawn(cases, head)) for head in heads} == {1}
    assert len(drawn(cases[:2], heads[0])) == 1
    assert drawn(cases, heads[0]) == drawn(list(reversed(cases)), heads[0])
    assert len({tuple(drawn(cases, head)) for head in heads}) > 5


def test_of_two_batches_at_once_one_is_stale(cadence: Pilot) -> None:
    with cadence.day(DAY) as day:
        desk = cadence.desk(day)
        head = Head(entries=0, hash="0" * 64)
        approve_batch(cadence, day, (ALDER, BIRCH), ANA, desk)
    ledger = cadence.ledger()
    with pytest.raises(Stale, match="look again"):
        ledger.append_all([], expected_head=head)
    ledger.close()


# --- read, or not --------------------------------------------------------------------------------


def missed(pilot: Pilot, is_caught: bool) -> None:
    with closing(pilot.ledger()) as ledger:
        ledger.append(
            Event(
                kind="seeded_check_answered",
                subject="seeded:elsewhere",
                by="review team",
                at=NOW,
                on_day=DAY,
                payload={"is_caught": is_caught},
            )
        )


def test_after_a_missed_check_nothing_goes_together_on_that_day(cadence: Pilot) -> None:
    missed(cadence, is_caught=False)
    with pytest.raises(CountbackError, match="missed today: approve one by one"):
        together(cadence)


def test_a_caught_check_stands_in_nobody_s_way(cadence: Pilot) -> None:
    missed(cadence, is_caught=True)
    assert together(cadence).kind == "batch_approved"


def test_a_case_that_is_drawn_for_a_check_is_no_part_of_a_batch(tmp_path: Path) -> None:
    for n in range(200):
        name = f"Drawn {n}"
        if is_drawn(name, ALDER, DAY, 0.2):
            break
    pilot = world(tmp_path / "pilot", pilot=CADENCE)
    settings = pilot.folder / "pilot.toml"
    text = settings.read_text().replace("Drawn by hand", name)
    settings.write_text(text.replace("[outbox]", "[review]\nseeded_share = 0.2\n[outbox]"))
    pilot = Pilot.open(pilot.folder)
    with pytest.raises(CountbackError, match="alder/routine/USD is to be looked at by itself"):
        together(pilot)
