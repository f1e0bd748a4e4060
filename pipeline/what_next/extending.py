"""Where a pilot that worked goes on: the next segment, what to mend there first, or the next lane.

Each segment and each lane stands on figures of its own: what one has shown proves nothing of
another (metrics 4).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.proving import override_parts
from pipeline.segments import choose
from pipeline.segments.spans import spans
from pipeline.settings import Settings
from pipeline.statistics import wilson
from pipeline.warehouse.checks import checks, is_blocking, rows
from pipeline.warehouse.day import Day

Found = dict[str, Any]
Key = tuple[str, str]
#: A candidate of which more than this share is in the pilot already is no next one.
SAME = 0.5


def extension(day: Day, settings: Settings) -> Found:
    """The next segment with its figures, what to mend there first, and every lane's override rate.

    Raises CountbackError as choosing a segment does. Reads every candidate anew: some seconds.
    """
    found = choose(day, settings)
    arms = _arms(day, settings)
    others = [one for one in found["candidates"] if _is_another(one, arms)]
    segment = next((one for one in others if one["passes"]), None)
    nearest = segment or (others[0] if others else None)
    mend = _to_mend(day, nearest, arms) if nearest else []
    lanes = lane_rates(override_parts(day, settings).by("lane"))
    return {
        "segment": _shown(segment, arms) if segment else None,
        "to_mend": mend,
        "lanes": lanes,
        "sentence": _sentence(segment, nearest, lanes, arms),
    }


def _arms(day: Day, settings: Settings) -> Mapping[Key, list[tuple[str, str]]]:
    """Candidate -> (customer_id, SEGMENT, CONTROL or OUTSIDE) of every busy customer in it."""
    looked_at = spans(settings, day.as_of).looked_at
    customers = {
        row["customer_key"]: (row["customer_id"], row["arm"])
        for row in day.metric("segment_customers", windows=looked_at).rows
        if row["is_busy"]
    }
    inside: dict[Key, list[tuple[str, str]]] = defaultdict(list)
    for row in day.metric("segment_members", windows=looked_at).rows:
        if row["customer_key"] in customers:
            inside[row["trait"], row["member_of"]].append(customers[row["customer_key"]])
    return inside


def _share(one: Found, arms: Mapping[Key, list[tuple[str, str]]], arm: str) -> float:
    members = arms.get((one["trait"], one["value"]), [])
    return len([1 for _, own in members if own == arm]) / len(members) if members else 0.0


def _is_another(one: Found, arms: Mapping[Key, list[tuple[str, str]]]) -> bool:
    return one["trait"] != "pilot_segment" and _share(one, arms, "SEGMENT") <= SAME


def _shown(one: Found, arms: Mapping[Key, list[tuple[str, str]]]) -> Found:
    """What the card of a candidate says."""
    kept = ("candidate", "customers", "score", "headroom", "invoices_due_60", "where")
    return {
        **{name: one[name] for name in kept},
        "detectable_days": one["minimum_detectable_days"]["90"],
        "share_in_pilot": _share(one, arms, "SEGMENT"),
        "share_in_control": _share(one, arms, "CONTROL"),
    }


def _to_mend(day: Day, one: Found, arms: Mapping[Key, list[tuple[str, str]]]) -> list[str]:
    """Gates that fail, and what blocks its open invoices, as sentences; nothing if all is well."""
    said = [gate["because"] for gate in one["gates"] if not gate["ok"]]
    members = {name for name, _ in arms.get((one["trait"], one["value"]), [])}
    for name, check in checks().items():
        if is_blocking(check):
            failed = {
                row["invoice_id"]
                for row in rows(day, name)
                if row["said"] is None and row["customer_id"] in members
            }
            if failed:
                title, n = check.headers["title"], len(failed)
                said.append(f"{title}: {n} open invoice{'' if n == 1 else 's'}.")
    return said


def lane_rates(parts: Sequence[Mapping[str, Any]]) -> list[Found]:
    """Each lane's own override rate: k of n drafts decided, with Wilson's 95% interval."""
    found = []
    for row in sorted(parts, key=lambda part: -part["n"]):
        ends = wilson(row["k"], row["n"])
        low, high = ends or (None, None)
        found.append({"lane": row["lane"], "k": row["k"], "n": row["n"], "low": low, "high": high})
    return found


def _sentence(
    segment: Found | None,
    nearest: Found | None,
    lanes: Sequence[Found],
    arms: Mapping[Key, list[tuple[str, str]]],
) -> str:
    if segment:
        inside, control = (_share(segment, arms, arm) for arm in ("SEGMENT", "CONTROL"))
        parts = [
            *([f"{inside:.0%} of them are in the pilot already"] if inside else []),
            *([f"{control:.0%} are its control, which ends with it"] if control else []),
        ]
        whose = f" ({', '.join(parts)})" if parts else ""
        return (
            f"Next: {segment['candidate']}, {segment['customers']} customers{whose}, cleanliness "
            f"{segment['score']:.1f} of 100."
        )
    told = ", ".join(_lane_said(lane) for lane in lanes) or "no lane has a decided draft"
    wanting = f" Nearest to it: {nearest['candidate']}." if nearest else ""
    return f"No other segment passes every gate; lanes by their own overrides: {told}.{wanting}"


def _lane_said(lane: Found) -> str:
    return (
        f"{lane['lane']} {lane['k']} of {lane['n']} ({lane['low']:.0%} to {lane['high']:.0%} "
        "with 95%)"
    )
