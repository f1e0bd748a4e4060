"""The calculator asked from outside: a pilot, a file of inputs, or both."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.pilot import Pilot
from pipeline.roi.case import case
from pipeline.roi.files import Given, read_inputs
from pipeline.roi.measuring import measured, scope_of
from pipeline.roi.scenario import chosen, overruled
from pipeline.warehouse.day import Day


def roi(
    pilot: Pilot | None, inputs: Path | None = None, as_of: date | None = None
) -> dict[str, Any]:
    """The case for a pilot, for a file of inputs alone (`pilot` None), or for both.

    Raises WrongCall for a file that does not fit, CountbackError for empty books.
    """
    given = read_inputs(inputs) if inputs else Given()
    if pilot is None:
        currency = given.currency or "USD"
        scenario = chosen(given, currency)
        return {"as_of": None, "customers": None, **case(scenario, currency, given.seed)}
    with pilot.day(as_of) as day:
        return roi_of(pilot, day, given)


def roi_of(pilot: Pilot, day: Day, given: Given) -> dict[str, Any]:
    """The case for an opened day of a pilot."""
    currency = day.lens.currency
    scenario = chosen(
        given, currency, measured(day, pilot.settings, pilot.folder), dollar_in(pilot)
    )
    found = case(scenario, currency, given.seed)
    found["warnings"] = [*overruled(given, scenario), *found["warnings"]]
    return {"as_of": day.as_of, "customers": scope_of(pilot.settings), **found}


def dollar_in(pilot: Pilot) -> Decimal | None:
    """What a US dollar is worth in the reporting currency, if [rates] says so."""
    return pilot.settings.rates.get("USD")
