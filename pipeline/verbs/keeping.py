"""Keeping a pilot: copying it, making it again from the copy, erasing texts about a customer."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.model import WrongCall
from pipeline.pilot import Pilot
from pipeline.verbs.calling import AddVerb, Result, pilot_of


def _told(line: str) -> None:
    print(line, file=sys.stderr)


def _backup(call: argparse.Namespace) -> tuple[Result, int]:
    from pipeline.keeping import back_up

    made = back_up(pilot_of(call), Path(call.target), now=call.now, progress=_told)
    return {"copy": call.target, **_totals(made)}, 0


def _restore(call: argparse.Namespace) -> tuple[Result, int]:
    from pipeline.keeping import restore
    from pipeline.keeping.backing_up import open_amounts

    if not call.pilot:
        raise WrongCall("Say which new folder the pilot is to be made in: add --pilot DIR.")
    folder = Path(call.pilot)
    made = restore(
        Path(call.source), folder, record=call.record, environment=os.environ, progress=_told
    )
    _told("Building the books and adding up what is open")
    _, amounts = open_amounts(Pilot.open(folder), made.as_of)
    is_same = amounts == made.open_amounts
    if not is_same:
        said, noted = _spoken(amounts), _spoken(made.open_amounts)
        _told(f"{folder}: {said} is open on {made.as_of} where {noted} was noted: find out why.")
    result = {"pilot": call.pilot, **_totals(made), "is_open_as_noted": is_same}
    return result, 0 if is_same else 1


def _spoken(amounts: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{code} {amount}" for code, amount in sorted(amounts.items())) or "nothing"


def _totals(made: Any) -> Result:
    """What a copy holds, in figures."""
    return {
        "files": len(made.files),
        "bytes": sum(file.bytes for file in made.files.values()),
        "entries": made.record.entries if made.record else 0,
        "head": made.record.head if made.record else None,
        "made_at": made.made_at,
        "as_of": made.as_of,
        "open": made.open_amounts,
    }


def _erase(call: argparse.Namespace) -> tuple[Result, int]:
    from pipeline.keeping import erase, to_erase

    pilot = pilot_of(call)
    plan = to_erase(pilot, call.customer)
    done = None
    if call.yes:
        done = erase(pilot, call.customer, by=call.by, why=call.why, now=call.now)
    elif plan.entries:
        _told("Nothing was erased: add --yes to take these texts out for good.")
    return {**plan.model_dump(), "erased_by": done.event_id if done else None}, 0


def add(verb: AddVerb) -> None:
    """The verbs that keep a pilot safe, and one that lets texts go."""
    backup = verb("backup", _backup, "copy the pilot while people work, its head noted")
    backup.add_argument("target", help="a folder that does not exist yet, outside the pilot")
    again = verb("restore", _restore, "make a pilot from its copy, checked before and after")
    again.add_argument("source", help="a folder that `backup` made")
    again.add_argument(
        "--record", default="", metavar="URL", help="where its record is to stand (or: file)"
    )
    gone = verb("erase", _erase, "take the texts about one customer out of the record")
    gone.add_argument("--customer", required=True, metavar="ID")
    gone.add_argument("--by", required=True, metavar="PERSON")
    gone.add_argument("--why", required=True)
    gone.add_argument("--yes", action="store_true", help="do it; without, only say what would go")
