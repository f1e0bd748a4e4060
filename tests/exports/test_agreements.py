"""Agreements in prose: the terms they state, the sentences that state them, and nothing else."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.exports import FrameSource, Reading, read
from pipeline.exports.agreements import find_clauses
from pipeline.exports.agreements.clauses import settled
from pipeline.exports.agreements.documents import Paragraph
from pipeline.exports.agreements.reading import is_agreement


def row(reading: Reading) -> dict[str, object]:
    assert isinstance(reading.source, FrameSource), reading.refusal
    return reading.source.frame.row(0, named=True)


def terms(text: str) -> list[tuple[str, str]]:
    return [(c.term, c.value) for c in find_clauses([Paragraph(text, "page 1")])]


#: What the standard agreements say about payment: days, or that they leave it to an order form.
STATED = {
    "Bonterms-Cloud-Terms-Version-1.0.pdf": "NET30",
    "Bonterms_Cloud-Terms.md": "NET30",
    "Bonterms_Example-Cover-Page.docx": None,
    "CommonPaper_CSA.md": None,
    "CommonPaper_PSA.md": None,
    "accord_full-payment-upon-demand.md": None,
    "accord_installment-sale.md": None,
    "accord_ip-payment.md": None,
    "accord_latedeliveryandpenalty.md": None,
    "accord_lateinvoicewithpayment.md": None,
}


def test_standard_agreements_give_their_days_and_no_others(shared: Path) -> None:
    wrong = {}
    for name, days in STATED.items():
        got = row(read(shared / "data/contracts" / name, f"contracts/{name}", (), {}))["terms"]
        if got != days:
            wrong[name] = got
    assert not wrong, f"{len(STATED) - len(wrong)} of {len(STATED)} right; wrong: {wrong}"


def test_a_term_quotes_its_sentence_and_says_where_it_stands(shared: Path) -> None:
    path = shared / "data/contracts/Bonterms-Cloud-Terms-Version-1.0.pdf"
    found = row(read(path, f"contracts/{path.name}", (), {}))["clauses"]
    assert isinstance(found, list)
    quoted = {clause["term"]: clause for clause in found}
    assert quoted["payment_terms"]["quote"] == (
        "Unless the Order states otherwise, all amounts are due within 30 days after the invoice "
        "date (the “Payment Period”)."
    )
    assert quoted["payment_terms"]["place"] == "page 2"
    assert quoted["renewal"]["value"] == "automatic"


@pytest.mark.parametrize(
    ("sentence", "days"),
    [
        ("Customer shall pay within forty-five (45) days of receipt of an invoice.", "NET45"),
        ("Fees are payable net 60.", "NET60"),
        ("Payment terms: 14 days from the date of the invoice.", "NET14"),
        ("All invoices are due upon receipt.", "NET0"),
        ("Invoices shall be paid within 30 calendar days after the invoice date.", "NET30"),
        ("Rechnungen sind innerhalb von 30 Tagen nach Rechnungsdatum zu zahlen.", "NET30"),
        ("Le paiement est dû sous 45 jours à compter de la facture.", "NET45"),
        ("Invoices are payable within 10 business days of receipt.", ""),
        ("Customer must notify Provider of a dispute within 30 days of the invoice date.", None),
        ("Provider may suspend when an invoice is unpaid 30 days after receipt of notice.", None),
        ("Royalties shall be paid within 10 days following the end of each quarter.", None),
        ("No invoice issued more than 180 days after delivery must be paid.", None),
        ("Customer will pay each invoice within the Payment Period.", None),
    ],
)
def test_payment_days_are_read_only_where_they_are_said(sentence: str, days: str | None) -> None:
    expected = [] if days is None else [("payment_terms", days)]
    assert [found for found in terms(sentence) if found[0] == "payment_terms"] == expected


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        ("Each invoice must reference a valid purchase order number.", "true"),
        ("A purchase order number is required on all invoices.", "true"),
        ("A purchase order number is required and not optional to invoices.", "true"),
        ("No purchase order number shall be required to be stated on invoices.", ""),
        ("The terms of any purchase order are rejected.", None),
    ],
)
def test_a_purchase_order_clause(sentence: str, value: str | None) -> None:
    expected = [] if value is None else [("po_required", value)]
    assert [found for found in terms(sentence) if found[0] == "po_required"] == expected


def test_two_sentences_that_differ_leave_the_days_open() -> None:
    text = "Invoices are payable net 30. Hardware invoices are payable net 60."
    clauses = find_clauses([Paragraph(text, "page 3")])
    assert [clause.value for clause in clauses] == ["NET30", "NET60"]
    assert settled(clauses, "payment_terms") == ""


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Effective Date: January 5, 2026", "2026-01-05"),
        ("This Agreement is effective as of 5 January 2026.", "2026-01-05"),
        ("Start Date: 2026-01-05", "2026-01-05"),
        ("Effective Date: 01/02/2026", None),
        ("Effective Date: February 30, 2026", None),
    ],
)
def test_a_start_is_taken_when_its_month_is_beyond_doubt(text: str, day: str | None) -> None:
    assert terms(text) == ([] if day is None else [("starts_on", day)])


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("contracts/C-1/msa.pdf", True),
        ("contracts/terms.txt", True),
        ("MSA Acme.docx", True),
        ("contract-C-1.md", True),
        ("contracts/contracts.csv", False),
        ("notes.txt", False),
        ("README.md", False),
        ("contract_list.txt", False),
    ],
)
def test_agreements_are_known_by_where_they_lie_or_how_they_are_called(
    name: str, is_one: bool
) -> None:
    assert is_agreement(name) is is_one


def test_an_agreement_is_filed_under_its_folder_or_its_name(tmp_path: Path) -> None:
    path = tmp_path / "msa.md"
    path.write_text("Fees are payable net 45.\n")
    assert row(read(path, "contracts/C-1/msa.md", (), {}))["customer_id"] == "C-1"
    assert row(read(path, "contracts/Acme Ltd.md", (), {}))["customer_id"] == "Acme Ltd"


def word(path: Path, body: str, *, times: int = 1) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", body * times)
    return path


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def test_a_word_document_gives_its_paragraphs(tmp_path: Path) -> None:
    text = "Fees are due within 30 days of the "
    body = (
        f"<w:document {W}><w:p><w:r><w:t>{text}</w:t></w:r><w:r><w:t>invoice.</w:t></w:r></w:p>"
        "<w:p><w:r><w:delText>payable net 90</w:delText></w:r></w:p></w:document>"
    )
    path = word(tmp_path / "msa.docx", body)
    found = row(read(path, "msa.docx", (), {}))
    assert found["terms"] == "NET30"
    assert found["clauses"][0]["place"] == "paragraph 1"  # type: ignore[index]


@pytest.mark.parametrize(
    ("body", "times", "why"),
    [
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", 1, "own XML entities"),
        ("<x>", 1, "no valid XML"),
        (" " * 10_000_000, 5, "far more text"),
        ("", 1, "no valid XML"),
    ],
)
def test_a_hostile_word_document_is_refused(
    tmp_path: Path, body: str, times: int, why: str
) -> None:
    reading = read(word(tmp_path / "msa.docx", body, times=times), "msa.docx", (), {})
    assert reading.refusal is not None
    assert why in reading.refusal


@given(data=st.binary(max_size=500))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_escape_as_an_exception(tmp_path: Path, data: bytes) -> None:
    for name, start in (("msa.pdf", b"%PDF-1.4\n"), ("msa.docx", b"PK\x03\x04"), ("msa.md", b"")):
        path = tmp_path / name
        path.write_bytes(start + data)
        reading = read(path, name, (), {})
        assert (reading.refusal is None) == (reading.source is not None)


def test_a_damaged_pdf_is_refused(shared: Path, tmp_path: Path) -> None:
    data = (shared / "data/contracts/Bonterms-Cloud-Terms-Version-1.0.pdf").read_bytes()
    for cut in (100, 5_000, 100_000):
        path = tmp_path / "msa.pdf"
        path.write_bytes(data[:cut])
        reading = read(path, "msa.pdf", (), {})
        assert reading.refusal or row(reading)["contract_id"] == "msa.pdf"
