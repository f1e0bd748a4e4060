"""The texts about one customer go; the figures, the chain and everybody else's texts stay."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline.acting import draft_case
from pipeline.deciding import flag_dispute
from pipeline.deciding.corrections import (
    Change,
    Correction,
    confirm_correction,
    propose_correction,
    undo_correction,
)
from pipeline.keeping import erase, to_erase
from pipeline.ledger import Stale
from pipeline.ledger.vouchers import is_marked
from pipeline.model import CountbackError, Event, WrongCall
from pipeline.pilot import Pilot
from pipeline.printing import as_json
from tests.cli.drawing import call
from tests.outbox.world import ALDER, BIRCH, DAY, NOW, approve, entries, files, run, why, world

TEXTS = ("draft_body", "draft_subject", "final_body")
PLEDGE = "Maria Shaw of Alder promised to check the roof first"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pilot = world(tmp_path_factory.mktemp("keeping") / "pilot")
    pilot.books()
    return pilot.folder


@pytest.fixture
def lived(built: Path, tmp_path: Path) -> Pilot:
    """A message to each customer; later a dispute of Alder's, with a note."""
    pilot = Pilot.open(shutil.copytree(built, tmp_path / "pilot"))
    for case in (ALDER, BIRCH):
        approve(pilot, case)
    run(pilot)
    with closing(pilot.ledger()) as ledger:
        flag_dispute(ledger, "A-1", reason="price", by="Ben Cho", now=NOW, on_day=DAY, note=PLEDGE)
    return pilot


def gone(pilot: Pilot, customer: str = "alder") -> Any:
    return erase(pilot, customer, by="Ana Ruiz", why="they asked", now=NOW)


def test_a_dry_run_says_what_would_go_and_what_stays_elsewhere(lived: Pilot) -> None:
    before = entries(lived)
    plan = to_erase(lived, "alder")
    assert [(one.kind, one.texts) for one in plan.entries] == [
        ("decision", (*TEXTS, "seen.the address is", "seen.the contact is", "subject", "to")),
        ("dispute_flagged", ("note",)),
    ]
    letters = [line for line in plan.remains if line.startswith("outbox/")]
    assert len(letters) == 1, "Birch's letter is not Alder's"
    assert any(line.startswith("exports/ as they came") for line in plan.remains)
    assert entries(lived) == before


def test_nothing_of_the_customers_texts_is_left_in_the_record(lived: Pilot) -> None:
    birch = [entry for entry in entries(lived) if entry.subject == BIRCH]
    gone(lived)
    text = lived.record.file.read_bytes() if lived.record.file else b""
    assert PLEDGE.encode() not in text
    assert b"Maria" not in text
    assert b"maria@alder.test" not in text
    assert b"tom@birch.test" in text
    assert [entry for entry in entries(lived) if entry.subject == BIRCH] == birch
    [decision] = [entry for entry in entries(lived, "decision") if entry.subject == ALDER]
    assert is_marked(decision.payload["final_body"])
    assert decision.payload["invoice_ids"] == ["A-1"]
    assert to_erase(lived, "alder").entries == ()
    with pytest.raises(CountbackError, match="there is nothing to erase"):
        gone(lived)


def address_of(pilot: Pilot, case_id: str) -> str:
    """Where the case's message would go; empty: nowhere."""
    with pilot.day(DAY) as day:
        return draft_case(pilot, day, case_id).draft.to


