"""Which follow-ups are timed: one in three, by lot, the same for everybody who looks."""

from __future__ import annotations

from pipeline.model import Case, canonical_json, fingerprint
from pipeline.settings import Settings

#: One follow-up in so many asks to be timed (metrics 1.8).
ONE_IN = 3


def is_prompted(settings: Settings, case: Case) -> bool:
    """Whether the follow-up of a case is one of those to be timed.

    The lot falls on the case and its invoices, under what fixes the pilot: waiting for another
    day, or asking again, draws nothing new.
    """
    lot = fingerprint("time this one", _pilot(settings), case.case_id, *sorted(case.invoice_ids))
    return int(lot[:12], 16) % ONE_IN == 0


def _pilot(settings: Settings) -> str:
    pilot = settings.pilot
    fixed = [pilot.name, pilot.company, str(pilot.started_on), settings.segment.where]
    return fingerprint(canonical_json(fixed))
