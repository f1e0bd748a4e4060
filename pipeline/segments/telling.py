"""The choice in words: what is recommended, and why each of the others is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.drafting.tokens import money_text
from pipeline.segments.scoring import LABELS
from pipeline.settings import ChoosingSection

Result = Mapping[str, Any]


def lead(ranked: Sequence[Result], choosing: ChoosingSection) -> dict[str, Any]:
    """Verdict, recommended candidate (its name) and the sentence that says so."""
    if not ranked:
        return _lead("none", None, "No customer outside the ten largest has been billed lately.")
    first = ranked[0]
    if not first["passes"]:
        failed = _failed(first)
        return _lead(
            "none",
            None,
            f"No candidate passes every gate. The cleanest is {first['candidate']} "
            f"({first['score']:.1f}), which fails {_gates(failed)}: {failed[0]['because']}",
        )
    passing = len([each for each in ranked if each["passes"]])
    said = (
        f"Take {first['candidate']}: of {passing} candidates that pass every gate it "
        f"{_claim(first, ranked, choosing)}. Cleanliness {first['score']:.1f} of 100; first under "
        f"{first['first_share']:.0%} of weightings with every weight up to half more or less."
    )
    return _lead("recommended", first["candidate"], said)


def _lead(verdict: str, name: str | None, sentence: str) -> dict[str, Any]:
    return {"verdict": verdict, "recommended": name, "sentence": sentence}


def _claim(first: Result, ranked: Sequence[Result], choosing: ChoosingSection) -> str:
    best = max(each["score"] for each in ranked if each["passes"])
    if first["score"] == best:
        return "is the cleanest"
    return f"has most to win among those within {choosing.near_points:g} points of the cleanest"


def _failed(each: Result) -> list[Any]:
    return [gate for gate in each["gates"] if not gate["ok"]]


def _gates(failed: Sequence[Result]) -> str:
    numbers = ", ".join(str(gate["gate"]) for gate in failed)
    return f"gate{'' if len(failed) == 1 else 's'} {numbers}"


def why_not(each: Result, top: Result | None) -> str:
    """Why a candidate is not the one to take, as sentences; what to know of the one that is."""
    if each is top:
        return "Passes every gate."
    failed = _failed(each)
    if failed:
        return " ".join(gate["because"] for gate in failed)
    if top is None:  # nothing fails, so that it would have been the top one
        return ""
    behind = top["score"] - each["score"]
    weakest = min(
        each["components"],
        key=lambda part: (part["points"] - 100) * part["weight"],
    )
    if behind > 0:
        return (
            f"{behind:.1f} points less clean: weakest in “{LABELS[weakest['name']]}” "
            f"({weakest['points']:.0f} points)."
        )
    return "As clean, and less to win."


# --- for the command line ----------------------------------------------------------------------


def told(found: Result) -> Iterator[str]:
    """The result of `segments` in plain lines."""
    yield found["sentence"]
    if found["windows"] is None:
        return
    windows = found["windows"]
    said = "proposed" if windows["is_proposed"] else "as pilot.toml sets them"
    yield (
        f"Selection {windows['selection'][0]} to {windows['selection'][1]}, baseline "
        f"{windows['baseline'][0]} to {windows['baseline'][1]} ({said})."
    )
    yield from _waterfall(found)
    yield from _table(found)
    for each in found["candidates"][:1]:
        yield from _one(each)
    for left in found["left_out"]:
        yield f"Note: {left['customers']} customers state no {left['trait'].removesuffix('_id')}."


def _waterfall(found: Result) -> Iterator[str]:
    yield f"All customers, {found['currency']} at the constant rates"
    for step in found["waterfall"]:
        amount = "unknown" if step["reporting"] is None else f"{step['reporting']:,.2f}"
        minus = "" if step["step"] in ("all open", "eligible") else "less "
        yield f"  {minus + step['step']:<20} {step['n']:>7,} {amount:>18}"


_HEAD = ("score", "headroom", "due 60", "min. days 60/90/120", "customers", "first", "gates failed")


def _table(found: Result) -> Iterator[str]:
    names = [each["candidate"] for each in found["candidates"]]
    width = max((len(name) for name in names), default=0)
    heads = "  ".join(
        f"{head:>{size}}" for head, size in zip(_HEAD, (5, 14, 6, 19, 9, 5, 0), strict=True)
    )
    yield f"  {'candidate':<{width}}  {heads}"
    for each in found["candidates"]:
        failed = ", ".join(str(gate["gate"]) for gate in _failed(each)) or "none"
        money = (
            "unknown"
            if each["headroom"] is None
            else money_text(each["headroom"], found["currency"])
        )
        share = "–" if each["first_share"] is None else f"{each['first_share']:.0%}"
        days = "/".join(
            "–" if value is None else f"{value:.1f}"
            for value in each["minimum_detectable_days"].values()
        )
        yield (
            f"  {each['candidate']:<{width}}  {each['score']:5.1f}  {money:>14}  "
            f"{each['invoices_due_60']:>6}  {days:>19}  {each['customers']:>9}  {share:>5}  "
            f"{failed}"
        )


def _one(each: Result) -> Iterator[str]:
    """The first candidate in full."""
    yield each["candidate"]
    for gate in each["gates"]:
        mark = "passes" if gate["ok"] else "FAILS "
        yield f"  {mark} {gate['gate']} {gate['name']:<12} {gate['because']}"
    for part in each["components"]:
        counted = "" if part["n"] is None else f"{part['k']} of {part['n']}"
        worse = "unknown" if part["pessimistic"] is None else f"{part['pessimistic']:.3f}"
        yield (
            f"  {part['points']:5.1f} x {part['weight']:<4g} {LABELS[part['name']]:<42} "
            f"{counted:>14}  counts as {worse}"
        )
    yield f"  [segment] where = {each['where']}"
    yield f"  [control] where = {each['control_where']}"
