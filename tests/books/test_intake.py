"""Text into types: what is taken, what is refused with its cell, and that every row counts."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.pilot import Pilot
from pipeline.warehouse.intake_report import FileReport, LoadReport
from tests.drawn import Draw, balances, draw, money, seen
from tests.effort import a_book_each

HEADER = "invoice_id,customer_id,issued_on,due_on,amount,currency"


def load(drawn: Draw, content: str | bytes, name: str = "invoices.csv") -> tuple[Pilot, FileReport]:
    """One file, byte for byte, and what became of it."""
    pilot = drawn()
    path = pilot.exports / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (report,) = pilot.load().files
    check_sums(report)
    return pilot, report


def check_sums(report: FileReport) -> None:
    assert report.rows == report.accepted + report.refused + report.skipped


def lines(*rows: str) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


def with_amount(amount: str) -> str:
    return lines(f"A,c1,2026-01-10,2026-02-09,{amount},USD")


def read_values(drawn: Draw, column: str, *written: str) -> tuple[list[object], FileReport]:
    """What each way of writing one cell became (None: refused), all of them in one quoted file."""
    pilot = drawn()
    blank = {"invoice_id": "", "customer_id": "c1", "issued_on": "2026-01-10", "amount": "1.00"}
    with (pilot.exports / "invoices.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, [*blank], lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            {**blank, "invoice_id": str(n), column: cell} for n, cell in enumerate(written)
        )
    (report,) = pilot.load().files
    check_sums(report)
    rows = pilot.books().rows(f"select fate, {column} as value from intake_invoices order by rowid")
    return [None if row["fate"] else row["value"] for row in rows], report


def reasons(report: FileReport) -> list[tuple[int | None, str, str | None, str]]:
    return [(r.row, r.column, r.value, r.reason) for r in report.reasons]


# --- amounts ---------------------------------------------------------------------------------


AMOUNTS = {
    "10.00": "10.00",
    "10": "10",
    "10.": "10",
    ".5": "0.5",
    "-10.00": "-10",
    "+10.00": "10",
    " 10.00 ": "10",
    "(10.00)": "-10",
    "20.00-": "-20",
    "20.00 CR": "-20",
    "20.00 DR": "20",
    "$5": "5",
    "($5.25)": "-5.25",
    "USD 5.25": "5.25",
    "5.25USD": "5.25",
    "1 234.50": "1234.5",
    "1'234.50": "1234.5",
    "1,234.50": "1234.5",
    "12,34,567.00": "1234567",
    "1,234": "1234",
    "$1,234,567.89": "1234567.89",
    "9999999999999.99": "9999999999999.99",
    "0.00": "0",
}


def test_an_amount_is_read_as_people_and_systems_write_it(drawn: Draw) -> None:
    found, report = read_values(drawn, "amount", *AMOUNTS)
    assert dict(zip(AMOUNTS, found, strict=True)) == {k: Decimal(v) for k, v in AMOUNTS.items()}
    assert not any("rounded" in warning for warning in report.warnings)


NO_AMOUNTS = (
    "1e5", "1E5.00", "10.00e1", "1_000", "1_0.00", "12.34.56", "--5.00", "-5.00-", "(-5.00)",
    "(5.00", "5.00)", "NaN", "inf", "ten", "-", "$", "0x10", "١٢.٠٠", "10000000000000.00",
    "99999999999999999999999999.00", "€5.00", "EUR 5.00", "1.234.567", "1,23", "1,2345", ",500",
    "12,34", "1.234,56",
)  # fmt: skip


def test_what_is_not_one_amount_is_refused(drawn: Draw) -> None:
    found, report = read_values(drawn, "amount", *NO_AMOUNTS)
    assert [w for w, value in zip(NO_AMOUNTS, found, strict=True) if value is not None] == []
    assert reasons(report) == [
        (n, "amount", written, "not an amount") for n, written in enumerate(NO_AMOUNTS, 2)
    ]


COMMA = """
name = "german"
title = "German layout"
kind = "invoices"
[recognise]
headers = ["Beleg", "Konto", "Datum", "Betrag"]
[reading]
date_order = "day_first"
decimal = ","
[columns]
invoice_id = "Beleg"
customer_id = "Konto"
issued_on = "Datum"
amount = "Betrag"
"""


def german(tmp_path: Path, *amounts: str) -> FileReport:
    pilot = draw(tmp_path / "pilot")
    (pilot.folder / "formats").mkdir()
    (pilot.folder / "formats" / "german.toml").write_text(COMMA, encoding="utf-8")
    rows = [f"{n};c1;31.01.2026;{amount}" for n, amount in enumerate(amounts)]
    path = pilot.exports / "belege.csv"
    path.write_text("\n".join(["Beleg;Konto;Datum;Betrag", *rows]), encoding="utf-8")
    (report,) = Pilot.open(pilot.folder).load().files
    check_sums(report)
    return report


def test_a_comma_is_the_decimal_sign_only_where_the_layout_says_so(tmp_path: Path) -> None:
    report = german(tmp_path, "1.234,56", "-5,00", "7", "20,00-", "1.000")
    assert report.reasons == ()
    assert report.totals == {"USD": Decimal("1234.56") - 5 + 7 - 20 + 1000}


def test_a_point_is_no_decimal_sign_there(tmp_path: Path) -> None:
    report = german(tmp_path, "1,234.50", "10.00")
    assert [r.value for r in report.reasons] == ["1,234.50", "10.00"]


def test_decimals_beyond_the_currencys_are_rounded_once_and_said(drawn: Draw) -> None:
    _, report = load(
        drawn,
        lines(
            "A,c1,2026-01-10,,10.005,USD",
            "B,c1,2026-01-10,,10.0049,USD",
            "C,c1,2026-01-10,,-10.005,USD",
            "D,c1,2026-01-10,,1.2345,KWD",
            "E,c1,2026-01-10,,1.500,USD",
        ),
    )
    assert report.totals == {"USD": Decimal("11.50"), "KWD": Decimal("1.235")}
    assert "4 amount(s) had more decimals than the currency and were rounded." in report.warnings


def test_rounding_is_said_with_a_decimal_comma_too(tmp_path: Path) -> None:
    report = german(tmp_path, "1.234,567", "1,50")
    assert report.totals == {"USD": Decimal("1236.07")}
    assert any(warning.startswith("1 amount(s)") for warning in report.warnings)


def test_amounts_too_large_to_add_in_a_column_still_add_up(drawn: Draw) -> None:
    rows = [f"{n},c1,2026-01-10,2026-01-20,9999999999999.99,USD" for n in range(300)]
    pilot, report = load(drawn, lines(*rows))
    assert report.totals == {"USD": 300 * Decimal("9999999999999.99")}
    with seen(pilot, "2026-01-31") as day:
        (row,) = day.metric("aging").rows
        assert row["amount"] == report.totals["USD"]
        assert len(pilot.desk(day).routes) == 300


# --- dates -----------------------------------------------------------------------------------


DAYS = {
    "1970-01-01": date(1970, 1, 1),
    "1900-01-01": date(1900, 1, 1),
    "2199-12-31": date(2199, 12, 31),
    "2024-02-29": date(2024, 2, 29),
    "2026-1-5": date(2026, 1, 5),
    " 2026-01-05 ": date(2026, 1, 5),
    "2026-01-05T10:00:00Z": date(2026, 1, 5),
    "2026-01-05 10:00:00": date(2026, 1, 5),
}
NO_DAYS = (
    "2026-02-31", "infinity", "-infinity", "epoch", "EPOCH", " epoch", "today", "now",
    "1899-12-31", "2200-01-01", "12345-01-01", "0001-01-01", "2026-01-05 (BC)", "20260105",
    "2026-13-01", "5 Jan",
)  # fmt: skip


def test_iso_days_are_read_and_nothing_else_is_a_day(drawn: Draw) -> None:
    found, report = read_values(drawn, "issued_on", *DAYS, *NO_DAYS, *["2026-01-01"] * 20)
    assert dict(zip(DAYS, found, strict=False)) == DAYS
    assert reasons(report) == [
        (n, "issued_on", written, "not a date") for n, written in enumerate(NO_DAYS, 2 + len(DAYS))
    ]


def test_a_day_that_no_calendar_has_is_refused_by_its_cell(drawn: Draw) -> None:
    _, report = load(
        drawn,
        lines(
            "A,c1,15/01/2026,28/02/2026,10.00,USD",
            "B,c1,16/01/2026,31/02/2026,10.00,USD",
        ),
    )
    assert reasons(report) == [(3, "due_on", "31/02/2026", "not a date")]


def test_moments_are_kept_in_utc(drawn: Draw) -> None:
    pilot = drawn("""
        invoices.csv
        invoice_id | customer_id | issued_on  | amount
        A          | c1          | 2026-01-10 | 100.00

        disputes.csv
        dispute_id | invoice_id | flagged_at
        1          | A          | 2026-02-01T23:30:00-05:00
        2          | A          | 2026-02-01 08:00
        3          | A          | epoch
    """)
    reports = {file.kind: file for file in pilot.load().files}
    assert reasons(reports["disputes"]) == [(4, "flagged_at", "epoch", "not a date and time")]
    rows = pilot.books().rows(
        "select flagged_at::varchar as at from intake_disputes where fate = 0"
    )
    assert [row["at"] for row in rows] == ["2026-02-02 04:30:00", "2026-02-01 08:00:00"]


# --- ids, currencies, words ------------------------------------------------------------------


def test_ids_keep_their_leading_zeros_and_lose_outer_spaces(drawn: Draw) -> None:
    pilot, report = load(
        drawn, lines(" 00123 ,c 1,2026-01-10,,1.00,USD", "\u00a0x\u00e9,c2,2026-01-10,,1,")
    )
    rows = pilot.books().rows("select invoice_id, customer_id from intake_invoices")
    assert [tuple(row.values()) for row in rows] == [("00123", "c 1"), ("x\u00e9", "c2")]
    assert report.accepted == 2


def test_a_blank_currency_is_the_pilots_and_a_foreign_word_is_refused(drawn: Draw) -> None:
    drawn("", "[pilot]\ncurrency = 'CHF'\n")
    _, report = load(
        drawn,
        lines("A,c1,2026-01-10,,1.00,", "B,c1,2026-01-10,,2.00,eur", "C,c1,2026-01-10,,4.00,Euro"),
    )
    assert report.totals == money(CHF="1.00", EUR="2.00")
    assert reasons(report) == [(4, "currency", "Euro", "not an ISO 4217 currency code")]


def test_a_word_outside_its_list_is_refused_and_spelling_forgiven(drawn: Draw) -> None:
    pilot = drawn("""
        invoices.csv
        invoice_id | customer_id | issued_on  | amount | kind        | disputed
        A          | c1          | 2026-01-10 | 1.00   | Credit Note | Yes
        B          | c1          | 2026-01-10 | 1.00   | proforma    | no
        C          | c1          | 2026-01-10 | 1.00   |             | maybe
    """)
    (report,) = pilot.load().files
    assert reasons(report) == [
        (3, "kind", "proforma", "not one of invoice, credit_note, debit_note"),
        (4, "disputed", "maybe", "not true or false"),
    ]


def test_every_fault_of_a_row_is_told_and_the_row_counted_once(drawn: Draw) -> None:
    _, report = load(drawn, lines(",c1,soon,never,much,?", "B,c1,2026-01-10,,1.00,USD"))
    assert [(r.column, r.reason) for r in report.reasons] == [
        ("invoice_id", "is missing"),
        ("issued_on", "not a date"),
        ("due_on", "not a date"),
        ("amount", "not an amount"),
        ("currency", "not an ISO 4217 currency code"),
    ]
    assert (report.rows, report.accepted, report.refused) == (2, 1, 1)


def test_a_long_cell_is_told_by_its_beginning(drawn: Draw) -> None:
    _, report = load(drawn, with_amount("9" * 5_000))
    assert report.reasons[0].value == "9" * 300


# --- what only all rows together tell -----------------------------------------------------------


def test_a_repeated_row_is_skipped_and_a_contradicting_one_refused(drawn: Draw) -> None:
    pilot, report = load(
        drawn,
        lines(
            "A,c1,2026-01-10,2026-02-09,10.00,USD",
            "B,c1,2026-01-10,2026-02-09,20.00,USD",
            "A,c1,2026-01-10,2026-02-09,10.00,USD",
            "B,c1,2026-01-10,2026-02-09,21.00,USD",
        ),
    )
    assert (report.accepted, report.skipped, report.refused) == (2, 1, 1)
    assert reasons(report) == [
        (5, "invoice_id", "B", "already given with other values by row 3 of invoices.csv")
    ]
    assert any("repeat an earlier row" in warning for warning in report.warnings)
    with seen(pilot, "2026-01-10") as day:
        assert balances(day) == money(A="10.00", B="20.00")


def test_repeats_across_files_are_found_by_file_and_row(drawn: Draw) -> None:
    pilot = drawn("""
        a.csv
        invoice_id | customer_id | issued_on  | amount
        A          | c1          | 2026-01-10 | 10.00
        B          | c1          | 2026-01-10 | 20.00

        b.csv
        invoice_id | customer_id | issued_on  | amount
        C          | c1          | 2026-01-10 | 10.00
        B          | c1          | 2026-01-10 | 20.50
        A          | c1          | 2026-01-10 | 10.00
    """)
    first, second = pilot.load().files
    assert (first.accepted, first.skipped, first.refused) == (2, 0, 0)
    assert (second.accepted, second.skipped, second.refused) == (1, 1, 1)
    assert reasons(second) == [
        (3, "invoice_id", "B", "already given with other values by row 3 of a.csv")
    ]


def test_an_application_without_its_invoice_is_refused_not_lost(drawn: Draw) -> None:
    pilot = drawn("""
        invoices.csv
        invoice_id | customer_id | issued_on  | amount | currency
        A          | c1          | 2026-01-10 | 10.00  | USD

        applications.csv
        application_id | invoice_id | kind     | effective_on | amount | currency
        1              | Z          | cash     | 2026-01-12   | 5.00   | USD
        2              | A          | cash     | 2026-01-12   | 5.00   | EUR
        3              | A          | reversal | 2026-01-12   | 5.00   | USD
        4              | A          | cash     | 2026-01-12   | 5.00   | USD
    """)
    (applied, _) = pilot.load().files
    assert [(r.row, r.column, r.value) for r in applied.reasons] == [
        (2, "invoice_id", "Z"),
        (3, "currency", "EUR"),
        (4, "amount", "5.000"),
    ]
    assert "written below zero" in applied.reasons[2].reason
    assert (applied.accepted, applied.refused) == (1, 3)
    with seen(pilot, "2026-01-12") as day:
        assert balances(day) == money(A="5.00")


def test_an_application_of_a_refused_invoice_is_refused_too(drawn: Draw) -> None:
    pilot = drawn("""
        invoices.csv
        invoice_id | customer_id | issued_on  | amount
        A          | c1          | 2026-01-10 | ten

        applications.csv
        application_id | invoice_id | kind | effective_on | amount
        1              | A          | cash | 2026-01-12   | 5.00
    """)
    (applied, _) = pilot.load().files
    assert [r.reason for r in applied.reasons] == ["names an invoice that no loaded file holds"]


def test_the_books_tie_to_the_control_totals(drawn: Draw) -> None:
    pilot = drawn("""
        invoices.csv
        invoice_id | customer_id | issued_on  | amount | kind
        A          | c1          | 2026-01-10 | 100.00 | invoice
        B          | c1          | 2026-02-10 | 100.00 | invoice
        CN         | c1          | 2026-01-12 | 30.00  | credit_note

        payments.csv
        payment_id | customer_id | received_on | amount | unapplied_amount
        P          | c1          | 2026-01-20  | 25.00  | 5.00

        applications.csv
        application_id | invoice_id | kind | effective_on | amount | payment_id
        1              | A          | cash | 2026-02-01   | 20.00  | P

        control_totals.csv
        as_of      | currency | ar_amount
        2026-01-31 | USD      | 45.00
        2026-02-28 | USD      | 145.01
        2026-02-28 | EUR      | 0.00
    """)
    found = {(tie.as_of.month, tie.currency): tie for tie in pilot.load().tie_out}
    assert {key: tie.difference for key, tie in found.items()} == {
        (1, "USD"): 0,
        (2, "USD"): Decimal("-0.01"),
        (2, "EUR"): 0,
    }
    assert [key for key, tie in found.items() if not tie.is_ok] == [(2, "USD")]


# --- files -------------------------------------------------------------------------------------


PLAIN = lines("A,c1,2026-01-10,,1.00,USD", "B,c1,2026-01-10,,2.00,USD", "C,c1,soon,,4.00,USD")


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode().removesuffix(b"\n"),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.encode("utf-16"),
        PLAIN.replace("A,c1", '"A",c1').encode(),
    ],
    ids=["plain", "unended", "bom", "crlf", "bom-crlf", "semicolon", "tab", "utf-16", "quoted"],
)
def test_however_a_file_is_written_its_rows_are_the_same(drawn: Draw, content: bytes) -> None:
    _, report = load(drawn, content)
    assert reasons(report) == [(4, "issued_on", "soon", "not a date")]
    assert (report.accepted, report.totals) == (2, money(USD="3.00"))


@pytest.mark.parametrize(
    "name",
    [
        "O'Brien's \"books\".csv",
        "invoices[1].csv",
        "in*voi?ces.csv",
        "{a,b}.csv",
        "year=2026/invoices.csv",
        "invoices.csv.gz",
        "invoices.csv.zst",
        "données; drop table files.csv",
        "-- invoices.csv",
    ],
)
def test_a_files_name_is_only_a_name(drawn: Draw, name: str) -> None:
    _, report = load(drawn, PLAIN, name)
    assert (report.file, report.accepted, report.refused) == (name, 2, 1)


def test_rows_are_counted_below_title_lines(drawn: Draw) -> None:
    titled = "Northlight Software,,,,,\nInvoices as of today,,,,,\n" + PLAIN
    _, report = load(drawn, titled)
    assert reasons(report) == [(6, "issued_on", "soon", "not a date")]


def test_rows_found_wrong_afterwards_are_named_below_title_lines_too(drawn: Draw) -> None:
    pilot = drawn()
    body = lines(
        "A,c1,2026-01-10,,1.00,USD", "B,c1,2026-01-10,,2.00,USD", "A,c1,2026-01-10,,3.00,USD"
    )
    (pilot.exports / "empty.csv").write_text(HEADER + "\n", encoding="utf-8")
    (pilot.exports / "invoices.csv").write_text("Title,,,,,\n" + body, encoding="utf-8")
    (pilot.exports / "more.csv").write_text(
        HEADER + "\nB,c9,2026-01-10,,2.00,USD\n", encoding="utf-8"
    )
    reports = {file.file: file for file in pilot.load().files}
    assert [(r.row, r.reason) for r in reports["invoices.csv"].reasons] == [
        (5, "already given with other values by row 3 of invoices.csv")
    ]
    assert [(r.row, r.reason) for r in reports["more.csv"].reasons] == [
        (2, "already given with other values by row 4 of invoices.csv")
    ]


def test_blank_ragged_and_quoted_rows_all_count(drawn: Draw) -> None:
    content = lines('"A",c1,2026-01-10,,1.00,USD', "", "B,c1,2026-01-10", "C,c1,2026-01-10,,x,USD")
    _, report = load(drawn, content)
    assert (report.rows, report.accepted, report.refused, report.skipped) == (4, 1, 2, 1)


def test_a_file_that_asks_has_no_rows_yet_and_has_them_once_answered(drawn: Draw) -> None:
    pilot, asked = load(drawn, lines("A,c1,03/04/2026,,1.00,USD"))
    assert (asked.state, asked.rows) == ("question", 0)
    (answered,) = pilot.load({"invoices.csv": "day first"}).files
    assert (answered.state, answered.accepted) == ("read", 1)
    assert pilot.books().last_known_day() == date(2026, 4, 3)
    pilot.load({"invoices.csv": "month first"})
    assert pilot.books().last_known_day() == date(2026, 3, 4)


def test_a_bad_file_harms_only_itself(drawn: Draw) -> None:
    pilot = drawn("""
        invoices.csv
        invoice_id | customer_id | issued_on  | amount
        A          | c1          | 2026-01-10 | 10.00
    """)
    for name, content in (
        ("report.pdf", b"%PDF-1.7 ..."),
        ("empty.csv", b""),
        ("zeros.csv", bytes(5_000)),
        ("notes.txt", b"remember the milk"),
        ("half.csv", HEADER.encode() + b'\nA,"c1,2026-01-10'),
    ):
        (pilot.exports / name).write_bytes(content)
    report = pilot.load()
    assert [file.note for file in report.not_used] == ["notes.txt: is a text, and no table."]
    assert {file.file: bool(file.note) for file in report.read} == {
        "report.pdf": True,
        "empty.csv": True,
        "zeros.csv": True,
        "half.csv": True,
        "invoices.csv": False,
    }
    check_all(report)


def check_all(report: LoadReport) -> None:
    for file in report.files:
        check_sums(file)


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n"), max_size=12)


@a_book_each
@given(rows=st.lists(st.lists(CELLS, min_size=6, max_size=6), min_size=1, max_size=30))
def test_whatever_the_cells_hold_every_row_is_accepted_refused_or_skipped(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    pilot = draw(tmp_path_factory.mktemp("any"))
    body = "\n".join(",".join(row) for row in [HEADER.split(","), *rows])
    (pilot.exports / "invoices.csv").write_text(body, encoding="utf-8", newline="")
    check_all(pilot.load())


def test_an_invoice_whose_number_lost_its_zeros_is_the_one_that_kept_them(drawn: Draw) -> None:
    pilot = drawn(
        """
        invoices.csv
        invoice_id | customer_id | issued_on  | due_on     | amount | currency
        "00012"    | c1          | 2026-01-05 | 2026-02-04 | 100.00 | USD
        "00013"    | c1          | 2026-01-05 | 2026-02-04 | 100.00 | USD
        "0"        | c1          | 2026-01-05 | 2026-02-04 | 5.00   | USD

        opened_in_a_spreadsheet.csv
        invoice_id | customer_id | issued_on  | due_on     | amount | currency
        12         | c1          | 2026-01-05 | 2026-02-04 | 100.00 | USD
        13         | c1          | 2026-01-05 | 2026-02-04 | 999.00 | USD
        """
    )
    first, second = sorted(pilot.load().files, key=lambda file: file.file)
    assert (first.accepted, first.skipped) == (3, 0)
    # Only what is the same in all else: 13 over another amount is another invoice.
    assert (second.accepted, second.skipped, second.refused) == (1, 1, 0)
    assert any("leading zeros" in warning for warning in second.warnings)
    with seen(pilot, "2026-02-01") as day:
        assert balances(day) == {
            "00012": Decimal(100),
            "00013": Decimal(100),
            "0": Decimal(5),
            "13": Decimal(999),
        }


def test_two_loads_of_the_same_files_give_identical_totals(tmp_path: Path) -> None:
    rows = [f"A-{n},c{n % 3},2026-01-0{n},2026-02-0{n},{n}0.{n}5,USD" for n in range(1, 10)]
    totals = []
    for name in ("one", "two"):
        pilot = draw(tmp_path / name)
        (pilot.exports / "invoices.csv").write_text("\n".join([HEADER, *rows]), encoding="utf-8")
        (file,) = pilot.load().files
        totals.append((file.rows, file.accepted, file.totals, balances(seen(pilot, "2026-03-31"))))
    assert totals[0] == totals[1]
    assert totals[0][:2] == (9, 9)
    assert sum(totals[0][3].values()) == Decimal("454.95")  # 450 and nine times 0.05 to 0.95
