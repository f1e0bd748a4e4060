"""What the demo's people agree in the first days: the protocol, and how they get paid today."""

from __future__ import annotations

from contextlib import closing
from datetime import date

from pipeline.acting import Moment
from pipeline.pilot import Pilot
from pipeline.protocol import Step, charter, document_path, sign
from pipeline.warehouse.day import Day

from .agenda import Agenda
from .casting import CONTROLLER, FINANCE_LEAD, name_of
from .days import at

_SIGNED_ON, _WRITTEN_ON = date(2026, 1, 2), date(2026, 1, 5)
PATH = (
    Step(step="Pull the aging report", who="Collector", where="ERP", minutes=6),
    Step(step="Look who is in charge", who="Collector", where="CRM", minutes=4),
    Step(step="Read the last mails", who="Collector", where="Shared inbox", minutes=5),
    Step(step="Ask about open tickets", who="Success lead", where="Support desk", minutes=3),
    Step(step="Write and send", who="Collector", where="Mail", minutes=4),
)


def agree(agenda: Agenda) -> list[date]:
    """Put both acts down; returns their days."""
    agenda.plan(at(_SIGNED_ON, "10:15"), name_of(FINANCE_LEAD), _sign)
    agenda.plan(at(_WRITTEN_ON, "11:40"), name_of(CONTROLLER), _write_down)
    return [_SIGNED_ON, _WRITTEN_ON]


def _sign(pilot: Pilot, day: Day, moment: Moment) -> None:
    agreed = charter(pilot.settings)
    with closing(pilot.ledger()) as ledger:
        sign(ledger, agreed, pilot.settings, by=moment.by, now=moment.now, on_day=day.as_of)


def _write_down(pilot: Pilot, day: Day, moment: Moment) -> None:
    with closing(pilot.ledger()) as ledger:
        document_path(ledger, PATH, by=moment.by, now=moment.now, on_day=day.as_of)
