"""Whose words a case has today: the model's, where they were asked for and hold; else ours.

Looking never asks: `drafted` only reads what is kept, so that a page, a batch and the outbox all
see the same text. `ask_for` asks, once for a case unless it is told to ask again. Whatever goes
wrong leaves the built-in text, with a doubt that says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pipeline.drafting.keeping import Wording, keep_wording, kept_wording
from pipeline.drafting.messages import draft
from pipeline.drafting.wording import Rewording, question, reworded
from pipeline.llm import Asker, Declined
from pipeline.llm.spending import OverBudget
from pipeline.model import CountbackError, Dossier, Doubt, Draft
from pipeline.prompts import Prompt
from pipeline.settings import DraftingSection


class Drafted(NamedTuple):
    """A draft, the dossier with what its wording adds to the doubts, and whether one may ask."""

    draft: Draft
    dossier: Dossier
    is_unasked: bool
    """Whether a model is set and was never asked about this case as it is."""


def drafted(
    folder: Path, dossier: Dossier, prompts: Mapping[str, Prompt], settings: DraftingSection
) -> Drafted:
    """The draft of a case with the wording that it has; nothing is asked."""
    ours = draft(dossier, prompts["reminder"])
    if not settings.model or ours.state != "draft":
        return Drafted(ours, dossier, is_unasked=False)
    kept = kept_wording(
        folder, dossier.case.case_id, question(dossier, prompts, settings).name(settings.model)
    )
    if kept is None:
        return Drafted(ours, dossier, is_unasked=True)
    return _settled(ours, dossier, prompts, kept)


def ask_for(
    asker: Asker,
    dossier: Dossier,
    prompts: Mapping[str, Prompt],
    now: datetime,
    *,
    again: bool = False,
) -> Drafted:
    """The draft of a case, asked for if it has no wording yet, or anew when told so."""
    before = drafted(asker.folder, dossier, prompts, asker.settings)
    if not asker.model or before.draft.state != "draft" or not (before.is_unasked or again):
        return before
    first = question(dossier, prompts, asker.settings)
    name, case_id = first.name(asker.model), dossier.case.case_id
    earlier = kept_wording(asker.folder, case_id, name)
    attempt = earlier.attempt + 1 if earlier else 0
    ours = draft(dossier, prompts["reminder"])
    try:
        answer = asker.ask(first._replace(attempt=attempt), Rewording, now).answer
    except Declined as error:
        made = Wording(name, attempt, asker.model, None, str(error))
    except (OverBudget, CountbackError) as error:
        # Nobody was asked: another day, another budget or a mended setting may change that.
        return _fallen_back(ours, dossier, str(error))
    else:
        made = Wording(name, attempt, asker.model, answer)
    return _settled(ours, dossier, prompts, keep_wording(asker.folder, case_id, made, now))


def _settled(
    ours: Draft, dossier: Dossier, prompts: Mapping[str, Prompt], kept: Wording
) -> Drafted:
    if kept.answer is None:
        return _fallen_back(ours, dossier, kept.why)
    theirs = reworded(dossier, prompts, kept.answer, kept.model)
    if theirs.state == "draft":
        return Drafted(theirs, dossier, is_unasked=False)
    return _fallen_back(ours, dossier, f"What {kept.model} wrote was refused: {theirs.why}")


def _fallen_back(ours: Draft, dossier: Dossier, why: str) -> Drafted:
    said = Doubt(code="model", blocking=False, sentence=f"Worded by the built-in drafter. {why}")
    noted = dossier.model_copy(update={"doubts": (*dossier.doubts, said)})
    made = ours.model_copy(update={"doubts": (*ours.doubts, said)})
    return Drafted(made, noted, is_unasked=False)
