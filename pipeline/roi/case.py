"""The case itself: both forms, three cases, the band, what would make it break even, in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pipeline.drafting.tokens import money_text
from pipeline.roi.inputs import Scenario
from pipeline.roi.reckoning import (
    MONTHS,
    Sums,
    break_even_days,
    break_even_override,
    first_year,
    payback_months,
    reckon,
    to_cent,
)
from pipeline.roi.spread import DRAWS, SEED, Spread, bases, extreme, spread, tornado

#: Points of a break-even line.
_POINTS = 41
Result = dict[str, Any]


def case(scenario: Scenario, currency: str, seed: int = SEED) -> Result:
    """Everything that the calculator says about one scenario, in the shapes that are printed.

    Money is Decimal in `currency`, hours, days, months and shares are floats.
    """
    base = bases(scenario)
    sums = reckon(base)
    band = spread(scenario, seed)
    year = first_year(sums, currency)
    low, high = (to_cent(Decimal(str(round(end, 4))), currency) for end in (band.low, band.high))
    verdict = _verdict(low, high)
    return {
        "currency": currency,
        "verdict": verdict,
        "sentence": _sentence(verdict, year["net"], (low, high), currency),
        "inputs": [_input(scenario, name) for name in scenario],
        "article": _article(sums, base),
        "corrected": _corrected(sums, currency),
        "why_they_differ": _why(sums, base),
        **_three(sums, currency),
        "first_year": year,
        "first_year_net": year["net"],
        "payback_months": _number(payback_months(sums)),
        "cost_per_follow_up": _per_follow_up(sums, base, currency),
        "break_even": _break_even(scenario),
        "cases": _cases(scenario, currency),
        "confidence": _confidence(band, (low, high), seed),
        "tornado": _tornado(scenario, currency),
        "assumed": [name for name, given in scenario.items() if given.tag == "assumed"],
        "warnings": _warnings(scenario),
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _verdict(low: Decimal, high: Decimal) -> str:
    if low >= 0:
        return "pays"
    return "does not pay" if high < 0 else "cannot tell"


def _sentence(verdict: str, net: Decimal, band: tuple[Decimal, Decimal], currency: str) -> str:
    said = {
        "pays": "It pays for itself in the first year",
        "does not pay": "It does not pay for itself in the first year; a pilot buys information",
        "cannot tell": "Whether it pays for itself in the first year cannot be told yet",
    }[verdict]
    low, high = (whole(end, currency) for end in band)
    return f"{said}: net {money_text(net, currency)}, 80% band {low} to {high}."


def whole(amount: Decimal, currency: str) -> str:
    """An amount in whole units, for what is not exact anyway: -$10,783."""
    return (
        money_text(amount.quantize(Decimal(1)), currency).removesuffix(".00").removesuffix(".000")
    )


def _input(scenario: Scenario, name: str) -> Result:
    given, sort = scenario[name], scenario[name].sort
    # A range of money is printed with cents, all else as a number.
    shown = (lambda v: v) if sort.unit == "money" else float
    return {
        "name": name,
        "group": sort.group,
        "label": sort.label,
        "unit": sort.unit,
        "low": shown(given.low),
        "base": shown(given.base),
        "high": shown(given.high),
        "tag": given.tag,
        "source": given.source,
        "dated": given.dated,
        "grade": given.grade,
        "replaces": given.replaces,
    }


def _article(sums: Sums[Decimal], base: dict[str, Decimal]) -> Result:
    return {
        "hours_per_cycle": float(sums.article_hours),
        "hours_per_month": float(sums.article_hours * base["cycles_per_month"]),
        "formula": "minutes per account x open invoices / 60",
        "label": "article form: assumes one account look-up per invoice",
    }


def _corrected(sums: Sums[Decimal], currency: str) -> Result:
    return {
        "hours_before": float(sums.hours_before),
        "hours_after": float(sums.hours_after),
        "hours_saved_per_month": float(sums.hours_saved),
        "formula": "(minutes per account x accounts + minutes per invoice x invoices) / 60, "
        "less preparing, reviewing and rework afterwards",
        "loaded_rate": to_cent(sums.loaded_rate, currency),
        "labour_per_month": to_cent(sums.labour / MONTHS, currency),
    }


def _why(sums: Sums[Decimal], base: dict[str, Decimal]) -> str:
    """What separates the two forms, with this scenario's own numbers."""
    if not base["accounts"]:
        return "There is no account to chase, so neither form has anything to count."
    each = base["invoices"] / base["accounts"]
    return (
        f"The article's form looks an account up once per invoice, and there are {each:.1f} "
        f"invoices per account: {sums.article_hours:.1f} hours a cycle against "
        f"{sums.hours_before:.1f} by accounts and invoices apart. It also stops there: with drafts "
        f"people still spend {sums.hours_after:.1f} hours a cycle preparing, reviewing and mending."
    )


