"""What `map` prints: the proposal, its questions with their effect, rows before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.exports.proposing_columns import Pick
from pipeline.model import WrongCall
from pipeline.pilot import Pilot
from pipeline.unknown_exports.drafts import Draft, answered, drafted, ground, look_at, proposed
from pipeline.unknown_exports.effects import Effect, effects
from pipeline.unknown_exports.saving import save
from pipeline.unknown_exports.trials import SHOWN, Trial, tried
from pipeline.warehouse.intake_report import FileReport

Result = dict[str, Any]


def mapped(
    file: Path,
    pilot: Pilot | None,
    kind: str | None,
    columns: Mapping[str, str | None],
    answers: Mapping[str, str],
    name: str | None,
) -> Result:
    """The `map` verb's object; with a name the mapping is saved and the pilot loaded.

    Raises `CountbackError` or `WrongCall` for a file without a table and whatever cannot be saved.
    """
    path = _found(file, pilot)
    called = _called(path, pilot)
    base = ground(pilot)
    draft = drafted(path, proposed(look_at(path, called, base.layouts), base, kind), base, columns)
    draft = answered(draft, answers)
    trial = None if draft.proposal.missing else tried(draft)
    weighed = {} if trial is None else effects(draft)
    result = described(draft, trial, weighed)
    if name is None:
        return {**result, "saved": None}
    if pilot is None:
        raise WrongCall(f"--save {name}: say whose mapping it is with --pilot DIR.")
    return {**result, **_saved(pilot, draft, name)}


def _found(file: Path, pilot: Pilot | None) -> Path:
    inside = pilot.exports / file if pilot else file
    for path in (file, inside):
        if path.is_file():
            return path
    raise WrongCall(f"{file}: there is no such file to map.")


def _called(path: Path, pilot: Pilot | None) -> str:
    if pilot and path.resolve().is_relative_to(pilot.exports.resolve()):
        return path.resolve().relative_to(pilot.exports.resolve()).as_posix()
    return path.name


def _saved(pilot: Pilot, draft: Draft, name: str) -> Result:
    kept = save(pilot, draft, name)
    if not draft.path.resolve().is_relative_to(pilot.exports.resolve()):
        pilot.take_in(draft.path)
    # Opened again, since a pilot's layouts are read once.
    report = pilot.fresh().load()
    [file] = [one for one in report.files if one.file == draft.proposal.look.name]
    return {"saved": str(kept.path), "loaded": loaded_sentence(file)}


def loaded_sentence(file: FileReport) -> str:
    """1,204 of 1,211 invoices loaded, 7 need you."""
    rows = file.rows - file.skipped
    said = f"{file.accepted:,} of {rows:,} {(file.kind or 'rows').replace('_', ' ')} loaded"
    need = "needs" if file.refused == 1 else "need"
    return f"{said}, {file.refused:,} {need} you." if file.refused else f"{said}."


def described(
    draft: Draft, trial: Trial | None, weighed: Mapping[str, tuple[Effect, ...]]
) -> Result:
    """The proposal as data; without a trial its figures are null with the reason beside."""
    proposal = draft.proposal
    found: Result = {
        "file": proposal.look.name,
        "sheet": proposal.look.sheet,
        "kind": proposal.kind,
        "confidence": round(proposal.confidence, 2),
        "why": proposal.why,
        "kinds": [{"kind": kind, "confidence": round(n, 2)} for kind, n in proposal.kinds[:3]],
        "columns": [_column(pick) for pick in proposal.picks],
        "missing": list(proposal.missing),
        "notes": list(proposal.notes),
        "questions": [_question(draft, key, weighed.get(key, ())) for key in draft.answers],
        "before": _before(draft),
        "after": [] if trial is None else _after(draft, trial),
        "result": None if trial is None else _figures(draft, trial),
        "layout": None if trial is None else draft.layout(),
    }
    return found


def _column(pick: Pick) -> Result:
    return {
        "column": pick.ours,
        "their_header": pick.header,
        "confidence": round(min(pick.confidence, 1.0), 2),
        "reason": pick.reason,
        "required": pick.is_required,
        "for": pick.purpose,
    }


def _question(draft: Draft, key: str, weighed: tuple[Effect, ...]) -> Result:
    [ask] = [one for one in draft.asks if one.key == key]
    said = {effect.choice: effect.sentence for effect in weighed}
    return {
        "key": key,
        "question": ask.question,
        "because": ask.because,
        "answer": draft.answers[key],
        "must_be_answered": ask in draft.open,
        # A list of all currencies would hide the question.
        "choices": [{"choice": one, "effect": said.get(one)} for one in ask.choices[:6]],
    }


def _before(draft: Draft) -> Result:
    look = draft.proposal.look
    rows = [{"row": number, "cells": list(cells)} for number, cells in look.rows[:SHOWN]]
    return {"columns": list(look.columns), "rows": rows}


def _after(draft: Draft, trial: Trial) -> list[Result]:
    found = []
    for number, _ in draft.proposal.look.rows[:SHOWN]:
        outcome = trial.outcomes.get(number)
        if outcome is None:
            found.append({"row": number, "state": "skipped", "why": "not read", "values": {}})
            continue
        state = "refused" if outcome.is_refused else "loaded" if not outcome.why else "skipped"
        values = {name: outcome.values.get(name) for name in trial.columns if outcome.values}
        found.append({"row": number, "state": state, "why": outcome.why, "values": values})
    return found


def _figures(draft: Draft, trial: Trial) -> Result:
    amount = draft.answers.get("amount") or draft.proposal.header("amount")
    return {
        "rows": trial.file.rows,
        "accepted": trial.file.accepted,
        "refused": trial.file.refused,
        "skipped": trial.file.skipped,
        "as_of": trial.as_of,
        "currencies": {
            currency: {
                "open": one["total"],
                "n": one["n"],
                "credits": one["credits"],
                "unapplied": one["unapplied"],
                "total": trial.net.get(currency, Decimal(0)),
                "buckets": one["buckets"],
            }
            for currency, one in trial.aged.items()
        },
        "report_total": draft.rows.stated.get(amount or ""),
    }


def told(result: Result) -> Iterator[str]:
    """The same for people: what it is, what feeds what, what it asks, what comes of it."""
    yield f"{result['file']}: {result['kind']} ({result['confidence']:.0%}); {result['why']}."
    yield from (f"  {note}" for note in result["notes"])
    yield ""
    for one in result["columns"]:
        if one["their_header"] or one["required"]:
            header = one["their_header"] or "–"
            mark = "*" if one["required"] else " "
            sure = f"{one['confidence']:>4.0%}"
            yield f"  {mark} {one['column']:<26} {header:<28} {sure}  {one['reason']}"
    for one in result["questions"]:
        yield from _asked(one)
    yield from _came(result)


def _asked(one: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    must = " (answer it before saving)" if one["must_be_answered"] else ""
    yield f"  {one['key']}: {one['question']}{must} {one['because']}"
    for choice in one["choices"]:
        mark = ">" if choice["choice"] == one["answer"] else " "
        effect = f": {choice['effect']}" if choice["effect"] else ""
        yield f"    {mark} {choice['choice']}{effect}"


def _came(result: Result) -> Iterator[str]:
    found = result["result"]
    yield ""
    for after in result["after"]:
        if after["state"] == "loaded":
            cells = ", ".join(str(value) for value in after["values"].values() if value is not None)
            yield f"  row {after['row']}: {cells}"
        else:
            yield f"  row {after['row']}: {after['state']}, {after['why']}"
    if found is None:
        yield f"  Nothing feeds {', '.join(result['missing'])}: say --set OURS=THEIR HEADER."
        return
    counts = (found["accepted"], found["refused"], found["skipped"])
    yield "  {:,} rows would be loaded, {:,} refused, {:,} skipped.".format(*counts)
    for currency, one in found["currencies"].items():
        yield f"  {currency} {one['total']:,.2f} in total on {found['as_of']}, {one['n']:,} open."
    if found["report_total"] is not None:
        yield f"  The file's own total is {found['report_total']:,.2f}."
    if result["saved"]:
        yield f"  Saved as {result['saved']}. {result['loaded']}"
