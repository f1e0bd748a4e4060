"""Who may write what: the roles that stand, asked for inside the transaction of every write.

A role is held by an issuer and a subject, never by a name or an e-mail address. Roles are granted
and removed as entries on one subject of the record; what was removed a moment ago is gone at the
next write of whichever page or process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipeline.ledger.entries import ACTOR
from pipeline.ledger.rights import roles_for, spoken
from pipeline.model import (
    LOCAL,
    ROLES,
    Actor,
    CountbackError,
    Entry,
    Noun,
    Role,
    WrongCall,
    actor_of,
)
from pipeline.settings import PeopleSection

#: What all entries about roles stand on, in one order: nobody grants on what another has changed.
PEOPLE = "people"

_ROLE_ACTS = frozenset({"role_granted", "role_removed"})
#: What a second person does, about the entry that its payload names.
_SECOND = frozenset({"decision_countersigned", "correction_confirmed"})


class Holding(Noun):
    """One role that somebody holds."""

    identity: str
    """`issuer|subject`."""
    name: str
    role: Role
    since: datetime | None = None
    """When it was granted; None: pilot.toml says it."""
    by: str
    """Who granted it."""


class People:
    """Who holds which role, after these entries and by these settings."""

    def __init__(self, rules: PeopleSection, entries: Iterable[Entry] = ()) -> None:
        self._rules = rules
        self.is_ruled = rules.sign_in
        """Whether roles say who may do what: from the first role granted, or when so set."""
        self._held: dict[tuple[str, Role], Holding] = {}
        self._names: dict[str, str] = {}
        for entry in entries:
            if entry.subject == PEOPLE and entry.kind in _ROLE_ACTS:
                self._take(entry)

    def _take(self, entry: Entry) -> None:
        self.is_ruled = True
        said = entry.payload
        key = (str(said["identity"]), _role(said["role"]))
        if entry.kind == "role_removed":
            self._held.pop(key, None)
            return
        name = str(said["name"])
        self._names[key[0]] = name
        self._held[key] = Holding(
            identity=key[0], name=name, role=key[1], since=entry.at, by=entry.by
        )

    @property
    def holdings(self) -> tuple[Holding, ...]:
        """Every role that is held, by name, person and role; the settings' admins among them."""
        found = {**self._held}
        for identity in self._rules.admins:
            key: tuple[str, Role] = (identity, "admin")
            found.setdefault(
                key,
                Holding(
                    identity=identity, name=self.name_of(identity), role="admin", by="pilot.toml"
                ),
            )
        in_order = sorted(found, key=lambda key: (found[key].name, key[0], ROLES.index(key[1])))
        return tuple(found[key] for key in in_order)

    def roles(self, identity: str) -> frozenset[Role]:
        """The roles that one person holds; nobody else's, however alike their names."""
        granted = {role for held, role in self._held if held == identity}
        return frozenset(granted | ({"admin"} if identity in self._rules.admins else set()))

    def name_of(self, identity: str) -> str:
        """The name under which somebody was last granted a role; empty when never."""
        return self._names.get(identity, "")

    def called(self, actor: Actor) -> str:
        """Under which name somebody writes: the provider's word, else the name of their grant."""
        return (self.name_of(actor.identity) if actor.issuer == LOCAL else "") or actor.name

    def why_not(self, actor: Actor | None, act: str, payload: Mapping[str, Any]) -> str:
        """Why somebody may not do this, in one sentence; empty when they may."""
        if not self.is_ruled:
            return ""
        if actor is None:
            return (
                "This pilot goes by roles, and nobody is signed in: sign in, or ask an admin for "
                "a role."
            )
        held = self.roles(actor.identity)
        wanted = roles_for(act, payload)
        if held & wanted:
            return ""
        if not held:
            return (
                f"{actor.name} ({actor.identity}) holds no role in this pilot: "
                f"{self.whom_to_ask()} grants one."
            )
        if not wanted:
            return f"No role may do this ({act}): nothing was recorded."
        return (
            f"{actor.name} is {spoken(held)}, and this takes {spoken(wanted, 'or')}: "
            f"{self.whom_to_ask()} grants it."
        )

    def whom_to_ask(self) -> str:
        """The admins by name, or where the first one is named."""
        admins = sorted({one.name or one.identity for one in self.holdings if one.role == "admin"})
        return " or ".join(admins) if admins else "an admin, named in pilot.toml, [people] admins,"


