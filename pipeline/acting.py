"""What a person does on the day, the same from a page and from the command line.

Each act reads what stands now, checks it, and writes one event; nothing is decided on a text
that the books no longer bear out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.deciding import (
    accept_dispute,
    assign_dispute,
    close_dispute,
    countersign,
    decide,
    decide_dispute,
    dispute_state,
    dispute_subject,
    flag_dispute,
    kill_switch,
    note_evidence,
    standing_decision,
    undo_dispute_step,
)
from pipeline.desk import Desk
from pipeline.drafting.choosing import Drafted, ask_for, drafted
from pipeline.drafting.doubts import every_doubt
from pipeline.drafting.edits import protected_change
from pipeline.drafting.handing import NOTES, internal_note
from pipeline.drafting.seeing import seen
from pipeline.drafting.verifying import check_text
from pipeline.holdout.keeping import why_held
from pipeline.ledger import Ledger
from pipeline.ledger.rights import ASK_MODEL
from pipeline.llm import Asker
from pipeline.model import (
    Case,
    Check,
    CountbackError,
    Decision,
    Dossier,
    Draft,
    Entry,
    Fact,
    Lane,
    Verdict,
    WrongCall,
)
from pipeline.phases.standing import SUBJECT as PHASE
from pipeline.phases.standing import standing
from pipeline.pilot import Pilot
from pipeline.prompts import Prompt, load_prompt
from pipeline.settings import DraftingSection
from pipeline.warehouse.day import Day

PROMPTS = Path(__file__).parent.parent / "prompts"


@dataclass(frozen=True)
class Moment:
    """Who acts, and when (aware, UTC)."""

    by: str
    now: datetime


@dataclass(frozen=True)
class Made:
    """A case with everything that a reviewer needs to decide on it."""

    case: Case
    dossier: Dossier
    draft: Draft
    note: str
    """The hand-off or call brief of lanes that send no message; else empty."""
    policy: str
    is_unasked: bool = False
    """Whether a model is set and was never asked about this case as it is."""

    def shown(self) -> dict[str, Any]:
        """The `draft` verb's object."""
        draft = self.draft
        return {
            "case_id": draft.case_id,
            "state": draft.state,
            "why": draft.why,
            "to": draft.to,
            "subject": draft.subject,
            "body": draft.body,
            "facts": [_fact(fact) for fact in draft.facts],
            "doubts": [doubt.model_dump() for doubt in every_doubt(self.dossier)],
            "checks": [check.model_dump() for check in draft.checks],
            "model": draft.model,
            "prompt": draft.prompt,
            "note": self.note,
        }


def _fact(fact: Fact) -> dict[str, Any]:
    source = fact.source
    return {
        "token": fact.token,
        "name": fact.name,
        "file": source.file if source else None,
        "sheet": source.sheet if source else None,
        "row": source.row if source else None,
        "column": source.column if source else None,
    }


@cache
def prompts() -> dict[str, Prompt]:
    """The shipped prompts by name."""
    names = ("reminder", "handoff", "call_brief", "wording")
    return {name: load_prompt(PROMPTS, name) for name in names}


def draft_case(
    pilot: Pilot,
    day: Day,
    case_id: str,
    desk: Desk | None = None,
    drafting: DraftingSection | None = None,
) -> Made:
    """One case, its dossier and its draft (or the refusal with its reason).

    No model is asked: a wording that the case already has is used. `drafting` takes the place
    of the pilot's own settings.
    """
    desk = desk or pilot.desk(day, case_id)
    dossier = pilot.dossier(day, desk, case_id)
    settings = drafting or pilot.settings.drafting
    made = _made(desk, drafted(pilot.folder, dossier, prompts(), settings))
    if why := waits(pilot, day, desk, case_id):
        return replace(made, draft=Draft(case_id=case_id, state="refused", why=why), note="")
    return made


def write_case(
    pilot: Pilot,
    day: Day,
    case_id: str,
    asker: Asker,
    now: datetime,
    *,
    again: bool = False,
    desk: Desk | None = None,
) -> Made:
    """The same, asking the model where the case has no wording yet, or when told to ask again."""
    desk = desk or pilot.desk(day, case_id)
    if waits(pilot, day, desk, case_id):
        return draft_case(pilot, day, case_id, desk, asker.settings)
    if asker.model:
        pilot.require(ASK_MODEL)
    dossier = pilot.dossier(day, desk, case_id)
    return _made(desk, ask_for(asker, dossier, prompts(), now, again=again))


