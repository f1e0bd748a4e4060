"""What the demo's people did: decided through the product's own rules, and told as its story says.

The shipped demo in data/demo is looked at; one test makes it afresh and compares every byte.
"""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipeline.attention import Planted, answer
from pipeline.attention.answering import TEAM
from pipeline.deciding import (
    accept_dispute,
    assign_dispute,
    close_dispute,
    decide,
    flag_dispute,
    is_override,
    is_stopped,
    kill_switch,
    record_promise,
    record_timing,
    undo,
)
from pipeline.deciding.corrections import Correction, confirm_correction, propose_correction
from pipeline.deciding.exemptions import grant_exemption
from pipeline.demo import GO_LIVE, LAST_DAY, STARTED_ON, STORIES, true_effect, write_demo
from pipeline.demo.casting import CAST, people
from pipeline.health.progress import clean_up
from pipeline.ledger import Ledger
from pipeline.model import MESSAGE_LANES, Decision, Draft, Entry
from pipeline.pilot import Pilot
from pipeline.protocol import Charter, Step, document_path, sign
from pipeline.proving import before_after, four_metrics
from pipeline.statistics import override_trend
from pipeline.warehouse import checks, corrections
from pipeline.warehouse.day import fridays
from tests.conftest import REPOSITORY

SHIPPED = REPOSITORY / "data" / "demo"
RENEWAL = STORIES["week_eight"].ids["rule"]
MENDING = {"correction_proposed", "correction_confirmed", "exemption_granted"}
AGREEING = {"protocol_frozen", "path_documented", "seeded_check_answered"}
WEEKS = fridays(GO_LIVE, LAST_DAY + timedelta(days=3))


@pytest.fixture(scope="session")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    """A copy of the shipped demo, as looking at it leaves a cache behind."""
    folder = tmp_path_factory.mktemp("shipped") / "demo"
    folder.mkdir()
    for name in tracked():
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(SHIPPED / name, folder / name)
    return Pilot.open(folder)


def tracked() -> list[str]:
    """The shipped files; an app that ran on them may have left its own beside."""
    exports = sorted(f"exports/{path.name}" for path in (SHIPPED / "exports").iterdir())
    return [*exports, "ledger.sqlite", "pilot.toml"]


@pytest.fixture(scope="session")
def entries(pilot: Pilot) -> list[Entry]:
    return pilot.entries()


@pytest.fixture(scope="session")
def standing(entries: list[Entry]) -> list[tuple[Entry, Decision]]:
    """The decisions that were not undone."""
    undone = {entry.payload["event_id"] for entry in entries if entry.kind == "undone"}
    decided = [e for e in entries if e.kind == "decision" and e.event_id not in undone]
    return [(entry, Decision(**entry.payload)) for entry in decided]


@pytest.fixture(scope="session")
def metrics(pilot: Pilot) -> dict[str, Any]:
    with pilot.day(LAST_DAY) as day:
        return four_metrics(day, pilot.settings)


# --- repeatable --------------------------------------------------------------------------------


def test_the_shipped_demo_is_what_its_seed_gives_to_the_byte(tmp_path: Path) -> None:
    write_demo(tmp_path, seed=7)
    made = {
        str(p.relative_to(tmp_path)): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()
    }
    shipped = {name: (SHIPPED / name).read_bytes() for name in tracked()}
    assert made.keys() == shipped.keys(), "a cache stays behind, or a file is missing"
    different = [name for name in made if made[name] != shipped[name]]
    assert not different, f"make demo, then commit data/demo: {different}"


def test_it_is_small_enough_to_carry() -> None:
    assert sum(path.stat().st_size for path in (SHIPPED / "exports").iterdir()) < 2_500_000
    assert (SHIPPED / "ledger.sqlite").stat().st_size < 1_500_000


def test_making_it_again_replaces_the_record_and_what_lies_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def quickly(folder: Path, books: object, seed: int) -> None:
        (folder / "ledger.sqlite").write_bytes(b"new")

    monkeypatch.setattr("pipeline.demo.keep_record", quickly)
    for name in ("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"):
        (tmp_path / name).write_bytes(b"old")
    write_demo(tmp_path)
    assert (tmp_path / "ledger.sqlite").read_bytes() == b"new"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["exports", "ledger.sqlite", "pilot.toml"]


# --- a sound record ----------------------------------------------------------------------------


