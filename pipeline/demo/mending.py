"""The demo's clean-up: what people mended, confirmed and excused in days 1-30, before go-live.

Each act goes through the same calls as a person's on the page Data health. The stories are left
as they are: what they show is still to be found on the last day.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from pipeline.acting import Moment
from pipeline.health import mending
from pipeline.model import Entry
from pipeline.pilot import Pilot
from pipeline.warehouse.day import Day

from .agenda import Agenda, Deed
from .casting import COLLECTORS, CONTROLLER, FINANCE_LEAD, name_of
from .days import at

Proposal = Callable[[Pilot, Day, Moment], Entry]
_GRACE, _JONAS, _MEI = COLLECTORS


@dataclass(frozen=True, slots=True)
class _Fix:
    """One thing put right: by whom and when, and when somebody else has confirmed it."""

    on: date
    clock: str
    by: str
    propose: Proposal
    confirmed: tuple[date, str] | None = None


def _new_contact(customer_id: str, name: str, email: str, on: date, source: str) -> Proposal:
    new = {"name": name, "email": email, "role": "billing", "verified_on": on.isoformat()}

    def propose(pilot: Pilot, day: Day, moment: Moment) -> Entry:
        return mending.add_contact(pilot, day, customer_id, new, source=source, moment=moment)

    return propose


def _reached(contact_id: str, on: date, source: str, email: str | None = None) -> Proposal:
    def propose(pilot: Pilot, day: Day, moment: Moment) -> Entry:
        return mending.confirm_contact(
            pilot, day, contact_id, on=on, email=email, source=source, moment=moment
        )

    return propose


def _new_owner(customer_id: str, person_id: str, source: str) -> Proposal:
    def propose(pilot: Pilot, day: Day, moment: Moment) -> Entry:
        new = {"owner_id": person_id}
        return mending.correct(
            pilot, day, "customers", customer_id, new, source=source, moment=moment
        )

    return propose


def _excused(check: str, customer_id: str, reason: str, until: date) -> Proposal:
    def propose(pilot: Pilot, day: Day, moment: Moment) -> Entry:
        about = [{"invoice_id": None, "customer_id": customer_id}]
        [entry] = mending.exempt(
            pilot, day, check, about, reason=reason, expires_on=until, moment=moment
        )
        return entry

    return propose


def _on(number: int) -> date:
    return date(2026, 1, number)


FIXES = (
    _Fix(_on(7), "10:12", _MEI, _new_contact(
        "C-1040", "Lena Harcourt", "lena.harcourt@summerfoldplastics.example", _on(7),
        "Telephone, switchboard and Ms Harcourt herself",
    ), confirmed=(_on(8), "09:25")),
    _Fix(_on(9), "14:38", _JONAS, _reached(
        "K-1145-1", _on(9), "Telephone, Mr Lowell read the address back",
    )),
    _Fix(_on(12), "11:04", CONTROLLER, _new_owner(
        "C-1101", "P-16", "Customer success: handed over when Greg Tully left",
    )),
    _Fix(_on(13), "15:20", _GRACE, _reached(
        "K-1152-1", _on(13), "Telephone, Ms Lowell: the old mailbox was closed",
        "a.lowell@dalehurstevents.example",
    ), confirmed=(_on(14), "10:47")),
    _Fix(_on(16), "09:41", _MEI, _new_contact(
        "C-1031", "Ivo Marchetti", "ivo.marchetti@yarrowdaletelecom.example", _on(16),
        "Telephone, Mr Marchetti took over payables",
    ), confirmed=(_on(19), "09:30")),
    _Fix(_on(20), "13:15", _JONAS, _reached(
        "K-1095-1", _on(20), "Telephone, Ms Lowell",
    )),
    _Fix(_on(22), "16:05", _GRACE, _reached(
        "K-1085-1", _on(22), "Purchase order of January, its letterhead; called the number on it",
        "payables@elmsteadmanufacturing.example",
    ), confirmed=(_on(23), "11:18")),
    _Fix(_on(27), "10:30", FINANCE_LEAD, _excused(
        "terms_conflict", "C-1135",
        "NET45 was signed for the new site only; the amendment that says so is out for signature.",
        date(2026, 4, 24),
    )),
)  # fmt: skip


def mend(agenda: Agenda) -> list[date]:
    """Put the clean-up down; returns the days on which something of it is due."""
    for fix in FIXES:
        _plan(agenda, fix)
    days = {fix.on for fix in FIXES} | {fix.confirmed[0] for fix in FIXES if fix.confirmed}
    return sorted(days)


def _plan(agenda: Agenda, fix: _Fix) -> None:
    made: list[Entry] = []

    def propose(pilot: Pilot, day: Day, moment: Moment) -> None:
        made.append(fix.propose(pilot, day, moment))

    agenda.plan(at(fix.on, fix.clock), name_of(fix.by), propose)
    if fix.confirmed is None:
        return
    on, clock = fix.confirmed
    agenda.plan(at(on, clock), name_of(CONTROLLER), _confirming(made))


def _confirming(made: list[Entry]) -> Deed:
    def confirm(pilot: Pilot, day: Day, moment: Moment) -> None:
        [entry] = made
        mending.confirm(pilot, day, entry.event_id, moment=moment)

    return confirm
