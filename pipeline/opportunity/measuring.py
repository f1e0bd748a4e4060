"""What the loaded books say about collections as a candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pipeline.figures import aging, missing_rates
from pipeline.model import Entry
from pipeline.opportunity.scoring import Known
from pipeline.proving.four_metrics import override_rate, prep_minutes
from pipeline.roi.inputs import SORTS, Input, prefilled
from pipeline.roi.measuring import counted
from pipeline.roi.reckoning import reckon
from pipeline.roi.spread import bases
from pipeline.settings import Settings
from pipeline.sorting_session import routing_clarity
from pipeline.statistics.intervals import wilson
from pipeline.warehouse.day import Day

#: Follow-ups by hand that make a baseline.
BASELINE = 60
#: Shares are taken at the lower end of this interval, so that a small clean book wins nothing.
_LEVEL = 0.8
_FEWEST = 20


def measured(day: Day, settings: Settings, entries: Sequence[Entry] = ()) -> dict[str, Known]:
    """Every component of collections that the books can answer, for the whole company.

    `entries`: the record, for what people sorted by instinct.
    """
    inputs = counted(day, settings, "ALL")
    found = {
        "volume": _volume(inputs),
        "data_trust": _data_trust(day),
        "routing_clarity": _routing_clarity(day, settings, entries),
        "ownership": _ownership(day, settings),
        "money": _money(day, inputs),
    }
    return {name: fact for name, fact in found.items() if fact is not None}


def _volume(inputs: Mapping[str, Input]) -> Known | None:
    """Hours a month by hand: the ROI calculator's, once its accounts and minutes were measured."""
    if not {"accounts", "invoices", "minutes_per_account"} <= inputs.keys():
        return None
    base = bases({name: inputs.get(name) or prefilled(name) for name in SORTS})
    cycles = base["cycles_per_month"]
    hours = reckon(base).hours_before * cycles
    source = f"Accounts past due and minutes by hand as measured, {cycles:f} cycles a month assumed"
    return Known(value=float(hours), tag="measured", source=source)


def _data_trust(day: Day) -> Known | None:
    rows = day.metric("open_data_trust").rows
    if not rows:
        return None
    n, k = rows[0]["customers"], rows[0]["with_all"]
    source = (
        f"{k} of {n} customers with open invoices have a contact confirmed within 90 days, an "
        "owner who is here, and terms that agree; lower end of the 80% interval"
    )
    return _pessimistic(k, n, source)


def _pessimistic(k: int, n: int, source: str) -> Known | None:
    ends = wilson(k, n, _LEVEL)
    return Known(value=ends[0], tag="measured", source=source) if ends else None


def _routing_clarity(day: Day, settings: Settings, entries: Sequence[Entry]) -> Known | None:
    """What two judged alike in a sorting session; else how often a person kept the play."""
    found = routing_clarity([entry for entry in entries if entry.on_day <= day.as_of])
    if found:
        source = (
            f"{found.who} sorted {found.k} of {found.n} invoices alike in session "
            f"{found.session_id}; lower end, 80%"
        )
        return _pessimistic(found.k, found.n, source)
    decided = override_rate(day, settings, "ALL")
    weeks = decided["weeks"]
    n, moved = (sum(week[key] for week in weeks) for key in ("n", "routing"))
    if n < _FEWEST:
        return None
    source = (
        f"In {n - moved} of {n} decided drafts the person kept the play; lower end, 80%. "
        f"{decided['attention']['sentence']}"
    )
    return _pessimistic(n - moved, n, source)


def _ownership(day: Day, settings: Settings) -> Known | None:
    """Half for whoever supervises or decides by name, half for sixty timed follow-ups."""
    baseline = prep_minutes(day, settings, "ALL")["baseline"]["n"]
    items = day.metric("work_items").rows
    has_owner = any(item["kind"] == "supervision" for item in items)
    has_owner = has_owner or bool(day.metric("override_decisions").rows)
    if not baseline and not has_owner:
        return None
    value = 0.5 * has_owner + 0.5 * min(1.0, baseline / BASELINE)
    owner = "somebody supervises or decides by name" if has_owner else "nobody decides yet"
    source = f"{baseline} follow-ups timed by hand ({BASELINE} make a baseline); {owner}"
    return Known(value=value, tag="measured", source=source)


def _money(day: Day, inputs: Mapping[str, Input]) -> Known | None:
    """Past-due share of what is open, times a year's billings."""
    if missing_rates(day, day.books.currencies()) or "billings_per_year" not in inputs:
        return None
    rates = {**day.lens.rates, day.lens.currency: Decimal(1)}
    found = aging(day)["currencies"]
    late = sum((part["past_due"] * rates[code] for code, part in found.items()), Decimal(0))
    total = sum((part["total"] * rates[code] for code, part in found.items()), Decimal(0))
    if total <= 0:
        return None
    billed = inputs["billings_per_year"].base
    source = f"{late / total:.0%} of what is open is past due, of {billed:,.0f} billed a year"
    return Known(value=float(late / total * billed), tag="measured", source=source)
