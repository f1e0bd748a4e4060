"""Every check fires on what it is about, and on nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.health import findings
from pipeline.pilot import Pilot
from pipeline.warehouse.checks import checks
from tests.drawn import Draw, draw, seen
from tests.health.sound import ON, mail, sound

HEAD = "invoice_id | customer_id | issued_on | due_on | amount | currency | terms | po_number"
CONTACT = "contact_id | customer_id | name | email | verified_on | status"
PAYMENT = "payment_id | customer_id | received_on | amount | currency | unapplied_amount"
LATE = f"{HEAD}\nA-1001 | c1 | 2026-01-10 | 2026-02-09 | 100.00 | USD | NET30 |"
FRESH = "B | c1 | 2026-03-18 | 2026-04-17 | 5.00 | USD | NET30 |"
CUSTOMER = "customer_id | name | terms | owner_id | po_required"

#: Check -> the tables that make it fire, and what its one row is about.
FIRING: dict[str, tuple[dict[str, str], str]] = {
    "no_contact": ({"contacts": ""}, "Harbor"),
    "contact_left": (
        {"contacts": f"{CONTACT}\nk1 | c1 | Judit Novak | jn@c1.example | 2026-03-01 | left"},
        "Judit Novak",
    ),
    "contact_bounced": (
        {"contacts": f"{CONTACT}\nk1 | c1 | Judit Novak | jn@c1.example | 2026-03-01 | bounced"},
        "Judit Novak",
    ),
    "contact_unverified": (
        {"contacts": f"{CONTACT}\nk1 | c1 | Judit Novak | jn@c1.example | | active"},
        "Judit Novak",
    ),
    "contact_stale": (
        {"contacts": f"{CONTACT}\nk1 | c1 | Judit Novak | jn@c1.example | 2025-12-19 | active"},
        "Judit Novak",
    ),
    "terms_missing": (
        {
            "customers": f"{CUSTOMER}\nc1 | Harbor | | p1 | false",
            "invoices": f"{HEAD}\nA-1001 | c1 | 2026-01-10 | 2026-02-09 | 100.00 | USD | |",
        },
        "A-1001",
    ),
    "terms_conflict": (
        {"invoices": f"{HEAD}\nA-1001 | c1 | 2026-01-10 | 2026-02-09 | 100.00 | USD | NET45 |"},
        "A-1001",
    ),
    "owner_missing": ({"customers": f"{CUSTOMER}\nc1 | Harbor | NET30 | | false"}, "Harbor"),
    "owner_gone": ({"customers": f"{CUSTOMER}\nc1 | Harbor | NET30 | p2 | false"}, "Harbor"),
    "po_missing": ({"customers": f"{CUSTOMER}\nc1 | Harbor | NET30 | p1 | true"}, "A-1001"),
    "no_due_date": (
        {
            "customers": f"{CUSTOMER}\nc1 | Harbor | | p1 | false",
            "invoices": f"{HEAD}\nA-1001 | c1 | 2026-01-10 | | 100.00 | USD | |",
        },
        "A-1001",
    ),
    "due_before_issue": (
        {"invoices": f"{HEAD}\nA-1001 | c1 | 2026-01-10 | 2026-01-09 | 100.00 | USD | NET30 |"},
        "A-1001",
    ),
    "amount_not_positive": (
        {"invoices": f"{LATE}\nB | c1 | 2026-01-11 | 2026-02-10 | -40.00 | USD | NET30 |"},
        "B",
    ),
    "unapplied_cash": (
        {"payments": f"{PAYMENT}\nP | c1 | 2026-03-19 | 30.00 | USD | 30.00"},
        "Harbor",
    ),
    "no_rate": (
        {"invoices": f"{HEAD}\nA-1001 | c1 | 2026-01-10 | 2026-02-09 | 100.00 | EUR | NET30 |"},
        "EUR",
    ),
    "customer_twins": (
        {"customers": f"{CUSTOMER}\nc1 | Harbor | NET30 | p1 | false\nc2 | Harbor Inc. | | p1 |"},
        "Harbor and Harbor Inc.",
    ),
    "not_tied_out": (
        {"control_totals": "as_of | currency | ar_amount\n2026-03-20 | USD | 99.00"},
        "USD on 2026-03-20",
    ),
    "source_stale": (
        {
            "payments": f"{PAYMENT}\nP | c1 | 2026-03-16 | 30.00 | USD | 0.00",
            "invoices": f"{LATE}\n{FRESH}",
        },
        "payments",
    ),
}


def fired(pilot: Pilot, name: str) -> list[dict[str, object]]:
    with seen(pilot, ON, pilot.entries()) as day:
        return findings.rows(day, name)


def test_every_check_has_a_pilot_that_fires_it() -> None:
    assert FIRING.keys() == checks().keys()


def test_every_check_says_in_money_and_counts_what_it_would_have_cost() -> None:
    """The books' gap to the ledger and a missing rate are about money alone."""
    money_alone = {"no_rate", "not_tied_out"}
    for name, check in checks().items():
        said = check.headers["consequence"]
        assert "{amount}" in said, name
        assert name in money_alone or re.search(
            r"\{(invoices|mails|documents|pairs|exports)\}", said
        )


