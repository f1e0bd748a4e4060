"""The traps that exports set, one test each; docs/layouts.md lists them."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.exports import Layout, Reading
from pipeline.exports.listing import total
from pipeline.exports.reading import read
from pipeline.warehouse.intake_report import FileReport
from pipeline.warehouse.one_file import counted
from tests.conftest import REPOSITORY
from tests.drawn import draw, seen
from tests.exports import workbook
from tests.exports.conftest import Draw, column

AGING = """
    Northlight Software
    A/R Aging Detail Report
    As of March 31, 2026

    ,Date,Transaction type,Num,Customer full name,Due date,Amount,Open balance
    1 - 30 days past due,,,,,,,
    ,02/15/2026,Invoice,N-1,Quay Hotels,03/17/2026,100.00,100.00
    ,02/16/2026,Invoice,N-2,Quay Hotels,03/18/2026,50.00,50.00
    {subtotal},,,,,,,150.00
    {total},,,,,,,{stated}
"""
FRESH = "Client Name,Invoice #,Date Issued,Invoice Status,Date Paid,Line Total,Currency\n"


def aging(
    subtotal: str = "Total for 1 - 30 days past due", total: str = "TOTAL", stated: str = "150.00"
) -> str:
    return AGING.format(subtotal=subtotal, total=total, stated=stated)


def why(reading: Reading) -> dict[int, str]:
    return {row.row: row.why for row in reading.skipped}


def sums(report: FileReport) -> dict[str, str]:
    return {currency: f"{amount:.2f}" for currency, amount in report.totals.items()}


def test_subtotals_and_grand_totals_are_no_invoices(drawn: Draw) -> None:
    reading = drawn(aging())
    assert column(reading, "Num") == ["N-1", "N-2"]
    assert why(reading) == {6: "a heading", 9: "a subtotal", 10: "a total"}
    assert total(reading) == Decimal(150)


def test_a_grand_total_that_does_not_equal_its_rows_warns_and_never_rejects(drawn: Draw) -> None:
    reading = drawn(aging(stated="175.00"))
    said = "The report's own total (Open balance) is 175.00, and its rows come to 150.00."
    assert said in reading.warnings
    assert (reading.kept, reading.refusal, reading.refused) == (2, None, ())
    assert not [text for text in drawn(aging()).warnings if "own total" in text]


@pytest.mark.parametrize(
    ("subtotal", "word"),
    [
        ("Summe 1 - 30 days past due", "Gesamtsumme"),
        ("Sous-total 1 - 30 days past due", "Total général"),
        ("Totale 1 - 30 days past due", "Totale"),
        ("Suma 1 - 30 days past due", "Razem"),
        ("Summa 1 - 30 days past due", "Yhteensä"),
        ("小計", "合計"),
        ("Итого", "Всего"),
    ],
)
def test_a_total_row_in_another_language_is_a_total(drawn: Draw, subtotal: str, word: str) -> None:
    reading = drawn(aging(subtotal, word))
    assert column(reading, "Num") == ["N-1", "N-2"]
    assert set(why(reading).values()) <= {"a heading", "a subtotal", "a total"}


def test_receivables_and_payables_in_one_file_are_told_apart(drawn: Draw) -> None:
    reading = drawn("""
        InvoiceID,Type,ContactID,ContactName,InvoiceNumber,Date,DueDate,Status,CurrencyCode,Total,\
AmountDue,FullyPaidOnDate
        1,ACCREC,C1,Quay Hotels,S-1,2026-01-05,2026-02-04,AUTHORISED,USD,100.00,100.00,
        2,ACCPAY,V1,Paper Mill,B-1,2026-01-06,2026-02-05,AUTHORISED,USD,900.00,900.00,
    """)
    assert column(reading, "InvoiceNumber") == ["S-1"]
    assert why(reading) == {3: "a bill that we owe"}


def test_drafts_and_voids_are_never_owed(drawn: Draw) -> None:
    reading = drawn("""
        InvoiceID,Type,ContactID,ContactName,InvoiceNumber,Date,DueDate,Status,CurrencyCode,Total,\
AmountDue,FullyPaidOnDate
        1,ACCREC,C1,Quay Hotels,S-1,2026-01-05,2026-02-04,AUTHORISED,USD,100.00,100.00,
        2,ACCREC,C1,Quay Hotels,S-2,2026-01-06,2026-02-05,DRAFT,USD,900.00,900.00,
        3,ACCREC,C1,Quay Hotels,S-3,2026-01-07,2026-02-06,VOIDED,USD,700.00,700.00,
    """)
    assert column(reading, "InvoiceNumber") == ["S-1"]
    assert why(reading) == {3: "a draft", 4: "void or deleted"}


def test_cancelled_documents_are_never_owed(drawn: Draw) -> None:
    reading = drawn("""
        Number,Customer,Invoice Date,Due Date,Tax Excluded,Total,Amount Due,Payment Status,Status
        INV/1,Quay Hotels,2026-03-02,2026-04-01,100.00,119.00,119.00,Not Paid,Posted
        INV/2,Quay Hotels,2026-03-03,2026-04-02,100.00,119.00,119.00,Not Paid,Cancelled
        INV/3,Quay Hotels,2026-03-04,2026-04-03,100.00,119.00,119.00,Reversed,Posted
    """)
    assert column(reading, "Number") == ["INV/1"]
    assert set(why(reading).values()) == {
        "a draft or cancelled",
        "a draft, cancelled or reversed",
    }


def test_payments_that_repeat_the_invoices_they_paid_count_once(drawn: Draw) -> None:
    report = counted(
        drawn("""
            Payment Number,CustomerPayment ID,Mode,Date,Customer Name,Amount,Invoice Number,\
