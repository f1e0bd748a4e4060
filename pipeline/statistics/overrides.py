"""Is the override rate falling? Three answers: falling, not falling, cannot tell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from rapidfuzz.distance import Levenshtein

from pipeline.statistics import logistic
from pipeline.statistics.intervals import (
    Floats,
    Interval,
    t_below,
    t_interval,
    t_quantile,
    wilson,
)
from pipeline.statistics.trends import cochran_armitage, mann_kendall

TrendVerdict = Literal["falling", "not falling", "cannot tell"]

#: Weeks with fewer drafts than this are pooled with the next.
FEWEST_DRAFTS = 5
FEWEST_WEEKS = 4
#: The fall that "not falling" must rule out, as a share of drafts.
RELEVANT_FALL = 0.10
#: Above this dispersion the Bayesian probability, which takes weeks as alike, is not heard.
CALM_DISPERSION = 1.5


@dataclass(frozen=True)
class WeekRate:
    """Overrides k of n drafts in copilot weeks first..last (counted from 1)."""

    first: int
    last: int
    k: int
    n: int
    interval: Interval
    """Wilson, 95%."""

    @property
    def rate(self) -> float:
        """The share overridden, 0-1."""
        return self.k / self.n


@dataclass(frozen=True)
class OverrideTrend:
    """The trend of a weekly override rate; `slope` is log odds per week, negative = falling.

    What cannot be computed is None. `change` (share of drafts) is first to last week by
    the fitted line; `drafts_needed` is per week, to find a fall of 10 points (or of half
    the rate, where that is less) with 80% power over as many weeks. `phi` 0 with no slope
    means that the line fits perfectly at infinity.
    """

    weeks: tuple[WeekRate, ...]
    verdict: TrendVerdict
    sentence: str
    slope: float | None = None
    se: float | None = None
    odds_ratio: float | None = None
    ci: Interval | None = None
    """95% interval of the odds ratio per week."""
    phi: float | None = None
    p_one_sided: float | None = None
    mann_kendall_s: int | None = None
    mann_kendall_p: float | None = None
    cochran_armitage_z: float | None = None
    bayes_probability: float | None = None
    change: float | None = None
    change_ci90: Interval | None = None
    drafts_needed: int | None = None
    why: str = ""


@dataclass(frozen=True)
class _Fit:
    """What the logistic line says; slope and se are None when no finite fit exists."""

    line: logistic.Line
    phi: float
    slope: float | None
    se: float | None
    change: float
    change_ci90: Interval
    bayes: float


def override_trend(k: Sequence[int], n: Sequence[int]) -> OverrideTrend:
    """Whether k[w] overrides of n[w] drafts fall over copilot weeks 1, 2, ....

    Primary: logistic slope, its error widened by sqrt(max(1, Pearson dispersion)), t on
    W - 2 degrees of freedom, one-sided 5%. Falling: that, or P(slope < 0) >= .95 in calm
    weeks. Not falling: the 90% interval of the change excludes a fall of 10 points.
    Raises ValueError when the lengths differ or a week is not 0 <= k <= n.
    """
    weeks = pooled_weeks(k, n)
    if len(weeks) < FEWEST_WEEKS:
        return _unknown(
            weeks,
            f"a trend needs {FEWEST_WEEKS} weeks with at least {FEWEST_DRAFTS} drafts, and there "
            f"{'is' if len(weeks) == 1 else 'are'} {len(weeks) or 'none'}",
        )
    if not any(week.k for week in weeks):
        return _unknown(weeks, "no draft was overridden in any week, so nothing can fall")
    return _judged(weeks)


def pooled_weeks(k: Sequence[int], n: Sequence[int]) -> tuple[WeekRate, ...]:
    """The weekly rates, each over at least 5 drafts where there are so many.

    A week with fewer is pooled with the next; the last week, with the one before.
    Raises ValueError when the lengths differ or a week is not 0 <= k <= n.
    """
    groups: list[list[int]] = [[]]
    for place, (hits, trials) in enumerate(zip(k, n, strict=True)):
        if not 0 <= hits <= trials:
            raise ValueError(f"week {place + 1}: {hits} overrides of {trials} drafts")
        groups[-1].append(place)
        if sum(n[i] for i in groups[-1]) >= FEWEST_DRAFTS:
            groups.append([])
    rest = groups.pop()
    if groups:
        groups[-1].extend(rest)
    return tuple(_week(group, k, n) for group in groups)


def hter(draft_tokens: Sequence[str], final_tokens: Sequence[str]) -> float | None:
    """Word edits from draft to final text / words of the final text (Snover et al. 2006).

    0 when both are empty; None when only the final text is: then nothing was sent.
    May exceed 1, when much was struck out.
    """
    if not final_tokens:
        return None if draft_tokens else 0.0
    return Levenshtein.distance(draft_tokens, final_tokens) / len(final_tokens)


def _week(group: list[int], k: Sequence[int], n: Sequence[int]) -> WeekRate:
    hits, trials = sum(k[i] for i in group), sum(n[i] for i in group)
    interval = wilson(hits, trials) or (0.0, 1.0)
    return WeekRate(group[0] + 1, group[-1] + 1, hits, trials, interval)


def _unknown(weeks: tuple[WeekRate, ...], why: str) -> OverrideTrend:
    return OverrideTrend(weeks, "cannot tell", f"Cannot tell: {why}.", why=why)


def _judged(weeks: tuple[WeekRate, ...]) -> OverrideTrend:
    middle = _middles(weeks)
    hits, trials = (np.array([getattr(w, c) for w in weeks], float) for c in ("k", "n"))
    counts = logistic.Counts(middle - middle.mean(), hits, trials)
    fit = _fitted(counts)
    df = len(weeks) - 2
    p = None if fit.slope is None or fit.se is None else t_below(fit.slope / fit.se, df)
    order = mann_kendall([w.rate for w in weeks])
    verdict = _verdict(p, fit)
    needed = _drafts_needed(counts, fit.phi)
    return OverrideTrend(
        weeks=weeks,
        verdict=verdict,
        sentence=_sentence(verdict, weeks, fit, needed),
        slope=fit.slope,
        se=fit.se,
        odds_ratio=None if fit.slope is None else math.exp(fit.slope),
        ci=_odds_interval(fit, df),
        phi=fit.phi,
        p_one_sided=p,
        mann_kendall_s=order.s,
        mann_kendall_p=order.p_falling,
        cochran_armitage_z=cochran_armitage(hits, trials, middle),
        bayes_probability=fit.bayes,
        change=fit.change,
        change_ci90=fit.change_ci90,
        drafts_needed=needed,
        why="" if fit.slope is not None else "Yes and no do not overlap in time: no finite slope.",
    )


def _fitted(counts: logistic.Counts) -> _Fit:
    """The likelihood line; where that runs off to infinity (a perfect fit), the posterior."""
    beliefs = logistic.posterior(counts)
    first, last = float(counts.week[0]), float(counts.week[-1])
    line = logistic.expected_line(counts) if counts.separated else logistic.likeliest(counts)
    ends = line.rate(np.array([first, last]))
    change = float(ends[1] - ends[0])
    if counts.separated:
        interval = beliefs.change(first, last, 0.90)
        return _Fit(line, 0.0, None, None, change, interval, beliefs.falling())
    phi = logistic.pearson_dispersion(counts, line.rate(counts.week))
    widened = line.covariance * max(1.0, phi)
    gradient = _change_gradient(ends, np.array([first, last]))
    error = float((gradient @ widened @ gradient) ** 0.5)
    interval = t_interval(change, error, len(counts.k) - 2, 0.90)
    slope, se = float(line.at[1]), float(widened[1, 1] ** 0.5)
    return _Fit(line, phi, slope, se, change, interval, beliefs.falling())


def _change_gradient(ends: Floats, weeks: Floats) -> Floats:
    """Of rate(last) - rate(first) in (level, slope): the delta method."""
    steep = ends * (1.0 - ends)
    return np.array([steep[1] - steep[0], steep[1] * weeks[1] - steep[0] * weeks[0]])


def _verdict(p: float | None, fit: _Fit) -> TrendVerdict:
    if p is not None and p < 0.05:
        return "falling"
    if fit.bayes >= 0.95 and fit.phi <= CALM_DISPERSION:
        return "falling"
    return "not falling" if fit.change_ci90[0] > -RELEVANT_FALL else "cannot tell"


def _odds_interval(fit: _Fit, df: int) -> Interval | None:
    if fit.slope is None or fit.se is None:
        return None
    low, high = t_interval(fit.slope, fit.se, df)
    return math.exp(low), math.exp(high)


def _drafts_needed(counts: logistic.Counts, phi: float) -> int | None:
    """Per week, from the error of a straight line through equal weeks; None at a rate of 1."""
    rate = float(counts.k.sum() / counts.n.sum())
    weeks = counts.week
    per_week = _fall_sought(rate) / float(weeks[-1] - weeks[0])
    reach = t_quantile(0.95, len(weeks) - 2) + t_quantile(0.80, len(weeks) - 2)
    noise = rate * (1.0 - rate) * max(1.0, phi) / float((weeks**2).sum())
    return math.ceil(reach**2 * noise / per_week**2) or None


def _fall_sought(rate: float) -> float:
    """10 points, or half the rate where that is less."""
    return min(RELEVANT_FALL, rate / 2)


def _sentence(
    verdict: TrendVerdict, weeks: tuple[WeekRate, ...], fit: _Fit, needed: int | None
) -> str:
    first, last = (100 * float(r) for r in fit.line.rate(_ends(weeks)))
    low, high = (100 * end for end in fit.change_ci90)
    said = (
        f"{verdict.capitalize()}: by the fitted line from {first:.0f}% to {last:.0f}% of drafts "
        f"between week {weeks[0].first} and week {weeks[-1].last} (change between {low:+.0f} and "
        f"{high:+.0f} points at 90% confidence)"
    ).replace("-", "−")
    if verdict == "not falling" and first < 100 * RELEVANT_FALL:
        return f"{said}; it began below 10%, so it could hardly fall by 10 points."
    return said + (_more_drafts(weeks, needed) if verdict == "cannot tell" and needed else ".")


def _more_drafts(weeks: tuple[WeekRate, ...], needed: int) -> str:
    trials = sum(w.n for w in weeks)
    fall = 100 * _fall_sought(sum(w.k for w in weeks) / trials)
    return (
        f"; a fall of {fall:.2g} points would show with about {needed} drafts a week, and "
        f"there were {trials / len(weeks):.0f}."
    )


def _ends(weeks: tuple[WeekRate, ...]) -> Floats:
    """First and last week, centred as the line is."""
    middle = _middles(weeks)
    return middle[[0, -1]] - float(middle.mean())


def _middles(weeks: tuple[WeekRate, ...]) -> Floats:
    return np.array([(w.first + w.last) / 2 for w in weeks])
