"""Whether it pays, in a readout: three kinds of number side by side, the band, the inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.model import CountbackError
from pipeline.pilot import Pilot
from pipeline.report.shapes import Section, Table
from pipeline.report.wording import days, hours, money, number, words
from pipeline.roi import Given, roi_of
from pipeline.warehouse.day import Day

Found = Mapping[str, Any]
_YEAR = {
    "labour": "Freed hours put to use",
    "financing": "Financing saved",
    "setup": "Set-up, once",
    "tool": "Running cost",
    "model": "Model",
    "owner": "Owner's time",
    "net": "First-year net",
}


def worth(pilot: Pilot, day: Day, given: Given) -> tuple[Found | None, str]:
    """The case for the pilot, or why it cannot be reckoned, as one sentence."""
    try:
        return roi_of(pilot, day, given), ""
    except CountbackError as error:
        return None, str(error)


def worth_section(found: Found | None, why: str) -> Section:
    """The first year line by line, its band, and what it rests on."""
    title = "Does it pay?"
    if found is None:
        return Section(title, told=(f"It cannot be reckoned. {why}",))
    return Section(
        title=title,
        told=(found["sentence"], *found["warnings"]),
        tables=(_year(found), _kinds(found), _band(found), _inputs(found)),
        notes=(
            (
                "Hours, financing by the year and cash released once are three kinds of number and "
                "are never added together."
            ),
            found["why_they_differ"],
            found["break_even"]["dso_sentence"],
            found["break_even"]["override_sentence"],
        ),
    )


def _year(found: Found) -> Table:
    year, currency = found["first_year"], found["currency"]
    rows = tuple((words(_YEAR[name]), money(amount, currency)) for name, amount in year.items())
    return Table("The first year, line by line", ("Line", "Amount"), rows)


def _kinds(found: Found) -> Table:
    currency = found["currency"]
    rows = (
        (words("Hours saved a year"), hours(found["hours"]["saved_per_year"])),
        (words("Financing a year"), money(found["financing_per_year"], currency)),
        (
            words("Cash released once (in no sum)"),
            money(found["cash"]["released_once"], currency),
        ),
        (words("One DSO day"), money(found["cash"]["one_dso_day"], currency)),
        (words("Break-even DSO days"), days(found["break_even"]["dso_days"])),
    )
    return Table("Three kinds of number, never added", ("Kind", "Value"), rows)


def _band(found: Found) -> Table:
    band, currency = found["confidence"], found["currency"]
    cases = tuple(
        (words(f"Every input {name}"), money(case["first_year_net"], currency))
        for name, case in found["cases"].items()
    )
    rows = (
        (words("80% band, low"), money(band["low"], currency)),
        (words("80% band, high"), money(band["high"], currency)),
        *cases,
    )
    return Table("How sure the first-year net is", ("Case", "First-year net"), rows)


def _inputs(found: Found) -> Table:
    rows = tuple(
        (
            words(given["label"]),
            *(number(float(given[end])) for end in ("low", "base", "high")),
            words(given["unit"]),
            words(given["tag"].upper() if given["tag"] == "assumed" else given["tag"]),
            words(given["source"]),
        )
        for given in found["inputs"]
    )
    headings = ("Input", "Low", "Base", "High", "Unit", "Known how", "Source")
    return Table("What it rests on", headings, rows)
