"""What the demo's people do apart from judging drafts, and when.

Promises are noted, disputes travel to their owners, and once everything is stopped for
an hour and a half.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import TypeAlias

from pipeline.acting import Moment, act_on_dispute, switch_off
from pipeline.deciding import record_promise
from pipeline.pilot import Pilot
from pipeline.warehouse.day import Day

from . import casting
from .days import GO_LIVE, LAST_DAY, after_business_hours, at
from .rows import Books
from .stories import STORIES

Deed: TypeAlias = Callable[[Pilot, Day, Moment], object]
STOPPED_ON = date(2026, 3, 27)
"""The day after the look-alike's mail: stopped until somebody had called."""


@dataclass(order=True, slots=True)
class Act:
    """Something that somebody does at a moment; `number` keeps the order of equal moments."""

    at: datetime
    number: int
    by: str = field(compare=False)
    deed: Deed = field(compare=False)


class Agenda:
    """Everything still to be done, by moment."""

    def __init__(self) -> None:
        self._acts: list[Act] = []
        self._planned = 0

    def plan(self, moment: datetime, by: str, deed: Deed) -> None:
        """Put an act down; what lies after the last day is left out."""
        if moment.date() <= LAST_DAY:
            heapq.heappush(self._acts, Act(moment, self._planned, by, deed))
            self._planned += 1

    def carry_out(self, pilot: Pilot, day: Day) -> None:
        """Do everything up to the close of the day, also what is put down meanwhile."""
        while self._acts and self._acts[0].at.date() <= day.as_of:
            act = heapq.heappop(self._acts)
            act.deed(pilot, day, Moment(by=act.by, now=act.at))


def standing_acts(agenda: Agenda, books: Books, seed: int) -> None:
    """Put down what is known beforehand: promises as they come in, and the stop."""
    _stop_for_a_call(agenda)
    for role, said in (("promise_broken", "2026-03-20"), ("promise_running", "2026-04-10")):
        ids = STORIES[role].ids
        message = next(m for m in books.messages if m.message_id == ids["message"])
        _note_promise(agenda, message.sent_at, ids["customer"], ids["invoice"],
                      date.fromisoformat(said), message.message_id, seed)  # fmt: skip
    for promised in books.promised:
        message = promised.message
        if message.sent_at.date() >= GO_LIVE and _in_segment(books, message.customer_id):
            _note_promise(agenda, message.sent_at, message.customer_id, message.invoice_id,
                          promised.promised_on, message.message_id, seed)  # fmt: skip


def _in_segment(books: Books, customer_id: str) -> bool:
    customer = books.customer(customer_id)
    return (customer.tier, customer.terms) == ("mid", "NET30")


def _note_promise(
    agenda: Agenda, heard_at: datetime, customer_id: str, invoice_id: str, promised_on: date,
    message_id: str, seed: int,
) -> None:  # fmt: skip
    """The collector writes a promise down within a few office hours of reading it."""
    rng = Random(f"{seed}/promise/{invoice_id}")
    moment = after_business_hours(heard_at, rng.uniform(0.3, 4))

    def deed(pilot: Pilot, day: Day, moment: Moment) -> None:
        with closing(pilot.ledger()) as ledger:
            record_promise(
                ledger, [invoice_id], promised_on, by=moment.by, now=moment.now,
                on_day=day.as_of, message_id=message_id,
            )  # fmt: skip

    if promised_on >= moment.date():
        agenda.plan(moment, casting.name_of(casting.collector_of(customer_id)), deed)


def _stop_for_a_call(agenda: Agenda) -> None:
    """A customer asks about new bank details: nothing leaves until treasury has called."""
    for clock, on in (("09:38:12", True), ("11:04:47", False)):

        def deed(pilot: Pilot, day: Day, moment: Moment, on: bool = on) -> None:
            switch_off(pilot, on, moment, day.as_of)

        agenda.plan(at(STOPPED_ON, clock), casting.name_of(casting.FINANCE_LEAD), deed)


def contest(agenda: Agenda, rng: Random, invoice_id: str, owner: str, noticed: Moment) -> None:
    """Flag an invoice, hand it to its owner, let it be accepted, and in time closed."""
    hours = {"assign": 0.3, "accept": rng.uniform(1, 9), "close": rng.uniform(28, 75)}
    moments = {step: after_business_hours(noticed.now, h) for step, h in hours.items()}
    reason = rng.choice(("QTY_USAGE", "PRICE", "SERVICE"))
    outcome = rng.choice(("Explained; they pay in full.", "The order form settled it."))

    def step(name: str | None, person: str | None = None, **said: str) -> Deed:
        def deed(pilot: Pilot, day: Day, moment: Moment) -> None:
            act_on_dispute(pilot, day, invoice_id, step=name, person=person, moment=moment, **said)

        return deed

    agenda.plan(noticed.now, noticed.by, step("flag", reason=reason))
    agenda.plan(moments["assign"], noticed.by, step(None, owner))
    agenda.plan(moments["accept"], owner, step("accept"))
    agenda.plan(moments["close"], owner, step("close", note=outcome))
