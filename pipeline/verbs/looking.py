"""What the books say: aging, DSO, rolls, routes, data health, segments and replies."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipeline import figures
from pipeline.health.findings import findings
from pipeline.health.overview import as_result
from pipeline.health.overview import told as health_told
from pipeline.model import WrongCall
from pipeline.printing import route_result
from pipeline.segments import segments
from pipeline.segments import told as segments_told
from pipeline.verbs.calling import AddVerb, Result, check_scope, day, pilot_of
from pipeline.warehouse.reply_file import read_reply_file, told_replies


def _aging(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = pilot_of(call)
    check_scope(pilot, call.customers)
    with pilot.day(call.as_of) as day:
        return figures.aging(day, call.flavour, call.customers), 0


def _dso(call: argparse.Namespace) -> tuple[Result, int]:
    if call.days < 1:
        raise WrongCall(f"--days {call.days}: a period has at least one day.")
    pilot = pilot_of(call)
    check_scope(pilot, call.customers)
    with pilot.day(call.as_of) as day:
        return figures.dso(day, call.days, call.customers, call.flavour), 0


def _roll(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = pilot_of(call)
    check_scope(pilot, call.customers)
    with pilot.day(call.as_of or call.week_ending) as day:
        result = figures.roll(day, call.week_ending, call.flavour, call.customers)
    return result, 0 if result["identity_ok"] else 1


def _route(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = pilot_of(call)
    with pilot.day(call.as_of) as day:
        return route_result(pilot.desk(day), day.as_of), 0


def _health(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = pilot_of(call)
    call.told = health_told
    with pilot.day(call.as_of) as day:
        result = as_result(day, findings(day, pilot.desk(day)))
    return result, 1 if result["blocked"] else 0


def _replies(call: argparse.Namespace) -> tuple[Result, int]:
    found = read_reply_file(Path(call.file))
    for fault in found.faults:
        print(fault, file=sys.stderr)
    call.told = told_replies
    return {"messages": list(found.messages)}, 1 if found.faults else 0


def _segments(call: argparse.Namespace) -> tuple[Result, int]:
    call.told = segments_told
    found = segments(pilot_of(call), call.as_of)
    return found, 0 if found["verdict"] == "recommended" else 1


def add(verb: AddVerb) -> None:
    """The verbs that look."""
    for name, run, told in (
        ("aging", _aging, "open invoices by age"),
        ("dso", _dso, "days sales outstanding"),
        ("roll", _roll, "dollars aging into the next bucket in one week"),
    ):
        figure = verb(name, run, told)
        figure.add_argument("--flavour", choices=("restated", "reported"), default="restated")
        figure.add_argument("--customers", choices=("ALL", "SEGMENT", "CONTROL"), default="ALL")
        if name == "dso":
            figure.add_argument("--days", type=int, default=90)
        if name == "roll":
            figure.add_argument("--week-ending", type=day, required=True)
    verb("route", _route, "every open invoice's lane, with its reasons")
    verb("health", _health, "what is wrong in the data, worst by money first, and the fix list")
    verb("segments", _segments, "which customers to pilot on, and why not the others")
    verb("replies", _replies, "what the messages of a file mean").add_argument(
        "file", metavar="FILE"
    )
