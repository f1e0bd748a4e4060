"""Where to start, asked from outside: a pilot, a file of candidates, or both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.model import WrongCall
from pipeline.opportunity.files import Described, read_processes
from pipeline.opportunity.measuring import measured
from pipeline.opportunity.ranking import opportunity
from pipeline.opportunity.rubric import shipped
from pipeline.opportunity.scoring import in_unit
from pipeline.pilot import Pilot


def where_to_start(
    pilot: Pilot | None, inputs: Path | None = None, as_of: date | None = None
) -> dict[str, Any]:
    """The candidates judged, for a pilot, a file alone (`pilot` None), or both.

    Raises WrongCall for a file that does not fit, CountbackError for empty books.
    """
    described = read_processes(inputs) if inputs else Described()
    if pilot is None:
        return {"as_of": None, **opportunity(described, described.currency or "USD")}
    with pilot.day(as_of) as day:
        currency = day.lens.currency
        if described.currency and described.currency != currency:
            raise WrongCall(
                f"{inputs}: the candidates are in {described.currency} and the pilot reports in "
                f"{currency}: two currencies are never compared, so write them in {currency}."
            )
        facts = measured(day, pilot.settings, pilot.entries())
        return {"as_of": day.as_of, **opportunity(described, currency, facts)}


def told(found: dict[str, Any]) -> Iterator[str]:
    """The result in plain lines: the answer, its reasons, every candidate."""
    yield found["sentence"]
    for number, reason in enumerate(found["reasons"], 1):
        yield f"  {number}. {reason}"
    for process in found["processes"]:
        score = "–" if process["score"] is None else f"{process['score']:.1f}"
        yield f"{process['label']}: {score} · {process['band']}"
        yield f"  {process['what_would_change']}"
        for part in process["components"]:
            if part["value"] is not None:
                # The unit is the rubric's; only its line may have been set anew.
                value = in_unit(part["value"], shipped().components[part["name"]])
                yield (
                    f"    {part['label']:<20} {part['points']:5.1f} of 100   {value:<22} "
                    f"{part['tag']} · {part['source']}"
                )
