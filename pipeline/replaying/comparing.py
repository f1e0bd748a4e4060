"""Two policies over the same weeks: which invoices move, and what becomes of decided drafts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Literal

from pipeline.model import MESSAGE_LANES, Entry, Lane, WrongCall
from pipeline.pilot import Pilot, Progress
from pipeline.replaying.proposal import Change, Proposal, as_it_stands, changes
from pipeline.replaying.sorting import Bench, Sorted, steps
from pipeline.routing import case_id
from pipeline.warehouse.day import Row

Fate = Literal["same lane", "other message", "no message", "not replayed"]
#: The longest that is replayed, in days.
LONGEST = 400


@dataclass(frozen=True)
class Moved:
    """One invoice that lies elsewhere: as on the newest day it does, with how often it did."""

    latest: Sorted
    first_on: date
    n_days: int
    """On how many of the days looked at."""

    @property
    def case_id(self) -> str:
        """The case that it leaves."""
        seen = self.latest
        return case_id(seen.customer_id, seen.before.lane, seen.currency)


@dataclass(frozen=True)
class Move:
    """All invoices that move from one rule to another, in one currency."""

    from_lane: Lane
    from_rule: str
    to_lane: Lane
    to_rule: str
    currency: str
    n_invoices: int
    n_cases: int
    open_amount: Decimal
    """Of each invoice once, as on the newest day it lies elsewhere; in `currency`."""


@dataclass(frozen=True)
class Decided:
    """One decision on a draft, and where its invoices would have been on the day."""

    seq: int
    on: date
    case_id: str
    rule: str
    lane: Lane
    verdict: str
    reason: str | None
    is_override: bool
    fate: Fate
    to_lane: Lane | None
    """Of the case's largest invoice that moves; None when none does."""
    to_rule: str | None

    @property
    def is_touched(self) -> bool:
        """Whether the draft would not have been offered as it was."""
        return self.fate in ("other message", "no message")


@dataclass(frozen=True)
class RuleFate:
    """The decisions on one rule's drafts, and what the change would have done to them."""

    rule: str
    decided: int
    overridden: int
    reasons: Mapping[str, int]
    """Reason -> overrides; under "" those without one."""
    overridden_touched: int
    accepted_touched: int
    no_message: int
    """Of all that are touched: those that would have been no message at all."""
    not_replayed: int


@dataclass(frozen=True)
class Replay:
    """Everything that a changed policy would have sorted otherwise."""

    as_of: date
    days: int
    looked_at: tuple[date, ...]
    before: str
    after: str
    """Fingerprints of the two policies."""
    changes: tuple[Change, ...]
    moved: tuple[Moved, ...]
    moves: tuple[Move, ...]
    decided: tuple[Decided, ...]
    rules: tuple[RuleFate, ...]

    @property
    def not_gone(self) -> tuple[Decided, ...]:
        """Approved drafts that would have been no message."""
        went = ("approve", "edit")
        return tuple(d for d in self.decided if d.verdict in went and d.fate == "no message")


def replay(
    pilot: Pilot,
    after: Proposal,
    as_of: date | None = None,
    days: int = 60,
    progress: Progress = lambda _: None,
) -> Replay:
    """The last `days` days, sorted by the pilot's policy and by a changed one.

    Raises WrongCall for a rule that does not fit the books, or for days below 0 or above 400.
    """
    if not 0 <= days <= LONGEST:
        raise WrongCall(f"--days {days}: choose from 0 (the day alone) to {LONGEST}.")
    before, on = as_it_stands(pilot), pilot.as_of(as_of)
    bench = Bench.of(pilot, before, after)
    bench.check(on)
    entries = pilot.entries()
    looked_at = steps(on, days)
    moved = _moved(_watched(bench, looked_at, entries, progress))
    judged = _judged(pilot, on, days)
    decided = tuple(_fates(bench, judged, entries, progress))
    return Replay(
        as_of=on,
        days=days,
        looked_at=tuple(looked_at),
        before=before.policy.fingerprint,
        after=after.policy.fingerprint,
        changes=changes(before, after),
        moved=moved,
        moves=_gathered(moved),
        decided=decided,
        rules=_by_rule(decided),
    )


# --- What moves ----------------------------------------------------------------------------


def _watched(
    bench: Bench, on: Sequence[date], entries: Sequence[Entry], progress: Progress
) -> Iterable[Sorted]:
    for n, day in enumerate(on, 1):
        progress(f"Sorting the desk of {day} ({n} of {len(on)})")
        yield from bench.sort(day, entries).values()


