"""The sample of open invoices that people sort: every rule in it, the odd cases first."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.desk import Desk
from pipeline.model import CountbackError, Route
from pipeline.routing import ROUTINE
from pipeline.warehouse.day import Row

#: Invoices in a session unless another number is asked for.
USUAL_SIZE = 30


def sample(desk: Desk, size: int, seed: int) -> tuple[Route, ...]:
    """`size` open invoices, or all there are: rule by rule in turn, the odd ones first.

    An invoice that is not yet due is left out: a date decides that, nobody's judgement. Each
    round takes one invoice of every rule, at random by `seed`, of a customer not yet in the
    sample while there is one. Raises CountbackError when nothing is there to sort.
    """
    drawn = random.Random(seed)  # noqa: S311 - a sample that can be drawn again, not a secret
    strata = _shuffled([one for one in desk.routes if _is_due(desk.rows[one.invoice_id])], drawn)
    if not strata:
        raise CountbackError("No open invoice is past due on this day: choose a day with some.")
    taken: list[Route] = []
    met: Counter[str] = Counter()
    while strata and len(taken) < size:
        for name in list(strata):
            route = min(strata[name], key=lambda one: met[one.customer_id])
            strata[name].remove(route)
            met[route.customer_id] += 1
            taken.append(route)
            if not strata[name]:
                del strata[name]
            if len(taken) == size:
                break
    place = {route.invoice_id: n for n, route in enumerate(drawn.sample(taken, len(taken)))}
    odd = {route.invoice_id: oddness(route, desk.rows[route.invoice_id]) for route in taken}
    return tuple(sorted(taken, key=lambda one: (-odd[one.invoice_id], place[one.invoice_id])))


def _shuffled(routes: Sequence[Route], drawn: random.Random) -> dict[tuple[str, str], list[Route]]:
    """(lane, rule) -> its invoices, all in an order that the seed alone decides."""
    strata: dict[tuple[str, str], list[Route]] = {}
    for route in sorted(routes, key=lambda one: one.invoice_id):
        strata.setdefault((route.lane, route.rule), []).append(route)
    for members in strata.values():
        drawn.shuffle(members)
    names = sorted(strata)
    drawn.shuffle(names)
    return {name: strata[name] for name in names}


def _is_due(row: Row) -> bool:
    """Whether it is past due, or nobody knows when it is."""
    return row["days_past_due"] is None or bool(row["days_past_due"] > 0)


def oddness(route: Route, row: Row | Mapping[str, object]) -> int:
    """How much argues at once: other lanes that also fired, what is unknown, what is blocked."""
    fired = [rule for rule in route.also if rule.rule != ROUTINE.name]
    other = {rule.lane for rule in fired} - {route.lane}
    unknown = sum(rule.because.startswith("unknown: ") for rule in fired)
    return 2 * len(other) + unknown + len(route.blockers) + (row["days_past_due"] is None)
