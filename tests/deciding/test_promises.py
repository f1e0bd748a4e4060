"""A promise to pay: what is kept of it, and what cannot be one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pipeline.deciding import record_promise
from pipeline.ledger import Ledger
from pipeline.model import Entry, WrongCall
from tests.histories import DAY, NOON

SOON = DAY + timedelta(days=9)


def promise(ledger: Ledger, *invoices: str, on: Any = SOON, by: str = "ana") -> Entry:
    return record_promise(ledger, invoices, on, by=by, now=NOON, on_day=DAY, message_id="MSG-1")


def test_a_promise_names_its_invoices_its_day_and_its_message(ledger: Ledger) -> None:
    entry = promise(ledger, "INV-7", "INV-8", "INV-7")
    assert (entry.kind, entry.subject, entry.by) == ("promise_recorded", "promise:INV-7", "ana")
    assert entry.payload == {
        "invoice_ids": ["INV-7", "INV-8"],
        "promised_on": SOON.isoformat(),
        "message_id": "MSG-1",
    }


def test_a_newer_promise_stands_beside_the_one_before(ledger: Ledger) -> None:
    promise(ledger, "INV-7")
    later = promise(ledger, "INV-7", on=SOON + timedelta(days=3))
    assert (later.version, len(ledger.about("promise:INV-7"))) == (2, 2)


def test_a_promise_for_the_same_day_is_one(ledger: Ledger) -> None:
    assert promise(ledger, "INV-7", on=DAY).payload["promised_on"] == DAY.isoformat()


@pytest.mark.parametrize(
    ("invoices", "days", "by", "words"),
    [
        ((), 9, "ana", "name at least one"),
        (("INV-7", " "), 9, "ana", "none without number"),
        (("INV-7",), -1, "ana", "was over before"),
        (("INV-7",), 181, "ana", "more than 180 days away"),
        (("INV-7",), 9, " ", "say who you are"),
    ],
)
def test_what_is_no_promise_is_refused_and_not_written(
    ledger: Ledger, invoices: tuple[str, ...], days: int, by: str, words: str
) -> None:
    with pytest.raises(WrongCall, match=words):
        promise(ledger, *invoices, on=DAY + timedelta(days=days), by=by)
    assert ledger.entries() == []
