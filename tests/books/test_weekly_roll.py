"""The weekly roll: the hand-checked ledger, and cases that it does not hold."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline import figures
from pipeline.pilot import Pilot
from pipeline.warehouse.day import Flavour
from tests.drawn import Draw, draw, seen

WEEK_END = date(2026, 3, 13)
NAMES = {
    "Current -> 1-30": "current>1-30",
    "1-30 -> 31-60": "1-30>31-60",
    "31-60 -> 61-90": "31-60>61-90",
    "61-90 -> 91+": "61-90>91+",
}
FIGURES = {
    "scheduled": "scheduled",
    "rolled": "rolled",
    "rolled_undisputed": "rolled_undisputed",
    "event_version": "event_gross",
    "cash": "cash",
    "credits": "credit",
    "write_offs": "writeoff",
    "re_aged": "re_aged_inside_rolled",
    "entered_directly": "entered_past_due_directly",
    "reopened": "reopened",
}


@pytest.fixture(scope="module")
def oracle(shared: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "oracles/roll_oracle.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def ledger(oracle: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Pilot:
    invoices = [
        f"{i}|{c}|{issued}|{due}|{amount}|{currency}|{known}|{re_aged if re_aged != due else ''}"
        for i, c, currency, issued, due, re_aged, amount, known in oracle["invoices"]
    ]
    applied = [
        f"{n}|{invoice}|{'write_off' if kind == 'writeoff' else kind}|{on}|{amount}"
        for n, invoice, kind, on, amount in oracle["applications"]
    ]
    disputes = [
        f"{n}|{invoice}|{on} 09:00|{amount}"
        for n, (invoice, amount, on, _) in enumerate(oracle["disputes"])
    ]
    unapplied = oracle["expected"]["unapplied_not_netted"]
    text = "\n".join([
        "invoices.csv",
        "invoice_id|customer_id|issued_on|due_on|amount|currency|known_on|re_aged_due_on",
        *invoices,
        "",
        "applications.csv",
        "application_id|invoice_id|kind|effective_on|amount",
        *applied,
        "",
        "payments.csv",
        "payment_id|customer_id|received_on|amount|currency|unapplied_amount",
        f"P1|c1|2026-03-02|{unapplied}|USD|{unapplied}",
        "",
        "disputes.csv",
        "dispute_id|invoice_id|flagged_at|amount",
        *disputes,
    ])  # fmt: skip
    folder = tmp_path_factory.mktemp("roll")
    return draw(folder, text, "[pilot]\ncurrency = 'USD'\n[rates]\nEUR = 1.10\n")


def rolled(pilot: Pilot, flavour: Flavour = "restated") -> dict[str, Any]:
    with seen(pilot, "2026-03-31") as day:
        return figures.roll(day, WEEK_END, flavour)


@pytest.mark.parametrize("flavour", ["restated", "reported"])
def test_the_hand_checked_ledger_rolls_to_the_cent(
    oracle: dict[str, Any], ledger: Pilot, flavour: Flavour
) -> None:
    expected = oracle["expected"][f"as_{flavour}"]
    found = rolled(ledger, flavour)
    assert {name: found[name] for name in FIGURES} == {
        name: Decimal(str(expected[theirs])) for name, theirs in FIGURES.items()
    }
    assert found["crossing_rate"] == pytest.approx(expected["cross_rate"], abs=1e-12)
    assert found["identity_ok"]
    assert {name: tuple(found["boundaries"][name].values()) for name in NAMES.values()} == {
        ours: tuple(Decimal(str(amount)) for amount in expected["by_boundary"][theirs])
        for theirs, ours in NAMES.items()
    }


@pytest.mark.parametrize(("on", "key"), [("2026-03-06", "t0"), ("2026-03-13", "t1")])
def test_its_receivables_stand_at_both_ends_and_cash_is_never_netted(
    oracle: dict[str, Any], ledger: Pilot, on: str, key: str
) -> None:
    with seen(ledger, on) as day:
        found = figures.aging(day, "reported")
    assert found["reporting"]["total"] == Decimal(str(oracle["expected"]["AR"][key]))
    assert found["currencies"]["USD"]["unapplied"] == oracle["expected"]["unapplied_not_netted"]


# --- what it does not hold ------------------------------------------------------------------

DUE = """
    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount | currency
    A          | c1          | 2026-02-07 | 2026-03-09 | 100.00 | USD

    applications.csv
    application_id | invoice_id | kind | effective_on | amount | known_on
