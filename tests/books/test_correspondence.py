"""Whose a message is, who wrote it, and what that may change: more care, never less."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.pilot import Pilot
from pipeline.warehouse import evidence
from pipeline.warehouse.day import Day
from tests.drawn import Draw, draw, open_row, seen
from tests.effort import a_book_each

BOOKS = """
    invoices.csv
    invoice_id | customer_id | issued_on  | due_on     | amount
    INV-20418  | c1          | 2026-01-05 | 2026-02-04 | 100.00
    INV-20419  | c1          | 2026-01-06 | 2026-02-05 | 200.00
    INV-30001  | c2          | 2026-01-07 | 2026-02-06 | 300.00
    1234567    | c2          | 2026-01-08 | 2026-02-07 | 400.00
    7701       | c2          | 2026-01-09 | 2026-02-08 | 500.00

    customers.csv
    customer_id | name        | terms
    c1          | Acme Ltd    | NET30
    c2          | Northlight  | NET30

    contacts.csv
    contact_id | customer_id | name  | email               | verified_on
    k1         | c1          | Maria | ap@customer.example | 2026-01-01
    k2         | c2          | Both  | both@books.example  | 2026-01-01
    k3         | c1          | Both  | both@books.example  | 2026-01-01

    people.csv
    person_id | name | email
    p1        | Rita | rita@us.example
