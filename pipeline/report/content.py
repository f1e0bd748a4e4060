"""The readout itself: what is said, in which order, whatever it is written as."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pipeline.pilot import Pilot
from pipeline.report.comparison import (
    compared,
    comparison_section,
    dso_section,
    guards_section,
    limits_section,
)
from pipeline.report.metrics import four, metrics_section
from pipeline.report.provenance import (
    definitions_section,
    fingerprints,
    logo,
    provenance_section,
)
from pipeline.report.ruling import NOT_JUDGED, judged, ruling_section
from pipeline.report.shapes import Headline, Readout
from pipeline.report.wording import UNKNOWN, between_days, minutes, money, on, words
from pipeline.report.worth import worth, worth_section
from pipeline.roi import Given
from pipeline.settings import Settings
from pipeline.warehouse.day import Day

Found = Mapping[str, Any]
_NOTHING = Given()


def readout(pilot: Pilot, day: Day, given: Given = _NOTHING) -> Readout:
    """Everything that is known of a pilot as of the day, ready to be written down.

    What the pilot lacks (a start, a control, a rate, history) is said in its place. Raises
    CountbackError for empty books, WrongCall for a logo that cannot be used.
    """
    settings, as_of = pilot.settings, day.as_of
    day.books.last_known_day()
    found, why = compared(day, settings)
    entries = pilot.entries()
    ruled = judged(day, settings, entries, found)
    metrics, lacking = four(day, settings)
    pays, why_not = worth(pilot, day, given)
    prints = fingerprints(pilot, day)
    sections = (
        comparison_section(found, why),
        ruling_section(day, settings, entries, ruled),
        guards_section(found),
        metrics_section(metrics, lacking, settings, as_of),
        worth_section(pays, why_not),
        dso_section(day, settings, found),
        limits_section(settings),
        definitions_section(),
        provenance_section(pilot, day, prints),
    )
    return Readout(
        title=found["sentence"] if found else f"Cannot tell yet. {why}",
        verdict=found["verdict"] if found else "cannot tell",
        what_next=ruled["result"] if ruled else NOT_JUDGED,
        pilot=pilot.name,
        client=settings.report.client or settings.pilot.company,
        as_of=as_of,
        colour=settings.report.colour,
        logo=logo(pilot),
        is_synthetic=pilot.is_synthetic,
        headlines=(_cash(found, why), _work(metrics["minutes"]), _pays(pays, why_not)),
        sections=tuple(section for section in sections if section),
        stamp=_stamp(as_of, prints, settings),
    )


def _stamp(as_of: date, prints: Mapping[str, str], settings: Settings) -> str:
    start = settings.pilot.started_on
    number = f" (day {(as_of - start).days})" if start else ""
    told = " · ".join(f"{name.lower()} {value}" for name, value in prints.items())
    return f"As of {on(as_of).text}{number} · {told}"


def _cash(found: Found | None, why: str) -> Headline:
    label = "Payment against the control"
    line = found["rdpd30"]["count"] if found and found["rdpd30"] else None
    if found is None or line is None:
        return Headline(label, UNKNOWN, found["sentence"] if found else why)
    low, high = line["ci95"] or (None, None)
    note = (
        f"95% interval, day {found['read_out_day']}; n = {line['pilot_customers']} pilot and "
        f"{line['control_customers']} control customers"
    )
    return Headline(label, words(between_days(low, high)), line.get("why", note))


def _work(prep: Found) -> Headline:
    label = "Human minutes per invoice resolved"
    whole = prep.get("human_minutes_per_resolved")
    if not whole or whole["after"] is None:
        return Headline(label, UNKNOWN, prep.get("why") or "Not timed on both sides of go-live.")
    before, after = minutes(whole["before"]).text, minutes(whole["after"])
    return Headline(label, after, f"{before} before. {whole['sentence']}")


def _pays(found: Found | None, why: str) -> Headline:
    label = "First-year net"
    if found is None:
        return Headline(label, UNKNOWN, why)
    band, currency = found["confidence"], found["currency"]
    low, high = money(band["low"], currency).text, money(band["high"], currency).text
    assumed = len(found["assumed"])
    note = f"80% band {low} to {high}; {assumed} of {len(found['inputs'])} inputs are assumed"
    return Headline(label, money(found["first_year_net"], currency), note)