Amount Applied to Invoice,Invoice Payment Applied Date
            7,701,Cash,2026-03-02,Quay Hotels,300.00,Z-1,100.00,2026-03-02
            7,701,Cash,2026-03-02,Quay Hotels,300.00,Z-2,200.00,2026-03-02
        """),
        "USD",
    )
    assert (report.accepted, report.skipped, sums(report)) == (1, 1, {"USD": "300.00"})


def test_matched_payments_beside_the_invoices_they_cleared_are_no_further_cash(
    drawn: Draw,
) -> None:
    reading = drawn("""
        Customer,Document Number,Document Type,Document Date,Net due date,\
Amount in local currency,Local Currency,Clearing date
        2001,9001,RV,05.01.2026,04.02.2026,100.00,USD,20.02.2026
        2001,1401,DZ,20.02.2026,20.02.2026,-100.00,USD,20.02.2026
        2001,9002,RV,06.01.2026,05.02.2026,40.00,USD,
    """)
    assert why(reading) == {3: "a payment that is matched"}
    report = counted(reading, "USD")
    assert (report.accepted, sums(report)) == (2, {"USD": "140.00"})


def test_credit_notes_without_a_number_are_kept_apart_by_their_cells(
    layouts: tuple[Layout, ...],
) -> None:
    samples = Path(__file__).parent.parent / "samples"
    reading = read(samples / "xero_aging_11.csv", "xero_aging_11.csv", layouts, {})
    made = column(reading, "(made-up id)")
    assert str(made[1]).startswith("no number: ")
    assert column(reading, "Invoice Number") == ["INV-2001", None]
    assert counted(reading, "USD").refused == 0


def test_partial_with_no_paid_amount_counts_as_open_and_is_said(drawn: Draw) -> None:
    reading = drawn(
        FRESH
        + "Quay Hotels,F-1,2026-01-05,partial,2026-02-01,100.00,USD\n"
        + "Quay Hotels,F-2,2026-01-06,paid,2026-02-02,50.00,USD\n"
    )
    said = " ".join(reading.warnings)
    assert "1 row(s) are part-paid, and the file does not say how much" in said
    assert column(reading, "(paid on)") == [None, "2026-02-02"]


def test_a_status_that_contradicts_the_dates_is_said(drawn: Draw) -> None:
    reading = drawn(
        FRESH
        + "Quay Hotels,F-1,2026-01-05,paid,,100.00,USD\n"
        + "Quay Hotels,F-2,2026-01-06,overdue,2026-02-02,50.00,USD\n"
    )
    said = " ".join(reading.warnings)
    assert "1 row(s) are marked as paid and have no date of payment" in said
    assert "1 row(s) have a date of payment and a status that says otherwise" in said


def test_ids_that_became_floats_are_whole_again(tmp_path: Path) -> None:
    pilot = draw(
        tmp_path,
        """
        open.csv
        cust_number|name_customer|doc_id|posting_date|due_in_date|invoice_currency|total_open_amount
        0200700001|Quay|1930570001.0|2026-01-05|2026-02-04|USD|100.00
        """,
    )
    with seen(pilot, "2026-03-01") as day:
        rows = day.select("select invoice_id, customer_id from invoices")
    assert rows == [{"invoice_id": "1930570001", "customer_id": "0200700001"}]


def test_an_invoice_whose_number_lost_its_zeros_counts_once(tmp_path: Path) -> None:
    pilot = draw(
        tmp_path,
        """
        invoices.csv
        invoice_id | customer_id | issued_on  | amount
        000123     | C1          | 2026-01-05 | 100.00

        again.csv
        invoice_id | customer_id | issued_on  | amount
        123        | C1          | 2026-01-05 | 100.00
        """,
    )
    with seen(pilot, "2026-03-01") as day:
        assert day.select("select invoice_id from invoices") == [{"invoice_id": "000123"}]


def test_one_customer_under_many_spellings_is_one_and_children_stay_apart(tmp_path: Path) -> None:
    pilot = draw(
        tmp_path,
        """
        open.csv
        cust_number|name_customer|doc_id|posting_date|due_in_date|invoice_currency|total_open_amount
        0200700001|Fern corp|11|2026-01-05|2026-02-04|USD|100.00
        0200700001|Fern|12|2026-01-06|2026-02-05|USD|50.00
        0200700001|Fern llc|13|2026-01-07|2026-02-06|USD|25.00

        customers.csv
        customer_id | name        | parent_id
        P           | Quay Group  |
        K           | Quay Hotels | P
        """,
    )
    with seen(pilot, "2026-03-01") as day:
        rows = day.select("select customer_id, name, parent_id from customers order by customer_id")
    assert [(row["customer_id"], row["name"], row["parent_id"]) for row in rows] == [
        ("0200700001", "Fern corp", None),
        ("K", "Quay Hotels", "P"),
        ("P", "Quay Group", None),
    ]


def test_lines_that_repeat_the_invoices_total_count_it_once(drawn: Draw) -> None:
    report = counted(
        drawn("""
            Invoice Date,Invoice ID,Invoice Number,Invoice Status,Customer Name,Due Date,\
