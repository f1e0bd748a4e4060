"""What a session shows: people against the policy, people against each other, case by case."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from pipeline.model import Entry, Lane
from pipeline.pilot import Pilot
from pipeline.routing import guard_names
from pipeline.sorting_session.cards import day_of
from pipeline.sorting_session.moving import what_would_move
from pipeline.sorting_session.sessions import Part, Sampled, SortingSession
from pipeline.statistics.agreement import Agreement, agreement, one_against_rest
from pipeline.warehouse.day import Row

_RE_ROUTED = "re-routed by a person"


def result(pilot: Pilot, session: SortingSession, entries: Sequence[Entry]) -> dict[str, Any]:
    """The `sorting` verb's object: of the parts that are closed, and of nothing else."""
    parts = session.closed
    apart = _disagreements(pilot, session, entries)
    return {
        "session": session.session_id,
        "on_day": session.on_day,
        "opened_by": session.opened_by,
        "opened_at": session.opened_at,
        "seed": session.seed,
        "policy": session.policy,
        "n": len(session.sample),
        "people": [_person(part, session) for part in session.parts],
        "with_policy": [_with_policy(part, session) for part in parts],
        "between_people": [_between(a, b, session) for a, b in combinations(parts, 2)],
        "disagreements": apart,
        "answers": [_answers(one, parts) for one in session.sample],
    }


def _person(part: Part, session: SortingSession) -> dict[str, Any]:
    return {
        "person": part.person,
        "sorted": len(part.sorted),
        "skipped": len(part.answers) - len(part.sorted),
        "left": len(session.left(part.person)),
        "is_closed": part.is_closed,
        "has_seen": part.has_seen,
    }


def _with_policy(part: Part, session: SortingSession) -> dict[str, Any]:
    judged = [one for one in session.sample if one.invoice_id in part.sorted]
    mine = [part.sorted[one.invoice_id] for one in judged]
    whole = shown(agreement(mine, [one.lane for one in judged]))
    rules = dict.fromkeys((one.rule, one.lane) for one in judged)
    by_rule = [_rule(rule, lane, judged, part) for rule, lane in rules]
    return {
        "person": part.person,
        **whole,
        "by_rule": sorted(by_rule, key=lambda one: (one["k"] - one["n"], one["rule"])),
    }


def _rule(rule: str, lane: Lane, judged: Sequence[Sampled], part: Part) -> dict[str, Any]:
    """One rule: its own invoices, against those that other lanes' rules decided.

    On its own invoices the policy gives one answer, which leaves nothing for kappa to compare.
    """
    own = [one for one in judged if one.rule == rule and one.lane == lane]
    others = [one for one in judged if one.lane != lane]
    mine = [part.sorted[one.invoice_id] for one in (*own, *others)]
    theirs = [one.lane for one in (*own, *others)]
    whole = one_against_rest(mine, theirs, lane)
    kept = agreement([part.sorted[one.invoice_id] for one in own], [lane] * len(own))
    verdict = whole.verdict if len(own) >= 3 or whole.verdict == "cannot tell" else "cannot tell"
    return {
        "rule": rule,
        "lane": lane,
        "n": kept.n,
        "k": kept.k,
        "share": kept.share,
        "low": kept.share_ci[0] if kept.share_ci else None,
        "high": kept.share_ci[1] if kept.share_ci else None,
        "kappa": whole.kappa,
        "kappa_low": whole.kappa_ci[0] if whole.kappa_ci else None,
        "kappa_high": whole.kappa_ci[1] if whole.kappa_ci else None,
        "verdict": verdict,
        "is_fixed": rule in guard_names(),
    }


def _between(a: Part, b: Part, session: SortingSession) -> dict[str, Any]:
    both = [
        one.invoice_id
        for one in session.sample
        if one.invoice_id in a.sorted and one.invoice_id in b.sorted
    ]
    found = agreement([a.sorted[name] for name in both], [b.sorted[name] for name in both])
    return {"first": a.person, "second": b.person, **shown(found)}


def shown(found: Agreement) -> dict[str, Any]:
    """An agreement as plain values; shares and kappa with their 95% intervals."""
    return {
        "n": found.n,
        "k": found.k,
        "share": found.share,
        "low": found.share_ci[0] if found.share_ci else None,
        "high": found.share_ci[1] if found.share_ci else None,
        "kappa": found.kappa,
        "kappa_low": found.kappa_ci[0] if found.kappa_ci else None,
        "kappa_high": found.kappa_ci[1] if found.kappa_ci else None,
        "verdict": found.verdict,
        "sentence": sentence(found),
    }


def sentence(found: Agreement) -> str:
    """The agreement in one sentence, never a number alone."""
    if not found.n:
        return "Cannot tell: nothing was sorted by both."
    said = f"{found.k} of {found.n} alike"
    if found.kappa is not None and found.kappa_ci is not None:
        low, high = found.kappa_ci
        said += f", kappa {found.kappa:.2f} (95% from {low:.2f} to {high:.2f})"
    words = {"agree": "They agree", "do not agree": "They do not agree"}
    return f"{words.get(found.verdict, 'Cannot tell')}: {said}. {found.why}"


def _answers(one: Sampled, parts: Sequence[Part]) -> dict[str, Any]:
    said = {part.person: part.answers.get(one.invoice_id) for part in parts}
    return {"invoice_id": one.invoice_id, "lane": one.lane, "rule": one.rule, "sorted": said}


def _disagreements(
    pilot: Pilot, session: SortingSession, entries: Sequence[Entry]
) -> list[dict[str, Any]]:
    apart = [
        (one, part.person, part.sorted[one.invoice_id])
        for part in session.closed
        for one in session.sample
        if part.sorted.get(one.invoice_id, one.lane) != one.lane
    ]
    if not apart:
        return []
    with day_of(pilot, session, tuple(entries)) as day:
        desk = pilot.desk(day)
        wanted = [(one.invoice_id, lane) for one, _, lane in apart]
        moves = what_would_move(day, desk, list(dict.fromkeys(wanted)))
        because = {route.invoice_id: route.because for route in desk.routes}
        return [
            {
                "invoice_id": one.invoice_id,
                "customer": _customer(desk.rows.get(one.invoice_id)),
                "person": person,
                "sorted": lane,
                "lane": one.lane,
                "rule": one.rule,
                "because": because.get(one.invoice_id, ""),
                "changes": _told(one, lane, moves.get((one.invoice_id, lane), ())),
            }
            for one, person, lane in apart
        ]


def _customer(row: Row | None) -> str:
    return row["customer_name"] if row else ""


def _told(one: Sampled, lane: Lane, changes: Sequence[Any]) -> list[str]:
    """What would move the case, one sentence each; why nothing does, when nothing does."""
    if one.rule in guard_names():
        return [f"Nothing: “{one.rule}” always stands, no policy lifts it; only the fact can."]
    if one.rule == _RE_ROUTED:
        return ["Nothing in the policy: a person had moved it there."]
    if not changes:
        said = (
            f"No single change would do it: a rule for this lane ({lane}) that looks at what was "
        )
        return [f"{said}seen here would have to be written above “{one.rule}”."]
    return [f"{change.words}; {_others(change.also_moves)}." for change in changes]


def _others(n: int) -> str:
    if not n:
        return "moves nothing else that is open"
    return f"moves {n} other open invoice{'' if n == 1 else 's'} as well"
