"""No altered figure, date, name, address or link gets past the checks of the finished text."""

from __future__ import annotations

import re
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.drafting.messages import draft
from pipeline.drafting.verifying import CHECKS, LONGEST, check_text
from pipeline.model import Check, Dossier, Draft, Fact
from pipeline.prompts import load_prompt
from tests.dossiers import MARIA, dossier, dossiers, invoice

REMINDER = load_prompt(Path(__file__).resolve().parents[2] / "prompts", "reminder")
CASE = dossier(invoice(days=47, po="4500012345"))
SEVERAL = dossier(invoice("INV-1001", 30, "21000.00"), invoice("INV-1002", 16, "18000.00", row=3))


def failed(
    body: str, case: Dossier = CASE, subject: str = "Your invoice", to: str = ""
) -> list[str]:
    checks = check_text(to or MARIA.email or "", subject, body, case, REMINDER)
    return [check.name for check in checks if not check.ok]


def sentences(body: str, case: Dossier = CASE) -> str:
    checks: tuple[Check, ...] = check_text(MARIA.email or "", "Yours", body, case, REMINDER)
    return " ".join(check.sentence for check in checks)


@st.composite
def altered(draw: st.DrawFn) -> tuple[Dossier, Draft, str, str]:
    """A drawn draft, and its text with one digit changed, in any way of writing digits."""
    case = draw(dossiers())
    made = draft(case, REMINDER)
    assume(made.state == "draft")
    text = f"{made.subject}\n{made.body}"
    spots = [m.start() for m in re.finditer(r"\d", text)]
    spot = draw(st.sampled_from(spots))
    digit = draw(st.sampled_from([d for d in "0123456789" if d != text[spot]]))
    shifted = draw(st.sampled_from([digit, chr(0xFF10 + int(digit)), chr(0x0660 + int(digit))]))
    subject, _, body = f"{text[:spot]}{shifted}{text[spot + 1 :]}".partition("\n")
    return case, made, subject, body


@given(altered())
def test_altering_any_one_digit_of_a_filled_draft_is_always_found(
    drawn: tuple[Dossier, Draft, str, str],
) -> None:
    case, made, subject, body = drawn
    checks = check_text(made.to, subject, body, case, REMINDER)
    assert [check for check in checks if not check.ok], f"{subject}\n{body}"


@given(dossiers(), st.data())
def test_swapping_two_figures_of_a_table_is_found(case: Dossier, data: st.DataObject) -> None:
    assume(len(case.invoices) > 1)
    made = draft(case, REMINDER)
    amounts = sorted({f.token for f in made.facts if f.name == "open_amount"})
    assume(len(amounts) > 1)
    one, other = data.draw(st.lists(st.sampled_from(amounts), min_size=2, max_size=2, unique=True))
    body = made.body.replace(one, "@").replace(other, one).replace("@", other)
    checks = check_text(made.to, made.subject, body, case, REMINDER)
    assert not {check.name: check.ok for check in checks}["amounts"]


@pytest.mark.parametrize(
    "same",
    [
        "Invoice INV-1001 for $60,000.00 was due on 14 March 2026.",
        "Invoice INV-1001 for 60,000 was due on 2026-03-14.",
        "Invoice INV-1001 for 60000.00 USD was due on March 14, 2026.",
        "Invoice INV-1001 for US$60,000 was due on 14th of March.",
        "Invoice INV-1001 for $60k was due on 14/03/2026.",
        "Invoice no. INV-1001 (PO 4500012345) is 47 days past due.",
        "It is forty-seven days past due.",
        "The terms were net 30, or 30 days terms.",
        "It was issued on Feb 12 2026.",
        "Please write to maria.lopez@harbor.example or dana@northlight.example.",
        "Invoice INV-1001 for ＄６０,０００.００ was due.",
        "Harbor Analytics and Maria know about the one invoice.",
        "May I ask when it will be paid?",
        "Unfortunately, we have not heard from you. Kindly let us know by reply.",
    ],
)
def test_the_same_value_written_another_common_way_passes(same: str) -> None:
    assert failed(same) == [], sentences(same)


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("Invoice INV-1001 for $61,000.00 is open.", "amounts"),
        ("Invoice INV-1001 for €60,000.00 is open.", "amounts"),
        ("Invoice INV-1001 for €60.000,00 is open.", "amounts"),
        ("Invoice INV-1001 for $6,0000.00 is open.", "amounts"),
        ("Invoice INV-1001 for -$60,000.00 is open.", "amounts"),
        ("Please pay in EUR.", "amounts"),
        ("Please pay in bitcoin: 0.5 BTC.", "amounts"),
        ("Invoice INV-1001 for $6O,OOO is open.", "amounts"),
        ("It was due on 12 February 2026.", "dates"),
        ("It was issued on 14 March 2026.", "dates"),
        ("It was due on 04/03/2026.", "dates"),
        ("It was due on 31 February 2026.", "dates"),
        ("Please pay by Friday.", "dates"),
        ("Please pay in June.", "dates"),
        ("It is 48 days past due.", "numbers"),
        ("It is forty-eight days past due.", "numbers"),
        ("It is ４８ days past due.", "numbers"),
        ("It is ٤٨ days past due.", "numbers"),
        ("It is 4\u200b8 days past due.", "numbers"),
        ("It is six weeks past due.", "numbers"),
        ("These two invoices are open.", "numbers"),
        ("We charge five percent.", "numbers"),
        ("We charge 1.5% a month.", "numbers"),
        ("You owe sixty thousand dollars.", "numbers"),
        ("Call four one five five.", "numbers"),
        ("Invoice INV-1002 is open.", "numbers"),
        ("Your PO number is 4500012346.", "numbers"),
        ("Your PO number is INV-1001.", "numbers"),
        ("Call +1 415 555 0100.", "numbers"),
        ("Please ask Bob Jones.", "names"),
        ("Please ask Bob about it.", "names"),
        ("Bob said it was paid.", "names"),
        ("Hi Bob,\n\nIt is open.", "names"),
        ("Bob,\n\nIt is open.", "names"),
        ("Hi Dana,\n\nIt is open.", "names"),
        ("It is open.\n\nKind regards,\nBob\nNorthlight Software", "names"),
        ("It is open.\n\nKind regards,\nMaria Lopez", "names"),
        ("Ask Maria Lopez Garcia.", "names"),
        ("Аsk us.", "names"),
        ("Write to ap@attacker.example.", "addresses"),
        ("Write to maria.lopez@harbor.example.attacker.example", "addresses"),
        ("See https://northlight.example/pay", "links and bank details"),
        ("See www.northlight.example", "links and bank details"),
        ("See northlight.com", "links and bank details"),
        ("See northlight[.]com", "links and bank details"),
        ("See northlight。com", "links and bank details"),
        ("See ｗｗｗ.northlight.example", "links and bank details"),
        ("[Pay](here)", "links and bank details"),
        ('<a href="x">Pay</a>', "links and bank details"),
        ("Our IBAN has changed.", "links and bank details"),
        ("Pay to GB29 NWBK 6016 1331 9268 19.", "links and bank details"),
        ("Our account number is new.", "links and bank details"),
        ("Hi $first_name,", "placeholders"),
        ("Hi {name},", "placeholders"),
        ("Hi [name],", "placeholders"),
        ("It is o\u202epen.", "placeholders"),
        ("", "placeholders"),
    ],
)
def test_what_the_ledger_does_not_say_is_found_by_its_check(text: str, check: str) -> None:
    assert check in failed(text), sentences(text)


