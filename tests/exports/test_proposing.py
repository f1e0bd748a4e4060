"""An unknown export: its columns are proposed, what nothing tells is asked, the traps are seen."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import pytest

from pipeline.exports import Layout
from pipeline.exports.proposing import Proposal, amended, propose
from pipeline.exports.proposing_columns import NOTHING_KNOWN, Known
from pipeline.exports.proposing_layouts import checked, layout_text, slug
from pipeline.exports.proposing_looking import looked, nearest
from pipeline.exports.proposing_questions import asked, settled, unanswered
from pipeline.exports.proposing_rows import Rows, judged
from pipeline.exports.reading import read
from pipeline.model import CountbackError, WrongCall
from tests.exports.conftest import column

Propose = Callable[..., Proposal]


@pytest.fixture
def proposed(tmp_path: Path, layouts: tuple[Layout, ...]) -> Propose:
    def run(text: str, name: str = "export.csv", known: Known = NOTHING_KNOWN) -> Proposal:
        path = tmp_path / name
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return propose(looked(path, name), layouts, known)

    return run


def keys(proposal: Proposal) -> dict[str, str]:
    """Question -> what is suggested."""
    return {ask.key: ask.suggested for ask in asked(proposal, judged(proposal), "USD")}


def layout(proposal: Proposal, **answers: str) -> Layout:
    rows = judged(proposal)
    given = settled(asked(proposal, rows, "USD"), answers)
    return checked(layout_text(proposal, rows, given, "Own ledger"))


GERMAN = """
Muster GmbH
Offene Posten zum 31.03.2026

