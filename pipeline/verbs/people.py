"""Who may do what: roles listed, granted and removed."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing

from pipeline.deciding.people import grant, remove
from pipeline.ledger.rights import PURPOSES, RIGHTS, spoken
from pipeline.model import ROLES, Entry, WrongCall, actor_of
from pipeline.pilot import Pilot
from pipeline.verbs.calling import AddVerb, Result, pilot_of


def _people(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = pilot_of(call)
    if call.act != "list":
        return _change(pilot, call).model_dump(), 0
    call.told = _told
    people = pilot.people()
    return {
        "by_roles": people.is_ruled,
        "you": pilot.actor.identity if pilot.actor else None,
        "people": [one.model_dump() for one in people.holdings],
        "roles": dict(PURPOSES),
        "rights": [{"does": right.does, "roles": list(right.roles)} for right in RIGHTS],
    }, 0


def _change(pilot: Pilot, call: argparse.Namespace) -> Entry:
    if not call.person or not call.role:
        raise WrongCall(f"Say whom and which role: people {call.act} 'ISSUER|SUBJECT' ROLE.")
    said = {
        "by": call.by or pilot.called(),
        "now": call.now,
        "on_day": call.as_of or call.now.date(),
    }
    with closing(pilot.ledger()) as ledger:
        if call.act == "remove":
            return remove(ledger, call.person, call.role, **said)
        if not call.name:
            raise WrongCall("Say under which name the role is granted: --name 'Ana Ruiz'.")
        return grant(ledger, actor_of(call.person, call.name), call.role, **said)


def _told(result: Result) -> Iterator[str]:
    if not result["by_roles"]:
        yield "No roles count in this pilot: every name may do everything (docs/operate.md)."
    for one in result["people"]:
        since = f"since {one['since']:%Y-%m-%d} by {one['by']}" if one["since"] else one["by"]
        yield f"{one['name'] or '–'}  {spoken([one['role']])}  {one['identity']}  {since}"
    yield f"You are {result['you']}."


def add(verb: AddVerb) -> None:
    """The verb that says and changes who holds which role."""
    people = verb("people", _people, "who holds which role; grant and remove roles")
    people.add_argument("act", nargs="?", choices=("list", "grant", "remove"), default="list")
    people.add_argument("person", nargs="?", metavar="ISSUER|SUBJECT", help="never an e-mail")
    people.add_argument("role", nargs="?", choices=ROLES)
    people.add_argument("--name", default="", help="with grant: the person's name")
    people.add_argument("--by", default="", help="who grants (default: you)")