Item Name,Total,Balance,Currency Code
            2026-01-10,501,Z-1,Overdue,Quay Hotels,2026-02-09,Desk,300,300,USD
            2026-01-10,501,Z-1,Overdue,Quay Hotels,2026-02-09,Lamp,300,300,USD
        """),
        "USD",
    )
    assert (report.accepted, report.skipped, sums(report)) == (1, 1, {"USD": "300.00"})


def test_duplicate_ids_of_customers_multiply_no_invoice(tmp_path: Path) -> None:
    pilot = draw(
        tmp_path,
        """
        customers.csv
        customer_id | name
        C1          | Quay Hotels
        C1          | Quay Hotels Ltd
        C1          | Quay Hotels

        invoices.csv
        invoice_id | customer_id | issued_on  | due_on     | amount
        A          | C1          | 2026-01-05 | 2026-02-04 | 100.00
        """,
    )
    with seen(pilot, "2026-03-01") as day:
        rows = day.select("select invoice_id, open_amount from open_invoices")
    assert [(row["invoice_id"], row["open_amount"]) for row in rows] == [("A", Decimal(100))]
    [customers] = [file for file in pilot.load().files if file.file == "customers.csv"]
    assert (customers.accepted, customers.refused, customers.skipped) == (1, 1, 1)


def test_every_trap_of_the_page_has_the_test_that_it_names() -> None:
    page = (REPOSITORY / "docs" / "layouts.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    assert named
    assert named <= set(globals())


HEADER = ["invoice_id", "customer_id", "issued_on", "amount"]


def test_of_several_sheets_the_one_with_the_data_is_read_and_others_are_said(
    tmp_path: Path, layouts: tuple[Layout, ...]
) -> None:
    path = workbook.write(
        tmp_path / "book.xlsx",
        {
            "Notes": [["made by", "finance"]],
            "January": [HEADER, ["A", "C1", "2026-01-05", "1.00"]],
            "February": [HEADER, ["B", "C1", "2026-02-05", "2.00"]],
        },
    )
    reading = read(path, "book.xlsx", layouts, {})
    assert (reading.sheet, column(reading, "invoice_id")) == ("January", ["A"])
    assert reading.sheets == (
        ("Notes", ""),
        ("January", "countback_invoices"),
        ("February", "countback_invoices"),
    )
    assert "The sheet February can be read as well and was not" in " ".join(reading.warnings)


def test_a_merged_heading_names_the_customer_of_the_rows_below(
    tmp_path: Path, layouts: tuple[Layout, ...]
) -> None:
    head = ["", "Type", "Date", "Num", "P. O. #", "Terms", "Due Date", "Aging", "Open Balance"]
    # A merged cell keeps its text in its first column alone.
    rows: list[list[workbook.Cell]] = [
        list(head),
        ["Quay Hotels", None, None, None, None, None, None, None, None],
        [None, "Invoice", "2026-01-05", "N-1", None, None, "2026-02-04", None, 100],
        ["Total Quay Hotels", None, None, None, None, None, None, None, 100],
    ]
    path = workbook.write(tmp_path / "book.xlsx", {"Open Invoices": rows})
    reading = read(path, "book.xlsx", layouts, {})
    assert column(reading, "(heading)") == ["Quay Hotels"]
    assert why(reading) == {2: "a heading", 4: "a subtotal"}


def test_an_invoice_that_names_only_its_contract_is_its_customers(tmp_path: Path) -> None:
    pilot = draw(
        tmp_path,
        """
        contracts.csv
        contract_id | client_id | contract_type | original_value | start_date | end_date
        CT1         | CL1       | New           | 1000           | 2025-01-01 | 2026-12-31

        invoices.csv
        invoice_id|contract_id|invoice_date|due_date|invoice_amount|paid_amount|paid_date|invoice_status
        I1|CT1|2026-01-05|2026-02-04|100|40|2026-01-20|Disputed
        I2|CT9|2026-01-06|2026-02-05|100|0||Outstanding
        """,
    )
    with seen(pilot, "2026-03-01") as day:
        rows = day.select("select invoice_id, customer_id, open_amount from open_invoices")
        flagged = day.select("select is_flagged_disputed from invoices")
    assert [tuple(row.values()) for row in rows] == [("I1", "CL1", Decimal(60))]
    assert flagged == [{"is_flagged_disputed": True}]
    [invoices] = [file for file in pilot.load().files if file.file == "invoices.csv"]
    assert (invoices.accepted, invoices.refused) == (1, 1)
    assert "names a contract that no loaded file holds" in invoices.reasons[0].reason
