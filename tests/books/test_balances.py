"""Balances of drawn ledgers, with answers computed by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from pipeline import figures
from pipeline.pilot import Pilot
from pipeline.warehouse.day import Flavour
from tests.drawn import Draw, balances, money, open_row, seen

ONE = """
    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount | currency
    A          | c1          | 2026-01-10 | 2026-02-09 | 100.00 | USD
"""
APPLIED = """
    applications.csv
    application_id | invoice_id | kind | effective_on | amount | known_on
"""


def books(drawn: Draw, *applied: str, invoices: str = ONE) -> Pilot:
    return drawn(invoices + "\n" + APPLIED + "".join(f"    {line}\n" for line in applied))


def aged(pilot: Pilot, on: str, flavour: Flavour = "restated") -> dict[str, Any]:
    with seen(pilot, on) as day:
        found: dict[str, Any] = figures.aging(day, flavour)["currencies"]["USD"]
        return found


def test_nothing_is_owed_before_the_invoice_is_issued(drawn: Draw) -> None:
    pilot = books(drawn)
    with seen(pilot, "2026-01-09") as day:
        assert balances(day) == {}
    with seen(pilot, "2026-01-10") as day:
        assert balances(day) == money(A="100.00")


def test_part_payments_lower_the_balance_each_on_its_day(drawn: Draw) -> None:
    pilot = books(drawn, "1|A|cash|2026-02-01|30.00|", "2|A|cash|2026-02-05|70.00|")
    for on, owed in (("01-31", {"A": "100.00"}), ("02-01", {"A": "70.00"}), ("02-05", {})):
        with seen(pilot, f"2026-{on}") as day:
            assert balances(day) == money(**owed)


def test_what_is_paid_beyond_the_invoice_is_unapplied_cash(drawn: Draw) -> None:
    found = aged(books(drawn, "1|A|cash|2026-02-01|130.00|"), "2026-02-02")
    assert found["total"] == 0
    assert found["unapplied"] == Decimal("30.00")


def test_a_payment_before_the_invoice_waits_as_unapplied_cash(drawn: Draw) -> None:
    pilot = books(drawn, "1|A|cash|2026-01-05|40.00|")
    assert aged(pilot, "2026-01-06")["unapplied"] == Decimal("40.00")
    assert aged(pilot, "2026-01-06")["total"] == 0
    assert aged(pilot, "2026-01-10")["unapplied"] == 0
    assert aged(pilot, "2026-01-10")["total"] == Decimal("60.00")


def test_a_reversed_payment_opens_the_invoice_again(drawn: Draw) -> None:
    pilot = books(drawn, "1|A|cash|2026-02-01|100.00|", "2|A|reversal|2026-02-20|-100.00|")
    with seen(pilot, "2026-02-19") as day:
        assert balances(day) == {}
    with seen(pilot, "2026-02-20") as day:
        assert balances(day) == money(A="100.00")


def test_every_kind_of_movement_lowers_the_balance(drawn: Draw) -> None:
    pilot = books(
        drawn,
        "1|A|cash|2026-02-01|10.00|",
        "2|A|credit|2026-02-01|10.00|",
        "3|A|discount|2026-02-01|10.00|",
        "4|A|write_off|2026-02-01|10.00|",
        "5|A|withholding|2026-02-01|10.00|",
    )
    with seen(pilot, "2026-02-01") as day:
        assert balances(day) == money(A="50.00")


def test_what_was_known_later_counts_as_reported_only_from_then(drawn: Draw) -> None:
    pilot = books(drawn, "1|A|cash|2026-02-01|100.00|2026-02-06")
    assert aged(pilot, "2026-02-03", "restated")["total"] == 0
    assert aged(pilot, "2026-02-03", "reported")["total"] == Decimal("100.00")
    assert aged(pilot, "2026-02-06", "reported")["total"] == 0


def test_an_invoice_entered_late_is_reported_from_the_day_it_was_known(drawn: Draw) -> None:
    pilot = drawn("""
        invoices.csv
        invoice_id | customer_id | issued_on  | due_on     | amount | known_on
        A          | c1          | 2026-01-10 | 2026-02-09 | 100.00 | 2026-01-20
    """)
    with seen(pilot, "2026-01-15") as day:
        assert balances(day, "restated") == money(A="100.00")
        assert balances(day, "reported") == {}
    with seen(pilot, "2026-01-20") as day:
        assert balances(day, "reported") == money(A="100.00")


def test_known_before_it_happened_counts_from_the_day_it_happened(drawn: Draw) -> None:
    pilot = books(drawn, "1|A|cash|2026-02-01|100.00|2026-01-15")
    for flavour in ("restated", "reported"):
        with seen(pilot, "2026-01-20") as day:
            assert balances(day, flavour) == money(A="100.00")


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_credit_note_is_used_up_by_either_sign(drawn: Draw, sign: str) -> None:
    pilot = drawn(f"""
        invoices.csv
        invoice_id | customer_id | issued_on  | due_on     | amount | kind
        A          | c1          | 2026-01-10 | 2026-02-09 | 100.00 | invoice
        CN         | c1          | 2026-01-12 |            | -40.00 | credit_note

        applications.csv
        application_id | invoice_id | kind   | effective_on | amount
        1              | A          | credit | 2026-01-20   | 40.00
        2              | CN         | credit | 2026-01-20   | {sign}40.00
    """)
    before, after = aged(pilot, "2026-01-19"), aged(pilot, "2026-01-20")
    assert (before["total"], before["credits"]) == (Decimal(100), Decimal(40))
    assert (after["total"], after["credits"]) == (Decimal(60), 0)


def test_a_credit_note_used_beyond_its_amount_is_owed_again(drawn: Draw) -> None:
    pilot = drawn("""
        invoices.csv
        invoice_id | customer_id | issued_on  | amount | kind
        A          | c1          | 2026-01-10 | 100.00 | invoice
        CN         | c1          | 2026-01-12 | 40.00  | credit_note

        applications.csv
        application_id | invoice_id | kind   | effective_on | amount
        1              | A          | credit | 2026-01-20   | 50.00
        2              | CN         | credit | 2026-01-20   | 50.00
    """)
    found = aged(pilot, "2026-01-20")
    assert (found["total"], found["credits"], found["unapplied"]) == (50, -10, 0)


def test_a_negative_invoice_is_a_credit_and_never_shortens_another(drawn: Draw) -> None:
    pilot = drawn("""
        invoices.csv
        invoice_id | customer_id | issued_on  | due_on     | amount
        A          | c1          | 2026-01-10 | 2026-01-20 | 100.00
        B          | c1          | 2026-01-10 | 2026-01-20 | -100.00
    """)
    found = aged(pilot, "2026-01-25")
    assert found["buckets"]["1-30"] == {"amount": Decimal(100), "n": 1}
    assert found["credits"] == Decimal(100)


PAID_IN_TWO = """
    payments.csv
    payment_id | customer_id | received_on | amount | currency | unapplied_amount
    P          | c1          | 2026-02-01  | 90.00  | USD      | {left}

    applications.csv
    application_id | invoice_id | kind | effective_on | amount | payment_id | known_on
    1              | A          | cash | 2026-02-01   | 30.00  | P          |
    2              | A          | cash | 2026-02-10   | 40.00  | P          | 2026-02-13
