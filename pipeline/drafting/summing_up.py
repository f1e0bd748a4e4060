"""A model's summary of the last messages, sentence by sentence held against them.

It stands beside the customer's own sentences (see `gist`), never in their place. A sentence stands
only if it has no figure, date, address or name but the messages' own, and no word but theirs and
those of prompts/summary.md. Which of their words it leaves out nobody can check: it is a help to
read, and nothing is decided on it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.drafting.locking import LOCK, taken_apart
from pipeline.llm import Asker, Declined, Question
from pipeline.llm.answers import Kept
from pipeline.model import Dossier
from pipeline.prompts import Prompt, fill
from pipeline.settings import DraftingSection

#: Messages that are given at most, and characters of one; words of one sentence.
_MESSAGES, _LONGEST, _MOST_WORDS = 3, 900, 45
_ALLOWED = re.compile(r"[A-Za-z \n.,;:?!'’\"“”()–—-]")
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_LOCKED = re.compile(r"\{\{[A-Z]+_\d+\}\}")
_NO = re.compile(r"\b(?:no|not|never|none|nobody|without|cannot|\w+n['’]t)\b", re.IGNORECASE)


class Summary(BaseModel):
    """What a model may answer about some messages."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    sentences: tuple[str, ...] = Field(min_length=1, max_length=6)


class Talk(NamedTuple):
    """The messages as a model gets them, and what their placeholders stand for."""

    texts: tuple[str, ...]
    meant: dict[str, str]


class SummedUp(NamedTuple):
    """What is shown: the sentences that stand, or why there is none."""

    sentences: tuple[str, ...]
    model: str
    why: str = ""


def talk(dossier: Dossier, *, names: bool) -> Talk:
    """The last messages of the case that people wrote, oldest first, redacted."""
    written = sorted((e for e in dossier.exchanges if not e.automatic), key=lambda e: e.sent_at)
    last = written[-_MESSAGES:]
    texts, meant = taken_apart([e.text for e in last], dossier, names=names)
    who = {"in": "The customer", "out": "We"}
    lines = [
        f"{who.get(e.direction, 'Somebody')} wrote: {' '.join(text.split())[:_LONGEST]}"
        for e, text in zip(last, texts, strict=True)
    ]
    return Talk(tuple(lines), meant)


def summary_question(said: Talk, prompt: Prompt) -> Question:
    """What a model is asked: the same messages ask the same."""
    asked = fill(prompt.section("question"), {"messages": "\n".join(said.texts)}).strip()
    return Question(prompt.label, prompt.section("system"), asked)


def kept_summary(
    folder: Path, dossier: Dossier, prompt: Prompt, settings: DraftingSection
) -> SummedUp | None:
    """The summary that these messages have; None when nobody asked for one. Nothing is asked."""
    said = talk(dossier, names=settings.send_names)
    kept = _kept(folder).get(summary_question(said, prompt).name(settings.model))
    if kept is None:
        return None
    try:
        answer = Summary.model_validate(kept["answer"]) if kept["answer"] else None
    except (ValidationError, KeyError):
        return None  # damaged: asked anew
    return _shown(answer, said, prompt, settings.model, kept.get("why", ""))


def ask_summary(asker: Asker, dossier: Dossier, prompt: Prompt, now: datetime) -> SummedUp:
    """The summary, asked for when there is none; raises OverBudget in one sentence."""
    found = kept_summary(asker.folder, dossier, prompt, asker.settings)
    said = talk(dossier, names=asker.settings.send_names)
    if found is not None or not said.texts:
        return found or SummedUp((), asker.model, "There is no message to sum up.")
    question = summary_question(said, prompt)
    answer, why = None, ""
    try:
        answer = asker.ask(question, Summary, now).answer
    except Declined as error:
        why = str(error)
    value = {"answer": answer.model_dump() if answer else None, "why": why}
    _kept(asker.folder).put(question.name(asker.model), value)
    return _shown(answer, said, prompt, asker.model, why)


def trouble(sentence: str, said: Talk, prompt: Prompt) -> str:
    """Why a sentence may not stand; empty when it may."""
    whole = "\n".join(said.texts)
    locks = set(_LOCKED.findall(sentence))
    bare = LOCK.sub(" ", sentence)
    if strange := sorted(locks - said.meant.keys()):
        return f"It speaks of {strange[0]}, which is not in the messages."
    if odd := _ALLOWED.sub("", bare):
        return f"It writes the character “{odd[0]}”."
    known = _words(whole) | set(prompt.section("words").split())
    if foreign := sorted(_words(bare) - known):
        return f"It uses the word “{foreign[0]}”, which the messages do not."
    if len(sentence.split()) > _MOST_WORDS or not bare.strip():
        return f"It is empty, or longer than {_MOST_WORDS} words."
    if bool(_NO.search(whole)) > bool(_NO.search(bare)) and _turns(bare, said.texts):
        return "It leaves out a “not” of the messages."
    return ""


def _shown(answer: Summary | None, said: Talk, prompt: Prompt, model: str, why: str) -> SummedUp:
    """All sentences or none: half a summary is another one."""
    if answer is None:
        return SummedUp((), model, why)
    for sentence in answer.sentences:
        if found := trouble(sentence, said, prompt):
            return SummedUp((), model, f"What {model} summed up was refused: {found}")
    return SummedUp(tuple(_filled(one, said) for one in answer.sentences), model)


def _filled(sentence: str, said: Talk) -> str:
    return " ".join(_LOCKED.sub(lambda m: said.meant[m[0]], sentence).split())


def _turns(bare: str, texts: Sequence[str]) -> bool:
    """Whether the sentence keeps most words of one of theirs that has a “not”, and drops it."""
    own = _words(bare)
    for text in texts:
        for sentence in re.split(r"(?<=[.!?])\s+", text):
            theirs = _words(sentence)
            if _NO.search(sentence) and len(theirs & own) * 2 > len(own):
                return True
    return False


def _words(text: str) -> set[str]:
    return {word.casefold().replace("’", "'") for word in _WORD.findall(LOCK.sub(" ", text))}


def _kept(folder: Path) -> Kept:
    return Kept(folder / "models" / "summaries")
