"""The measurements as a table for people: one column per size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.bench.comparing import PEAK_GOAL_MB

#: What it is, which job measured it, which lap of it.
_SECONDS = (
    ("our load: every row checked, books built", "ours", "load"),
    ("  + aging", "ours", "aging"),
    ("  + DSO", "ours", "dso"),
    ("  + 52 weekly rolls", "ours", "rolls"),
    ("ours, all of it", "ours", "total"),
    ("DuckDB typed read, tables in memory", "read_memory", "total"),
    ("DuckDB typed read, tables in a file", "read_file", "total"),
    ("vectorised pandas, floats, all of it", "frames", "total"),
    ("plain Polars, exact, all of it", "polars", "total"),
    ("pandas week by week, floats, all of it", "week_by_week", "total"),
    ("row by row, exact, aging alone", "row_by_row", "total"),
    ("moving the day: aging", "later", "move_day"),
    ("moving the day: aging and DSO", "later", "move_day_and_dso"),
    ("routing every open invoice", "later", "route"),
    ("moving the day and routing", "later", "move_day_and_route"),
    ("one draft, routes at hand", "later", "draft"),
    ("recording a decision", "later", "record"),
    ("approving a case, routes at hand", "later", "decide_with_routes"),
    ("deciding from nothing", "later", "decide_from_nothing"),
    ("loading again, nothing changed", "reload", "unchanged"),
    ("loading again, one small file changed", "reload", "one_small_file"),
    ("before and after, jackknife and event lines", "compare", "before_after"),
    ("  + DSO lines of a year", "compare", "dso_lines"),
    ("  + DSO bridge", "compare", "bridge"),
    ("  + time to cash", "compare", "still_open"),
    ("  + four metrics", "compare", "four_metrics"),
    ("every proof figure", "compare", "total"),
    ("starting the process that opens files", "confined", "start"),
    ("50 MB checked, in that process", "confined", "checked_in_child"),
    ("50 MB checked, right here", "confined", "checked_here"),
    ("50 MB taken apart, in that process", "confined", "taken_apart_in_child"),
    ("50 MB taken apart, right here", "confined", "taken_apart_here"),
)
_PROCESSOR = (
    ("our load", "ours", "load"),
    ("ours, all of it", "ours", "total"),
    ("DuckDB typed read, tables in memory", "read_memory", "total"),
    ("DuckDB typed read, tables in a file", "read_file", "total"),
    ("vectorised pandas, all of it", "frames", "total"),
    ("plain Polars, all of it", "polars", "total"),
    ("pandas week by week, all of it", "week_by_week", "total"),
    ("routing every open invoice", "later", "route"),
    ("loading again, one small file changed", "reload", "one_small_file"),
)
_PEAKS = (
    ("ours, all of it", "ours"),
    ("routing and deciding", "later"),
    ("every proof figure", "compare"),
    ("DuckDB typed read, in memory", "read_memory"),
    ("vectorised pandas", "frames"),
    ("plain Polars", "polars"),
    ("pandas week by week", "week_by_week"),
    ("row by row", "row_by_row"),
)
#: What was not measured at a size.
_NOTHING = "–"
_AGREED = (
    ("vectorised pandas", "frames"),
    ("plain Polars", "polars"),
    ("pandas week by week", "week_by_week"),
    ("row by row", "row_by_row"),
)
_WIDTH = 46


def table(result: Mapping[str, Any]) -> Iterator[str]:
    """The lines of the table."""
    sizes = result["sizes"]
    yield "; ".join(f"{name} {value}" for name, value in result["machine"].items())
    yield _line("invoices", [f"{size['invoices']:,}" for size in sizes])
    yield _line("megabytes of exports", [f"{size['megabytes']:,.1f}" for size in sizes])
    for heading, laps in (("seconds", _SECONDS), ("cpu_seconds", _PROCESSOR)):
        yield heading.replace("cpu", "processor").replace("_", " ")
        for words, job, lap in laps:
            yield _line(
                words, [_cell(size[heading].get(job, {}).get(lap), ".3f") for size in sizes]
            )
    yield "peak MB"
    for words, job in _PEAKS:
        goal = f" (goal {PEAK_GOAL_MB:,})" if job == "ours" else ""
        yield _line(words + goal, [_cell(size["peak_mb"].get(job), "") for size in sizes])
    yield from _ratios(sizes)
    for step in result["growth"]:
        words = f"seconds, for {step['invoices']:g} times the invoices"
        yield _line(words, [f"{step['seconds']:g} times"])
    yield from _agreement(sizes)


def _ratios(sizes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Every ratio of the first size; what is promised stands beside, for each size its own."""
    yield "ratios"
    for name in sizes[0]["ratios"]:
        found = [size["ratios"].get(name, {"value": None, "goal": None}) for size in sizes]
        goals = dict.fromkeys(f"{one['goal']:g}" for one in found if one["goal"] is not None)
        goal = f" (goal {' and '.join(goals)})" if goals else ""
        yield _line(name + goal, [_cell(one["value"], ".4g") for one in found])


