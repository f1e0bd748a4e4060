"""One export from end to end: kept, skipped, refused, and never an exception."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipeline.exports import CsvSource, FrameSource, Layout, Reading
from pipeline.exports.reading import read
from pipeline.exports.records import read_records
from tests.exports.conftest import Draw, cells, column

PLAIN = """
    invoice_id,customer_id,issued_on,amount
    00012,C1,2026-01-05,100.00
    00013,C2,2026-01-06,
"""
HEADER = b"invoice_id,customer_id,issued_on,amount\n"


def accounts(reading: Reading) -> bool:
    """Every record is kept, skipped or refused, and the kept ones are really there."""
    kept = cells(reading).height if reading.source else reading.kept
    return reading.rows == kept + len(reading.skipped) + len(reading.refused)


def test_a_plain_file_is_left_to_the_database(drawn: Draw) -> None:
    reading = drawn(PLAIN)
    assert isinstance(reading.source, CsvSource)
    assert (reading.source.delimiter, reading.source.newline) == (",", "\n")
    assert (reading.rows, reading.kept, reading.date_order) == (2, 2, "iso")
    assert reading.layout is not None
    assert reading.layout.name == "countback_invoices"
    assert reading.warnings == ()


def test_ids_keep_their_leading_zeros_and_empty_text_is_unknown(drawn: Draw) -> None:
    reading = drawn(PLAIN)
    assert column(reading, "invoice_id") == ["00012", "00013"]
    assert column(reading, "amount") == ["100.00", None]


def test_rows_are_counted_as_a_spreadsheet_counts_them(drawn: Draw) -> None:
    reading = drawn("""
        invoice_id,customer_id,issued_on,amount,note
        A,C1,2026-01-05,1.00,"two
        lines"
        B,C1,2026-01-05,2.00,one
    """)
    assert column(reading, "_row") == [2, 3]
    assert column(reading, "note") == ["two\nlines", "one"]


@pytest.mark.parametrize("blank", ["", ",,,", " , ,\t,  "])
def test_blank_rows_are_skipped_and_said(drawn: Draw, blank: str) -> None:
    reading = drawn(PLAIN.replace("    00013", f"    {blank}\n    00013"))
    assert isinstance(reading.source, FrameSource)
    assert [(row.row, row.why) for row in reading.skipped] == [(3, "blank")]
    assert column(reading, "_row") == [2, 4]
    assert accounts(reading)


def test_a_row_of_another_width_is_refused_and_the_others_load(drawn: Draw) -> None:
    reading = drawn("""
        invoice_id,customer_id,issued_on,amount
        A,C1,2026-01-05,1,000.00
        B,C1,2026-01-05
        C,C1,2026-01-05,3.00
    """)
    assert [(r.row, r.column, r.value, r.reason) for r in reading.refused] == [
        (2, "invoice_id", "A", "has 5 fields, the header has 4"),
        (3, "invoice_id", "B", "has 3 fields, the header has 4"),
    ]
    assert column(reading, "invoice_id") == ["C"]
    assert accounts(reading)


def test_a_stray_quote_refuses_its_own_row(drawn: Draw) -> None:
    reading = drawn("""
        invoice_id,customer_id,issued_on,amount,note
        A,C1,2026-01-05,1.00,"Acme "East" Ltd"
        B,C1,2026-01-05,2.00,"fine"
    """)
    assert [(r.row, r.reason) for r in reading.refused] == [
        (2, "has a quote inside a cell that does not enclose the cell")
    ]
    assert column(reading, "invoice_id") == ["B"]


def test_a_cell_of_megabytes_refuses_its_own_row(drawn: Draw) -> None:
    long = '"' + "x" * 4_000_001 + '"'
    reading = drawn(f"customer_id,name\nC1,{long}\nC2,Acme\n", "customers.csv")
    assert [r.reason for r in reading.refused] == ["has a cell above 4 million characters"]
    assert column(reading, "customer_id") == ["C2"]


def test_an_inch_mark_is_text(drawn: Draw) -> None:
    reading = drawn("""
        invoice_id,customer_id,issued_on,amount,note
        A,C1,2026-01-05,1.00,5" pipe
    """)
    assert column(reading, "note") == ['5" pipe']


@pytest.mark.parametrize(
    ("tail", "why"),
    [
        ('A,C1,2026-01-05,1,"half', "ends inside a quoted cell that begins in row 2"),
        ('A,C1,2026-01-05,1,"half\nB,C1,2026-01-05,2,x\n', "begins in row 2"),
        ('A,C1,2026-01-05,1,"half\nB,C1,2026-01-05,2,"x"\n', "not closed where its cell ends"),
    ],
)
def test_a_quote_that_swallows_rows_refuses_the_file(drawn: Draw, tail: str, why: str) -> None:
    reading = drawn(f"invoice_id,customer_id,issued_on,amount,note\n{tail}")
    assert reading.refusal is not None
    assert why in reading.refusal
    assert (reading.source, reading.rows) == (None, 0)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_do_not_matter(drawn: Draw, delimiter: str, end: str) -> None:
    lines = [line.strip() for line in PLAIN.strip().splitlines()]
    reading = drawn(end.join(lines).replace(",", delimiter).encode())
    assert column(reading, "customer_id") == ["C1", "C2"]
    assert column(reading, "amount") == ["100.00", None]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_names_survive_every_encoding(drawn: Draw, encoding: str) -> None:
    text = "customer_id,name\nC1,Müller & Söhne – Köln\n"
    reading = drawn(text.encode(encoding), "customers.csv")
    assert column(reading, "name") == ["Müller & Söhne – Köln"]
    assert [w for w in reading.warnings if "Windows" in w] == (
        ["customers.csv: is not UTF-8 and was read as Windows text; check its accents."]
        if encoding == "cp1252"
        else []
    )


def test_one_late_foreign_letter_in_a_large_file_is_seen(drawn: Draw) -> None:
    row = b"C%07d,Acme\n"
    body = b"".join(row % n for n in range(200_000))
    reading = drawn(b"customer_id,name\n" + body + b"C9,M\xfcller\n", "customers.csv")
    assert column(reading, "name")[-1] == "Müller"
    assert reading.rows == 200_001


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\n\n", "is empty"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"PK\x03\x04rest", "save the sheet as CSV"),
        (b"SQLite format 3\0", "is a database"),
        (b"\x89PNG\0\0", "is not text"),
        (HEADER + b"A,C1,2026-01-05,1\0.00\n", "is not text"),
        (HEADER + b"A" * 17_000_000, "line above 16 MB"),
        (HEADER + b"A,\x81,2026-01-05,1\n", "is in no encoding we know"),
        ("invoice_id,customer_id,issued_on,amount\nA\0".encode("utf-16"), "NUL characters"),
        (b'invoice_id,customer_id,issued_on,amount,_row\n"A",C,2026-01-01,1,1\n', "rename it"),
    ],
)
def test_what_is_no_export_is_refused_in_one_sentence(
    drawn: Draw, content: bytes, why: str
) -> None:
    reading = drawn(content)
    assert reading.refusal is not None
    assert reading.refusal.startswith("invoices.csv: ")
    assert why in reading.refusal
    assert (reading.source, reading.rows, reading.unrecognised) == (None, 0, False)


def test_a_missing_file_and_a_folder_are_refused(
    tmp_path: Path, layouts: tuple[Layout, ...]
) -> None:
    for path in (tmp_path / "gone.csv", tmp_path):
        reading = read(path, "gone.csv", layouts, {})
        assert reading.refusal == "gone.csv: is not there, or is no ordinary file."


def test_a_pipe_that_nobody_writes_to_does_not_hang(
    tmp_path: Path, layouts: tuple[Layout, ...]
) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert read(tmp_path / "pipe.csv", "pipe.csv", layouts, {}).refusal is not None


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_header_alone_is_recognised_with_a_warning(drawn: Draw, end: str) -> None:
    reading = drawn(HEADER.strip() + end.encode())
    assert (reading.rows, reading.refusal, reading.date_order) == (0, None, "iso")
    assert reading.warnings == ("invoices.csv: has a header and no rows.",)


@pytest.mark.parametrize(
    "content",
    ["Remember to call Acme.\n", "A,C1,2026-01-05,100.00\n", "thing,other\n1,2\n", '"'],
)
def test_a_file_of_no_layout_is_unrecognised(drawn: Draw, content: str) -> None:
    reading = drawn(content, "notes.txt")
    assert reading.unrecognised
    assert (reading.refusal, reading.source) == (None, None)


def test_title_lines_above_the_header_are_passed_over(drawn: Draw) -> None:
    reading = drawn("""
        Northlight Software

        invoice_id,customer_id,issued_on,amount
        A,C1,2026-01-05,1.00
    """)
    assert column(reading, "_row") == [4]
    assert reading.rows == 1


def test_headers_match_whatever_their_case_and_spaces(drawn: Draw) -> None:
    reading = drawn("Invoice_ID , CUSTOMER_ID,issued_on,amount\nA,C1,2026-01-05,1.00\n")
    assert reading.columns == ("Invoice_ID ", " CUSTOMER_ID", "issued_on", "amount")
    assert reading.tables[0].columns["invoice_id"] == ("Invoice_ID ",)


def test_a_blank_header_is_called_by_its_place(drawn: Draw) -> None:
    reading = drawn("invoice_id,customer_id,issued_on,amount,,\nA,C1,2026-01-05,1.00,,\n")
    assert reading.columns[-2:] == ("column 5", "column 6")
    assert reading.kept == 1


def test_of_two_columns_with_one_header_the_first_is_read_and_the_other_named_apart(
    drawn: Draw,
) -> None:
    reading = drawn("invoice_id,customer_id,issued_on,amount,Amount ,note\nA,C1,2026-01-05,1,2,x\n")
    assert reading.columns[3:5] == ("amount", "Amount (column 5)")
    assert reading.tables[0].columns["amount"] == ("amount",)
    assert column(reading, "Amount (column 5)") == ["2"]
    assert reading.warnings[-1] == (
        'The header "Amount" stands twice: the first is read, and the other is called '
        '"Amount (column 5)".'
    )


def test_an_unknown_column_of_our_own_layout_is_said(drawn: Draw) -> None:
    reading = drawn("invoice_id,customer_id,issued_on,due_date,amount\nA,C,2026-01-05,,1\n")
    assert reading.warnings == ("Not used, because it is no column of invoices: due_date.",)


def test_the_same_bytes_have_the_same_hash(drawn: Draw) -> None:
    assert drawn(PLAIN).sha256 == drawn(PLAIN, "copy.csv").sha256
    assert drawn(PLAIN).sha256 != drawn(PLAIN + "C,C1,2026-01-05,1\n").sha256


def test_many_exact_rows_arrive_in_order(drawn: Draw) -> None:
    body = b"".join(b'"C%06d",Acme\n' % n for n in range(120_000))
    reading = drawn(b"customer_id,name\n" + body, "customers.csv")
    assert column(reading, "_row") == list(range(2, 120_002))
    assert column(reading, "customer_id")[-1] == "C119999"


# Bytes that break readers, more often than chance would draw them.
rough = st.lists(
    st.sampled_from([b",", b"\n", b"\r", b'"', b" ", b"\0", b"\xff", "é".encode(), b"1", b"x"])
    | st.binary(max_size=3),
    max_size=60,
).map(b"".join)
starts = st.sampled_from(
    [b"", HEADER, b"\xef\xbb\xbf" + HEADER, b"\xff\xfe", b"customer_id,name\n"]
)


@given(start=starts, body=rough)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_raise_and_every_row_is_accounted_for(
    drawn: Draw, start: bytes, body: bytes
) -> None:
    reading = drawn(start + body)
    states = (reading.refusal, reading.unrecognised or None, reading.question, reading.source)
    assert sum(state is not None for state in states) == 1
    assert accounts(reading)


@given(
    rows=st.lists(st.tuples(*[st.text("ab 0é.", max_size=3)] * 2), max_size=12), crlf=st.booleans()
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_fast_and_the_exact_way_give_the_same_cells(
    drawn: Draw, rows: list[tuple[str, str]], crlf: bool
) -> None:
    end = "\r\n" if crlf else "\n"
    text = "".join(f"{a},{b}{end}" for a, b in [("customer_id", "name"), *rows])
    reading = drawn(text.encode(), "customers.csv")
    if isinstance(reading.source, CsvSource):
        exact = read_records(reading.source.path, "utf-8", ",", 0, reading.columns)
        assert not exact.skipped
        assert_frame_equal(cells(reading), exact.frame())
    assert reading.kept == sum(bool((a + b).strip()) for a, b in rows)


def test_every_hostile_file_is_read_or_refused(shared: Path, layouts: tuple[Layout, ...]) -> None:
    files = [path for path in (shared / "adversarial").rglob("*") if path.is_file()]
    for path in files:
        assert accounts(read(path, path.name, layouts, {})), path
    assert files


def test_naughty_strings_are_kept_to_the_letter(shared: Path, drawn: Draw) -> None:
    folder = shared / "adversarial" / "strings" / "big-list-of-naughty-strings"
    text = next(folder.glob("*.txt")).read_text(encoding="utf-8")
    strings = [line for line in text.split("\n") if line and "\r" not in line and "\0" not in line]
    rows = (f'{n},"{s.replace(chr(34), chr(34) * 2)}"' for n, s in enumerate(strings))
    reading = drawn("\n".join(("customer_id,name", *rows)).encode(), "customers.csv")
    assert column(reading, "name") == strings


@pytest.mark.parametrize(
    ("file", "layout", "rows", "order"),
    [
        (
            "ibm_late_payment/WA_Fn-UseC_-Accounts-Receivable.csv",
            "ibm_late_payment",
            2466,
            "month_first",
        ),
        ("ibm_late_payment/variant_rpalaver.csv", "ibm_late_payment", 2466, "month_first"),
        ("highradius_open/data2_full_columns.csv", "highradius_open", 9700, "iso"),
        ("highradius_open/nulldata.csv", "highradius_open_usd", 9681, "day_first"),
        ("highradius_ledger/highradius_ledger.csv", "highradius_ledger", 48839, "iso"),
    ],
)
def test_real_exports_are_recognised(
    shared: Path, layouts: tuple[Layout, ...], file: str, layout: str, rows: int, order: str
) -> None:
    reading = read(shared / "data" / "invoices" / file, file, layouts, {})
    assert reading.layout is not None
    assert (reading.layout.name, reading.rows, reading.kept) == (layout, rows, rows)
    assert reading.date_order == order
    assert set(reading.layout.assumptions) <= set(reading.warnings)
    assert cells(reading).height == rows


def test_the_ibm_sample_keeps_its_zeros_and_tells_of_payments(
    shared: Path, layouts: tuple[Layout, ...]
) -> None:
    file = "WA_Fn-UseC_-Accounts-Receivable.csv"
    reading = read(shared / "data" / "invoices" / "ibm_late_payment" / file, file, layouts, {})
    assert column(reading, "invoiceNumber")[0] == "0000611365"
    assert [table.kind for table in reading.tables] == ["invoices", "applications", "customers"]
    payments = reading.tables[1]
    assert (payments.present, payments.derived) == ("SettledDate", True)
    assert payments.defaults == {"kind": "cash", "currency": "USD"}
    total = cells(reading)["InvoiceAmount"].cast(pl.Decimal(18, 2)).sum()
    assert str(total) == "147703.18"