def waits(pilot: Pilot, day: Day, desk: Desk, case_id: str) -> str:
    """Why a case stays on the old process, because its customer is held out; empty otherwise."""
    case = desk.case(case_id)
    parent_id = desk.rows[case.invoice_ids[0]]["parent_id"]
    return why_held(day.entries, pilot.settings, day.as_of, case.customer_id, parent_id)


def _made(desk: Desk, made: Drafted) -> Made:
    dossier = made.dossier
    return Made(
        case=dossier.case,
        dossier=dossier,
        draft=made.draft,
        note=internal_note(dossier, prompts()) if dossier.case.lane in NOTES else "",
        policy=desk.policy.fingerprint[:16],
        is_unasked=made.is_unasked,
    )


def blocking(made: Made) -> list[str]:
    """Why the draft may not be approved as it stands, one sentence each; empty when it may."""
    if made.draft.state == "refused":
        return [made.draft.why]
    return [doubt.sentence for doubt in every_doubt(made.dossier) if doubt.blocking]


def checked(made: Made, subject: str, body: str) -> tuple[Check, ...]:
    """The verification of an edited text against the books."""
    return checked_as(made, made.draft.to, subject, body)


def checked_as(made: Made, to: str, subject: str, body: str) -> tuple[Check, ...]:
    """The verification of a whole message, recipient and all, against the books."""
    return check_text(to, subject, body, made.dossier, prompts()["reminder"])


def decide_case(  # noqa: PLR0913 - a verdict says all of this
    pilot: Pilot,
    day: Day,
    case_id: str,
    *,
    verdict: Verdict,
    moment: Moment,
    reason: str | None = None,
    note: str = "",
    subject: str | None = None,
    body: str | None = None,
    lane: Lane | None = None,
    until: date | None = None,
    review_seconds: float | None = None,
    expected_version: int | None = None,
    desk: Desk | None = None,
) -> Entry:
    """Record a verdict on a case as it stands now; `desk` are the day's routes, if at hand.

    Raises CountbackError when the phase, a blocking doubt, a figure that the books do not bear
    out, or a colleague's decision stands in the way; WrongCall when the verdict lacks what it
    needs.
    """
    if verdict in ("approve", "edit"):
        _refuse_in_phase(pilot, case_id, day.as_of)
    made = draft_case(pilot, day, case_id, desk)
    decision = _decision(made, verdict, subject, body).model_copy(
        update={
            "reason": reason,
            "note": note,
            "new_lane": lane if verdict == "reroute" else None,
            "hold_until": until if verdict == "hold" else None,
            "review_seconds": review_seconds,
        }
    )
    with closing(pilot.ledger()) as ledger:
        return decide(
            ledger,
            decision,
            by=moment.by,
            now=moment.now,
            on_day=day.as_of,
            expected_version=expected_version,
        )


def _refuse_in_phase(pilot: Pilot, case_id: str, as_of: date) -> None:
    """No message is approved in a phase that lets none leave."""
    steps: list[Entry] = []
    if pilot.record.exists():
        with closing(pilot.ledger()) as ledger:
            steps = ledger.about(PHASE)
    holds = standing(pilot.settings, steps, as_of, later=True)
    if not holds.may_approve:
        raise CountbackError(f"{case_id} cannot be approved: {holds.locked}")


def countersign_case(pilot: Pilot, case_id: str, *, moment: Moment, on_day: date) -> Entry:
    """A second person stands by the edit that stands on a case; raises WrongCall without one."""
    with closing(pilot.ledger()) as ledger:
        standing = standing_decision(ledger.about(case_id))
        if standing is None:
            raise WrongCall(f"Nothing was decided on {case_id}: there is nothing to countersign.")
        return countersign(ledger, standing.event_id, by=moment.by, now=moment.now, on_day=on_day)


def approval(made: Made) -> Decision:
    """The approval of a case's draft as it is; raises CountbackError when something blocks it."""
    return _decision(made, "approve", None, None)


