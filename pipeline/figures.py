"""The books' headline figures as of a day, in the shapes that the command line prints.

Money stays Decimal and per currency; what is undefined is None with a `why` beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pipeline.model import BUCKETS, MINOR_UNITS, CountbackError
from pipeline.warehouse.day import Day, Flavour, Row, Scope, week_ending

BOUNDARIES = ("current>1-30", "1-30>31-60", "31-60>61-90", "61-90>91+")
_MONEY = (
    "scheduled",
    "rolled",
    "rolled_undisputed",
    "event_version",
    "cash",
    "credits",
    "write_offs",
    "re_aged",
)
ZERO = Decimal(0)


def aging(day: Day, flavour: Flavour = "restated", customers: Scope = "ALL") -> dict[str, Any]:
    """Open invoices by days past the original due date, per currency (metrics 1.2)."""
    rows = day.metric("aging", flavour=flavour, customers=customers).rows
    beside = {
        row["currency"]: row
        for row in day.metric("credits_and_cash", flavour=flavour, customers=customers).rows
    }
    # A currency in which nothing is owed on the day is nought, not unknown.
    names = sorted({*day.books.currencies(), *(row["currency"] for row in rows), *beside})
    currencies = {
        name: _aged([row for row in rows if row["currency"] == name], beside.get(name))
        for name in names
    }
    return {
        "as_of": day.as_of,
        "basis": "due_date",
        "flavour": flavour,
        "currencies": currencies,
        "reporting": reporting_total(day, {n: c["total"] for n, c in currencies.items()}),
    }


def _aged(rows: list[Row], beside: Row | None) -> dict[str, Any]:
    found = {row["bucket"]: row for row in rows}
    buckets = {
        name: {
            "amount": found[name]["amount"] if name in found else ZERO,
            "n": found[name]["n"] if name in found else 0,
        }
        for name in BUCKETS
    }
    total = sum((bucket["amount"] for bucket in buckets.values()), ZERO)
    past_due = total - buckets["current"]["amount"] - buckets["no_due_date"]["amount"]
    return {
        "buckets": buckets,
        "total": total,
        "n": sum(bucket["n"] for bucket in buckets.values()),
        "past_due": past_due,
        "unapplied": beside["unapplied"] if beside else ZERO,
        "credits": beside["credits"] if beside else ZERO,
        "disputed": sum((row["disputed"] for row in rows), ZERO),
    }


def reporting_total(day: Day, totals: dict[str, Decimal]) -> dict[str, Any]:
    """The totals in the reporting currency at the stated constant rates, or why not."""
    missing = missing_rates(day, list(totals))
    result: dict[str, Any] = {"currency": day.lens.currency, "total": None}
    if missing:
        result["why"] = f"no rate for {', '.join(missing)} in [rates] of pilot.toml"
        return result
    rates = {**day.lens.rates, day.lens.currency: Decimal(1)}
    # Each currency is rounded by itself, so that the parts on screen add up to the total.
    converted = sum((_to_cent(totals[name] * rates[name], day) for name in totals), ZERO)
    return {**result, "total": converted}


def _to_cent(amount: Decimal, day: Day) -> Decimal:
    """The amount in the reporting currency's smallest unit, as SQL rounds it."""
    unit = Decimal("0.001") if day.lens.currency in MINOR_UNITS else Decimal("0.01")
    return amount.quantize(unit, ROUND_HALF_UP)


def missing_rates(day: Day, currencies: list[str]) -> list[str]:
    """The currencies that cannot be converted."""
    known = {*day.lens.rates, day.lens.currency}
    return sorted(name for name in currencies if name not in known)


def require_rates(day: Day) -> None:
    """Raises CountbackError when a currency of the books has no rate: nothing is left out."""
    missing = missing_rates(day, day.books.currencies())
    if missing:
        raise CountbackError(
            f"pilot.toml: [rates] has no rate for {', '.join(missing)}, and this figure is in "
            f"{day.lens.currency} over all currencies: add a line such as `{missing[0]} = 1.10`."
        )