@pytest.mark.parametrize("name", FIRING)
def test_it_fires_on_what_it_is_about_and_stops_a_draft_only_where_it_says_so(
    drawn: Draw, name: str
) -> None:
    tables, about = FIRING[name]
    pilot = sound(drawn, **tables)
    with seen(pilot, ON) as day:
        rows = findings.rows(day, name)
        blockers = [(r.invoice_id, b.code) for r in pilot.desk(day).routes for b in r.blockers]
    assert [row["subject"] for row in rows] == [about]
    assert rows[0]["because"]
    assert rows[0]["proposed_fix"]
    assert rows[0]["fixer"]
    assert rows[0]["amount"] > 0
    assert rows[0]["currency"]
    assert (("A-1001", name) in blockers) is (checks()[name].headers["severity"] == "blocks")


#: Fresh payments, a fresh invoice, and a control total that both add up to.
SILENT = {
    "payments": f"{PAYMENT}\nP | c1 | 2026-03-19 | 30.00 | USD | 0.00",
    "control_totals": "as_of | currency | ar_amount\n2026-03-20 | USD | 105.00",
    "invoices": f"{LATE}\n{FRESH}",
}


@pytest.fixture(scope="module")
def nothing_wrong(tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    """A sound pilot whose exports are fresh and tie out."""
    folder: Path = tmp_path_factory.mktemp("sound") / "pilot"
    return sound(lambda text="", settings="": draw(folder, text, settings), **SILENT)


@pytest.mark.parametrize("name", FIRING)
def test_it_is_silent_where_nothing_is_wrong(nothing_wrong: Pilot, name: str) -> None:
    assert fired(nothing_wrong, name) == []


@pytest.mark.parametrize(
    ("said", "sender", "check"),
    [
        ("Judit Novak has left the company.", "office@c1.example", "contact_left"),
        ("I have left the company; write to somebody else.", "jn@c1.example", "contact_left"),
        ("Undeliverable: jn@c1.example", "mailer-daemon@c1.example", "contact_bounced"),
    ],
)
def test_a_message_stops_the_address_on_the_very_day_it_comes(
    drawn: Draw, said: str, sender: str, check: str
) -> None:
    pilot = sound(drawn, messages=mail(said, sender))
    with seen(pilot, "2026-03-17") as before:
        assert findings.rows(before, check) == []
    with seen(pilot, "2026-03-18") as same_day:
        assert [row["invoice_id"] for row in findings.rows(same_day, check)] == ["A-1001"]


def test_a_delay_is_no_bounce_and_leaving_the_office_is_no_leaving(drawn: Draw) -> None:
    pilot = sound(drawn, messages=mail("The lorry has left the depot.", "jn@c1.example"))
    assert fired(pilot, "contact_left") == []
    assert fired(pilot, "contact_bounced") == []


def test_contacts_are_never_an_export_out_of_date(drawn: Draw) -> None:
    tables = {**SILENT, **FIRING["contact_stale"][0]}
    assert fired(sound(drawn, **tables), "source_stale") == []


def test_without_a_list_of_people_nobody_is_known_to_be_here(drawn: Draw) -> None:
    (row,) = fired(sound(drawn, people=""), "owner_gone")
    assert row["because"] == (
        "No list of people is loaded, so nobody knows whether p1 is still here."
    )
    assert "people.csv" in row["proposed_fix"]


def test_a_contact_who_is_stopped_gives_way_to_one_who_is_not(drawn: Draw) -> None:
    contacts = f"{CONTACT}\nk1 | c1 | Judit Novak | jn@c1.example | 2026-03-01 | left\n"
    contacts += "k2 | c1 | Ola Berg | ob@c1.example | 2026-01-01 | active"
    assert fired(sound(drawn, contacts=contacts), "contact_left") == []


def test_a_po_number_that_we_wrote_to_each_other_is_proposed_never_taken(drawn: Draw) -> None:
    said = mail("Their PO number is PO-7741093.", "rita@us.example")
    pilot = sound(drawn, messages=said, customers=FIRING["po_missing"][0]["customers"])
    (row,) = fired(pilot, "po_missing")
    assert row["fix_value"] == "PO-7741093"
    assert "check it, then take it" in row["proposed_fix"]


def test_a_po_number_from_outside_is_not_even_proposed(drawn: Draw) -> None:
    said = mail("Our PO number is PO-666666.", "jn@c1.example")
    pilot = sound(drawn, messages=said, customers=FIRING["po_missing"][0]["customers"])
    (row,) = fired(pilot, "po_missing")
    assert row["fix_value"] is None
