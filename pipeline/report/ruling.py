"""What next in a readout: extend, hold or stop by the rule as it was fixed, condition by condition.

The words are those of the page *Before and after*: both take them from `what_next`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pipeline.model import Entry
from pipeline.report.shapes import Cell, Section, Table
from pipeline.report.wording import UNKNOWN, count, days, money, on, share, words
from pipeline.settings import Settings
from pipeline.warehouse.day import Day
from pipeline.what_next import fixed_rule, what_next

Found = Mapping[str, Any]
TITLE = "What next"
NOT_JUDGED = "not judged yet"
_CONDITIONS = "The rule, condition by condition"
_HEADINGS = ("Condition", "State", "The rule asks", "Measured", "95% interval", "n")


def judged(
    day: Day, settings: Settings, entries: Sequence[Entry], found: Found | None
) -> Found | None:
    """The pilot judged at its last read-out; None while there is no comparison to judge."""
    return None if found is None else what_next(day, settings, entries, found)


def ruling_section(
    day: Day, settings: Settings, entries: Sequence[Entry], ruled: Found | None
) -> Section:
    """The answer with its rule and conditions; before there is one, the rule it will be."""
    if ruled is None:
        return _rule_so_far(day, settings, entries)
    rule = ruled["rule"]
    told = (
        ruled["sentence"],
        _quoted(rule["text"], rule["fixed_on"], rule["signed_by"]),
        *rule["notes"],
        *_follows(ruled, day.lens.currency),
    )
    tables = (_conditions(ruled["conditions"]), *_going_on(ruled["next"]))
    return Section(TITLE, told=told, tables=tables, notes=tuple(_in_words(ruled)))


def _rule_so_far(day: Day, settings: Settings, entries: Sequence[Entry]) -> Section:
    fixed = fixed_rule(settings, entries, day.as_of)
    told = (
        "Not judged yet: there is no comparison to judge by.",
        _quoted(fixed.text, fixed.fixed_on, fixed.by),
        *fixed.notes,
    )
    return Section(TITLE, told=told)


def _quoted(text: str, fixed_on: date | None, by: str) -> str:
    since = f"fixed on {on(fixed_on).text}, signed by {by}" if fixed_on else "never fixed"
    return f"“{text}” ({since})"


def _conditions(conditions: Sequence[Found]) -> Table:
    rows = tuple(
        (
            words(one["name"].capitalize()),
            *(words(one[key] or UNKNOWN.text) for key in ("state", "asks", "value")),
            *(words(one[key] or UNKNOWN.text) for key in ("interval", "n")),
        )
        for one in conditions
    )
    return Table(_CONDITIONS, _HEADINGS, rows)


def _follows(ruled: Found, currency: str) -> Iterator[str]:
    """Where it goes on, or what would change the answer."""
    if ruled["next"]:
        yield ruled["next"]["sentence"]
        card = ruled["next"]["segment"]
        if card:
            yield (
                f"Headroom {money(card['headroom'], currency).text}; "
                f"{count(card['invoices_due_60']).text} invoices due in 60 days; could see "
                f"{days(card['detectable_days']).text} at day 90."
            )
    elif ruled["would_change"]:
        yield f"What would change it: {' '.join(ruled['would_change'])}"
    if ruled["result"] == "extend" and ruled["doubts"]:
        yield (
            "The rule does not ask about the guards below; these call for doubt: "
            f"{', '.join(ruled['doubts'])}."
        )


def _going_on(follows: Found | None) -> Iterator[Table]:
    """What to mend first in the next segment, and how each lane's drafts were taken here."""
    if follows and follows["to_mend"]:
        rows: tuple[tuple[Cell, ...], ...]
        rows = tuple((count(n), words(said)) for n, said in enumerate(follows["to_mend"], start=1))
        yield Table("Mend first", ("No.", "What"), rows)
    if follows and follows["segment"] and follows["lanes"]:
        rows = tuple(
            (
                words(lane["lane"]),
                *(count(lane[key]) for key in ("k", "n")),
                *(share(lane[end]) for end in ("low", "high")),
            )
            for lane in follows["lanes"]
        )
        headings = ("Lane", "Overridden", "Drafts", "95% low", "95% high")
        yield Table("Drafts overridden in this pilot, by lane", headings, rows)


def _in_words(ruled: Found) -> Iterator[str]:
    for one in ruled["conditions"]:
        yield f"{one['name'].capitalize()}, {one['state']}: {one['sentence']}"
    yield ruled["counted_as_harm"]
    yield (
        "The days are those of the read-out; everything else is as of the close of "
        f"{on(ruled['as_of']).text}."
    )
