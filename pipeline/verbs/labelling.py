"""What messages mean, confirmed by a person; and how well that was suggested."""

from __future__ import annotations

import argparse

from pipeline import reply_desk
from pipeline.deciding.replies import ReplyVerdict
from pipeline.llm import Asker
from pipeline.model import WrongCall
from pipeline.verbs.calling import AddVerb, Result, moment, pilot_of


def _labels(call: argparse.Namespace) -> tuple[Result, int]:
    call.told = reply_desk.told
    with pilot_of(call).day(call.as_of) as day:
        return reply_desk.accuracy(day), 0


def _close(call: argparse.Namespace) -> tuple[Result, int]:
    pilot, who = pilot_of(call), moment(call)
    with pilot.day(call.as_of) as day:
        if call.undo:
            return reply_desk.reopen_message(pilot, day, call.undo, moment=who).model_dump(), 0
        if not call.id:
            raise WrongCall("Say which message: its id, with --accept, --label or --reject.")
        verdict: ReplyVerdict = "accept" if call.accept else "change" if call.label else "reject"
        if not (call.accept or call.label or call.reject):
            if call.settled:
                return reply_desk.settle_message(pilot, day, call.id, moment=who).model_dump(), 0
            raise WrongCall(f"Say what message {call.id} means: --accept, --label or --reject.")
        entry = reply_desk.close_message(
            pilot,
            day,
            call.id,
            verdict=verdict,
            label=call.label,
            is_settled=call.settled,
            moment=who,
        )
    return entry.model_dump(), 0


def _suggest(call: argparse.Namespace) -> tuple[Result, int]:
    call.told = reply_desk.suggestions_told
    pilot, who = pilot_of(call), moment(call)
    asker = Asker(pilot.folder, pilot.settings.drafting)
    with pilot.day(call.as_of) as day:
        dossier = pilot.dossier(day, pilot.desk(day, call.case), call.case)
        asked = reply_desk.ask_meanings(pilot, day, dossier, asker, who).shown()
    failed = any(one["why"] for one in asked["messages"])
    return asked, 1 if failed or (asked["summary"] or {}).get("why") else 0


def add(verb: AddVerb) -> None:
    """The verbs about what messages mean."""
    suggested = verb(
        "suggest", _suggest, "ask the model what a case's messages mean, where it is on"
    )
    suggested.add_argument("case", metavar="CASE")
    suggested.add_argument("--by", required=True, metavar="PERSON")
    verb("labels", _labels, "confirmed labels of replies against the suggested ones")
    one = verb("close", _close, "confirm what a customer's message means, and so close it")
    one.add_argument("id", nargs="?", metavar="MESSAGE")
    how = one.add_mutually_exclusive_group()
    how.add_argument("--accept", action="store_true", help="it means what is suggested")
    how.add_argument("--label", metavar="LABEL", help="it means this")
    how.add_argument("--reject", action="store_true", help="no label fits")
    how.add_argument("--undo", metavar="EVENT", help="take a closing back, by its event's id")
    one.add_argument("--settled", action="store_true", help="what it asks for is dealt with")
    one.add_argument("--by", required=True, metavar="PERSON")