"""


@pytest.mark.parametrize("left", ["20.00", ""])
def test_unapplied_cash_is_rebuilt_for_earlier_days(drawn: Draw, left: str) -> None:
    pilot = drawn(ONE + PAID_IN_TWO.format(left=left))
    assert aged(pilot, "2026-01-31")["unapplied"] == 0
    assert aged(pilot, "2026-02-01")["unapplied"] == Decimal("60.00")
    assert aged(pilot, "2026-02-09")["unapplied"] == Decimal("60.00")
    assert aged(pilot, "2026-02-10")["unapplied"] == Decimal("20.00")


def test_unapplied_cash_as_reported_falls_when_the_match_was_known(drawn: Draw) -> None:
    pilot = drawn(ONE + PAID_IN_TWO.format(left="20.00"))
    for on in ("2026-02-10", "2026-02-12"):
        found = aged(pilot, on, "reported")
        assert (found["total"], found["unapplied"]) == (Decimal(70), Decimal(60))
    found = aged(pilot, "2026-02-13", "reported")
    assert (found["total"], found["unapplied"]) == (Decimal(30), Decimal(20))


def test_a_payment_that_no_application_names_is_unapplied_when_others_are_named(
    drawn: Draw,
) -> None:
    named = PAID_IN_TWO.format(left="").replace(
        "    P          | c1          | 2026-02-01  | 90.00  | USD      | ",
        "    P          | c1          | 2026-02-01  | 70.00  | USD      |\n"
        "    Q          | c1          | 2026-02-02  | 15.00  | USD      | ",
    )
    assert aged(drawn(ONE + named), "2026-02-20")["unapplied"] == Decimal(15)


def test_payments_alone_say_nothing_about_what_was_matched(drawn: Draw) -> None:
    pilot = drawn(
        ONE
        + """
    payments.csv
    payment_id | customer_id | received_on | amount
    P          | c1          | 2026-02-01  | 90.00
    """
    )
    assert aged(pilot, "2026-02-20")["unapplied"] == 0


# --- due dates -----------------------------------------------------------------------------


def test_a_missing_due_date_is_worked_out_from_the_first_terms_that_say(drawn: Draw) -> None:
    pilot = drawn("""
        customers.csv
        customer_id | name | terms
        c1          | One  | NET60
        c2          | Two  | as agreed

        contracts.csv
        contract_id | customer_id | starts_on  | terms
        K           | c1          | 2025-01-01 | 2/10, n/45

        invoices.csv
        invoice_id | customer_id | issued_on  | amount | terms          | contract_id
        own        | c1          | 2026-01-01 | 1.00   | Net 30         | K
        contract   | c1          | 2026-01-01 | 1.00   |                | K
        customer   | c1          | 2026-01-01 | 1.00   |                |
        receipt    | c2          | 2026-01-01 | 1.00   | due on receipt |
        none       | c2          | 2026-01-01 | 1.00   |                |
    """)
    with seen(pilot, "2026-03-05") as day:
        due = {row["invoice_id"]: row["due_on"] for row in day.table("open_invoices")}
        found = figures.aging(day)["currencies"]["USD"]["buckets"]
    assert due == {
        "own": date(2026, 1, 31),
        "contract": date(2026, 2, 15),
        "customer": date(2026, 3, 2),
        "receipt": date(2026, 1, 1),
        "none": None,
    }
    assert found["no_due_date"] == {"amount": 1, "n": 1}
    assert {name: bucket["n"] for name, bucket in found.items() if bucket["n"]} == {
        "1-30": 2,
        "31-60": 1,
        "61-90": 1,
        "no_due_date": 1,
    }


def test_the_due_day_itself_is_current_and_buckets_end_on_30_60_90(drawn: Draw) -> None:
    pilot, due = books(drawn), date(2026, 2, 9)
    found = {}
    for late in (0, 1, 30, 31, 60, 61, 90, 91):
        buckets = aged(pilot, str(due + timedelta(late)))["buckets"]
        (found[late],) = [name for name in buckets if buckets[name]["n"]]
    assert found == {
        0: "current",
        1: "1-30",
        30: "1-30",
        31: "31-60",
        60: "31-60",
        61: "61-90",
        90: "61-90",
        91: "91+",
    }


def test_a_re_aged_invoice_keeps_its_first_due_date(drawn: Draw) -> None:
    pilot = drawn("""
        invoices.csv
        invoice_id | customer_id | issued_on  | due_on     | amount | re_aged_due_on
        A          | c1          | 2026-01-01 | 2026-01-31 | 100.00 | 2026-06-30
    """)
    with seen(pilot, "2026-02-10") as day:
        row = open_row(day, "A")
    assert (row["days_past_due"], row["re_aged_due_on"]) == (10, date(2026, 6, 30))


# --- currencies ----------------------------------------------------------------------------

TWO = """
    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount | currency
    A          | c1          | 2026-01-10 | 2026-02-09 | 100.00 | USD
    B          | c1          | 2026-01-10 | 2026-02-09 | 33.33  | EUR
    C          | c2          | 2026-01-10 | 2026-02-09 | 1.005  | KWD