def test_a_corrected_contact_goes_too_and_neither_address_is_written_to_again(
    built: Path, tmp_path: Path
) -> None:
    pilot = Pilot.open(shutil.copytree(built, tmp_path / "pilot"))
    said = Correction(
        kind="contacts",
        key="k1",
        changes=(
            Change(
                column="email",
                old="maria@alder.test",
                new="ana.smith@alder.test",
                exported="maria@alder.test",
            ),
            Change(column="verified_on", old=None, new="2026-03-30", exported="2026-03-01"),
        ),
        source="a call",
    )
    act: dict[str, Any] = {"now": NOW, "on_day": DAY}
    with closing(pilot.ledger()) as ledger:
        made = propose_correction(ledger, said, by="Ana Ruiz", **act)
        confirm_correction(ledger, made.event_id, by="Ben Cho", **act)
    assert address_of(pilot, ALDER) == "ana.smith@alder.test"
    gone(pilot)
    text = pilot.record.file.read_bytes() if pilot.record.file else b""
    assert b"@alder.test" not in text
    [first, *_] = entries(pilot)
    assert [sorted(change.items()) for change in first.payload["changes"]] == [
        [("column", "email"), *((part, "[erased]") for part in ("exported", "new", "old"))],
        [
            *(("column", "verified_on"), ("exported", "2026-03-01")),
            *(("new", "2026-03-30"), ("old", None)),
        ],
    ]
    assert address_of(pilot, ALDER) == ""
    assert address_of(pilot, BIRCH) == "tom@birch.test"
    with closing(pilot.ledger()) as ledger:
        assert ledger.verify().ok
        undo_correction(ledger, made.event_id, by="Ana Ruiz", **act)
    assert address_of(pilot, ALDER) == "maria@alder.test"


def test_every_figure_is_as_it_was(lived: Pilot) -> None:
    def figures() -> list[str]:
        verbs = (["metrics"], ["aging"], ["disputes"], ["route"])
        return [as_json(call(*verb, "--pilot", str(lived.folder), "--json").data) for verb in verbs]

    before = figures()
    gone(lived)
    assert figures() == before


def test_it_verifies_and_says_so(lived: Pilot) -> None:
    with closing(lived.ledger()) as ledger:
        head = ledger.head().hash
    gone(lived)
    said = call("verify", "--pilot", str(lived.folder), "--head", head, "--json")
    assert (said.status, said.data["ok"]) == (0, True)
    assert said.data["erased"] == ["2 entries were erased by Ana Ruiz on 2026-03-31."]


def test_what_was_approved_and_has_not_left_does_not_leave_without_its_text(
    built: Path, tmp_path: Path
) -> None:
    pilot = Pilot.open(shutil.copytree(built, tmp_path / "pilot"))
    approve(pilot)
    gone(pilot)
    report = run(pilot)
    assert files(pilot) == []
    assert why(report)


def test_an_entry_that_speaks_of_another_follows_it(lived: Pilot) -> None:
    [decision] = [entry for entry in entries(lived, "decision") if entry.subject == ALDER]
    with closing(lived.ledger()) as ledger:
        payload = {"event_id": decision.event_id, "severity": "material", "note": PLEDGE}
        ledger.append(
            Event(
                kind="override_marked",
                subject=f"mark:{decision.event_id}",
                by="Ana Ruiz",
                at=NOW,
                on_day=DAY,
                payload=payload,
            )
        )
    assert [one.kind for one in to_erase(lived, "alder").entries][-1] == "override_marked"


def test_who_is_unknown_or_why_is_refused(lived: Pilot) -> None:
    with pytest.raises(WrongCall, match="No customer 'cedar' is in the exports or in the record"):
        to_erase(lived, "cedar")
    with pytest.raises(WrongCall, match="by a named person and for a reason"):
        erase(lived, "alder", by=" ", why="x", now=NOW)


def test_what_somebody_writes_meanwhile_stops_it(
    lived: Pilot, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = to_erase

    def meanwhile(pilot: Pilot, customer: str) -> Any:
        found = plan(pilot, customer)
        with closing(pilot.ledger()) as ledger:
            flag_dispute(ledger, "B-1", reason="price", by="Ben Cho", now=NOW, on_day=DAY)
        return found

    monkeypatch.setattr("pipeline.keeping.erasing.to_erase", meanwhile)
    with pytest.raises(Stale):
        gone(lived)
    monkeypatch.undo()
    assert gone(lived).kind == "erased"


def test_the_verb_says_what_would_go_and_does_it_when_told(lived: Pilot) -> None:
    asked = ("erase", "--customer", "alder", "--by", "Ana", "--why", "asked", "--json")
    said = call(*asked, "--pilot", str(lived.folder))
    assert (said.status, said.data["erased_by"], len(said.data["entries"])) == (0, None, 2)
    assert "add --yes" in said.err
    done = call(*asked, "--yes", "--pilot", str(lived.folder))
    assert done.data["erased_by"] == entries(lived)[-1].event_id
