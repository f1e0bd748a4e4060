"""What is wrong is priced, ordered by money, told in one sentence, and followed to its end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from pipeline import charts
from pipeline.acting import Moment
from pipeline.health import findings, mending
from pipeline.health.overview import Overview, overview
from pipeline.health.progress import clean_up, progress
from pipeline.health.twins import Customer, look_alikes
from pipeline.pilot import Pilot
from tests.drawn import Draw, seen
from tests.health.sound import ON, SETTINGS, sound
from tests.health.test_checks import CONTACT, CUSTOMER, HEAD

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)


def troubled(drawn: Draw, settings: str = SETTINGS + "[rates]\nEUR = 1.10\n") -> Pilot:
    """Blocked: 100 + 50 USD at Harbor (terms), 200 EUR at Quarry (contact left, terms)."""
    return sound(
        drawn,
        settings,
        customers=f"{CUSTOMER}\nc1 | Harbor | NET30 | p1 |\nc2 | Quarry | NET30 | p1 |\n"
        "c3 | Sound | NET30 | p1 |",
        contacts=f"{CONTACT}\nk1 | c1 | Judit | jn@c1.example | 2026-03-01 | active\n"
        "k2 | c2 | Ola | ob@c2.example | 2026-03-01 | left\n"
        "k3 | c3 | Uma | um@c3.example | 2026-03-01 | active",
        invoices=f"{HEAD}\nA-1001 | c1 | 2026-01-10 | 2026-02-09 | 100.00 | USD | NET45 |\n"
        "A-1002 | c1 | 2026-01-10 | 2026-02-09 | 50.00 | USD | NET45 |\n"
        "B-1001 | c2 | 2026-01-10 | 2026-02-09 | 200.00 | EUR | NET45 |\n"
        "C-1001 | c3 | 2026-03-18 | 2026-04-17 | 7.00 | USD | NET30 |",
    )


def look(pilot: Pilot) -> tuple[Overview, list[findings.Finding]]:
    with seen(pilot, ON, pilot.entries()) as day:
        return overview(day), findings.findings(day, pilot.desk(day))


def test_findings_are_ordered_by_money_and_each_tells_its_price(drawn: Draw) -> None:
    _, found = look(troubled(drawn))
    worst, second = [one for one in found if not one.passes]
    assert (worst.name, worst.reporting) == ("terms_conflict", Decimal("370.000"))
    assert worst.amounts == {"EUR": Decimal(200), "USD": Decimal(150)}
    assert (worst.n, worst.mails, worst.fixers) == (3, 2, ("Rita Moss",))
    assert worst.sentence == (
        "2 mails would have quoted a due date that the customer can contest: "
        "3 invoices, €200.00 and $150.00."
    )
    assert second.sentence == (
        "1 mail would have gone to somebody who has left: 1 invoice, €200.00."
    )
    assert all(one.sentence == "Nothing to mend." for one in found if one.passes)


def test_money_that_cannot_be_converted_is_not_known_to_be_small(drawn: Draw) -> None:
    seen_, found = look(troubled(drawn, SETTINGS))
    assert [one.reporting for one in found if one.name == "contact_left"] == [None]
    assert found[0].reporting is None
    assert seen_.reporting is None
    assert "lacks a rate to USD" in seen_.sentence


def test_an_invoice_that_two_checks_stop_is_counted_once(drawn: Draw) -> None:
    found, _ = look(troubled(drawn))
    assert found.sentence == (
        "3 of 4 open invoices get no draft until their data is mended: "
        "€200.00 and $150.00 ($370.00 at the stated rates)."
    )


def test_the_next_best_thing_is_what_most_blocked_money_waits_for(drawn: Draw) -> None:
    found, _ = look(troubled(drawn))
    assert found.next_best is not None
    assert found.next_best["check_name"] == "contact_left"
    assert found.next_sentence.startswith(
        "Ola has left. Ask the switchboard for the successor of Ola. "
        "1 invoice over €200.00 waits for it and for another finding too; Rita Moss can mend it."
    )


def test_nothing_wrong_says_so(drawn: Draw) -> None:
    found, _ = look(sound(drawn))
    assert found.sentence == "Nothing in the data stops a draft (open invoices: 1)."
    assert found.next_sentence == ""


def test_the_clean_up_is_followed_day_by_day_and_by_owner(drawn: Draw) -> None:
    pilot = troubled(drawn)
    for place, name in enumerate(("A-1001", "B-1001")):
        on = date(2026, 3, 18) + timedelta(days=place)
        with seen(pilot, on, pilot.entries()) as day:
            moment = Moment("Ana", NOON + timedelta(days=place))
            new = {"terms": "NET30"}
            mending.correct(pilot, day, "invoices", name, new, source="contract", moment=moment)
    with seen(pilot, ON, pilot.entries()) as day:
        steps = clean_up(day, pilot.books(), pilot.lens(), pilot.entries())
        (rita,) = progress(day, pilot.books(), pilot.lens(), pilot.entries())
    assert [(step["on_day"], step["n"], step["amount"]) for step in steps] == [
        (None, 3, Decimal("370.000")),
        (date(2026, 3, 18), 2, Decimal("270.000")),
        # B-1001 still waits for a contact.
        (date(2026, 3, 19), 2, Decimal("270.000")),
    ]
    assert (rita.fixer, rita.found, rita.left, rita.blocking) == ("Rita Moss", 4, 2, 2)
    assert rita.amounts == {"EUR": Decimal(200), "USD": Decimal(50)}
    assert "before: 370 USD on 3 invoices; 18 Mar 2026: 270 USD on 2 invoices" in charts.alt(
        charts.clean_up(steps, date(2026, 3, 20))
    )


def test_a_step_of_the_clean_up_is_kept_whatever_else_happens(drawn: Draw) -> None:
    pilot = troubled(drawn)
    kept: dict[str, object] = {}
    with seen(pilot, ON, pilot.entries()) as day:
        clean_up(
            day, pilot.books(), pilot.lens(), [], lambda name, make: kept.setdefault(name, make())
        )  # type: ignore[arg-type,return-value]
    assert list(kept) == [f"clean-up/{ON}/None/"]


def test_a_chart_without_a_rate_counts_invoices(drawn: Draw) -> None:
    steps = [{"on_day": None, "n": 3, "amount": None, "currency": "USD"}]
    assert "before: 3 invoices" in charts.alt(charts.clean_up(steps, date(2026, 3, 20)))


def pairs(*names: tuple[str, str]) -> list[tuple[str, str]]:
    found = look_alikes(
        [Customer(f"c{n}", name, frozenset({domain})) for n, (name, domain) in enumerate(names)]
    )
    return [(one.name, one.twin_name) for one in found]


def test_legal_form_accents_and_case_make_no_other_company() -> None:
    assert pairs(("Müller GmbH", "a.example"), ("MULLER", "b.example")) == [
        ("Müller GmbH", "MULLER")
    ]


def test_a_public_mail_domain_brings_nobody_together() -> None:
    assert pairs(("Harbor Tools", "gmail.com"), ("Harbor Foods", "gmail.com")) == []


def test_one_family_is_no_surprise() -> None:
    family = [
        Customer("c1", "Harbor", frozenset(), "f"),
        Customer("c2", "Harbor", frozenset(), "f"),
    ]
    assert look_alikes(family) == []
