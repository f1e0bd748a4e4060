"""A model is asked what a customer's messages mean, and for a summary; only where that is on.

Asked is by an act, never by looking. The messages of one customer that nobody has closed are given
one by one, redacted; what stands of the answer goes on the record, where it can add a stop.
"""

from __future__ import annotations

from contextlib import closing
from typing import Any, NamedTuple

from pipeline.acting import PROMPTS, Moment
from pipeline.deciding.suggesting import Suggested, note_labels
from pipeline.drafting.meaning import Given, Labelling, given, labels_question, meant
from pipeline.drafting.summing_up import SummedUp, ask_summary, kept_summary, talk
from pipeline.ledger.rights import ASK_MODEL
from pipeline.llm import Asker, Declined
from pipeline.model import Dossier, WrongCall
from pipeline.pilot import Pilot
from pipeline.prompts import load_prompt
from pipeline.warehouse.day import Day, Row
from pipeline.warehouse.replies import replies_of

#: Messages of one customer that are given to a model at once, the ones that stop something first.
MOST = 5


class Asked(NamedTuple):
    """What came of asking about one case."""

    labelled: tuple[dict[str, Any], ...]
    """A line for each message that was asked about."""
    summary: SummedUp | None

    def shown(self) -> dict[str, Any]:
        """The `suggest` verb's object."""
        summary = self.summary._asdict() if self.summary else None
        return {"messages": list(self.labelled), "summary": summary}


def waiting(day: Day, customer_id: str) -> list[Row]:
    """The customer's messages of 90 days that nobody has closed and no model was asked about.

    Answered ones too: a dispute that no rule saw may lie in one.
    """
    rows = replies_of(day, customer_id)
    return [r for r in rows if r["is_recent"] and r["reply"] and _is_open(r)][:MOST]


def _is_open(row: Row) -> bool:
    is_written = row["automatic"] is None or row["is_unread"]
    return is_written and row["event_id"] is None and row["model"] is None


def summary_of(pilot: Pilot, dossier: Dossier) -> SummedUp | None:
    """The summary that a case has; None while there is none. Nothing is asked."""
    settings = pilot.settings.drafting
    if not (settings.model and settings.summarise):
        return None
    return kept_summary(pilot.folder, dossier, load_prompt(PROMPTS, "summary"), settings)


def can_ask(pilot: Pilot, day: Day, dossier: Dossier) -> bool:
    """Whether asking about a case would ask anything."""
    settings = pilot.settings.drafting
    if not settings.model:
        return False
    if settings.label_replies and waiting(day, dossier.case.customer_id):
        return True
    has_talk = bool(talk(dossier, names=settings.send_names).texts)
    return settings.summarise and has_talk and summary_of(pilot, dossier) is None


def ask_meanings(pilot: Pilot, day: Day, dossier: Dossier, asker: Asker, moment: Moment) -> Asked:
    """Ask about a case's open messages and for its summary, as far as pilot.toml allows.

    Raises WrongCall where neither is on, and CountbackError when the budget does not allow it.
    """
    settings = asker.settings
    if not (settings.model and (settings.label_replies or settings.summarise)):
        raise WrongCall(
            "No model reads messages here: set model, and label_replies or summarise, under "
            "[drafting] in pilot.toml."
        )
    pilot.require(ASK_MODEL)
    labelled = []
    if settings.label_replies:
        labelled = [
            _labelled(pilot, day, dossier, asker, row, moment)
            for row in waiting(day, dossier.case.customer_id)
        ]
    summary = None
    if settings.summarise:
        summary = ask_summary(asker, dossier, load_prompt(PROMPTS, "summary"), moment.now)
    return Asked(tuple(labelled), summary)


def _labelled(
    pilot: Pilot, day: Day, dossier: Dossier, asker: Asker, row: Row, moment: Moment
) -> dict[str, Any]:
    """One message: asked, checked, and noted unless the model declined."""
    prompt = load_prompt(PROMPTS, "labels")
    asked: Given = given(
        f"{row['subject'] or ''}\n{row['reply'] or ''}", dossier, names=asker.settings.send_names
    )
    line: dict[str, Any] = {"message_id": row["message_id"], "labels": [], "refused": []}
    try:
        answer = asker.ask(labels_question(asked, prompt), Labelling, moment.now)
    except Declined as error:
        return {**line, "why": str(error)}
    found = meant(answer.answer, asked)
    said = Suggested.of(
        found.spans,
        message_id=row["message_id"],
        customer_id=row["customer_id"],
        stamp=row["stamp"],
        refused=len(found.refused),
        model=asker.model,
        prompt=prompt.label,
    )
    with closing(pilot.ledger()) as ledger:
        note_labels(ledger, said, by=moment.by, now=moment.now, on_day=day.as_of)
    labels = [{"label": span.label, "words": span.text} for span in found.spans]
    return {**line, "labels": labels, "refused": list(found.refused), "why": ""}
