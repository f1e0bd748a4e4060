"""Before and after: RDPD30 of the segment against its control, and DSO beside it.

The estimator of record is fixed (metrics 3.1): difference in differences of days past due at
payment, capped at 30, by due-date cohort, with a delete-one-customer jackknife. Read-outs are on
day 60, 90 and 120 only; DSO is shown beside and never tested.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl

from pipeline.figures import dso, dso_weeks, require_rates
from pipeline.model import CountbackError, WrongCall
from pipeline.proving.cohorts import cohort, compared, due, interval, side, traits
from pipeline.proving.guards import baseline, guards, largest
from pipeline.proving.history import event_study, placebo, reach, trend_light
from pipeline.proving.ladder import rung
from pipeline.proving.mix import composition, mix_light, standardised, with_sizes
from pipeline.proving.read_outs import READ_OUTS, latest_read_out, windows
from pipeline.proving.sensitivities import sensitivities, without_largest
from pipeline.settings import GO_LIVE_DAY, Settings
from pipeline.statistics import DiffInDiff, minimum_detectable, within_customer
from pipeline.warehouse.day import Day, Scope, fridays

__all__ = ["READ_OUTS", "before_after", "dso_lines", "latest_read_out", "windows"]

Found = dict[str, Any]


def before_after(
    day: Day, settings: Settings, read_out: int | None = None, *, with_checks: bool = True
) -> dict[str, Any]:
    """The comparison at a read-out, with interval, guards, verdict and DSO beside it.

    Without checks the time before, mix and sensitivities are left out, with the guards and the
    rung that rest on them: the answer is the same, in a third of the time.
    Raises WrongCall when pilot.toml sets no start, segment or control, or the read-out is none of
    60, 90, 120; CountbackError when its days are not over yet.
    """
    start = _start(settings)
    chosen = _chosen(settings, day.as_of, read_out, start)
    if settings.overlap:
        return _refused(chosen, settings)
    require_rates(day)
    spans = windows(start, chosen)
    rows = due(day, spans)
    count, amount = (compared(rows, basis) for basis in ("count", "amount"))
    lights = guards(day, settings, spans, count, _pilot_invoices(rows))
    checks = _checked(day, settings, chosen, rows, count) if with_checks else {}
    if checks:
        lights += checks.pop("lights")
        drift = side(checks["event_study"]["slope"]["ci95"])
        checks["rung"] = rung(settings, lights, drift)
    verdict = _verdict(count, lights)
    detectable = minimum_detectable(count.se, count.df) if count.se and count.df else None
    return {
        "as_of": day.as_of,
        "read_out_day": chosen,
        "design": _design(settings),
        "windows": [list(span) for span in spans],
        "rdpd30": {"count": _shown(count), "amount": _shown(amount)},
        "within_customer": interval(within_customer(cohort(rows, "count"))),
        **checks,
        "dso": _dso(day, start, chosen),
        "minimum_detectable_days": detectable,
        "invoices": _invoice_counts(rows),
        "guards": lights,
        "verdict": verdict,
        "sentence": _sentence(count, verdict, detectable, chosen, settings),
    }


def _checked(
    day: Day, settings: Settings, read_out: int, rows: pl.DataFrame, count: DiffInDiff
) -> Found:
    """What a doubter would ask: the time before, the kinds of invoices, the same done otherwise."""
    start = _start(settings)
    kinds = with_sizes(traits(day, windows(start, read_out)))
    parts, (held, dropped) = composition(kinds), standardised(rows, kinds)
    biggest, back = without_largest(rows), reach(day, settings)
    study = event_study(day, start, read_out, back.first)
    placebos = placebo(day, start, read_out, back, count)
    return {
        "sensitivities": sensitivities(
            day, start, read_out, rows, kinds, _more_lines(held, biggest)
        ),
        "event_study": study,
        "placebo": placebos,
        "mix": parts,
        "lights": [
            mix_light(parts, held, dropped, count),
            largest(biggest, count),
            baseline(settings, start, back.first),
            trend_light(study, placebos),
        ],
    }


def _more_lines(
    held: DiffInDiff, biggest: tuple[str, float, DiffInDiff] | None
) -> list[tuple[str, str, str, DiffInDiff]]:
    lines = [
        (
            "standardised",
            "Kinds of invoices held",
            "Class, terms and size are weighted as they were before, on each side.",
            held,
        )
    ]
    if biggest:
        said = f"Without {biggest[0]}, the pilot customer with most money due."
        lines.append(("without_largest", "Without the largest customer", said, biggest[2]))
    return lines


def _start(settings: Settings) -> date:
    start = settings.pilot.started_on
    needed = {
        "[pilot] started_on": start,
        "[segment] where": settings.segment.where,
        "[control] where": settings.control.where,
    }
    missing = [name for name, value in needed.items() if not value]
    if missing or start is None:
        raise WrongCall(
            f"pilot.toml: {', '.join(missing)} not set: a before/after needs a day 0, a segment "
            "and a control to compare it with."
        )
    return start


def _chosen(settings: Settings, as_of: date, read_out: int | None, start: date) -> int:
    if read_out is None:
        latest = latest_read_out(settings, as_of)
        if latest is None:
            first = start + timedelta(days=READ_OUTS[0] - 1)
            raise CountbackError(
                f"No read-out is due yet: the first is at the close of day 60 ({first}); the "
                "weekly lines until then describe and do not test."
            )
        return latest
    if read_out not in READ_OUTS:
        raise WrongCall(f"--read-out {read_out}: read-outs are on day 60, 90 and 120 only.")
    over = start + timedelta(days=read_out - 1)
    if as_of < over:
        raise CountbackError(
            f"The read-out of day {read_out} needs the books to the close of {over}; they are "
            f"seen as of {as_of}."
        )
    return read_out


def _refused(read_out: int, settings: Settings) -> dict[str, Any]:
    return {
        "read_out_day": read_out,
        "design": _design(settings),
        "rung": rung(settings),
        "rdpd30": None,
        "within_customer": None,
        "dso": None,
        "minimum_detectable_days": None,
        "guards": [{"name": "overlap", "state": "stop", "sentence": settings.overlap}],
        "verdict": "refused",
        "sentence": f"Refused: {settings.overlap}",
    }


def _design(settings: Settings) -> str:
    return (
        "randomised holdout, difference in differences"
        if settings.control.kind == "holdout"
        else "difference in differences"
    )


def _shown(result: DiffInDiff) -> dict[str, Any]:
    found: dict[str, Any] = {
        "pilot_pre": result.pilot_pre,
        "pilot_post": result.pilot_post,
        "control_pre": result.control_pre,
        "control_post": result.control_post,
        "estimate": result.estimate,
        "se": result.se,
        "df": result.df,
        "ci95": list(result.ci95) if result.ci95 else None,
        "p": result.p,
        "permutation_p": result.permutation_p,
        "pilot_customers": result.pilot_customers,
        "control_customers": result.control_customers,
    }
    return {**found, "why": result.why} if result.why else found


def _invoice_counts(rows: pl.DataFrame) -> dict[str, int]:
    counted = rows.filter(pl.col("basis") == "count")
    return {
        f"{arm}_{when}": counted.filter(
            (pl.col("is_pilot") == is_pilot) & (pl.col("is_post") == is_post)
        ).height
        for arm, is_pilot in (("pilot", True), ("control", False))
        for when, is_post in (("pre", False), ("post", True))
    }


def _pilot_invoices(rows: pl.DataFrame) -> int:
    return _invoice_counts(rows)["pilot_post"]


def _dso(day: Day, start: date, read_out: int) -> dict[str, Any]:
    """Period-end and countback DSO the day before go-live and at the read-out."""
    days = {
        "before": start + timedelta(days=GO_LIVE_DAY - 1),
        "after": start + timedelta(days=read_out - 1),
    }
    scopes: dict[str, Scope] = {"pilot": "SEGMENT", "control": "CONTROL"}
    return {
        arm: {
            when: {"as_of": on, **dso(day, 90, scope, as_of=on)["currencies"]}
            for when, on in days.items()
        }
        for arm, scope in scopes.items()
    }


def dso_lines(day: Day, settings: Settings, days: int = 90) -> list[dict[str, Any]]:
    """DSO of segment and control, per currency, at the close of every second Friday of 12 months.

    One row per arm, currency and day: as_of, arm, currency, period_end, countback,
    best_possible (days; None where undefined).
    """
    first = (settings.pilot.started_on or day.as_of) - timedelta(days=365)
    arms = {"SEGMENT": "pilot", "CONTROL": "control", "ALL": "all customers"}
    ends = [end for _, end in fridays(first, day.as_of)][::2]
    return [
        {"as_of": on, "arm": arms[arm], "currency": currency, **found}
        for (arm, on, currency), found in dso_weeks(day, ends, days).items()
    ]


def _verdict(result: DiffInDiff, lights: list[dict[str, str]]) -> str:
    if any(light["state"] == "stop" for light in lights):
        return "cannot tell"
    return {"sooner": "improved", "later": "worse"}.get(side(result.ci95), "cannot tell")


def _sentence(
    result: DiffInDiff, verdict: str, detectable: float | None, read_out: int, settings: Settings
) -> str:
    """What may be said: the interval, never the point alone."""
    if result.ci95 is None:
        return f"Cannot tell at day {read_out}: {result.why or 'there is no interval.'}"
    low, high = result.ci95
    seen = f" This pilot could have seen a change of {detectable:.1f} days." if detectable else ""
    control = "holdout" if settings.control.kind == "holdout" else "control"
    if verdict == "improved":
        return (
            f"Improved at day {read_out}: against the {control}, invoices were paid between "
            f"{-high:.1f} and {-low:.1f} days sooner after their due date (95% interval).{seen}"
        )
    if verdict == "worse":
        return (
            f"Worse at day {read_out}: against the {control}, invoices were paid between "
            f"{low:.1f} and {high:.1f} days later after their due date (95% interval).{seen}"
        )
    return (
        f"Cannot tell at day {read_out}: against the {control} the change lies between {-low:.1f} "
        f"days sooner and {high:.1f} days later (95% interval), so no change at all is as "
        f"possible.{seen}"
    )