"""
DAY = "2026-03-01"


def mail(
    number: int,
    body: str,
    *,
    sender: str = "AP <ap@customer.example>",
    to: str = "rita@us.example",
    subject: str = "Question",
    more: Sequence[str] = (),
    day: int = 10,
) -> str:
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}", f"Message-ID: <{number}@x>"]
    lines += [f"Date: Tue, {day} Feb 2026 10:{number:02}:00 +0000", *more, "", body, ""]
    return "\n".join(lines)


def mailbox(*mails: str) -> str:
    return "".join(f"From - Tue Feb 10 10:00:00 2026\n{text}\n" for text in mails)


@pytest.fixture
def received(drawn: Draw, tmp_path: Path) -> Any:
    """Draws the books with a mailbox beside them and looks from the day."""

    def look(*mails: str, settings: str = "", name: str = "inbox.mbox", on: str = DAY) -> Day:
        pilot = drawn(BOOKS, settings)
        (pilot.exports / name).write_text(mailbox(*mails))
        return seen(Pilot.open(pilot.folder), on)

    return look


def matched(day: Day) -> dict[str, tuple[str, str | None, str]]:
    """message_id -> (customer, invoice, how it is known)."""
    return {
        row["message_id"]: (row["customer_id"], row["invoice_id"], row["matched_by"])
        for row in day.table("matched_messages")
    }


def unmatched(day: Day) -> dict[str, str]:
    return {row["message_id"]: row["why"] for row in day.table("unmatched_messages")}


def test_a_contacts_address_says_whose_a_message_is(received: Any) -> None:
    day = received(mail(1, "hi"))
    assert matched(day) == {"1@x": ("c1", None, "address")}
    assert unmatched(day) == {}


def test_a_number_in_the_text_says_which_invoice(received: Any) -> None:
    day = received(
        mail(1, "About inv 20418."),
        mail(2, "x", subject="Re: INV-20419", sender="new@elsewhere.example"),
        mail(3, "Paid 1234567 today", sender="new@elsewhere.example"),
        mail(4, "we have 7701 seats", sender="new@elsewhere.example"),
        mail(5, "Invoice no. 7701 is wrong", sender="new@elsewhere.example"),
    )
    assert matched(day) == {
        "1@x": ("c1", "INV-20418", "address"),
        "2@x": ("c1", "INV-20419", "invoice"),
        "3@x": ("c2", "1234567", "invoice"),
        "5@x": ("c2", "7701", "invoice"),
    }
    assert unmatched(day) == {"4@x": "no contact has its address, and it names no invoice"}


def test_what_points_to_two_customers_is_listed_and_not_guessed(received: Any) -> None:
    day = received(
        mail(1, "hi", sender="both@books.example"),
        mail(2, "INV-20418 and INV-30001 please", sender="new@elsewhere.example"),
        mail(3, "About INV-30001", sender="both@books.example"),
    )
    assert matched(day) == {"3@x": ("c2", "INV-30001", "address and invoice")}
    assert unmatched(day) == {
        "1@x": "its addresses belong to several customers",
        "2@x": "it names invoices of several customers",
    }


@pytest.mark.parametrize(
    "sender",
    [
        "ap@customer.example]<x@attacker.example>",
        '"ap@customer.example" <x@attacker.example>',
        "ap@customer.example\nFrom: x@attacker.example",
        "ap@сustomer.example",
    ],
)
def test_no_forged_header_makes_a_message_the_customers(received: Any, sender: str) -> None:
    day = received(mail(1, "new bank details", sender=sender))
    assert matched(day) == {}
    assert [*unmatched(day)] == ["1@x"]


def test_a_thread_lends_its_customer_from_the_day_that_is_known(received: Any) -> None:
    mails = (
        mail(1, "start", sender="new@elsewhere.example", day=9),
        mail(
            2, "for INV-20418", sender="new@elsewhere.example", day=11, more=["In-Reply-To: <1@x>"]
        ),
        mail(3, "more", sender="boss@elsewhere.example", day=12, more=["In-Reply-To: <2@x>"]),
    )
    assert {key: how for key, (_, _, how) in matched(received(*mails)).items()} == {
        "1@x": "thread",
        "2@x": "invoice",
        "3@x": "thread",
    }
    assert [*unmatched(received(*mails, on="2026-02-10"))] == ["1@x"]


def test_without_references_the_subject_between_two_addresses_makes_a_thread(received: Any) -> None:
    day = received(
        mail(1, "for INV-20418", sender="new@elsewhere.example", subject="March bill"),
        mail(2, "and?", sender="new@elsewhere.example", subject="RE: March bill"),
        mail(3, "and?", sender="other@elsewhere.example", subject="RE: March bill"),
    )
    assert matched(day)["2@x"][2] == "thread"
    assert [*unmatched(day)] == ["3@x"]


def test_a_mail_that_only_claims_to_be_ours_answers_nothing(received: Any) -> None:
    ours = {"sender": "Rita <rita@us.example>", "to": "ap@customer.example"}
    day = received(mail(1, "Thanks for the reminder.", day=9), mail(2, "All done.", day=11, **ours))
    [heard] = day.table("inbound_replies")
    assert (heard["message_id"], heard["is_answered"], heard["stops"]) == ("1@x", False, True)


def test_our_own_people_and_domains_write_out(received: Any) -> None:
    day = received(
        mail(1, "reminder", sender="Rita <rita@us.example>", to="ap@customer.example"),
        mail(2, "reminder", sender="desk@us.example", to="ap@customer.example"),
        mail(3, "reminder", sender="x@our-other.example", to="ap@customer.example"),
        mail(4, "answer"),
        settings='[pilot]\nown_domains = ["our-other.example"]\n',
    )
    directions = {r["message_id"]: r["direction"] for r in day.table("matched_messages")}
    assert directions == {"1@x": "out", "2@x": "out", "3@x": "out", "4@x": "in"}


def test_a_mailbox_with_others_mail_proves_no_contact_of_ours(received: Any) -> None:
    ours = mail(1, "reminder", sender="rita@us.example", to="ap@customer.example")
    assert open_row(received(ours), "INV-20418")["last_contacted_on"] is not None
    assert open_row(received(ours, mail(2, "hi")), "INV-20418")["last_contacted_on"] is None


def test_words_are_read_in_the_new_text_only(received: Any) -> None:
    quote = "\n\nOn 3 Feb 2026, Rita <rita@us.example> wrote:\n> If you dispute this, tell us."
    day = received(mail(1, "Will pay on Friday." + quote))
    assert open_row(day, "INV-20418")["has_dispute_words"] is False
    day = received(mail(1, "We dispute INV-20418." + quote))
    assert open_row(day, "INV-20418")["has_dispute_words"] is True
    assert open_row(day, "INV-20419")["has_dispute_words"] is False


def test_the_dossier_shows_the_new_text_and_where_it_was_read(received: Any) -> None:
    day = received(mail(1, "Paid.\n\nOn 3 Feb 2026, Rita <rita@us.example> wrote:\n> Pay"))
    (row,) = evidence.exchanges(day, "c1", [])
    assert (row["reply"], row["direction"], row["file"], row["line"]) == (
        "Paid.",
        "in",
        "inbox.mbox",
        1,
    )


def test_an_export_keeps_its_own_word(drawn: Draw) -> None:
    pilot = drawn(
        BOOKS
        + """
    messages.csv
    message_id | customer_id | direction | sent_at | sender | recipients | subject | body
    m1 | c2 | out | 2026-02-10 | ap@customer.example | x@y.z | INV-20418 | hi
    """
    )
    day = seen(pilot, DAY)
    assert matched(day) == {"m1": ("c2", None, "export")}
    assert open_row(day, "INV-30001")["last_contacted_on"] is not None


TEXTS = st.sampled_from(
    [
        *("We dispute this.", "paid INV-30001", "INV-20418 INV-30001", "already paid", "ok"),
        *("wrong amount on INV-20418", "> quoted", "out of office", "reminder"),
    ]
)
SENDERS = st.sampled_from(
    [
        *("ap@customer.example", "both@books.example", "rita@us.example", "x@attacker.example"),
        "ap@customer.example]<x@attacker.example>",
    ]
)
MAILS = st.tuples(TEXTS, SENDERS, st.integers(0, 4))


@a_book_each
@given(before=st.lists(MAILS, max_size=4), added=MAILS)
def test_no_further_mail_makes_an_invoice_need_less_care(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[tuple[str, str, int]],
    added: tuple[str, str, int],
) -> None:
    flags = ("has_dispute_words", "has_paid_words", "has_bank_change_words")
    seen_flags = []
    for mails in (before, [*before, added]):
        pilot = draw(tmp_path_factory.mktemp("pilot"), BOOKS)
        texts = [
            mail(n, text, sender=sender, more=[f"In-Reply-To: <{thread}@x>"])
            for n, (text, sender, thread) in enumerate(mails)
        ]
        (pilot.exports / "inbox.mbox").write_text(mailbox(*texts))
        rows = seen(Pilot.open(pilot.folder), DAY).select("select * from open_invoices")
        seen_flags.append({(r["invoice_id"], flag) for r in rows for flag in flags if r[flag]})
    assert seen_flags[0] <= seen_flags[1]


def test_prose_is_kept_while_its_file_does_not_change(received: Any) -> None:
    day = received(mail(1, "We dispute INV-20418."))
    folder = day.books.path.parent.parent
    (folder / "exports" / "later.mbox").write_text(mailbox(mail(2, "hi")))
    told: list[str] = []
    pilot = Pilot.open(folder)
    pilot.books(told.append)
    assert "Keeping inbox.mbox" in told
    assert open_row(seen(pilot, DAY), "INV-20418")["has_dispute_words"] is True


def test_a_folder_of_mails_is_one_export(drawn: Draw) -> None:
    pilot = drawn(BOOKS)
    folder = pilot.exports / "mails"
    folder.mkdir()
    for number in (1, 2):
        (folder / f"{number}.eml").write_text(mail(number, "hi"))
    report = Pilot.open(pilot.folder).load()
    (found,) = [file for file in report.files if file.kind == "messages"]
    assert (found.file, found.rows, found.accepted) == ("mails/*.eml", 2, 2)


def test_an_agreement_is_its_customers_when_its_place_says_so(drawn: Draw) -> None:
    pilot = drawn(BOOKS)
    for name in ("c1/msa.md", "Northlight MSA 2026.md", "standard.md"):
        path = pilot.exports / "contracts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("Fees are due within 60 days of receipt of the invoice.\n")
    day = seen(Pilot.open(pilot.folder), DAY)
    whose = {r["contract_id"]: r["customer_id"] for r in day.select("select * from contracts")}
    assert whose == {"contracts/c1/msa.md": "c1", "contracts/Northlight MSA 2026.md": "c2"}
    (lost,) = day.select("select * from unmatched_agreements")
    assert lost["contract_id"] == "contracts/standard.md"


def test_an_agreement_is_a_check_and_no_correction(drawn: Draw) -> None:
    pilot = drawn(BOOKS)
    path = pilot.exports / "contracts" / "c1.md"
    path.parent.mkdir()
    path.write_text("Fees are due within 60 days of receipt of the invoice.\n")
    row = open_row(seen(Pilot.open(pilot.folder), DAY), "INV-20418")
    assert (row["contract_terms"], row["has_terms_conflict"]) == ("NET60", True)
    assert row["due_on"].isoformat() == "2026-02-04"
    day = seen(Pilot.open(pilot.folder), DAY)
    (quoted,) = day.select("select * from agreement_clauses")
    assert (quoted["value"], quoted["place"]) == ("NET60", "paragraph 1")
