"""What people sorted by instinct, beside the policy."""

from __future__ import annotations

import argparse

from pipeline.sorting_session import result, session_named, told
from pipeline.verbs.calling import AddVerb, Result, pilot_of


def _sorting(call: argparse.Namespace) -> tuple[Result, int]:
    call.told = told
    pilot = pilot_of(call)
    entries = pilot.entries()
    found = result(pilot, session_named(entries, call.session), entries)
    return found, 0 if found["with_policy"] else 1


def add(verb: AddVerb) -> None:
    """The verb that shows a sorting session."""
    shown = verb("sorting", _sorting, "what people sorted by instinct, beside the policy")
    shown.add_argument("--session", metavar="ID", help="which session (default: the newest)")
