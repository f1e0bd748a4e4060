"""Weekly rates as they would be had the mix of cases stayed that of the first week."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

#: Overrides k of n drafts, by the class of the case.
Classes = Mapping[Hashable, tuple[int, int]]


class Standardised(NamedTuple):
    """One week at the first week's mix: its rate (0-1), and the drafts it is worth as evidence."""

    rate: float
    k: int
    n: int
    covered: float
    """Share of the first week's mix whose classes occur in this week."""


def standardised(weeks: Sequence[Classes]) -> tuple[Standardised | None, ...]:
    """Direct standardisation: each class's rate of the week, weighted as in the first week.

    A class that the week lacks is left out and the others weighted up (`covered` says how much of
    the mix is there). The variance of the weighted rate is that of n = 1 / sum(weight^2 / n_class)
    drafts, which is what the week counts for; k = rate * n, both rounded. With an unchanged mix it
    is the week itself. None where the week has no class of the first week. Raises ValueError when
    a class is not 0 <= k <= n.
    """
    for place, classes in enumerate(weeks):
        for name, (hits, trials) in classes.items():
            if not 0 <= hits <= trials:
                raise ValueError(f"week {place + 1}, {name}: {hits} overrides of {trials} drafts")
    first = {name: n for name, (_, n) in weeks[0].items() if n} if weeks else {}
    return tuple(_week(classes, first) for classes in weeks)


def _week(classes: Classes, first: Mapping[Hashable, int]) -> Standardised | None:
    seen = {name: classes[name] for name in first if name in classes and classes[name][1]}
    there = sum(first[name] for name in seen)
    if not there:
        return None
    weights = {name: first[name] / there for name in seen}
    rate = sum(weights[name] * k / n for name, (k, n) in seen.items())
    n = round(1.0 / sum(weights[name] ** 2 / n for name, (_, n) in seen.items()))
    return Standardised(rate, min(round(rate * n), n), n, there / sum(first.values()))
