"""How the demo's reviewers judge a prepared follow-up.

They get used to the drafts: of the routine ones they override almost half at first and
few in the end. Before a renewal they keep overriding, as that rule asks for the wrong play.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from pipeline.acting import Made
from pipeline.drafting.doubts import every_doubt
from pipeline.drafting.edits import edit_rate
from pipeline.model import Lane, Verdict

from . import casting, wording
from .days import GO_LIVE, LAST_DAY, next_business_day

RENEWAL_RULE = "mid-renewal"
_RENEWALS_OVERRIDDEN = 0.92
_FIRST_WEEK, _LAST_WEEK = 0.48, 0.06
"""Chance (0-1) that a routine draft is overridden, at go-live and on the last day."""
_EDITED_LIGHTLY = 0.25
_REASON_OF = {
    "unapplied_cash": "PAID", "recent_payment": "PAID", "unanswered": "TIMING",
    "no_contact": "CONTACT", "contact_gone": "CONTACT", "contact_unverified": "CONTACT",
}  # fmt: skip
"""What a doubt that blocks is recorded as."""
_ASKED = re.compile(r"(?m)^[^?\n]*\?|^Please reply with [^\n]*")
"""What a draft asks for: a question, or the firm wording's request."""
_LARGE_CENTS = 1_000_000
"""From this open amount on, the controller decides."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a reviewer says of one draft."""

    verdict: Verdict
    reason: str | None = None
    note: str = ""
    lane: Lane | None = None
    until: date | None = None
    body: str | None = None


def judge(rng: Random, made: Made, on: date) -> Judgement | None:
    """The verdict on a draft, by the day and by what it doubts; None = looked at again later."""
    stopped = [doubt.code for doubt in every_doubt(made.dossier) if doubt.blocking]
    if stopped or made.draft.state == "refused":
        return _stopped(rng, stopped, on)
    if made.case.rule == RENEWAL_RULE:
        renewing = rng.random() < _RENEWALS_OVERRIDDEN
        return _before_renewal(rng, on) if renewing else Judgement("approve")
    if rng.random() < _overridden(on):
        return _override(rng, made, on)
    return _taken(rng, made)


def reviewer(made: Made) -> str:
    """The name of who decides: the account's owner, the controller, or the collector."""
    if made.case.lane == "relationship":
        return account_owner(made)
    large = made.case.open_amount * 100 >= _LARGE_CENTS
    collector = casting.collector_of(made.case.customer_id)
    return casting.name_of(casting.CONTROLLER if large else collector)


def account_owner(made: Made) -> str:
    """The name of the account's owner, or of who stands in for one that has left."""
    owner = made.dossier.owner
    stays = owner is not None and owner.status == "active"
    return owner.name if owner is not None and stays else casting.name_of(casting.SUCCESS_LEAD)


def _overridden(on: date) -> float:
    done = (on - GO_LIVE) / (LAST_DAY - GO_LIVE)
    return _FIRST_WEEK + (_LAST_WEEK - _FIRST_WEEK) * done


def _later(on: date, days: int) -> date:
    return next_business_day(on + timedelta(days=days))


def _stopped(rng: Random, codes: list[str], on: date) -> Judgement | None:
    """What cannot be approved is held, or left until what stops it has passed."""
    if "dispute_words" in codes:
        return _disputed()
    reason = next((_REASON_OF[code] for code in codes if code in _REASON_OF), "FACT")
    if reason in ("PAID", "TIMING") and rng.random() > _overridden(on):
        return None
    days = {"PAID": 4, "TIMING": 3}.get(reason, 14)
    note = rng.choice(wording.NOTES[reason])
    return Judgement("hold", reason, note, until=_later(on, days))


def _before_renewal(rng: Random, on: date) -> Judgement:
    """The owner calls, or waits until the renewal is signed: no message, however light."""
    note = rng.choice(wording.NOTES["RENEWAL"])
    if rng.random() < 0.75:
        return Judgement("reroute", "RELATIONSHIP", note, lane="hands_off")
    return Judgement("hold", "RELATIONSHIP", note, until=_later(on, 7))


def _override(rng: Random, made: Made, on: date) -> Judgement:
    way = rng.choices(
        ("TONE", "TIMING", "RELATIONSHIP", "DISPUTE", "CONTACT"), (40, 14, 12, 22, 12)
    )
    note = rng.choice(wording.NOTES.get(way[0], ("",)))
    match way[0]:
        case "TONE":
            return Judgement("edit", "TONE", body=rewritten(rng, made.draft.body))
        case "TIMING":
            return Judgement("hold", "TIMING", note, until=_later(on, rng.randrange(2, 5)))
        case "RELATIONSHIP" if made.case.lane == "routine":
            return Judgement("reroute", "RELATIONSHIP", note, lane="relationship")
        case "DISPUTE":
            return _disputed()
        case _:
            note = rng.choice(wording.NOTES["CONTACT"])
            return Judgement("reject", "CONTACT", note)


def _disputed() -> Judgement:
    note = "They question the invoice: this goes to the owner."
    return Judgement("reroute", "DISPUTE_MISSED", note, lane="disputed")


def _taken(rng: Random, made: Made) -> Judgement:
    if rng.random() < _EDITED_LIGHTLY:
        clauses = [c for c in wording.CLAUSES if edit_rate(*_with(made.draft.body, c)) <= 0.1]
        if clauses:
            return Judgement("edit", body=_with(made.draft.body, rng.choice(clauses))[1])
    return Judgement("approve")


def rewritten(rng: Random, body: str) -> str:
    """The draft with another request in it: more than a tenth of its words."""
    return _ASKED.sub(rng.choice(wording.REQUESTS), body, count=1)


def _with(body: str, clause: str) -> tuple[str, str]:
    """The draft, and the draft with one more line before its closing words."""
    words, closing = body.rsplit("\n\n", 1)
    return body, f"{words}\n\n{clause}\n\n{closing}"
