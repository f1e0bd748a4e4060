"""What came of it and what it is worth: metrics, before and after, ROI, where to start."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipeline import proving
from pipeline.opportunity import told as opportunity_told
from pipeline.opportunity import where_to_start
from pipeline.pilot import Pilot
from pipeline.proving.bridge import dso_bridge
from pipeline.proving.time_to_cash import cohorts
from pipeline.roi import roi
from pipeline.roi import told as roi_told
from pipeline.verbs.calling import AddVerb, Result, check_scope, pilot_of
from pipeline.warehouse.feeding import gaps, is_open_items_only
from pipeline.what_next import targets, what_next


def _metrics(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = pilot_of(call)
    if is_open_items_only(pilot.books()):
        print(gaps(pilot.books())[0].sentence, file=sys.stderr)
    with pilot.day(call.as_of) as day:
        found = proving.four_metrics(day, pilot.settings)
        agreed = targets(pilot.settings, pilot.entries(), found, day.as_of)
        return {**found, "targets": {name: one._asdict() for name, one in agreed.items()}}, 0


def _before_after(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = pilot_of(call)
    with pilot.day(call.as_of) as day:
        result = proving.before_after(day, pilot.settings, call.read_out)
        result["what_next"] = what_next(day, pilot.settings, pilot.entries(), result)
    if result["verdict"] == "refused":
        print(f"{pilot.folder / 'pilot.toml'}: {pilot.settings.overlap}", file=sys.stderr)
        return result, 1
    return result, 0


def _bridge(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = pilot_of(call)
    with pilot.day(call.as_of) as day:
        return dso_bridge(day, pilot.settings, call.read_out), 0


def _cohorts(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = pilot_of(call)
    check_scope(pilot, call.customers)
    with pilot.day(call.as_of) as day:
        return cohorts(day, call.customers), 0


def _roi(call: argparse.Namespace) -> tuple[Result, int]:
    call.told = roi_told
    return roi(_asked(call), call.inputs, call.as_of), 0


def _opportunity(call: argparse.Namespace) -> tuple[Result, int]:
    call.told = opportunity_told
    return where_to_start(_asked(call), call.inputs, call.as_of), 0


def _asked(call: argparse.Namespace) -> Pilot | None:
    """The pilot to count in: none when a file of inputs is to stand by itself."""
    return None if call.inputs and not call.pilot else pilot_of(call)


def _report(call: argparse.Namespace) -> tuple[Result, int]:
    from pipeline.report import write_readout

    out = Path(call.out)
    return write_readout(pilot_of(call), call.format, out, call.as_of, call.inputs), 0


def add(verb: AddVerb) -> None:
    """The verbs that prove."""
    verb("metrics", _metrics, "the four metrics by week")
    compare = verb("before-after", _before_after, "the pilot against its control")
    compare.add_argument("--read-out", type=int, metavar="60|90|120")
    bridge = verb("bridge", _bridge, "where the days of DSO went, step by step")
    bridge.add_argument("--read-out", type=int, metavar="60|90|120")
    months = verb("cohorts", _cohorts, "collected by invoice month, roll-forward, promises kept")
    months.add_argument("--customers", choices=("ALL", "SEGMENT", "CONTROL"), default="ALL")
    for name, run, told in (
        ("roi", _roi, "whether it pays, with its range and what it rests on"),
        ("opportunity", _opportunity, "whether collections is the best place to start"),
    ):
        verb(name, run, told).add_argument("--inputs", type=Path, metavar="FILE.toml")
    report = verb("report", _report, "the readout as a file to hand on")
    form = {"metavar": "html|pdf|pptx|xlsx", "help": "a PDF needs Chromium (make chromium)"}
    report.add_argument("--format", required=True, **form)
    report.add_argument("--out", required=True, metavar="FILE", help="where to write it")
    report.add_argument("--inputs", type=Path, metavar="FILE.toml", help="a scenario for the ROI")
