"""What is routed anew after an entry: its own customer, or everybody when that is not certain."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from pipeline.deciding import touched
from pipeline.model import Entry, Event
from pipeline.pilot import Pilot
from pipeline.warehouse.day import Day
from tests.shipped import shipped

NOW = datetime(2026, 3, 31, 9, tzinfo=UTC)


def entry(seq: int, kind: str, **payload: Any) -> Entry:
    return Entry(
        seq=seq,
        event_id=f"e{seq}",
        kind=kind,
        subject="x",
        version=1,
        by="Ana",
        at=NOW,
        on_day=date(2026, 3, 31),
        payload=payload,
        previous="",
        hash=f"h{seq}",
    )


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    return Pilot.open(shipped(tmp_path_factory.mktemp("reach") / "demo"))


DECIDED = entry(1, "decision", customer_id="c1")


@pytest.mark.parametrize(
    ("later", "reached"),
    [
        ([], set()),
        ([entry(2, "timing"), entry(3, "seeded_check_answered")], set()),
        ([entry(2, "decision", customer_id="c2")], {"c2"}),
        ([entry(2, "undone", event_id="e1")], {"c1"}),
        ([entry(2, "undone", event_id="e9")], None),
        ([entry(2, "reply_closed", customer_id="c3")], {"c3"}),
        ([entry(2, "reply_reopened", event_id="e1", customer_id="c3")], {"c3"}),
        ([entry(2, "dispute_flagged"), entry(3, "timing")], None),
        ([entry(2, "correction_proposed")], None),
        ([entry(2, "item_filed")], None),
        ([entry(2, "kill_switch", on=True)], None),
        ([entry(2, "some future kind")], None),
    ],
)
def test_only_decisions_are_known_to_stay_with_their_customer(
    later: list[Entry], reached: set[str] | None
) -> None:
    assert touched([DECIDED, *later], [DECIDED]) == reached


def test_another_record_or_a_shorter_one_reaches_everybody() -> None:
    assert touched([], [DECIDED]) is None
    assert touched([DECIDED.model_copy(update={"hash": "other"})], [DECIDED]) is None


@pytest.mark.parametrize("verdict", ["approve", "hold", "reject", "reroute"])
def test_the_desk_made_again_is_the_desk_made_anew(pilot: Pilot, verdict: str) -> None:
    """On the demo: after each verdict on the first cases, and after one that is taken back."""
    entries = pilot.entries()
    on = pilot.as_of()
    with Day(pilot.books(), on, pilot.lens(), entries) as day:
        before = pilot.desk(day)
    chosen = [case for case in before.cases if case.lane in ("routine", "relationship")][:3]
    later = list(entries)
    for case in chosen:
        payload = {
            "case_id": case.case_id,
            "customer_id": case.customer_id,
            "lane": case.lane,
            "rule": case.rule,
            "verdict": verdict,
            "invoice_ids": list(case.invoice_ids),
            "new_lane": "hands_off" if verdict == "reroute" else None,
            "hold_until": "2026-04-09" if verdict == "hold" else None,
        }
        later.append(_next(later, "decision", case.case_id, payload))
    first = later[len(entries)]
    later.append(_next(later, "undone", first.subject, {"event_id": first.event_id}))
    reached = touched(later, entries)
    assert reached == {case.customer_id for case in chosen}
    with Day(pilot.books(), on, pilot.lens(), later) as day:
        again = pilot.desk_again(day, before, reached)
        anew = pilot.desk(day)
    assert again.routes == anew.routes
    assert again.cases == anew.cases
    assert dict(again.rows) == dict(anew.rows)
    assert (again.cases != before.cases) == (verdict != "reject")  # a rejection moves nothing


def _next(entries: list[Entry], kind: str, subject: str, payload: dict[str, Any]) -> Entry:
    event = Event(
        kind=kind,  # type: ignore[arg-type]  # one of the two above
        subject=subject,
        by="Ana",
        at=NOW,
        on_day=date(2026, 3, 31),
        payload=payload,
    )
    n = len(entries) + 1
    return entry(n, kind, **payload).model_copy(update={"subject": event.subject})
