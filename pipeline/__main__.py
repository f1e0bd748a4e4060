"""The command line: `python -m pipeline VERB [--pilot DIR] [--as-of DATE] [--json]`.

Exit status 0 = done, 1 = the data says no, 2 = the call is wrong; an error is one sentence on
stderr. This is an edge of the program: it reads the clock once and hands the moment on.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from pipeline.model import CountbackError
from pipeline.printing import as_json, lines
from pipeline.verbs import (
    choosing,
    filing,
    keeping,
    labelling,
    layouts,
    loading,
    looking,
    making,
    people,
    proving,
    replaying,
    scoring,
    sorting,
    working,
)
from pipeline.verbs.calling import Parser, Result, Run, day


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one verb; returns the exit status."""
    try:
        call = _parser().parse_args(arguments)
        call.now = datetime.fromtimestamp(time.time(), tz=UTC)
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


def _parser() -> argparse.ArgumentParser:
    shared = Parser(add_help=False)
    shared.add_argument("--pilot", help="the pilot folder (default: data/demo)")
    shared.add_argument("--as-of", type=day, help="the day to look from (default: last known)")
    shared.add_argument("--json", action="store_true", help="print one JSON object")
    parser = Parser(prog="python -m pipeline", description=__doc__.split("\n")[0])
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(name: str, run: Run, told: str) -> argparse.ArgumentParser:
        found = verbs.add_parser(name, parents=[shared], help=told)
        found.set_defaults(verb=run)
        return found

    for module in (
        loading,
        layouts,
        looking,
        filing,
        labelling,
        working,
        sorting,
        scoring,
        choosing,
        people,
        proving,
        replaying,
        making,
        keeping,
    ):
        module.add(verb)
    return parser


if __name__ == "__main__":
    sys.exit(main())