def _cell(value: float | None, how: str) -> str:
    return _NOTHING if value is None else f"{value:,{how}}"


def mail_table(result: Mapping[str, Any]) -> Iterator[str]:
    """The lines of the table about a mailbox."""
    yield "; ".join(f"{name} {value}" for name, value in result["machine"].items())
    for name, value in result["notes"].items():
        yield _line(name, [f"{value:,}"])
    for name, value in result["seconds"].items():
        spent = f"{result['cpu_seconds'][name]:,.2f} of the processor"
        yield _line(f"{name}, seconds", [f"{value:,.2f}"]) + f"   {spent}"
    yield _line("peak MB", [f"{result['peak_mb']:,}"])
    for name, found in result["ratios"].items():
        yield _line(f"{name} (goal {found['goal']:g})", [f"{found['value']:.3g}"])


def rerun_table(result: Mapping[str, Any]) -> Iterator[str]:
    """The lines of the table about clicks on pages: for each size the seconds and the ratio."""
    yield "; ".join(f"{name} {value}" for name, value in result["machine"].items())
    sizes = result["sizes"]
    yield _line("open invoices", [f"{size['notes']['open invoices']:,}" for size in sizes])
    for name in ("load", "whole desk", "first page"):
        yield _line(f"{name}, seconds", [f"{size['seconds'][name]:,.2f}" for size in sizes])
    yield _line("peak MB", [f"{size['peak_mb']:,}" for size in sizes])
    goal = next(iter(sizes[0]["ratios"].values()))["goal"]
    yield f"  a click: median seconds, and times an empty page beside it (goal {goal:g})"
    for page in sizes[0]["ratios"]:
        cells = []
        for size in sizes:
            cells += [f"{size['seconds'][f'{page}, p50']:,.3f}"]
            cells += [f"{size['ratios'][page]['value']:,.4g}"]
        yield _line(page, cells)


def paint_table(result: Mapping[str, Any]) -> Iterator[str]:
    """The lines of the table about what a browser shows, a column for each page."""
    yield "; ".join(f"{name} {value}" for name, value in result["machine"].items())
    seconds = result["seconds"]
    yield _line("seconds until", list(seconds))
    for what in next(iter(seconds.values())):
        yield _line(what, [f"{page[what]:,.2f}" for page in seconds.values()])
    for name, found in result["ratios"].items():
        yield _line(name, [f"{found['value']:,.4g}"])


def session_table(result: Mapping[str, Any]) -> Iterator[str]:
    """The lines of the table about several people at once."""
    yield "; ".join(f"{name} {value}" for name, value in result["machine"].items())
    for who, seconds in result["seconds"].items():
        people = 1 if who == "alone" else result["people"]
        cells = [f"{end} {value:,.2f}" for end, value in seconds.items()]
        yield _line(f"seconds for a click, people: {people}", cells)
    for name, found in result["ratios"].items():
        yield _line(name, [f"{found['value']:,.4g}"])
    yield _line("clicks", [f"{result['clicks']:,}"])
    yield _line("errors shown", [f"{len(result['errors']):,}", *result["errors"]])


def _agreement(sizes: list[Mapping[str, Any]]) -> Iterator[str]:
    yield "figures compared with ours, to the cent"
    for words, job in _AGREED:
        found = [size["identical"].get(job) for size in sizes]
        yield _line(words, [_agreed(one) for one in found])


def _agreed(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return _NOTHING
    return f"{found['compared']} {'same' if found['same'] else 'DIFFER'}"


def _line(words: str, cells: list[str]) -> str:
    return f"  {words:<{_WIDTH}}" + "".join(f"{cell:>14}" for cell in cells)