Kunde;Rechnungsnr.;Rg-Datum;Fällig am;Betrag;Offen;Whg
Alpha AG;0001;05.01.2026;04.02.2026;1.200,00;1.200,00;EUR
Beta SE;0002;06.02.2026;08.03.2026;2.500,50;500,50;EUR
Beta SE;0003;07.02.2026;07.02.2026;100,00-;100,00-;EUR
Gesamt;;;;3.600,50;1.600,50;
"""
PLAIN = """
Bill ref,Buyer,Bill date,Pay by,Amt,Cur
B-1,Alpha,2026-01-13,2026-02-12,100.00,USD
B-2,Beta,2026-01-14,2026-02-13,250.50,USD
B-3,Alpha,2026-02-14,2026-03-16,70.00,USD
"""


def test_a_german_list_of_open_items_is_understood(proposed: Propose) -> None:
    found = proposed(GERMAN)
    assert found.kind == "invoices"
    assert found.missing == ()
    assert found.columns == {
        "invoice_id": "Rechnungsnr.",
        "customer_id": "Kunde",
        "issued_on": "Rg-Datum",
        "amount": "Offen",
        "due_on": "Fällig am",
        "currency": "Whg",
        "customers.name": "Kunde",
    }
    assert all(0 < pick.confidence <= 1 and pick.reason for pick in found.picks if pick.header)


def test_totals_trailing_minus_thousands_and_leading_zeros_come_through(
    proposed: Propose, tmp_path: Path
) -> None:
    proposal = proposed(GERMAN)
    rows = judged(proposal)
    assert (rows.decimal, dict(rows.roles)) == (",", {"a total": 1})
    assert rows.stated == {"Betrag": Decimal("3600.50"), "Offen": Decimal("1600.50")}
    reading = read(tmp_path / "export.csv", "export.csv", [layout(proposal)], {})
    assert (reading.kept, len(reading.skipped), reading.warnings[-1:]) == (
        3,
        1,
        ("A customer goes by its name.",),
    )
    assert column(reading, "Rechnungsnr.") == ["0001", "0002", "0003"]
    assert column(reading, "(kind)") == ["invoice", "invoice", "credit_note"]


def test_days_that_could_be_months_are_asked_and_never_guessed(proposed: Propose) -> None:
    proposal = proposed(
        """
        Inv No,Client,Inv Date,Due,Amt
        A-1,Alpha,01/02/2026,03/04/2026,10.00
        A-2,Beta,05/05/2026,06/06/2026,20.00
        """
    )
    rows = judged(proposal)
    asks = asked(proposal, rows, "USD")
    [ask] = unanswered(asks, {})
    assert (ask.key, ask.choices, rows.turning) == ("date_order", ("day first", "month first"), 1)
    assert layout(proposal, date_order="day first").reading.date_order == "day_first"
    assert unanswered(asks, {"date_order": "month first"}) == ()


def test_a_day_above_twelve_answers_for_the_whole_file(proposed: Propose) -> None:
    proposal = proposed(
        """
        Inv No,Client,Inv Date,Due,Amt
        A-1,Alpha,01/02/26,28/02/26,10.00
        """
    )
    assert "date_order" not in keys(proposal)
    assert layout(proposal).reading.date_formats[0] == "%d/%m/%y"


def test_an_amount_that_could_be_thousands_is_asked(proposed: Propose) -> None:
    text = "Inv No,Client,Inv Date,Due,Amt\nA-1,Alpha,2026-01-13,2026-02-12,1.200\n"
    proposal = proposed(text)
    assert "decimal" in keys(proposal)
    point = layout(proposal, decimal="thousands are marked by a point")
    assert point.reading.decimal == ","


def test_lines_of_one_document_are_added_up_or_taken_once(proposed: Propose) -> None:
    head = "Invoice No,Client,Invoice Date,Line Total\n"
    lines = "I-1,Alpha,2026-01-13,{}\nI-1,Alpha,2026-01-13,{}\nI-2,Beta,2026-01-14,5.00\n"
    differ = proposed(head + lines.format("10.00", "20.00"))
    assert keys(differ)["lines"] == "add the lines up"
    alike = proposed(head.replace("Line Total", "Total") + lines.format("30.00", "30.00"))
    assert keys(alike)["lines"] == "each line repeats the total"
    taken = layout(alike).lines
    assert taken is not None
    assert (taken.group, taken.take) == (("Invoice No", "Client"), "first")


def test_a_customer_without_a_number_goes_by_its_name(proposed: Propose) -> None:
    found = proposed(PLAIN)
    assert (found.header("customer_id"), found.header("customers.name")) == ("Buyer", "Buyer")
    assert "A customer goes by its name." in layout(found).assumptions


def test_names_that_stand_above_their_rows_are_the_customers(
    proposed: Propose, tmp_path: Path
) -> None:
    proposal = proposed(
        """
        Doc No,Date,Due Date,Balance
        Alpha AG,,,
        A-1,2026-01-13,2026-02-12,10.00
        Total Alpha AG,,,10.00
        Beta SE,,,
        A-2,2026-01-14,2026-02-13,20.00
        Total Beta SE,,,20.00
        Total,,,30.00
        """
    )
    reading = read(tmp_path / "export.csv", "export.csv", [layout(proposal)], {})
    assert column(reading, "(heading)") == ["Alpha AG", "Beta SE"]
    assert judged(proposal).stated == {"Balance": Decimal("30.00")}


def test_drafts_and_what_is_paid_without_a_day_are_left_out_unless_a_person_says(
    proposed: Propose,
) -> None:
    proposal = proposed(
        """
        Invoice No,Client,Invoice Date,Total,Status
        I-1,Alpha,2026-01-13,10.00,Sent
        I-2,Alpha,2026-01-14,20.00,Draft
        I-3,Beta,2026-01-15,30.00,Paid
        """
    )
    assert {keys(proposal)[key] for key in ("void", "paid")} == {"leave them out"}
    skipped = [rule.where for rule in layout(proposal).rows if rule.skip]
    assert skipped == [{"Status": ("Draft",)}, {"Status": ("Paid",)}]
    assert not layout(proposal, void="count them", paid="count them").rows


def test_cells_speak_where_headers_are_silent(proposed: Propose) -> None:
    text = PLAIN.replace("Bill ref,Buyer,Bill date,Pay by,Amt,Cur", "a1,a2,a3,a4,a5,a6")
    found = proposed(text, "invoices.csv")
    assert found.kind == "invoices"
    assert [found.header(ours) for ours in ("issued_on", "due_on", "amount", "currency")] == [
        *("a3", "a4", "a5", "a6"),
    ]
    assert all(pick.confidence <= 0.5 for pick in found.picks)


def test_ids_of_loaded_files_tell_the_customer_column(proposed: Propose) -> None:
    text = "x,Invoice No,Inv Date,Amt\nK7,I-1,2026-01-13,1.50\nK8,I-2,2026-01-14,2.50\n"
    found = proposed(text, known=Known(customers=frozenset({"K7", "K8"})))
    assert found.header("customer_id") == "x"
    lost = proposed(
        text.replace("K7", "7").replace("K8", "8").replace("x,", "Customer No,"),
        known=Known(customers=frozenset({"007", "008"})),
    )
    assert any("leading zeros" in note for note in lost.notes)


def test_an_aging_summary_is_told_to_be_one(proposed: Propose) -> None:
    found = proposed(
        """
        Customer,Current,1 - 30,31 - 60,61 - 90,91 and over,Total
        Alpha,10.00,0.00,0.00,0.00,0.00,10.00
        """,
        "A_R Aging Summary.csv",
    )
    amounts = amended(found, {})
    assert found.kind != "invoices" or any("aging summary" in note for note in amounts.notes)


@pytest.mark.parametrize(
    ("columns", "says"),
    [({"amonut": "Amt"}, "amonut is no column"), ({"amount": "Sum"}, "has no column 'Sum'")],
)
def test_a_choice_that_cannot_be_is_refused_by_name(
    proposed: Propose, columns: dict[str, str], says: str
) -> None:
    with pytest.raises(WrongCall, match=says):
        amended(proposed(PLAIN), columns)


def test_a_needed_column_left_out_makes_no_layout(proposed: Propose) -> None:
    found = amended(proposed(PLAIN), {"amount": None})
    assert found.missing == ("amount",)
    with pytest.raises(CountbackError, match="'amount' is needed by invoices"):
        layout(found)


def test_hostile_headers_stay_text_in_the_layout(proposed: Propose) -> None:
    evil = 'Amt "]\\n[reading]'
    text = PLAIN.replace("Amt", '"' + evil.replace('"', '""') + '"')
    found = amended(proposed(text), {"amount": evil})
    assert layout(found).columns["amount"] == (evil,)


def test_the_nearest_layout_and_what_it_misses_are_named(layouts: tuple[Layout, ...]) -> None:
    headers = ["Date", "Transaction type", "Num", "Customer", "Due date", "Still due"]
    found = nearest(headers, layouts)
    assert found is not None
    assert found.layout.name == "quickbooks_online_aging"
    assert found.missing == ("Open balance",)
    assert nearest(["who", "when"], layouts) is None


def test_a_mapping_is_named_by_letters_and_digits() -> None:
    assert slug("DATEV: Offene Posten (März)") == "datev_offene_posten_marz"
    with pytest.raises(CountbackError, match="use letters and digits"):
        slug("…")


def test_rows_without_a_question_leave_nothing_to_ask(proposed: Propose) -> None:
    rows: Rows = judged(proposed(PLAIN))
    assert asked(proposed(PLAIN), rows, "USD") == ()


def test_an_amount_beside_the_column_that_the_file_totals_must_be_chosen_by_a_person(
    proposed: Propose,
) -> None:
    proposal = proposed(
        """
        Invoice No,Client,Invoice Date,Amount,Rest xyz
        I-1,Alpha,2026-01-13,10.00,4.00
        I-2,Beta,2026-01-14,20.00,20.00
        TOTAL,,,,24.00
        """
    )
    rows = judged(proposal)
    [ask] = [one for one in asked(proposal, rows, "USD") if one.key == "amount"]
    assert (ask.choices, ask.is_open) == (("Amount", "Rest xyz"), True)
    assert ask.because == "The file itself totals Rest xyz."


def test_of_two_columns_with_one_header_both_can_be_mapped(
    proposed: Propose, tmp_path: Path
) -> None:
    proposal = proposed("""
        Bill ref,Buyer,Bill date,Pay by,Amount,Amount,Cur
        B-1,Alpha,2026-01-13,2026-02-12,100.00,7.00,USD
        B-2,Beta,2026-01-14,2026-02-13,250.50,8.00,USD
    """)
    assert proposal.look.columns[4:6] == ("Amount", "Amount (column 6)")
    assert proposal.header("amount") == "Amount"
    chosen = amended(proposal, {"amount": "Amount (column 6)"})
    reading = read(tmp_path / "export.csv", "export.csv", [layout(chosen)], {})
    assert reading.tables[0].columns["amount"] == ("Amount (column 6)",)
    assert column(reading, "Amount (column 6)") == ["7.00", "8.00"]
