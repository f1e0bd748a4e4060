"""What follows from a reply's label once a person has confirmed it, and what it goes on stopping.

A sensitive label keeps its guard. A label that asks something of us goes on stopping until a
person says that it is dealt with. Any other label, confirmed, stops nothing more.
"""

from __future__ import annotations

from collections.abc import Collection

from pipeline.replies.labels import SENSITIVE

#: Labels that ask for something first: what that is.
TO_DO = {
    "PO_OR_ADMIN_BLOCK": "give what their process asks for, such as the PO number or the portal",
    "CONTACT_CHANGE": "mend the contact in Data health, where a second person confirms it",
    "ALREADY_PAID": "find the money and match it",
    "DOC_REQUEST": "send them the document",
    "PROMISE_TO_PAY": "hold the case until the day that they named",
}
#: Labels whose guard stays, whoever confirms them: where the matter goes on.
KEPT = {
    "ESCALATION_OR_LEGAL": "a named person answers them, nothing is templated",
    "BANK_DETAIL_RISK": "verify by telephone, on a number known before, before anything is sent",
    "DISPUTE": "flag the invoice on the page Disputes, where it gets an owner and an end",
    "HARDSHIP_OR_PLAN": "a person speaks with them, nothing is templated",
}
TITLES = {
    "ESCALATION_OR_LEGAL": "Escalation or legal",
    "BANK_DETAIL_RISK": "Bank details in question",
    "DISPUTE": "Dispute",
    "HARDSHIP_OR_PLAN": "Cannot pay, or asks for a plan",
    "PO_OR_ADMIN_BLOCK": "PO or their process",
    "CONTACT_CHANGE": "Another contact",
    "ALREADY_PAID": "Already paid",
    "DOC_REQUEST": "Asks for a document",
    "PROMISE_TO_PAY": "Promises to pay",
    "IN_APPROVAL": "In approval",
    "OUT_OF_OFFICE": "Automatic reply",
    "BOUNCE": "Did not arrive",
    "UNCLEAR": "None of these",
}


def can_be_settled(labels: Collection[str]) -> bool:
    """Whether a person may say that what these labels ask for is dealt with."""
    return SENSITIVE.isdisjoint(labels) and not TO_DO.keys().isdisjoint(labels)


def is_set_aside(labels: Collection[str], is_settled: bool) -> bool:
    """Whether a message that was closed with these labels stops nothing more.

    The same is said for the books by sql/day/31_closed_replies.sql.
    """
    return SENSITIVE.isdisjoint(labels) and (is_settled or TO_DO.keys().isdisjoint(labels))


def effect(labels: Collection[str], is_settled: bool = False) -> str:
    """What closing a message with these labels does, as one sentence."""
    if is_set_aside(labels, is_settled):
        return "It stops nothing more."
    steps = [step for known in (KEPT, TO_DO) for label, step in known.items() if label in labels]
    until = "" if not SENSITIVE.isdisjoint(labels) else ", until it is settled"
    return f"It goes on stopping what it may concern{until}: {steps[0]}."