def _moved(seen: Iterable[Sorted]) -> tuple[Moved, ...]:
    """Invoices in another lane, the largest first; `seen` comes oldest day first."""
    times: dict[str, list[Sorted]] = {}
    for invoice in seen:
        if invoice.moves:
            times.setdefault(invoice.invoice_id, []).append(invoice)
    found = [Moved(days[-1], days[0].on, len(days)) for days in times.values()]
    return tuple(sorted(found, key=lambda m: (-m.latest.open_amount, m.latest.invoice_id)))


def _gathered(moved: Iterable[Moved]) -> tuple[Move, ...]:
    groups: dict[tuple[object, ...], list[Moved]] = {}
    for one in moved:
        key = (one.latest.before, one.latest.after, one.latest.currency)
        groups.setdefault(key, []).append(one)
    found = [_move(members) for members in groups.values()]
    return tuple(sorted(found, key=lambda m: (m.currency, -m.open_amount, m.from_rule, m.to_rule)))


def _move(members: Sequence[Moved]) -> Move:
    one = members[0].latest
    return Move(
        from_lane=one.before.lane,
        from_rule=one.before.rule,
        to_lane=one.after.lane,
        to_rule=one.after.rule,
        currency=one.currency,
        n_invoices=len(members),
        n_cases=len({member.case_id for member in members}),
        open_amount=sum((m.latest.open_amount for m in members), Decimal(0)),
    )


# --- What becomes of decided drafts ----------------------------------------------------------


def _judged(pilot: Pilot, as_of: date, days: int) -> list[Row]:
    """The decisions on drafts that stand on the day, of the days replayed, in order."""
    with pilot.day(as_of) as day:
        rows = day.table("judged_decisions")
    first = as_of - timedelta(days=days)
    lately = (row for row in rows if row["on_day"] >= first)
    return sorted(lately, key=lambda row: (row["on_day"], row["seq"]))


def _fates(
    bench: Bench, judged: Sequence[Row], entries: Sequence[Entry], progress: Progress
) -> Iterable[Decided]:
    for on, group in groupby(judged, key=lambda row: row["on_day"]):
        progress(f"Sorting what was decided on {on}")
        rows = list(group)
        # The desk as it lay before the first of that day's decisions changed it.
        first = min(row["seq"] for row in rows)
        desk = bench.sort(on, [entry for entry in entries if entry.seq < first])
        yield from (_decided(row, desk) for row in rows)


def _decided(row: Row, desk: Mapping[str, Sorted]) -> Decided:
    known = [desk[name] for name in row["invoice_ids"] if name in desk]
    his = [invoice for invoice in known if invoice.before.lane == row["lane"]]
    fate = _fate(row, his)
    elsewhere = [invoice for invoice in his if invoice.moves and fate != "not replayed"]
    to = max(elsewhere, key=lambda i: (i.open_amount, i.invoice_id)).after if elsewhere else None
    return Decided(
        seq=row["seq"],
        on=row["on_day"],
        case_id=row["case_id"],
        rule=row["rule"],
        lane=row["lane"],
        verdict=row["verdict"],
        reason=row["reason"],
        is_override=bool(row["is_override"]),
        fate=fate,
        to_lane=to.lane if to else None,
        to_rule=to.rule if to else None,
    )


def _fate(row: Row, his: Sequence[Sorted]) -> Fate:
    """What becomes of a draft about these invoices; a desk that lay otherwise says nothing."""
    if row["rule"] not in {invoice.before.rule for invoice in his}:
        return "not replayed"
    if not any(invoice.moves for invoice in his):
        return "same lane"
    is_message = any(invoice.after.lane in MESSAGE_LANES for invoice in his)
    return "other message" if is_message else "no message"


def _by_rule(decided: Sequence[Decided]) -> tuple[RuleFate, ...]:
    """Rule by rule, the one with most overrides first."""
    rules = {one.rule for one in decided}
    found = [_rule_fate(rule, [d for d in decided if d.rule == rule]) for rule in rules]
    return tuple(sorted(found, key=lambda r: (-r.overridden, -r.decided, r.rule)))


def _rule_fate(rule: str, its: Sequence[Decided]) -> RuleFate:
    overridden = [one for one in its if one.is_override]
    touched = [one for one in its if one.is_touched]
    return RuleFate(
        rule=rule,
        decided=len(its),
        overridden=len(overridden),
        reasons=dict(Counter(one.reason or "" for one in overridden).most_common()),
        overridden_touched=sum(one.is_override for one in touched),
        accepted_touched=sum(not one.is_override for one in touched),
        no_message=sum(one.fate == "no message" for one in touched),
        not_replayed=sum(one.fate == "not replayed" for one in its),
    )
