"""Every file of other people's systems: taken for the right layout, or not used for a reason.

What the verb `layouts` says of them is compared with `docs/files.md`, and each total with a
reading of its own: plain csv, calamine and ElementTree, with none of our code.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from python_calamine import CalamineWorkbook

from pipeline.exports import Layout, load_layouts
from pipeline.exports.gathering import exports_below
from pipeline.exports.layouts import recognise
from pipeline.exports.sketching import sketch
from pipeline.verbs.layouts import as_markdown, outcomes
from tests.conftest import REPOSITORY
from tests.exports.test_known_layouts import READ, RECORDS

FOLDERS = ("layouts", "invoices")
Told = dict[str, dict[str, Any]]
Totals = dict[str, Decimal]


@pytest.fixture(scope="module")
def said(shared: Path) -> Told:
    """Folder/file -> what the verb says of it."""
    layouts = load_layouts()
    return {
        f"{folder}/{file['file']}": file
        for folder in FOLDERS
        for file in outcomes(exports_below(shared / "data" / folder), layouts, "USD")
    }


def of_folder(said: Told, folder: str) -> dict[str, Any]:
    """As the verb's own result, to be printed."""
    files = [file for name, file in said.items() if name.startswith(f"{folder}/")]
    states = ("read", "question", "unrecognised", "refused", "not_used")
    counts = {state: sum(file["state"] == state for file in files) for state in states}
    return {"folder": folder, "currency": "USD", "files": files, "counts": counts}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_page_of_files_says_what_the_command_prints(said: Told, folder: str) -> None:
    page = (REPOSITORY / "docs" / "files.md").read_text(encoding="utf-8")
    start, end = f"<!-- {folder} -->\n", f"\n<!-- /{folder} -->"
    assert page.partition(start)[2].partition(end)[0] == "\n".join(
        as_markdown(of_folder(said, folder))
    )


def test_every_file_is_read_or_not_used_for_a_stated_reason(said: Told) -> None:
    silent = [name for name, file in said.items() if file["state"] != "read" and not file["why"]]
    assert silent == []
    strangers = [name for name, file in said.items() if file["state"] == "unrecognised"]
    assert strangers == []


def test_no_row_of_any_file_goes_missing(said: Told) -> None:
    for name, file in said.items():
        assert file["rows"] == file["accepted"] + file["refused"] + file["skipped"], name


def wanted(name: str) -> str | None:
    """The layout that a file is of, None when it is of none."""
    if "/records/" in name:
        return RECORDS.get(Path(name).name.partition("-")[0])
    return READ.get(name)


def test_every_file_is_taken_for_its_own_layout(said: Told) -> None:
    wrong = {name: file["format"] for name, file in said.items() if file["format"] != wanted(name)}
    assert wrong == {}


def test_no_other_layout_asks_for_as_many_of_a_files_headers(shared: Path) -> None:
    layouts = load_layouts()
    for folder in FOLDERS:
        for name, path in exports_below(shared / "data" / folder):
            if path.suffix == ".csv":
                check_rivals(path, layouts, wanted(f"{folder}/{name}"))


def check_rivals(path: Path, layouts: tuple[Layout, ...], name: str | None) -> None:
    """Every layout by itself against the file's header: only its own may fit best."""
    look = sketch(path, layouts)
    titles = "\n".join(look.titles)
    fitting = [one for one in layouts if recognise(look.header, [one], titles)]
    fitting.sort(key=lambda one: -len(one.wanted))
    assert [one.name for one in fitting[:1]] == ([name] if name else []), path
    assert len(fitting) < 2 or len(fitting[0].wanted) > len(fitting[1].wanted), path


# --- the same totals, read without our code ------------------------------------------------------


def rows_of(path: Path, titles: int = 0) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        for _ in range(titles):
            next(handle)
        yield from csv.DictReader(handle)


def number(text: object) -> Decimal:
    return Decimal(str(text).replace(",", "") or "0")


def added(pairs: Iterable[tuple[str, object]]) -> Totals:
    found: Totals = defaultdict(Decimal)
    for currency, amount in pairs:
        found[currency] += number(amount)
    return dict(found)


