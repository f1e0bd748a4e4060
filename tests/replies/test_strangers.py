"""Words of people who never saw the rules, from another trade: complaints about bank charges.

None of them is a reply to a reminder, so labels are not compared; but each questions money, and
a reader for whom unknown is never permission must put it before a person.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.replies import LABELS
from tests.replies.measuring import read

#: Intents that were looked at while the rules were written, and those that were not.
SEEN = {
    *("transaction_charged_twice", "extra_charge_on_statement", "card_payment_fee_charged"),
    *("Refund_not_showing_up", "card_payment_wrong_exchange_rate", "transfer_fee_charged"),
    *("card_payment_not_recognised", "direct_debit_payment_not_recognised"),
}
UNSEEN = {
    *("cash_withdrawal_not_recognised", "request_refund", "transfer_not_received_by_recipient"),
    *("exchange_charge", "top_up_by_card_charge", "declined_card_payment"),
    *("top_up_by_bank_transfer_charge", "pending_card_payment"),
}


def intents(shared: Path, wanted: set[str]) -> Iterator[str]:
    with (shared / "data/tickets/banking77/train.csv").open(encoding="utf-8", newline="") as file:
        yield from (row["text"] for row in csv.DictReader(file) if row["category"] in wanted)


@pytest.mark.parametrize("wanted", [SEEN, UNSEEN], ids=["seen", "unseen"])
def test_questions_about_charges_are_put_before_a_person(shared: Path, wanted: set[str]) -> None:
    texts = [*intents(shared, wanted)]
    marked = sum(read(text).is_sensitive for text in texts)
    assert len(texts) > 1_000
    assert marked / len(texts) >= 0.95


def test_long_complaints_are_put_before_a_person(shared: Path) -> None:
    path = shared / "data/tickets/cfpb_131.csv"
    with path.open(encoding="utf-8", newline="") as file:
        found = [
            read(row["Consumer complaint narrative"]).is_sensitive for row in csv.DictReader(file)
        ]
    assert sum(found) / len(found) >= 0.95


def test_the_example_phrases_of_the_labels_are_read_as_their_label(shared: Path) -> None:
    path = shared / "data/mail/reply_taxonomy_phrases.jsonl"
    phrases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    right = [phrase["label"] in read(phrase["text"]).labels for phrase in phrases]
    assert {phrase["label"] for phrase in phrases} == set(LABELS)
    assert sum(right) / len(right) >= 0.95


def test_real_replies_to_invoices_are_read(shared: Path) -> None:
    path = shared / "data/layouts/verbatim/invoice_reply_mails.json"
    bodies = {mail["thread"]: mail["body"] for mail in json.loads(path.read_text("utf-8"))}
    assert read(bodies["t-qbo"]).governing == "DISPUTE"
    assert read(bodies["t-home"]).governing == "ALREADY_PAID"
    assert read(bodies["t-2008"]).labels == ("ALREADY_PAID", "PROMISE_TO_PAY")


def test_hostile_texts_always_stop_drafts(shared: Path) -> None:
    path = shared / "data/injections/injections_show.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        text = json.loads(line)["text"]
        found = read(f"We will not pay for seats that we never had.\n\n{text}")
        assert found.stops_drafts
        assert found.is_sensitive
