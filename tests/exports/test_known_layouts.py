"""Every export that we know, told from all others, and read to the cent."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.exports import FrameSource, Layout, Reading
from pipeline.exports.listing import supported, total
from pipeline.exports.reading import read
from tests.conftest import REPOSITORY

SAMPLES = REPOSITORY / "tests" / "samples"
START, END = "<!-- layouts -->\n", "\n<!-- /layouts -->"

#: Each file below the shared data that a layout of ours reads; all others fit none.
READ = {
    "crm/customers_fr/O2C_clients.xlsx": "wide_world_importers_customers",
    "invoices/clearwip/clients.csv": "clearwip_clients",
    "invoices/clearwip/contracts.csv": "clearwip_contracts",
    "invoices/clearwip/invoices.csv": "clearwip_invoices",
    "invoices/highradius_ledger/highradius_ledger.csv": "highradius_ledger",
    "invoices/highradius_open/data2_full_columns.csv": "highradius_open",
    "invoices/highradius_open/nulldata.csv": "highradius_open_usd",
    "invoices/ibm_late_payment/WA_Fn-UseC_-Accounts-Receivable.csv": "ibm_late_payment",
    "invoices/ibm_late_payment/variant_iamjenetzler.csv": "ibm_late_payment",
    "invoices/ibm_late_payment/variant_rpalaver.csv": "ibm_late_payment",
    "invoices/xero_demo_company/credit_notes.xml": "xero_records_credit_notes",
    "invoices/xero_demo_company/flat_contacts.csv": "xero_records_contacts",
    "invoices/xero_demo_company/flat_credit_notes.csv": "xero_records_credit_notes",
    "invoices/xero_demo_company/flat_invoices.csv": "xero_records_invoices",
    "invoices/xero_demo_company/flat_payments.csv": "xero_records_payments",
    "invoices/xero_demo_company/invoices.xml": "xero_records_invoices",
    "invoices/xero_demo_company/payments.xml": "xero_records_payments",
    "layouts/api_tables/hubspot/company_data.csv": "hubspot_api_companies",
    "layouts/api_tables/hubspot/contact_data.csv": "hubspot_api_contacts",
    "layouts/api_tables/hubspot/deal_data.csv": "hubspot_api_deals",
    "layouts/api_tables/hubspot/owner_data.csv": "hubspot_api_owners",
    "layouts/api_tables/netsuite/netsuite2_customer_data.csv": "netsuite_api_customers",
    "layouts/api_tables/netsuite/netsuite2_employee_data.csv": "netsuite_api_employees",
    "layouts/api_tables/netsuite/netsuite_customers_data.csv": "netsuite_api_customers",
    "layouts/api_tables/quickbooks/credit_memo_data.csv": "quickbooks_api_credit_memos",
    "layouts/api_tables/quickbooks/customer_data.csv": "quickbooks_api_customers",
    "layouts/api_tables/quickbooks/invoice_data.csv": "quickbooks_api_invoices",
    "layouts/api_tables/quickbooks/payment_data.csv": "quickbooks_api_payments",
    "layouts/api_tables/salesforce/sf_account_data.csv": "salesforce_api_accounts",
    "layouts/api_tables/salesforce/sf_contact_data.csv": "salesforce_api_contacts",
    "layouts/api_tables/salesforce/sf_opportunity_data.csv": "salesforce_api_opportunities",
    "layouts/api_tables/salesforce/sf_user_data.csv": "salesforce_api_users",
    "layouts/api_tables/sap/sap_bseg_data.csv": "sap_api_items",
    "layouts/api_tables/sap/sap_kna1_data.csv": "sap_api_customers",
    "layouts/api_tables/stripe/charge_data.csv": "stripe_api_charges",
    "layouts/api_tables/stripe/customer_data.csv": "stripe_api_customers",
    "layouts/api_tables/xero/xero_contact_data.csv": "xero_api_contacts",
    "layouts/api_tables/xero/xero_invoice_data.csv": "xero_api_invoices",
    "layouts/api_tables/zendesk/organization_data.csv": "zendesk_api_organizations",
    "layouts/api_tables/zendesk/ticket_data.csv": "zendesk_api_tickets",
    "layouts/api_tables/zendesk/user_data.csv": "zendesk_api_users",
    "tickets/cfpb_131.csv": "cfpb_complaints",
    "tickets/helpdesk_600_multilang.csv": "helpdesk_queue_tickets",
    "tickets/support_tickets_8469.csv": "support_desk_tickets",
    "layouts/business_central/AgedAccountsReceivableExcel.xlsx": "business_central_aging",
    "layouts/qbo_ar_aging_detail_599.csv": "quickbooks_online_aging",
    "layouts/verbatim/busy_account_master.csv": "busy_accounts",
    "layouts/verbatim/busy_accounting_vouchers.csv": "busy_vouchers",
    "layouts/verbatim/freshbooks_invoice_details.csv": "freshbooks_invoices",
    "layouts/verbatim/hubspot_b_companies.csv": "hubspot_companies",
    "layouts/verbatim/hubspot_b_deals.csv": "hubspot_deals",
    "layouts/verbatim/hubspot_companies.csv": "hubspot_companies",
    "layouts/verbatim/hubspot_contacts.csv": "hubspot_contacts",
    "layouts/verbatim/hubspot_deals.xlsx": "hubspot_deals",
    "layouts/verbatim/qb_ar_aging_detail_titleblock.csv": "quickbooks_desktop_aging",
    "layouts/verbatim/qb_customer_contact_list.csv": "quickbooks_customer_contacts",
    "layouts/verbatim/qb_desktop_open_invoices.csv": "quickbooks_desktop_open_invoices",
    "layouts/verbatim/qbo_ar_aging_detail.csv": "quickbooks_online_aging",
    "layouts/verbatim/sap_ageing_trial_balance.xlsx": "sap_ageing_list",
    "layouts/verbatim/sap_fbl5n_fr.xlsx": "sap_fbl5n_fr",
    "layouts/verbatim/tally_pending_bills.xlsx": "tally_pending_bills",
    "layouts/verbatim/xero_aged_receivables_detail_23col.xlsx": "xero_aging",
    "layouts/verbatim/zoho_books_contacts.csv": "zoho_contacts",
    "layouts/verbatim/zoho_books_customer_payment.csv": "zoho_payments",
    "layouts/verbatim/zoho_books_invoice.csv": "zoho_invoices",
}
#: Single records of the Xero demo company, by how their files are called.
RECORDS = {
    "contact": "xero_records_contacts",
    "credit_note": "xero_records_credit_notes",
    "invoice": "xero_records_invoices",
    "prepayment": "xero_records_prepayments",
}


def accounts(reading: Reading) -> bool:
    if not isinstance(reading.source, FrameSource):
        return reading.rows == reading.kept + len(reading.skipped) + len(reading.refused)
    height = reading.source.frame.height
    return reading.rows == height + len(reading.skipped) + len(reading.refused)


def test_no_file_is_taken_for_another_layout(shared: Path, layouts: tuple[Layout, ...]) -> None:
    wrong = {}
    for path in sorted(p for p in (shared / "data").rglob("*") if p.is_file()):
        name = path.relative_to(shared / "data").as_posix()
        wanted = READ.get(name)
        if path.parent.name == "records":
            wanted = RECORDS.get(path.name.partition("-")[0])
        reading = read(path, name, layouts, {})
        assert reading.layout is None or reading.refusal or accounts(reading), name
        found = reading.layout.name if reading.layout else None
        if found != wanted:
            wrong[name] = (found, wanted)
    assert wrong == {}


#: Sample -> layout, rows, kept, total of the main table, day of the report.
SAMPLED = {
    "busy_vouchers.csv": ("busy_vouchers", 5, 2, "1500.00", None),
    "freshbooks_invoices.csv": ("freshbooks_invoices", 5, 3, "220.30", None),
    "netsuite_aging.csv": ("netsuite_aging", 5, 3, "1250.00", "2026-03-31"),
    "odoo_invoices.csv": ("odoo_invoices", 7, 3, "1190.00", None),
    "odoo_invoices_fields.csv": ("odoo_invoices", 2, 2, "1240.00", None),
    "sage_intacct_invoices.csv": ("sage_intacct_api_invoices", 6, 3, "870.00", None),
    "quickbooks_desktop_open_invoices.csv": (
        "quickbooks_desktop_open_invoices",
        11,
        4,
        "1340.00",
        None,
    ),
    "quickbooks_online_aging.csv": ("quickbooks_online_aging", 15, 6, "2810.00", "2026-03-31"),
    "quickbooks_online_open_invoices.csv": (
        "quickbooks_online_open_invoices",
        5,
        2,
        "1000.00",
        "2026-03-31",
    ),
    "sap_fbl5n_de.csv": ("sap_fbl5n_de", 5, 4, "1210.00", None),
    "sap_fbl5n_en.csv": ("sap_fbl5n_en", 9, 5, "1900.00", None),
    "sap_fbl5n_list.txt": ("sap_fbl5n_en", 18, 3, "1250.00", None),
    "stripe_payments.csv": ("stripe_payments", 3, 2, "135.50", None),
    "xero_aging_11.csv": ("xero_aging", 7, 2, "1000.00", "2026-03-31"),
    "xero_answer.xml": ("xero_records_invoices", 3, 2, "110.00", None),
    "xero_sales_invoices.csv": ("xero_sales_invoices", 5, 1, "1000.00", None),
    "zoho_invoices.csv": ("zoho_invoices", 4, 1, "250", None),
}


def sample(name: str, layouts: tuple[Layout, ...]) -> Reading:
    return read(SAMPLES / name, name, layouts, {})


def test_every_sample_is_expected() -> None:
    assert {path.name for path in SAMPLES.iterdir()} >= set(SAMPLED)


@pytest.mark.parametrize("name", SAMPLED)
def test_our_samples_are_read_as_written(name: str, layouts: tuple[Layout, ...]) -> None:
    layout, rows, kept, amount, day = SAMPLED[name]
    reading = sample(name, layouts)
    assert reading.layout is not None
    assert (reading.layout.name, reading.rows, reading.kept) == (layout, rows, kept)
    assert total(reading) == Decimal(amount)
    assert (reading.report_as_of and reading.report_as_of.isoformat()) == day
    assert accounts(reading)


def why(reading: Reading) -> dict[int, str]:
    return {row.row: row.why for row in reading.skipped}


def column(reading: Reading, name: str) -> list[str | None]:
    assert isinstance(reading.source, FrameSource)
    return reading.source.frame[name].to_list()


def test_a_customer_called_total_is_no_total(layouts: tuple[Layout, ...]) -> None:
    reading = sample("quickbooks_desktop_open_invoices.csv", layouts)
    assert why(reading)[2] == "a heading"
    assert column(reading, "(heading)")[0] == "Total Fitness"
    assert column(reading, "(heading)")[2:] == ["Quay Hotels:Annex", "Quay Hotels"]


def test_every_other_row_says_what_it_is(layouts: tuple[Layout, ...]) -> None:
    reading = sample("quickbooks_online_aging.csv", layouts)
    assert why(reading)[14] == "nothing is open on it"
    assert (why(reading)[9], why(reading)[18], why(reading)[20]) == (
        "a subtotal",
        "a total",
        "a footer",
    )
    assert [(r.row, r.column, r.value) for r in reading.refused] == [
        (16, "Transaction type", "Time Charge")
    ]


def test_unmatched_payments_are_no_invoices_and_keep_apart(layouts: tuple[Layout, ...]) -> None:
    reading = sample("quickbooks_online_aging.csv", layouts)
    assert [table.kind for table in reading.tables] == ["invoices", "payments", "customers"]
    made = [text for text in column(reading, "(made-up id)") if text and "Payment" in text]
    assert len(set(made)) == 2
    assert all(text.startswith("no number: ") for text in made)


def test_a_total_that_differs_is_a_warning(layouts: tuple[Layout, ...]) -> None:
    reading = sample("xero_aging_11.csv", layouts)
    assert "The report's own total (Total) is 999.00, and its rows come to 1,000.00." in (
        reading.warnings
    )
    assert reading.source is not None


def test_a_payables_report_of_the_same_columns_is_not_taken(
    tmp_path: Path, layouts: tuple[Layout, ...]
) -> None:
    text = (SAMPLES / "xero_aging_11.csv").read_text(encoding="utf-8")
    path = tmp_path / "owed.csv"
    path.write_text(text.replace("Receivables", "Payables"), encoding="utf-8")
    assert read(path, path.name, layouts, {}).unrecognised


def test_german_amounts_and_letters_survive_windows_text(
    tmp_path: Path, layouts: tuple[Layout, ...]
) -> None:
    text = (SAMPLES / "sap_fbl5n_de.csv").read_text(encoding="utf-8")
    for encoding in ("cp1252", "utf-8-sig"):
        path = tmp_path / f"{encoding}.csv"
        path.write_bytes(text.encode(encoding))
        reading = read(path, path.name, layouts, {})
        assert column(reading, "Text")[-1] == "Müller"
        assert total(reading) == Decimal("1210.00")


def test_status_against_dates_is_said(layouts: tuple[Layout, ...]) -> None:
    said = " ".join(sample("freshbooks_invoices.csv", layouts).warnings)
    assert "1 row(s) are marked as paid and have no date of payment" in said
    assert "1 row(s) have a date of payment and a status that says otherwise" in said


def test_the_large_aging_report_adds_up(shared: Path, layouts: tuple[Layout, ...]) -> None:
    path = shared / "data" / "layouts" / "qbo_ar_aging_detail_599.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        open_balances = [
            Decimal(row[7].replace(",", ""))
            for row in csv.reader(handle)
            if len(row) == 8 and row[2] == "Invoice"
        ]
    reading = read(path, path.name, layouts, {})
    assert reading.kept == len(open_balances) == 599
    assert total(reading) == sum(open_balances) == Decimal("14681373.00")


def test_only_sales_invoices_of_a_mixed_table_count(
    shared: Path, layouts: tuple[Layout, ...]
) -> None:
    path = shared / "data" / "layouts" / "api_tables" / "xero" / "xero_invoice_data.csv"
    due: dict[str, Decimal] = defaultdict(Decimal)
    amounts = Decimal(0)
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["type"] == "ACCREC" and row["status"] in ("AUTHORISED", "PAID"):
                due[row["status"]] += Decimal(row["amount_due"])
                amounts += Decimal(row["amount_due"]) or Decimal(row["total"])
    reading = read(path, path.name, layouts, {})
    assert due["AUTHORISED"] == Decimal(42841)
    assert (reading.kept, total(reading)) == (116, amounts)


def test_the_page_of_layouts_is_up_to_date(layouts: tuple[Layout, ...]) -> None:
    page = (REPOSITORY / "docs" / "layouts.md").read_text(encoding="utf-8")
    assert page.partition(START)[2].partition(END)[0] == supported(layouts)
