"""What the same comparison says of the time before go-live, when there was nothing to find.

The event study takes every thirty days' invoices against those due just before go-live. The placebo
moves day 0 to earlier days on which nothing happened. If either finds something, the two sides were
not moving alike, and what is found after go-live may be more of the same (metrics 3.2).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from pipeline.proving.cohorts import (
    between,
    cohort,
    compared,
    due,
    due_each,
    interval,
    known_from,
    side,
)
from pipeline.proving.read_outs import windows
from pipeline.settings import GO_LIVE_DAY, Settings
from pipeline.statistics import Contrast, DiffInDiff, EventStudy
from pipeline.statistics import event_study as by_period
from pipeline.warehouse.day import Day, Windows

Found = dict[str, Any]
#: Days of one cohort of the event study, and between two made-up go-live dates.
STEP = 30
#: Cohorts before go-live at most: a year and a half.
MOST = 18
#: Share of made-up dates that may move as much as the real one before it calls for doubt.
OFTEN = 0.25
_STEP = timedelta(days=STEP)
_DAY = timedelta(days=1)


class Reach(NamedTuple):
    """The first due date that history may use, and why none earlier."""

    first: date | None
    because: str


def reach(day: Day, settings: Settings) -> Reach:
    """How far back both sides are known; never into the window the segment was chosen by.

    Thirty days after the first bill: before that, only the shortest terms could have come due.
    Customers chosen by how they paid drift back afterwards, so that window is left alone.
    """
    known = known_from(day)
    if known is None:
        return Reach(None, "one side was never billed")
    first, because = known + _STEP, f"both sides are billed from {known} on"
    selection = settings.windows.selection
    if selection and selection[1] + _DAY > first:
        return Reach(selection[1] + _DAY, f"the segment was chosen on days up to {selection[1]}")
    return Reach(first, because)


# --- the event study -----------------------------------------------------------------------


def cohorts(start: date, read_out: int, first: date | None) -> Windows:
    """Thirty-day windows of due dates, oldest first: none before `first`, none after read-out.

    Those before go-live are followed thirty days and never past go-live.
    """
    live = start + timedelta(days=GO_LIVE_DAY)
    ((_, post_from, post_before, cut), _) = windows(start, read_out)
    before: list[tuple[bool, date, date, date]] = []
    opens = live - _STEP
    while first is not None and opens >= first and len(before) < MOST:
        closes = opens + _STEP
        before.append((False, opens, closes, min(closes + _STEP, live)))
        opens -= _STEP
    after = []
    while post_from < post_before:
        after.append((True, post_from, post_from + _STEP, cut))
        post_from += _STEP
    return [*before[::-1], *after]


def event_study(day: Day, start: date, read_out: int, first: date | None) -> Found:
    """Effect by cohort relative to the last one before go-live, the drift before it, in words.

    Keys: `cohorts` (one each, with levels, n and interval, in days), `slope` (days a cohort by
    which pilot and control drifted apart before go-live) and `sentence`.
    """
    spans = cohorts(start, read_out, first)
    before = len([span for span in spans if not span[0]])
    if not before:
        why = "No cohort of thirty days before go-live is known of both sides."
        return {"cohorts": [], "slope": interval(Contrast(0, 0, why=why)), "sentence": why}
    rows = due(day, spans).filter(pl.col("basis") == "count")
    opens = np.array([span[1] for span in spans], dtype="datetime64[D]")
    period = np.searchsorted(opens, rows["due_on"].to_numpy().astype("datetime64[D]"), "right") - 1
    found = by_period(cohort(rows, "count"), period, len(spans), before)
    return {
        "cohorts": _shown(spans, found, rows, period, before),
        "slope": interval(found.slope),
        "sentence": _slope_said(found.slope, before),
    }


def _shown(
    spans: Windows, found: EventStudy, rows: pl.DataFrame, period: Any, before: int
) -> list[Found]:
    in_pilot = rows["is_pilot"].to_numpy()
    shown = []
    for at, (is_post, opens, closes, _) in enumerate(spans):
        effect = found.effects[at]
        blank: Found = {"estimate": 0.0, "ci95": None, "why": "Every other one is told from it."}
        told = interval(effect) if effect else blank
        shown.append(
            {
                "place": at - before + 1,
                "due_from": opens,
                "due_before": closes,
                "is_post": is_post,
                "is_reference": effect is None,
                "pilot": found.pilot[at],
                "control": found.control[at],
                "pilot_invoices": int(((period == at) & in_pilot).sum()),
                "control_invoices": int(((period == at) & ~in_pilot).sum()),
                "estimate": told["estimate"],
                "ci95": told["ci95"],
                "why": told.get("why", ""),
            }
        )
    return shown


def _slope_said(slope: Contrast, before: int) -> str:
    if slope.ci95 is None:
        return f"Nobody can tell whether the two sides moved alike before: {_lower(slope.why)}"
    low, high = slope.ci95
    ends = f"between {low:+.1f} and {high:+.1f} days a month".replace("-", "−") + " (95% interval)"
    if side(slope.ci95) == "either":
        return (
            f"In the {before} cohorts before go-live the pilot drifted against the control by "
            f"{ends}: no drift that can be told from none."
        )
    return (
        f"In the {before} cohorts before go-live the pilot already drifted against the control by "
        f"{ends}: the change after it may be more of the same."
    )


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


# --- placebo dates -------------------------------------------------------------------------


def made_up(start: date, read_out: int, first: date | None) -> list[date]:
    """Earlier days 0, thirty days apart, whose whole comparison ends before the real go-live."""
    live = start + timedelta(days=GO_LIVE_DAY)
    found: list[date] = []
    moved = start - _STEP
    while first is not None and windows(moved, read_out)[1][1] >= first and len(found) < MOST:
        if moved + timedelta(days=read_out) <= live:
            found.append(moved)
        moved -= _STEP
    return found


def placebo(day: Day, start: date, read_out: int, reached: Reach, real: DiffInDiff) -> Found:
    """The estimator of record at made-up go-live dates: how often it finds as much as in truth.

    Keys: `dates` (go-live, estimate and interval in days), `as_large`, `n`, `share`,
    `excluding_none` (intervals of them, of which one in twenty is to be expected), `sentence`.
    """
    moved_to = made_up(start, read_out, reached.first)
    rows = due_each(day, [windows(moved, read_out) for moved in moved_to])
    dates = [
        {"go_live_on": moved + timedelta(days=GO_LIVE_DAY), **interval(compared(found))}
        for moved, found in zip(moved_to, rows, strict=True)
    ]
    known = [one for one in dates if one["estimate"] is not None]
    size = None if real.estimate is None else abs(real.estimate)
    hits = None if size is None else len([o for o in known if abs(o["estimate"]) >= size])
    surely = len([one for one in known if side(one["ci95"]) in ("sooner", "later")])
    said = (
        _placebo_said(len(known), hits, surely)
        if known
        else _none_fits(start, read_out, reached.because)
    )
    return {
        "dates": dates,
        "n": len(known),
        "as_large": hits,
        "share": hits / len(known) if known and hits is not None else None,
        "excluding_none": surely,
        "sentence": said,
    }


def _none_fits(start: date, read_out: int, because: str) -> str:
    needed = (start - windows(start, read_out)[1][1]).days + read_out - GO_LIVE_DAY
    return (
        f"No made-up go-live date fits before the real one: it takes due dates from {needed} days "
        f"before day 0 on, and {because}."
    )


def _placebo_said(n: int, hits: int | None, surely: int) -> str:
    dates = "date" if n == 1 else "dates"
    if hits is None:
        return f"{n} made-up go-live {dates}, and no change at the real one to hold them against."
    return (
        f"At {hits} of {n} made-up go-live {dates}, when nothing happened, the pilot moved at "
        f"least as much as at the real one, and at {surely} the interval excludes none; "
        "neighbouring dates share invoices."
    )


# --- the lights ----------------------------------------------------------------------------


def trend_light(study: Found, placebos: Found) -> dict[str, str]:
    """Parallel trends: doubt when there was a drift, or made-up dates move as often as that."""
    slope = study["slope"]
    drift = side(slope["ci95"])
    share = placebos["share"]
    is_often = share is not None and share >= OFTEN
    state = "ok" if drift == "either" and not is_often else "warn"
    said = study["sentence"]
    if is_often or share is None:
        said = f"{said} {placebos['sentence']}"
    return {"name": "parallel trends", "state": state, "sentence": said}


def drift_in_words(found: Found) -> str:
    """A cohort's change in words, or why it has none."""
    return between(found["ci95"]) if found["ci95"] else found["why"]
