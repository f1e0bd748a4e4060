"""What a candidate must pass before its score counts; a fail says why (metrics 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pipeline.model import CURRENCIES
from pipeline.segments.candidates import Candidate
from pipeline.statistics import Detectable
from pipeline.statistics.power import CONTROLS
from pipeline.warehouse.day import Row

#: The read-out on which a pilot is decided, and by which its power is judged.
DECIDED_ON = 90
#: Fewer pilot invoices due in the window than this carry no interval.
FEWEST_INVOICES = 80
#: Days past due that would pay, while finance has not said.
ASSUMED_DAYS = 3.0
#: A holdout drawn one for two leaves half as many, less what rounding by strata takes.
HELD_AT_LEAST = 0.4
#: Month-ends at which the books must tie.
MONTH_ENDS = 3
NAMES = (*("ledger ties", "power", "no top ten", "windows", "owners", "control"),)


class Gate(NamedTuple):
    """One gate (1-6): passed or not, and the reason."""

    gate: int
    name: str
    ok: bool
    because: str


def ledger_gate(ties: Sequence[Row], currencies: Sequence[str]) -> Gate:
    """1: rebuilt books within 0.5% of the control account on three month-ends, per currency."""
    off = [row for row in ties if not row["is_ok"]]
    if off:
        worst = off[0]
        return _gate(
            1,
            f"On {worst['as_of']} the books hold {worst['books_amount']:,.2f} {worst['currency']} "
            f"and the ledger {worst['control_amount']:,.2f}: more than 0.5% apart.",
        )
    for name in currencies:
        known = len({row["as_of"] for row in ties if row["currency"] == name})
        if known < MONTH_ENDS and name in CURRENCIES:
            return _gate(
                1,
                f"Control totals of {known} month-ends are known in {name}, {MONTH_ENDS} are "
                "needed: load control_totals.csv.",
            )
    days = sorted({str(row["as_of"]) for row in ties})[-MONTH_ENDS:]
    return _gate(1, f"Books and ledger tie within 0.5% on {', '.join(days)}.", ok=True)


def windows_gate(fault: str, selection: str, baseline: str) -> Gate:
    """4: the selection window ends before the baseline starts."""
    said = f"Selection {selection}, baseline {baseline}: they share no day."
    return _gate(4, fault or said, ok=not fault)


def own_gates(
    candidate: Candidate,
    due60: int,
    powers: Mapping[int, Detectable],
    worthwhile: float | None,
) -> list[Gate]:
    """2, 3, 5 and 6: what depends on the candidate itself."""
    return [
        _power(due60, powers[DECIDED_ON], worthwhile),
        _top_ten(candidate),
        _owners(candidate),
        _control(candidate),
    ]


def _gate(number: int, because: str, *, ok: bool = False) -> Gate:
    return Gate(number, NAMES[number - 1], ok, because)


def _power(due60: int, power: Detectable, worthwhile: float | None) -> Gate:
    pays = ASSUMED_DAYS if worthwhile is None else worthwhile
    told = "finance says would pay" if worthwhile is not None else "are assumed to pay"
    if due60 < FEWEST_INVOICES:
        return _gate(
            2,
            f"Too small to tell: {due60} invoices fall due in 60 days, and fewer than "
            f"{FEWEST_INVOICES} carry no interval.",
        )
    if power.days is None:
        return _gate(2, f"Cannot tell: {power.why}.")
    if power.days > pays:
        return _gate(
            2,
            f"Too small to tell: at day {DECIDED_ON} it could see {power.days:.1f} days, and "
            f"{pays:.1f} {told}.",
        )
    return _gate(
        2,
        f"At day {DECIDED_ON} it could see {power.days:.1f} days, and {pays:.1f} {told}.",
        ok=True,
    )


def _top_ten(candidate: Candidate) -> Gate:
    if not candidate.top_ten:
        return _gate(3, "None of the company's ten largest customers is inside.", ok=True)
    named = _some(candidate.top_ten)
    if candidate.is_as_set:
        return _gate(3, f"The company's ten largest are inside: {named}; carve them out by name.")
    return _gate(3, f"Of the company's ten largest, carved out by name: {named}.", ok=True)


def _owners(candidate: Candidate) -> Gate:
    without = [row["customer_id"] for row in candidate.pilot if not row["has_active_owner"]]
    if not without:
        return _gate(5, "Every account has an owner who is still here.", ok=True)
    verb = "has" if len(without) == 1 else "have"
    return _gate(5, f"{_some(without)} {verb} no owner who is still here: name one.")


def _control(candidate: Candidate) -> Gate:
    inside, outside = len(candidate.pilot), len(candidate.control)
    if candidate.is_as_set and candidate.siblings:
        return _gate(
            6,
            f"The control holds siblings of pilot customers (same parent): "
            f"{_some(candidate.siblings)}; carve them out by name.",
        )
    if candidate.is_holdout and HELD_AT_LEAST * inside <= outside:
        said = f"{outside} customers of the segment wait, {inside} are in the pilot, drawn by lot."
        return _gate(6, said, ok=True)
    if outside < inside:
        return _gate(6, f"{outside} control customers for {inside} in the pilot: too few.")
    short = "" if outside >= CONTROLS * inside else f" ({CONTROLS} for each are better)"
    return _gate(6, f"{outside} control customers for {inside} in the pilot{short}.", ok=True)


def _some(names: Sequence[str]) -> str:
    """The first three names, and how many more there are."""
    more = len(names) - 3
    return ", ".join(sorted(names)[:3]) + (f" and {more} more" if more > 0 else "")