def _role(value: object) -> Role:
    for role in ROLES:
        if role == value:
            return role
    raise CountbackError(f"The record holds the role {value!r}, which is none: run verify.")


@dataclass(frozen=True)
class Door:
    """On whose behalf the record is open, and what pilot.toml says of people."""

    rules: PeopleSection = field(default_factory=PeopleSection)
    actor: Actor | None = None

    def let(
        self,
        row: Mapping[str, Any],
        about_people: Sequence[Entry],
        find: Callable[[str], Entry | None],
    ) -> Mapping[str, Any]:
        """The row to write, with its author; raises CountbackError when it may not be written.

        `about_people` are the entries on `PEOPLE` as they stand in this very transaction, `find`
        gives the entry of an id.
        """
        people = People(self.rules, about_people)
        kind = row["kind"]
        is_about_roles = kind in _ROLE_ACTS
        if is_about_roles:
            _check_grant(row, people)
        elif row["subject"] == PEOPLE:
            raise WrongCall(f"{PEOPLE!r} is the subject of roles alone: choose another.")
        # Who grants the first role is an admin by pilot.toml: nobody appoints themselves.
        people.is_ruled |= is_about_roles
        if not people.is_ruled:
            return row
        why = people.why_not(self.actor, kind, row["payload"])
        if why or self.actor is None:
            raise CountbackError(why)
        name = people.called(self.actor)
        if row["by"] != name:
            raise CountbackError(
                f"{row['by']!r} is not who is signed in: {name} is, and writes under no other name."
            )
        if kind in _SECOND:
            _check_second(self.actor, find(str(row["payload"].get("event_id"))), name)
        return {**row, "payload": {**row["payload"], ACTOR: self.actor.identity}}


def _check_second(actor: Actor, first: Entry | None, name: str) -> None:
    """Where roles count, a second person is another issuer and subject, not another name."""
    if first is None or not first.actor:
        raise CountbackError(
            "What is to be confirmed was written before roles counted, so nobody knows by whom: "
            "have it written anew."
        )
    if first.actor == actor.identity:
        raise CountbackError(f"{name} wrote it: somebody else has to stand by it.")


def _check_grant(row: Mapping[str, Any], people: People) -> None:
    """A role entry is about a known role of a person, on the one subject for it."""
    said = row["payload"]
    identity, role = str(said.get("identity", "")), said.get("role")
    if row["subject"] != PEOPLE or role not in ROLES:
        raise WrongCall(f"{role!r} is no role: choose from {', '.join(ROLES)}.")
    if row["kind"] == "role_removed":
        _check_removal(identity, _role(role), people)
        return
    actor = actor_of(identity, str(said.get("name", "")))
    if actor.is_named_by_mail:
        raise WrongCall(
            f"{actor.subject} is an e-mail address, which can be given to somebody else: name the "
            "subject that the person's sign-in page shows."
        )
    if role in people.roles(identity):
        raise CountbackError(f"{actor.name} is {spoken([_role(role)])} already.")


def _check_removal(identity: str, role: Role, people: People) -> None:
    standing = [one for one in people.holdings if one.role == role]
    mine = [one for one in standing if one.identity == identity]
    if not mine:
        raise CountbackError(f"{identity} is not {spoken([role])}: there is nothing to remove.")
    if mine[0].since is None:
        raise WrongCall(f"{identity} is admin by pilot.toml: take it out of [people] admins there.")
    if role == "admin" and len(standing) == 1:
        raise CountbackError(
            f"{mine[0].name} is the only admin: grant the role to somebody else first."
        )
