"""The desk of one day: every open invoice routed, and the cases they make.

Routing one customer's invoices gives what routing the whole book gives for them, unless a rule
looks beyond the customer; so after a decision only that customer is routed anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pipeline.model import Case, Route, WrongCall
from pipeline.routing import Policy, cases, customer_of, in_order, looks_beyond, route
from pipeline.warehouse.day import Day, Row
from pipeline.warehouse.policy import bind, routed


@dataclass(frozen=True)
class Desk:
    """Every open invoice routed as of one day, and the cases they make."""

    routes: tuple[Route, ...]
    cases: tuple[Case, ...]
    rows: Mapping[str, Row] = field(repr=False)
    """invoice_id -> its row of `open_invoices`."""
    policy: Policy

    def case(self, case_id: str) -> Case:
        """One case by name; raises WrongCall when no open invoice is in it."""
        try:
            return self._named[case_id]
        except KeyError:
            raise WrongCall(
                f"No open case {case_id!r} on this day: `route` lists the cases there are."
            ) from None

    def routes_of(self, case_id: str) -> Sequence[Route]:
        """The routes of one case's invoices, most value first; none for a case that is not open."""
        return self._routes_by_case.get(case_id, ())

    @cached_property
    def _named(self) -> Mapping[str, Case]:
        return {case.case_id: case for case in self.cases}

    @cached_property
    def _routes_by_case(self) -> Mapping[str, Sequence[Route]]:
        found: dict[str, list[Route]] = {}
        for one in self.routes:
            found.setdefault(one.case_id, []).append(one)
        return found


@dataclass(frozen=True)
class Routing:
    """By which rules a desk is made."""

    policy: Policy
    place: str
    """The file that a rule of the pilot's own is named by in an error."""
    has_own_rules: bool


def desk_of(day: Day, by: Routing, case_id: str | None = None) -> Desk:
    """Every open invoice of the day; with `case_id` only those of that case's customer.

    Raises WrongCall when a rule of the pilot's own cannot be bound to the books.
    """
    if case_id is None or looks_beyond(by.policy):
        return _routed(day, by)
    with day.looking_at(customer_of(case_id)):
        return _routed(day, by)


def again(day: Day, by: Routing, before: Desk, customer_ids: Iterable[str]) -> Desk:
    """The same day's desk after something was recorded about these customers alone.

    Only their invoices are routed anew; the result is that of `desk_of(day)`.
    """
    if looks_beyond(by.policy):
        return _routed(day, by)
    anew = set(customer_ids)
    parts = []
    for customer_id in sorted(anew):
        with day.looking_at(customer_id):
            parts.append(_routed(day, by))
    routes = [found for found in before.routes if found.customer_id not in anew]
    routes += [found for part in parts for found in part.routes]
    routes.sort(key=lambda found: (-found.value, found.invoice_id))
    kept = [case for case in before.cases if case.customer_id not in anew]
    kept += [case for part in parts for case in part.cases]
    rows = {**before.rows, **{name: row for part in parts for name, row in part.rows.items()}}
    return Desk(
        tuple(routes),
        tuple(in_order(kept, day.lens.all_rates)),
        {found.invoice_id: rows[found.invoice_id] for found in routes},
        by.policy,
    )


def _routed(day: Day, by: Routing) -> Desk:
    if by.has_own_rules:
        bind(day, by.policy, by.place)
    rows = routed(day, by.policy, by.place)
    by_invoice = {row["invoice_id"]: row for row in rows}
    routes = tuple(route(row) for row in rows)
    found = cases(routes, by_invoice, day.lens.all_rates)
    return Desk(routes, tuple(found), by_invoice, by.policy)