"""


def test_two_currencies_are_never_added(drawn: Draw) -> None:
    pilot = drawn(TWO, "[pilot]\ncurrency = 'USD'\n[rates]\nEUR = 1.155\nKWD = 3.25\n")
    with seen(pilot, "2026-02-01") as day:
        found = figures.aging(day)
    totals = {name: books["total"] for name, books in found["currencies"].items()}
    assert totals == money(EUR="33.33", KWD="1.005", USD="100.00")
    # 33.33 x 1.155 = 38.49615 and 1.005 x 3.25 = 3.26625, each to the cent.
    assert found["reporting"] == {"currency": "USD", "total": Decimal("141.77")}


def test_a_missing_rate_leaves_the_total_unsaid_and_says_which(drawn: Draw) -> None:
    pilot = drawn(TWO, "[pilot]\ncurrency = 'USD'\n[rates]\nEUR = 1.1\n")
    with seen(pilot, "2026-02-01") as day:
        reporting = figures.aging(day)["reporting"]
        assert reporting["total"] is None
        assert "no rate for KWD" in reporting["why"]
        with pytest.raises(Exception, match=r"\[rates\] has no rate for KWD"):
            figures.roll(day, date(2026, 2, 6))


def test_an_application_without_a_currency_is_in_its_invoices(drawn: Draw) -> None:
    pilot = drawn(
        TWO
        + """
    applications.csv
    application_id | invoice_id | kind | effective_on | amount
    1              | B          | cash | 2026-01-20   | 10.00
    2              | C          | cash | 2026-01-20   | 0.005
    """
    )
    report = pilot.load()
    (applied,) = [file for file in report.files if file.kind == "applications"]
    assert applied.totals == money(EUR="10.00", KWD="0.005")
    with seen(pilot, "2026-02-01") as day:
        assert balances(day) == money(A="100.00", B="23.33", C="1.000")


def test_an_amount_of_ten_millions_is_converted(drawn: Draw) -> None:
    pilot = drawn(
        """
        invoices.csv
        invoice_id | customer_id | issued_on  | due_on     | amount        | currency
        A          | c1          | 2026-01-10 | 2026-02-09 | 123456789.01  | EUR
        B          | c1          | 2026-01-10 | 2026-02-09 | 9999999999.99 | EUR
        """,
        "[pilot]\ncurrency = 'USD'\n[rates]\nEUR = 1.1\n",
    )
    with seen(pilot, "2026-02-13") as day:
        found = figures.roll(day, date(2026, 2, 13))
    assert found["scheduled"] == Decimal("135802467.91") + Decimal("10999999999.99")
    assert found["identity_ok"]


# --- disputes ------------------------------------------------------------------------------

CONTESTED = """
    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount | disputed
    whole      | c1          | 2026-01-10 | 2026-02-09 | 100.00 |
    part       | c1          | 2026-01-10 | 2026-02-09 | 100.00 |
    closed     | c1          | 2026-01-10 | 2026-02-09 | 100.00 |
    flagged    | c1          | 2026-01-10 | 2026-02-09 | 100.00 | true
    both       | c1          | 2026-01-10 | 2026-02-09 | 100.00 | true

    disputes.csv
    dispute_id | invoice_id | flagged_at       | closed_at        | amount
    1          | whole      | 2026-02-01 09:00 |                  |
    2          | part       | 2026-02-01 09:00 |                  | 25.00
    3          | closed     | 2026-02-01 09:00 | 2026-02-05 09:00 |
    4          | both       | 2026-02-01 09:00 |                  | 60.00
"""


def test_disputes_hold_from_their_flag_to_their_end(drawn: Draw) -> None:
    pilot = drawn(CONTESTED)
    for on, disputed in (
        ("2026-01-31", {"flagged": 100}),
        ("2026-02-01", {"whole": 100, "part": 25, "closed": 100, "flagged": 100, "both": 60}),
        ("2026-02-05", {"whole": 100, "part": 25, "flagged": 100, "both": 60}),
    ):
        with seen(pilot, on) as day:
            rows = day.table("open_invoices")
            total = figures.aging(day)["currencies"]["USD"]["disputed"]
        assert {r["invoice_id"]: r["disputed_amount"] for r in rows if r["is_disputed"]} == disputed
        assert total == sum(disputed.values())


def test_a_dispute_is_never_for_more_than_is_still_open(drawn: Draw) -> None:
    pilot = drawn(
        CONTESTED
        + """
    applications.csv
    application_id | invoice_id | kind | effective_on | amount
    1              | part       | cash | 2026-02-03   | 90.00
    """
    )
    with seen(pilot, "2026-02-04") as day:
        assert open_row(day, "part")["disputed_amount"] == Decimal(10)
