"""How well the queue's score did on later weeks."""

from __future__ import annotations

import argparse
import sys

from pipeline.back_test import back_test, told
from pipeline.verbs.calling import AddVerb, Result, pilot_of


def _score(call: argparse.Namespace) -> tuple[Result, int]:
    call.told = told
    is_watched = sys.stderr.isatty() and not call.json
    say = (lambda step: print(step, file=sys.stderr)) if is_watched else (lambda _: None)
    found = back_test(pilot_of(call), call.as_of, say)
    return found, 0 if found["verdict"] != "cannot tell" else 1


def add(verb: AddVerb) -> None:
    """The verb that tests the score."""
    verb("score", _score, "how well the queue's score did on later weeks, and what a model must")