def dso(
    day: Day,
    days: int = 90,
    customers: Scope = "ALL",
    flavour: Flavour = "restated",
    as_of: date | None = None,
) -> dict[str, Any]:
    """Days sales outstanding per currency over the last `days` days (metrics 1.1).

    `as_of` looks from another day than the one opened.
    """
    on = as_of or day.as_of
    metric = day.metric("dso", days=days, customers=customers, flavour=flavour, as_of=on)
    has_history = day.books.has_history()
    currencies = {row["currency"]: _dso(on, row, days, has_history) for row in metric.rows}
    return {"as_of": on, "days": days, "customers": customers, "currencies": currencies}


def dso_weeks(day: Day, ends: Sequence[date], days: int = 90) -> dict[tuple[str, date, str], Any]:
    """(arm, day, currency) -> what `dso` says of it, for many days at once, as restated.

    Arms are SEGMENT and CONTROL, or ALL while no segment is set.
    """
    weeks = [week_ending(end) for end in ends]
    has_history = day.books.has_history()
    return {
        (row["arm"], row["week_end"], row["currency"]): _dso(
            row["week_end"], row, days, has_history
        )
        for row in day.metric("dso_weeks", days=days, weeks=weeks).rows
    }


def _dso(on: date, row: Row, days: int, has_history: bool) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "ar": row["ar"],
        "billings": row["billings"],
        "period_end": None,
        "countback": None,
        "best_possible": None,
        "add": None,
    }
    why = _no_dso(on, row, days, has_history)
    if not why:
        figures["period_end"] = row["period_end"]
        figures["best_possible"] = row["best_possible"]
        figures["add"] = row["period_end"] - row["best_possible"]
    if has_history:
        figures["countback"] = row["countback"]
        if row["countback"] is None:
            known = (on - row["first_billed_on"]).days + 1
            why = why or f"countback: more is open than was billed in all the {known} days known"
    return {**figures, "why": why} if why else figures


def _no_dso(on: date, row: Row, days: int, has_history: bool) -> str:
    if not has_history:
        return "the files hold open items only: without paid invoices there are no billings"
    if not row["billings"]:
        return f"nothing was billed in the last {days} days"
    known = (on - row["first_billed_on"]).days + 1
    # The first invoice of a busy book may fall a few days into the period.
    if known < days - 7:
        return f"the files go back {known} days, fewer than the {days} of the period"
    return ""


def roll(
    day: Day, end: date, flavour: Flavour = "restated", customers: Scope = "ALL"
) -> dict[str, Any]:
    """Dollars aging into the next bucket in the week that ends on `end` (metrics 1.4).

    Raises CountbackError when a currency has no rate.
    """
    require_rates(day)
    week = week_ending(end)
    rows = day.metric("weekly_roll", flavour=flavour, customers=customers, weeks=[week]).rows
    entries = day.metric("past_due_entries", flavour=flavour, customers=customers, weeks=[week])
    return {
        "week": list(week),
        "flavour": flavour,
        "currency": day.lens.currency,
        "customers": customers,
        **rolled(list(rows), entries.rows[0] if entries.rows else None),
    }


def rolled(rows: list[Row], entry: Row | None) -> dict[str, Any]:
    """One week's boundaries gathered: totals, crossing rate, and whether the identity holds."""
    totals = {name: sum((row[name] for row in rows), ZERO) for name in _MONEY}
    exits = totals["cash"] + totals["credits"] + totals["write_offs"]
    found = {row["boundary"]: row for row in rows}
    return {
        **totals,
        "crossing_rate": (
            float(totals["rolled"] / totals["scheduled"]) if totals["scheduled"] else None
        ),
        "entered_directly": entry["entered_directly"] if entry else ZERO,
        "reopened": entry["reopened"] if entry else ZERO,
        "n": sum(row["n"] for row in rows),
        "boundaries": {
            name: {
                "scheduled": found[name]["scheduled"] if name in found else ZERO,
                "rolled": found[name]["rolled"] if name in found else ZERO,
            }
            for name in BOUNDARIES
        },
        # Movements and balances are counted apart: where they disagree, the books are wrong.
        "identity_ok": totals["scheduled"] == totals["rolled"] + exits
        and not sum((row["gap"] for row in rows), ZERO),
    }
