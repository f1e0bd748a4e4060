"""The command line: `python -m pipeline VERB [--pilot DIR] [--as-of DATE] [--json]`.

Exit status 0 = done, 1 = the data says no, 2 = the call is wrong; an error is one sentence on
stderr. This is an edge of the program: it reads the clock once and hands the moment on.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn

from pipeline import figures, proving
from pipeline.acting import Moment, act_on_dispute, decide_case, draft_case, switch_off
from pipeline.demo import write_demo
from pipeline.health.findings import findings
from pipeline.health.overview import as_result
from pipeline.health.overview import told as health_told
from pipeline.ledger import Ledger
from pipeline.model import LANES, REASONS, VERDICTS, CountbackError, WrongCall
from pipeline.opportunity import told as opportunity_told
from pipeline.opportunity import where_to_start
from pipeline.pilot import Pilot
from pipeline.printing import as_json, lines, load_result, route_result
from pipeline.roi import roi
from pipeline.roi import told as roi_told
from pipeline.warehouse.reply_file import read_reply_file, told_replies

Result = dict[str, Any]


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with a call in one sentence."""

    def error(self, message: str) -> NoReturn:
        raise WrongCall(f"{message[:1].upper()}{message[1:]}: see `python -m pipeline --help`.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one verb; returns the exit status."""
    try:
        call = _parser().parse_args(arguments)
        result, status = call.verb(call)
        _print(result, as_data=call.json, told=getattr(call, "told", lines))
    except CountbackError as error:
        print(str(error), file=sys.stderr)
        return error.status
    return int(status)


def _print(result: Result, *, as_data: bool, told: Callable[[Result], Iterable[str]]) -> None:
    text = as_json(result) if as_data else "\n".join(told(result))
    try:
        # A path may hold bytes that are no UTF-8: they are written as escapes.
        print(text.encode("utf-8", "backslashreplace").decode(), flush=True)
    except BrokenPipeError:
        # The reader has seen enough (`| head`); nothing is left to say.
        sys.stderr.close()


# --- The verbs -------------------------------------------------------------------------------


def _load(call: argparse.Namespace) -> tuple[Result, int]:
    source = Path(call.source)
    folder = Path(call.pilot) if call.pilot else source
    if not source.exists():
        raise WrongCall(f"{source}: there is no such file or folder to load.")
    # A pilot folder itself is refreshed from its own exports.
    is_own = source.is_dir() and (not call.pilot or source.resolve() == folder.resolve())
    if is_own and not (source / "exports").is_dir():
        raise WrongCall(f"{source} is no pilot folder yet: say where to keep one with --pilot DIR.")
    pilot = Pilot.open(folder) if is_own else Pilot.create(folder)
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
    result = {**load_result(report, pilot.folder), "nearest": _nearest(pilot, report.unrecognised)}
    return result, 1 if refused or untied or not read else 0


def _nearest(pilot: Pilot, files: Sequence[str]) -> list[Result]:
    """The layout that each unrecognised file comes closest to, and the headers it misses."""
    from pipeline.unknown_exports import closest, closest_in_words

    found = []
    for name in files:
        near = closest(pilot.exports / name, name, pilot.layouts)
        how = f"python -m pipeline map {name} --pilot {pilot.folder}"
        print(f"{closest_in_words(name, near)} Map it: {how}", file=sys.stderr)
        if near:
            layout, missing = near.layout.name, list(near.missing)
            found.append({"file": name, "layout": layout, "missing": missing})
    return found


def _map(call: argparse.Namespace) -> tuple[Result, int]:
    from pipeline.unknown_exports import mapped, told

    call.told = told
    pilot = None
    if call.pilot:
        pilot = Pilot.create(call.pilot) if call.save else Pilot.open(call.pilot)
    columns = {ours: theirs or None for ours, theirs in _pairs("--set", call.set).items()}
    answers = _pairs("--answer", call.answer)
    result = mapped(Path(call.file), pilot, call.kind, columns, answers, call.save)
    return result, 1 if result["missing"] else 0


def _pairs(option: str, given: Sequence[str]) -> dict[str, str]:
    """What stands before and after the first = of each."""
    found = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise WrongCall(f"{option} {text}: write NAME=VALUE, for example amount=Open balance.")
        found[name.strip()] = value.strip()
    return found


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


def _aging(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = _pilot(call)
    _check_scope(pilot, call.customers)
    with pilot.day(call.as_of) as day:
        return figures.aging(day, call.flavour, call.customers), 0


def _dso(call: argparse.Namespace) -> tuple[Result, int]:
    if call.days < 1:
        raise WrongCall(f"--days {call.days}: a period has at least one day.")
    pilot = _pilot(call)
    _check_scope(pilot, call.customers)
    with pilot.day(call.as_of) as day:
        return figures.dso(day, call.days, call.customers, call.flavour), 0


def _roll(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = _pilot(call)
    _check_scope(pilot, call.customers)
    with pilot.day(call.as_of or call.week_ending) as day:
        result = figures.roll(day, call.week_ending, call.flavour, call.customers)
    return result, 0 if result["identity_ok"] else 1


def _check_scope(pilot: Pilot, customers: str) -> None:
    wanted = {"SEGMENT": pilot.settings.segment.where, "CONTROL": pilot.settings.control.where}
    if customers in wanted and not wanted[customers]:
        raise WrongCall(
            f"{pilot.folder / 'pilot.toml'}: [{customers.lower()}] where is not set, so there are "
            f"no {customers} customers: add it or use --customers ALL."
        )


def _route(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = _pilot(call)
    with pilot.day(call.as_of) as day:
        return route_result(pilot.desk(day), day.as_of), 0


def _draft(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = _pilot(call)
    with pilot.day(call.as_of) as day:
        made = draft_case(pilot, day, call.case)
    return made.shown(), 0 if made.draft.state == "draft" else 1


def _decide(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = _pilot(call)
    body = _read_body(call.body_file)
    with pilot.day(call.as_of) as day:
        entry = decide_case(
            pilot,
            day,
            call.case,
            verdict=call.verdict,
            moment=_moment(call),
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
    pilot = _pilot(call)
    with pilot.day(call.as_of) as day:
        entry = act_on_dispute(
            pilot,
            day,
            call.invoice,
            step=call.step,
            person=call.assign,
            moment=_moment(call),
            reason=call.reason,
            note=call.note,
        )
    return entry.model_dump(), 0


def _kill(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = _pilot(call)
    return switch_off(pilot, call.on, _moment(call), pilot.as_of(call.as_of)).model_dump(), 0


def _send(call: argparse.Namespace) -> tuple[Result, int]:
    # Only this verb needs holidays and a mail server's client.
    from pipeline.sending.handing import MACHINE, send, shown
    from pipeline.sending.telling import told

    call.told = told
    moment = Moment(by=call.by or MACHINE, now=_now())
    folder = Path(call.pilot or "data/demo")
    report = send(folder, moment, as_of=call.as_of, dry_run=call.dry_run)
    return shown(report), 1 if report.needs_a_person else 0


def _health(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = _pilot(call)
    call.told = health_told
    with pilot.day(call.as_of) as day:
        result = as_result(day, findings(day, pilot.desk(day)))
    return result, 1 if result["blocked"] else 0


def _metrics(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = _pilot(call)
    with pilot.day(call.as_of) as day:
        return proving.four_metrics(day, pilot.settings), 0


def _before_after(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = _pilot(call)
    with pilot.day(call.as_of) as day:
        result = proving.before_after(day, pilot.settings, call.read_out)
    if result["verdict"] == "refused":
        print(f"{pilot.folder / 'pilot.toml'}: {pilot.settings.overlap}", file=sys.stderr)
        return result, 1
    return result, 0


def _verify(call: argparse.Namespace) -> tuple[Result, int]:
    pilot = _pilot(call)
    if not pilot.record.exists():
        return {"entries": 0, "head": None, "ok": True, "first_broken": None}, 0
    ledger = Ledger.open(pilot.record)
    try:
        found = ledger.verify(call.head)
    finally:
        ledger.close()
    if not found.ok:
        print(f"{pilot.record}: {found.why}", file=sys.stderr)
    result = {
        "entries": found.entries,
        "head": found.head,
        "ok": found.ok,
        "first_broken": found.first_broken,
    }
    return result, 0 if found.ok else 1


def _replies(call: argparse.Namespace) -> tuple[Result, int]:
    found = read_reply_file(Path(call.file))
    for fault in found.faults:
        print(fault, file=sys.stderr)
    call.told = told_replies
    return {"messages": list(found.messages)}, 1 if found.faults else 0


def _demo(call: argparse.Namespace) -> tuple[Result, int]:
    folder = Path(call.folder)
    write_demo(folder, seed=call.seed, invoices=call.invoices)
    files = sorted(path.name for path in (folder / "exports").iterdir())
    return {"pilot": str(folder), "seed": call.seed, "files": files}, 0


def _roi(call: argparse.Namespace) -> tuple[Result, int]:
    call.told = roi_told
    return roi(_asked(call), call.inputs, call.as_of), 0


def _opportunity(call: argparse.Namespace) -> tuple[Result, int]:
    call.told = opportunity_told
    return where_to_start(_asked(call), call.inputs, call.as_of), 0


def _asked(call: argparse.Namespace) -> Pilot | None:
    """The pilot to count in: none when a file of inputs is to stand by itself."""
    return None if call.inputs and not call.pilot else _pilot(call)


def _bench(call: argparse.Namespace) -> tuple[Result, int]:
    # Only this verb needs what the benchmarks need.
    from pipeline.bench import bench
    from pipeline.bench.table import table

    call.told = table
    result = bench(call.invoices, now=_now())
    alike = all(found["same"] for size in result["sizes"] for found in size["identical"].values())
    return result, 0 if alike else 1


# --- The call --------------------------------------------------------------------------------


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), tz=UTC)


def _moment(call: argparse.Namespace) -> Moment:
    return Moment(by=call.by, now=_now())


def _pilot(call: argparse.Namespace) -> Pilot:
    return Pilot.open(Path(call.pilot or "data/demo"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2026-03-31") from error


def _parser() -> argparse.ArgumentParser:
    shared = _Parser(add_help=False)
    shared.add_argument("--pilot", help="the pilot folder (default: data/demo)")
    shared.add_argument("--as-of", type=_day, help="the day to look from (default: last known)")
    shared.add_argument("--json", action="store_true", help="print one JSON object")
    parser = _Parser(prog="python -m pipeline", description=__doc__.split("\n")[0])
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(name: str, run: Callable[..., Any], told: str) -> argparse.ArgumentParser:
        found = verbs.add_parser(name, parents=[shared], help=told)
        found.set_defaults(verb=run)
        return found

    load = verb("load", _load, "create or refresh a pilot from a folder of exports")
    load.add_argument("source", metavar="SOURCE")
    load.add_argument("--answer", action="append", default=[], metavar="FILE=CHOICE")
    _add_map(verb("map", _map, "propose how a file that fits no layout is to be read"))
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
            figure.add_argument("--week-ending", type=_day, required=True)
    verb("route", _route, "every open invoice's lane, with its reasons")
    verb("draft", _draft, "one case's draft, evidence, doubts and checks").add_argument("case")
    _add_decide(verb("decide", _decide, "record a person's decision on a case"))
    _add_dispute(verb("dispute", _dispute, "flag, assign, accept or close a dispute"))
    kill = verb("kill", _kill, "stop or release everything unsent")
    switch = kill.add_mutually_exclusive_group(required=True)
    switch.add_argument("--on", action="store_true", dest="on")
    switch.add_argument("--off", action="store_false", dest="on")
    kill.add_argument("--by", required=True, metavar="PERSON")
    send = verb("send", _send, "hand over what was approved and may leave")
    send.add_argument("--by", metavar="PERSON", help="who hands over (default: outbox)")
    send.add_argument("--dry-run", action="store_true", help="only say what would leave")
    verb("health", _health, "what is wrong in the data, worst by money first, and the fix list")
    verb("metrics", _metrics, "the four metrics by week")
    compare = verb("before-after", _before_after, "the pilot against its control")
    compare.add_argument("--read-out", type=int, metavar="60|90|120")
    verb("verify", _verify, "check the record's chain").add_argument("--head")
    verb("replies", _replies, "what the messages of a file mean").add_argument(
        "file", metavar="FILE"
    )
    demo = verb("demo", _demo, "write the demo pilot")
    demo.add_argument("folder", metavar="DIR")
    demo.add_argument("--seed", type=int, default=7)
    demo.add_argument("--invoices", type=int)
    for name, run, told in (
        ("roi", _roi, "whether it pays, with its range and what it rests on"),
        ("opportunity", _opportunity, "whether collections is the best place to start"),
    ):
        verb(name, run, told).add_argument("--inputs", type=Path, metavar="FILE.toml")
    verb("bench", _bench, "measure speed and memory against named baselines").add_argument(
        "--invoices", type=int, action="append"
    )
    return parser


def _add_map(mapping: argparse.ArgumentParser) -> None:
    mapping.add_argument("file", metavar="FILE")
    mapping.add_argument("--kind", help="what the file lists, e.g. invoices")
    mapping.add_argument("--set", action="append", default=[], metavar="OURS=THEIR HEADER")
    mapping.add_argument("--answer", action="append", default=[], metavar="QUESTION=CHOICE")
    mapping.add_argument("--save", metavar="NAME", help="keep it among the pilot's own layouts")


def _add_decide(decide: argparse.ArgumentParser) -> None:
    decide.add_argument("case")
    decide.add_argument("--verdict", required=True, choices=VERDICTS)
    decide.add_argument("--by", required=True, metavar="PERSON")
    decide.add_argument("--reason", choices=tuple(REASONS))
    decide.add_argument("--note", default="")
    decide.add_argument("--body-file", metavar="FILE")
    decide.add_argument("--lane", choices=LANES)
    decide.add_argument("--until", type=_day)


def _add_dispute(dispute: argparse.ArgumentParser) -> None:
    dispute.add_argument("invoice")
    step = dispute.add_mutually_exclusive_group(required=True)
    step.add_argument("--flag", action="store_const", const="flag", dest="step")
    step.add_argument("--assign", metavar="PERSON")
    step.add_argument("--accept", action="store_const", const="accept", dest="step")
    step.add_argument("--close", action="store_const", const="close", dest="step")
    dispute.add_argument("--by", required=True, metavar="PERSON")
    dispute.add_argument("--reason", default="")
    dispute.add_argument("--note", default="")


if __name__ == "__main__":
    sys.exit(main())