def quickbooks_invoices(path: Path) -> Totals:
    live = (row for row in rows_of(path) if row["_fivetran_deleted"].lower() != "true")
    return added((row["currency_id"], row["balance"]) for row in live)


def quickbooks_payments(path: Path) -> Totals:
    live = (row for row in rows_of(path) if row["_fivetran_deleted"].lower() != "true")
    return added((row["currency_id"], row["total_amount"]) for row in live)


def xero_table(path: Path) -> Totals:
    sold = (row for row in rows_of(path) if row["type"] == "ACCREC")
    live = (row for row in sold if row["status"] in ("AUTHORISED", "PAID"))
    return added((r["currency_code"], number(r["amount_due"]) or r["total"]) for r in live)


def online_aging(path: Path) -> Totals:
    rows = (row for row in rows_of(path, 4) if row["Due date"])
    return added(("USD", row["Open balance"]) for row in rows)


def hubspot_deals(path: Path) -> Totals:
    return added(("USD", row["Amount"]) for row in rows_of(path))


def hubspot_deals_sheet(path: Path) -> Totals:
    header, *rows = sheet(path)
    return added(("USD", row[header.index("Amount")]) for row in rows if row[0])


def busy(path: Path) -> Totals:
    amounts, kind = [], ""
    for row in rows_of(path):
        kind = row["Vch Type"] or kind
        amounts += [("USD", row["Credit"])] if kind == "Receipt" and row["Credit"] else []
    return added(amounts)


def freshbooks(path: Path) -> Totals:
    sent = (row for row in rows_of(path) if row["Invoice Status"] != "draft")
    return added((row["Currency"], row["Line Total"]) for row in sent)


def desktop_aging(path: Path) -> Totals:
    return added(("USD", row["Open Balance"]) for row in rows_of(path, 4))


def desktop_open(path: Path) -> Totals:
    invoices = (row for row in rows_of(path) if row["Type"] == "Invoice")
    return added(("USD", row["Open Balance"]) for row in invoices)


def zoho_payments(path: Path) -> Totals:
    once = {row["Payment Number"]: row["Amount"] for row in rows_of(path)}
    return added(("USD", amount) for amount in once.values())


def zoho_invoices(path: Path) -> Totals:
    sent = (row for row in rows_of(path) if row["Invoice Status"] == "Sent")
    once = {row["Invoice Number"]: row["Balance"] for row in sent}
    return added(("USD", amount) for amount in once.values())


def sheet(path: Path) -> list[list[Any]]:
    book = CalamineWorkbook.from_path(path)
    return book.get_sheet_by_index(0).to_python()


def sap_french(path: Path) -> Totals:
    header, *rows = sheet(path)
    kind, amount = header.index("Type de pièce"), header.index("Valeur de la devise de la pièce")
    code = header.index("Clé de devise de la pièce")
    return added((row[code], row[amount]) for row in rows if row[kind] != "DZ")


def tally(path: Path) -> Totals:
    return added(("USD", row[4]) for row in sheet(path)[5:] if row[1])


def xero_aging(path: Path) -> Totals:
    at = next(n for n, row in enumerate(sheet(path)) if "Invoice Number" in row)
    header, *rows = sheet(path)[at:]
    place, day = header.index("Total"), header.index("Invoice Date")
    return added(("USD", row[place]) for row in rows if row[day])


def high_ledger(path: Path) -> Totals:
    return added((r["currency"], r["amount"]) for r in rows_of(path) if r["invoice_id"])


def high_open(path: Path) -> Totals:
    return added((r["invoice_currency"], r["total_open_amount"]) for r in rows_of(path))


def high_usd(path: Path) -> Totals:
    cents = (
        number(row["converted_usd"]).quantize(Decimal("0.01"), ROUND_HALF_UP)
        for row in rows_of(path)
    )
    return added(("USD", amount) for amount in cents)


def ibm(path: Path) -> Totals:
    return added(("USD", row["InvoiceAmount"]) for row in rows_of(path))


def leaf(record: ET.Element, name: str) -> str:
    return (record.findtext(name) or "").strip()


def documents(path: Path, tag: str) -> list[dict[str, str]]:
    names = ("Type", "Status", "Total", "AmountDue", "RemainingCredit", "CurrencyCode")
    root = ET.fromstring(path.read_bytes())
    return [{name: leaf(it, name) for name in (*names, "InvoiceNumber")} for it in root.iter(tag)]