def test_the_chain_holds(pilot: Pilot, entries: list[Entry]) -> None:
    with closing(pilot.ledger()) as ledger:
        found = ledger.verify()
    assert found.ok
    assert found.entries == len(entries) > 200


def test_written_again_through_the_rules_it_is_the_same_chain(
    entries: list[Entry], tmp_path: Path
) -> None:
    with closing(Ledger.open(tmp_path / "ledger.sqlite")) as ledger:
        for entry in entries:
            again = mend_again if entry.kind in MENDING else write_again
            (agree_again if entry.kind in AGREEING else again)(ledger, entry)
        assert ledger.head().hash == entries[-1].hash


def agree_again(ledger: Ledger, entry: Entry) -> None:
    """The same for what was signed and written down, and for the answers to seeded checks."""
    said, at = entry.payload, {"now": entry.at, "on_day": entry.on_day}
    match entry.kind:
        case "protocol_frozen":
            settings = Pilot.open(SHIPPED).settings
            sign(ledger, Charter(**said["charter"]), settings, by=entry.by, **at)
        case "path_documented":
            document_path(ledger, [Step(**step) for step in said["steps"]], by=entry.by, **at)
        case "seeded_check_answered":
            shown = Draft(case_id=said["case_id"], state="draft")
            planted = Planted(defect=said["defect"], draft=shown, wrong="x", sentence="x")
            seconds = said["review_seconds"]
            answer(ledger, planted, said["verdict"], shown, review_seconds=seconds, **at)


def correction_of(said: dict[str, Any]) -> Correction:
    """What was proposed; whether the address was stopped then shows in who had to confirm it."""
    whole = {name: said[name] for name in Correction.model_fields if name in said}
    return Correction(**whole, was_stopped=said["needs_second"])


def mend_again(ledger: Ledger, entry: Entry) -> None:
    """The same for what was mended, confirmed and excused."""
    said, who = entry.payload, {"by": entry.by, "now": entry.at, "on_day": entry.on_day}
    match entry.kind:
        case "correction_proposed":
            propose_correction(ledger, correction_of(said), **who)
        case "correction_confirmed":
            confirm_correction(ledger, said["event_id"], **who)
        case "exemption_granted":
            until = date.fromisoformat(said["expires_on"])
            grant_exemption(
                ledger, said["check"], reason=said["reason"], expires_on=until,
                invoice_id=said["invoice_id"], customer_id=said["customer_id"], **who,
            )  # fmt: skip


def write_again(ledger: Ledger, entry: Entry) -> None:
    """The same act by its own writer, which checks it as it checked the first one."""
    said, who = entry.payload, {"by": entry.by, "now": entry.at, "on_day": entry.on_day}
    invoice = str(said.get("invoice_id"))
    match entry.kind:
        case "decision":
            decide(ledger, Decision(**said), **who)
        case "undone":
            undo(ledger, said["event_id"], **who)
        case "kill_switch":
            kill_switch(ledger, said["on"], **who)
        case "promise_recorded":
            record_promise(
                ledger, said["invoice_ids"], date.fromisoformat(said["promised_on"]),
                message_id=said["message_id"], **who,
            )  # fmt: skip
        case "timing":
            record_timing(
                ledger, said["case_id"], said["kind"], active_minutes=said["active_minutes"],
                started_at=datetime.fromisoformat(said["started_at"]), **who,
            )  # fmt: skip
        case "dispute_flagged":
            amount = Decimal(said["amount"]) if said["amount"] else None
            flag_dispute(ledger, invoice, reason=said["reason"], amount=amount, **who)
        case "dispute_assigned":
            assign_dispute(ledger, invoice, owner=said["owner"], **who)
        case "dispute_accepted":
            accept_dispute(ledger, invoice, **who)
        case "dispute_closed":
            close_dispute(ledger, invoice, outcome=said["outcome"], **who)
        case other:
            pytest.fail(f"nobody in the demo does this: {other}")


def test_everybody_is_one_of_the_companys_people_in_office_hours(entries: list[Entry]) -> None:
    staff = {person.name for person in people() if person.active}
    assert {entry.by for entry in entries} - {TEAM} <= staff
    for entry in entries:
        assert entry.at.date() == entry.on_day, entry
        assert entry.on_day.weekday() < 5, entry
        begins = STARTED_ON if entry.kind in MENDING | AGREEING else GO_LIVE
        assert begins <= entry.on_day <= LAST_DAY, entry
        assert 9 <= entry.at.hour < 18, entry


