"""What another policy would have sorted otherwise."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipeline.replaying import as_result, read_proposal, replay, told
from pipeline.verbs.calling import AddVerb, Result, pilot_of


def _replay(call: argparse.Namespace) -> tuple[Result, int]:
    call.told = told
    pilot = pilot_of(call)
    changed = read_proposal(call.policy, pilot)
    is_watched = sys.stderr.isatty() and not call.json
    say = (lambda step: print(step, file=sys.stderr)) if is_watched else (lambda _: None)
    return as_result(replay(pilot, changed, call.as_of, call.days, say)), 0


def add(verb: AddVerb) -> None:
    """The verb that replays."""
    changed = verb("replay", _replay, "the last weeks, sorted by a changed policy")
    changed.add_argument("--policy", type=Path, required=True, metavar="FILE.toml")
    changed.add_argument("--days", type=int, default=60)