def test_a_mismatch_names_the_figure_and_what_the_ledger_says() -> None:
    said = sentences("Invoice INV-1001 for $61,000.00 was due on 15 March 2026.")
    assert (
        "“$61,000.00” is not what the ledger says: the open amount of INV-1001 is $60,000.00."
        in said
    )
    assert "“15 March 2026” is no date of the ledger: INV-1001 was due on 14 March 2026." in said


@pytest.mark.parametrize(
    "text",
    [
        "Invoice INV-1001 has $18,000.00 open.",
        "INV-1001   14 April 2026",
        "INV-1001   31 March 2026   1 March 2026   $21,000.00",
        2 * "INV-1001   1 March 2026   31 March 2026   $21,000.00\n",
        "The oldest is 16 days past due.",
        "The total is $21,000.00.",
        "The oldest was due on 14 April 2026.",
    ],
)
def test_a_true_figure_in_the_wrong_place_is_found(text: str) -> None:
    assert failed(text, SEVERAL) != []


def test_only_the_exact_verified_address_is_a_recipient() -> None:
    for to in ("Maria.lopez@harbor.example", "m@harbor.example", f"{MARIA.email},x@y.example"):
        assert failed("It is open.", to=to) == ["recipient"]
    unverified = dossier(contact=MARIA.model_copy(update={"verified_on": None}))
    assert "recipient" in failed("It is open.", unverified)


def test_a_payment_may_be_named_only_as_the_ledger_has_it() -> None:
    paid = dossier(facts=(Fact(name="payment", token="$500.00"),), last_payment_on=date(2026, 4, 2))
    assert failed("We received $500.00 in part.", paid) == []
    assert failed("We received $501.00 in part.", paid) == ["amounts"]
    assert failed("It is $500.00.", paid) == ["amounts"]


def test_a_subject_of_two_lines_is_found() -> None:
    assert "placeholders" in failed("It is open.", subject="Yours\nBcc: all")


def test_every_check_is_always_there_and_a_huge_text_is_not_read_at_all() -> None:
    checks = check_text(MARIA.email or "", "Yours", "9" * (LONGEST + 1), CASE, REMINDER)
    assert [check.name for check in checks] == list(CHECKS)
    assert not any(check.ok for check in checks)


_EDITED = """Hello Maria Lopez,

Following up on my note from last week: the $60,000 invoice (INV-1001, due 14 March) is still open.
Is there a problem with the purchase order? Accounting will gladly resend the PDF, and Sales and
Delivery both tell me that everything was accepted. Could Accounts Payable confirm the date?

- Amount: $60,000.00
- Due: 14 March 2026
- PO: 4500012345
- Days past due: 47

P.S. Great to see your team again!

Best,
Dana Whitfield
Account Executive
Northlight Software"""


def test_a_person_may_rewrite_the_whole_message_in_their_own_words() -> None:
    assert failed(_EDITED) == [], sentences(_EDITED)


@pytest.mark.parametrize("piece", ["a.", "1,", "a@", "GB29 ", "one ", "-", "May ", "a.a@", "A "])
def test_no_text_of_the_greatest_length_takes_long_to_read(piece: str) -> None:
    started = time.perf_counter()
    failed((piece * LONGEST)[: LONGEST - 100])
    assert time.perf_counter() - started < 5


@given(st.text(max_size=300))
def test_no_text_breaks_the_checks(text: str) -> None:
    checks = check_text(text[:40], text[:60], text, SEVERAL, REMINDER)
    assert [check.name for check in checks] == list(CHECKS)
    assert all(check.ok or check.sentence for check in checks)