def test_entries_lie_in_order_of_time(entries: list[Entry]) -> None:
    acts = [entry for entry in entries if entry.kind != "timing"]
    assert all(one.at <= other.at for one, other in pairwise(acts))


def test_only_the_segment_is_worked_on_and_the_stories_are_left_alone(
    pilot: Pilot, standing: list[tuple[Entry, Decision]]
) -> None:
    with pilot.day(LAST_DAY) as day:
        rows = day.metric("override_decisions", customers="SEGMENT").rows
    assert len(rows) == len(standing)
    assert not {decision.customer_id for _, decision in standing} & CAST.keys()


def test_what_went_out_was_meant_for_a_message_lane(
    standing: list[tuple[Entry, Decision]],
) -> None:
    sent = [decision for _, decision in standing if decision.verdict in ("approve", "edit")]
    assert len(sent) > 40
    assert {decision.lane for decision in sent} <= MESSAGE_LANES
    assert all(decision.to.endswith(".example") and decision.approved_hash for decision in sent)
    assert not [decision for decision in sent if decision.protected_change]


def test_edits_are_small_and_taken_or_large_and_explained(
    standing: list[tuple[Entry, Decision]],
) -> None:
    edits = [decision for _, decision in standing if decision.verdict == "edit"]
    small = [edit for edit in edits if not is_override(edit)]
    assert len(small) >= 5
    assert len(edits) - len(small) >= 5
    assert all(edit.reason == "TONE" and edit.edit_rate > 0.2 for edit in edits if edit.reason)
    assert all(0 < edit.edit_rate <= 0.1 for edit in small)


def test_verdicts_and_reasons_are_of_many_kinds(standing: list[tuple[Entry, Decision]]) -> None:
    verdicts = {decision.verdict for _, decision in standing}
    reasons = {decision.reason for _, decision in standing if is_override(decision)}
    assert verdicts == {"approve", "edit", "reroute", "hold", "reject"}
    assert reasons >= {"CONTACT", "PAID", "DISPUTE_MISSED", "RELATIONSHIP", "TIMING", "TONE"}


# --- minutes -----------------------------------------------------------------------------------


def test_every_decision_was_timed_once_and_every_reroute_besides(entries: list[Entry]) -> None:
    timed = Counter(entry.payload["kind"] for entry in entries if entry.kind == "timing")
    decided = [entry for entry in entries if entry.kind == "decision"]
    rerouted = [entry for entry in decided if entry.payload["verdict"] == "reroute"]
    checks = [entry for entry in entries if entry.kind == "seeded_check_answered"]
    assert checks
    assert timed == {
        "review": len(decided),
        "reroute": len(rerouted),
        "supervision": len(checks),
    }
    minutes = [e.payload["active_minutes"] for e in entries if e.kind == "timing"]
    assert all(0.5 < spent < 40 for spent in minutes)


def test_no_work_is_counted_twice(pilot: Pilot) -> None:
    with pilot.day(LAST_DAY) as day:
        items = day.metric("work_items", customers="SEGMENT").rows
    told = {item["kind"]: {len(i["item_id"]) > 6 for i in items if i["kind"] == item["kind"]}
            for item in items}  # fmt: skip
    assert told["review"] == told["reroute"] == {True}, "by the record"
    assert told["prep"] == told["rework"] == {False}, "by the prep log"
    assert told["supervision"] == {False, True}, "by the prep log, and seeded checks by the record"


def test_preparing_fell_and_the_whole_much_less(metrics: dict[str, Any]) -> None:
    human = metrics["prep_minutes"]["human_minutes_per_resolved"]
    assert human["verdict"] == "moved the queue"
    assert human["after"] < human["before"]


# --- week eight --------------------------------------------------------------------------------


def test_every_week_since_go_live_has_at_least_five_decisions(metrics: dict[str, Any]) -> None:
    weeks = metrics["override_rate"]["weeks"]
    assert len(weeks) == len(WEEKS) == 9
    assert all(week["n"] >= 5 for week in weeks[:8])
    assert weeks[8]["n"] == 0, "the queue of the last two days is the reader's"
    assert sum(week["n"] for week in weeks[:8]) / 8 >= 12


