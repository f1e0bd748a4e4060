"""What the loaded pilot itself says about the inputs: counted, timed, or read off its interval."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.drafting.keeping import wordings_made
from pipeline.figures import missing_rates
from pipeline.llm import spent
from pipeline.model import CountbackError
from pipeline.proving import before_after
from pipeline.proving.four_metrics import override_rate
from pipeline.roi.inputs import Grade, Input
from pipeline.settings import Settings
from pipeline.statistics.intervals import t_interval, wilson
from pipeline.warehouse.day import Day, Metric, Row, Scope, fridays

#: Weeks over which what there is to chase is averaged.
WEEKS = 13
#: Fewer timed items, or decided drafts, than this are no measurement.
FEWEST = 5
#: Days of a month, for rates by the month.
MONTH = Decimal("30.4375")
_YEAR = 365


def scope_of(settings: Settings) -> Scope:
    """The pilot's segment, or everybody while none is set."""
    return "SEGMENT" if settings.segment.where else "ALL"


def measured(day: Day, settings: Settings, folder: Path | None = None) -> dict[str, Input]:
    """Every input that the books and the record can answer as of the day.

    `dso_days` is always there: nought with the reason, until a read-out has an interval.
    `folder` is the pilot's: there lies the log of what models cost.
    """
    found = counted(day, settings, scope_of(settings))
    if folder and settings.drafting.model:
        found |= {given.name: given for given in _model_costs(day, folder)}
    return {**found, "dso_days": dso_days(day, settings)}


def counted(day: Day, settings: Settings, scope: Scope) -> dict[str, Input]:
    """The same without the interval, for any customers."""
    found = [
        *_to_chase(day, scope),
        *_billings(day, scope),
        *_minutes(day, settings, scope),
        *_model(settings),
    ]
    return {given.name: given for given in found}


def _counted(
    name: str,
    ends: tuple[float | Decimal, float | Decimal, float | Decimal],
    source: str,
    day: Day,
    places: int = 2,
    grade: Grade = "A",
) -> Input:
    low, base, high = (round(Decimal(str(end)), places) for end in ends)
    return Input(
        name=name,
        low=min(low, base),
        base=base,
        high=max(high, base),
        tag="measured",
        source=source,
        dated=day.as_of.isoformat(),
        grade=grade,
    )


# --- the books -------------------------------------------------------------------------------


def _to_chase(day: Day, scope: Scope) -> list[Input]:
    """Accounts and invoices past due at the last thirteen Fridays' closes."""
    rows = chase_weeks(day, scope).rows
    if not rows:
        return []
    source = f"Past due at the last {len(rows)} Fridays' closes: mean, lowest and highest week"
    return [_over_weeks(name, rows, source, day) for name in ("accounts", "invoices")]


def chase_weeks(day: Day, scope: Scope) -> Metric:
    """What there was to chase, week by week, with its definition."""
    weeks = fridays(day.as_of - timedelta(weeks=WEEKS) + timedelta(days=1), day.as_of)
    return day.metric("chase_weeks", customers=scope, weeks=weeks)


def _over_weeks(name: str, rows: tuple[Row, ...], source: str, day: Day) -> Input:
    counts = [row[name] for row in rows]
    mean = Decimal(sum(counts)) / len(counts)
    return _counted(name, (min(counts), mean, max(counts)), source, day, places=1)


def _billings(day: Day, scope: Scope) -> list[Input]:
    """A year's billings in reporting currency at the constant rates."""
    rows = day.metric("dso", customers=scope, days=_YEAR).rows
    if not rows or missing_rates(day, [row["currency"] for row in rows]):
        return []
    known = (day.as_of - min(row["first_billed_on"] for row in rows)).days + 1
    # The first invoice of a busy book may fall a few days into the year.
    if known < _YEAR - 7:
        return []
    rates = {**day.lens.rates, day.lens.currency: Decimal(1)}
    total = sum((row["billings"] * rates[row["currency"]] for row in rows), Decimal(0))
    source = "Invoices and debit notes of the last 365 days, at the pilot's constant rates"
    return [_counted("billings_per_year", (total, total, total), source, day)]


def _model(settings: Settings) -> list[Input]:
    """The built-in drafter costs nothing; what another model costs has to be given."""
    if settings.drafting.model:
        return []
    return [
        Input(
            name="model_cost_per_draft",
            low=Decimal(0),
            base=Decimal(0),
            high=Decimal(0),
            tag="measured",
            source="pilot.toml [drafting] names no model: the built-in drafter is used",
            grade="A",
        )
    ]


def _model_costs(day: Day, folder: Path) -> list[Input]:
    """What a draft of the model took, by the log of its calls; nothing before the first."""
    drafts, took = wordings_made(folder), spent(folder)
    rate = {**day.lens.rates, day.lens.currency: Decimal(1)}.get("USD")
    if not drafts or rate is None:
        return []
    each = took.usd * rate / drafts
    source = f"The log of {took.calls} calls, {took.tokens} tokens, for {drafts} drafts"
    return [_counted("model_cost_per_draft", (each, each, each), source, day, places=4)]


