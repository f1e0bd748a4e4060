"""Whose messages, tickets, deals and agreements are: seen, said by a person, and taken back."""

from __future__ import annotations

import argparse

from pipeline.health import filing, mending
from pipeline.model import WrongCall
from pipeline.verbs.calling import AddVerb, Result, moment, pilot_of


def _matching(call: argparse.Namespace) -> tuple[Result, int]:
    call.told = filing.told
    with pilot_of(call).day(call.as_of) as day:
        return filing.matching(day), 0


def _file(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = pilot_of(call)
    with pilot.day(call.as_of) as day:
        if call.undo:
            [entry] = mending.undo(pilot, day, [call.undo], moment=moment(call))
            return entry.model_dump(), 0
        if not call.kind or not call.id:
            raise WrongCall("Say what to file: messages, tickets, deals or contracts, and its id.")
        entry = filing.file_under(
            pilot,
            day,
            call.kind,
            call.id,
            customer_id=call.customer,
            invoice_id=call.invoice,
            moment=moment(call),
        )
    return entry.model_dump(), 0


def add(verb: AddVerb) -> None:
    """The verbs about whose something is."""
    verb("matching", _matching, "which messages, tickets, deals and agreements match nobody")
    one = verb("file", _file, "file a message, ticket, deal or agreement under a customer")
    one.add_argument("kind", nargs="?", metavar="KIND", help="messages, tickets, deals, contracts")
    one.add_argument("id", nargs="?", metavar="ID")
    one.add_argument("--customer", metavar="ID")
    one.add_argument("--invoice", metavar="NUMBER")
    one.add_argument("--undo", metavar="EVENT", help="take a filing back, by its event's id")
    one.add_argument("--by", required=True, metavar="PERSON")