def open_invoices(rows: Iterable[dict[str, str]]) -> Totals:
    sold = [row for row in rows if row["Type"] == "ACCREC"]
    live = [row for row in sold if row["Status"] in ("AUTHORISED", "PAID")]
    once = {row["InvoiceNumber"]: row for row in reversed(live)}
    return added((r["CurrencyCode"], number(r["AmountDue"]) or r["Total"]) for r in once.values())


def open_credits(rows: Iterable[dict[str, str]]) -> Totals:
    sold = [row for row in rows if row["Type"] == "ACCRECCREDIT" and row["Status"] != "PAID"]
    return added((r["CurrencyCode"], r["RemainingCredit"] or r["Total"]) for r in sold)


SEEDS, WRITTEN, XERO = "layouts/api_tables", "layouts/verbatim", "invoices/xero_demo_company"
SAME: dict[str, Callable[[Path], Totals]] = {
    f"{SEEDS}/quickbooks/invoice_data.csv": quickbooks_invoices,
    f"{SEEDS}/quickbooks/payment_data.csv": quickbooks_payments,
    f"{SEEDS}/xero/xero_invoice_data.csv": xero_table,
    "layouts/qbo_ar_aging_detail_599.csv": online_aging,
    f"{WRITTEN}/busy_accounting_vouchers.csv": busy,
    f"{WRITTEN}/freshbooks_invoice_details.csv": freshbooks,
    f"{WRITTEN}/hubspot_b_deals.csv": hubspot_deals,
    f"{WRITTEN}/hubspot_deals.xlsx": hubspot_deals_sheet,
    f"{WRITTEN}/qb_ar_aging_detail_titleblock.csv": desktop_aging,
    f"{WRITTEN}/qb_desktop_open_invoices.csv": desktop_open,
    f"{WRITTEN}/qbo_ar_aging_detail.csv": online_aging,
    f"{WRITTEN}/sap_fbl5n_fr.xlsx": sap_french,
    f"{WRITTEN}/tally_pending_bills.xlsx": tally,
    f"{WRITTEN}/xero_aged_receivables_detail_23col.xlsx": xero_aging,
    f"{WRITTEN}/zoho_books_customer_payment.csv": zoho_payments,
    f"{WRITTEN}/zoho_books_invoice.csv": zoho_invoices,
    "invoices/highradius_ledger/highradius_ledger.csv": high_ledger,
    "invoices/highradius_open/data2_full_columns.csv": high_open,
    "invoices/highradius_open/nulldata.csv": high_usd,
    "invoices/ibm_late_payment/WA_Fn-UseC_-Accounts-Receivable.csv": ibm,
    "invoices/ibm_late_payment/variant_iamjenetzler.csv": ibm,
    "invoices/ibm_late_payment/variant_rpalaver.csv": ibm,
    f"{XERO}/credit_notes.xml": lambda path: open_credits(documents(path, "CreditNote")),
    f"{XERO}/flat_credit_notes.csv": lambda path: open_credits(rows_of(path)),
    f"{XERO}/flat_invoices.csv": lambda path: open_invoices(rows_of(path)),
    f"{XERO}/invoices.xml": lambda path: open_invoices(documents(path, "Invoice")),
}


@pytest.mark.parametrize("name", SAME)
def test_a_total_is_that_of_an_independent_reading(said: Told, shared: Path, name: str) -> None:
    assert said[name]["totals"] == SAME[name](shared / "data" / name)


def test_the_records_of_a_system_add_up_one_by_one(said: Told, shared: Path) -> None:
    for name, file in said.items():
        kind = Path(name).name.partition("-")[0]
        if "/records/" not in name or kind not in ("invoice", "credit_note"):
            continue
        tag, count = (
            ("Invoice", open_invoices) if kind == "invoice" else ("CreditNote", open_credits)
        )
        assert file["totals"] == count(documents(shared / "data" / name, tag)[:1]), name


def test_no_file_with_a_total_goes_without_an_independent_reading(said: Told) -> None:
    counted = {name for name, file in said.items() if file["totals"] and "/records/" not in name}
    assert counted == set(SAME)
