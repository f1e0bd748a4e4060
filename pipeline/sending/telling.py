"""What a hand-over did, in plain lines for the one who started it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def told(result: Mapping[str, Any]) -> Iterator[str]:
    """The `send` verb's object as lines: what left, what would, what stayed and why."""
    left, ready, kept = result["handed_over"], result["ready"], result["not_handed_over"]
    for one in left:
        where = one["file"] or one["said"]
        yield f"handed over  {_who(one)}  {where}  sha256 {one['sha256'][:16]}"
    for one in ready:
        yield f"would leave  {_who(one)}"
    lapsed = [one for one in kept if _is_past(one)]
    for one in kept:
        if one not in lapsed:
            yield f"stays        {_who(one)}"
            yield from (f"             {reason['sentence']}" for reason in one["reasons"])
    if lapsed:
        yield f"{len(lapsed)} earlier approval(s) lapsed or were replaced; --json lists them."
    if not (left or ready or kept):
        yield "Nothing is approved and waiting."
    elif not left and not result["dry_run"]:
        yield "Nothing was handed over."


def _who(one: Mapping[str, Any]) -> str:
    return f"{one['case_id']}  to {one['to']}  approved by {one['approved_by']}"


def _is_past(one: Mapping[str, Any]) -> bool:
    return any(reason["code"] in ("lapsed", "replaced") for reason in one["reasons"])
