"""Ratios against named baselines, and whether every contestant found the same figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

Seconds = Mapping[str, Mapping[str, float]]

PEAK_GOAL_MB = 1_000
#: Contestants whose figures must be ours, to the cent.
CONTESTANTS = ("frames", "polars", "week_by_week", "row_by_row")
#: Up to so many invoices the load may take three times the typed read, above it four times.
_MILLION = 1_000_000


def ratios(seconds: Seconds, cpu: Seconds, invoices: int) -> dict[str, dict[str, float | None]]:
    """Name -> {"value": the ratio, "goal": at most this, or None where nothing is promised}."""
    named = [*_against_others(seconds, cpu, invoices), *_against_the_load(seconds)]
    return {
        name: {"value": round(value / base, 5), "goal": goal} for name, value, base, goal in named
    }


def growth(sizes: Sequence[Mapping[str, Any]]) -> list[dict[str, float]]:
    """From each size to the next: how many times the invoices, and how many times the seconds.

    Growth is linear when `seconds` is no more than `invoices`.
    """
    ordered = sorted(sizes, key=lambda size: size["invoices"])
    return [
        {
            "invoices": round(more["invoices"] / less["invoices"], 2),
            "seconds": round(_ours(more) / _ours(less), 2),
        }
        for less, more in pairwise(ordered)
    ]


def _ours(size: Mapping[str, Any]) -> float:
    return float(size["seconds"]["ours"]["total"])


def _against_others(
    seconds: Seconds, cpu: Seconds, invoices: int
) -> Iterator[tuple[str, float, float, float | None]]:
    everything = seconds["ours"]["total"]
    memory, file = seconds["read_memory"]["total"], seconds["read_file"]["total"]
    yield "all / typed read", everything, memory, 3.0 if invoices <= _MILLION else 4.0
    yield "all / typed read, processor", cpu["ours"]["total"], cpu["read_memory"]["total"], None
    yield "all / typed read to a file", everything, file, None
    yield "load / typed read to a file", seconds["ours"]["load"], file, None
    yield "all / vectorised pandas", everything, seconds["frames"]["total"], 1.0
    yield "all / plain Polars", everything, seconds["polars"]["total"], None
    for slow, words in (("week_by_week", "pandas week by week"), ("row_by_row", "row by row")):
        if slow in seconds:
            yield f"{words} / all", seconds[slow]["total"], everything, None


def _against_the_load(seconds: Seconds) -> Iterator[tuple[str, float, float, float | None]]:
    load = seconds["ours"]["load"]
    yield "one small file changed / load", seconds["reload"]["one_small_file"], load, None
    if "later" not in seconds:
        return
    later = seconds["later"]
    yield "moving the day / load", later["move_day"], load, 0.05
    yield "moving the day and routing / load", later["move_day_and_route"], load, None
    yield "recording a decision / load", later["record"], load, 0.01
    yield "approving, routes at hand / load", later["decide_with_routes"], load, 0.01
    yield "deciding from nothing / load", later["decide_from_nothing"], load, None
    yield "before and after / load", seconds["compare"]["before_after"], load, 0.25
    yield "every proof figure / load", seconds["compare"]["total"], load, None
    yield from _in_a_child(seconds["confined"])


def _in_a_child(apart: Mapping[str, float]) -> Iterator[tuple[str, float, float, float | None]]:
    checked, taken_apart = apart["checked_here"], apart["taken_apart_here"]
    yield "50 MB checked, in the child / here", apart["checked_in_child"], checked, 1.5
    yield "50 MB taken apart, child / here", apart["taken_apart_in_child"], taken_apart, 1.5


def identical(figures: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Contestant -> whether what it found is what we found: money to the cent, days to 1e-6."""
    return {job: _same(figures["ours"], figures[job]) for job in CONTESTANTS if job in figures}


def _same(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """How many figures were compared, and those that differ (at most five)."""
    compared = 0
    different = []
    for part, found in theirs.items():
        for name in sorted(found.keys() | _of_the_same_names(ours[part], found)):
            compared += 1
            if not _equal(ours[part].get(name), found.get(name)):
                different.append(f"{part}: {name}")
    return {"compared": compared, "same": not different, "different": different[:5]}


def _of_the_same_names(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> set[str]:
    """Our figures of a part, as far as the other computes figures of that name at all."""
    names = {_last_word(name) for name in theirs}
    return {name for name in ours if _last_word(name) in names}


def _last_word(name: str) -> str:
    return name.rpartition(" ")[2]


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) < 1e-6
    return bool(one == other)
