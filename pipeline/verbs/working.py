"""What a person does: drafts, decisions, disputes, sending, and the record of it all."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipeline.acting import (
    Moment,
    act_on_dispute,
    countersign_case,
    decide_case,
    switch_off,
    write_case,
)
from pipeline.deciding import DECISIONS
from pipeline.disputing import board
from pipeline.disputing import told as board_told
from pipeline.ledger import Verification, verify_file
from pipeline.llm import Asker
from pipeline.model import LANES, REASONS, VERDICTS, WrongCall
from pipeline.verbs.calling import AddVerb, Result, amount, day, moment, pilot_of

#: Not a verdict of its own: a second person stands by a colleague's edit.
COUNTERSIGN = "countersign"


def _draft(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = pilot_of(call)
    drafting = pilot.settings.drafting
    if call.model is not None:
        drafting = drafting.model_copy(update={"model": call.model})
    asker = Asker(pilot.folder, drafting)
    with pilot.day(call.as_of) as day:
        made = write_case(pilot, day, call.case, asker, call.now, again=call.again)
    return made.shown(), 0 if made.draft.state == "draft" else 1


def _decide(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = pilot_of(call)
    if call.verdict == COUNTERSIGN:
        return countersign_case(
            pilot, call.case, moment=moment(call), on_day=pilot.as_of(call.as_of)
        ).model_dump(), 0
    body = _read_body(call.body_file)
    with pilot.day(call.as_of) as day:
        entry = decide_case(
            pilot,
            day,
            call.case,
            verdict=call.verdict,
            moment=moment(call),
            reason=call.reason,
            note=call.note,
            body=body,
            lane=call.lane,
            until=call.until,
        )
    return entry.model_dump(), 0


def _read_body(path: str | None) -> str | None:
    if path is None:
        return None
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongCall(f"{path}: the message cannot be read ({error}).") from error


def _dispute(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = pilot_of(call)
    with pilot.day(call.as_of) as day:
        entry = act_on_dispute(
            pilot,
            day,
            call.invoice,
            step="evidence" if call.evidence else call.step,
            person=call.assign,
            moment=moment(call),
            reason=call.reason,
            note=call.note or call.evidence,
            amount=call.amount,
            decision=call.decide,
        )
    return entry.model_dump(), 0


def _disputes(call: argparse.Namespace) -> tuple[Result, int]:
    call.told = board_told
    pilot = pilot_of(call)
    with pilot.day(call.as_of) as day:
        return board(day, pilot.settings).shown(), 0


def _kill(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = pilot_of(call)
    return switch_off(pilot, call.on, moment(call), pilot.as_of(call.as_of)).model_dump(), 0


def _send(call: argparse.Namespace) -> tuple[Result, int]:
    # Only this verb needs holidays and a mail server's client.
    from pipeline.sending.handing import MACHINE, send, shown
    from pipeline.sending.telling import told

    call.told = told
    pilot = pilot_of(call)
    by = call.by or (pilot.called() if pilot.people().is_ruled else MACHINE)
    report = send(pilot, Moment(by=by, now=call.now), as_of=call.as_of, dry_run=call.dry_run)
    return shown(report), 1 if report.needs_a_person else 0


def _verify(call: argparse.Namespace) -> tuple[Result, int]:
    if call.file:
        path = Path(call.file)
        return _verified(verify_file(path, call.head), str(path))
    pilot = pilot_of(call)
    if not pilot.record.exists():
        return {"entries": 0, "head": None, "ok": True, "first_broken": None, "erased": []}, 0
    ledger = pilot.ledger()
    try:
        found = ledger.verify(call.head)
    finally:
        ledger.close()
    return _verified(found, str(pilot.record))


def _verified(found: Verification, where: str) -> tuple[Result, int]:
    if not found.ok:
        print(f"{where}: {found.why}", file=sys.stderr)
    result = {
        "entries": found.entries,
        "head": found.head,
        "ok": found.ok,
        "first_broken": found.first_broken,
        "erased": [erasure.told for erasure in found.erasures],
    }
    return result, 0 if found.ok else 1


def _add_decide(decide: argparse.ArgumentParser) -> None:
    decide.add_argument("case")
    decide.add_argument("--verdict", required=True, choices=(*VERDICTS, COUNTERSIGN))
    decide.add_argument("--by", required=True, metavar="PERSON")
    decide.add_argument("--reason", choices=tuple(REASONS))
    decide.add_argument("--note", default="")
    decide.add_argument("--body-file", metavar="FILE")
    decide.add_argument("--lane", choices=LANES)
    decide.add_argument("--until", type=day)


def _add_dispute(dispute: argparse.ArgumentParser) -> None:
    dispute.add_argument("invoice")
    step = dispute.add_mutually_exclusive_group(required=True)
    step.add_argument("--flag", action="store_const", const="flag", dest="step")
    step.add_argument("--assign", metavar="PERSON")
    step.add_argument("--accept", action="store_const", const="accept", dest="step")
    step.add_argument("--evidence", default="", metavar="NOTE")
    step.add_argument("--decide", default="", metavar="DECISION", choices=tuple(DECISIONS))
    step.add_argument("--close", action="store_const", const="close", dest="step")
    step.add_argument("--undo", action="store_const", const="undo", dest="step")
    dispute.add_argument("--by", required=True, metavar="PERSON")
    dispute.add_argument("--amount", type=amount, help="with --flag: the disputed part")
    dispute.add_argument("--reason", default="")
    dispute.add_argument("--note", default="")


def add(verb: AddVerb) -> None:
    """The verbs that act, and the one that checks what was done."""
    draft = verb("draft", _draft, "one case's draft, evidence, doubts and checks")
    draft.add_argument("case")
    draft.add_argument("--model", help='another model for once; "" is the built-in drafter')
    draft.add_argument("--again", action="store_true", help="ask the model for another wording")
    _add_decide(verb("decide", _decide, "record a person's decision on a case"))
    _add_dispute(verb("dispute", _dispute, "take a dispute one step on, or the last one back"))
    kill = verb("kill", _kill, "stop or release everything unsent")
    switch = kill.add_mutually_exclusive_group(required=True)
    switch.add_argument("--on", action="store_true", dest="on")
    switch.add_argument("--off", action="store_false", dest="on")
    kill.add_argument("--by", required=True, metavar="PERSON")
    send = verb("send", _send, "hand over what was approved and may leave")
    send.add_argument("--by", metavar="PERSON", help="who hands over (default: outbox, or you)")
    send.add_argument("--dry-run", action="store_true", help="only say what would leave")
    verb("disputes", _disputes, "the disputes board: who has what, and for how long")
    verify = verb("verify", _verify, "check the record's chain, or an exported record's")
    verify.add_argument("--head", help="a head noted earlier, through which the chain must pass")
    verify.add_argument("--file", help="an exported record: JSON lines or sealed CSV")
