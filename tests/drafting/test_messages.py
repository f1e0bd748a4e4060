"""A draft says only what the books say, to a verified person, or it is refused."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.drafting.doubts import SHOWN, doubts, every_doubt
from pipeline.drafting.handing import internal_note
from pipeline.drafting.messages import draft, finish, skeleton, tone
from pipeline.drafting.verifying import CHECKS
from pipeline.model import MESSAGE_LANES, Dossier, Doubt, Lane, SourceCell, WrongCall
from pipeline.prompts import load_prompt
from tests.dossiers import DANA, MARIA, dossier, dossiers, heard, invoice, payment

FOLDER = Path(__file__).resolve().parents[2] / "prompts"
REMINDER = load_prompt(FOLDER, "reminder")
NOTES = {name: load_prompt(FOLDER, name) for name in ("handoff", "call_brief")}
SILENT = sorted(set(get_args(Lane)) - MESSAGE_LANES)


def codes(case: Dossier) -> dict[str, bool]:
    return {doubt.code: doubt.blocking for doubt in every_doubt(case)}


def test_the_47_day_invoice_reads_as_a_controller_would_send_it() -> None:
    made = draft(dossier(invoice(days=47, po="4500012345")), REMINDER)
    assert made.state == "draft"
    assert made.to == "maria.lopez@harbor.example"
    assert made.subject == (
        "Payment date needed: invoice INV-1001 from Northlight Software, $60,000.00, "
        "due 14 March 2026"
    )
    assert made.body.startswith(
        "Dear Maria Lopez,\n\nInvoice INV-1001 for $60,000.00 was due on 14 March 2026. "
        "It is now 47 days past due.\nYour PO reference is 4500012345.\n\nPlease reply"
    )
    assert made.body.endswith("Kind regards,\nAccounts Receivable\nNorthlight Software")
    assert made.prompt == REMINDER.label
    assert [check.name for check in made.checks] == list(CHECKS)


def test_several_invoices_go_in_one_message_as_a_table_oldest_first_with_their_total() -> None:
    made = draft(
        dossier(invoice("B-2", 16, "18000.00", row=3), invoice("A-1", 30, "22000.00", "21000.00")),
        REMINDER,
    )
    table = (
        "Invoice   Issued          Due             Open amount\n"
        "A-1       1 March 2026    31 March 2026    $21,000.00\n"
        "B-2       15 March 2026   14 April 2026    $18,000.00\n"
        "Total                                      $39,000.00"
    )
    assert table in made.body
    assert made.subject == "Past due: 2 invoices from Northlight Software, total $39,000.00"


@pytest.mark.parametrize(
    ("days", "expected"),
    [(1, "light"), (14, "light"), (15, "polite"), (44, "polite"), (45, "firm"), (150, "firm")],
)
def test_the_tone_of_a_routine_case_follows_the_age_of_its_oldest_invoice(
    days: int, expected: str
) -> None:
    assert tone(dossier(invoice(days=days), invoice("X-1", 1)), REMINDER) == expected


def test_a_relationship_gets_a_featherweight_nudge_in_the_owners_name_at_any_age() -> None:
    made = draft(dossier(invoice(days=80), lane="relationship"), REMINDER)
    assert tone(dossier(invoice(days=80), lane="relationship"), REMINDER) == "featherweight"
    assert made.body.endswith("Thank you,\nDana Whitfield\nNorthlight Software")


def test_a_customer_who_usually_pays_on_time_gets_the_softer_wording_never_a_harder_one() -> None:
    punctual = tuple(payment(n, days_late=2) for n in range(5))
    late = tuple(payment(n, days_late=60) for n in range(5))
    assert tone(dossier(invoice(days=50), payments=punctual), REMINDER) == "polite"
    assert tone(dossier(invoice(days=50), payments=punctual[:4]), REMINDER) == "firm"
    assert tone(dossier(invoice(days=5), payments=late), REMINDER) == "light"


def test_a_part_paid_invoice_says_what_is_open_and_what_it_was() -> None:
    made = draft(dossier(invoice(days=20, amount="1000.00", opened="250.00")), REMINDER)
    assert "$250.00 of the original $1,000.00" in made.body


def test_whom_to_write_to_is_asked_where_the_contact_may_have_changed() -> None:
    stale = MARIA.model_copy(update={"verified_on": date(2025, 12, 1)})
    for days in (5, 20):
        asked = "If somebody else looks after invoices now, please tell us who."
        assert asked in draft(dossier(invoice(days=days), contact=stale), REMINDER).body
        assert asked not in draft(dossier(invoice(days=days)), REMINDER).body


def test_a_dispute_is_recognised_by_the_rules_that_sort_replies_in_any_language_they_know() -> None:
    german = heard("Wir bestreiten diese Rechnung, sie ist falsch.")
    assert codes(dossier(exchanges=(german,)))["dispute_words"]
    denied = heard("We do not dispute this, it is on Friday's run.")
    assert "dispute_words" not in codes(dossier(exchanges=(denied,)))


def test_an_answered_dispute_of_another_invoice_is_a_note_and_anything_nearer_stops() -> None:
    answer = heard("We have looked into it.", "out", 22)
    for text, is_blocking in (
        ("INV-0007 is wrong, you overcharged us.", False),
        ("INV-0007 and INV-1001 are wrong, you overcharged us.", True),
        ("You overcharged us.", True),
    ):
        assert codes(dossier(exchanges=(heard(text), answer)))["dispute_words"] is is_blocking
    asked = heard("INV-0007 is wrong, you overcharged us.")
    assert codes(dossier(exchanges=(asked,)))["dispute_words"]


def test_a_missing_po_that_the_customer_requires_is_asked_for_and_blocks() -> None:
    case = dossier(invoice(days=20), invoice("B-2", 18, po="77"), po_required=True)
    made = draft(case, REMINDER)
    assert "We have no PO number for invoice INV-1001." in made.body
    assert codes(case)["po_missing"] is True
    assert "PO" not in draft(dossier(invoice(days=20)), REMINDER).body


@pytest.mark.parametrize("lane", SILENT)
def test_a_lane_without_a_message_never_gives_a_text_and_names_lane_and_rule(lane: Lane) -> None:
    case = dossier(lane=lane)
    for made in (draft(case, REMINDER), finish(case, REMINDER, "A subject", "A body")):
        assert made.state == "refused"
        assert (made.to, made.subject, made.body, made.facts) == ("", "", "", ())
        assert lane in made.why
        assert "the rule" in made.why


@given(dossiers(), st.sampled_from(SILENT))
def test_no_drawn_case_of_a_silent_lane_has_a_body(case: Dossier, lane: Lane) -> None:
    silent = case.model_copy(update={"case": case.case.model_copy(update={"lane": lane})})
    made = draft(silent, REMINDER)
    assert (made.state, made.to, made.subject, made.body) == ("refused", "", "", "")


@pytest.mark.parametrize(
    "change",
    [
        {"email": None},
        {"email": "maria@harbor.example, x@attacker.example"},
        {"email": "maria@harbor.example]<x@attacker.example>"},
        {"email": "not an address"},
        {"verified_on": None},
        {"verified_on": date(2026, 5, 1)},
        {"status": "left"},
        {"status": "bounced"},
        {"name": "  "},
    ],
)
def test_without_a_verified_contact_there_is_no_draft(change: dict[str, object]) -> None:
    made = draft(dossier(contact=MARIA.model_copy(update=change)), REMINDER)
    assert made.state == "refused"
    assert "no verified contact" in made.why
    assert made.body == ""


def test_without_any_contact_there_is_no_draft() -> None:
    assert "no verified contact" in draft(dossier(contact=None), REMINDER).why


def test_nobody_writes_in_the_name_of_an_owner_who_is_gone() -> None:
    gone = DANA.model_copy(update={"status": "inactive"})
    assert draft(dossier(lane="relationship", owner=gone), REMINDER).state == "refused"
    assert draft(dossier(lane="routine", owner=gone), REMINDER).state == "draft"


@pytest.mark.parametrize(
    ("case", "why"),
    [
        (dossier(invoice(), invoice("E-1", currency="EUR")), "E-1 is in EUR"),
        (dossier(invoice(days=0)), "is not past due"),
        (dossier(invoice(opened="-5.00")), "has nothing open"),
        (dossier(invoice().model_copy(update={"due_on": None})), "has no due date"),
    ],
)
def test_invoices_that_cannot_be_chased_refuse_the_whole_message(case: Dossier, why: str) -> None:
    made = draft(case, REMINDER)
    assert made.state == "refused"
    assert why in made.why


def test_a_case_that_does_not_add_up_is_refused() -> None:
    case = dossier()
    wrong = case.case.model_copy(update={"open_amount": Decimal("60001.00")})
    assert "add up to $60,000.00" in draft(case.model_copy(update={"case": wrong}), REMINDER).why


@pytest.mark.parametrize(
    "hostile",
    ["INV-1\nBcc: x@attacker.example", "http://attacker.example/1", "GB29NWBK60161331926819"],
)
def test_an_invoice_number_that_carries_an_attack_refuses_the_message(hostile: str) -> None:
    made = draft(dossier(invoice(hostile)), REMINDER)
    assert (made.state, made.body) == ("refused", "")


def test_reworded_text_is_filled_by_code_and_refused_when_it_brings_its_own_facts() -> None:
    case = dossier()
    subject, body = skeleton(case, REMINDER)
    good = finish(case, REMINDER, subject, body.replace("Could you", "Would you kindly"), "a/model")
    assert good.state == "draft"
    assert good.model == "a/model"
    for own in ("See evil.com", "Ask for Bob Jones.", "in six days", "$60,000.00", "$unknown"):
        made = finish(case, REMINDER, subject, f"{body}\n\n{own}", "a/model")
        assert (made.state, made.body) == ("refused", ""), own
    dropped = finish(case, REMINDER, subject, body.replace("$open_amount", "the sum"), "a/model")
    assert dropped.why == "The wording dropped open_amount."


@pytest.mark.parametrize(
    "source",
    ["ar_own/ar_adversarial.jsonl", "injection/deepset/train.jsonl", "injection/BIPIA/train.jsonl"],
)
def test_a_model_that_returns_whatever_hostile_text_asks_for_smuggles_no_fact(
    shared: Path, source: str
) -> None:
    case = dossier(invoice(days=47))
    subject, body = skeleton(case, REMINDER)
    clean = draft(case, REMINDER)
    tokens = sorted({fact.token for fact in clean.facts}, key=len, reverse=True)
    for line in (shared / "adversarial" / source).read_text(encoding="utf-8").splitlines()[:150]:
        made = finish(case, REMINDER, subject, f"{body}\n\n{_hostile(line)}", "obedient")
        assert made.to in {"", clean.to}
        left = f"{made.subject}\n{made.body}"
        for token in tokens:
            left = left.replace(token, " ")
        assert not re.search(r"\d|@|://|www\.|[$€£]|IBAN", left), left


def _hostile(line: str) -> str:
    """The longest text of a JSON line, with its dollar signs kept as signs."""
    texts = [value for value in json.loads(line).values() if isinstance(value, str)]
    return max(texts, key=len).replace("$", "$$")


@given(dossiers())
def test_every_number_date_and_name_of_a_drawn_draft_is_a_fact_with_a_cell(case: Dossier) -> None:
    made = draft(case, REMINDER)
    assert made.state == "draft", made.why
    assert all(check.ok for check in made.checks)
    left = f"{made.subject}\n{made.body}"
    for token in sorted({fact.token for fact in made.facts}, key=len, reverse=True):
        left = left.replace(token, " ")
    assert not re.search(r"\d|[$€£]|CHF|JPY", left), left
    template = {
        word.casefold() for word in re.findall(r"\w+", " ".join(REMINDER.sections.values()))
    }
    assert {word.casefold() for word in re.findall(r"[^\W\d_]+", left)} <= template | {"invoices"}
    assert all(fact.source is not None for fact in made.facts if fact.name != "sender")


@given(dossiers())
def test_a_fact_of_an_invoice_cites_the_cell_that_holds_its_value(case: Dossier) -> None:
    rows = {line.row: line for line in case.invoices}
    for fact in draft(case, REMINDER).facts:
        if fact.name in {"invoice_id", "po_number"} and fact.source and fact.source.row:
            assert fact.token == getattr(rows[fact.source.row], fact.name)
            assert fact.source.column == fact.name


def test_a_fact_without_a_known_cell_still_cites_its_file_and_row() -> None:
    bare = invoice().model_copy(update={"columns": {}})
    facts = {fact.name: fact.source for fact in draft(dossier(bare), REMINDER).facts}
    assert facts["open_amount"] == SourceCell(file="invoices.csv", row=2, column="amount")


def test_a_stale_contact_and_a_missing_po_are_exactly_the_two_gaps_listed() -> None:
    stale = MARIA.model_copy(update={"verified_on": date(2025, 12, 1)})
    case = dossier(contact=stale, po_required=True)
    assert codes(case) == {"po_missing": True, "contact_stale": False}
    assert "150 days ago" in {d.code: d.sentence for d in doubts(case)}["contact_stale"]


@pytest.mark.parametrize(
    ("other", "code", "blocking"),
    [
        ({"contact": MARIA.model_copy(update={"verified_on": None})}, "contact_unverified", True),
        ({"contact": MARIA.model_copy(update={"status": "left"})}, "contact_left", True),
        ({"contact": None}, "no_contact", True),
        ({"terms_sources": {"contract": "NET60", "customer": "NET30"}}, "terms_conflict", True),
        ({"standing": {"terms": "Net 45"}}, "terms_conflict", True),
        ({"owner": None}, "owner_missing", False),
        ({"owner": DANA.model_copy(update={"status": "inactive"})}, "owner_gone", False),
        ({"payments": ()}, "thin_history", False),
        ({"unapplied_amount": Decimal("59999.99")}, "unapplied_cash", False),
        ({"unapplied_amount": Decimal("60000.00")}, "unapplied_cash", True),
        ({"last_payment_on": date(2026, 4, 28)}, "recent_payment", False),
        ({"promised_on": date(2026, 5, 4)}, "promise_running", True),
        ({"exchanges": (heard("When is the renewal?"),)}, "unanswered", True),
        (
            {"exchanges": (heard("We were overcharged."), heard("Looking.", "out", 21))},
            "dispute_words",
            True,
        ),
    ],
)
def test_each_doubt_is_raised_by_its_own_gap(
    other: dict[str, object], code: str, blocking: bool
) -> None:
    assert codes(dossier(**other)).get(code) is blocking


def test_a_clean_case_has_no_doubts() -> None:
    answered = (heard("Where is the invoice?"), heard("Here it is.", "out", 21))
    assert doubts(dossier(exchanges=answered, terms_sources={"invoice": "30 days"})) == ()


def test_an_absence_notice_wants_no_answer_but_its_words_are_read() -> None:
    away = heard("I am out of office.").model_copy(update={"automatic": "reply"})
    assert "unanswered" not in codes(dossier(exchanges=(away,)))
    asked = heard("Which PO do you mean?", day=19)
    assert codes(dossier(exchanges=(away, asked)))["unanswered"]
    angry = away.model_copy(update={"text": "I am away. You overcharged us."})
    assert codes(dossier(exchanges=(angry,)))["dispute_words"]


def test_at_most_five_doubts_are_shown_and_those_that_block_come_first() -> None:
    case = dossier(
        contact=None,
        owner=None,
        payments=(),
        po_required=True,
        promised_on=date(2026, 5, 4),
        unapplied_amount=Decimal(1),
        doubts=(Doubt(code="own", blocking=False, sentence="From the dossier."),),
    )
    shown = doubts(case)
    assert len(shown) == SHOWN
    assert [doubt.blocking for doubt in shown] == [True, True, True, False, False]
    assert "own" in codes(case)


def test_a_blocked_case_becomes_a_task_with_what_is_missing_whom_to_ask_and_what_it_costs() -> None:
    case = dossier(invoice(days=47), lane="blocked", missing=("PO number for INV-1001",))
    note = internal_note(case, NOTES)
    for words in (
        "For: Dana Whitfield <dana@northlight.example>",
        "- PO number for INV-1001",
        "- INV-1001: $60,000.00, due 14 March 2026, 47 days past due",
        "Delay so far: $60,000.00 past due, the oldest for 47 days.",
    ):
        assert words in note


def test_a_hands_off_case_becomes_a_call_brief() -> None:
    case = dossier(lane="hands_off", exchanges=(heard("This is a duplicate, please check."),))
    note = internal_note(case, NOTES)
    assert "Speak to: Maria Lopez (verified on 1 March 2026)" in note
    assert "Usually 20 days late (median of 5 paid invoices)." in note
    assert "Note “This is a duplicate, please check”: this may be a dispute." in note


def test_a_task_without_an_owner_says_to_name_one_first() -> None:
    assert "For: nobody yet" in internal_note(dossier(lane="blocked", owner=None), NOTES)


def test_no_other_lane_has_an_internal_note() -> None:
    with pytest.raises(WrongCall, match="disputed"):
        internal_note(dossier(lane="disputed"), NOTES)


def test_the_prompt_asks_for_nothing_that_code_cannot_fill() -> None:
    cases = [
        dossier(
            invoice(days=d, po="1", amount="9.00", opened="8.00"), *more, lane=lane, po_required=po
        )
        for d in (3, 20, 60)
        for more in ((), (invoice("Z", 2),))
        for lane in ("routine", "relationship")
        for po in (True, False)
    ]
    assert {draft(case, REMINDER).state for case in cases} == {"draft"}
