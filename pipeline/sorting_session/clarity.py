"""How clear the sorting is to people: what the newest closed session says, for other figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.model import Entry
from pipeline.sorting_session.sessions import SortingSession, sessions

#: Fewer invoices than this, sorted by both, measure nothing.
FEWEST_SORTED = 20


@dataclass(frozen=True)
class Clarity:
    """Of `n` invoices, `k` were sorted alike; `who` names the two judges."""

    session_id: str
    k: int
    n: int
    who: str


def routing_clarity(entries: Sequence[Entry]) -> Clarity | None:
    """Two people's answers where a session has them, else one person's beside the policy's.

    Of the newest session in which at least twenty invoices were sorted by both; None without.
    """
    for session in reversed(sessions(entries)):
        found = _between_people(session) or _with_policy(session)
        if found and found.n >= FEWEST_SORTED:
            return found
    return None


def _between_people(session: SortingSession) -> Clarity | None:
    if len(session.closed) < 2:
        return None
    first, second = session.closed[:2]
    both = first.sorted.keys() & second.sorted.keys()
    k = sum(first.sorted[name] == second.sorted[name] for name in both)
    return Clarity(session.session_id, k, len(both), f"{first.person} and {second.person}")


def _with_policy(session: SortingSession) -> Clarity | None:
    if not session.closed:
        return None
    part = session.closed[0]
    judged = [one for one in session.sample if one.invoice_id in part.sorted]
    k = sum(part.sorted[one.invoice_id] == one.lane for one in judged)
    return Clarity(session.session_id, k, len(judged), f"{part.person} and the policy")
