"""The accuracy card: confirmed labels against suggested ones, with intervals counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.reply_desk import measure, told


def closed(suggested: str, confirmed: str, *, unread: bool = False) -> dict[str, Any]:
    labels = confirmed.split()
    return {
        "message_id": "m",
        "customer_id": "c",
        "suggested": suggested.split(),
        "labels": labels,
        "label": labels[0],
        "was_unread": unread,
        "verdict": "accept" if suggested == confirmed else "change",
        "is_settled": False,
        "closed_by": "Ana",
        "closed_on": None,
    }


def test_under_twenty_nothing_is_said_but_the_counts() -> None:
    card = measure([closed("DISPUTE", "DISPUTE")] * 19)
    assert card["agreement"] == {"k": 19, "n": 19, "share": None, "low": None, "high": None}
    assert any("19 of 19, too few to say" in line for line in told(card))
    assert measure([])["n"] == 0


def test_agreement_and_sensitive_recall_have_wilsons_intervals() -> None:
    rows = [
        *[closed("DISPUTE", "DISPUTE")] * 18,
        closed("PROMISE_TO_PAY", "DISPUTE"),  # missed
        closed("UNCLEAR", "HARDSHIP_OR_PLAN", unread=True),  # marked, though by no label
        *[closed("DISPUTE", "PO_OR_ADMIN_BLOCK")] * 2,  # false alarms
        closed("IN_APPROVAL", "IN_APPROVAL"),
    ]
    card = measure(rows)
    assert (card["n"], card["verdicts"]) == (23, {"accept": 19, "change": 4, "reject": 0})
    assert (card["agreement"]["k"], card["agreement"]["n"]) == (19, 23)
    recall, precision = card["sensitive_recall"], card["sensitive_precision"]
    assert (recall["k"], recall["n"]) == (19, 20)
    # Wilson, 19 of 20 at z = 1.96: centre 0.8775, half-width 0.1137.
    assert (recall["low"], recall["high"]) == pytest.approx((0.7639, 0.9911), abs=1e-3)
    assert (precision["k"], precision["n"]) == (19, 21)


def test_each_label_is_counted_both_ways_and_confusions_are_listed() -> None:
    card = measure(
        [closed("DISPUTE PROMISE_TO_PAY", "PROMISE_TO_PAY"), closed("DISPUTE", "DISPUTE")]
    )
    by_label = {row["label"]: (row["confirmed"], row["suggested"], row["both"])
                for row in card["labels"]}  # fmt: skip
    assert by_label == {"DISPUTE": (1, 2, 1), "PROMISE_TO_PAY": (1, 1, 1)}
    assert card["confusion"] == [
        {"suggested": "DISPUTE", "confirmed": "DISPUTE", "messages": 1},
        {"suggested": "DISPUTE", "confirmed": "PROMISE_TO_PAY", "messages": 1},
    ]
