"""What Countback itself takes: loading, the figures, and the small steps of a day."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from pipeline.acting import Moment, blocking, decide_case, draft_case
from pipeline.bench.measuring import Measured
from pipeline.bench.span import ANOTHER_DAY, AS_OF, DAYS, weeks
from pipeline.deciding import decide
from pipeline.desk import Desk
from pipeline.figures import aging, dso
from pipeline.model import Case, CountbackError, Decision
from pipeline.pilot import Pilot
from pipeline.proving import before_after, dso_lines, four_metrics
from pipeline.proving.bridge import dso_bridge
from pipeline.proving.time_to_cash import still_open
from pipeline.warehouse.day import Day, Row

#: How many decisions are written to time one.
DECISIONS = 25
_HELD_UNTIL = AS_OF + timedelta(days=7)


def measure(measured: Measured, folder: Path) -> None:
    """Loading from nothing, then aging, DSO and 52 weekly rolls."""
    shutil.rmtree(folder / ".cache", ignore_errors=True)
    with measured.lap("load"):
        pilot = Pilot.open(folder)
        report = pilot.load()
    with measured.lap("open_day"):
        day = pilot.day(AS_OF)
    with measured.lap("aging"):
        aged = aging(day)
    with measured.lap("dso"):
        outstanding = dso(day, DAYS)
    with measured.lap("rolls"):
        rolled = day.metric("weekly_roll", weeks=weeks()).rows
        entered = day.metric("past_due_entries", weeks=weeks()).rows
    day.close()
    measured.add_up()
    measured.figures = _figures(aged, outstanding, rolled, entered)
    measured.notes = {"rows": sum(file.rows for file in report.files)}


def _figures(
    aged: dict[str, Any], outstanding: dict[str, Any], rolled: Sequence[Row], entered: Sequence[Row]
) -> dict[str, Any]:
    """In the form that every contestant gives: money as text with cents."""
    (books,) = aged["currencies"].values()
    (days,) = outstanding["currencies"].values()
    return {
        "aging": {
            name: [f"{bucket['amount']:.2f}", bucket["n"]]
            for name, bucket in books["buckets"].items()
            if bucket["n"]
        },
        "dso": {name: round(days[name], 9) for name in ("period_end", "countback", "add")},
        "rolls": {
            f"{row['week_end']} {row['boundary']} {name}": f"{row[name]:.2f}"
            for row in rolled
            for name in ("scheduled", "rolled", "event_version", "cash")
        },
        "entries": {
            f"{row['week_end']} {name}": f"{row[name]:.2f}"
            for row in entered
            for name in ("entered_directly", "reopened")
        },
    }


def measure_later(measured: Measured, folder: Path, now: datetime) -> None:
    """On open books: another day, the routes of both days, and decisions."""
    pilot = Pilot.open(folder)
    with pilot.day(AS_OF) as day:
        aging(day)
        with measured.lap("route"):
            desk = pilot.desk(day)
        with measured.lap("move_day"), pilot.day(ANOTHER_DAY) as other:
            aging(other)
        with measured.lap("move_day_and_dso"), pilot.day(ANOTHER_DAY) as other:
            aging(other)
            dso(other, DAYS)
        with measured.lap("move_day_and_route"), pilot.day(ANOTHER_DAY) as other:
            pilot.desk(other)
        _measure_decisions(measured, pilot, day, desk, now)
    measured.notes = {"open_invoices": len(desk.routes), "cases": len(desk.cases)}


def _measure_decisions(
    measured: Measured, pilot: Pilot, day: Day, desk: Desk, now: datetime
) -> None:
    moment = Moment(by="bench", now=now)
    ready = _approvable(pilot, day, desk)
    # What is held changes its lane, hence its case: the last one is left for the fresh day.
    *held, fresh_case = [case for case in desk.cases if case != ready][-DECISIONS:]
    with measured.lap("draft"):
        draft_case(pilot, day, ready.case_id, desk)
    with measured.lap("decide_with_routes"):
        decide_case(pilot, day, ready.case_id, verdict="approve", moment=moment, desk=desk)
    spent = []
    with closing(pilot.ledger()) as ledger:
        for case in held:
            one = Measured()
            with one.lap("record"):
                decide(ledger, _hold(case), by="bench", now=now, on_day=day.as_of)
            spent.append(one.seconds["record"])
    measured.seconds["record"] = median(spent)
    with measured.lap("decide_from_nothing"), pilot.day(AS_OF) as fresh:
        decide_case(
            pilot,
            fresh,
            fresh_case.case_id,
            verdict="hold",
            moment=moment,
            reason="TIMING",
            until=_HELD_UNTIL,
        )


def _approvable(pilot: Pilot, day: Day, desk: Desk) -> Case:
    for case in desk.cases:
        if case.lane == "routine" and not blocking(draft_case(pilot, day, case.case_id, desk)):
            return case
    raise CountbackError("bench: no case of the made-up pilot can be approved.")


def _hold(case: Case) -> Decision:
    return Decision(
        case_id=case.case_id,
        customer_id=case.customer_id,
        lane=case.lane,
        rule=case.rule,
        verdict="hold",
        reason="TIMING",
        invoice_ids=case.invoice_ids,
        hold_until=_HELD_UNTIL,
    )


def measure_reload(measured: Measured, folder: Path) -> None:
    """Loading again with nothing changed, and with one small file changed."""
    with measured.lap("unchanged"):
        Pilot.open(folder).load()
    payments = folder / "exports" / "payments.csv"
    with payments.open("a", encoding="utf-8") as out:
        out.write(f"P-99999,C-00001,{AS_OF},1.00,USD,1.00,ach\n")
    with measured.lap("one_small_file"):
        Pilot.open(folder).load()


def measure_comparison(measured: Measured, folder: Path) -> None:
    """Every proof figure of the made-up pilot at its latest read-out, on one day of the books.

    The first lap lays the day's tables that all of them read.
    """
    pilot = Pilot.open(folder)
    with pilot.day(AS_OF) as day:
        with measured.lap("before_after"):
            found = before_after(day, pilot.settings)
        with measured.lap("dso_lines"):
            dso_lines(day, pilot.settings)
        with measured.lap("bridge"):
            dso_bridge(day, pilot.settings)
        with measured.lap("still_open"):
            still_open(day, pilot.settings, found["read_out_day"])
        with measured.lap("four_metrics"):
            four_metrics(day, pilot.settings)
    measured.add_up()
    measured.notes = {"verdict": found["verdict"], "invoices": found["invoices"]}