def by_rule(standing: list[tuple[Entry, Decision]], rule: str) -> tuple[list[int], list[int]]:
    """Overrides and decisions of one rule, week by week."""
    k, n = [0] * len(WEEKS), [0] * len(WEEKS)
    for entry, decision in standing:
        if decision.rule == rule:
            week = next(w for w, (_, end) in enumerate(WEEKS) if entry.on_day <= end)
            k[week] += is_override(decision)
            n[week] += 1
    return k, n


def test_the_whole_rate_cannot_be_told_to_fall(metrics: dict[str, Any]) -> None:
    found = metrics["override_rate"]
    assert found["verdict"] in ("cannot tell", "not falling")
    assert found["routing"]["verdict"] in ("cannot tell", "not falling")


def test_routine_drafts_are_overridden_less_and_less(
    standing: list[tuple[Entry, Decision]],
) -> None:
    k, n = by_rule(standing, "routine")
    assert override_trend(k, n).verdict == "falling"


def test_before_a_renewal_they_are_overridden_throughout(
    standing: list[tuple[Entry, Decision]],
) -> None:
    k, n = by_rule(standing, RENEWAL)
    assert override_trend(k, n).verdict in ("cannot tell", "not falling")
    assert sum(n) >= 20
    for half in (slice(0, 5), slice(5, 9)):
        assert sum(k[half]) / sum(n[half]) >= 0.7
    late, others = sum(k[5:]), sum(by_rule(standing, "routine")[0][5:])
    assert late > others, "the rule that makes most of the late overrides"


def test_the_figures_count_what_the_record_says(
    standing: list[tuple[Entry, Decision]], metrics: dict[str, Any]
) -> None:
    k, n = [0] * len(WEEKS), [0] * len(WEEKS)
    for rule in {decision.rule for _, decision in standing}:
        for total, part in zip((k, n), by_rule(standing, rule), strict=True):
            total[:] = [a + b for a, b in zip(total, part, strict=True)]
    weeks = metrics["override_rate"]["weeks"]
    assert [week["k"] for week in weeks] == k
    assert [week["n"] for week in weeks] == n


def test_the_effect_is_there_and_cannot_be_told(pilot: Pilot) -> None:
    with pilot.day(LAST_DAY) as day:
        found = before_after(day, pilot.settings)
    low, high = found["rdpd30"]["count"]["ci95"]
    assert found["verdict"] == "cannot tell"
    assert low < true_effect() < 0 < high


# --- looking from an earlier day ---------------------------------------------------------------


@pytest.mark.parametrize("on", [date(2026, 2, 6), date(2026, 2, 20), date(2026, 3, 13)])
def test_an_earlier_day_knows_the_decisions_until_then_alone(
    pilot: Pilot, standing: list[tuple[Entry, Decision]], on: date
) -> None:
    with pilot.day(on) as day:
        found = four_metrics(day, pilot.settings)["override_rate"]
    known = [decision for entry, decision in standing if entry.on_day <= on]
    assert found["n"] == len(known)
    assert found["k"] == sum(map(is_override, known))


def approved_lately(entries: list[Entry], on: date) -> Iterator[str]:
    """Customers to whom a message was approved less than seven days ago, and not taken back."""
    undone = {entry.payload["event_id"] for entry in entries if entry.kind == "undone"}
    for entry in entries:
        if entry.kind == "decision" and entry.event_id not in undone:
            sent = entry.payload["verdict"] in ("approve", "edit")
            if sent and timedelta(0) <= on - entry.on_day < timedelta(days=7):
                yield entry.payload["customer_id"]


@pytest.mark.parametrize(
    "on", [date(2026, 2, 5), date(2026, 2, 17), date(2026, 3, 2), date(2026, 3, 20), LAST_DAY]
)
def test_nobody_written_to_within_seven_days_is_offered_again(
    pilot: Pilot, entries: list[Entry], on: date
) -> None:
    with pilot.day(on) as day:
        desk = pilot.desk(day)
    offered = {case.customer_id for case in desk.cases if case.lane in MESSAGE_LANES}
    lately = set(approved_lately(entries, on))
    assert lately
    assert not offered & lately


def test_a_decision_about_the_same_invoices_ends_a_reroute_and_a_hold(
    pilot: Pilot, standing: list[tuple[Entry, Decision]]
) -> None:
    last: dict[str, Decision] = {}
    for _, decision in standing:
        last |= dict.fromkeys(decision.invoice_ids, decision)
    with pilot.day(LAST_DAY) as day:
        rows = {row["invoice_id"]: row for row in day.table("decided_invoices")}
    assert rows.keys() == last.keys()
    for invoice_id, decision in last.items():
        assert rows[invoice_id]["rerouted_to"] == decision.new_lane, invoice_id
        assert rows[invoice_id]["hold_until"] == decision.hold_until, invoice_id


