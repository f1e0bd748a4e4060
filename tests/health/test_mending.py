"""What a person does about a finding: recorded beside the export, checked, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.acting import Moment, decide_case, draft_case
from pipeline.health import findings, mending
from pipeline.health.remedies import remedies
from pipeline.ledger import Stale
from pipeline.model import CountbackError, WrongCall
from pipeline.pilot import Pilot
from pipeline.warehouse import corrections as books
from pipeline.warehouse.day import Day
from tests.drawn import Draw, seen
from tests.health.sound import ON, mail, sound
from tests.health.test_checks import CONTACT, CUSTOMER, FIRING, HEAD

TODAY = date.fromisoformat(ON)
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
NEW = {"name": "Ola Berg", "email": "ob@c1.example", "verified_on": ON}


def at(by: str = "Ana", minute: int = 0) -> Moment:
    return Moment(by=by, now=NOON + timedelta(minutes=minute))


@contextmanager
def looking(pilot: Pilot) -> Iterator[Day]:
    with seen(pilot, ON, pilot.entries()) as day:
        yield day


def failing(pilot: Pilot, name: str) -> list[dict[str, Any]]:
    with looking(pilot) as day:
        return [row for row in findings.rows(day, name) if row["said"] is None]


def state(pilot: Pilot) -> list[str]:
    with looking(pilot) as day:
        return [row["state"] for row in books.made_corrections(day)]


def with_many(drawn: Draw) -> Pilot:
    """Two customers with stale contacts, one of them with two invoices."""
    return sound(
        drawn,
        customers=f"{CUSTOMER}\nc1 | Harbor | NET30 | p1 | false\nc2 | Quarry | NET30 | p1 | false",
        contacts=f"{CONTACT}\nk1 | c1 | Judit | jn@c1.example | 2025-10-01 | active\n"
        "k2 | c2 | Ola | ob@c2.example | 2025-10-02 | active",
        invoices=f"{HEAD}\nA-1001 | c1 | 2026-01-10 | 2026-02-09 | 100.00 | USD | NET30 |\n"
        "B | c1 | 2026-01-11 | 2026-02-10 | 50.00 | USD | NET30 |\n"
        "C | c2 | 2026-01-12 | 2026-02-11 | 10.00 | USD | NET30 |",
    )


# --- one cell --------------------------------------------------------------------------------


def test_a_po_number_clears_its_finding_and_the_export_stays_as_it_came(drawn: Draw) -> None:
    pilot = sound(drawn, **FIRING["po_missing"][0])
    before = (pilot.exports / "invoices.csv").read_bytes()
    with looking(pilot) as day:
        new = {"po_number": "PO-77"}
        mending.correct(pilot, day, "invoices", "A-1001", new, source="call", moment=at())
    assert failing(pilot, "po_missing") == []
    assert (pilot.exports / "invoices.csv").read_bytes() == before
    assert state(pilot) == ["counting"]


def test_what_was_taken_back_fails_again(drawn: Draw) -> None:
    pilot = sound(drawn, **FIRING["po_missing"][0])
    with looking(pilot) as day:
        new = {"po_number": "PO-77"}
        made = mending.correct(pilot, day, "invoices", "A-1001", new, source="call", moment=at())
    with looking(pilot) as day:
        mending.undo(pilot, day, [made.event_id], moment=at(minute=1))
    assert [row["subject"] for row in failing(pilot, "po_missing")] == ["A-1001"]
    assert state(pilot) == ["undone"]


def test_a_value_that_a_colleague_changed_meanwhile_is_stale(drawn: Draw) -> None:
    pilot = sound(drawn, **FIRING["po_missing"][0])
    saw = {"po_number": None}
    with looking(pilot) as day:
        new = {"po_number": "PO-77"}
        mending.correct(pilot, day, "invoices", "A-1001", new, source="call", moment=at(), seen=saw)
    other = {"po_number": "PO-78"}
    with looking(pilot) as day, pytest.raises(Stale, match="says 'PO-77' by now"):
        mending.correct(
            pilot, day, "invoices", "A-1001", other, source="mail", moment=at("Ben", 1), seen=saw
        )


@pytest.mark.parametrize(
    ("kind", "key", "new", "because"),
    [
        ("invoices", "A-1001", {"amount": "1.00"}, "mended in the ERP"),
        ("invoices", "A-1001", {"due_on": ON}, "mended in the ERP"),
        ("invoices", "A-1001", {"terms": "soon"}, "says no number of days"),
        ("invoices", "Z", {"terms": "NET45"}, "No invoice 'Z'"),
        ("customers", "c1", {"owner_id": "p2"}, "nobody active"),
        ("contacts", "k1", {"email": "nowhere"}, "is no address"),
        ("contacts", "k1", {"verified_on": "2026-03-21"}, "still to come"),
        ("payments", "P", {"amount": "1.00"}, "mended in the ERP"),
    ],
)
def test_a_correction_that_cannot_be_is_refused_by_name(
    drawn: Draw, kind: str, key: str, new: dict[str, str], because: str
) -> None:
    pilot = sound(drawn)
    with looking(pilot) as day, pytest.raises(WrongCall, match=because):
        mending.correct(pilot, day, kind, key, new, source="call", moment=at())
    assert pilot.entries() == []


def test_a_correction_without_a_source_is_refused(drawn: Draw) -> None:
    pilot = sound(drawn)
    new = {"terms": "NET45"}
    with looking(pilot) as day, pytest.raises(WrongCall, match="say how you know"):
        mending.correct(pilot, day, "invoices", "A-1001", new, source=" ", moment=at())


# --- two people ------------------------------------------------------------------------------


def test_an_added_contact_counts_only_after_a_second_person(drawn: Draw) -> None:
    pilot = sound(drawn, contacts="")
    with looking(pilot) as day:
        made = mending.add_contact(pilot, day, "c1", NEW, source="call", moment=at("Ana"))
    assert [row["subject"] for row in failing(pilot, "no_contact")] == ["Harbor"]
    assert set(state(pilot)) == {"waiting"}
    with looking(pilot) as day, pytest.raises(CountbackError, match="somebody else"):
        mending.confirm(pilot, day, made.event_id, moment=at(" ana ", 1))
    with looking(pilot) as day:
        mending.confirm(pilot, day, made.event_id, moment=at("Ben", 2))
    assert failing(pilot, "no_contact") == []
    with looking(pilot) as day:
        assert draft_case(pilot, day, case_of(pilot, "A-1001")).draft.to == "ob@c1.example"


def test_a_new_address_and_its_day_are_one_act_and_wait_together(drawn: Draw) -> None:
    pilot = sound(drawn, **FIRING["contact_bounced"][0])
    with looking(pilot) as day:
        made = mending.confirm_contact(
            pilot, day, "k1", on=TODAY, email="new@c1.example", source="call", moment=at()
        )
    assert [change["column"] for change in made.payload["changes"]] == [
        "email",
        "status",
        "verified_on",
    ]
    assert failing(pilot, "contact_bounced")
    with looking(pilot) as day:
        mending.confirm(pilot, day, made.event_id, moment=at("Ben", 1))
    assert failing(pilot, "contact_bounced") == []
    assert failing(pilot, "contact_unverified") == []


def test_to_confirm_an_address_in_use_takes_one_person(drawn: Draw) -> None:
    pilot = sound(drawn, **FIRING["contact_stale"][0])
    with looking(pilot) as day:
        mending.confirm_contact(pilot, day, "k1", on=TODAY, source="call", moment=at())
    assert failing(pilot, "contact_stale") == []


def test_to_open_a_stopped_address_again_takes_two(drawn: Draw) -> None:
    pilot = sound(drawn, messages=mail("I have left the company."))
    with looking(pilot) as day:
        made = mending.confirm_contact(pilot, day, "k1", on=TODAY, source="call", moment=at())
    assert failing(pilot, "contact_left")
    with looking(pilot) as day:
        mending.confirm(pilot, day, made.event_id, moment=at("Ben", 1))
    assert failing(pilot, "contact_left") == []


@pytest.mark.parametrize("text", ["DE89 3704 0044 0532 0130 00", "our bank is", "sort code 1"])
def test_what_looks_like_bank_details_waits_wherever_it_is_put(drawn: Draw, text: str) -> None:
    pilot = sound(drawn, **FIRING["po_missing"][0])
    with looking(pilot) as day:
        new = {"po_number": text}
        made = mending.correct(pilot, day, "invoices", "A-1001", new, source="mail", moment=at())
    assert made.payload["needs_second"]
    assert failing(pilot, "po_missing")


def test_a_confirmation_is_refused_once_something_else_stands(drawn: Draw) -> None:
    pilot = sound(drawn, **FIRING["contact_bounced"][0])
    with looking(pilot) as day:
        new = {"email": "new@c1.example"}
        made = mending.correct(pilot, day, "contacts", "k1", new, source="call", moment=at())
    contacts = pilot.exports / "contacts.csv"
    contacts.write_text(contacts.read_text("utf-8").replace("jn@c1", "other@c1"), "utf-8")
    fresh = Pilot.open(pilot.folder)
    with looking(fresh) as day, pytest.raises(Stale, match=r"'other@c1\.example' by now"):
        mending.confirm(fresh, day, made.event_id, moment=at("Ben", 1))


# --- several at once -------------------------------------------------------------------------


def test_taking_what_is_proposed_shows_each_cell_once_before(drawn: Draw) -> None:
    pilot = with_many(drawn)
    with looking(pilot) as day:
        rows = findings.rows(day, "contact_stale")
        shown = mending.preview(day, rows)
    assert len(rows) == 3
    assert [(one["id"], one["old_value"], one["new_value"]) for one in shown] == [
        ("k1", "2025-10-01", ON),
        ("k2", "2025-10-02", ON),
    ]
    assert pilot.entries() == []


def test_undoing_a_bulk_fix_restores_every_row(drawn: Draw) -> None:
    pilot = with_many(drawn)
    before = failing(pilot, "contact_stale")
    with looking(pilot) as day:
        made = mending.accept(pilot, day, before, source="called both", moment=at())
    assert len(made) == 2
    assert failing(pilot, "contact_stale") == []
    with looking(pilot) as day:
        ids = mending.batch_of(day, made[0].payload["batch"])
        mending.undo(pilot, day, ids, moment=at(minute=1))
    assert failing(pilot, "contact_stale") == before


def test_nothing_proposed_is_nothing_to_take(drawn: Draw) -> None:
    pilot = sound(drawn, **FIRING["contact_left"][0])
    rows = failing(pilot, "contact_left")
    with looking(pilot) as day, pytest.raises(WrongCall, match="None of these"):
        mending.accept(pilot, day, rows, source="call", moment=at())


# --- excused, given away, judged -------------------------------------------------------------


def test_an_exemption_lets_a_draft_through_until_its_last_day(drawn: Draw) -> None:
    pilot = sound(drawn, **FIRING["terms_conflict"][0])
    exempt = {"reason": "contract signed, ERP next week", "expires_on": date(2026, 3, 25)}
    with looking(pilot) as day:
        rows = findings.rows(day, "terms_conflict")
        (made,) = mending.exempt(pilot, day, "terms_conflict", rows, moment=at(), **exempt)
    assert failing(pilot, "terms_conflict") == []
    with looking(pilot) as day:
        assert draft_case(pilot, day, case_of(pilot, "A-1001")).draft.state == "draft"
    for on, stopped in (("2026-03-25", False), ("2026-03-26", True)):
        with seen(pilot, on, pilot.entries()) as day:
            open_rows = [r for r in findings.rows(day, "terms_conflict") if not r["said"]]
        assert bool(open_rows) is stopped
    with looking(pilot) as day:
        mending.undo(pilot, day, [made.event_id], moment=at(minute=1))
    assert failing(pilot, "terms_conflict")


@pytest.mark.parametrize(
    ("check", "change", "because"),
    [
        ("contact_left", {}, "Nobody can be exempted"),
        ("terms_conflict", {"reason": " "}, "needs a reason"),
        ("terms_conflict", {"expires_on": TODAY}, "within 90 days"),
        ("terms_conflict", {"expires_on": TODAY + timedelta(days=91)}, "within 90 days"),
    ],
)
def test_an_exemption_needs_a_reason_an_end_and_a_check_that_allows_one(
    drawn: Draw, check: str, change: dict[str, Any], because: str
) -> None:
    pilot = sound(drawn, **FIRING[check][0])
    said = {"reason": "agreed", "expires_on": TODAY + timedelta(days=9), **change}
    with looking(pilot) as day:
        rows = findings.rows(day, check)
        with pytest.raises(WrongCall, match=because):
            mending.exempt(pilot, day, check, rows, moment=at(), **said)


def test_an_exemption_of_what_no_invoice_or_customer_has_is_refused(drawn: Draw) -> None:
    pilot = sound(drawn, **FIRING["no_rate"][0])
    rows = failing(pilot, "no_rate")
    with looking(pilot) as day, pytest.raises(WrongCall, match="no single invoice"):
        mending.exempt(pilot, day, "no_rate", rows, reason="x", expires_on=TODAY, moment=at())


def test_a_row_given_to_a_person_is_theirs_until_taken_back(drawn: Draw) -> None:
    pilot = with_many(drawn)
    with looking(pilot) as day:
        rows = findings.rows(day, "contact_stale")[:1]
        (one,) = mending.assign(pilot, day, "contact_stale", rows, person="Mo", moment=at())
        (two,) = mending.assign(pilot, day, "contact_stale", rows, person="Li", moment=at("B", 1))
    assert fixers(pilot) == ["Li", "Rita Moss", "Rita Moss"]
    with looking(pilot) as day, pytest.raises(CountbackError, match="changed by B since"):
        mending.undo(pilot, day, [one.event_id], moment=at(minute=2))
    with looking(pilot) as day:
        (back,) = mending.undo(pilot, day, [two.event_id], moment=at(minute=3))
    assert fixers(pilot) == ["Mo", "Rita Moss", "Rita Moss"]
    assert back.payload["person"] == "Mo"


def test_a_first_assignment_taken_back_leaves_whoever_it_was_before(drawn: Draw) -> None:
    pilot = with_many(drawn)
    with looking(pilot) as day:
        rows = findings.rows(day, "contact_stale")
        made = mending.assign(pilot, day, "contact_stale", rows, person="Mo", moment=at())
    assert fixers(pilot) == ["Mo", "Mo", "Mo"]
    with looking(pilot) as day:
        mending.undo(pilot, day, [entry.event_id for entry in made], moment=at(minute=1))
    assert fixers(pilot) == ["Rita Moss"] * 3


def fixers(pilot: Pilot) -> list[str]:
    with looking(pilot) as day:
        return [row["fixer"] for row in findings.rows(day, "contact_stale")]


@pytest.mark.parametrize("is_same", [True, False])
def test_twins_are_judged_never_merged_and_may_be_unjudged(drawn: Draw, is_same: bool) -> None:
    pilot = sound(drawn, **FIRING["customer_twins"][0])
    before = failing(pilot, "customer_twins")
    with looking(pilot) as day:
        made = mending.judge(pilot, day, "c2", "c1", is_same=is_same, moment=at())
    left = failing(pilot, "customer_twins")
    assert [row["proposed_fix"] for row in left] == (
        ["Judged to be one company: merge them in the ERP."] if is_same else []
    )
    with looking(pilot) as day:
        assert day.select("select count(*) as n from customers") == [{"n": 2}]
        mending.undo(pilot, day, [made.event_id], moment=at(minute=1))
    assert failing(pilot, "customer_twins") == before


def test_an_act_of_another_kind_is_not_undone_here(drawn: Draw) -> None:
    pilot = sound(drawn)
    with looking(pilot) as day, pytest.raises(WrongCall, match="cannot be taken back"):
        mending.undo(pilot, day, ["nothing"], moment=at())


# --- stopped by a message --------------------------------------------------------------------


def case_of(pilot: Pilot, invoice_id: str) -> str:
    with looking(pilot) as day:
        routes = pilot.desk(day).routes
    return next(route.case_id for route in routes if route.invoice_id == invoice_id)


def test_a_bounce_stops_the_address_the_same_day_and_voids_what_was_approved(drawn: Draw) -> None:
    pilot = sound(drawn)
    case_id = case_of(pilot, "A-1001")
    with looking(pilot) as day:
        decide_case(pilot, day, case_id, verdict="approve", moment=at())
        assert books.voided(day) == []
    path: Path = pilot.exports / "messages.csv"
    bounce = mail("Undeliverable: jn@c1.example", "mailer-daemon@c1.example", f"{ON}T13:00:00Z")
    path.write_text("\n".join(",".join(cells(line)) for line in bounce.splitlines()), "utf-8")
    later = Pilot.open(pilot.folder)
    with looking(later) as day:
        assert [row["case_id"] for row in books.voided(day)] == [case_id]
        (stopped,) = books.suspended(day)
        made = draft_case(later, day, case_of(later, "A-1001"))
    assert (stopped["name"], stopped["status"], stopped["n_void"]) == ("Judit Novak", "bounced", 1)
    assert made.draft.state == "refused"
    with looking(later) as day, pytest.raises(CountbackError, match="cannot be approved"):
        decide_case(later, day, made.case.case_id, verdict="approve", moment=at("Ben", 90))


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


# --- the fix list, and what is offered -------------------------------------------------------


def test_the_fix_list_names_file_row_column_old_and_new(drawn: Draw) -> None:
    pilot = with_many(drawn)
    with looking(pilot) as day:
        rows = findings.rows(day, "contact_stale")
        mending.accept(pilot, day, rows, source="called", moment=at())
        mending.correct(
            pilot, day, "invoices", "C", {"terms": "NET45"}, source="contract", moment=at()
        )
    with looking(pilot) as day:
        fixes = books.fixes(day)
        columns, imported = books.fix_list(day, "contacts")
    names = ("kind", "id", "customer_id", "invoice_id", "field", "old_value", "new_value", "file")
    assert [tuple(one[name] for name in (*names, "row")) for one in fixes] == [
        ("contacts", "k1", "c1", None, "verified_on", "2025-10-01", ON, "contacts.csv", 2),
        ("contacts", "k2", "c2", None, "verified_on", "2025-10-02", ON, "contacts.csv", 3),
        ("invoices", "C", "c2", "C", "terms", "NET30", "NET45", "invoices.csv", 4),
    ]
    assert (fixes[0]["their_key"], fixes[0]["their_column"]) == ("contact_id", "verified_on")
    assert columns == ["contact_id", "verified_on"]
    assert [tuple(row.values()) for row in imported] == [("k1", ON), ("k2", ON)]


def test_what_the_export_has_taken_over_leaves_the_fix_list(drawn: Draw) -> None:
    pilot = with_many(drawn)
    with looking(pilot) as day:
        new = {"terms": "NET45"}
        mending.correct(pilot, day, "invoices", "C", new, source="contract", moment=at())
    path = pilot.exports / "invoices.csv"
    head, *lines = path.read_text("utf-8").splitlines()
    lines = [line.replace("NET30", "NET45") if line.startswith("C,") else line for line in lines]
    path.write_text("\n".join([head, *lines]) + "\n", "utf-8")
    fresh = Pilot.open(pilot.folder)
    assert state(fresh) == ["taken over"]
    with looking(fresh) as day:
        assert books.fixes(day) == []


@pytest.mark.parametrize(
    ("check", "names"),
    [
        ("no_contact", ["add:contacts:email"]),
        ("contact_left", ["add:contacts:email", "confirm:contacts:verified_on"]),
        ("terms_conflict", ["cell:invoices:terms", "cell:customers:terms"]),
        ("owner_gone", ["cell:customers:owner_id"]),
        ("po_missing", ["cell:invoices:po_number", "cell:customers:po_required"]),
        ("no_due_date", []),
        ("due_before_issue", []),
    ],
)
def test_only_what_can_be_mended_here_is_offered(drawn: Draw, check: str, names: list[str]) -> None:
    pilot = sound(drawn, **FIRING[check][0])
    with looking(pilot) as day:
        (row,) = findings.rows(day, check)
        offered = remedies(day, check, row, pilot.desk(day).rows["A-1001"])
    assert [one.name for one in offered] == names
