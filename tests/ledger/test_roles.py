"""Who may write: asked in the very transaction, of issuer and subject, never of a name.

On either database: whatever writes on a record does so on both.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from pipeline.deciding.people import grant, remove, take_back
from pipeline.ledger import Ledger
from pipeline.ledger.rights import PURPOSES, RIGHTS, roles_for
from pipeline.ledger.roles import PEOPLE, People
from pipeline.model import (
    ROLES,
    Actor,
    CountbackError,
    Entry,
    Event,
    EventKind,
    Role,
    WrongCall,
    actor_of,
)
from pipeline.settings import PeopleSection
from tests.histories import DAY, NOON, note

ID = "https://id.example"
ADA = Actor(issuer=ID, subject="ada-1", name="Ada Admin")
ANA = Actor(issuer=ID, subject="ana-1", name="Ana Ruiz")
OTHER_ANA = Actor(issuer=ID, subject="ana-2", name="Ana Ruiz")
STRANGER = Actor(issuer="https://evil.example", subject="ana-1", name="Ana Ruiz")
RULES = PeopleSection(sign_in=True, admins=(ADA.identity,))


@pytest.fixture
def record(address: str) -> Iterator[Ledger]:
    opened = Ledger.open(address)
    yield opened
    opened.close()


def of(record: Ledger, actor: Actor | None, rules: PeopleSection = RULES) -> Ledger:
    return record.on_behalf(actor, rules)


def granted(record: Ledger, person: Actor, role: Role, by: Actor = ADA) -> Entry:
    return grant(of(record, by), person, role, by=by.name, now=NOON, on_day=DAY)


def removed(record: Ledger, identity: str, role: Role) -> Entry:
    return remove(of(record, ADA), identity, role, by=ADA.name, now=NOON, on_day=DAY)


def event(kind: str, by: str, **payload: Any) -> Event:
    return Event(
        kind=kind,  # type: ignore[arg-type]  # drawn from the kinds
        subject="C-1",
        by=by,
        at=NOON,
        on_day=DAY,
        payload=payload,
    )


# --- without roles ------------------------------------------------------------------------------


def test_without_roles_everything_is_as_it_was_and_nothing_is_stamped(record: Ledger) -> None:
    entry = of(record, ANA, PeopleSection()).append(note(by="whoever"))
    assert entry.actor == ""
    assert entry.payload == {}
    assert "actor" not in entry.model_dump()
    assert all('"actor"' not in line for line in record.export())


# --- in the transaction -------------------------------------------------------------------------


def test_without_a_person_nothing_is_written_once_a_pilot_goes_by_roles(record: Ledger) -> None:
    with pytest.raises(CountbackError, match="nobody is signed in"):
        of(record, None).append(note())
    granted(record, ANA, "preparer")
    # Whoever opens the record without its settings meets the roles that it holds.
    with pytest.raises(CountbackError, match="nobody is signed in"):
        record.append(note())
    assert len(record.entries()) == 1


def test_what_is_written_is_its_authors_and_the_chain_holds(record: Ledger) -> None:
    granted(record, ANA, "preparer")
    entry = of(record, ANA).append(note(by="Ana Ruiz", amount="1.00"))
    assert entry.actor == ANA.identity
    assert entry.payload == {"amount": "1.00"}
    assert record.entries()[-1] == entry
    assert record.verify().ok
    assert f'"actor":"{ANA.identity}"' in list(record.export())[1]


def test_a_role_removed_counts_at_the_next_call_of_a_session_that_is_open(address: str) -> None:
    with closing(Ledger.open(address)) as here:
        granted(here, ANA, "preparer")
        session = of(here, ANA)
        session.append(note(by="Ana Ruiz"))
        with closing(Ledger.open(address)) as elsewhere:
            removed(elsewhere, ANA.identity, "preparer")
        with pytest.raises(CountbackError, match="holds no role in this pilot"):
            session.append(note(by="Ana Ruiz"))


def test_a_batch_of_which_one_entry_may_not_be_written_is_not_written(record: Ledger) -> None:
    granted(record, ANA, "preparer")
    events = [note(by="Ana Ruiz"), event("batch_approved", "Ana Ruiz")]
    with pytest.raises(CountbackError, match="Ana Ruiz is preparer, and this takes approver"):
        of(record, ANA).append_all(events)
    assert len(record.entries()) == 1


@pytest.mark.parametrize("verdict", ["approve", "edit"])
def test_a_preparer_holds_and_does_not_approve(record: Ledger, verdict: str) -> None:
    granted(record, ANA, "preparer")
    mine = of(record, ANA)
    mine.append(event("decision", "Ana Ruiz", verdict="hold"))
    with pytest.raises(CountbackError, match="takes approver"):
        mine.append(event("decision", "Ana Ruiz", verdict=verdict))
    with pytest.raises(CountbackError, match="No role may do this"):
        mine.append(event("decision", "Ana Ruiz", verdict=f"{verdict} "))
    with pytest.raises(CountbackError, match="No role may do this"):
        mine.append(event("decision", "Ana Ruiz"))


def test_a_viewer_writes_nothing_whatever_it_is(record: Ledger) -> None:
    granted(record, ANA, "viewer")
    mine = of(record, ANA)
    for right in RIGHTS:
        said = {right.when[0]: next(iter(right.when[1]))} if right.when else {}
        if right.act in get_args(EventKind):
            with pytest.raises(CountbackError):
                mine.append(event(right.act, "Ana Ruiz", **said))
    assert len(record.entries()) == 1


# --- the table ----------------------------------------------------------------------------------


def test_every_kind_of_entry_has_its_row_and_every_row_its_kind() -> None:
    kinds = set(get_args(EventKind))
    files = {"files_taken_in", "layout_answered", "model_asked"}
    assert {right.act for right in RIGHTS} == kinds | files
    assert set(PURPOSES) == set(ROLES)
    assert all(right.roles and right.does for right in RIGHTS)


def test_nobody_but_an_approver_lets_a_message_leave() -> None:
    for verdict in ("approve", "edit"):
        assert roles_for("decision", {"verdict": verdict}) == {"approver"}
    for act in ("batch_approved", "decision_countersigned", "correction_confirmed"):
        assert roles_for(act, {}) == {"approver"}


def test_anybody_at_work_may_stop_everything_and_not_anybody_lets_it_go_on() -> None:
    assert roles_for("kill_switch", {"on": True}) == set(ROLES) - {"viewer"}
    assert roles_for("kill_switch", {"on": False}) == {"approver", "admin"}
    assert roles_for("kill_switch", {}) == set()


def test_only_an_admin_grants_and_removes() -> None:
    assert roles_for("role_granted", {}) == roles_for("role_removed", {}) == {"admin"}


# --- who is who ---------------------------------------------------------------------------------


def test_two_people_of_one_name_are_two_people(record: Ledger) -> None:
    granted(record, ANA, "approver")
    of(record, ANA).append(event("decision", "Ana Ruiz", verdict="approve"))
    with pytest.raises(CountbackError, match=r"id\.example\|ana-2\) holds no role"):
        of(record, OTHER_ANA).append(event("decision", "Ana Ruiz", verdict="approve"))


def test_the_same_subject_of_another_issuer_is_another_person(record: Ledger) -> None:
    granted(record, ANA, "approver")
    with pytest.raises(CountbackError, match="holds no role"):
        of(record, STRANGER).append(event("decision", "Ana Ruiz", verdict="approve"))


@pytest.mark.parametrize("subject", ["Ana-1", "ANA-1", "ana-1\u200a2", "ana\u2011 1", "ana-11"])
def test_another_case_or_a_look_alike_is_another_person(record: Ledger, subject: str) -> None:
    granted(record, ANA, "approver")
    try:
        other = Actor(issuer=ID, subject=subject, name="Ana Ruiz")
    except ValidationError:
        return
    with pytest.raises(CountbackError, match="holds no role"):
        of(record, other).append(event("undone", "Ana Ruiz"))


@pytest.mark.parametrize("subject", ["", " ana-1", "ana-1 ", "ana\n1", "ana\u202e1", "ana-1\t"])
def test_a_subject_with_spaces_around_it_or_hidden_signs_is_nobody(subject: str) -> None:
    with pytest.raises(ValidationError):
        Actor(issuer=ID, subject=subject, name="Ana Ruiz")


@pytest.mark.parametrize("issuer", ["", "id.example", "https://id.example|x", "Local", "ftp://x"])
def test_an_issuer_is_an_address_without_a_bar_or_this_machine(issuer: str) -> None:
    with pytest.raises(ValidationError):
        Actor(issuer=issuer, subject="ana-1", name="Ana Ruiz")


def test_a_subject_may_hold_a_bar_and_stays_one_persons() -> None:
    person = actor_of("https://id.example|auth0|5f7c", "Ana Ruiz")
    assert (person.issuer, person.subject) == (ID, "auth0|5f7c")
    assert person.identity == "https://id.example|auth0|5f7c"


def test_nobody_writes_under_another_name(record: Ledger) -> None:
    granted(record, ANA, "preparer")
    for name in ("Bob", "ana ruiz", "Ana Ruiz ", ""):
        with pytest.raises(CountbackError, match="writes under no other name"):
            of(record, ANA).append(note(by=name))


def test_nobody_says_in_a_payload_whose_the_entry_is(record: Ledger) -> None:
    for payload in ({"actor": ADA.identity}, {"actor": ""}, {"actor": None}):
        with pytest.raises(WrongCall, match="says itself whose it is"):
            record.append(event("undone", "Ana Ruiz", **payload))


def test_the_id_of_somebody_elses_entry_is_not_said_again(record: Ledger) -> None:
    granted(record, ANA, "preparer")
    granted(record, OTHER_ANA, "preparer")
    said = note(by="Ana Ruiz")
    first = of(record, ANA).append(said, event_id="e-1")
    assert of(record, ANA).append(said, event_id="e-1") == first
    with pytest.raises(CountbackError, match="already stands"):
        of(record, OTHER_ANA).append(said, event_id="e-1")


# --- granting and removing ----------------------------------------------------------------------


def test_nobody_appoints_themselves(record: Ledger) -> None:
    for rules in (PeopleSection(), PeopleSection(sign_in=True)):
        with pytest.raises(CountbackError, match=r"named in pilot\.toml, \[people\] admins"):
            grant(of(record, ANA, rules), ANA, "admin", by=ANA.name, now=NOON, on_day=DAY)
    granted(record, ANA, "preparer")
    with pytest.raises(CountbackError, match="this takes admin"):
        granted(record, ANA, "admin", by=ANA)
    assert record.people().roles(ANA.identity) == {"preparer"}


def test_a_role_is_never_granted_to_an_e_mail_address(record: Ledger) -> None:
    person = Actor(issuer=ID, subject="ana@client.example", name="Ana Ruiz")
    with pytest.raises(WrongCall, match="is an e-mail address"):
        granted(record, person, "approver")


def test_an_entry_about_roles_elsewhere_counts_for_nothing(record: Ledger) -> None:
    said = {"identity": ANA.identity, "role": "admin", "name": "Ana Ruiz"}
    elsewhere = Event(
        kind="role_granted", subject="people ", by="Ada Admin", at=NOON, on_day=DAY, payload=said
    )
    with pytest.raises(WrongCall, match="is no role"):
        of(record, ADA).append(elsewhere)
    with pytest.raises(WrongCall, match="subject of roles alone"):
        record.append(note(PEOPLE))


@pytest.mark.parametrize("role", ["owner", "Admin", "", None, "admin "])
def test_only_a_role_that_there_is_is_granted(record: Ledger, role: str | None) -> None:
    said = {"identity": ANA.identity, "role": role, "name": "Ana Ruiz"}
    wrong = Event(
        kind="role_granted", subject=PEOPLE, by="Ada Admin", at=NOON, on_day=DAY, payload=said
    )
    with pytest.raises(WrongCall, match="is no role"):
        of(record, ADA).append(wrong)


def test_the_only_admin_is_not_removed(record: Ledger) -> None:
    rules = PeopleSection(sign_in=True, admins=(ADA.identity,))
    grant(of(record, ADA, rules), ANA, "admin", by=ADA.name, now=NOON, on_day=DAY)
    with pytest.raises(WrongCall, match=r"is admin by pilot\.toml"):
        removed(record, ADA.identity, "admin")
    later = PeopleSection(sign_in=True)
    with pytest.raises(CountbackError, match="is the only admin"):
        remove(of(record, ANA, later), ANA.identity, "admin", by=ANA.name, now=NOON, on_day=DAY)


def test_an_admin_taken_out_of_the_settings_grants_nothing_any_more(record: Ledger) -> None:
    granted(record, ANA, "preparer")
    with pytest.raises(CountbackError, match="holds no role"):
        grant(of(record, ADA, PeopleSection()), ANA, "approver", by=ADA.name, now=NOON, on_day=DAY)


def test_a_grant_and_a_removal_are_taken_back_while_they_are_the_last_word(
    record: Ledger,
) -> None:
    first = granted(record, ANA, "viewer")
    act: dict[str, Any] = {"by": ADA.name, "now": NOON, "on_day": DAY}
    take_back(of(record, ADA), first.event_id, **act)
    assert record.people().roles(ANA.identity) == frozenset()
    gone = record.entries()[-1]
    take_back(of(record, ADA), gone.event_id, **act)
    assert record.people().roles(ANA.identity) == {"viewer"}
    with pytest.raises(CountbackError, match="was changed again"):
        take_back(of(record, ADA), first.event_id, **act)


def test_a_role_is_granted_once_and_what_is_not_held_is_not_removed(record: Ledger) -> None:
    granted(record, ANA, "viewer")
    with pytest.raises(CountbackError, match="is viewer already"):
        granted(record, ANA, "viewer")
    with pytest.raises(CountbackError, match="nothing to remove"):
        removed(record, ANA.identity, "admin")


def test_people_says_who_holds_what_since_when_and_by_whom(record: Ledger) -> None:
    granted(record, ANA, "approver")
    held = of(record, None).people().holdings
    assert [(one.identity, one.role, one.since, one.by) for one in held] == [
        (ADA.identity, "admin", None, "pilot.toml"),
        (ANA.identity, "approver", NOON, "Ada Admin"),
    ]


def test_once_roles_counted_they_count_even_when_all_are_gone(record: Ledger) -> None:
    granted(record, ANA, "viewer")
    removed(record, ANA.identity, "viewer")
    assert People(PeopleSection(), record.entries()).is_ruled


# --- the local user -----------------------------------------------------------------------------


def test_the_command_lines_user_writes_under_the_name_of_the_grant(record: Ledger) -> None:
    root = actor_of("local|root", "root")
    granted(record, actor_of("local|root", "Ana Ruiz"), "preparer")
    assert of(record, root).append(note(by="Ana Ruiz")).actor == "local|root"
    with pytest.raises(CountbackError, match="writes under no other name"):
        of(record, root).append(note(by="root"))
