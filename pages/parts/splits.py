"""The day's cases in splits: every open invoice is in exactly one of them."""

from __future__ import annotations

from typing import Literal

from pages.parts.session import Session
from pages.parts.wording import LANE_TITLES
from pipeline.deciding import standing_decision
from pipeline.holdout import why_held
from pipeline.model import Case, Entry
from pipeline.warehouse.corrections import voided

Split = Literal[
    "routine", "relationship", "blocked", "disputed", "hands_off", "waiting", "not_due", "decided"
]
SPLIT_TITLES: dict[str, str] = {**LANE_TITLES, "decided": "Decided today"}
#: The splits that ask something of a person.
NEED_A_PERSON = ("routine", "relationship", "blocked", "disputed", "hands_off")
ARMS = {"SEGMENT": "Pilot segment", "CONTROL": "Comparison", "OUTSIDE": "Outside both"}


def splits(here: Session) -> dict[str, list[Case]]:
    """Every case of the day in its split, most value first."""
    found: dict[str, list[Case]] = here.kept("splits", lambda: _splits(here))
    return found


def _splits(here: Session) -> dict[str, list[Case]]:
    decided = decided_today(here)
    found: dict[str, list[Case]] = {name: [] for name in SPLIT_TITLES}
    for case in here.desk.cases:
        found["decided" if case.case_id in decided else case.lane].append(case)
    return found


def decided_today(here: Session) -> dict[str, Entry]:
    """Case -> the decision on it that stands and was taken on this very day.

    An approval whose address was stopped since is void: its case is back among the others.
    """
    void = here.kept("void", lambda: {row["event_id"] for row in voided(here.day)})
    by_case: dict[str, list[Entry]] = {}
    for entry in here.entries:
        by_case.setdefault(entry.subject, []).append(entry)
    standing = {case_id: standing_decision(about) for case_id, about in by_case.items()}
    return {
        case_id: e
        for case_id, e in standing.items()
        if e and e.on_day == here.as_of and e.event_id not in void
    }


def needing_a_person(found: dict[str, list[Case]]) -> list[Case]:
    """The cases that ask something of a person today, most value first.

    Where nothing is past due yet, nothing is asked.
    """
    asked = [case for name in NEED_A_PERSON for case in found[name] if is_due(case)]
    return sorted(asked, key=lambda case: (-case.value, case.case_id))


def is_due(case: Case) -> bool:
    """Whether something of the case is past due, or nobody knows when it is."""
    return case.days_past_due is None or case.days_past_due > 0


def matching(here: Session, cases: list[Case], search: str, arm: str | None) -> list[Case]:
    """The cases that hold all the words searched for, of one arm of the pilot.

    The very same list when nothing is searched for.
    """
    words = search.casefold().split()
    if not words and not arm:
        return cases
    return [
        case
        for case in cases
        if (not arm or arm_of(here, case) == arm)
        and all(word in _searchable(case) for word in words)
    ]


def arm_of(here: Session, case: Case) -> str:
    """SEGMENT, CONTROL or OUTSIDE."""
    return str(here.desk.rows[case.invoice_ids[0]]["arm"])


def _searchable(case: Case) -> str:
    said = (case.customer_name, case.customer_id, case.rule, case.because, *case.invoice_ids)
    return " ".join(said).casefold()


def blocked_by(here: Session, case: Case) -> list[str]:
    """The sentences of everything that stops a message in this case, each once."""
    routes = here.desk.routes_of(case.case_id)
    found = list(dict.fromkeys(b.sentence for route in routes for b in route.blockers))
    parent_id = here.desk.rows[case.invoice_ids[0]]["parent_id"]
    drawn = here.kept("lots drawn", lambda: _lots_drawn(here))
    held = why_held(drawn, here.pilot.settings, here.as_of, case.customer_id, parent_id)
    return [held, *found] if held else found


def _lots_drawn(here: Session) -> list[Entry]:
    """All that the record says about the holdout."""
    return [entry for entry in here.entries if entry.kind.startswith("holdout_")]


def also_fired(here: Session, case: Case) -> list[str]:
    """The other rules that fired in this case, with their sentences, each once."""
    routes = here.desk.routes_of(case.case_id)
    return list(dict.fromkeys(f"{r.rule}: {r.because}" for route in routes for r in route.also))
