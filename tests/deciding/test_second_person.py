"""Where roles count, the second person is another subject, and an approval is an approver's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from pipeline.deciding import countersign, countersigners, decide
from pipeline.deciding.corrections import (
    Change,
    Correction,
    confirm_correction,
    propose_correction,
)
from pipeline.deciding.people import grant, remove
from pipeline.ledger import Ledger, Stale
from pipeline.model import (
    Actor,
    CountbackError,
    Decision,
    Entry,
    Event,
    Role,
    WrongCall,
    fingerprint,
)
from pipeline.sending.approvers import Approvers
from pipeline.settings import OutboxSection, PeopleSection
from tests.histories import DAY, NOON

ID = "https://id.example"
ADA = Actor(issuer=ID, subject="ada-1", name="Ada Admin")
ANA = Actor(issuer=ID, subject="ana-1", name="A. Smith")
NAMESAKE = Actor(issuer=ID, subject="ana-2", name="A. Smith")
RENAMED = Actor(issuer=ID, subject="ana-1", name="Anna Smith")
RULES = PeopleSection(sign_in=True, admins=(ADA.identity,))
WHEN: dict[str, Any] = {"now": NOON, "on_day": DAY}
TEXT = "Dear Maria, invoice INV-7 is open."


@pytest.fixture
def record(address: str) -> Iterator[Ledger]:
    """A record in which both people of one name are preparers and approvers."""
    opened = Ledger.open(address)
    for person in (ANA, NAMESAKE):
        for role in ("preparer", "approver"):
            change(opened, person, role)  # type: ignore[arg-type]  # two of the roles
    yield opened
    opened.close()


def of(record: Ledger, actor: Actor) -> Ledger:
    return record.on_behalf(actor, RULES)


def change(record: Ledger, person: Actor, role: Role, *, gone: bool = False) -> None:
    if gone:
        remove(of(record, ADA), person.identity, role, by=ADA.name, **WHEN)
    else:
        grant(of(record, ADA), person, role, by=ADA.name, **WHEN)


def edit(record: Ledger, actor: Actor, final: str = TEXT + " Thank you!") -> Entry:
    made = Decision(
        case_id="CASE-1",
        customer_id="CU-1",
        lane="routine",
        rule="slow payer",
        verdict="edit",
        reason="TONE",
        invoice_ids=("INV-7",),
        to="maria@customer.example",
        subject="Invoice INV-7",
        draft_body=TEXT,
        final_body=final,
        approved_hash=fingerprint("maria@customer.example", "Invoice INV-7", final),
    )
    return decide(of(record, actor), made, by=actor.name, **WHEN)


# --- four eyes ----------------------------------------------------------------------------------


def test_a_namesake_is_a_second_person_and_another_name_of_oneself_is_none(
    record: Ledger,
) -> None:
    entry = edit(record, ANA)
    for herself in (ANA, RENAMED):
        with pytest.raises(WrongCall, match="somebody else countersigns"):
            countersign(of(record, herself), entry.event_id, by=herself.name, **WHEN)
    signed = countersign(of(record, NAMESAKE), entry.event_id, by="A. Smith", **WHEN)
    said = Decision(**entry.payload)
    assert countersigners(entry, said, record.entries()) == (signed,)


def test_the_record_itself_refuses_ones_own_second_signature(record: Ledger) -> None:
    """Whatever a page or a verb has forgotten to ask."""
    entry = edit(record, ANA)
    for kind in ("decision_countersigned", "correction_confirmed"):
        for named, why in ((entry.event_id, "somebody else"), ("no such entry", "written anew")):
            forged = Event(
                kind=kind,  # type: ignore[arg-type]  # two of the kinds
                subject="CASE-1",
                by=RENAMED.name,
                at=NOON,
                on_day=DAY,
                payload={"event_id": named},
            )
            with pytest.raises(CountbackError, match=why):
                of(record, RENAMED).append(forged)


def bank_change() -> Correction:
    new = "Maria, IBAN DE89 3704 0044 0532 0130 00"
    return Correction(
        kind="contacts",
        key="K-1",
        changes=(Change(column="role", old="clerk", new=new),),
        source="a call",
    )


def test_contact_and_bank_details_are_confirmed_by_another_subject(record: Ledger) -> None:
    assert bank_change().needs_second
    proposed = propose_correction(of(record, ANA), bank_change(), by=ANA.name, **WHEN)
    for herself in (ANA, RENAMED):
        with pytest.raises(CountbackError, match="somebody else has to confirm"):
            confirm_correction(of(record, herself), proposed.event_id, by=herself.name, **WHEN)
    change(record, NAMESAKE, "approver", gone=True)
    with pytest.raises(CountbackError, match="this takes approver"):
        confirm_correction(of(record, NAMESAKE), proposed.event_id, by="A. Smith", **WHEN)
    change(record, NAMESAKE, "approver")
    confirmed = confirm_correction(of(record, NAMESAKE), proposed.event_id, by="A. Smith", **WHEN)
    assert confirmed.actor == NAMESAKE.identity


def test_what_was_written_before_roles_counted_is_nobodys_to_confirm(address: str) -> None:
    with_names = Ledger.open(address)
    proposed = propose_correction(with_names, bank_change(), by="Somebody Else", **WHEN)
    change(with_names, ANA, "approver")
    with pytest.raises(CountbackError, match="somebody else has to confirm"):
        confirm_correction(of(with_names, ANA), proposed.event_id, by=ANA.name, **WHEN)
    with_names.close()


def test_a_namesakes_verdict_is_not_written_over_unseen(record: Ledger) -> None:
    edit(record, ANA)
    with pytest.raises(Stale, match=r"was approved with edits by A\. Smith"):
        edit(record, NAMESAKE, TEXT + " Best regards, and thank you very much.")
    with pytest.raises(Stale):
        edit(record, NAMESAKE)


# --- whose approval lets a message leave --------------------------------------------------------


def why_not(record: Ledger, entry: Entry, *named: str, rules: PeopleSection = RULES) -> str:
    return Approvers(rules, OutboxSection(approvers=named), record.entries()).why_not(entry)


def test_an_approvers_approval_counts_until_the_role_is_gone(record: Ledger) -> None:
    entry = edit(record, ANA)
    assert why_not(record, entry) == ""
    change(record, ANA, "approver", gone=True)
    assert "is no approver any more" in why_not(record, entry)


def test_whoever_becomes_approver_later_was_none_when_they_approved(record: Ledger) -> None:
    entry = edit(record, ANA)
    earlier = entry.model_copy(update={"seq": 2})
    assert "was no approver when they approved it" in why_not(record, earlier)


def test_an_approval_from_before_roles_is_taken_anew(address: str) -> None:
    with_names = Ledger.open(address)
    by_name = with_names.append(
        Event(kind="decision", subject="CASE-1", by="A. Smith", at=NOON, on_day=date(2026, 3, 1))
    )
    assert why_not(with_names, by_name, rules=PeopleSection()) == ""
    assert "before roles counted" in why_not(with_names, by_name)
    change(with_names, ANA, "approver")
    assert "before roles counted" in why_not(with_names, by_name, rules=PeopleSection())
    with_names.close()


def test_the_list_of_approvers_goes_by_the_admins_word_and_not_by_a_changed_name(
    record: Ledger,
) -> None:
    entry = edit(record, RENAMED)
    assert entry.by == "Anna Smith"
    assert "[outbox] approvers" in why_not(record, entry, "Anna Smith")
    assert why_not(record, entry, "A. Smith") == ""
    assert why_not(record, entry, ANA.identity) == ""
    assert "[outbox] approvers" in why_not(record, entry, NAMESAKE.identity)
