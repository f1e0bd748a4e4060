"""What is measured before the pilot goes on: value, target, and what is missing, per phase.

A criterion that nobody can tell yet is not met: unknown is never permission. Every number is a
setting, in [phases] or [protocol].
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, Literal

from pipeline.disputing.routes import ACCOUNT_OWNER, REASONS, route_of, taker
from pipeline.holdout.likeness import likeness
from pipeline.model import CountbackError, Entry, Noun
from pipeline.outbox import delivery
from pipeline.pilot import Pilot
from pipeline.protocol import charter, signed
from pipeline.proving import before_after, four_metrics
from pipeline.proving.before_after import READ_OUTS, latest_read_out
from pipeline.segments import own_segment_gates
from pipeline.segments.gates import HELD_AT_LEAST
from pipeline.settings import Settings
from pipeline.statistics import wilson
from pipeline.timing import timing_sample
from pipeline.warehouse.day import Day, Row, Scope
from pipeline.what_next.conditions import no_harm
from pipeline.what_next.harm import harm

State = Literal["met", "not met", "not known"]


class Criterion(Noun):
    """One thing that has to be so before the pilot goes on."""

    phase: str
    """The phase that it lets the pilot leave."""
    name: str
    value: str
    target: str
    state: State
    missing: str = ""
    """What is missing, as one sentence; empty when it is met."""


def criteria(day: Day, pilot: Pilot, entries: Sequence[Entry]) -> dict[str, tuple[Criterion, ...]]:
    """The criteria of every phase, measured on the day."""
    settings = pilot.settings
    known = [entry for entry in entries if entry.on_day <= day.as_of]
    return {
        "instrument": tuple(_instrument(day, settings, known)),
        "copilot": tuple(_copilot(day, pilot, known)),
        "cadence": tuple(_cadence(day, settings)),
    }


def _one(
    phase: str, name: str, value: str, target: str, is_met: bool | None, missing: str
) -> Criterion:
    state: State = "not known" if is_met is None else ("met" if is_met else "not met")
    said = "" if is_met else missing
    return Criterion(phase=phase, name=name, value=value, target=target, state=state, missing=said)


# --- instrument: is the baseline worth comparing with? -----------------------------------------


def _instrument(day: Day, settings: Settings, entries: Sequence[Entry]) -> Iterator[Criterion]:
    yield _agreed(settings, entries)
    yield _gates(day, settings)
    yield _baseline(settings)
    yield _comparison(day, settings)
    yield _timed(day, settings)
    yield _routes(day, settings)


def _agreed(settings: Settings, entries: Sequence[Entry]) -> Criterion:
    stands = signed(entries)
    name, target = "protocol", "signed, and settings as signed"
    if stands is None:
        return _one(
            "instrument", name, "not signed", target, False, "Sign it under Prepare › Protocol."
        )
    n = len(stands.charter.differs(charter(settings)))
    said = f"signed by {stands.by} on {stands.on_day}"
    return _one(
        "instrument",
        name,
        said if not n else f"{said}; {n} clause(s) not as signed",
        target,
        not n,
        "Put the settings back, or record why they changed under Prepare › Protocol.",
    )


def _gates(day: Day, settings: Settings) -> Criterion:
    name, target = "segment", "passes all six gates"
    if not settings.segment.where:
        missing = "Choose a segment under Prepare › Segment."
        return _one("instrument", name, "not chosen", target, False, missing)
    try:
        gates = own_segment_gates(day, settings)
    except CountbackError as error:
        return _one("instrument", name, "cannot be weighed", target, None, str(error))
    if not gates:
        missing = "Nobody who was billed lately is in it: choose another segment."
        return _one("instrument", name, "empty", target, False, missing)
    failed = [gate for gate in gates if not gate.ok]
    value = f"passes {len(gates) - len(failed)} of {len(gates)}"
    said = " ".join(f"Gate {gate.gate}: {gate.because}" for gate in failed)
    return _one("instrument", name, value, target, not failed, said)


def _baseline(settings: Settings) -> Criterion:
    wanted = settings.phases.baseline_days
    name, target = "baseline", f"at least {wanted} days, none shared with the selection"
    window = settings.windows.baseline
    if window is None:
        missing = "Set [windows] baseline in pilot.toml."
        return _one("instrument", name, "not set", target, False, missing)
    days = (window[1] - window[0]).days + 1
    missing = settings.overlap or f"{wanted - days} more days are needed before the selection ends."
    is_met = days >= wanted and not settings.overlap
    return _one("instrument", name, f"{days} days", target, is_met, missing)


def _comparison(day: Day, settings: Settings) -> Criterion:
    name, target = "comparison", "chosen, apart from the pilot, as many customers"
    if not settings.control.where:
        missing = "Choose a control, or draw a holdout, under Prepare › Segment."
        return _one("instrument", name, "not chosen", target, False, missing)
    alike = likeness(day, settings)
    inside, outside = alike["pilot_customers"], alike["control_customers"]
    wanted = HELD_AT_LEAST * inside if settings.control.kind == "holdout" else inside
    value = f"a {settings.control.kind}: {outside} for {inside}"
    wrong = _not_apart(alike)
    is_met = bool(inside) and outside >= wanted and not wrong
    missing = wrong or "Take more customers into it."
    return _one("instrument", name, value, target, is_met, missing)


def _not_apart(alike: dict[str, Any]) -> str:
    """Who is in pilot and control both, or shares a parent with the other side."""
    if alike["in_both"]:
        return f"Segment and control both name {', '.join(alike['in_both'][:3])}: carve them out."
    if alike["siblings"]:
        named = ", ".join(alike["siblings"][:3])
        return f"The control holds {named}, who share a parent with the pilot: carve them out."
    return ""


def _timed(day: Day, settings: Settings) -> Criterion:
    found = timing_sample(day, settings)
    wanted = settings.phases.timed_items
    name, target = "timed follow-ups", f"at least {wanted} by each collector"
    if not found["collectors"]:
        missing = found.get("why") or "Time manual follow-ups on the Queue, or load prep_log.csv."
        return _one("instrument", name, "none", target, False, missing)
    value = ", ".join(f"{each['collector']} {each['n']}" for each in found["collectors"])
    short = [each for each in found["collectors"] if each["missing"]]
    lacking = ", ".join(f"{each['collector']} {each['missing']}" for each in short)
    return _one("instrument", name, value, target, not short, f"Still to be timed: {lacking}.")


def _routes(day: Day, settings: Settings) -> Criterion:
    """Whether each reason for a dispute has somebody to go to; account owners are gate 5."""
    people = day.metric("people_now").rows
    codes = [*REASONS, *(code for code in settings.disputes if code not in REASONS)]
    without = [code for code in codes if not _is_routed(code, settings, people)]
    n = len(codes) - len(without)
    return _one(
        "instrument",
        "dispute owners",
        f"{n} of {len(codes)} reasons",
        "every reason has an owner who is still here",
        not without,
        f"Name an owner in [disputes] for {', '.join(without)}.",
    )


def _is_routed(code: str, settings: Settings, people: Sequence[Row]) -> bool:
    line = route_of(code, settings)
    if ACCOUNT_OWNER in (line.owner, line.backup):
        return True
    return taker({"reason": code, "account_owner": None}, settings, people).owner is not None


# --- copilot: do the drafts get better, and do people still read? ------------------------------


def _copilot(day: Day, pilot: Pilot, entries: Sequence[Entry]) -> Iterator[Criterion]:
    settings = pilot.settings
    try:
        found = four_metrics(day, settings)
    except CountbackError as error:
        yield _one("copilot", "four metrics", "cannot be computed", "computed", None, str(error))
        return
    rate = found["override_rate"]
    yield _overrides(rate, settings)
    yield _seeds(rate.get("attention"), settings)
    yield _disputes(found["dispute_hours"], settings)
    yield _work(found["prep_minutes"].get("human_minutes_per_resolved"))
    yield _harm(day, settings)
    yield _record(pilot, entries)


def _overrides(rate: dict[str, Any], settings: Settings) -> Criterion:
    below = settings.phases.overrides_below
    n, k = rate.get("n", 0), rate.get("k", 0)
    value = f"{rate['verdict']} ({k} of {n} drafts)" if n else "no draft was decided"
    ends = wilson(k, n) if n else None
    is_low = ends is not None and ends[1] <= below
    known = {"falling": True, "not falling": False}.get(rate["verdict"])
    return _one(
        "copilot",
        "override rate",
        value,
        f"falling, or surely below {below:.0%}",
        True if is_low else known,
        rate["sentence"],
    )


def _seeds(attention: dict[str, Any] | None, settings: Settings) -> Criterion:
    share, wanted = settings.protocol.seeds_caught, settings.phases.seeds
    seeded = attention["seeded"] if attention else {}
    n, caught = int(seeded.get("n", 0)), int(seeded.get("caught", 0))
    is_met = None if n < wanted else caught / n >= share
    missing = (
        f"{wanted - n} more planted defects have to be answered before the share says anything."
        if n < wanted
        else "Reviewers miss too many: review together what was missed before going on."
    )
    return _one(
        "copilot",
        "planted defects",
        f"{caught} of {n} caught",
        f"at least {share:.0%} of {wanted} or more",
        is_met,
        missing,
    )


def _disputes(found: dict[str, Any], settings: Settings) -> Criterion:
    limit = settings.protocol.dispute_hours
    median = found["median_business"]
    value = f"no median of {found['n']}" if median is None else f"{median:.1f} h, n = {found['n']}"
    missing = (
        f"No median yet: {(found.get('why') or 'no dispute was flagged').rstrip('.')}."
        if median is None
        else "Half of the disputes wait longer: look at Work › Disputes for whom they wait."
    )
    is_met = None if median is None else median <= limit
    target = f"half at their owner within {limit:g} business hours"
    return _one("copilot", "dispute hours", value, target, is_met, missing)


def _work(found: dict[str, Any] | None) -> Criterion:
    verdict = found["verdict"] if found else "cannot tell"
    known = {"shrank": True, "moved the queue": False}.get(verdict)
    said = found["sentence"] if found else "Cannot tell: no work was timed."
    value = f"{verdict} ({found['label']})" if found else verdict
    return _one("copilot", "net human work", value, "shrank, not only moved", known, said)


def _harm(day: Day, settings: Settings) -> Criterion:
    """The same harm that the decision rule asks about, counted since go-live."""
    scope: Scope = "SEGMENT" if settings.segment.where else "ALL"
    found = harm(day, settings, scope)
    judged = no_harm(found)
    known = {"met": True, "not met": False}.get(judged.state)
    value = f"{found.harmed} of {found.n} did harm"
    ask = "Ask what happened." if found.harmed else judged.would_change
    return _one("copilot", "harmful messages", value, "none", known, f"{judged.sentence} {ask}")


def _record(pilot: Pilot, entries: Sequence[Entry]) -> Criterion:
    name, target = "record", "holds, and no hand-over is in doubt"
    if not pilot.record.exists():
        return _one("copilot", name, "nothing recorded", target, None, "Nothing was done yet.")
    with closing(pilot.ledger()) as ledger:
        checked = ledger.verify()
    if not checked.ok:
        return _one("copilot", name, "broken", target, False, checked.why)
    doubtful = sorted(
        {
            claim.subject
            for claim in entries
            if claim.kind == "handing_over"
            and delivery(
                [e for e in entries if e.subject == claim.subject], str(claim.payload["event_id"])
            ).is_open
        }
    )
    return _one(
        "copilot",
        name,
        f"{checked.entries} entries hold; {len(doubtful)} in doubt",
        target,
        not doubtful,
        f"Say under Work › Outbox whether these left: {', '.join(doubtful)}.",
    )


# --- cadence: what the pilot came to -----------------------------------------------------------


def _cadence(day: Day, settings: Settings) -> Iterator[Criterion]:
    latest = latest_read_out(settings, day.as_of) or 0
    for number in READ_OUTS:
        yield _read_out(day, settings, number, is_over=number <= latest)


def _read_out(day: Day, settings: Settings, number: int, *, is_over: bool) -> Criterion:
    name, target = f"read-out of day {number}", "computed, whatever it says"
    if not is_over:
        missing = f"Its days are not over yet: it is made at the close of day {number}."
        return _one("cadence", name, "not due", target, None, missing)
    try:
        found = before_after(day, settings, number, with_checks=False)
    except CountbackError as error:
        return _one("cadence", name, "cannot be made", target, None, str(error))
    is_made = found["verdict"] != "refused"
    return _one("cadence", name, found["verdict"], target, is_made, found["sentence"])