def _decision(made: Made, verdict: Verdict, subject: str | None, body: str | None) -> Decision:
    """The decision with both texts; a message verdict is checked before it is made."""
    draft = made.draft
    final = draft.model_copy(
        update={
            "subject": draft.subject if subject is None else subject,
            "body": draft.body if body is None else body,
        }
    )
    is_message = verdict in ("approve", "edit")
    if is_message:
        _refuse_unless_sound(made, final)
    return Decision(
        case_id=made.case.case_id,
        customer_id=made.case.customer_id,
        lane=made.case.lane,
        rule=made.case.rule,
        verdict=verdict,
        invoice_ids=made.case.invoice_ids,
        to=draft.to,
        subject=final.subject,
        draft_subject=draft.subject,
        draft_body=draft.body,
        final_body=final.body if is_message else "",
        protected_change=verdict == "edit" and protected_change(draft, final, made.dossier),
        policy=made.policy,
        prompt=draft.prompt,
        model=draft.model,
        approved_hash=final.fingerprint if is_message else "",
        seen=seen(made.dossier) if is_message else {},
    )


def _refuse_unless_sound(made: Made, final: Draft) -> None:
    stops = blocking(made)
    if stops:
        raise CountbackError(f"{made.case.case_id} cannot be approved: {stops[0]}")
    failed = [check for check in checked(made, final.subject, final.body) if not check.ok]
    if failed:
        raise CountbackError(f"{made.case.case_id} cannot be approved: {failed[0].sentence}")


def act_on_dispute(  # noqa: PLR0913 - a step may say all of this
    pilot: Pilot,
    day: Day,
    invoice_id: str,
    *,
    step: str | None,
    person: str | None,
    moment: Moment,
    reason: str = "",
    note: str = "",
    amount: Decimal | str | None = None,
    decision: str = "",
) -> Entry:
    """One step of an invoice's dispute; the invoice must exist.

    Steps: flag, assign (by `person`), accept, evidence, decide (by `decision`), close, undo. A
    dispute that came with the exports is taken over by its first step here.
    """
    _require_invoice(day, invoice_id)
    acted: dict[str, Any] = {"by": moment.by, "now": moment.now, "on_day": day.as_of}
    if step is None and decision:
        step = "decide"
    with closing(pilot.ledger()) as ledger:
        if step == "flag":
            reason = reason or "not stated"
            part = None if amount is None else Decimal(amount)
            return flag_dispute(ledger, invoice_id, reason=reason, note=note, amount=part, **acted)
        if step == "undo":
            return undo_dispute_step(ledger, invoice_id, **acted)
        _take_over(ledger, day, invoice_id, acted)
        if person is not None:
            return assign_dispute(ledger, invoice_id, owner=person, **acted)
        if step == "accept":
            return accept_dispute(ledger, invoice_id, **acted)
        if step == "evidence":
            return note_evidence(ledger, invoice_id, note=note, **acted)
        if step == "decide":
            return decide_dispute(ledger, invoice_id, decision=decision, note=note, **acted)
        if step == "close":
            return close_dispute(ledger, invoice_id, outcome=note or reason, **acted)
    raise WrongCall(
        "Say what to do with the dispute: --flag, --assign, --accept, --evidence, --decide, "
        "--close or --undo."
    )


def _take_over(ledger: Ledger, day: Day, invoice_id: str, acted: Mapping[str, Any]) -> None:
    """Brings an open dispute of the exports into the record, unless one is open there."""
    if dispute_state(ledger.about(dispute_subject(invoice_id))).is_open:
        return
    board = day.metric("dispute_board").rows
    for row in board:
        is_open = row["closed_at"] is None and row["origin"] == "export"
        if is_open and row["invoice_id"] == invoice_id:
            flag_dispute(
                ledger,
                invoice_id,
                reason=row["reason"] or "not stated",
                adopts=row["dispute_id"],
                accepted_by=row["accepted_by"] or "",
                **acted,
            )
            return


def _require_invoice(day: Day, invoice_id: str) -> None:
    known: Sequence[Any] = day.invoices_named(invoice_id)
    if not known:
        raise WrongCall(f"No invoice {invoice_id!r} is in the books: check its number.")


def switch_off(pilot: Pilot, on: bool, moment: Moment, on_day: date) -> Entry:
    """Stop everything unsent, or let sending go on."""
    with closing(pilot.ledger()) as ledger:
        return kill_switch(ledger, on, by=moment.by, now=moment.now, on_day=on_day)
