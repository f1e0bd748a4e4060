"""What may leave and what may not, judged on the books and the record as they stand now."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.acting import Moment, decide_case, draft_case
from pipeline.deciding import countersign, flag_dispute, kill_switch, undo
from pipeline.model import CountbackError, Decision, Entry, Event, fingerprint
from pipeline.outbox.turn import turn
from pipeline.pilot import Pilot
from pipeline.sending.calendar import country_code, rest_day
from tests.outbox.world import (
    ALDER,
    ANA,
    BIRCH,
    DAY,
    NOW,
    approve,
    entries,
    files,
    hash_of,
    ledger_of,
    redraw,
    replaced,
    run,
    sentences,
    why,
    world,
)

ACT = {"by": "Ben Cho", "now": NOW, "on_day": DAY}


# --- what leaves -----------------------------------------------------------------------------


def test_an_approved_message_becomes_one_file_with_its_proof(pilot: Pilot) -> None:
    approval = approve(pilot)
    report = run(pilot)
    [path] = files(pilot)
    assert hash_of(path) == approval.payload["approved_hash"]
    [(one, proof)] = report.handed_over
    assert (one.entry, proof.by) == (approval, "outbox")
    assert proof.payload["file"] == f"outbox/{path.name}"
    assert proof.payload["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [e.kind for e in entries(pilot)] == ["decision", "handing_over", "handed_over"]
    assert not report.needs_a_person


def test_what_left_does_not_leave_again(pilot: Pilot) -> None:
    approve(pilot)
    run(pilot)
    [path] = files(pilot)
    path.unlink()  # a person's mail program has taken it
    assert run(pilot).handed_over == ()
    assert files(pilot) == []


def test_an_edit_leaves_as_it_was_edited(pilot: Pilot) -> None:
    with pilot.day(DAY) as day:
        body = draft_case(pilot, day, ALDER).draft.body.replace("Kind regards", "Thank you")
        entry = decide_case(pilot, day, ALDER, verdict="edit", moment=ANA, body=body, reason="TONE")
    run(pilot)
    [path] = files(pilot)
    assert hash_of(path) == entry.payload["approved_hash"]
    assert "Thank you" in path.read_text()


def test_a_dry_run_says_what_would_leave_and_writes_nothing(pilot: Pilot) -> None:
    approve(pilot)
    report = run(pilot, dry_run=True)
    assert [one.entry.subject for one in report.ready] == [ALDER]
    assert files(pilot) == []
    assert [e.kind for e in entries(pilot)] == ["decision"]


def test_without_approval_nothing_leaves(pilot: Pilot) -> None:
    report = run(pilot)
    assert (report.handed_over, report.ready, report.kept) == ((), (), ())
    assert not pilot.record.exists()


@pytest.mark.parametrize("verdict", ["reject", "hold"])
def test_other_verdicts_are_no_approval(pilot: Pilot, verdict: str) -> None:
    with pilot.day(DAY) as day:
        decide_case(
            pilot,
            day,
            ALDER,
            verdict=verdict,  # type: ignore[arg-type]
            moment=ANA,
            reason="TIMING",
            until=DAY + timedelta(days=3),
        )
    assert run(pilot).handed_over == ()


# --- what is void ----------------------------------------------------------------------------

VOID = {
    "a part payment": (
        lambda p: redraw(
            p,
            "applications.csv\napplication_id | invoice_id | kind | effective_on | amount"
            " | currency\nX-1 | A-1 | cash | 2026-03-30 | 1.00 | USD",
        ),
        "A-1 is open with $1,000.00; now it is $999.00",
    ),
    "paid in full": (
        lambda p: redraw(
            p,
            "applications.csv\napplication_id | invoice_id | kind | effective_on | amount"
            " | currency\nX-1 | A-1 | cash | 2026-03-30 | 1000.00 | USD",
        ),
        "A-1 is no longer open",
    ),
    "another due day": (
        lambda p: replaced(p, "invoices.csv", "2026-02-09", "2026-02-19"),
        "A-1 is due on 9 February 2026; now it is 19 February 2026",
    ),
    "other terms everywhere": (
        lambda p: [replaced(p, f, "NET30", "NET60") for f in ("invoices.csv", "customers.csv")],
        "A-1 has the terms NET30; now it is NET60",
    ),
    "terms that disagree": (
        lambda p: replaced(p, "customers.csv", "NET30", "NET60"),
        "terms",
    ),
    "another address": (
        lambda p: replaced(p, "contacts.csv", "maria@alder.test", "ap@alder.test"),
        "ap@alder.test",
    ),
    "another person": (lambda p: replaced(p, "contacts.csv", "Maria Shaw", "Eve Long"), "Eve Long"),
    "a contact who left": (
        lambda p: replaced(
            p, "contacts.csv", "maria@alder.test,2026-03-01,active", "maria@alder.test,,left"
        ),
        "left",
    ),
    "a dispute in the exports": (
        lambda p: redraw(
            p, "disputes.csv\ndispute_id | invoice_id | flagged_at\nQ | A-1 | 2026-03-31T09:00:00Z"
        ),
        "disputed",
    ),
    "another invoice of the case": (
        lambda p: replaced(
            p, "invoices.csv", "B-1,", "A-2,alder,2026-01-11,2026-02-10,50.00,USD,NET30\nB-1,"
        ),
        "A-2 has joined the case",
    ),
    "another company name": (
        lambda p: (p.folder / "pilot.toml").write_text(
            (p.folder / "pilot.toml").read_text().replace("Northlight Software", "Other Inc")
        ),
        "Northlight",
    ),
}


@pytest.mark.parametrize("name", VOID)
def test_what_has_changed_since_the_approval_makes_it_void(pilot: Pilot, name: str) -> None:
    change, words = VOID[name]
    approve(pilot)
    change(pilot)
    report = run(pilot)
    assert report.handed_over == ()
    assert files(pilot) == []
    assert set(why(report)) == {"void"}
    assert words in sentences(report)
    assert report.needs_a_person


def test_a_dispute_flagged_since_voids_it_and_the_other_customer_s_goes(pilot: Pilot) -> None:
    approve(pilot, ALDER)
    approve(pilot, BIRCH)
    with ledger_of(pilot) as ledger:
        flag_dispute(ledger, "A-1", reason="short delivery", **ACT)
    report = run(pilot)
    assert [one.entry.subject for one, _ in report.handed_over] == [BIRCH]
    assert "disputed" in sentences(report)


def test_a_dispute_taken_on_a_later_day_of_the_books_counts_all_the_same(pilot: Pilot) -> None:
    approve(pilot)
    with ledger_of(pilot) as ledger:
        flag_dispute(
            ledger, "A-1", reason="price", by="Ben", now=NOW, on_day=DAY + timedelta(days=9)
        )
    assert set(why(run(pilot))) == {"void"}


def test_a_later_verdict_replaces_the_approval(pilot: Pilot) -> None:
    approve(pilot)
    with pilot.day(DAY) as day:
        decide_case(
            pilot,
            day,
            ALDER,
            verdict="hold",
            moment=ANA,
            reason="TIMING",
            until=DAY + timedelta(days=5),
        )
    report = run(pilot)
    assert (report.handed_over, why(report)) == ((), ["replaced"])


def test_what_was_taken_back_does_not_leave(pilot: Pilot) -> None:
    approval = approve(pilot)
    with ledger_of(pilot) as ledger:
        undo(ledger, approval.event_id, **ACT)
    report = run(pilot)
    assert (report.handed_over, report.kept) == ((), ())


def test_what_left_cannot_be_taken_back(pilot: Pilot) -> None:
    approval = approve(pilot)
    run(pilot)
    with ledger_of(pilot) as ledger, pytest.raises(CountbackError, match="no longer be undone"):
        undo(ledger, approval.event_id, **ACT)


def test_the_kill_switch_holds_everything_back_until_it_is_let_go(pilot: Pilot) -> None:
    approve(pilot)
    with ledger_of(pilot) as ledger:
        kill_switch(ledger, True, **ACT)
    report = run(pilot)
    assert (report.handed_over, why(report), report.needs_a_person) == ((), ["stopped"], True)
    with ledger_of(pilot) as ledger:
        kill_switch(ledger, False, **ACT)
    assert len(run(pilot).handed_over) == 1


def test_the_switch_thrown_between_the_look_and_the_claim_still_stops(pilot: Pilot) -> None:
    approve(pilot)

    def throw(step: int) -> None:
        if step == 3:
            with ledger_of(pilot) as ledger:
                kill_switch(ledger, True, **ACT)

    report = run(pilot, step=throw)
    assert (report.handed_over, why(report), files(pilot)) == ((), ["stopped"], [])


def test_a_payment_that_arrives_between_the_look_and_the_claim_still_voids(pilot: Pilot) -> None:
    approve(pilot)

    def pay(step: int) -> None:
        if step == 3:
            VOID["paid in full"][0](pilot)

    report = run(pilot, step=pay)
    assert (report.handed_over, files(pilot)) == ((), [])
    assert "no longer open" in sentences(report)


# --- the record's own word ----------------------------------------------------------------------


def forged(pilot: Pilot, by: str = "Ana Ruiz", **changed: str) -> None:
    """An approval as it stands, but for what the test changes, written past the rules."""
    entry = approve(pilot)
    with ledger_of(pilot) as ledger:
        undo(ledger, entry.event_id, **ACT)
        said = Decision(**{**entry.payload, **changed})
        event = Event(
            kind="decision",
            subject=ALDER,
            by=by,
            at=NOW,
            on_day=DAY,
            payload=said.model_dump(mode="json"),
        )
        ledger.append(event)


def test_other_bytes_than_the_approved_ones_do_not_leave(pilot: Pilot) -> None:
    forged(pilot, final_body="Pay me instead.")
    assert why(run(pilot)) == ["bytes"]


def test_bytes_that_the_books_do_not_bear_out_do_not_leave(pilot: Pilot) -> None:
    text = "Please pay $9,999.00 to IBAN DE89370400440532013000."
    to, subject = "maria@alder.test", "Invoice A-1"
    forged(
        pilot,
        final_body=text,
        to=to,
        subject=subject,
        approved_hash=fingerprint(to, subject, text),
    )
    assert set(why(run(pilot))) == {"void"}


def test_nobody_s_approval_is_none(pilot: Pilot) -> None:
    forged(pilot, by=" ")
    assert why(run(pilot)) == ["approver"]


def test_only_the_named_approvers_count_when_they_are_named(tmp_path: Path) -> None:
    pilot = world(tmp_path / "pilot", outbox='approvers = ["Ben Cho"]')
    approve(pilot, ALDER, by="Ana Ruiz")
    approve(pilot, BIRCH, by="Ben Cho")
    report = run(pilot)
    assert [one.entry.by for one, _ in report.handed_over] == ["Ben Cho"]
    assert why(report) == ["approver"]


# --- when ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outbox", "last", "expected"),
    [
        ("", "2026-03-25", ["void", "gap"]),  # the gap counts for every lane, whatever rule
        ("gap_days = 0", "2026-03-20", []),
        ("gap_days = 14", "2026-03-20", ["gap"]),
        ("gap_days = 11", "2026-03-20", []),
    ],
)
def test_days_lie_between_two_messages_to_one_account(
    tmp_path: Path, outbox: str, last: str, expected: list[str]
) -> None:
    pilot = world(tmp_path / "pilot", outbox=outbox)
    approve(pilot)
    redraw(
        pilot,
        "messages.csv\nmessage_id | customer_id | direction | sent_at | sender | recipients"
        " | subject | body\n"
        f"m1 | alder | out | {last}T09:00:00Z | ana@northlight.test | maria@alder.test"
        " | Invoice A-1 | A reminder of invoice A-1.",
    )
    report = run(pilot)
    assert sorted(set(why(report)) - {"void"}) == [c for c in expected if c != "void"]


def test_two_messages_to_one_customer_do_not_leave_on_one_day(tmp_path: Path) -> None:
    pilot = world(tmp_path / "pilot")
    replaced(pilot, "invoices.csv", "B-1,birch", "B-1,alder")
    replaced(pilot, "invoices.csv", "700.00,USD", "700.00,EUR")
    approve(pilot, ALDER)
    with ledger_of(pilot) as ledger:
        first = ledger.about(ALDER)[0]
    with pilot.day(DAY) as day:
        assert first.payload["invoice_ids"] == ["A-1"]
        assert {c.case_id for c in pilot.desk(day).cases} == {
            "alder/routine/USD",
            "alder/routine/EUR",
        }
    approve(pilot, "alder/routine/EUR")
    report = run(pilot)
    assert (len(report.handed_over), why(report), report.needs_a_person) == (1, ["gap"], False)
    again = run(pilot)
    assert (len(again.handed_over), why(again)) == (0, ["gap"])


@pytest.mark.parametrize(
    ("now", "why_not"),
    [
        (datetime(2026, 4, 3, 9, tzinfo=UTC), {"alder": "", "birch": ""}),  # Good Friday
        (datetime(2026, 4, 4, 9, tzinfo=UTC), {"alder": "rest_day", "birch": "rest_day"}),
    ],
)
def test_nobody_is_written_to_on_a_day_of_rest(
    pilot: Pilot, now: datetime, why_not: dict[str, str]
) -> None:
    approve(pilot, ALDER)
    approve(pilot, BIRCH)
    report = run(pilot, now=now)
    found = {one.decision.customer_id: one.reasons[0].code for one in report.kept}
    assert found == {name: code for name, code in why_not.items() if code}
    assert not report.needs_a_person


@pytest.mark.parametrize(
    ("day", "country", "why_not"),
    [
        (date(2026, 7, 3), "US", "Independence Day (observed)"),
        (date(2026, 7, 3), "United States", "Independence Day (observed)"),
        (date(2026, 7, 3), "GB", ""),
        (date(2026, 12, 25), "Germany", "Christmas Day"),
        (date(2026, 12, 25), None, ""),
        (date(2026, 4, 3), "SA", "Friday"),  # Friday and Saturday rest there
        (date(2026, 4, 5), "SA", ""),
        (date(2026, 4, 4), "Nowhere", "Saturday"),
        (date(2026, 4, 6), None, ""),
    ],
)
def test_the_calendar_is_the_customer_s_country_s(
    day: date, country: str | None, why_not: str
) -> None:
    found = rest_day(day, country)
    assert (found == why_not) or (why_not == "Christmas Day" and bool(found))
    assert rest_day(day, country) == found


def test_a_country_is_known_by_code_or_name() -> None:
    known = ("us", "USA", "United States", "U.S.A.", "UK", "Germany", "DEU", "", "Atlantis")
    expected = ["US", "US", "US", "US", "GB", "DE", "DE", None, None]
    assert [country_code(name) for name in known] == expected
    assert rest_day(date(2026, 12, 25), "Atlantis", fallback="US") == "Christmas Day"


def test_an_approval_rests_as_long_as_it_is_to_be_undone(tmp_path: Path) -> None:
    pilot = world(tmp_path / "pilot", outbox="undo_minutes = 30")
    approve(pilot)
    early = run(pilot, now=NOW + timedelta(minutes=29))
    assert (early.handed_over, why(early), early.needs_a_person) == ((), ["undo"], False)
    assert len(run(pilot, now=NOW + timedelta(minutes=30)).handed_over) == 1


def test_an_old_approval_lapses(tmp_path: Path) -> None:
    pilot = world(tmp_path / "pilot", outbox="valid_days = 2")
    approve(pilot, as_of=date(2026, 3, 28))
    report = run(pilot)
    assert (report.handed_over, why(report), report.needs_a_person) == ((), ["lapsed"], False)


def test_from_an_earlier_day_nothing_leaves(pilot: Pilot) -> None:
    approve(pilot, as_of=date(2026, 3, 27))
    report = run(pilot, as_of=date(2026, 3, 27))
    assert (report.handed_over, why(report)) == ((), ["look_back"])


@pytest.mark.parametrize("started", ["2026-03-15", "2026-04-15"])
def test_before_go_live_nothing_leaves(tmp_path: Path, started: str) -> None:
    pilot = world(tmp_path / "pilot")
    approve(pilot)
    settings = pilot.folder / "pilot.toml"
    settings.write_text(settings.read_text().replace("2026-02-15", started))
    report = run(pilot)
    assert (report.handed_over, why(report)) == ((), ["phase"])


# --- one at a time --------------------------------------------------------------------------------


def test_two_runs_do_not_hand_over_together(pilot: Pilot) -> None:
    approve(pilot)
    with turn(pilot.folder), pytest.raises(CountbackError, match="another hand-over is running"):
        run(pilot)
    assert len(run(pilot).handed_over) == 1


def test_a_folder_that_cannot_be_written_leaves_the_approval_as_it_was(pilot: Pilot) -> None:
    approve(pilot)
    (pilot.folder / "outbox").mkdir()
    (pilot.folder / "outbox" / ".coming").write_text("in the way")
    report = run(pilot)
    assert (report.handed_over, why(report)) == ((), ["unwritable"])
    (pilot.folder / "outbox" / ".coming").unlink()
    assert len(run(pilot).handed_over) == 1


# --- four eyes above the limit -----------------------------------------------------------------


def edited(pilot: Pilot, by: str = "Ana Ruiz") -> Entry:
    with pilot.day(DAY) as day:
        body = draft_case(pilot, day, ALDER).draft.body.replace("Kind regards", "Thank you")
        moment = Moment(by, NOW)
        return decide_case(pilot, day, ALDER, verdict="edit", moment=moment, body=body)


def test_above_the_limit_an_edit_waits_for_a_second_person(tmp_path: Path) -> None:
    pilot = world(tmp_path / "p", outbox="second_person_above = 999.99")
    entry = edited(pilot)
    report = run(pilot)
    assert (files(pilot), why(report)) == ([], ["second_person"])
    assert "Ana Ruiz changed the text, and it is above 999.99 USD" in sentences(report)
    with ledger_of(pilot) as ledger:
        countersign(ledger, entry.event_id, **ACT)
    run(pilot)
    [path] = files(pilot)
    assert hash_of(path) == entry.payload["approved_hash"]


def test_at_the_limit_and_for_a_draft_as_it_was_nobody_else_is_asked(tmp_path: Path) -> None:
    at = world(tmp_path / "at", outbox="second_person_above = 1000.00")
    edited(at)
    as_drafted = world(tmp_path / "drafted", outbox="second_person_above = 0")
    approve(as_drafted)
    for pilot in (at, as_drafted):
        run(pilot)
        assert len(files(pilot)) == 1


@pytest.mark.parametrize("by", ["Ana Ruiz", " ana  RUIZ ", ""])
def test_the_author_s_own_second_signature_counts_for_nothing(pilot: Pilot, by: str) -> None:
    entry = edited(pilot)
    with ledger_of(pilot) as ledger, pytest.raises(CountbackError):
        countersign(ledger, entry.event_id, by=by, now=NOW, on_day=DAY)
    assert [e.kind for e in entries(pilot)] == ["decision"]


def test_who_may_not_approve_may_not_countersign_either(tmp_path: Path) -> None:
    outbox = 'second_person_above = 1\napprovers = ["Ana Ruiz", "Cy Low"]'
    pilot = world(tmp_path / "p", outbox=outbox)
    entry = edited(pilot)
    with ledger_of(pilot) as ledger:
        countersign(ledger, entry.event_id, **ACT)
    assert why(run(pilot)) == ["second_person"]
    with ledger_of(pilot) as ledger:
        countersign(ledger, entry.event_id, by="Cy Low", now=NOW, on_day=DAY)
    assert len(run(pilot).handed_over) == 1


def test_a_countersignature_stands_by_one_text_and_not_by_the_next(tmp_path: Path) -> None:
    pilot = world(tmp_path / "p", outbox="second_person_above = 1")
    first = edited(pilot)
    with ledger_of(pilot) as ledger:
        countersign(ledger, first.event_id, **ACT)
        undo(ledger, first.event_id, by="Ana Ruiz", now=NOW, on_day=DAY)
        with pytest.raises(CountbackError, match="no longer stands"):
            countersign(ledger, first.event_id, **ACT)
    edited(pilot)
    assert why(run(pilot)) == ["second_person"]


def test_without_a_rate_an_edit_waits_whatever_its_amount(tmp_path: Path) -> None:
    pilot = world(tmp_path / "p", outbox="second_person_above = 1000000")
    replaced(pilot, "invoices.csv", "1000.00,USD", "1000.00,EUR")
    with pilot.day(DAY) as day:
        case = "alder/routine/EUR"
        body = draft_case(pilot, day, case).draft.body.replace("Kind regards", "Thank you")
        decide_case(pilot, day, case, verdict="edit", moment=ANA, body=body)
    assert "second_person" in why(run(pilot))
