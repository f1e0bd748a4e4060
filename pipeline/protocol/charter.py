"""The agreement of a pilot, clause by clause, from its settings and from the definitions in use.

A clause is one sentence under one heading, so that a change of any of it can be named.
"""

from __future__ import annotations

import re
from datetime import timedelta

from pipeline.model import Noun, canonical_json, fingerprint
from pipeline.proving.before_after import READ_OUTS
from pipeline.settings import GO_LIVE_DAY, ProtocolSection, Settings
from pipeline.warehouse.day import Day
from pipeline.warehouse.statements import folder

#: The heading of the clause by which the pilot is judged.
RULE = "Decision rule"
_NUMBERS = re.compile(
    r"fall by at least (\S+) days .* within (\S+) business hours, at least (\S+)% of the planted"
)
#: The estimator of record, then the four metrics, by the files that define them.
_DEFINED = ("due_cohorts", "prep_weeks", "weekly_roll", "dispute_routing", "override_weeks")


class Clause(Noun):
    """One thing that was agreed."""

    heading: str
    says: str


class Charter(Noun):
    """The whole agreement."""

    clauses: tuple[Clause, ...]

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of everything agreed."""
        return fingerprint(canonical_json([clause.model_dump() for clause in self.clauses]))

    def differs(self, other: Charter) -> tuple[tuple[str, str, str], ...]:
        """(heading, here, there) of every clause that is not the same in both."""
        here = {clause.heading: clause.says for clause in self.clauses}
        there = {clause.heading: clause.says for clause in other.clauses}
        return tuple(
            (name, here.get(name, ""), there.get(name, ""))
            for name in dict.fromkeys([*here, *there])
            if here.get(name) != there.get(name)
        )


def charter(settings: Settings) -> Charter:
    """What these settings agree to, with the definitions of this version of the product."""
    return Charter(
        clauses=(
            Clause(heading="Pilot", says=_named(settings)),
            Clause(heading="Segment", says=_group(settings.segment.name, settings.segment.where)),
            Clause(
                heading="Compared with",
                says=_group(f"a {settings.control.kind}", settings.control.where),
            ),
            Clause(heading="Days", says=_days(settings)),
            Clause(heading="Windows", says=_windows(settings)),
            Clause(heading="What leaves", says=_leaves(settings)),
            Clause(heading=RULE, says=decision_rule(settings)),
            *_definitions(),
        )
    )


def decision_rule(settings: Settings) -> str:
    """How the pilot is judged, in one sentence that is written before the data."""
    rule = settings.protocol
    return (
        f"Extend if days past due at payment fall by at least {rule.extend_days:g} days against "
        "the comparison with a 95 % interval that excludes none, half of the disputes reach their "
        f"owner within {rule.dispute_hours:g} business hours, at least {rule.seeds_caught:.0%} of "
        "the planted defects are caught, and no message did harm; stop if the days rose with an "
        "interval that excludes none, or a message did harm; else hold and say what is missing."
    )


def rule_numbers(text: str) -> ProtocolSection | None:
    """The numbers of a decision rule as it was written; None when its words are not ours.

    A rule that says anything else than `decision_rule` would say of these numbers is not judged.
    """
    found = _NUMBERS.search(text)
    if found is None:
        return None
    try:
        days, hours, percent = (float(number) for number in found.groups())
        numbers = ProtocolSection(extend_days=days, dispute_hours=hours, seeds_caught=percent / 100)
    except ValueError:
        return None
    return numbers if decision_rule(Settings(protocol=numbers)) == text else None


def members(day: Day, settings: Settings) -> dict[str, int]:
    """Customers of the segment and of the comparison on a day."""
    found = {"segment": 0, "comparison": 0}
    if settings.segment.where:
        found["segment"] = len(day.metric("arm_customers", customers="SEGMENT").rows)
    if settings.control.where:
        found["comparison"] = len(day.metric("arm_customers", customers="CONTROL").rows)
    return found


def _named(settings: Settings) -> str:
    pilot = settings.pilot
    who = f"“{pilot.name or 'unnamed'}” at {pilot.company or 'a company that is not named'}"
    return f"{who}; figures in {pilot.currency or 'the currency of the books'}."


def _group(name: str, where: str) -> str:
    if not where:
        return "not chosen."
    return f"{name or 'unnamed'}: customers where {where}."


def _days(settings: Settings) -> str:
    start = settings.pilot.started_on
    if start is None:
        return "no day 0 is set."
    outs = ", ".join(f"day {n} at the close of {start + timedelta(days=n - 1)}" for n in READ_OUTS)
    return (
        f"Day 0 is {start}. Days 1 to 30 measure and send nothing; go-live is "
        f"{start + timedelta(days=GO_LIVE_DAY)}; the read-outs are {outs}, and no other day's "
        "figure decides."
    )


def _windows(settings: Settings) -> str:
    said = [
        f"{name} {window[0]} to {window[1]}"
        for name, window in (
            ("selection", settings.windows.selection),
            ("baseline", settings.windows.baseline),
        )
        if window
    ]
    return ("; ".join(said) or "neither selection nor baseline is set") + "."


def _leaves(settings: Settings) -> str:
    outbox = settings.outbox
    how = "as .eml files" if outbox.kind == "eml" else f"by the mail server {outbox.host}"
    return (
        f"Only what a named person approved, {how}, at most one message to an account in "
        f"{outbox.gap_days} days; above {outbox.second_person_above:,.2f} an edited message wants "
        "a second person."
    )


def _definitions() -> tuple[Clause, ...]:
    found = folder("metrics")
    return tuple(
        Clause(
            heading=f"Metric: {found[name].headers['title']}",
            says=f"In {found[name].headers['unit']}. {found[name].meaning}",
        )
        for name in _DEFINED
    )