"""


def drawn_roll(drawn: Draw, *applied: str) -> dict[str, Any]:
    return rolled(drawn(DUE + "".join(f"    {line}\n" for line in applied)))


def exits(found: dict[str, Any]) -> tuple[Decimal, ...]:
    assert found["identity_ok"]
    return tuple(found[name] for name in ("scheduled", "rolled", "cash", "credits", "write_offs"))


def test_what_is_paid_beyond_the_balance_is_no_exit(drawn: Draw) -> None:
    found = drawn_roll(drawn, "1|A|cash|2026-03-12|130.00|")
    assert exits(found) == (100, 0, 100, 0, 0)


def test_a_credit_beyond_the_balance_is_no_exit_either(drawn: Draw) -> None:
    found = drawn_roll(drawn, "1|A|cash|2026-03-11|30.00|", "2|A|credit|2026-03-12|120.00|")
    assert exits(found) == (100, 0, 0, 100, 0)


def test_a_write_off_beyond_the_balance_is_no_exit_either(drawn: Draw) -> None:
    found = drawn_roll(drawn, "1|A|write_off|2026-03-12|150.00|")
    assert exits(found) == (100, 0, 0, 0, 100)


def test_what_is_paid_back_within_the_week_rolls_all_the_same(drawn: Draw) -> None:
    found = drawn_roll(drawn, "1|A|cash|2026-03-09|100.00|", "2|A|reversal|2026-03-12|-100.00|")
    assert exits(found) == (100, 100, 0, 0, 0)
    assert found["event_version"] == 0


def test_an_overpaid_invoice_that_is_reversed_in_the_week_was_not_scheduled(drawn: Draw) -> None:
    found = drawn_roll(drawn, "1|A|cash|2026-03-01|140.00|", "2|A|reversal|2026-03-11|-140.00|")
    assert exits(found) == (0, 0, 0, 0, 0)
    assert found["reopened"] == 100


def test_what_grew_in_the_week_rolls_only_what_it_was(drawn: Draw) -> None:
    found = drawn_roll(drawn, "1|A|cash|2026-03-01|60.00|", "2|A|reversal|2026-03-11|-60.00|")
    assert exits(found) == (40, 40, 0, 0, 0)


def test_cash_known_after_the_week_rolls_as_reported_only(drawn: Draw) -> None:
    pilot = drawn(DUE + "    1|A|cash|2026-03-12|100.00|2026-03-16\n")
    assert exits(rolled(pilot, "restated")) == (100, 0, 100, 0, 0)
    assert exits(rolled(pilot, "reported")) == (100, 100, 0, 0, 0)


def test_parts_converted_at_a_constant_rate_add_up_to_the_cent(drawn: Draw) -> None:
    text = DUE.replace("USD", "EUR") + "    1|A|cash|2026-03-11|33.33|\n"
    more = "".join(f"    {n} | c1 | 2026-02-07 | 2026-03-09 | 33.33 | EUR\n" for n in "BCDEFGH")
    text = text.replace("\n\n    applications", "\n" + more + "\n    applications")
    pilot = drawn(text, "[pilot]\ncurrency = 'USD'\n[rates]\nEUR = 1.0737\n")
    found = rolled(pilot)
    assert found["identity_ok"]
    # 33.33 x 1.0737 = 35.786..., seven times, beside 100 x 1.0737 = 107.37
    assert found["scheduled"] == Decimal("107.37") + 7 * Decimal("35.79")
    assert found["rolled"] == Decimal("71.58") + 7 * Decimal("35.79")


def test_the_rows_behind_a_week_are_the_week(drawn: Draw) -> None:
    pilot = drawn(DUE + "    1|A|cash|2026-03-11|30.00|\n")
    with seen(pilot, "2026-03-31") as day:
        week = [(date(2026, 3, 6), WEEK_END)]
        rows = day.metric("rolled_invoices", weeks=week).rows
    found = rolled(pilot)
    assert [(row["scheduled"], row["rolled"]) for row in rows] == [
        (found["scheduled"], found["rolled"])
    ]
