"""Exports in: `load`, and `map` for what fits no layout."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from pipeline.model import WrongCall
from pipeline.pilot import Pilot
from pipeline.printing import load_result
from pipeline.verbs.calling import AddVerb, Result, ours, pairs
from pipeline.warehouse.feeding import gaps


def _load(call: argparse.Namespace) -> tuple[Result, int]:
    source = Path(call.source)
    folder = Path(call.pilot) if call.pilot else source
    if not source.exists():
        raise WrongCall(f"{source}: there is no such file or folder to load.")
    # A pilot folder itself is refreshed from its own exports.
    is_own = source.is_dir() and (not call.pilot or source.resolve() == folder.resolve())
    if is_own and not (source / "exports").is_dir():
        raise WrongCall(f"{source} is no pilot folder yet: say where to keep one with --pilot DIR.")
    pilot = ours(Pilot.open(folder) if is_own else Pilot.create(folder))
    if not is_own:
        pilot.take_in(source)
    report = pilot.load(answers=_answers(call.answer), progress=_progress(call))
    pilot.lens()
    if pilot.settings.overlap:
        print(f"{pilot.folder / 'pilot.toml'}: {pilot.settings.overlap}", file=sys.stderr)
    untied = any(not tie.is_ok for tie in report.tie_out)
    refused = any(file.state == "refused" for file in report.files)
    read = any(file.accepted for file in report.files)
    for file in report.files:
        if file.note:
            print(file.note, file=sys.stderr)
    result = {
        **load_result(report, pilot.folder),
        "nearest": _nearest(pilot, report.unrecognised),
        "cannot_feed": [asdict(gap) for gap in gaps(pilot.books())],
    }
    return result, 1 if refused or untied or not read else 0


def _nearest(pilot: Pilot, files: Sequence[str]) -> list[Result]:
    """The layout that each unrecognised file comes closest to, and the headers it misses."""
    from pipeline.unknown_exports import closest, closest_in_words

    found = []
    for name in files:
        near = closest(pilot.exports / name, name, pilot.layouts)
        said = closest_in_words(name, near).removesuffix(".")
        how = f"`python -m pipeline map {name} --pilot {pilot.folder}`"
        print(f"{said}: map it with {how}.", file=sys.stderr)
        if near:
            layout, missing = near.layout.name, list(near.missing)
            found.append({"file": name, "layout": layout, "missing": missing})
    return found


def _map(call: argparse.Namespace) -> tuple[Result, int]:
    from pipeline.unknown_exports import mapped, told

    call.told = told
    pilot = None
    if call.pilot:
        pilot = ours(Pilot.create(call.pilot) if call.save else Pilot.open(call.pilot))
    columns = {ours: theirs or None for ours, theirs in pairs("--set", call.set).items()}
    answers = pairs("--answer", call.answer)
    result = mapped(Path(call.file), pilot, call.kind, columns, answers, call.save)
    return result, 1 if result["missing"] else 0


def _answers(given: Sequence[str]) -> dict[str, str]:
    found = {}
    for answer in given:
        name, sign, choice = answer.rpartition("=")
        if not sign or not name:
            raise WrongCall(f"--answer {answer}: write FILE=CHOICE, for example a.csv=day first.")
        found[name] = choice.strip()
    return found


def _progress(call: argparse.Namespace) -> Callable[[str], None]:
    if call.json or not sys.stderr.isatty():
        return lambda _: None
    return lambda text: print(text, file=sys.stderr)


def _add_map(mapping: argparse.ArgumentParser) -> None:
    mapping.add_argument("file", metavar="FILE")
    mapping.add_argument("--kind", help="what the file lists, e.g. invoices")
    mapping.add_argument("--set", action="append", default=[], metavar="OURS=THEIR HEADER")
    mapping.add_argument("--answer", action="append", default=[], metavar="QUESTION=CHOICE")
    mapping.add_argument("--save", metavar="NAME", help="keep it among the pilot's own layouts")


def add(verb: AddVerb) -> None:
    """The verbs that read exports."""
    load = verb("load", _load, "create or refresh a pilot from a folder of exports")
    load.add_argument("source", metavar="SOURCE")
    load.add_argument("--answer", action="append", default=[], metavar="FILE=CHOICE")
    _add_map(verb("map", _map, "propose how a file that fits no layout is to be read"))