def _three(sums: Sums[Decimal], currency: str) -> Result:
    """Three numbers of three kinds, never added together."""
    return {
        "hours": {"saved_per_year": float(sums.hours_saved * MONTHS)},
        "cash": {
            "one_dso_day": to_cent(sums.dso_day, currency),
            "released_once": to_cent(sums.release, currency),
        },
        "financing_per_year": to_cent(sums.financing, currency),
    }


def _per_follow_up(sums: Sums[Decimal], base: dict[str, Decimal], currency: str) -> Decimal | None:
    """Running costs and people's time with drafts, by follow-up; set-up left out."""
    follow_ups = base["accounts"] * base["cycles_per_month"] * MONTHS
    if not follow_ups:
        return None
    people = sums.hours_after * base["cycles_per_month"] * MONTHS * sums.loaded_rate
    return to_cent((sums.running + people) / follow_ups, currency)


def _confidence(band: Spread, ends: tuple[Decimal, Decimal], seed: int) -> Result:
    return {
        "low": ends[0],
        "high": ends[1],
        "level": 0.8,
        "share_above_zero": band.above_zero,
        "seed": seed,
        "draws": DRAWS,
        "histogram": [
            {"from": _amount(start), "to": _amount(end), "share": share}
            for start, end, share in zip(band.edges, band.edges[1:], band.shares, strict=False)
        ],
    }


def _amount(value: float) -> Decimal:
    return Decimal(str(round(value, 2)))


def _cases(scenario: Scenario, currency: str) -> dict[str, Result]:
    """Every input at its worse end, at its base, at its better end."""
    values = {
        "cautious": extreme(scenario, is_hopeful=False),
        "base": bases(scenario),
        "hopeful": extreme(scenario, is_hopeful=True),
    }
    return {name: _one_case(found, currency) for name, found in values.items()}


def _one_case(values: dict[str, Decimal], currency: str) -> Result:
    sums = reckon(values)
    return {
        "first_year_net": first_year(sums, currency)["net"],
        "hours_saved_per_year": float(sums.hours_saved * MONTHS),
        "cash_released_once": to_cent(sums.release, currency),
        "financing_per_year": to_cent(sums.financing, currency),
        "payback_months": _number(payback_months(sums)),
    }


def _tornado(scenario: Scenario, currency: str) -> list[Result]:
    return [
        {
            "name": swing.name,
            "label": scenario[swing.name].sort.label,
            "unit": scenario[swing.name].sort.unit,
            "low": float(scenario[swing.name].low),
            "high": float(scenario[swing.name].high),
            "tag": scenario[swing.name].tag,
            "net_at_low": to_cent(swing.at_low, currency),
            "net_at_high": to_cent(swing.at_high, currency),
        }
        for swing in tornado(scenario)
    ]


# --- break-even --------------------------------------------------------------------------------


def _break_even(scenario: Scenario) -> Result:
    base = bases(scenario)
    days, rate = break_even_days(base), break_even_override(base)
    return {
        "dso_days": _number(days),
        "dso_sentence": _days_said(days),
        "override_rate": float(rate) if rate is not None and 0 <= rate <= 1 else None,
        "override_sentence": _override_said(rate, base),
        "line": _line(scenario, days),
    }


def _days_said(days: Decimal | None) -> str:
    if days is None:
        return "Faster cash cannot make it pay: a day of billings is worth nothing here."
    if days <= 0:
        return "It pays even if nobody pays a day sooner."
    return f"It pays from {days:.1f} DSO days gained on, all else as it is."


def _override_said(rate: Decimal | None, base: dict[str, Decimal]) -> str:
    now = f"(now {base['override_rate']:.0%})"
    if rate is None:
        return "Overrides cost nothing in this scenario, so no rate of them breaks even."
    if rate < 0:
        return f"Not even drafts that nobody overrides would make it pay {now}."
    if rate > 1:
        return f"It pays at any override rate {now}."
    return f"It pays while fewer than {rate:.0%} of drafts are overridden {now}, all else as it is."


def _line(scenario: Scenario, days: Decimal | None) -> list[Result]:
    """First-year net over DSO days: from what the interval allows to beyond break-even."""
    base = bases(scenario)
    given = scenario["dso_days"]
    reach = max(given.high, Decimal(5))
    if days is not None and 0 < days <= 60:
        reach = max(reach, days * Decimal("1.2"))
    start = min(given.low, Decimal(0))
    step = (reach - start) / (_POINTS - 1)
    points = [start + step * number for number in range(_POINTS)]
    return [
        {
            "dso_days": float(point),
            "net": Decimal(str(round(reckon({**base, "dso_days": point}).net, 2))),
        }
        for point in points
    ]


def _warnings(scenario: Scenario) -> list[str]:
    """What a reader must know before quoting the net."""
    found = []
    days = scenario["dso_days"]
    if days.tag == "given" and (days.low or days.high):
        found.append(
            "The DSO days gained are stated, not measured: no pilot's interval stands behind them."
        )
    for given in scenario.values():
        if given.grade in ("C", "X"):
            why = "a vendor's word" if given.grade == "C" else "contradicted by another source"
            found.append(f"{given.sort.label} rests on {why} (grade {given.grade}).")
    return found
