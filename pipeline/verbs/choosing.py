"""What is decided before and between the phases: how free the pilot is, and who waits."""

from __future__ import annotations

import argparse
from contextlib import closing

from pipeline.holdout import RATIOS, draw, holdout, withdraw
from pipeline.holdout import told as holdout_told
from pipeline.model import WrongCall
from pipeline.phases import PHASES, criteria, go_back, go_on, phases, told
from pipeline.verbs.calling import AddVerb, Result, pilot_of


def _phases(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = pilot_of(call)
    if call.go_on or call.go_back:
        return _step(call), 0
    call.told = told
    with pilot.day(call.as_of) as day:
        return phases(day, pilot, pilot.entries()), 0


def _step(call: argparse.Namespace) -> Result:
    """One step from phase to phase, by a named person."""
    pilot = pilot_of(call)
    if not call.by:
        raise WrongCall("Nobody is named as the one who does this: add --by PERSON.")
    on_day = pilot.as_of(call.as_of)
    act = {"by": call.by, "now": call.now, "on_day": on_day, "reason": call.reason}
    if call.go_back:
        with closing(pilot.ledger()) as ledger:
            return go_back(ledger, pilot.settings, call.go_back, **act).model_dump()
    with pilot.day(on_day) as day:
        measured = criteria(day, pilot, pilot.entries())
    with closing(pilot.ledger()) as ledger:
        return go_on(ledger, pilot.settings, measured, call.go_on, **act).model_dump()


def _holdout(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = pilot_of(call)
    if call.draw or call.withdraw:
        return _lot(call), 0
    call.told = holdout_told
    with pilot.day(call.as_of) as day:
        return holdout(day, pilot, pilot.entries()), 0


def _lot(call: argparse.Namespace) -> Result:
    pilot = pilot_of(call)
    if not call.by:
        raise WrongCall("Nobody is named as the one who does this: add --by PERSON.")
    act = {"by": call.by, "now": call.now, "on_day": pilot.as_of(call.as_of)}
    if call.withdraw:
        return withdraw(pilot, reason=call.reason, **act).model_dump()
    return draw(pilot, ratio=call.draw, seed=call.seed, **act).model_dump()


def _add_holdout(lot: argparse.ArgumentParser) -> None:
    step = lot.add_mutually_exclusive_group()
    step.add_argument("--draw", metavar="RATIO", choices=tuple(RATIOS), help="pilot to holdout")
    step.add_argument("--withdraw", action="store_true", help="take the draw back before go-live")
    lot.add_argument("--seed", default="", help="default: the one that the pilot's own terms give")
    lot.add_argument("--by", metavar="PERSON", help="who draws or withdraws")
    lot.add_argument("--reason", default="", help="with --withdraw: why")


def add(verb: AddVerb) -> None:
    """The verbs of the phases and of the holdout."""
    _add_holdout(verb("holdout", _holdout, "who waits, drawn by lot; how alike both arms are"))
    named = verb("phases", _phases, "which phase holds, what it locks, what lets it go on")
    step = named.add_mutually_exclusive_group()
    step.add_argument("--go-on", metavar="PHASE", choices=PHASES[1:])
    step.add_argument("--go-back", metavar="PHASE", choices=PHASES[:-1])
    named.add_argument("--by", metavar="PERSON", help="who takes the step")
    named.add_argument("--reason", default="", help="why, where something is not met")
