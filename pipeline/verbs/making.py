"""What Countback makes of itself: the demo pilot, and the benchmark."""

from __future__ import annotations

import argparse
from pathlib import Path

from pipeline.demo import write_demo
from pipeline.verbs.calling import AddVerb, Result


def _demo(call: argparse.Namespace) -> tuple[Result, int]:
    folder = Path(call.folder)
    write_demo(folder, seed=call.seed, invoices=call.invoices)
    files = sorted(path.name for path in (folder / "exports").iterdir())
    return {"pilot": str(folder), "seed": call.seed, "files": files}, 0


def _bench(call: argparse.Namespace) -> tuple[Result, int]:
    # Only this verb needs what the benchmarks need.
    from pipeline.bench import bench, bench_first_paint, bench_mails, bench_reruns, bench_sessions
    from pipeline.bench.table import mail_table, paint_table, rerun_table, session_table, table

    if call.mails is not None:
        call.told = mail_table
        return bench_mails(call.mails), 0
    if call.sessions is not None:
        call.told = session_table
        result = bench_sessions(call.sessions)
        return result, 1 if result["errors"] else 0
    if call.first_paint:
        call.told = paint_table
        return bench_first_paint(), 0
    if call.reruns:
        call.told = rerun_table
        return bench_reruns(call.reruns), 0
    call.told = table
    result = bench(call.invoices, now=call.now, customers=call.customers)
    alike = all(found["same"] for size in result["sizes"] for found in size["identical"].values())
    return result, 0 if alike else 1


def add(verb: AddVerb) -> None:
    """The verbs that make something."""
    demo = verb("demo", _demo, "write the demo pilot")
    demo.add_argument("folder", metavar="DIR")
    demo.add_argument("--seed", type=int, default=7)
    demo.add_argument("--invoices", type=int)
    measured = verb("bench", _bench, "measure speed and memory against named baselines")
    measured.add_argument("--invoices", type=int, action="append")
    measured.add_argument(
        "--customers", type=int, help="so many customers instead of one for 200 invoices"
    )
    measured.add_argument(
        "--reruns",
        type=int,
        action="append",
        metavar="N",
        help="a click on every page instead, with N open invoices; more than once if you like",
    )
    measured.add_argument("--mails", type=int, help="a mailbox of so many mails instead")
    measured.add_argument(
        "--first-paint",
        action="store_true",
        help="how soon a browser shows the demo's Queue instead, beside an empty page",
    )
    measured.add_argument(
        "--sessions",
        type=int,
        metavar="N",
        help="what a click takes with N people at once instead, beside one alone",
    )
