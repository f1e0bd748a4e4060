"""Books renewed after a change hold what books built afresh hold, row for row."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline.pilot import Pilot
from pipeline.warehouse.books import build
from pipeline.warehouse.opening import DamagedBooks, OpenBooks
from pipeline.warehouse.renewing import Renewal, plan
from tests.drawn import Draw

BOOKS = """
    customers.csv
    customer_id | name | tier | terms
    c1          | One  | mid  | NET30
    c2          | Two  | smb  | NET60

    contacts.csv
    contact_id | customer_id | name | email
    K1         | c1          | Ann  | a@c1.example

    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount
    A          | c1          | 2026-01-10 | 2026-02-09 | 100.00
    B          | c2          | 2026-01-10 |            | 200.00
    C          | c2          | 2026-01-10 | 2026-02-09 | soon

    more-invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount
    D          | c1          | 2026-01-11 | 2026-02-10 | 400.00
    A          | c1          | 2026-01-10 | 2026-02-09 | 999.00

    applications.csv
    application_id | invoice_id | payment_id | kind | effective_on | amount
    1              | A          | P1         | cash | 2026-02-01   | 30.00
    1              | A          | P1         | cash | 2026-02-01   | 30.00
    2              | Z          | P1         | cash | 2026-02-01   | 30.00

    payments.csv
    payment_id | customer_id | received_on | amount
    P1         | c1          | 2026-02-01  | 50.00

    messages.csv
    message_id | direction | sent_at             | sender       | subject   | body
    M1         | in        | 2026-02-02 09:00:00 | a@c1.example | Invoice A | Not what we ordered.

    people.csv
    person_id | name | email
    O1        | Ola  | ola@own.example
"""
#: File -> the row that is added to it.
ADDED = {
    "customers.csv": "c3,Three,mid,NET30",
    "contacts.csv": "K2,c2,Bob,b@c2.example",
    "invoices.csv": "E,c3,2026-01-12,2026-02-11,800.00",
    "more-invoices.csv": "B,c2,2026-01-10,,200.00",
    "applications.csv": "3,D,P1,cash,2026-02-03,20.00",
    "payments.csv": "P2,c4,2026-02-03,70.00",
    "messages.csv": "M2,in,2026-02-03 09:00:00,a@c1.example,Invoice D,Paid already.",
    "people.csv": "O2,Udo,udo@own.example",
}


def contents(books: OpenBooks) -> dict[str, list[Any]]:
    """Every table of the books with its rows, those of the intake with their places."""
    names = books.rows("select table_name from duckdb_tables() where database_name = 'books'")
    found = {}
    for name in sorted(row["table_name"] for row in names):
        place = "rowid, " if name.startswith("intake_") else ""
        found[name] = sorted(map(str, books.rows(f"select {place}* from {name}")))
    return found


def heard(pilot: Pilot) -> tuple[OpenBooks, list[str]]:
    lines: list[str] = []
    books = Pilot.open(pilot.folder).books(lines.append)
    return books, lines


def afresh(pilot: Pilot, place: Path) -> OpenBooks:
    shutil.copytree(pilot.folder, place, ignore=shutil.ignore_patterns(".cache"))
    return Pilot.open(place).books()


@pytest.mark.parametrize("name", ADDED)
def test_books_renewed_after_a_change_are_those_built_afresh(
    drawn: Draw, tmp_path: Path, name: str
) -> None:
    pilot = drawn(BOOKS)
    pilot.books()
    with (pilot.exports / name).open("a", encoding="utf-8") as out:
        out.write(f"{ADDED[name]}\n")
    renewed, lines = heard(pilot)
    assert [line for line in lines if line.startswith("Reading")] == [f"Reading {name}"]
    assert contents(renewed) == contents(afresh(pilot, tmp_path / "afresh"))


def test_books_renewed_twice_are_those_built_afresh(drawn: Draw, tmp_path: Path) -> None:
    pilot = drawn(BOOKS)
    for name in ("payments.csv", "more-invoices.csv", "payments.csv"):
        pilot.books()
        text = (pilot.exports / name).read_text(encoding="utf-8").splitlines()
        (pilot.exports / name).write_text("\n".join(text[:-1]) + "\n", encoding="utf-8")
        renewed, _ = heard(pilot)
    assert contents(renewed) == contents(afresh(pilot, tmp_path / "afresh"))


def test_a_new_payment_leaves_the_balances_as_they_are(drawn: Draw) -> None:
    pilot = drawn(BOOKS)
    pilot.books()
    with (pilot.exports / "payments.csv").open("a", encoding="utf-8") as out:
        out.write("P2,c1,2026-02-03,70.00\n")
    _, lines = heard(pilot)
    assert "Building unapplied" in lines
    assert "Building balances" not in lines


def test_a_file_that_holds_something_else_by_now_is_read_as_that(
    drawn: Draw, tmp_path: Path
) -> None:
    pilot = drawn(BOOKS)
    pilot.books()
    (pilot.exports / "people.csv").write_text(
        "invoice_id,customer_id,issued_on,due_on,amount\nF,c1,2026-01-10,2026-02-09,5.00\n",
        encoding="utf-8",
    )
    renewed, _ = heard(pilot)
    assert contents(renewed) == contents(afresh(pilot, tmp_path / "afresh"))


def test_damage_that_was_copied_is_one_sentence_at_most_and_gone_at_the_next_try(
    drawn: Draw, tmp_path: Path
) -> None:
    pilot = drawn(BOOKS)
    before = build(pilot._ingredients(), pilot.folder / ".cache")
    data = bytearray(before.read_bytes())
    for at in range(20_000, len(data), 50_000):
        data[at : at + 200] = b"x" * 200
    before.unlink()
    before.write_bytes(data)
    with (pilot.exports / "payments.csv").open("a", encoding="utf-8") as out:
        out.write("P2,c1,2026-02-03,70.00\n")
    try:
        found = contents(Pilot.open(pilot.folder).books())
    except DamagedBooks:
        found = contents(Pilot.open(pilot.folder).books())
    assert found == contents(afresh(pilot, tmp_path / "afresh"))


def test_applications_are_judged_again_with_their_invoices() -> None:
    held = {0: {"customers"}, 1: {"invoices"}, 2: {"applications"}, 3: {"payments"}}
    assert plan(held, {1}) == Renewal(frozenset({1, 2}), frozenset({"invoices", "applications"}))
    assert plan(held, {3}) == Renewal(frozenset({3}), frozenset({"payments"}))


def test_a_file_of_several_kinds_takes_all_their_files_along() -> None:
    held = {0: {"payments", "customers"}, 1: {"customers"}, 2: {"tickets"}}
    assert plan(held, {1}) == Renewal(frozenset({0, 1}), frozenset({"payments", "customers"}))


def test_nothing_is_kept_when_everything_hangs_on_the_change() -> None:
    assert plan({0: {"invoices"}, 1: {"applications"}}, {0}) is None