# --- the clean-up before go-live ---------------------------------------------------------------


def test_the_clean_up_was_done_before_go_live_and_confirmed_by_others(
    entries: list[Entry],
) -> None:
    mended = [entry for entry in entries if entry.kind in MENDING]
    assert Counter(entry.kind for entry in mended) == {
        "correction_proposed": 7,
        "correction_confirmed": 4,
        "exemption_granted": 1,
    }
    assert all(entry.on_day < GO_LIVE for entry in mended)
    proposed = {entry.event_id: entry for entry in mended}
    for entry in mended:
        if entry.kind == "correction_confirmed":
            assert proposed[entry.payload["event_id"]].by != entry.by


def test_mending_took_a_quarter_off_what_bad_data_stops_and_left_the_stories(
    pilot: Pilot, entries: list[Entry]
) -> None:
    with pilot.day(LAST_DAY) as day:
        steps = clean_up(day, pilot.books(), pilot.lens(), entries)
        made = [row["state"] for row in corrections.made_corrections(day)]
        blocked = {row["invoice_id"] for name in checks.checks() for row in day.check(name)}
    amounts = [step["amount"] for step in steps]
    assert len(steps) > 8
    assert amounts == sorted(amounts, reverse=True)
    assert amounts[-1] < amounts[0] * Decimal("0.75")
    assert set(made) == {"counting"}
    kept = ("missing_po", "departed_clerk", "terms_conflict")
    assert {STORIES[name].ids["invoice"] for name in kept} <= blocked


# --- the stories of the record -----------------------------------------------------------------


def test_promises_hold_the_chase_back_until_they_are_broken(pilot: Pilot) -> None:
    running, broken = STORIES["promise_running"].ids, STORIES["promise_broken"].ids
    with pilot.day(LAST_DAY) as day:
        routes = {route.invoice_id: route for route in pilot.desk(day).routes}
        said = {row["invoice_id"]: row["promised_on"] for row in day.table("promises")}
    assert routes[running["invoice"]].rule == "promise running"
    assert said[running["invoice"]] == date(2026, 4, 10)
    assert routes[broken["invoice"]].lane == "routine"
    assert said[broken["invoice"]] == date(2026, 3, 20)


def test_every_promise_cites_a_message_that_had_come(pilot: Pilot, entries: list[Entry]) -> None:
    with pilot.day(LAST_DAY) as day:
        rows = day.select("select message_id, invoice_id, sent_at from intake_messages")
    sent = {row["message_id"]: row for row in rows}
    promises = [entry for entry in entries if entry.kind == "promise_recorded"]
    assert len(promises) >= 5
    for promise in promises:
        message = sent[promise.payload["message_id"]]
        assert promise.payload["invoice_ids"] == [message["invoice_id"]]
        assert message["sent_at"] < promise.at.replace(tzinfo=None)


def test_one_approval_was_taken_back_and_sent_in_other_words(entries: list[Entry]) -> None:
    (undone,) = [entry for entry in entries if entry.kind == "undone"]
    about = [e for e in entries if e.subject == undone.subject and e.on_day == undone.on_day]
    assert [entry.kind for entry in about] == ["decision", "undone", "decision"]
    assert [e.payload.get("verdict") for e in about] == ["approve", None, "edit"]
    assert {entry.by for entry in about} == {undone.by}


def test_everything_was_stopped_until_somebody_had_called(entries: list[Entry]) -> None:
    switches = [entry for entry in entries if entry.kind == "kill_switch"]
    assert [entry.payload["on"] for entry in switches] == [True, False]
    assert {entry.on_day for entry in switches} == {date(2026, 3, 27)}
    assert not is_stopped(entries)


def test_disputes_found_in_review_reached_their_owners(entries: list[Entry]) -> None:
    steps: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        if entry.kind.startswith("dispute_"):
            steps[entry.subject].append(entry.kind.removeprefix("dispute_"))
    assert len(steps) >= 2
    whole = ["flagged", "assigned", "accepted", "closed"]
    assert all(found == whole[: len(found)] for found in steps.values())
    assert whole in steps.values()