# --- timed work ------------------------------------------------------------------------------


def _minutes(day: Day, settings: Settings, scope: Scope) -> list[Input]:
    """Minutes and overrides since go-live, against those of the thirty days before it."""
    start, live = settings.pilot.started_on, settings.go_live_on
    if start is None or live is None:
        return []
    items = day.metric("work_items", customers=scope).rows
    before = [i for i in items if start <= i["worked_on"] < live and i["kind"] == "prep"]
    after = [i for i in items if i["worked_on"] >= live]
    preps, reviews = (_of(after, kind) for kind in ("prep", "review"))
    since = f"timed since go-live on {live}"
    found = [
        *_mean("minutes_per_account", _times(before), "follow-ups, days 0 to 29", day),
        *_mean("prep_minutes_after", preps, f"follow-ups {since}", day),
        *_mean("review_minutes", reviews, f"reviews {since}", day),
    ]
    timed = {given.name for given in found}
    for name, whole in (
        ("minutes_per_invoice", "minutes_per_account"),
        ("minutes_per_invoice_after", "prep_minutes_after"),
    ):
        if whole in timed:
            source = "Inside the minutes timed per follow-up, all its invoices included"
            found.append(_counted(name, (0, 0, 0), source, day))
    decided = override_rate(day, settings, scope)
    return [*found, *_overrides(decided, day, after), *_supervision(after, day, live)]


def _of(items: list[Row], *kinds: str) -> list[float]:
    return _times([item for item in items if item["kind"] in kinds])


def _times(items: list[Row]) -> list[float]:
    return [float(item["active_minutes"]) for item in items]


def _mean(name: str, minutes: list[float], what: str, day: Day) -> list[Input]:
    """Mean minutes with its 95% interval (Student's t); nothing from a handful."""
    n = len(minutes)
    if n < FEWEST:
        return []
    mean = float(np.mean(minutes))
    low, high = t_interval(mean, float(np.std(minutes, ddof=1)) / n**0.5, n - 1)
    source = f"Mean of {n} {what}, with its 95% interval"
    return [_counted(name, (max(0.0, low), mean, high), source, day)]


def _overrides(decided: Mapping[str, Any], day: Day, after: list[Row]) -> list[Input]:
    """The override rate with its Wilson interval, and what one override takes."""
    n, k = decided.get("n", 0), decided.get("k", 0)
    ends = wilson(k, n)
    if n < FEWEST or ends is None:
        return []
    # Whether anybody still reads stands beside the rate wherever it is shown (metrics 1.6).
    read = decided["attention"]["sentence"]
    source = f"{k} of {n} drafts decided since go-live, with Wilson's 95% interval. {read}"
    found = [_counted("override_rate", (ends[0], k / n, ends[1]), source, day, places=4)]
    drafts, spent = len(_of(after, "prep")), sum(_of(after, "rework", "reroute"))
    if k and drafts >= FEWEST and spent:
        each = spent / (k / n * drafts)
        timed = len(_of(after, "rework", "reroute"))
        told = (
            f"{spent:.0f} minutes of {timed} timed reworks and re-routings, over the overrides "
            f"that {drafts} timed follow-ups had"
        )
        found.append(_counted("rework_minutes", (each, each, each), told, day))
    return found


def _supervision(after: list[Row], day: Day, live: date) -> list[Input]:
    """The owner's timed hours by the month; nothing when none was timed."""
    spent = _of(after, "supervision")
    days = (day.as_of - live).days + 1
    if not spent or days < 28:
        return []
    hours = Decimal(str(sum(spent))) / 60 / days * MONTH
    source = f"{len(spent)} timed spells of supervision in {days} days since go-live"
    return [_counted("owner_hours_per_month", (hours, hours, hours), source, day)]


# --- the interval ----------------------------------------------------------------------------


def dso_days(day: Day, settings: Settings) -> Input:
    """Days gained: nought until the pilot has an interval, then the interval.

    Its base is the end that lies nearest to no effect (nought when no effect is inside), never
    the point in its middle.
    """
    try:
        found = before_after(day, settings, with_checks=False)
    except CountbackError as error:
        return _no_days(f"Zero until the pilot has an interval: {error}")
    stops = [light["name"] for light in found["guards"] if light["state"] == "stop"]
    ends = found["rdpd30"]["count"]["ci95"] if found["rdpd30"] else None
    if stops or ends is None:
        return _no_days(
            f"Zero, because day {found['read_out_day']} cannot tell: {found['sentence']}"
        )
    low, high = -ends[1], -ends[0]
    source = (
        f"95% interval of the read-out of day {found['read_out_day']} by invoice (Before and "
        "after), as days of every dollar billed; the base is its end nearest to no effect"
    )
    return _counted("dso_days", (low, min(max(low, 0.0), high), high), source, day)


def _no_days(why: str) -> Input:
    nought = Decimal(0)
    return Input(
        name="dso_days", low=nought, base=nought, high=nought, tag="assumed", source=why, grade=""
    )
