"""Period by period: how far apart the two arms were before anything changed, and after it.

The same estimator as `before_after` on any pair of periods, and a straight line through the periods
before go-live: if the arms were drifting apart already, the drift is no effect of the pilot.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.statistics.cohort import Cohort, Tally, jackknife_variance
from pipeline.statistics.intervals import Bools, Floats, Interval, t_interval, welch
from pipeline.statistics.survival import CAP_DAYS, day_histograms, rows


@dataclass(frozen=True)
class Contrast:
    """A weighted sum over periods of (pilot RDPD - control RDPD), in days.

    What cannot be computed is None, and `why` says why.
    """

    pilot_customers: int
    control_customers: int
    estimate: float | None = None
    se: float | None = None
    df: float | None = None
    ci95: Interval | None = None
    why: str = ""


@dataclass(frozen=True)
class EventStudy:
    """RDPD (days) of both arms in every period, and what to make of them."""

    pilot: tuple[float | None, ...]
    control: tuple[float | None, ...]
    effects: tuple[Contrast | None, ...]
    """By how much more the pilot moved since the reference period; None for that period itself."""
    slope: Contrast
    """Days a period by which pilot and control drifted apart before go-live (least squares)."""


def event_study(
    cohort: Cohort, period: NDArray[np.intp], periods: int, before: int, tau: int = CAP_DAYS
) -> EventStudy:
    """Effects relative to the last period before go-live, and the drift of the ones before.

    `period` numbers each row of the cohort from 0; the first `before` periods lie before go-live
    and the last of them is the reference. Standard errors as in `before_after`: customers are
    left out one by one, from both of the periods compared. Raises ValueError when a row has no
    period or there is no period before go-live.
    """
    if not 1 <= before <= periods or np.any((period < 0) | (period >= periods)):
        raise ValueError("every row needs a period, and one of them lies before go-live")
    counts = _tally(cohort, period, periods, tau)
    in_pilot = cohort.in_pilot
    levels = [counts.of(arm).windows() for arm in (in_pilot, ~in_pilot)]
    effects = [
        None if k == before - 1 else _contrast(counts, in_pilot, _change(k, before - 1, periods))
        for k in range(periods)
    ]
    return EventStudy(
        pilot=tuple(map(_known, levels[0])),
        control=tuple(map(_known, levels[1])),
        effects=tuple(effects),
        slope=_slope(counts, in_pilot, before),
    )


def _tally(cohort: Cohort, period: NDArray[np.intp], periods: int, tau: int) -> Tally:
    groups, count = periods * cohort.codes + period, len(cohort.customers)
    days, observed, weight = rows(cohort.days, cohort.observed, cohort.weight)
    parts = day_histograms(days, observed, weight, tau, groups, periods * count)
    return Tally(*(part.reshape(count, periods, tau + 1) for part in parts))


def _change(at: int, since: int, periods: int) -> Floats:
    weights = np.zeros(periods)
    weights[at], weights[since] = 1.0, -1.0
    return weights


def _slope(counts: Tally, in_pilot: Bools, before: int) -> Contrast:
    """Least squares over the periods before go-live; three points are the fewest that can bend."""
    if before < 3:
        return Contrast(0, 0, why="Fewer than three periods before go-live make no line.")
    places = np.arange(before) - (before - 1) / 2
    weights = np.zeros(counts.leaving.shape[1])
    weights[:before] = places / (places**2).sum()
    return _contrast(counts, in_pilot, weights, before)


def _contrast(counts: Tally, in_pilot: Bools, weights: Floats, first: int = 0) -> Contrast:
    """A weighted sum over periods, of the customers that have anything in one of them.

    The periods in it are those with a weight, and the `first` ones whatever theirs.
    """
    chosen = weights != 0.0
    chosen[:first] = True
    counts = Tally(counts.leaving[:, chosen], counts.ends[:, chosen])
    present = counts.leaving.sum(axis=(1, 2)) > 0.0
    arms = [counts.of(arm & present) for arm in (in_pilot, ~in_pilot)]
    sizes = (len(arms[0].leaving), len(arms[1].leaving))
    found = Contrast(*sizes)
    values = [float(arm.windows() @ weights[chosen]) for arm in arms]
    if not np.isfinite(values).all():
        return replace(found, why="No invoice of one side fell due in one of the periods.")
    found = replace(found, estimate=values[0] - values[1])
    spread = _spread(arms, weights[chosen], sizes)
    if isinstance(spread, str):
        return replace(found, why=spread)
    se, df = spread
    return replace(found, se=se, df=df, ci95=t_interval(values[0] - values[1], se, df))


def _spread(
    arms: list[Tally], weights: Floats, sizes: tuple[int, int]
) -> tuple[float, float] | str:
    """Standard error and degrees of freedom, or why there are none."""
    variances = [jackknife_variance(arm.windows_without_each() @ weights) for arm in arms]
    if not np.isfinite(variances).all():
        return "One customer alone fills a period of an arm: no interval can be given."
    found = welch((variances[0], variances[1]), sizes)
    return found or "Every customer changed alike: there is no spread to judge by."


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
