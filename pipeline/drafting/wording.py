"""A model rewords a reminder around its locked placeholders; code decides whether that may stand.

What is given: tone, subject and text with placeholders, and what each placeholder means. Other
people's writing only when pilot.toml says so, and then redacted. What comes back is prose;
greeting, closing and every fact are ours. A refused rewording leaves the built-in text.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from pipeline.drafting.locking import locked, meanings, redacted, unlocked
from pipeline.drafting.messages import finish, skeleton, tone
from pipeline.drafting.prose import longest, troubles
from pipeline.llm import Question
from pipeline.model import CountbackError, Dossier, Draft
from pipeline.prompts import Prompt, fill, without_placeholders
from pipeline.settings import DraftingSection

#: Characters of one earlier message that are given at most, and how many messages.
_LONGEST_TALK, _MOST_TALK = 600, 3


class Rewording(BaseModel):
    """What a model may answer: two texts; whatever else it says is not looked at."""

    # Small models like to add keys of their own.
    model_config = ConfigDict(extra="ignore", frozen=True)

    subject: str = Field(min_length=1, max_length=300)
    text: str = Field(min_length=1, max_length=6_000)


class Parts(BaseModel):
    """A message with locked placeholders: what is reworded, and what stands around it."""

    model_config = ConfigDict(frozen=True)

    subject: str
    greeting: str
    text: str
    closing: str


def parts(dossier: Dossier, reminder: Prompt) -> Parts:
    """The built-in message of a case, taken apart at its first and last paragraph."""
    subject, body = skeleton(dossier, reminder)
    pieces = body.split("\n\n")
    if len(pieces) < 3:
        raise CountbackError(
            f"{reminder.file}: a message needs a greeting, a text and a closing, each apart."
        )
    text = "\n\n".join(pieces[1:-1])
    return Parts(subject=locked(subject), greeting=pieces[0], text=locked(text), closing=pieces[-1])


def question(
    dossier: Dossier, prompts: Mapping[str, Prompt], settings: DraftingSection, attempt: int = 0
) -> Question:
    """What a model is asked about a case: the same case and settings ask the same."""
    wording, reminder = prompts["wording"], prompts["reminder"]
    given = parts(dossier, reminder)
    both = f"{given.subject}\n{given.text}"
    values = {
        "tone": wording.section(f"tone {tone(dossier, reminder)}"),
        "length": str(longest(given.text)),
        "tokens": meanings(both),
        "subject": given.subject,
        "text": given.text,
        "talk": _talk(dossier, settings),
    }
    asked = fill(wording.section("question"), values).strip()
    return Question(label(prompts), wording.section("system"), asked, attempt)


def label(prompts: Mapping[str, Prompt]) -> str:
    """The prompts behind a reworded draft, as recorded with it."""
    return f"{prompts['wording'].label}+{prompts['reminder'].label}"


def refusals(dossier: Dossier, prompts: Mapping[str, Prompt], answer: Rewording) -> list[str]:
    """Why a rewording may not stand, a sentence each; empty when it may."""
    given = parts(dossier, prompts["reminder"])
    words = vocabulary(prompts)
    return [
        *troubles(given.subject, answer.subject, words, one_line=True),
        *troubles(given.text, answer.text, words),
    ]


def reworded(
    dossier: Dossier, prompts: Mapping[str, Prompt], answer: Rewording, model: str
) -> Draft:
    """The message in a model's words, filled and held against the books; or its refusal."""
    reminder = prompts["reminder"]
    given = parts(dossier, reminder)
    why = refusals(dossier, prompts, answer)
    if why:
        return Draft(case_id=dossier.case.case_id, state="refused", why=why[0], model=model)
    body = "\n\n".join([given.greeting, unlocked(answer.text).strip(), given.closing])
    made = finish(dossier, reminder, unlocked(answer.subject).strip(), body, model)
    return made.model_copy(update={"prompt": label(prompts)})


def vocabulary(prompts: Mapping[str, Prompt]) -> frozenset[str]:
    """Every word that a rewording may use: the list, and what the reminders themselves say."""
    listed = prompts["wording"].section("words").split()
    sections = prompts["reminder"].sections
    said = [
        without_placeholders(text).casefold().replace("’", "'")
        for name, text in sections.items()
        if name != "table headings"
    ]
    ours = {word.strip(".,;:?!()[]'\"") for text in said for word in text.split()}
    return frozenset(listed) | ours


def _talk(dossier: Dossier, settings: DraftingSection) -> str:
    """The last messages, redacted; nothing unless pilot.toml gives them away."""
    if not settings.send_texts or not dossier.exchanges:
        return ""
    last = sorted(dossier.exchanges, key=lambda e: e.sent_at)[-_MOST_TALK:]
    whole = redacted([e.text for e in last], dossier, names=settings.send_names)
    who = {"in": "The customer", "out": "We"}
    lines = [
        f"{who.get(e.direction, 'Somebody')} wrote: {' '.join(text.split())[:_LONGEST_TALK]}"
        for e, text in zip(last, whole, strict=True)
    ]
    return "\n".join(["", "Earlier messages:", *lines])
